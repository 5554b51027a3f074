import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../src/acquire/http.ts';
import { json, type OddServer, oddServer } from './server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const serve = async (answer: Parameters<typeof oddServer>[0]): Promise<OddServer> => {
  const server = await oddServer(answer);
  stops.push(server.stop);
  return server;
};

const get = { verb: 'GET', path: 'crm/objects/case/{id}', id: '7' } as const;
const post = { verb: 'POST', path: 'crm/messenger/chat/close', body: { caseId: 7 } } as const;

test('the key goes along, and conditions are encoded', async () => {
  const { call, asked } = await serve((_, response) => json(response, { data: { id: 1 } }));

  const data = await call({ ...get, query: [['where', 'status|eq|active']] }, z.object({ id: z.int() }));

  expect(data).toEqual({ id: 1 });
  expect(asked[0]?.url).toBe('/api/v1/crm/objects/case/7?where=status%7Ceq%7Cactive');
  expect(asked[0]?.headers.authorization).toBe('Bearer a-key');
});

test('a failure names the path as documented, without the id', async () => {
  const { call } = await serve((_, response) => json(response, { error: 'ERROR_RECORD_NOT_FOUND: case 7' }, 400));

  await expect(call(get, z.unknown())).rejects.toThrow(
    'acquire: GET crm/objects/case/{id} failed with HTTP 400 (ERROR_RECORD_NOT_FOUND)',
  );
});

test.each([[{ data: { success: false, message: 'no' } }], [{ success: false, data: null }]])(
  'a success that says no is a failure: %j',
  async (body) => {
    const { call } = await serve((_, response) => json(response, body));

    await expect(call(post, z.unknown())).rejects.toMatchObject({ facts: { kind: 'permanent', effect: 'possible' } });
  },
);

test('a redirect is not followed with the key', async () => {
  const elsewhere = await serve((_, response) => json(response, { data: {} }));
  const { call } = await serve((_, response) => response.writeHead(302, { location: elsewhere.origin }).end());

  await expect(call(get, z.unknown())).rejects.toMatchObject({ facts: { kind: 'transient', status: 302 } });
  expect(elsewhere.asked).toHaveLength(0);
});

test('an answer that is too large is given up', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  const { call } = await serve((_, response) => {
    for (let sent = 0; sent < 17; sent += 1) response.write(megabyte);
    response.end();
  });

  await expect(call(get, z.unknown())).rejects.toMatchObject({ facts: { word: 'ANSWER_TOO_LARGE' } });
});

test.each([
  ['never answers', () => undefined],
  [
    'stops in the middle of its answer',
    (_: unknown, response: { write: (text: string) => unknown }) => void response.write('{"data":'),
  ],
])('a server that %s is given up in time, and may have done it', async (_name, answer) => {
  const { call, asked } = await serve(answer);

  await expect(call(post, z.unknown())).rejects.toMatchObject({ facts: { word: 'TIMEOUT', effect: 'possible' } });
  expect(asked).toHaveLength(1);
});

test('a connection that is cut is not tried again here', async () => {
  const { call, asked } = await serve((request) => request.socket.destroy());

  await expect(call(get, z.unknown())).rejects.toMatchObject({ facts: { kind: 'transient', effect: 'none' } });
  await expect(call(post, z.unknown())).rejects.toMatchObject({ facts: { kind: 'transient', effect: 'possible' } });
  expect(asked).toHaveLength(2);
});

test('where nobody listens, surely nothing was done', async () => {
  const { origin, stop } = await oddServer(() => undefined);
  await stop();
  const call = connect({ origin, apiKey: 'a-key', timeoutMs: 1_000, now: Date.now });

  await expect(call(post, z.unknown())).rejects.toMatchObject({ facts: { word: 'ECONNREFUSED', effect: 'none' } });
});

test('too many requests say when to come back', async () => {
  const { call } = await serve((_, response) => response.writeHead(429, { 'retry-after': '30' }).end());

  await expect(call(post, z.unknown())).rejects.toMatchObject({
    facts: { kind: 'rate_limited', retryAfterMs: 30_000 },
  });
});

test.each(['<html>maintenance</html>', '', '{}'])('a success without data is not a success: %j', async (text) => {
  const { call } = await serve((_, response) => response.end(text));

  await expect(call(get, z.object({ id: z.int() }))).rejects.toMatchObject({ facts: { word: 'UNREADABLE_ANSWER' } });
});
