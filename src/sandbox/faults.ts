import { spawnSync } from 'node:child_process';
import type { FaultKind } from './fault-kind.ts';
import { onAcquire, onEvents, onSlack, onWebhooks, unseenByAcquire } from './fault-kind.ts';

/** What can go wrong on this stage, as data: the panel switches it, the rehearsals use the same switches. */

/** Long for a person, short of what makes the app give up an attempt. */
const SLOW_MS = 2_500;
const ACQUIRE_WAIT_S = 2;
const SLACK_WAIT_S = 3;
const GATHERED = 3;
const GATHERING_MS = 2_000;

const SENDING = {
  method: 'POST',
  path: /^\/(?:crm\/messenger\/chat\/add-message|mail\/add-message|voip\/send-sms)$/,
} as const;
const SENDING_OUT = { method: 'POST', path: /^\/(?:mail\/add-message|voip\/send-sms)$/ } as const;

const FAULTS: readonly FaultKind[] = [
  {
    id: 'slack_down',
    side: 'Slack',
    name: 'Down',
    says: 'Nothing can be posted. What customers write is stored and waits; one try every two seconds stands for all, and everything comes in order once Slack answers.',
    begin: async ({ slack }) => {
      await slack.down();
      return { end: () => slack.up() };
    },
  },
  {
    id: 'slack_limits',
    side: 'Slack',
    name: 'Answers 429',
    says: `Every call is told to wait ${SLACK_WAIT_S} s. casebridge waits as long, in the store, and no tries are used up. A reply whose author cannot be looked up for seconds is held, and its author is asked.`,
    begin: onSlack({ method: '*', action: { kind: 'rateLimit', retryAfter: SLACK_WAIT_S } }),
  },
  {
    id: 'slack_slow',
    side: 'Slack',
    name: 'Slow',
    says: `Every call takes ${SLOW_MS / 1000} s. Order is kept, for only the first of a lane is under way; other threads go on beside it.`,
    begin: onSlack({ method: '*', action: { kind: 'slow', ms: SLOW_MS } }),
  },
  {
    id: 'slack_silent',
    side: 'Slack',
    name: 'Posts, but never answers',
    says: 'Each post appears, yet nobody hears so. Once nothing of it can still take effect, the thread is read for our mark: it is found and not posted twice.',
    begin: onSlack({ method: 'chat.postMessage', action: { kind: 'hang', when: 'after' } }),
  },
  {
    id: 'slack_token',
    side: 'Slack',
    name: 'Token revoked',
    says: 'Every call is refused. The way to Slack closes, one alarm is raised, and what waits goes out within half a minute after the token works again.',
    begin: ({ slack }) => {
      slack.revokeToken();
      return { end: () => slack.restoreToken() };
    },
  },
  {
    id: 'acquire_down',
    side: 'Acquire',
    name: 'Down',
    says: 'Replies wait, and after two seconds they show it with an hourglass. They go out in order when Acquire is back; customers’ messages are read then.',
    begin: async ({ acquire }) => {
      await acquire.down();
      return { end: () => acquire.up() };
    },
  },
  {
    id: 'acquire_limits',
    side: 'Acquire',
    name: 'Answers 429',
    says: `Every request is told to wait ${ACQUIRE_WAIT_S} s. Replies wait in the store, and no tries are used up.`,
    begin: onAcquire({ answer: { status: 429, retryAfter: ACQUIRE_WAIT_S } }),
  },
  {
    id: 'acquire_fails',
    side: 'Acquire',
    name: 'Answers 500',
    says: 'A 500 says nothing about what was done. Each reply that met one is looked up before it is sent again, so it cannot arrive twice.',
    begin: onAcquire({ answer: { status: 500 } }),
  },
  {
    id: 'acquire_refuses',
    side: 'Acquire',
    name: 'Refuses every message',
    says: 'Each reply is refused for what it is (422). It becomes a dead letter with its reason and a Retry button; nothing is dropped, and later ones go on.',
    begin: onAcquire({ ...SENDING, answer: { status: 422 } }),
  },
  {
    id: 'acquire_slow',
    side: 'Acquire',
    name: 'Slow',
    says: `Every request takes ${SLOW_MS / 1000} s. Replies of one case stay in order, those of other cases do not wait for them.`,
    begin: onAcquire({ answer: 'genuine', slowMs: SLOW_MS }),
  },
  {
    id: 'acquire_silent',
    side: 'Acquire',
    name: 'Stores, but never answers',
    says: 'The customer has each reply, yet nobody hears so. After the attempt’s time the case is read: the reply is found there and not sent twice.',
    begin: onAcquire({ ...SENDING, effect: 'done', answer: 'hang' }),
  },
  {
    id: 'acquire_lost',
    side: 'Acquire',
    name: 'Stores nothing, never answers',
    says: 'No reply arrives, and nobody hears so. After the attempt’s time the case is read: what is not there is sent again, but never a mail or a text message. Its author is asked.',
    begin: onAcquire({ ...SENDING, effect: 'none', answer: 'hang' }),
  },
  {
    id: 'acquire_unseen',
    side: 'Acquire',
    name: 'Sends mails and texts unseen',
    says: 'Mails and text messages go out, yet nobody hears so and the case does not show them. Nobody can tell, so nothing is sent twice: the author is asked, “It arrived” or “Send again”.',
    begin: unseenByAcquire({ ...SENDING_OUT, effect: 'done', answer: 'hang' }),
  },
  {
    id: 'acquire_key',
    side: 'Acquire',
    name: 'Key revoked',
    says: 'Every request is refused (401). The way to Acquire closes, one alarm is raised, and what waits goes out within half a minute after the key works again.',
    begin: ({ acquire }) => {
      acquire.revokeKey();
      return { end: () => acquire.restoreKey() };
    },
  },
  {
    id: 'events_lost',
    side: 'Events of Slack',
    name: 'Lost',
    says: 'Slack never tells what members write. It is found by reading the threads: after a start, a lost connection or a refused event, and every five minutes.',
    begin: onEvents('lose'),
  },
  {
    id: 'events_doubled',
    side: 'Events of Slack',
    name: 'Doubled',
    says: 'Everything that members write is told twice. The second has the key of the first and adds nothing.',
    begin: onEvents('duplicate'),
  },
  {
    id: 'events_reordered',
    side: 'Events of Slack',
    name: 'Reordered',
    says: `Events come in threes, or as many as come within ${GATHERING_MS / 1000} s, the last first: an edit before its message, an answer before the one above it. Replies are sorted as Slack shows them; one that comes too late is sent all the same, and its author is told.`,
    begin: onEvents({ reverse: GATHERED, withinMs: GATHERING_MS }),
  },
  {
    id: 'webhooks_lost',
    side: 'Webhooks of Acquire',
    name: 'Lost',
    says: 'Webhooks are sent and never arrive. Open cases are read every few seconds, so it only takes longer.',
    begin: onWebhooks({ lose: 1 }),
  },
  {
    id: 'webhooks_doubled',
    side: 'Webhooks of Acquire',
    name: 'Doubled',
    says: 'Each webhook comes twice. It is only a nudge to read the case, and what was read before is known by its id.',
    begin: onWebhooks({ duplicate: 1 }),
  },
  {
    id: 'webhooks_reordered',
    side: 'Webhooks of Acquire',
    name: 'Reordered',
    says: 'Webhooks come in threes, the last first. Messages are posted in the order of their ids, not of the webhooks.',
    begin: onWebhooks({ reorder: GATHERED }),
  },
  {
    id: 'webhooks_absent',
    side: 'Webhooks of Acquire',
    name: 'Absent',
    says: 'Acquire has no webhook set up. Everything is found by reading alone.',
    begin: ({ acquire, webhook }) => {
      acquire.setWebhook({ ...webhook, events: [] });
      return { end: () => acquire.setWebhook(webhook) };
    },
  },
  {
    id: 'store_full',
    side: 'The app',
    name: 'Disk full',
    says: 'The app can write to no file. It acknowledges nothing and sends nothing, says so once and at /readyz, and goes on by itself when there is room; Slack tells again what was refused.',
    isPossible: () => spawnSync('prlimit', ['--version']).status === 0,
    begin: ({ app }) => {
      const limit = (bytes: string) => spawnSync('prlimit', ['--pid', String(app.pid), `--fsize=${bytes}:unlimited`]);
      const full = (): void => void limit('1');
      full();
      return { end: () => limit('unlimited'), again: full };
    },
  },
  {
    id: 'app_frozen',
    side: 'The app',
    name: 'Frozen',
    says: 'The process stands still (SIGSTOP). When it goes on it sends nothing under a claim that has run out; what was under way is looked up.',
    begin: ({ app }) => {
      app.freeze();
      return { end: () => app.thaw() };
    },
  },
  {
    id: 'app_killed',
    side: 'The app',
    name: 'Killed',
    says: 'kill -9, until you start it again. Each attempt was stored as open before the call, so its successor looks up what became of it; what nobody heard is told again or read.',
    begin: async ({ app }) => {
      await app.kill();
      return { end: () => app.start() };
    },
  },
];

let possible: readonly FaultKind[] | undefined;

/** In the order of the panel. */
export const faultKinds = (): readonly FaultKind[] =>
  (possible ??= FAULTS.filter(({ isPossible }) => isPossible?.() ?? true));
