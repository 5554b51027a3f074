import { z } from 'zod';
import { Case } from './case.ts';
import { AccountId, CaseId, ChainId, ChannelId, MemberId, MessageId, SlackTs, TeamId } from './ids.ts';
import { Kind } from './kind.ts';

/**
 * One Slack thread tied to one chain of cases. Written only by the settlement of an event, so that it has one kind of
 * writer; the thread's ts is a record of its own (`Root`), written by the delivery that starts the thread.
 */
export const Link = z.object({
  version: z.literal(1),
  team: TeamId,
  account: AccountId,
  chain: ChainId,
  /** `ended`: unlinked by a person; kept so that what was carried over is not carried over again. */
  state: z.enum(['on', 'ended']),
  /** Grows each time a thread is started anew for this chain. */
  generation: z.number().int(),
  /** Where its thread is, or is about to be started. */
  channel: ChannelId,
  /** The case as last read; its id is the current one, a reopen changes it. */
  case: Case,
  /** Every case id ever seen in this chain. */
  caseIds: z.array(CaseId),
  /** Messages up to this one are not carried over one by one: they were there before the link. */
  floor: MessageId.nullable(),
  /** Highest message id up to which a complete read was carried over. */
  cursor: MessageId.nullable(),
  /** Since when the contact waits for an answer; null when somebody answered last. */
  waitingSince: z.number().nullable(),
  /** When anything was last said by either side, by the helpdesk's clock. */
  activeAt: z.number().nullable(),
  /** Who answered last. */
  answered: z.object({ by: z.string(), at: z.number() }).nullable(),
  /** A member has answered since the case was opened or reopened. */
  attended: z.boolean(),
  /** Who took it, by casebridge's own record. */
  claimedBy: MemberId.nullable(),
  /** The rule that it was started by; null when none took it, or a person chose another place. */
  route: z.string().nullable().default(null),
  /** Whose turn it was when it started, where members take turns. */
  turn: MemberId.nullable().default(null),
  /** Who closed or reopened it last, in words. */
  doneBy: z.string().nullable(),
  snoozedUntil: z.number().nullable(),
});
export type Link = z.infer<typeof Link>;

/** Who was called last by a rule whose members take turns. */
export const LastTurn = z.object({ version: z.literal(1), member: MemberId });
export type LastTurn = z.infer<typeof LastTurn>;

/** The last word of any process that it may have missed events: another one each time. */
export const MissedEvents = z.object({ version: z.literal(1), word: z.string() });
export type MissedEvents = z.infer<typeof MissedEvents>;

/** The first message of a link's thread. */
export const Root = z.object({
  version: z.literal(1),
  generation: z.number().int(),
  channel: ChannelId,
  ts: SlackTs,
  /** It was found in Slack, made by an earlier life of the store. */
  adopted: z.boolean().optional(),
  /** It was deleted in Slack: nothing can be written below it. */
  gone: z.boolean().optional(),
});
export type Root = z.infer<typeof Root>;

/** The card of a thread whose first message Slack does not let us change. */
export const CardPost = z.object({
  version: z.literal(1),
  generation: z.number().int(),
  /** The delivery that posts it. */
  delivery: z.string(),
  /** Where it stands, once it was drawn anew there. */
  ts: SlackTs.nullable(),
});
export type CardPost = z.infer<typeof CardPost>;

/** Which link a Slack thread, or a case id, belongs to. */
export const LinkPointer = z.object({ version: z.literal(1), link: z.string() });
export type LinkPointer = z.infer<typeof LinkPointer>;

