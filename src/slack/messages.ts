import { z } from 'zod';
import { ChannelId, SlackTs } from '../core/ids.ts';
import { fileFrom } from './files.ts';
import { markerOf } from './marker.ts';
import type { AnyEvent } from './schema.ts';
import { DeletionEvent, EditEvent, File, Message, MessageEvent } from './schema.ts';
import type { Outcome, OwnPost } from './told.ts';

/** Whom an event came for: our team, bot user and app, as its envelope says. */
export type Receiver = { readonly team: string; readonly bot: string | null; readonly app: string | null };

/** A message with any other subtype is never a reply: joins, topics, bots, and whatever Slack will think of. */
const written: ReadonlySet<string> = new Set(['', 'file_share', 'thread_broadcast', 'me_message']);

/** Slackbot writes like a person: no subtype, no bot id. */
export const SLACKBOT = 'USLACKBOT';

/** Some events do not say it; what is in no thread of ours goes nowhere anyway. */
const channelTypes: ReadonlySet<string | null | undefined> = new Set(['channel', 'group', null, undefined]);

/** Only what a person wrote, changed or deleted inside a thread of a channel. */
export const readMessage = (event: AnyEvent, receiver: Receiver): Outcome => {
  const head = MessageEvent.safeParse(event);
  if (!head.success) return { ignored: 'malformed' };
  const { channel, channel_type: type, subtype } = head.data;
  if (!channelTypes.has(type)) return { ignored: 'other_channel_type' };
  if (subtype === 'message_changed') return readEdit(event, channel, receiver);
  if (subtype === 'message_deleted') return readDeletion(event, channel, receiver);
  const message = Message.safeParse(event);
  if (!message.success) return { ignored: 'malformed' };
  const own = ownPost(message.data, channel, receiver);
  return own === null ? readWritten(message.data, channel, receiver) : { ignored: 'own', own };
};

const Place = z.object({ channel: ChannelId, ts: SlackTs, thread: SlackTs.nullable() });

/** By the app that posted it, for anybody may write such metadata. */
const ownPost = (message: Message, channel: string, { app }: Receiver): OwnPost | null => {
  if (app === null || message.app_id !== app) return null;
  const marker = markerOf(message.metadata);
  const place = Place.safeParse({ channel, ts: message.ts, thread: message.thread_ts ?? null }).data;
  return marker === null || place === undefined ? null : { ...place, marker };
};

const readWritten = (message: Message, channel: string, receiver: Receiver): Outcome => {
  const reply = replyOf(message, receiver);
  if ('ignored' in reply) return reply;
  return {
    key: [receiver.team, channel, message.ts],
    lane: [receiver.team, channel, reply.thread],
    event: { type: 'member_wrote', ...fieldsOf(message, reply, { channel, receiver }), ...contentOf(message) },
  };
};

/** The same message as its event would have told it, from a page of history. */
export const readHistoryRow = (row: unknown, channel: string, receiver: Receiver): Outcome => {
  const message = Message.safeParse(row);
  if (!message.success) return { ignored: 'malformed' };
  const outcome = readWritten(message.data, channel, receiver);
  if ('ignored' in outcome || typeof outcome.event !== 'object') return outcome;
  return { ...outcome, event: { ...outcome.event, caught: true } };
};

const readEdit = (event: AnyEvent, channel: string, receiver: Receiver): Outcome => {
  const edit = EditEvent.safeParse(event);
  if (!edit.success) return { ignored: 'malformed' };
  const { message, previous_message: previous } = edit.data;
  const reply = replyOf(message, receiver);
  if ('ignored' in reply) return reply;
  const edition = message.edited?.ts;
  const gone = previous ? goneFrom(previous, message) : [];
  // Unfurls and Slack's own bookkeeping come as edits too.
  if (edition === undefined || edition === previous?.edited?.ts || (previous && sameContent(message, previous)))
    return gone.length === 0
      ? { ignored: 'not_edited' }
      : removedFiles(event, message, { reply, gone, channel, receiver });
  return {
    key: [receiver.team, channel, message.ts, 'edit', editionOf(edition, event)],
    lane: [receiver.team, channel, reply.thread],
    event: {
      type: 'member_edited',
      ...fieldsOf(message, reply, { channel, receiver }),
      edition: editionOf(edition, event),
      before: previous ? textOf(previous) : null,
      text: textOf(message),
      files: livingIn(message),
      gone,
    },
  };
};

/** A deleted file stays in its message without a name, or goes from it; with or without word of an edit. */
const goneFrom = (previous: Message, message: Message): readonly string[] => {
  const living = new Set(livingIn(message).map(({ id }) => id));
  return livingIn(previous)
    .map(({ id }) => id)
    .filter((id) => !living.has(id));
};

/** One that we may not see is not taken for deleted. */
const livingIn = (message: Message) =>
  rawFilesOf(message)
    .filter(({ mode, file_access: access }) => mode !== 'tombstone' && access !== 'file_not_found')
    .map(fileFrom);

