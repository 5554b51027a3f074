import { describe, expect, test } from 'vitest';
import { lookupTrouble } from '../../src/core/visitor-trouble.ts';
import { failureOf, type Trouble } from '../../src/giosg/failure.ts';

const NOW = Date.parse('2026-01-05T10:00:00Z');
const cases = { attempted: 'GET orgs/{organization}/external-visitors/{token}/cases', identifies: true };
const me = { attempted: 'GET users/me', identifies: false };

const refused = (status: number, retryAfter: string | null = null): Trouble => ({
  trouble: 'refused',
  status,
  retryAfter,
});
const broken = (error: unknown): Trouble => ({ trouble: 'broken', error });
const coded = (code: string): Error => Object.assign(new Error('secret words'), { code });

const table: readonly (readonly [string, Trouble, object, RegExp])[] = [
  ['the identity token', refused(400), { kind: 'auth', word: 'IDENTITY_TOKEN_REFUSED' }, /check the signing key/],
  ['the API token', refused(401), { kind: 'auth', word: 'API_TOKEN_REFUSED' }, /replace it/],
  [
    'access or subscription',
    refused(403),
    { kind: 'auth', word: 'NO_ACCESS_OR_SUBSCRIPTION' },
    /no access to this organization, or there is no active subscription/,
  ],
  ['the address', refused(404), { kind: 'not_found', word: undefined }, /cannot read/],
  ['the method', refused(405), { kind: 'permanent' }, /cannot read/],
  ['the length of the address', refused(414), { kind: 'permanent' }, /cannot read/],
  ['the pace', refused(429, '30'), { kind: 'rate_limited', retryAfterMs: 30_000 }, /Try again in 30 seconds/],
  ['the pace, without saying how long', refused(429), { kind: 'rate_limited' }, /Try again in 1 minute/],
  ['a server that failed', refused(500), { kind: 'transient' }, /unavailable right now/],
  ['maintenance', refused(503, '9'), { kind: 'transient', retryAfterMs: 9_000 }, /unavailable right now/],
  ['a gateway', refused(504), { kind: 'transient' }, /unavailable right now/],
  ['a redirect that is not followed', refused(302), { kind: 'transient', status: 302 }, /unavailable right now/],
  ['time', { trouble: 'timeout' }, { kind: 'transient', word: 'TIMEOUT' }, /unavailable right now/],
  [
    'the network',
    broken(new TypeError('fetch failed', { cause: coded('ECONNRESET') })),
    { kind: 'transient', word: 'ECONNRESET' },
    /unavailable right now/,
  ],
  ['something thrown that is no error', broken('nonsense'), { kind: 'transient', word: undefined }, /unavailable/],
  [
    'a page for people in place of JSON',
    { trouble: 'unreadable', status: 200, what: 'json' },
    { kind: 'transient', word: 'UNREADABLE_ANSWER' },
    /unavailable right now/,
  ],
  [
    'an answer of another shape',
    { trouble: 'unreadable', status: 200, what: 'shape' },
    { kind: 'permanent', word: 'UNREADABLE_ANSWER' },
    /cannot read/,
  ],
];

describe('a failure of giosg is sorted by what to do next, and said so', () => {
  test.each(table)('because of %s', (_name, trouble, facts, says) => {
    const failure = failureOf(cases, trouble, NOW);

    expect(failure.facts).toMatchObject({ ...facts, side: 'giosg', effect: 'none' });
    expect(lookupTrouble('giosg', failure.facts)).toMatch(says);
    expect(lookupTrouble('giosg', failure.facts)).toMatch(/^Nothing can be shown: .+\.$/);
  });

  test('a 400 is about the identity token only where one was sent', () => {
    expect(failureOf(me, refused(400), NOW).facts).toMatchObject({ kind: 'permanent', word: undefined });
  });

  test.each([
    ['Mon, 05 Jan 2026 10:00:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 09:00:00 GMT', 1_000],
    ['soon', undefined],
  ])('Retry-After %s is understood', (given, waits) => {
    expect(failureOf(cases, refused(429, given), NOW).facts.retryAfterMs).toBe(waits);
  });

  test('nothing of the client library is kept except its code', () => {
    const failure = failureOf(cases, broken(coded('ECONNRESET')), NOW);

    expect(failure.message).toBe('giosg: GET orgs/{organization}/external-visitors/{token}/cases failed (ECONNRESET)');
    expect(failure.cause).toBeUndefined();
  });

  test.each([
    ['CURSOR_GONE', /Begin again with the first one/],
    ['LIST_CUT_OFF', /Ask for it by its id/],
  ])('%s says what to do instead', (word, says) => {
    expect(lookupTrouble('giosg', { kind: 'not_found', word })).toMatch(says);
  });
});
