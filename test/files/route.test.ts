import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { FileRef } from '../../src/core/files.ts';
import { fileRoute } from '../../src/http/files.ts';
import { createHttpServer } from '../../src/slack/server.ts';

const TOKEN = 't'.repeat(43);
const FILE: FileRef = { key: 'k', name: 'Übersicht "1".pdf', type: 'application/pdf', size: 5 };
const NAME = 'Ubersicht-1.pdf';

type World = {
  readonly file?: Partial<FileRef>;
  readonly bytes?: Buffer | null;
  readonly now?: () => number;
};

const serverFor = async ({ file = {}, bytes = Buffer.from('bytes'), now = Date.now }: World = {}) => {
  const missing: string[] = [];
  const route = fileRoute({
    find: async ({ token, name }) => (token === TOKEN && name === NAME ? { ...FILE, ...file } : null),
    read: async () => (bytes === null ? null : { size: bytes.length, body: once(bytes) }),
    now,
    missing: (key) => void missing.push(key),
  });
  const server = createHttpServer({ routes: [route], failed: () => undefined });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = addressOf(server.address());
  return { port, url: `http://127.0.0.1:${port}`, link: `http://127.0.0.1:${port}/files/${TOKEN}/${NAME}`, missing };
};

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const addressOf = (address: AddressInfo | string | null): AddressInfo => {
  if (address === null || typeof address === 'string') throw new Error('the server listens nowhere');
  return address;
};

/** A path as it stands: fetch would put it right before it is sent. */
const raw = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });

test('hands out a file for download, to be run, kept and told by nobody', async () => {
  const { link } = await serverFor();

  const answer = await fetch(link);

  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('bytes');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'accept-ranges': 'none',
    'cache-control': 'private, no-store',
    'content-disposition': `attachment; filename="Ubersicht 1.pdf"; filename*=UTF-8''${encodeURIComponent('Übersicht 1.pdf')}`,
    'content-length': '5',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-type': 'application/pdf',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex, nofollow',
  });
});

test.each([
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/javascript',
  'text/xml',
  'application/wasm',
  '',
])('a file of type “%s” is only bytes', async (type) => {
  const { link } = await serverFor({ file: { type } });

  expect((await fetch(link)).headers.get('content-type')).toBe('application/octet-stream');
});

test('HEAD says the same without the bytes, and nothing else is allowed', async () => {
  const { link } = await serverFor();

  const head = await fetch(link, { method: 'HEAD' });

  expect(head.status).toBe(200);
  expect(head.headers.get('content-length')).toBe('5');
  expect(await head.text()).toBe('');
  expect((await fetch(link, { method: 'POST' })).status).toBe(405);
  expect((await fetch(link, { method: 'DELETE' })).status).toBe(405);
});

test('a part of a file cannot be asked for: the whole comes', async () => {
  const { link } = await serverFor();

  const answer = await fetch(link, { headers: { range: 'bytes=1-2' } });

  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('bytes');
});

test('whatever is not there looks the same', async () => {
  const { url } = await serverFor();
  const other = 'x'.repeat(43);
  const paths = [
    `/files/${other}/${NAME}`,
    `/files/${TOKEN}/other.pdf`,
    `/files/${TOKEN}`,
    `/files/${TOKEN}/`,
    `/files/${TOKEN}/${NAME}/more`,
    `/files/${TOKEN}/${NAME}?query`,
    '/files/',
    '/files/short/a.pdf',
  ];

  const answers = await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(`${url}${path}`);
      const { date: _date, ...headers } = Object.fromEntries(answer.headers);
      return { status: answer.status, body: await answer.text(), headers };
    }),
  );

  expect(answers[0]?.status).toBe(404);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test.each([
  `/files/${TOKEN}/../${NAME}`,
  `/files/../files/${TOKEN}/..%2f${NAME}`,
  `/files/${TOKEN}/%2e%2e/${NAME}`,
  `/files//${TOKEN}/${NAME}`,
  `/files/${TOKEN}%00/${NAME}`,
  `/files/..%2f..%2fetc%2fpasswd/a`,
  `/files/${TOKEN}\\${NAME}`,
  `//evil.example/files/${TOKEN}/${NAME}`,
  `/files/${encodeURIComponent('ｔ').repeat(43)}/${NAME}`,
])('a path trick leads nowhere: %s', async (path) => {
  const { port } = await serverFor();

  expect(await raw(port, path)).toBe(404);
});

test('a link that everybody follows at once is held back for a minute', async () => {
  let at = 0;
  const { link } = await serverFor({ now: () => at });

  const statuses = [];
  for (let times = 0; times < 31; times += 1) statuses.push((await fetch(link)).status);

  expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true);
  expect(statuses[30]).toBe(429);
  at = 60_000;
  expect((await fetch(link)).status).toBe(200);
});

test('who guesses is held back; who has a link is not', async () => {
  const { url, link } = await serverFor({ now: () => 0 });

  const statuses = [];
  for (let times = 0; times < 61; times += 1) statuses.push((await fetch(`${url}/files/${'g'.repeat(43)}/a`)).status);

  expect(statuses[59]).toBe(404);
  expect(statuses[60]).toBe(429);
  expect((await fetch(link)).status).toBe(200);
});

test.each([
  ['gone', null],
  ['not whole', Buffer.from('byt')],
] as const)('a file whose bytes are %s looks like none, and an operator hears of it', async (_what, bytes) => {
  const { link, missing } = await serverFor({ bytes });

  expect((await fetch(link)).status).toBe(404);
  expect(missing).toEqual(['k']);
});
