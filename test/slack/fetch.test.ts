import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { fetchWithin } from '../../src/slack/fetch.ts';

let end = (): unknown => undefined;
afterEach(() => end());

const serving = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  end = () => {
    server.closeAllConnections();
    return server.close();
  };
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/api/auth.test`;
};

test('Slack’s client is answered as by fetch', async () => {
  const url = await serving((_, response) =>
    response.writeHead(200, { 'X-OAuth-Scopes': 'chat:write', 'retry-after': '3' }).end('{"ok":true}'),
  );

  const answer = await fetchWithin(1_000)(url, { method: 'POST', headers: {}, body: 'a=b' });

  expect(answer).toMatchObject({ ok: true, status: 200, statusText: 'OK', url });
  expect(answer.headers.get('X-OAuth-Scopes')).toBe('chat:write');
  expect(answer.headers.get('x-absent')).toBeNull();
  expect(Object.fromEntries(answer.headers.entries())).toMatchObject({ 'retry-after': '3' });
  expect(await answer.text()).toBe('{"ok":true}');
  expect(await answer.json()).toEqual({ ok: true });
});

test('a redirect is refused where the client says so, and so is a form with files', async () => {
  const url = await serving((_, response) => response.writeHead(302, { location: '/' }).end());

  await expect(fetchWithin(1_000)(url, { redirect: 'error' })).rejects.toThrow('redirects');
  expect(await fetchWithin(1_000)(url, { redirect: 'manual' })).toMatchObject({ ok: false, status: 302 });
  await expect(fetchWithin(1_000)(url, { body: new FormData() })).rejects.toThrow('form');
});

test('silence is not waited for longer than was said', async () => {
  const url = await serving(() => undefined);

  await expect(fetchWithin(50)(url)).rejects.toThrow('no answer in time');
});
