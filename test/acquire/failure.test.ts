import { describe, expect, test } from 'vitest';
import { failureOf, type Trouble } from '../../src/acquire/failure.ts';

const NOW = Date.parse('2026-01-05T10:00:00Z');
const writing = { attempted: 'POST crm/messenger/chat/add-message', changes: true };
const reading = { attempted: 'GET crm/objects/case/{id}', changes: false };

const refused = (status: number, text = '', retryAfter: string | null = null): Trouble => ({
  trouble: 'refused',
  status,
  text,
  retryAfter,
});
const coded = (code: string, more: object = {}): Error => Object.assign(new Error('secret words'), { code, ...more });
const broken = (error: unknown): Trouble => ({
  trouble: 'broken',
  error: new TypeError('fetch failed', { cause: error }),
});

const table: readonly (readonly [string, Trouble, string, string])[] = [
  ['the key is refused', refused(401, '{"error":"ERROR_UNAUTHORIZED"}'), 'auth', 'none'],
  ['it is forbidden, whoever says so', refused(403, 'ERROR_UNAUTHORIZED_ACCESS'), 'permanent', 'none'],
  ['there is no such object', refused(404), 'not_found', 'none'],
  ['there is no such record', refused(400, '{"errors":[{"title":"ERROR_RECORD_NOT_FOUND"}]}'), 'not_found', 'none'],
  ['the input is wrong', refused(400, 'ERROR_INVALID_INPUT'), 'permanent', 'none'],
  ['the body says no under 200', refused(200, '{"data":{"success":false}}'), 'permanent', 'possible'],
  ['too many requests', refused(429), 'rate_limited', 'none'],
  ['the request took too long', refused(408), 'transient', 'possible'],
  ['the server failed', refused(500, 'ERROR_SERVER_ERROR'), 'transient', 'possible'],
  ['the server failed under another number', refused(400, 'ERROR_SERVER_ERROR'), 'transient', 'possible'],
  ['a gateway gave up', refused(504), 'transient', 'possible'],
  ['maintenance', refused(503), 'transient', 'possible'],
  ['a redirect that was not followed', refused(307), 'transient', 'none'],
  ['a redirect after the work', refused(303), 'transient', 'possible'],
  ['no answer in time', { trouble: 'timeout' }, 'transient', 'possible'],
  ['nobody listens', broken(coded('ECONNREFUSED')), 'transient', 'none'],
  ['no such host', broken(coded('ENOTFOUND')), 'transient', 'none'],
  ['names cannot be resolved now', broken(coded('EAI_AGAIN')), 'transient', 'none'],
  ['no way to the host', broken(coded('EHOSTUNREACH', { syscall: 'connect' })), 'transient', 'none'],
  ['the way was lost underway', broken(coded('EHOSTUNREACH', { syscall: 'read' })), 'transient', 'possible'],
  [
    'no address answered',
    broken(new AggregateError([coded('ETIMEDOUT', { syscall: 'connect' })])),
    'transient',
    'none',
  ],
  ['a certificate has expired', broken(coded('CERT_HAS_EXPIRED')), 'transient', 'none'],
  ['a certificate is of somebody else', broken(coded('ERR_TLS_CERT_ALTNAME_INVALID')), 'transient', 'none'],
  ['the connection was reset', broken(coded('ECONNRESET', { syscall: 'read' })), 'transient', 'possible'],
  ['the other side hung up', broken(coded('UND_ERR_SOCKET')), 'transient', 'possible'],
  ['something thrown that is no error', broken('nonsense'), 'transient', 'possible'],
  ['an answer that is not JSON', { trouble: 'unreadable', status: 200, what: 'json' }, 'transient', 'possible'],
  ['an answer of another shape', { trouble: 'unreadable', status: 200, what: 'shape' }, 'permanent', 'possible'],
];

describe('a failure of Acquire is sorted by what to do next', () => {
  test.each(table)('%s', (_name, trouble, kind, effect) => {
    const failure = failureOf(writing, trouble, NOW);

    expect(failure.facts).toMatchObject({ kind, effect, side: 'acquire' });
    expect(failureOf(reading, trouble, NOW).facts).toMatchObject({ kind, effect: 'none' });
  });

  test.each([
    ['7', 7_000],
    ['Mon, 05 Jan 2026 10:00:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 09:00:00 GMT', 1_000],
    ['0', 1_000],
    ['soon', undefined],
    [null, undefined],
  ])('Retry-After %s is understood', (given, waits) => {
    expect(failureOf(writing, refused(429, '', given), NOW).facts.retryAfterMs).toBe(waits);
  });

  test('nothing that the vendor wrote is kept except its word', () => {
    const text = '{"errors":[{"title":"ERROR_INVALID_INPUT","details":"robin@example.com said hello"}]}';

    const failure = failureOf(writing, refused(400, text), NOW);

    expect(failure.facts.word).toBe('ERROR_INVALID_INPUT');
    expect(JSON.stringify([failure.message, failure.facts, failure.cause ?? null])).not.toMatch(/robin|hello/);
  });

  test('nothing of the client library is kept except its code', () => {
    const failure = failureOf(writing, broken(coded('ECONNRESET')), NOW);

    expect(failure.message).toBe('acquire: POST crm/messenger/chat/add-message failed (ECONNRESET)');
    expect(failure.cause).toBeUndefined();
  });
});
