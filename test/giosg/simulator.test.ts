import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { type GiosgSimulator, startGiosg } from '../../src/sandbox/giosg/server.ts';
import { fixture } from './server.ts';

/** The simulator, spoken to over HTTP as by somebody who has only read giosg's documentation. */

const Page = z.object({
  next: z.string().nullable(),
  previous: z.string().nullable(),
  results: z.array(z.looseObject({})),
});

let room: GiosgSimulator;
beforeEach(async () => {
  room = await startGiosg({ variants: { pageSizes: [2] } });
  room.openCase('robin', { number: 'CASE-1' });
});
afterEach(() => room.stop());

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowS = (): number => Math.floor(Date.now() / 1_000);

const signed = (claims: object, { header = {}, key = SANDBOX_SIGNING_KEY, hash = 'sha256' } = {}): string => {
  const body = `${encoded({ alg: 'HS256', typ: 'JWT', ...header })}.${encoded(claims)}`;
  return `${body}.${createHmac(hash, key).update(body).digest('base64url')}`;
};
const good = (changes: object = {}) => ({ sub: 'robin', iat: nowS(), exp: nowS() + 300, ...changes });
const token = (): string => signed(good());

type Sending = { readonly authorization?: string | null; readonly accept?: string; readonly method?: string };

const ask = async (path: string, { authorization = `Token ${room.token}`, accept, method }: Sending = {}) => {
  const response = await fetch(path.startsWith('http') ? path : `${room.url}/api/v5/${path}`, {
    method: method ?? 'GET',
    headers: { accept: accept ?? 'application/json', ...(authorization === null ? {} : { authorization }) },
  });
  const text = await response.text();
  return { status: response.status, text, page: Page.safeParse(text.startsWith('{') ? JSON.parse(text) : null).data };
};
const list = (identity = token(), query = ''): string =>
  `orgs/${room.organizationId}/external-visitors/${identity}/cases${query}`;

test('a visitor’s cases and one of them are served', async () => {
  const { page } = await ask(list());

  expect(page?.results).toMatchObject([{ case_number: 'CASE-1', organization_id: room.organizationId }]);
  expect((await ask(`${list()}/${String(page?.results[0]?.['id'])}`)).status).toBe(200);
  expect((await ask('users/me')).status).toBe(200);
});

test('a case has the attributes of the vendor’s table, no more and no fewer', async () => {
  const { page } = await ask(list());

  expect(Object.keys(page?.results[0] ?? {}).toSorted()).toEqual(Object.keys(Object(fixture('case.open'))).toSorted());
});

test.each([
  ['no credentials', null],
  ['a Bearer token', 'Bearer sandbox-giosg-api-token-not-a-real-secret'],
  ['a wrong token', 'Token nonsense'],
  ['the signing key', `Token ${SANDBOX_SIGNING_KEY}`],
])('%s is a 401', async (_name, authorization) => {
  expect((await ask(list(), { authorization })).status).toBe(401);
  expect((await ask('users/me', { authorization })).status).toBe(401);
});

describe('an identity token is a 400', () => {
  test.each([
    ['that is an id in the clear', () => 'robin'],
    ['without a signature', () => `${encoded({ alg: 'none' })}.${encoded(good())}.`],
    ['that says "none"', () => signed(good(), { header: { alg: 'none' } })],
    ['of an algorithm that is not accepted', () => signed(good(), { header: { alg: 'HS512' }, hash: 'sha512' })],
    ['signed by another hash than it says', () => signed(good(), { hash: 'sha512' })],
    ['signed with another key', () => signed(good(), { key: 'guessed' })],
    ['signed with the API token', () => signed(good(), { key: room.token })],
    ['that was changed after signing', () => token().replace(/\.[^.]+\./, `.${encoded(good({ sub: 'sasha' }))}.`)],
    ['with four parts', () => `${token()}.x`],
    ['with padding', () => `${token()}=`],
    ['that makes demands', () => signed(good(), { header: { crit: ['exp'] } })],
    ['that has expired', () => signed(good({ iat: nowS() - 400, exp: nowS() - 1 }))],
    ['that never expires', () => signed({ sub: 'robin', iat: nowS() })],
    ['that expires in milliseconds', () => signed(good({ exp: Date.now() }))],
    ['of tomorrow', () => signed(good({ iat: nowS() + 86_400, exp: nowS() + 86_700 }))],
    ['that does not say since when', () => signed({ sub: 'robin', exp: nowS() + 300 })],
    ['that lives for an hour', () => signed(good({ exp: nowS() + 3_600 }))],
    ['that names nobody', () => signed(good({ sub: '' }))],
    ['that names somebody elsewhere', () => signed({ ...good({ sub: undefined }), user: 'robin' })],
    ['that names a number', () => signed(good({ sub: 7 }))],
  ])('%s', async (_name, made) => {
    expect((await ask(list(made()))).status).toBe(400);
  });
});

test('a visitor whom nobody met is a 404, and one without cases a page', async () => {
  room.visitor('sasha');

  expect((await ask(list(signed(good({ sub: 'nobody' }))))).status).toBe(404);
  expect((await ask(list(signed(good({ sub: 'sasha' }))))).page).toEqual({ next: null, previous: null, results: [] });
});

