import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../src/slack/errors.ts';

const said = (error: string): Error => new WebAPIPlatformError({ ok: false, error });
const coded = (code: string): Error => Object.assign(new Error(code), { code });
const lost = (code: string): Error => new WebAPIRequestError(new TypeError('fetch failed', { cause: coded(code) }));

describe('an error of Slack is told by what to do next', () => {
  test.each([
    [new WebAPIRateLimitedError(12), { kind: 'rate_limited', effect: 'none', retryAfterMs: 12_000 }],
    [said('ratelimited'), { kind: 'rate_limited', effect: 'none', retryAfterMs: 30_000 }],
    [said('invalid_auth'), { kind: 'auth', effect: 'none' }],
    [said('account_inactive'), { kind: 'auth', effect: 'none' }],
    [said('token_revoked'), { kind: 'auth', effect: 'none' }],
    [said('token_expired'), { kind: 'auth', effect: 'none' }],
    [said('missing_scope'), { kind: 'auth', effect: 'none' }],
    [said('channel_not_found'), { kind: 'place', effect: 'none' }],
    [said('not_in_channel'), { kind: 'place', effect: 'none' }],
    [said('is_archived'), { kind: 'place', effect: 'none' }],
    [said('restricted_action'), { kind: 'place', effect: 'none' }],
    [said('restricted_action_thread_locked'), { kind: 'place', effect: 'none' }],
    [said('cannot_reply_to_message'), { kind: 'place', effect: 'none' }],
    [said('thread_not_found'), { kind: 'place', effect: 'none' }],
    [said('invalid_blocks'), { kind: 'permanent', effect: 'none', word: 'invalid_blocks' }],
    [said('msg_too_long'), { kind: 'permanent', effect: 'none' }],
    [said('no_text'), { kind: 'permanent', effect: 'none' }],
    [said('accesslimited'), { kind: 'transient', effect: 'none' }],
    [said('a_word_of_next_year'), { kind: 'unheard_of', effect: 'none', word: 'a_word_of_next_year' }],
    [said('message_not_found'), { kind: 'not_found', effect: 'none' }],
    [said('user_not_found'), { kind: 'not_found', effect: 'none' }],
    [said('internal_error'), { kind: 'transient', effect: 'possible' }],
    [said('fatal_error'), { kind: 'transient', effect: 'possible' }],
    [said('service_unavailable'), { kind: 'transient', effect: 'possible' }],
    [said('request_timeout'), { kind: 'transient', effect: 'possible' }],
    [said('<html>Bad gateway for Robin</html>'), { kind: 'transient', effect: 'possible', word: 'not_json' }],
    [new WebAPIHTTPError(500, 'oops', {}), { kind: 'transient', effect: 'possible', status: 500 }],
    [new WebAPIHTTPError(503, 'down', {}), { kind: 'transient', effect: 'possible', status: 503 }],
    [new WebAPIHTTPError(403, 'proxy', {}), { kind: 'transient', effect: 'possible', status: 403 }],
    [new WebAPIRateLimitedError(0), { kind: 'rate_limited', effect: 'none', retryAfterMs: 1000 }],
    [lost('ECONNREFUSED'), { kind: 'transient', effect: 'none' }],
    [lost('ENOTFOUND'), { kind: 'transient', effect: 'none' }],
    [lost('EAI_AGAIN'), { kind: 'transient', effect: 'none' }],
    [lost('ECONNRESET'), { kind: 'transient', effect: 'possible' }],
    [new WebAPIRequestError(new DOMException('late', 'TimeoutError')), { kind: 'transient', effect: 'possible' }],
    [new Error('whatever'), { kind: 'transient', effect: 'possible' }],
    [undefined, { kind: 'transient', effect: 'possible' }],
  ])('%s', (error, facts) => {
    expect(failureOf(error, 'chat.postMessage').facts).toMatchObject({
      side: 'slack',
      attempted: 'chat.postMessage',
      ...facts,
    });
  });
});

test('a failure’s message holds nothing that Slack said in prose', () => {
  expect(failureOf(said('<html>Robin wrote</html>'), 'chat.update').message).toBe(
    'slack: chat.update failed (not_json)',
  );
});