type Removed = {
  readonly reply: Reply;
  readonly gone: readonly string[];
  readonly channel: string;
  readonly receiver: Receiver;
};

const removedFiles = (event: AnyEvent, message: Message, { reply, gone, channel, receiver }: Removed): Outcome => ({
  // Told twice it is one removal.
  key: [receiver.team, channel, message.ts, 'files', ...gone],
  lane: [receiver.team, channel, reply.thread],
  event: {
    type: 'member_removed_files',
    team: receiver.team,
    channel,
    member: reply.member,
    ts: message.ts,
    thread: reply.thread,
    files: gone,
    at: event.event_ts ?? null,
  },
});

/** `edited.ts` has whole seconds: two edits within one are told apart by when they were told. */
const editionOf = (edited: string, { event_ts: told }: AnyEvent): string => (told ? `${edited}:${told}` : edited);

const readDeletion = (event: AnyEvent, channel: string, receiver: Receiver): Outcome => {
  const deletion = DeletionEvent.safeParse(event);
  if (!deletion.success) return { ignored: 'malformed' };
  const { previous_message: previous } = deletion.data;
  const { team } = receiver;
  const ts = deletion.data.deleted_ts ?? previous?.ts;
  if (ts === undefined) return { ignored: 'malformed' };
  if (!previous) return readBareDeletion(event, { team, channel, ts });
  const reply = replyOf(previous, receiver);
  if ('ignored' in reply) return reply;
  return {
    key: [team, channel, ts, 'delete'],
    lane: [team, channel, reply.thread],
    event: {
      type: 'member_deleted',
      team,
      channel,
      member: reply.member,
      ts,
      thread: reply.thread,
      at: event.event_ts ?? null,
    },
  };
};

/** Whose message it was, and in which thread, is known from when it was written. */
const readBareDeletion = (
  { event_ts: at }: AnyEvent,
  { team, channel, ts }: { team: string; channel: string; ts: string },
): Outcome => ({
  // Told both ways it is one deletion.
  key: [team, channel, ts, 'delete'],
  lane: [team, channel, ts],
  event: { type: 'message_gone', team, channel, ts, at: at ?? null },
});

type Reply = { readonly member: string; readonly thread: string };

/** Who wrote it, in which thread; or why it cannot be anybody's reply. */
const replyOf = (message: Message, { bot, app }: Receiver): Reply | { ignored: string } => {
  if (!written.has(message.subtype ?? '')) return { ignored: message.subtype === 'bot_message' ? 'bot' : 'subtype' };
  if (message.bot_id || message.user === SLACKBOT) return { ignored: 'bot' };
  if (message.app_id && message.app_id === app) return { ignored: 'own' };
  if (!message.user) return { ignored: 'no_author' };
  if (message.user === bot) return { ignored: 'own' };
  if (!message.thread_ts || message.thread_ts === message.ts) return { ignored: 'not_in_thread' };
  return { member: message.user, thread: message.thread_ts };
};

const fieldsOf = (message: Message, reply: Reply, at: { channel: string; receiver: Receiver }) => ({
  team: at.receiver.team,
  channel: at.channel,
  member: reply.member,
  memberTeam: message.user_team ?? message.source_team ?? message.team ?? null,
  ts: message.ts,
  thread: reply.thread,
});

const contentOf = (message: Message) => ({ text: textOf(message), files: filesOf(message) });

/** What a member wrote, and the tables that they pasted; blocks of other kinds are not theirs. */
export const textOf = (message: Pick<Message, 'text' | 'blocks'>) => ({
  mrkdwn: message.text ?? '',
  blocks: (message.blocks ?? []).filter(isWritten),
});

const isWritten = (block: unknown): boolean =>
  typeof block === 'object' && block !== null && 'type' in block && WRITTEN_BLOCKS.has(block.type);

const WRITTEN_BLOCKS: ReadonlySet<unknown> = new Set(['rich_text', 'table']);

const filesOf = (message: Message) => rawFilesOf(message).map(fileFrom);

const rawFilesOf = ({ files }: Message): readonly File[] =>
  (files ?? []).flatMap((file) => {
    const parsed = File.safeParse(file);
    return parsed.success ? [parsed.data] : [];
  });

/** Files that are gone are told apart from edits. */
const sameContent = (now: Message, previous: Message): boolean => {
  const gone = new Set(goneFrom(previous, now));
  return contentKey(now, gone) === contentKey(previous, gone);
};

/** Slack draws new block ids with each version. */
const contentKey = (message: Message, gone: ReadonlySet<string>): string =>
  JSON.stringify([message.text ?? '', textOf(message).blocks, namesOf(message, gone)], (name, value: unknown) =>
    name === 'block_id' ? undefined : value,
  );

/** What Slack knows of a file may grow without an edit. */
const namesOf = (message: Message, gone: ReadonlySet<string>) =>
  livingIn(message).flatMap(({ id, name }) => (gone.has(id) ? [] : [[id, name]]));
