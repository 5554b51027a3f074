import type { SlackText } from '../core/event.ts';
import type { AccountId, ChannelId } from '../core/ids.ts';
import type { Files, FileSettings } from '../core/files.ts';
import type { Chat, Helpdesk, Names } from '../core/ports.ts';
import type { RichText } from '../core/rich-text.ts';
import type { Channels } from '../core/settings.ts';
import type { CaseAbility, VisitorCases } from '../core/visitor-case.ts';
import type { DeliveryStore } from '../delivery/ports.ts';
import type { CaseReads, Urgency } from './reads.ts';
import type { RecordStore } from './records.ts';

/** How text of a member is read; the Slack room does it. */
export type TextReader = {
  /** For people outside: names for ids, no markup, styles kept apart from the words. */
  read(text: SlackText, names: Names): Promise<RichText>;
  /** The same as plain text. */
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

/** The system that is asked, at its pace. */
export type Visitors = {
  readonly account: AccountId;
  readonly system: string;
  readonly abilities: ReadonlySet<CaseAbility>;
  /** Rejects with what the work rejects with; waits its turn before. */
  ask<T>(urgency: Urgency, work: (cases: VisitorCases) => Promise<T>): Promise<T>;
};

type SideState = 'ok' | 'degraded';

/** Everything that the handling of an event may ask. Built once, in the composition root. */
export type Bridge = {
  readonly helpdesk: Helpdesk;
  readonly chat: Chat;
  readonly store: DeliveryStore;
  readonly records: RecordStore;
  readonly reads: CaseReads;
  /** The system that is asked about the cases of visitors; null where none is set up. */
  readonly visitors: Visitors | null;
  readonly text: TextReader;
  readonly files: Files & {
    readonly settings: FileSettings;
    /** Aborted when the process stops. */
    readonly stopping: AbortSignal;
  };
  channels(): Channels;
  readonly agentGroup: string | null;
  readonly alertChannel: ChannelId | null;
  /** `/case`, for the words of answers. */
  readonly command: string;
  /** How long a person's own edits are followed. */
  readonly editWindowMs: number;
  /** How both sides are, for `/case status`. */
  health(): Readonly<Record<'slack' | 'acquire', SideState>> & {
    /** Null where it is not set up. */
    readonly giosg: SideState | null;
  };
  /** False once this round of polling has started 20 threads: then a person is asked (contract section 6). */
  mayStartThread(round: number | null, link: string): boolean;
  /** Whether this process does what only one of several may do at a time; asked again before `forMs` have passed. */
  lead(what: string, forMs: number): Promise<boolean>;
  /** The store's clock, which several processes share. */
  now(): number;
  readonly log: BridgeLog;
  readonly alarm: Alarm;
};
