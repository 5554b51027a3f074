import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ReceiverEvent } from '@slack/bolt';
import { parsedJson } from '../core/foreign-text.ts';
import { NotTaken } from './intake.ts';
import { answer, type Told } from './server.ts';

/**
 * Events that Slack only tells, over HTTP. No listener of Bolt's is called for them (intake.ts), and its own way to the
 * acknowledgement takes longer than all that is done here. Whatever is not surely one of them, or not surely Slack's, is
 * left to Bolt, which says what is wrong with it.
 */

/** Slack waits three seconds. */
const UNACKNOWLEDGED_LIMIT_MS = 3001;
const STALE_S = 300;

export type CallbackDoor = {
  readonly signingSecret: string;
  readonly now: () => number;
  readonly take: (event: ReceiverEvent) => Promise<void>;
  readonly failed: (what: string, error: unknown) => void;
};

/** False: it is none, and nothing was done. */
export const takeCallback = async (door: CallbackDoor, told: Told): Promise<boolean> => {
  if (told.request.headers['content-type'] !== 'application/json' || !isSigned(door, told)) return false;
  const body = parsedJson(told.text);
  if (!isCallback(body)) return false;
  const { response } = told;
  const respond = (status: number): void => {
    if (!response.headersSent) answer(response, status);
  };
  // The store took too long: it may still take it, and Slack's retry will find it there.
  const late = setTimeout(respond, UNACKNOWLEDGED_LIMIT_MS, 503);
  try {
    await door.take({ body, ack: async () => respond(200), ...retryOf(told.request) });
  } catch (error) {
    door.failed('take an event', error);
    respond(error instanceof NotTaken ? error.status : 500);
  } finally {
    clearTimeout(late);
  }
  return true;
};

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const isSigned = (
  { signingSecret, now }: Pick<CallbackDoor, 'signingSecret' | 'now'>,
  { request, rawBody }: Told,
): boolean => {
  const at = request.headers['x-slack-request-timestamp'];
  const given = request.headers['x-slack-signature'];
  if (typeof at !== 'string' || typeof given !== 'string' || signingSecret === '') return false;
  if (!/^\d{1,12}$/.test(at) || Math.abs(Number(at) - now() / 1000) > STALE_S) return false;
  if (!/^v0=[0-9a-f]{64}$/.test(given)) return false;
  const right = createHmac('sha256', signingSecret).update(`v0:${at}:`).update(rawBody).digest();
  return timingSafeEqual(right, Buffer.from(given.slice('v0='.length), 'hex'));
};

const isCallback = (body: unknown): body is Record<string, unknown> =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  body.type === 'event_callback' &&
  !('ssl_check' in body) &&
  !('command' in body);

const retryOf = (request: IncomingMessage): Pick<ReceiverEvent, 'retryNum'> => {
  const count = Number(request.headers['x-slack-retry-num'] ?? 0);
  return count > 0 ? { retryNum: count } : {};
};
