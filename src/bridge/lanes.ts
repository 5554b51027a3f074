import type { Effect } from '../core/effect.ts';
import type { Instant, Json, NewDelivery, Pace } from '../delivery/ports.ts';

/** Which lane and which gates a change goes through, and what the engine tells of it. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Receipts show that a reply waits after this. */
const SHOW_WAITING_MS = 2 * SECOND;
/** The author is told in words after this (contract 7.3). */
const TELL_WAITING_MS = 2 * MINUTE;
/** A held reply is asked about again after this. */
const ASK_AGAIN_MS = 5 * MINUTE;

export const slackLane = (link: string): string => `slack:${link}`;
export const helpdeskLane = (link: string): string => `acquire:${link}`;

/** Closed while the thread of a link cannot be written to. */
export const threadGate = (link: string): string => `slack:thread:${link}`;

type Way = Pick<NewDelivery, 'lane' | 'mode' | 'gates' | 'tell'>;

const slackGates = (method: string, channel?: string): readonly string[] => [
  'slack',
  `slack:${method}`,
  ...(channel === undefined ? [] : [`slack:${method}:${channel}`]),
];

/** `unique` tells apart changes that share no lane with anything: the delivery's own id. */
const wayOf = (effect: Effect, unique: string, channel: string): Way => {
  switch (effect.do) {
    case 'start_thread':
      return {
        lane: slackLane(effect.link),
        mode: 'fifo',
        gates: slackGates('chat.postMessage', effect.channel),
        tell: 'all',
      };
    case 'post':
      return {
        lane: slackLane(effect.link),
        mode: 'fifo',
        gates: [...slackGates('chat.postMessage', channel), threadGate(effect.link)],
        tell: 'failures',
      };
    case 'post_alone':
      return { lane: unique, mode: 'fifo', gates: slackGates('chat.postMessage', effect.channel), tell: 'nothing' };
    case 'set_receipt':
      return {
        lane: `receipt:${effect.channel}:${effect.ts}`,
        mode: 'newest',
        gates: slackGates('reactions.add'),
        tell: 'nothing',
      };
    case 'refresh_card':
      return {
        lane: `card:${effect.link}`,
        mode: 'newest',
        gates: [...slackGates('chat.update'), threadGate(effect.link)],
        tell: 'nothing',
      };
    case 'replace_post':
      return {
        lane: `replace:${effect.channel}:${effect.ts}`,
        mode: 'newest',
        gates: slackGates('chat.update'),
        tell: 'nothing',
      };
    case 'publish_home':
      return { lane: `home:${effect.member}`, mode: 'newest', gates: slackGates('views.publish'), tell: 'nothing' };
    case 'redraw_hub':
      return { lane: `hub:${effect.view}`, mode: 'newest', gates: slackGates('views.update'), tell: 'nothing' };
    case 'answer':
    case 'fill_form':
      return { lane: unique, mode: 'fifo', gates: ['slack'], tell: 'nothing' };
    // Each file has a lane of its own: one that is large, or fails, holds up neither words nor other files.
    case 'fetch_file':
      return { lane: unique, mode: 'fifo', gates: slackGates('files'), tell: 'all' };
    case 'attach_file':
      return {
        lane: unique,
        mode: 'fifo',
        gates: [...slackGates('files.completeUploadExternal', channel), threadGate(effect.link)],
        tell: 'failures',
      };
    // Nothing that is written waits for these, should Acquire refuse them for a while.
    case 'invite_agents':
    case 'write_follow_up':
    case 'create_case':
      return { lane: unique, mode: 'fifo', gates: ['acquire'], tell: 'all' };
    case 'add_message':
    case 'share_file':
    case 'update_message':
    case 'delete_message':
    case 'close_case':
    case 'reopen_case':
      return { lane: helpdeskLane(effect.link), mode: 'fifo', gates: ['acquire'], tell: 'all' };
  }
};

export type Owed = {
  readonly id: string;
  readonly effect: Effect;
  readonly position?: string | null;
  /** Held for this reason until a person decides. */
  readonly held?: string;
  /** May have been done by an earlier life of the store: looked up above this first. */
  readonly suspect?: Json;
  /** The lane of the event that it was made of: earlier ones of it go first. */
  readonly after?: string;
  /** The Slack channel a post goes to, where the effect does not say it. */
  readonly channel?: string;
  /** Its author can take it back until then, which is so far away. */
  readonly notBefore?: { readonly at: Instant; readonly inMs: number } | undefined;
};

/** What a link's history is made of: its keys must hold off a second one for as long as the link lives. */
const STAYS_WITH_ITS_LINK: ReadonlySet<Effect['do']> = new Set([
  'start_thread',
  'post',
  'add_message',
  'share_file',
  'update_message',
  'delete_message',
  'close_case',
  'reopen_case',
] as const);

/** Ages at which to tell that something still waits; with a date it may have to wait for that first. */
const remindersOf = (effect: Effect, delayMs: number): Pick<NewDelivery, 'remindAfter'> => {
  switch (effect.do) {
    case 'add_message':
      return { remindAfter: { owed: [SHOW_WAITING_MS, TELL_WAITING_MS + delayMs], held: [ASK_AGAIN_MS] } };
    case 'fetch_file':
    case 'share_file':
    case 'update_message':
    case 'delete_message':
      return { remindAfter: { owed: [TELL_WAITING_MS], held: [ASK_AGAIN_MS] } };
    default:
      return {};
  }
};

/** An effect as the engine stores it. */
export const owe = (owed: Owed): NewDelivery => ({
  ...wayOf(owed.effect, owed.id, owed.channel ?? ''),
  keyFor: STAYS_WITH_ITS_LINK.has(owed.effect.do) ? 'lane' : 'days',
  id: owed.id,
  position: owed.position ?? null,
  effect: owed.effect,
  state: owed.held === undefined ? 'owed' : 'held',
  ...(owed.held === undefined ? {} : { reason: owed.held }),
  ...(owed.after === undefined ? {} : { after: owed.after }),
  ...(owed.suspect === undefined ? {} : { suspect: owed.suspect }),
  ...(owed.notBefore === undefined ? {} : { due: owed.notBefore.at }),
  ...remindersOf(owed.effect, owed.notBefore?.inMs ?? 0),
});

/** Slack's published limits (slack.md 3.1), with a little room; bursts are tolerated, not specified, so kept small. */
const PACES: readonly (readonly [RegExp, Pace])[] = [
  [/^slack:chat\.postMessage:/, { intervalMs: 1050, burst: 3 }],
  [/^slack:chat\.postMessage$/, { intervalMs: 200, burst: 20 }],
  [/^slack:chat\.update$/, { intervalMs: 1250, burst: 10 }],
  [/^slack:reactions\.add$/, { intervalMs: 1250, burst: 10 }],
];

export const paceOf = (gate: string): Pace => PACES.find(([pattern]) => pattern.test(gate))?.[1] ?? null;
