import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from './events.ts';
import type { Json, Outgoing } from './wire.ts';
import { parseJson, post } from './wire.ts';
import type { Workspace } from './workspace.ts';

export type Kind = 'slash_commands' | 'interactive';

/** The app's answer to a command or an interaction, or what Slack shows the user instead. */
export type Answer =
  | { ok: true; body: Json | undefined }
  | { ok: false; error: 'dispatch_failed' | 'operation_timeout' };

/** A command, press, shortcut or form as it was handed over, and what came back. */
export interface Asked {
  readonly id: string;
  readonly at: number;
  readonly what: string;
  /** What tells it apart: its trigger, or the view of a form. */
  readonly trigger: string;
  ms: number | null;
  /** `200`, or why there was no answer; null as long as there is none. */
  answer: string | null;
}

export interface Transport {
  deliver: (delivery: Delivery) => Promise<void>;
  ask: (kind: Kind, payload: Outgoing) => Promise<Answer>;
}

export interface Pace {
  /** Pauses before the first, second and third retry. */
  retries: number[];
  /** Delayed Events: further tries after the last retry. */
  delayed: { everyMs: number; times: number } | undefined;
  answerMs: number;
  signal: AbortSignal;
}

/** HMAC-SHA256 over `v0:{timestamp}:{raw body}`. */
export const sign = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

export function httpTransport(workspace: Workspace, requestUrl: () => string | undefined, pace: Pace): Transport {
  const send = async (body: string, type: string, extra: Record<string, string> = {}) => {
    const url = requestUrl();
    if (url === undefined) return { reason: 'connection_failed' as const };
    const timestamp = String(Math.floor(workspace.now() / 1000));
    const signature = sign(workspace.app.signingSecret, timestamp, body);
    const headers = {
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      ...extra,
    };
    return post({ url, headers, body, timeoutMs: pace.answerMs });
  };
  return {
    deliver: async (delivery) => {
      const body = JSON.stringify(delivery.envelope);
      const { everyMs = 0, times = 0 } = pace.delayed ?? {};
      const pauses = [0, ...pace.retries, ...Array.from({ length: times }, () => everyMs)];
      let reason = 'unknown_error';
      for (const [retry, pause] of pauses.entries()) {
        if (pause > 0) await sleep(pause, undefined, { signal: pace.signal, ref: false });
        const again = retry === 0 ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': reason };
        const began = workspace.now();
        const outcome = await send(body, 'application/json', again);
        const attempt = { at: began, retry, ms: workspace.now() - began };
        if (!('status' in outcome)) {
          reason = outcome.reason;
          delivery.attempts.push({ ...attempt, reason });
          continue;
        }
        delivery.attempts.push({ ...attempt, status: outcome.status });
        if (outcome.status >= 200 && outcome.status < 300) return void (delivery.state = 'delivered');
        if (outcome.headers['noRetry'] === '1') break;
        reason = 'http_error';
      }
      if (delivery.state === 'pending') delivery.state = 'given up';
    },
    ask: async (kind, payload) => {
      const form = new URLSearchParams();
      if (kind === 'interactive') form.set('payload', JSON.stringify(payload));
      else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
      const outcome = await send(form.toString(), 'application/x-www-form-urlencoded');
      if (!('status' in outcome)) {
        return { ok: false, error: outcome.reason === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed' };
      }
      if (outcome.status !== 200) return { ok: false, error: 'dispatch_failed' };
      return { ok: true, body: outcome.body === '' ? undefined : (parseJson(outcome.body) ?? outcome.body) };
    },
  };
}

/** Keeps what was asked, but for lists of choices, which are asked for with every letter. */
export function keepAsked(ask: Transport['ask'], kept: Asked[], now: () => number): Transport['ask'] {
  return async (kind, payload) => {
    if (payload['type'] === 'block_suggestion') return ask(kind, payload);
    const asked: Asked = {
      id: `asked ${kept.length + 1}`,
      at: now(),
      ...namesOf(kind, payload),
      ms: null,
      answer: null,
    };
    kept.push(asked);
    const answer = await ask(kind, payload);
    asked.ms = now() - asked.at;
    asked.answer = answer.ok ? '200' : answer.error;
    return answer;
  };
}

function namesOf(kind: Kind, payload: Outgoing): { what: string; trigger: string } {
  const trigger = typeof payload['trigger_id'] === 'string' ? payload['trigger_id'] : '';
  if (kind === 'slash_commands') return { what: String(payload['command']), trigger };
  const view = payload['view'];
  const isForm = payload['type'] === 'view_submission' && typeof view === 'object' && view !== null && 'id' in view;
  return { what: String(payload['type']).replaceAll('_', ' '), trigger: isForm ? String(view.id) : trigger };
}

/** What Slack does when a request URL is saved: the challenge has to come back. */
export async function verifyUrl(workspace: Workspace, url: string): Promise<boolean> {
  const challenge = `challenge-${Math.floor(workspace.random() * 1e12)}`;
  const body = JSON.stringify({ token: workspace.app.verificationToken, challenge, type: 'url_verification' });
  const timestamp = String(Math.floor(workspace.now() / 1000));
  const outcome = await post({
    url,
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(workspace.app.signingSecret, timestamp, body),
    },
    body,
    timeoutMs: 3000,
  });
  return 'status' in outcome && outcome.status === 200 && outcome.body.includes(challenge);
}
