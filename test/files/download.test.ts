import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { SendForBytes } from '../../src/core/files.ts';
import { createDownload } from '../../src/files/download.ts';
import { createOutward } from '../../src/files/outward.ts';

/** A server on this machine, and how many connections it ever had. */
const serverFor = async (listener: RequestListener) => {
  let connections = 0;
  const server = createServer(listener);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port }: AddressInfo = addressOf(server.address());
  return { port, origin: `http://127.0.0.1:${port}`, connections: () => connections };
};

const addressOf = (address: AddressInfo | string | null): AddressInfo => {
  if (address === null || typeof address === 'string') throw new Error('the server listens nowhere');
  return address;
};

const fetchFor = (...trusted: readonly string[]) => {
  const outward = createOutward(new Set(trusted));
  onTestFinished(() => outward.close());
  return (url: string) => createDownload(outward.send)(url, AbortSignal.timeout(5000));
};

const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

test('fetches a file of a configured origin, with what is said of it, and shows it no key', async () => {
  const seen: (string | undefined)[] = [];
  const server = await serverFor((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': 4 }).end('data');
  });

  const file = await fetchFor(server.origin)(`${server.origin}/a.png`);

  expect(file).toMatchObject({ type: 'image/png', size: 4 });
  expect(await textOf(file.body)).toBe('data');
  expect(seen).toEqual([undefined]);
});

test.each([
  ['a loopback address', (port: number) => `https://127.0.0.1:${port}/a.png`],
  ['a name that leads to one', (port: number) => `https://localhost:${port}/a.png`],
  ['the same address as one number', (port: number) => `https://2130706433:${port}/a.png`],
  ['the same address in octal', (port: number) => `https://0177.0.0.1:${port}/a.png`],
  ['a short form of it', (port: number) => `https://127.1:${port}/a.png`],
  ['the address of everything', (port: number) => `https://0.0.0.0:${port}/a.png`],
  ['IPv6 loopback', (port: number) => `https://[::1]:${port}/a.png`],
  ['an IPv4 address in IPv6', (port: number) => `https://[::ffff:127.0.0.1]:${port}/a.png`],
  ['the address where clouds keep their secrets', () => 'https://169.254.169.254/latest/meta-data'],
  ['http', (port: number) => `http://127.0.0.1:${port}/a.png`],
  ['a foreign host over http', () => 'http://files.example.com/a.png'],
  ['an address with a password', () => 'https://user:word@files.example.com/a.png'],
])('never connects to %s', async (_what, address) => {
  const server = await serverFor((_request, response) => response.end('secret'));

  await expect(fetchFor()(address(server.port))).rejects.toMatchObject({
    facts: { kind: 'permanent', word: 'private_address', effect: 'none' },
  });

  expect(server.connections()).toBe(0);
});

test('judges every step of a chain of redirects like the first', async () => {
  const inside = await serverFor((_request, response) => response.end('secret'));
  const outside = await serverFor((_request, response) => {
    response.writeHead(302, { location: `https://127.0.0.1:${inside.port}/secret` }).end();
  });

  await expect(fetchFor(outside.origin)(`${outside.origin}/a.png`)).rejects.toMatchObject({
    facts: { kind: 'permanent', word: 'private_address' },
  });

  expect(inside.connections()).toBe(0);
});

test('follows a redirect within what is allowed, and not for ever', async () => {
  const server = await serverFor((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/here' }).end();
    else if (request.url === '/here') response.end('found');
    else response.writeHead(302, { location: '/circle' }).end();
  });
  const fetch = fetchFor(server.origin);

  expect(await textOf((await fetch(`${server.origin}/moved`)).body)).toBe('found');
  await expect(fetch(`${server.origin}/circle`)).rejects.toMatchObject({ facts: { word: 'too_many_redirects' } });
});

test.each([
  [404, { kind: 'not_found' }],
  [410, { kind: 'not_found' }],
  [403, { kind: 'permanent' }],
  [500, { kind: 'transient' }],
  [429, { kind: 'rate_limited', retryAfterMs: 7000 }],
  [503, { kind: 'rate_limited', retryAfterMs: 7000 }],
])('HTTP %s is a failure of its kind: %j', async (status, facts) => {
  const server = await serverFor((_request, response) => response.writeHead(status, { 'retry-after': '7' }).end());

  const failed = fetchFor(server.origin)(`${server.origin}/a.png`);

  await expect(failed).rejects.toMatchObject({ facts: { ...facts, status, effect: 'none' } });
});

test.each(['', 'not an address', 'ftp://example.com/a', 'file:///etc/passwd', 'javascript:alert(1)'])(
  '“%s” is refused for good',
  async (address) => {
    await expect(fetchFor()(address)).rejects.toMatchObject({ facts: { kind: 'permanent' } });
  },
);

test('a failure names neither address nor host', async () => {
  const failed: unknown = await fetchFor()('https://127.0.0.1/secret-name.pdf').catch((error: unknown) => error);

  expect(String(failed)).not.toMatch(/127|secret-name/);
});

test('a name that turns private between two look-ups is judged at the connection that is made', async () => {
  // What is looked up is connected to: there is no second look-up that could say something else.
  const server = await serverFor((_request, response) => response.end('secret'));
  const outward = createOutward(new Set());
  onTestFinished(() => outward.close());
  const ask: SendForBytes = outward.send;
  const request = { url: `https://localhost:${server.port}/`, method: 'GET', headers: {}, body: null } as const;

  for (let times = 0; times < 3; times += 1) {
    await expect(ask({ ...request, signal: AbortSignal.timeout(5000) })).rejects.toThrow(
      'not allowed: a private address',
    );
  }

  expect(server.connections()).toBe(0);
});
