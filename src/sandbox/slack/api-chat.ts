import type { Call, Method } from './call.ts';
import { channelIn, messageIn, needScope } from './call.ts';
import type { Content } from './content.ts';
import { addEphemeral, MAX_POST_TEXT, readContent } from './content.ts';
import type { Draft, MessageChange } from './messages.ts';
import { addMessage, appDraft, changeMessage, deleteMessage, shown } from './messages.ts';
import { Refusal } from './refusal.ts';
import { postedBlocks } from './text.ts';
import type { Json, JsonObject, Outgoing } from './wire.ts';
import { isObject } from './wire.ts';
import type { Channel, Metadata } from './workspace.ts';
import { imWith, nextTs } from './workspace.ts';

const MAX_UPDATE_TEXT = 4000;
const MAX_ATTACHMENTS = 100;
/** Not published; `metadata_too_large` exists. */
const MAX_METADATA = 8000;

export const CHAT_METHODS: Record<string, Method> = {
  'chat.postMessage': { tier: 'post', scopes: ['chat:write'], run: postMessage },
  'chat.update': { tier: 3, scopes: ['chat:write'], run: update },
  'chat.delete': { tier: 3, scopes: ['chat:write'], run: remove },
  'chat.postEphemeral': { tier: 4, scopes: ['chat:write'], run: postEphemeral },
  'chat.getPermalink': { tier: 'special', run: getPermalink },
};

function contentOf(call: Call): Content {
  const { args, workspace } = call;
  return readContent(workspace, {
    text: args.text('text') ?? '',
    blocks: args.json('blocks', 'invalid_blocks_format'),
  });
}

function postMessage(call: Call): Outgoing {
  const { workspace } = call;
  const channel = destination(call);
  const content = contentOf(call);
  const attachments = attachmentsOf(call);
  if (content.text.trim() === '' && !content.ownBlocks && !attachments?.length) throw new Refusal('no_text');
  const truncated = content.text.length > MAX_POST_TEXT;
  const text = content.text.slice(0, MAX_POST_TEXT);
  const metadata = metadataOf(call);
  const draft: Draft = {
    ...authorOf(call),
    ...threadOfPost(call, channel),
    text,
    blocks: content.ownBlocks && content.blocks ? content.blocks : postedBlocks(workspace, text),
    ...(attachments ? { attachments } : {}),
    ...(metadata ? { metadata } : {}),
  };
  if (content.ownBlocks) appBlocks.add(draft.blocks ?? []);
  const message = addMessage(workspace, channel, draft);
  const warning = { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } };
  return { channel: channel.id, ts: message.ts, message: shown(message), ...(truncated ? warning : {}) };
}

/** Lists of blocks that the app gave itself, to tell them from those that Slack made out of text. */
const appBlocks = new WeakSet<JsonObject[]>();

/** A user's id opens the direct message with that user. */
function destination(call: Call): Channel {
  const { workspace, args } = call;
  const wanted = args.required('channel');
  if (/^[UW]/.test(wanted)) {
    const user = workspace.users.get(wanted);
    if (user === undefined) throw new Refusal('channel_not_found');
    if (user.deleted || user.is_bot) throw new Refusal('cannot_dm_bot');
    return imWith(workspace, wanted);
  }
  const channel = channelIn(call);
  if (channel.archived) throw new Refusal('is_archived');
  const inside = channel.members.has(workspace.app.botUserId);
  if (!inside && !workspace.app.scopes.includes('chat:write.public')) throw new Refusal('not_in_channel');
  return channel;
}

/**
 * A parent that is gone (or was deleted and stands as a tombstone) takes no reply: Slack then posts at channel level
 * and says so only by leaving `thread_ts` out of the answer.
 */
function threadOfPost(call: Call, channel: Channel): Pick<Draft, 'thread_ts' | 'subtype'> {
  const thread = call.args.ts('thread_ts');
  const broadcast = call.args.flag('reply_broadcast');
  const parent = thread === undefined ? undefined : channel.messages.get(thread);
  if (parent === undefined || parent.subtype === 'tombstone') return {};
  if (parent.thread_ts !== undefined && parent.thread_ts !== parent.ts) throw new Refusal('cannot_reply_to_message');
  return { thread_ts: parent.ts, ...(broadcast ? { subtype: 'thread_broadcast' } : {}) };
}

/** A post under another name comes back as a bot_message without a user. */
function authorOf(call: Call): Draft {
  const { args, workspace } = call;
  const username = args.text('username');
  const icon_emoji = args.text('icon_emoji');
  const icon_url = args.text('icon_url');
  const draft = appDraft(workspace);
  if (!username && !icon_emoji && !icon_url) return draft;
  needScope(workspace, ['chat:write.customize']);
  const icons = icon_emoji ? { emoji: icon_emoji } : icon_url ? { image_48: icon_url } : {};
  const { user: _, ...rest } = draft;
  return { ...rest, subtype: 'bot_message', username: username ?? workspace.app.name, icons };
}

