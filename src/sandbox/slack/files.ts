import type { IncomingMessage } from 'node:http';
import type { Draft } from './messages.ts';
import { addMessage } from './messages.ts';
import type { Outgoing, Reply } from './wire.ts';
import { readBody } from './wire.ts';
import type { Channel, Message, Workspace } from './workspace.ts';
import { newId } from './workspace.ts';

export interface StoredFile {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  user: string;
  created: number;
  content: Buffer;
  state: 'expected' | 'uploaded' | 'completed' | 'deleted';
  mode: FileMode;
  length: number;
  shares: { channel: Channel; ts: string; thread_ts?: string }[];
}

/** Kept in Slack, kept elsewhere, or too old for the workspace's plan. */
export type FileMode = 'hosted' | 'external' | 'hidden_by_limit';

export interface Files {
  all: Map<string, StoredFile>;
  add: (file: NewFile) => StoredFile;
  shown: (file: StoredFile) => Outgoing;
  /** By a person, for everybody: its bytes are gone. */
  remove: (id: string) => void;
  /** Shares appear only when Slack has finished processing. */
  processingMs: number;
}

export interface NewFile {
  name: string;
  content: Buffer | string;
  mimetype?: string;
  user: string;
  mode?: FileMode;
}

const TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
};

export function createFiles(workspace: Workspace, origin: () => string, processingMs: number): Files {
  const all = new Map<string, StoredFile>();
  return {
    all,
    processingMs,
    add: (given) => {
      const content = Buffer.from(given.content);
      const file: StoredFile = {
        id: newId(workspace, 'F'),
        name: given.name,
        title: given.name,
        mimetype: given.mimetype ?? TYPES[extension(given.name)] ?? 'application/octet-stream',
        user: given.user,
        created: Math.floor(workspace.now() / 1000),
        content,
        length: content.length,
        state: 'completed',
        mode: given.mode ?? 'hosted',
        shares: [],
      };
      all.set(file.id, file);
      return file;
    },
    shown: (file) => shownFile(workspace, file, origin()),
    remove: (id) => {
      const file = all.get(id);
      if (file !== undefined) Object.assign(file, { state: 'deleted', content: Buffer.alloc(0) });
    },
  };
}

const extension = (name: string): string => name.split('.').at(-1)?.toLowerCase() ?? '';

function shownFile(workspace: Workspace, file: StoredFile, origin: string): Outgoing {
  if (file.state === 'deleted') return { id: file.id, mode: 'tombstone', name: null };
  if (file.mode === 'hidden_by_limit') return { id: file.id, mode: file.mode };
  const base = `${origin}/files-pri/${workspace.team.id}-${file.id}`;
  const share = ({ ts, thread_ts }: StoredFile['shares'][number]) => [{ ts, ...(thread_ts ? { thread_ts } : {}) }];
  const sharesOf = (name: string, kind: Channel['kind']) => {
    const shares = file.shares.filter((s) => s.channel.kind === kind).map((s) => [s.channel.id, share(s)] as const);
    return shares.length === 0 ? {} : { [name]: Object.fromEntries(shares) };
  };
  const sharedIn = (kind: Channel['kind']) =>
    file.shares.filter((s) => s.channel.kind === kind).map((s) => s.channel.id);
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension(file.name),
    pretty_type: extension(file.name).toUpperCase(),
    user: file.user,
    user_team: workspace.team.id,
    editable: false,
    size: file.length,
    mode: file.mode,
    is_external: file.mode === 'external',
    external_type: '',
    is_public: file.shares.some((s) => s.channel.kind === 'public'),
    public_url_shared: false,
    file_access: 'visible',
    url_private: `${base}/${encodeURIComponent(file.name)}`,
    url_private_download: `${base}/download/${encodeURIComponent(file.name)}`,
    permalink: `https://${workspace.team.domain}.slack.com/files/${file.user}/${file.id}/${file.name}`,
    shares: { ...sharesOf('public', 'public'), ...sharesOf('private', 'private') },
    channels: sharedIn('public'),
    groups: sharedIn('private'),
    ims: sharedIn('im'),
  };
}

export function shareFiles(
  at: { workspace: Workspace; files: Files; channel: Channel },
  shared: StoredFile[],
  draft: Draft,
): Message {
  const stubs = at.channel.extShared;
  const shown = shared.map((file) =>
    stubs ? { id: file.id, mode: 'file_access', file_access: 'check_file_info' } : at.files.shown(file),
  );
  const message = addMessage(at.workspace, at.channel, {
    ...draft,
    subtype: 'file_share',
    upload: false,
    files: shown,
  });
  for (const file of shared) {
    const where = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
    file.shares.push({ channel: at.channel, ts: message.ts, ...where });
    const fact = { type: 'file_shared', file_id: file.id, user_id: file.user, file: { id: file.id } };
    at.workspace.emit({ ...fact, channel_id: at.channel.id, event_ts: message.ts }, at.channel);
  }
  return message;
}

/** The address that getUploadURLExternal gave: raw bytes, or a form with one file in it. Taken once. */
export async function receiveUpload(files: Files, id: string, request: IncomingMessage): Promise<() => Reply> {
  const body = await readBody(request);
  const content = await uploadedBytes(body, request.headers['content-type'] ?? '');
  return () => {
    const file = files.all.get(id);
    if (file?.state !== 'expected') return { status: 404, body: 'Not found' };
    if (content.length !== file.length) return { status: 400, body: 'Length does not match' };
    Object.assign(file, { content, state: 'uploaded' });
    return { status: 200, body: `OK - ${content.length}` };
  };
}

async function uploadedBytes(body: Buffer, type: string): Promise<Buffer> {
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const part of form.values()) if (typeof part !== 'string') return Buffer.from(await part.arrayBuffer());
  return Buffer.alloc(0);
}

const SIGN_IN = '<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>';

/** Without a good token Slack answers a file's address with its sign-in page and status 200. */
export function serveFile(workspace: Workspace, files: Files, request: IncomingMessage): Reply {
  const id = /^\/files-pri\/[^/-]+-([^/]+)\//.exec(request.url ?? '')?.[1] ?? '';
  const { app } = workspace;
  const allowed = request.headers.authorization === `Bearer ${app.botToken}` && app.scopes.includes('files:read');
  if (!allowed || app.authError !== undefined)
    return { status: 200, body: SIGN_IN, headers: { 'content-type': 'text/html; charset=utf-8' } };
  const file = files.all.get(id);
  if (file?.state !== 'completed') return { status: 404, body: 'Not found' };
  return {
    status: 200,
    body: file.content,
    headers: { 'content-type': file.mimetype, 'content-length': String(file.content.length) },
  };
}
