import { z } from 'zod';
import { Case } from './case.ts';
import { SlackFile } from './files.ts';
import { CaseMessage } from './message.ts';
import { parsedOnce } from './parsed-once.ts';
import { VisitorCase } from './visitor-case.ts';
import { CaseId, ChannelId, MemberId, MessageId, SlackTs, TeamId } from './ids.ts';

/** Facts told to us, in the past tense, as they are stored in the inbox. */

const memberFields = { team: TeamId, channel: ChannelId, member: MemberId };

/** Text as Slack gives it: mrkdwn with entities, and the rich_text blocks when there are any. */
export const SlackText = z.object({ mrkdwn: z.string(), blocks: z.array(z.unknown()) });
export type SlackText = z.infer<typeof SlackText>;

const MemberWrote = z.object({
  type: z.literal('member_wrote'),
  ...memberFields,
  /** The author's own workspace, where Slack says it. */
  memberTeam: TeamId.nullable(),
  ts: SlackTs,
  thread: SlackTs,
  text: SlackText,
  files: z.array(SlackFile),
  /** Found by reading the thread, not told by an event: an earlier life of the store may have sent it already. */
  caught: z.boolean().default(false),
});
const MemberEdited = z.object({
  type: z.literal('member_edited'),
  ...memberFields,
  memberTeam: TeamId.nullable(),
  ts: SlackTs,
  thread: SlackTs,
  /** Higher is newer. */
  edition: z.string(),
  text: SlackText,
  /** The version before, where Slack shows it: it may never have come by itself. */
  before: SlackText.nullable().default(null),
  files: z.array(SlackFile),
  /** Ids of files that the version before still had. */
  gone: z.array(z.string()).default([]),
});
/** Files of a message were deleted; its words stand. */
const MemberRemovedFiles = z.object({
  type: z.literal('member_removed_files'),
  ...memberFields,
  ts: SlackTs,
  thread: SlackTs,
  /** By their ids. */
  files: z.array(z.string()),
  /** When that was, by Slack's clock, where Slack says it. */
  at: SlackTs.nullable().catch(null),
});
const MemberDeleted = z.object({
  type: z.literal('member_deleted'),
  ...memberFields,
  ts: SlackTs,
  thread: SlackTs,
  /** When it was deleted, by Slack's clock, where Slack says it. */
  at: SlackTs.nullable().catch(null),
});

/** A deletion that names no author and no thread: Slack's page shows one without `previous_message`. */
const MessageGone = z.object({
  type: z.literal('message_gone'),
  team: TeamId,
  channel: ChannelId,
  ts: SlackTs,
  at: SlackTs.nullable(),
});

/** Where a private answer goes: the short-lived address first, then an ephemeral message. */
export const AnswerTo = z.object({
  ...memberFields,
  thread: SlackTs.nullable(),
  responseUrl: z.string().nullable(),
  /** It was asked on the home tab: the answer goes there. */
  home: z.boolean().optional(),
  /** It was asked from this hub, or from a form above it. */
  hub: z.string().optional(),
});
export type AnswerTo = z.infer<typeof AnswerTo>;

const CommandGiven = z.object({ type: z.literal('command'), to: AnswerTo, text: z.string() });

const ButtonPressed = z.object({
  type: z.literal('button'),
  to: AnswerTo,
  action: z.string(),
  /** What we put on the button when we made it. */
  value: z.string(),
  /** The message that carried the button. */
  message: SlackTs.nullable(),
});

/** A message shortcut, on the message of anybody in any channel. */
const ShortcutUsed = z.object({
  type: z.literal('shortcut'),
  to: AnswerTo,
  shortcut: z.string(),
  message: SlackTs,
  messageThread: SlackTs,
  author: MemberId.nullable(),
  text: SlackText,
});

/** A submitted modal: its fields by our own names. `context` is what we put into it when we opened it. */
const FormSubmitted = z.object({
  type: z.literal('form'),
  to: AnswerTo,
  form: z.string(),
  context: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});

/** A reaction on a message of any thread, where the settings make it stand for something. */
const Reacted = z.object({
  type: z.literal('reaction'),
  /** Its thread is not told: it must be looked up. */
  to: AnswerTo,
  reaction: z.string(),
  message: SlackTs,
});

const HomeOpened = z.object({ type: z.literal('home_opened'), team: TeamId, member: MemberId });

const ChannelChanged = z.object({
  type: z.literal('channel_changed'),
  team: TeamId,
  channel: ChannelId,
  change: z.enum(['archived', 'unarchived', 'deleted', 'left', 'joined', 'id_changed']),
  newId: ChannelId.nullable(),
});