/** What one message of a member became: its kind is decided once. */
export const MemberMessage = z.object({
  version: z.literal(1),
  link: z.string(),
  author: MemberId,
  kind: Kind,
  /** `edited.ts` of the newest version seen, or '' for the first. */
  edition: z.string(),
  deleted: z.boolean(),
  /** Deliveries made of it, in order. */
  deliveries: z.array(z.string()),
  /** Deliveries that fetch its files; what goes to the contact follows from them. */
  files: z.array(z.string()).optional(),
  /**
   * Of these, the ones that its author took back, or made private, and when: they do not go out any more, and what arrives
   * all the same is taken back.
   */
  filesKept: z.record(z.string(), z.number()).optional(),
  /** An edit that waits for the outcome of an open attempt: until then nothing more of it is sent. */
  edit: z.string().optional(),
  /** The delivery of the question about it that stands in the thread. */
  question: z.string().optional(),
  /** The newest update or deletion of each part that was sent, by the delivery that sent it. */
  changes: z.record(z.string(), z.string()).optional(),
  /** Until then it can be taken back before it goes out. */
  undoUntil: z.number().optional(),
});
export type MemberMessage = z.infer<typeof MemberMessage>;

/** Bytes on our disk, under the key of this record. */
export const StoredFile = z.object({
  version: z.literal(1),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  /** After this nobody needs them. */
  until: z.number(),
});
export type StoredFile = z.infer<typeof StoredFile>;

/** What a link to a file leads to, under the hash of what makes the link unguessable. */
export const FileLink = z.object({
  version: z.literal(1),
  key: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  until: z.number(),
  /** The key of the case's link, where no delivery stands for it: a long text. */
  owner: z.string().optional(),
});
export type FileLink = z.infer<typeof FileLink>;

/** The link that a delivery has sent, so that it can be taken back. */
export const SentFileLink = z.object({ version: z.literal(1), link: z.string() });
export type SentFileLink = z.infer<typeof SentFileLink>;

/** The question about all replies of a link that are held because the case has moved on. */
export const StaleQuestion = z.object({
  version: z.literal(1),
  /** The delivery of the question that stands in the thread. */
  question: z.string(),
  /** The deliveries it asks about. */
  about: z.array(z.string()),
});
export type StaleQuestion = z.infer<typeof StaleQuestion>;

/** Where a row of a case stands in Slack, or which delivery of ours made it. */
export const CaseMessageRecord = z.object({
  version: z.literal(1),
  delivery: z.string(),
  channel: ChannelId.nullable(),
  ts: SlackTs.nullable(),
});
export type CaseMessageRecord = z.infer<typeof CaseMessageRecord>;

/** The newest message of ours in a channel or thread: where a look-up starts to read. */
export const NewestPost = z.object({ version: z.literal(1), ts: SlackTs });
export type NewestPost = z.infer<typeof NewestPost>;

/** What existed when the store was new: nothing below it starts a thread by itself. */
export const Baseline = z.object({
  version: z.literal(1),
  /** Highest message id then; null where it could not be read, then `since` decides. */
  message: MessageId.nullable(),
  /** Highest case id then. */
  case: CaseId.nullable(),
  /** Newest date seen on any case then, by the helpdesk's own clock (ms). */
  since: z.number(),
  /** When that was, by our clock. */
  at: z.number().optional(),
});
export type Baseline = z.infer<typeof Baseline>;

/** The receipt of ours that stands on a member's message; null after it was taken off. */
export const StandingReceipt = z.object({
  version: z.literal(1),
  emoji: z.string().nullable(),
  /** A call whose outcome nobody knows may have left another one beside it. */
  unsure: z.boolean().optional(),
});
export type StandingReceipt = z.infer<typeof StandingReceipt>;

/** Ids of helpdesk senders that our keys write as. */
export const OwnSenders = z.object({
  version: z.literal(1),
  ids: z.array(z.string()),
  /** As which of them each key writes, as far as that was seen; keys under names that give nothing away. */
  keys: z.record(z.string(), z.string()).optional(),
});
export type OwnSenders = z.infer<typeof OwnSenders>;

/** The case of a link as our own create or reopen left it, known before anybody read it. */
export const CurrentCase = z.object({ version: z.literal(1), case: CaseId });
export type CurrentCase = z.infer<typeof CurrentCase>;

/** A link whose case is not closed, so that open ones are found without reading all. */
export const OpenCase = z.object({ version: z.literal(1), case: CaseId });
export type OpenCase = z.infer<typeof OpenCase>;
