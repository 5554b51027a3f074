import { expect, test } from 'vitest';
import { createLog, type Log } from '../src/log.ts';

function logInto(lines: string[]): Log {
  return createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
}

function lineOf(write: (log: Log) => void): string {
  const lines: string[] = [];
  write(logInto(lines));
  return lines.join('');
}

test('a line is JSON with its level, its time, its facts and a constant message', () => {
  const line = lineOf((log) => log.child({ case: '72' }).info({ delivery: 'd1', ms: 12 }, 'delivered'));

  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    case: '72',
    delivery: 'd1',
    ms: 12,
    msg: 'delivered',
  });
});

test('what is below the level is not written', () => {
  expect(lineOf((log) => log.debug({}, 'looked'))).toBe('');
});

test('an error is logged by its name, its safe facts and its place, never by its message', () => {
  const cause = Object.assign(new Error('connect to 10.0.0.1 failed'), { code: 'ECONNREFUSED' });
  const error = Object.assign(
    new TypeError('the customer wrote: my\n    at home (secret:1:1)\ndoor is open', { cause }),
    {
      status: 500,
      method: 'chat.postMessage',
      errorWord: 'ERROR_RECORD_NOT_FOUND',
      response: 'my door is open',
    },
  );

  const line = lineOf((log) => log.error({ error }, 'attempt failed'));

  expect(line).not.toMatch(/door|home|10\.0\.0\.1/);
  expect(JSON.parse(line).error).toMatchObject({
    name: 'TypeError',
    status: 500,
    method: 'chat.postMessage',
    errorWord: 'ERROR_RECORD_NOT_FOUND',
    at: [expect.stringContaining('log.test.ts'), ...Array(4).fill(expect.any(String))],
    cause: { name: 'Error', code: 'ECONNREFUSED' },
  });
});

test('the facts of a failed call are logged, its prose is not', () => {
  const facts = {
    kind: 'permanent',
    side: 'acquire',
    attempted: 'POST chat/add-message',
    status: 400,
    word: 'my door',
  };
  const error = Object.assign(new Error('refused'), { facts });

  const logged = JSON.parse(lineOf((log) => log.warn({ error }, 'attempt failed'))).error;

  expect(logged).toMatchObject({ kind: 'permanent', side: 'acquire', attempted: 'POST chat/add-message', status: 400 });
  expect(logged).not.toHaveProperty('word');
});

test('something thrown that is no error is logged by its kind alone', () => {
  expect(lineOf((log) => log.error({ error: 'my door is open' }, 'failed'))).not.toContain('door');
});

test.each([
  ['a Slack bot token', 'xoxb-1-abc-DEF'],
  ['a Slack app token', 'xapp-1-A0-123-abc'],
  ['a rotated Slack token', 'xoxe.xoxb-1-abc'],
  ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln-_'],
  ['a bearer key', 'Bearer 9f8e7d6c'],
  ['an e-mail address', 'anna.virtanen+x@example.co.uk'],
  ['a phone number', '+358 40 1234567'],
])('%s inside another fact is scrubbed', (_, secret) => {
  const line = lineOf((log) => log.info({ detail: `saw ${secret} there` }, `with ${secret}`));

  expect(line).not.toContain(secret);
  expect(JSON.parse(line).detail).toMatch(/^saw .*\[(token|email|phone)\] there$/);
});

test('a secret right after a line break is scrubbed too, and the line stays JSON', () => {
  const detail = ['saw', 'xoxb-1-abc', 'anna@example.com', '\u0001anna@example.com', 'bearer 9f8e', '+358401234567'];

  const line = lineOf((log) => log.info({ detail: detail.join('\n') }, 'seen'));

  expect(JSON.parse(line).detail.split('\n')).toEqual([
    'saw',
    '[token]',
    '[email]',
    '\u0001[email]',
    'Bearer [token]',
    '[phone]',
  ]);
});

test('the password of a database address is scrubbed, its host stays', () => {
  const line = lineOf((log) => log.info({ database: 'postgres://bridge:hunter2@db.example/casebridge' }, 'opened'));

  expect(JSON.parse(line).database).toBe('postgres://bridge:[password]@db.example/casebridge');
});

test('ids and timestamps of both vendors pass unharmed', () => {
  const facts = { thread: '1700000000.123456', case: '72', channel: 'C0123ABCD', event: 'Ev0123:1700000000.123456' };

  expect(JSON.parse(lineOf((log) => log.info(facts, 'stored')))).toMatchObject(facts);
});

test.each(['text', 'body', 'token', 'authorization', 'email', 'phone', 'config', 'secrets'])(
  'a field named %s is never written, however deep',
  (name) => {
    const line = lineOf((log) =>
      log.info({ [name]: 'my door', a: { [name]: 'my door', b: { [name]: 'my door' } } }, 'x'),
    );

    expect(line).not.toContain('door');
  },
);

test('an error under any other name, and one inside a list, is logged as safely', () => {
  const error = Object.assign(new Error('my door'), {
    code: 'EPIPE',
    headers: { cookie: 'my door' },
    detail: 'my door',
  });

  const line = lineOf((log) => log.info({ cause: error, tried: [{ error }] }, 'failed'));

  expect(line).not.toContain('door');
  expect(JSON.parse(line)).toMatchObject({ cause: { code: 'EPIPE' }, tried: [{ error: { code: 'EPIPE' } }] });
});

test('what a child log was given is held to the same, and what was logged stays as it was', () => {
  const facts = { a: [{ token: 'my door', case: '72' }] };

  const line = lineOf((log) => log.child({ title: 'my door', lane: 'x' }).info(facts, 'seen'));

  expect(JSON.parse(line)).toMatchObject({ title: '[redacted]', lane: 'x', a: [{ token: '[redacted]', case: '72' }] });
  expect(facts.a[0]?.token).toBe('my door');
});
