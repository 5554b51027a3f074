import { z } from 'zod';
import { AnswerTo } from './event.ts';
import { AgentId, ChannelId, ContactId, MemberId, MessageId, SlackTs } from './ids.ts';
import { Form, Notice, PostAs } from './notice.ts';

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
const SetReceipt = z.object({
  do: z.literal('set_receipt'),
  channel: ChannelId,
  ts: SlackTs,
  receipt: Receipt,
});

/** Draws the first message anew from the link as it is when it is done. */
const RefreshCard = z.object({ do: z.literal('refresh_card'), link: z.string() });

/** Only for the eyes of one member. */
const Answer = z.object({ do: z.literal('answer'), to: AnswerTo, notice: Notice });

/** Fills the modal that the request opened, known by the name it was opened under. */
const FillForm = z.object({ do: z.literal('fill_form'), view: z.string(), form: Form, to: AnswerTo });

/** Replaces a message of ours, e.g. a question by what was decided. */
const ReplacePost = z.object({ do: z.literal('replace_post'), channel: ChannelId, ts: SlackTs, notice: Notice });

/** The home tab of one member. */
const PublishHome = z.object({ do: z.literal('publish_home'), member: MemberId, notice: Notice });

export const ToSlack = z.discriminatedUnion('do', [
  StartThread,
  Post,
  PostAlone,
  SetReceipt,
  RefreshCard,
  Answer,
  FillForm,
  ReplacePost,
  PublishHome,
]);
export type ToSlack = z.infer<typeof ToSlack>;

const AddMessage = z.object({
  do: z.literal('add_message'),
  link: z.string(),
  kind: z.enum(['reply', 'note']),
  text: z.string(),
  member: MemberId,
  /** The member's message it was made of; null when it came from a form or a command. */
  source: z.object({ channel: ChannelId, ts: SlackTs }).nullable(),
  /** Set once a person saw that the case moved on and wants it sent all the same. */
  insisted: z.boolean(),
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