function attachmentsOf(call: Call): Json[] | undefined {
  const attachments = call.args.json('attachments', 'invalid_attachments');
  if (attachments === undefined) return undefined;
  if (!Array.isArray(attachments)) throw new Refusal('invalid_attachments');
  if (attachments.length > MAX_ATTACHMENTS) throw new Refusal('too_many_attachments');
  return attachments;
}

/** Undefined: not given. Null: given empty, which clears it in an update. */
function metadataOf(call: Call): Metadata | null | undefined {
  const given = call.args.json('metadata', 'invalid_metadata_format');
  if (given === undefined) return undefined;
  if (!isObject(given)) throw new Refusal('invalid_metadata_format');
  if (Object.keys(given).length === 0) return null;
  const { event_type, event_payload } = given;
  if (typeof event_type !== 'string' || !/^[\w.:-]{1,255}$/.test(event_type) || !isObject(event_payload)) {
    throw new Refusal('invalid_metadata_format');
  }
  if (JSON.stringify(given).length > MAX_METADATA) throw new Refusal('metadata_too_large');
  return { event_type, event_payload };
}

function update(call: Call): Outgoing {
  const { args, workspace } = call;
  const channel = channelIn(call);
  const message = messageIn(channel, args.ts('ts') ?? args.required('ts'));
  if (channel.archived) throw new Refusal('is_archived');
  if (!channel.members.has(workspace.app.botUserId)) throw new Refusal('not_in_channel');
  if (message.app_id !== workspace.app.id || message.subtype === 'tombstone') throw new Refusal('cant_update_message');
  const content = contentOf(call);
  if (content.text.length > MAX_UPDATE_TEXT) throw new Refusal('msg_too_long');
  const attachments = attachmentsOf(call);
  if (content.text.trim() === '' && !content.ownBlocks && !attachments?.length) throw new Refusal('no_text');
  refuseBlockMismatch(message.blocks, content);
  const blocks = content.ownBlocks && content.blocks ? content.blocks : postedBlocks(workspace, content.text);
  if (content.ownBlocks) appBlocks.add(blocks);
  const metadata = metadataOf(call);
  const change: MessageChange = {
    text: args.text('text') === undefined ? message.text : content.text,
    blocks,
    ...(attachments === undefined ? {} : { attachments: attachments.length > 0 ? attachments : undefined }),
    ...(metadata === undefined ? {} : { metadata: metadata ?? undefined }),
    // With blocks no "edited" flag is shown.
    ...(content.ownBlocks ? {} : { edited: { user: workspace.app.botUserId, ts: nextTs(workspace, channel) } }),
  };
  changeMessage(workspace, channel, { ts: message.ts, change });
  const changed = messageIn(channel, message.ts);
  return { channel: channel.id, ts: message.ts, text: changed.text, message: shown(changed) };
}

/** Rich text that the app posted itself cannot be replaced by blocks without any. */
function refuseBlockMismatch(before: JsonObject[] | undefined, content: Content): void {
  const rich = (blocks: JsonObject[]) => blocks.some((block) => block['type'] === 'rich_text');
  if (before === undefined || !appBlocks.has(before) || !rich(before)) return;
  if (content.ownBlocks && content.blocks && !rich(content.blocks)) throw new Refusal('block_mismatch');
}

function remove(call: Call): Outgoing {
  const { args, workspace } = call;
  const channel = channelIn(call);
  const message = messageIn(channel, args.ts('ts') ?? args.required('ts'));
  if (message.app_id !== workspace.app.id || message.subtype === 'tombstone') throw new Refusal('cant_delete_message');
  deleteMessage(workspace, channel, message.ts);
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(call: Call): Outgoing {
  const { args, workspace } = call;
  const channel = destination(call);
  const user = args.required('user');
  if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
  const content = contentOf(call);
  if (content.text.trim() === '' && !content.ownBlocks) throw new Refusal('no_text');
  const thread = args.ts('thread_ts');
  const ts = addEphemeral(workspace, {
    channel: channel.id,
    user,
    text: content.text.slice(0, MAX_POST_TEXT),
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  return { message_ts: ts };
}

function getPermalink(call: Call): Outgoing {
  const channel = channelIn(call);
  const message = messageIn(channel, call.args.ts('message_ts') ?? call.args.required('message_ts'));
  const link = `https://${call.workspace.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`;
  const inThread = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  const where = inThread ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : '';
  return { channel: channel.id, permalink: link + where };
}
