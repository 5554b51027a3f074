import { z } from 'zod';
import { Failure } from '../delivery/errors.ts';
import { REQUEST_TIMEOUT_MS } from './api.ts';
import { failureOf, ofStatus, ofWord, SIDE } from './errors.ts';

const ATTEMPTED = 'response_url';
const SLACK_HOOKS = 'https://hooks.slack.com';
const SLACK_API = 'https://slack.com';

const Refused = z.object({ ok: z.literal(false), error: z.string() });

/** Whether it was taken; false when the address is not Slack's, or is used up or too old. */
export type Respond = (url: string, body: Readonly<Record<string, unknown>>) => Promise<boolean>;

/** An address in a payload is followed only to Slack itself: to whom we post is not for a payload to say. */
export const createRespond = (apiUrl: string): Respond => {
  const { origin } = new URL(apiUrl);
  const known: ReadonlySet<string> = new Set(origin === SLACK_API ? [SLACK_HOOKS] : [SLACK_HOOKS, origin]);
  return async (url, body) => {
    if (!URL.canParse(url) || !known.has(new URL(url).origin)) return false;
    const response = await post(url, body);
    const answer = await response.text().catch(() => '');
    if (response.ok) return !isRefusal(answer);
    // 404 with expired_url or used_url: https://docs.slack.dev/interactivity/handling-user-interaction
    if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429)
      return false;
    throw new Failure({ side: SIDE, attempted: ATTEMPTED, ...ofStatus(response.status) });
  };
};

const post = (url: string, body: Readonly<Record<string, unknown>>): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw failureOf(error, ATTEMPTED);
  });

const isRefusal = (answer: string): boolean => {
  if (!answer.startsWith('{')) return false;
  try {
    const refused = Refused.safeParse(JSON.parse(answer));
    return refused.success && ofWord(refused.data.error).kind !== 'rate_limited';
  } catch {
    return false;
  }
};
