import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { assert, json, property } from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isNestedTooDeep } from '../../src/core/nesting.ts';
import { createAllowance } from '../../src/http/limits.ts';
import { stageFor } from '../stories/stage.ts';

const SECRET = 'a-webhook-secret-of-32-characters';

const sign = (body: string): string => createHmac('sha256', SECRET).update(body).digest('hex');

const post = (url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}/webhooks/acquire`, { method: 'POST', body, headers });

test('an allowance is spent, comes back with time, and is each address’s own', () => {
  let now = 0;
  const allowance = createAllowance({ burst: 2, perSecond: 1 }, () => now);

  expect([allowance.spend('a'), allowance.spend('a'), allowance.spend('a')]).toEqual([true, true, false]);
  expect(allowance.has('a')).toBe(false);
  expect(allowance.spend('b')).toBe(true);
  now = 1_000;
  expect(allowance.spend('a')).toBe(true);
  now = 3_600_000;
  expect([allowance.spend('a'), allowance.spend('a'), allowance.spend('a')]).toEqual([true, true, false]);
});

test('who asks without end is asked to wait, and the health check goes on after it', async () => {
  const stage = await stageFor();
  const ask = async (path: string) => (await fetch(`${stage.url()}${path}`)).status;

  const statuses = await Promise.all(Array.from({ length: 600 }, () => ask('/healthz')));

  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  await stage.sees(() => true, 'a moment');
  expect(await ask('/readyz')).toBe(200);
});

test('however many wrong signatures came from an address, what is signed is taken from it, and what is too large refused', async () => {
  const stage = await stageFor();
  const large = JSON.stringify({ event: 'company:new', data: { note: 'x'.repeat(100_000) } });
  const small = JSON.stringify({ event: 'company:new', data: {} });
  for (let tries = 0; tries < 25; tries += 1) expect((await post(stage.url(), small)).status).toBe(401);

  expect((await post(stage.url(), large)).status).toBe(401);
  expect((await post(stage.url(), large, { 'x-acquire-signature': sign(large) })).status).toBe(200);
  expect((await post(stage.url(), 'x'.repeat(9 * 1024 * 1024))).status).toBe(413);
});

test('what is nested to exhaust a stack is refused, however it is signed', async () => {
  const stage = await stageFor();
  const deep = `{"event":"case:new","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

  expect((await post(stage.url(), deep, { 'x-acquire-signature': sign(deep) })).status).toBe(400);
  expect((await fetch(`${stage.url()}/healthz`)).status).toBe(200);
});

test('nesting is counted outside of strings only', () => {
  expect(isNestedTooDeep('['.repeat(201))).toBe(true);
  expect(isNestedTooDeep(`"${'['.repeat(500)}"`)).toBe(false);
  expect(isNestedTooDeep(String.raw`"\"${'['.repeat(500)}"`)).toBe(false);
  assert(property(json({ maxDepth: 20 }), (text) => !isNestedTooDeep(text)));
});

test('every answer tells browsers to keep nothing, guess nothing and run nothing', async () => {
  const stage = await stageFor();

  for (const path of ['/healthz', '/readyz', '/metrics', '/nowhere', '/slack/events', '/../etc/passwd', '/%2e%2e/x']) {
    const { headers } = await fetch(`${stage.url()}${path}`);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('cache-control'), path).toBe('no-store');
    expect(headers.get('x-powered-by'), path).toBeNull();
  }
});

test('a flood of headers is refused', async () => {
  const stage = await stageFor();
  const headers = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`x-flood-${n}`, 'x'.repeat(400)]));
  const asked = request(`${stage.url()}/healthz`, { headers });
  asked.end();

  const [answer] = await once(asked, 'response');

  expect(answer).toMatchObject({ statusCode: 431 });
});

test('bodies that are too much at once are asked to come back, and those under way go on', {
  timeout: 60_000,
}, async () => {
  const stage = await stageFor();
  const whole = Buffer.alloc(8 * 1024 * 1024, 'x');
  const begun = Array.from({ length: 8 }, () => {
    const asked = request(`${stage.url()}/webhooks/acquire`, {
      method: 'POST',
      headers: { 'content-length': whole.length },
    });
    asked.write(whole.subarray(0, -1));
    return asked;
  });
  const small = JSON.stringify({ event: 'company:new', data: { note: 'x'.repeat(100) } });
  await vi.waitFor(
    async () => expect((await post(stage.url(), small, { 'x-acquire-signature': sign(small) })).status).toBe(503),
    { timeout: 10_000, interval: 50 },
  );

  const answers = begun.map((asked) => once(asked, 'response'));
  for (const asked of begun) asked.end('x');

  for (const [answer] of await Promise.all(answers)) expect(answer).toMatchObject({ statusCode: 401 });
  expect((await post(stage.url(), small, { 'x-acquire-signature': sign(small) })).status).toBe(200);
});

test('an address of wrong signatures cannot fill the room of all others', { timeout: 60_000 }, async () => {
  const stage = await stageFor();
  const small = JSON.stringify({ event: 'company:new', data: {} });
  for (let tries = 0; tries < 25; tries += 1) expect((await post(stage.url(), small)).status).toBe(401);
  const part = Buffer.alloc(5 * 1024 * 1024, 'x');
  const begun = Array.from({ length: 4 }, () => {
    const asked = request(`${stage.url()}/webhooks/acquire`, {
      method: 'POST',
      headers: { 'content-length': part.length + 1 },
    });
    onTestFinished(() => void asked.destroy());
    asked.on('error', () => undefined);
    asked.write(part);
    return asked;
  });

  const [answer] = await Promise.race(begun.map((asked) => once(asked, 'response')));

  expect(answer).toMatchObject({ statusCode: 503 });
  expect((await post(stage.url(), small, { 'x-acquire-signature': sign(small) })).status).toBe(200);
});

test('a body that never ends, and headers that never end, are cut off', { timeout: 60_000 }, async () => {
  const stage = await stageFor();
  const { port } = new URL(stage.url());
  const open = (start: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const said: string[] = [];
    socket.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(start);
    return once(socket, 'close').then(() => said.join(''));
  };

  const [body, headers] = await Promise.all([
    open('POST /webhooks/acquire HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"event"'),
    open('POST /webhooks/acquire HTTP/1.1\r\nhost: x\r\nx-slow: '),
  ]);

  expect(body).toMatch(/^HTTP\/1\.1 408 /);
  expect(headers).toMatch(/^HTTP\/1\.1 408 /);
});
