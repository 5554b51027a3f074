import { z } from 'zod';
import { AnswerTo } from './event.ts';
import { CaseFile, FileRef, SlackFile } from './files.ts';
import { AgentId, ChannelId, ContactId, MemberId, MessageId, SlackTs } from './ids.ts';
import { Form, Notice, PostAs } from './notice.ts';
import { Via } from './via.ts';

/** Changes owed to a side, in the imperative, as they are stored in the outbox. `link` is a link's key. */

const StartThread = z.object({
  do: z.literal('start_thread'),
  link: z.string(),
  channel: ChannelId,
  /** Somebody waits for word of it. */
  tell: AnswerTo.nullable(),
});

const Post = z.object({
  do: z.literal('post'),
  link: z.string(),
  as: PostAs.nullable(),
  notice: Notice,
  /** Rows of the case that this post shows; each is mapped to it. */
  messages: z.array(MessageId),
  /** Also shown in the channel. */
  broadcast: z.boolean(),
  /** What was said before the thread: not wanted in a thread that was there already. */
  history: z.boolean().optional(),
});

/** A message to nobody's thread but the alarm channel. */
const PostAlone = z.object({ do: z.literal('post_alone'), channel: ChannelId, notice: Notice });

/** The mark on a member's own message: always exactly one of casebridge's receipts, or none. */
export const Receipt = z.enum(['waiting', 'delivered', 'note', 'held', 'failed', 'none']);
export type Receipt = z.infer<typeof Receipt>;
/** Names of emoji, as Slack calls them. */
export const RECEIPT_EMOJI: Readonly<Record<Exclude<Receipt, 'none'>, string>> = {
  waiting: 'hourglass_flowing_sand',
  delivered: 'white_check_mark',
  note: 'memo',
  held: 'raised_hand',
  failed: 'warning',
};
const SetReceipt = z.object({
  do: z.literal('set_receipt'),
  channel: ChannelId,
  ts: SlackTs,
  /**
   * `as_it_stands`: what is true of the words and files of the message when it is set. Several people and deliveries may
   * decide about them at once, and each sees only a part.
   */
  receipt: z.enum([...Receipt.options, 'as_it_stands']),
});

/** Draws the first message anew from the link as it is when it is done. */
const RefreshCard = z.object({ do: z.literal('refresh_card'), link: z.string() });

/** Only for the eyes of one member. */
const Answer = z.object({
  do: z.literal('answer'),
  to: AnswerTo,
  notice: Notice,
  /** It takes the place of the answer whose button was pressed. */
  replaces: z.boolean().optional(),
});

/** Fills the modal that the request opened, known by the name it was opened under. */
const FillForm = z.object({ do: z.literal('fill_form'), view: z.string(), form: Form, to: AnswerTo });

/** Draws a hub that may still be open anew, from the case as it is when it is done. */
const RedrawHub = z.object({ do: z.literal('redraw_hub'), view: z.string(), link: z.string(), to: AnswerTo });

/** Replaces a message of ours, e.g. a question by what was decided. */
const ReplacePost = z.object({ do: z.literal('replace_post'), channel: ChannelId, ts: SlackTs, notice: Notice });

/** The home tab of one member. */
const PublishHome = z.object({ do: z.literal('publish_home'), member: MemberId, notice: Notice });

/** Brings a file of a member's reply to our disk; what goes to the contact is owed once it is there. */
const FetchFile = z.object({
  do: z.literal('fetch_file'),
  link: z.string(),
  member: MemberId,
  source: z.object({ channel: ChannelId, ts: SlackTs }),
  file: SlackFile,
  /** Its message was found by reading: an earlier life of the store may have sent it already. */
  caught: z.boolean().optional(),
});

/** A file of a case's message, or a text that is too long for a post, as a file in the thread. */
const AttachFile = z.object({
  do: z.literal('attach_file'),
  link: z.string(),
  /** The row it came with. */
  message: MessageId,
  /** The post that it stands behind. */
  behind: z.string(),
  file: z.union([CaseFile, z.object({ name: z.string(), text: z.string() })]),
  /** Who sent it, as the thread calls them. */
  from: z.string().nullable(),
  /** An earlier life of the store may have shown it: looked for before it is shown. */
  suspect: z.boolean(),
});

export const ToSlack = z.discriminatedUnion('do', [
  StartThread,
  Post,
  PostAlone,
  SetReceipt,
  RefreshCard,
  Answer,
  FillForm,
  RedrawHub,
  ReplacePost,
  PublishHome,
  FetchFile,
  AttachFile,
]);
export type ToSlack = z.infer<typeof ToSlack>;

