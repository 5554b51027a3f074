import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { makeCall, TimedOut } from '../src/calls.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const serving = async (answer: RequestListener): Promise<{ url: string; sockets: Set<unknown> }> => {
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, sockets };
};

const call = (url: string, more: { body?: string; timeoutMs?: number; mostBytes?: number } = {}) =>
  makeCall({ url, method: 'POST', headers: { 'x-of': 'us' }, body: null, timeoutMs: 2_000, mostBytes: 1_000, ...more });

test('a call carries its method, address, headers and body, and brings back the whole answer', async () => {
  const { url } = await serving((request, response) => {
    const { method, url: path, headers } = request;
    const facts = [method, path, headers['x-of'], headers['content-length'], headers['host'] === url.slice(7)];
    request.setEncoding('utf8').on('data', (body: string) => {
      response.writeHead(201, { 'x-answer': 'yes' }).end(JSON.stringify([...facts, body]));
    });
  });

  const answer = await call(`${url}/a/b?c=%C3%A4`, { body: 'ä' });

  expect(answer).toMatchObject({ status: 201, statusText: 'Created', headers: { 'x-answer': 'yes' } });
  expect(JSON.parse(answer.text ?? '')).toEqual(['POST', '/a/b?c=%C3%A4', 'us', '2', true, 'ä']);
});

test('calls one after the other go over one connection', async () => {
  const { url, sockets } = await serving((_, response) => response.end('ok'));

  for (const path of ['', '/', '/a']) expect((await call(url + path)).text).toBe('ok');

  expect(sockets.size).toBe(1);
});

test('a packed answer is unpacked, and counted as it is then', async () => {
  const { url } = await serving((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(900)));
  });

  expect((await call(url)).text).toBe('x'.repeat(900));
  expect((await call(url, { mostBytes: 899 })).text).toBeNull();
});

test('an answer that only says it is packed, or ends too soon, is no answer', async () => {
  const { url } = await serving((request, response) => {
    if (request.url === '/plain') return response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain');
    if (request.url === '/half')
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x').subarray(0, 9));
    return response.writeHead(200, { 'content-length': '9' }).write('half', () => request.socket.destroy());
  });

  await expect(call(`${url}/plain`)).rejects.toThrow('incorrect header check');
  await expect(call(`${url}/half`)).rejects.toThrow('unexpected end of file');
  await expect(call(`${url}/cut`)).rejects.toThrow('aborted');
});

test.each([
  ['never answers', () => undefined],
  [
    'stops in the middle of its answer',
    (_: unknown, response: { write: (text: string) => unknown }) => response.write('x'),
  ],
])('a server that %s is left in time', async (_, answer) => {
  const { url } = await serving((request, response) => void answer(request, response));

  await expect(call(url, { timeoutMs: 50 })).rejects.toBeInstanceOf(TimedOut);
});

test('a redirect is an answer like any other', async () => {
  const { url, sockets } = await serving((_, response) => response.writeHead(307, { location: '/there' }).end());

  expect(await call(url)).toMatchObject({ status: 307, headers: { location: '/there' } });
  expect(sockets.size).toBe(1);
});

test('an address that cannot be called is refused like a connection that cannot be made', async () => {
  await expect(call('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(call('http://127.0.0.1:1/with a blank')).rejects.toMatchObject({ code: 'ERR_UNESCAPED_CHARACTERS' });
});
