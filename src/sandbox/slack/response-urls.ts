import { addEphemeral, readContent } from './content.ts';
import { addMessage, appDraft, changeMessage, deleteMessage } from './messages.ts';
import { Refusal } from './refusal.ts';
import { postedBlocks } from './text.ts';
import type { JsonObject, Reply } from './wire.ts';
import { isObject, parseJson } from './wire.ts';
import type { Ephemeral, Workspace } from './workspace.ts';
import { newId } from './workspace.ts';

const MAX_USES = 5;
const LIFE_MS = 30 * 60_000;

/** Where an interaction came from, which is where its response_url may write. */
export interface Origin {
  user: string;
  channel: string;
  message?: string;
  ephemeral?: string;
}

export interface ResponseUrls {
  create: (at: Origin) => string;
  receive: (token: string, body: string) => Reply;
}

export function createResponseUrls(workspace: Workspace, origin: () => string): ResponseUrls {
  const urls = new Map<string, { at: Origin; uses: number; born: number }>();
  return {
    create: (at) => {
      const token = newId(workspace, '', 24);
      urls.set(token, { at, uses: 0, born: workspace.now() });
      return `${origin()}/actions/${workspace.team.id}/${token}`;
    },
    receive: (token, text) => {
      const url = urls.get(token);
      if (url === undefined) return refusal(404, 'invalid_url');
      if (workspace.now() - url.born > LIFE_MS) return refusal(404, 'expired_url');
      if (url.uses >= MAX_USES) return refusal(404, 'used_url');
      const body = parseJson(text);
      if (!isObject(body)) return refusal(400, 'invalid_payload');
      try {
        respond(workspace, url.at, body);
      } catch (error) {
        if (error instanceof Refusal) return refusal(400, error.code);
        throw error;
      }
      url.uses += 1;
      return { status: 200, body: 'ok' };
    },
  };
}

const refusal = (status: number, error: string): Reply => ({ status, body: { ok: false, error } });

/** A message in answer to a command or an interaction: in the request's own response, or by response_url. */
export function respond(workspace: Workspace, at: Origin, body: JsonObject): void {
  const channel = workspace.channels.get(at.channel);
  if (channel === undefined || channel.deleted) throw new Refusal('channel_not_found');
  if (body['delete_original'] === true) return removeOriginal(workspace, at);
  const given = typeof body['text'] === 'string' ? body['text'] : '';
  const content = readContent(workspace, { text: given, blocks: body['blocks'] });
  if (content.text.trim() === '' && !content.ownBlocks) throw new Refusal('no_text');
  const blocks = content.ownBlocks && content.blocks ? content.blocks : postedBlocks(workspace, content.text);
  if (body['replace_original'] === true) return replaceOriginal(workspace, at, { text: content.text, blocks });
  const thread = body['thread_ts'];
  const inThread = typeof thread === 'string' ? { thread_ts: thread } : {};
  if (body['response_type'] !== 'in_channel') {
    addEphemeral(workspace, { channel: channel.id, user: at.user, text: content.text, blocks, ...inThread });
    return;
  }
  if (channel.archived) throw new Refusal('is_archived');
  addMessage(workspace, channel, { ...appDraft(workspace), text: content.text, blocks, ...inThread });
}

function removeOriginal(workspace: Workspace, at: Origin): void {
  const channel = workspace.channels.get(at.channel);
  if (at.message !== undefined && channel !== undefined) return deleteMessage(workspace, channel, at.message);
  const index = workspace.ephemerals.findIndex((one) => isOriginal(one, at));
  if (index >= 0) workspace.ephemerals.splice(index, 1);
}

function replaceOriginal(workspace: Workspace, at: Origin, change: { text: string; blocks: JsonObject[] }): void {
  const channel = workspace.channels.get(at.channel);
  if (at.message !== undefined && channel !== undefined) {
    return changeMessage(workspace, channel, { ts: at.message, change });
  }
  const ephemeral = workspace.ephemerals.find((one) => isOriginal(one, at));
  if (ephemeral !== undefined) Object.assign(ephemeral, change);
  else addEphemeral(workspace, { channel: at.channel, user: at.user, ...change });
  workspace.changed({ kind: 'ephemeral', channel: at.channel, user: at.user });
}

const isOriginal = (one: Ephemeral, at: Origin): boolean =>
  at.ephemeral !== undefined && one.ts === at.ephemeral && one.channel === at.channel && one.user === at.user;