const AddMessage = z.object({
  do: z.literal('add_message'),
  link: z.string(),
  kind: z.enum(['reply', 'note']),
  /** The way to the contact; notes go the way of chat into every case. */
  via: Via.default('chat'),
  /** The words, without markup: what goes out, or what its reader without HTML sees. */
  text: z.string(),
  /** The same with its styles, where the way takes them. */
  html: z.string().nullable().default(null),
  member: MemberId,
  /** The member's message it was made of; null when it came from a form or a command. */
  source: z.object({ channel: ChannelId, ts: SlackTs }).nullable(),
  /** Set once a person saw that the case moved on and wants it sent all the same. */
  insisted: z.boolean(),
  /** Sent along, where the way takes them. */
  files: z.array(FileRef).optional(),
  /** casebridge's own words about a change that could not be carried over; the thread knows of it already. */
  records: z.literal('change').optional(),
});

/** A file of a member's reply, on disk by now: a message with a link to it, or with the file itself. */
const ShareFile = z.object({
  do: z.literal('share_file'),
  link: z.string(),
  via: Via,
  text: z.string(),
  html: z.string().nullable(),
  member: MemberId,
  source: z.object({ channel: ChannelId, ts: SlackTs }),
  file: FileRef,
  /** Sent along; otherwise the text holds a link. */
  attached: z.boolean(),
  insisted: z.boolean(),
});

const change = {
  link: z.string(),
  /** The `add_message` that the message was sent by. */
  of: z.string(),
  kind: z.enum(['reply', 'note']),
  /** Whose message it is. */
  member: MemberId,
  source: z.object({ channel: ChannelId, ts: SlackTs }).nullable(),
  /** The change of the same part that was owed before it. */
  instead: z.string().optional(),
};

/** Other words for a message that was sent. */
const UpdateMessage = z.object({
  do: z.literal('update_message'),
  ...change,
  text: z.string(),
  html: z.string().nullable(),
  /** The version of the member's message that it is made of. */
  edition: z.string(),
});

/** Takes a message away from the other side. */
const DeleteMessage = z.object({
  do: z.literal('delete_message'),
  ...change,
  /** Its author deleted it, or wanted it back; it has fewer parts now; or it was stored as something else than asked. */
  why: z.enum(['deleted', 'shorter', 'misfiled']),
  /** The row of the case, where the receipt of `of` may not name it any more. */
  message: MessageId.nullable(),
});

const CreateCase = z.object({
  do: z.literal('create_case'),
  contact: ContactId,
  title: z.string(),
  note: z.string().nullable(),
  /** Goes to the contact. */
  firstMessage: z.string().nullable(),
  /** Slack channel of its thread. */
  channel: ChannelId,
  member: MemberId,
  tell: AnswerTo,
});

const CloseCase = z.object({
  do: z.literal('close_case'),
  link: z.string(),
  member: MemberId,
  askFeedback: z.boolean(),
  tell: AnswerTo,
});

const ReopenCase = z.object({ do: z.literal('reopen_case'), link: z.string(), member: MemberId, tell: AnswerTo });

const InviteAgents = z.object({
  do: z.literal('invite_agents'),
  link: z.string(),
  agents: z.array(AgentId),
  /** By their numbers. */
  departments: z.array(z.string()).default([]),
  /** `owner`: who has the case now finds it offered in Acquire too; nobody waits for word of it. */
  why: z.enum(['asked', 'owner']).default('asked'),
  member: MemberId,
  tell: AnswerTo,
});

/** Acquire's own follow-up, beside our timer. */
const WriteFollowUp = z.object({
  do: z.literal('write_follow_up'),
  link: z.string(),
  at: z.number(),
  member: MemberId,
});

export const ToHelpdesk = z.discriminatedUnion('do', [
  AddMessage,
  ShareFile,
  UpdateMessage,
  DeleteMessage,
  CreateCase,
  CloseCase,
  ReopenCase,
  InviteAgents,
  WriteFollowUp,
]);
export type ToHelpdesk = z.infer<typeof ToHelpdesk>;

export const Effect = z.discriminatedUnion('do', [...ToSlack.options, ...ToHelpdesk.options]);
export type Effect = z.infer<typeof Effect>;
export type EffectOf<T extends Effect['do']> = Extract<Effect, { do: T }>;
