import type { SlackText } from '../core/event.ts';
import type { ChannelId } from '../core/ids.ts';
import type { Chat, Helpdesk, Names } from '../core/ports.ts';
import type { Channels } from '../core/settings.ts';
import type { DeliveryStore } from '../delivery/ports.ts';
import type { CaseReads } from './reads.ts';
import type { RecordStore } from './records.ts';

/** How text of a member is read; the Slack room does it. */
export type TextReader = {
  /** For people outside: names for ids, no markup. */
  plain(text: SlackText, names: Names): Promise<string>;
  /** Without styling and invisible characters, for deciding the kind. */
  start(text: SlackText): string;
  mentions(text: SlackText): {
    readonly members: readonly string[];
    readonly groups: readonly string[];
    readonly broadcast: readonly string[];
  };
};

/** Facts only, never text of people, tokens or addresses. */
export type BridgeLog = {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
};

/** What operators must know: goes to the log and to the alarm channel, once for each key. */
export type Alarm = (key: string, text: string) => void;

/** Everything that the handling of an event may ask. Built once, in the composition root. */
export type Bridge = {
  readonly helpdesk: Helpdesk;
  readonly chat: Chat;
  readonly store: DeliveryStore;
  readonly records: RecordStore;
  readonly reads: CaseReads;
  readonly text: TextReader;
  channels(): Channels;
  readonly agentGroup: string | null;
  readonly alertChannel: ChannelId | null;
  /** `/case`, for the words of answers. */
  readonly command: string;
  /** How long a person's own edits are followed. */
  readonly editWindowMs: number;
  /** How both sides are, for `/case status`. */
  health(): { readonly slack: 'ok' | 'degraded'; readonly acquire: 'ok' | 'degraded' };
  /** False once this round of polling has started 20 threads: then a person is asked (contract section 6). */
  mayStartThread(round: number | null, link: string): boolean;
  /** Whether this process does what only one of several may do at a time; asked again before `forMs` have passed. */
  lead(what: string, forMs: number): Promise<boolean>;
  /** The store's clock, which several processes share. */
  now(): number;
  readonly log: BridgeLog;
  readonly alarm: Alarm;
};