/** A webhook of the helpdesk: only a nudge to read the case; its messages are used when no reader works. */
export const CaseNudged = z.object({
  type: z.literal('case_nudged'),
  event: z.string(),
  case: CaseId,
  messages: z.array(CaseMessage),
});

/** A poll found news on a case, in a reading that began at `readAt`; `round` when the list of open cases led to it. */
const CaseChanged = z.object({
  type: z.literal('case_changed'),
  case: CaseId,
  readAt: z.number(),
  round: z.number().nullable(),
});

/** A thread that watches a case of a visitor stands in Slack, and the store knows nothing of it. */
const VisitorThreadSeen = z.object({
  type: z.literal('visitor_thread_seen'),
  team: TeamId,
  channel: ChannelId,
  ts: SlackTs,
});

/** A watched case of a visitor was read, and is not as its thread was told; null: it is not shown any more. */
const VisitorCaseChanged = z.object({
  type: z.literal('visitor_case_changed'),
  link: z.string(),
  case: VisitorCase.nullable(),
});

/** What the delivery engine tells. Shaped as `DeliveryNews` of the engine; the effect is parsed where it is used. */
const DeliveryTold = z.object({
  type: z.literal('delivery'),
  id: z.string(),
  lane: z.string(),
  state: z.enum(['owed', 'held', 'delivered', 'dead', 'unknown', 'dropped']),
  waitedMs: z.number().optional(),
  late: z.boolean().optional(),
  reason: z.string().optional(),
  receipt: z.unknown().optional(),
  effect: z.unknown(),
});

/** A contact has waited since then for as long as the rule of the thread allows. */
const WaitDue = z.object({
  type: z.literal('wait_due'),
  link: z.string(),
  since: z.number(),
  step: z.enum(['remind', 'escalate']),
});

/** A snooze is over. */
const SnoozeEnded = z.object({
  type: z.literal('snooze_ended'),
  link: z.string(),
  until: z.number(),
  /** Who set it. */
  by: MemberId.optional(),
});

/** Nobody decided for so long whether a case should be opened beside the open one of its contact. */
const DraftForgotten = z.object({ type: z.literal('draft_forgotten'), id: z.string() });

/** An operator's decision about a delivery. */
const Ordered = z.object({ type: z.literal('ordered'), order: z.enum(['redrive', 'drop']), id: z.string() });

/** An operator wants messages in the thread that a comparison missed there. */
const RepairOrdered = z.object({
  type: z.literal('repair_ordered'),
  link: z.string(),
  cases: z.array(CaseId),
  messages: z.array(MessageId),
});

/** The first message of a link's thread was deleted in Slack; `generation` is that thread's. */
const ThreadGone = z.object({ type: z.literal('thread_gone'), link: z.string(), generation: z.number().int() });

/** A post of our own as Slack told it, while nobody knew whether it had been made. `joined`: as in its marker. */
const PostSeen = z.object({
  type: z.literal('post_seen'),
  delivery: z.string(),
  link: z.string().nullable(),
  joined: z.array(z.string()),
  channel: ChannelId,
  ts: SlackTs,
  thread: SlackTs.nullable(),
});

/** Slack does not let us change the card that stands there. */
const CardLost = z.object({
  type: z.literal('card_lost'),
  link: z.string(),
  generation: z.number().int(),
  ts: SlackTs,
});

/** Something operators must know; shown once under its key. */
const AlarmRaised = z.object({ type: z.literal('alarm'), text: z.string() });

export const Event = z.discriminatedUnion('type', [
  MemberWrote,
  MemberEdited,
  MemberRemovedFiles,
  MemberDeleted,
  MessageGone,
  CommandGiven,
  ButtonPressed,
  ShortcutUsed,
  FormSubmitted,
  Reacted,
  HomeOpened,
  ChannelChanged,
  CaseNudged,
  CaseChanged,
  VisitorCaseChanged,
  VisitorThreadSeen,
  DeliveryTold,
  SnoozeEnded,
  DraftForgotten,
  WaitDue,
  ThreadGone,
  PostSeen,
  CardLost,
  AlarmRaised,
  Ordered,
  RepairOrdered,
]);
export type Event = z.infer<typeof Event>;
/** What a stored event tells, to all who look at it while it is worked on. */
export const readEvent = parsedOnce(Event);
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** A case with its messages, read at one moment. `complete`: nothing up to the newest id is missing. */
export const CaseReading = z.object({
  case: Case,
  messages: z.array(CaseMessage),
  complete: z.boolean(),
});
export type CaseReading = z.infer<typeof CaseReading>;
