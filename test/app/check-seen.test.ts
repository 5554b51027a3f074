import { expect, test } from 'vitest';
import { checkSeen } from '../../src/app/check-seen.ts';
import { fingerprints } from '../../src/app/sightings.ts';
import { readConfig } from '../../src/config.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-11-22T12:00:00Z');

const read = readConfig({
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'secret',
  ACQUIRE_ACCOUNT_ID: 'acme',
  ACQUIRE_API_KEY: 'key',
  CASE_CHANNEL: 'C0SUPPORT',
});
if (!read.ok) throw new Error(read.problems.join('\n'));
const { config } = read;
const secret = fingerprints(config).slack;

/** How long ago a right request came, and one with a wrong signature; null for never. */
const judge = (right: number | null, wrong: number | null, rightSecret = secret) => {
  const slack = {
    version: 1,
    taken: right === null ? null : { at: NOW - right, secret: rightSecret },
    refused: wrong === null ? null : { at: NOW - wrong, secret, status: 401 },
    kinds: {},
    wrote: null,
  };
  return checkSeen(config, { slack, acquire: undefined }, NOW).slack[0];
};

test.each([
  ['nothing came', null, null, 'open'],
  ['only right ones came', HOUR, null, 'proven'],
  ['a right one came after a wrong one', MINUTE, HOUR, 'proven'],
  ['a stranger knocked a moment after a right one', 2 * MINUTE, MINUTE, 'proven'],
  ['a wrong one came, and no right one for hours', 3 * HOUR, HOUR, 'open'],
  ['a wrong one came, and no right one for days', 50 * HOUR, HOUR, 'wrong'],
  ['only wrong ones came', null, HOUR, 'wrong'],
] as const)('when %s, it says what that proves', (_name, right, wrong, result) => {
  expect(judge(right, wrong)).toMatchObject({ result, item: 'Slack reaches us' });
});

test('a right request with an older secret proves nothing for the new one', () => {
  expect(judge(MINUTE, null, 'older')).toMatchObject({ result: 'open' });
  expect(judge(2 * MINUTE, MINUTE, 'older')).toMatchObject({ result: 'wrong' });
});