test.each([
  ['another organization', () => `orgs/another/external-visitors/${token()}/cases`],
  ['a token without access', () => list()],
])('%s is a 403', async (name, path) => {
  room.addToken({ token: 'partner', access: false });
  const authorization = name.startsWith('another') ? `Token ${room.token}` : 'Token partner';

  expect((await ask(path(), { authorization })).status).toBe(403);
});

test('without a subscription everything about visitors is a 403', async () => {
  room.setSubscribed(false);

  expect((await ask(list())).status).toBe(403);
  expect((await ask(list(signed(good({ sub: 'nobody' }))))).status).toBe(403);
});

test.each([
  ['a slash at the end', () => `${list()}/`, 404],
  ['an unknown ordering', () => list(token(), '?ordering=subject'), 400],
  ['two orderings', () => list(token(), '?ordering=created_at,updated_at'), 400],
  ['a page size', () => list(token(), '?page_size=100'), 400],
  ['a filter', () => list(token(), '?status=Open'), 400],
  ['a made-up cursor', () => list(token(), '?cursor=abc'), 404],
  ['the organization’s own cases', () => `orgs/${room.organizationId}/cases`, 404],
  ['messages of a case', () => `${list()}/1/messages`, 404],
  ['an older API', () => `${room.url}/api/v4/users/me`, 404],
] as const)('%s is not served', async (_name, path, status) => {
  expect((await ask(path())).status).toBe(status);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is not for cases', async (method) => {
  expect((await ask(list(), { method })).status).toBe(405);
});

test('who does not ask for JSON gets a page for people', async () => {
  expect((await ask(list(), { accept: 'text/html' })).text).toMatch(/^<!doctype html>/);
  expect((await ask(list(token(), '?format=json'), { accept: '*/*' })).page?.results).toHaveLength(1);
});

test('a link to the next page is whole, with the token it was asked with, and leads back again', async () => {
  for (const number of ['CASE-2', 'CASE-3']) room.openCase('robin', { number });
  const identity = token();

  const one = await ask(list(identity, '?ordering=-created_at'));
  const two = await ask(one.page?.next ?? '');
  const back = await ask(two.page?.previous ?? '');

  expect(one.page?.next).toMatch(
    new RegExp(`^${room.url}/api/v5/${list(identity)}\\?cursor=[0-9a-f]{32}&ordering=-created_at$`),
  );
  expect(two.page).toMatchObject({ next: null, results: [{ case_number: 'CASE-1' }] });
  expect(back.page).toMatchObject({ previous: null, results: [{ case_number: 'CASE-3' }, { case_number: 'CASE-2' }] });
});

test('a cursor is good for one visitor in one order, until it is forgotten', async () => {
  for (const number of ['CASE-2', 'CASE-3']) room.openCase('robin', { number });
  room.visitor('sasha');
  const cursor = new URL((await ask(list())).page?.next ?? '').searchParams.get('cursor');

  expect((await ask(list(token(), `?cursor=${cursor}`))).status).toBe(200);
  expect((await ask(list(token(), `?cursor=${cursor}&ordering=-created_at`))).status).toBe(404);
  expect((await ask(list(signed(good({ sub: 'sasha' })), `?cursor=${cursor}`))).status).toBe(404);
  room.forgetCursors();
  expect((await ask(list(token(), `?cursor=${cursor}`))).status).toBe(404);
});

test('a case can be changed, each time at a later moment, and everybody who listens hears of it', async () => {
  const heard: string[] = [];
  const end = room.subscribe(({ what }) => heard.push(what));
  const agent = room.agent({ name: 'Avery Agent' });
  const { id, updatedAt } = { ...room.openCase('robin') };

  const once = { ...room.changeCase(id, { owner: agent.id, priority: 5, unread: 2, waiting: true }) };
  const closed = { ...room.changeCase(id, { status: 'Closed' }) };
  const reopened = { ...room.changeCase(id, { status: 'Open', owner: null }) };
  end();
  room.removeCase(id);

  expect(once.updatedAt).toBeGreaterThan(updatedAt);
  expect(closed.closedAt).not.toBeNull();
  expect(reopened).toMatchObject({ closedAt: null, ownerId: null, priority: 5 });
  expect(heard).toEqual(['user', 'case', 'case', 'case', 'case']);
  expect(() => room.changeCase(id, {})).toThrow(/no case/);
});

test('faults hit what they name, and the log of requests shows no token in its paths', async () => {
  room.faults.add({ path: '*/external-visitors/{token}/cases', times: 1, answer: { status: 429, retryAfter: 3 } });

  expect((await ask('users/me')).status).toBe(200);
  expect((await ask(list())).status).toBe(429);
  expect((await ask(list())).status).toBe(200);
  expect(room.requests.map(({ path, status }) => [path, status])).toEqual([
    ['/users/me', 200],
    [`/orgs/${room.organizationId}/external-visitors/{token}/cases`, 429],
    [`/orgs/${room.organizationId}/external-visitors/{token}/cases`, 200],
  ]);
});

test('a snapshot holds no secret', () => {
  const text = JSON.stringify(room.snapshot());

  expect(text).toContain('CASE-1');
  expect(text).not.toContain(room.token);
  expect(text).not.toContain(SANDBOX_SIGNING_KEY);
});
