import type { Call, Method } from './call.ts';
import { channelIn } from './call.ts';
import { readContent } from './content.ts';
import type { StoredFile } from './files.ts';
import { shareFiles } from './files.ts';
import { appDraft } from './messages.ts';
import { invalidArguments, objects, Refusal } from './refusal.ts';
import type { Outgoing } from './wire.ts';

export const FILE_METHODS: Record<string, Method> = {
  'files.getUploadURLExternal': { tier: 4, scopes: ['files:write'], run: getUploadUrl },
  'files.completeUploadExternal': { tier: 4, scopes: ['files:write'], run: completeUpload },
  'files.info': { tier: 4, scopes: ['files:read'], run: info },
};

function getUploadUrl(call: Call): Outgoing {
  const { args, files, workspace } = call;
  const name = args.required('filename');
  const length = args.integer('length');
  if (length === undefined || length < 1) throw invalidArguments('missing required field: length');
  const file = files.add({ name, content: '', user: workspace.app.botUserId });
  Object.assign(file, { state: 'expected', length });
  return { upload_url: `${call.origin}/upload/v1/${file.id}`, file_id: file.id };
}

function completeUpload(call: Call): Outgoing {
  const { args, files } = call;
  const wanted = objects(args.json('files', 'invalid_arguments'), 'invalid_arguments') ?? [];
  if (wanted.length === 0) throw invalidArguments('missing required field: files');
  const found = wanted.map(({ id, title }) => {
    const file = typeof id === 'string' ? files.all.get(id) : undefined;
    // Only once per upload, and only after the bytes have come.
    if (file?.state !== 'uploaded') throw new Refusal('file_not_found');
    if (typeof title === 'string') file.title = title;
    return file;
  });
  const share = args.has('channel_id') ? sharing(call) : undefined;
  for (const file of found) file.state = 'completed';
  if (share !== undefined) setTimeout(() => share(found), files.processingMs).unref();
  return { files: found.map(files.shown) };
}

/** Checks at once, shares when processing is done. */
function sharing(call: Call): (shared: StoredFile[]) => void {
  const { args, workspace, files } = call;
  const channel = channelIn(call, 'channel_id');
  if (!channel.members.has(workspace.app.botUserId)) throw new Refusal('not_in_channel');
  if (channel.archived) throw new Refusal('is_archived');
  const thread = args.ts('thread_ts');
  const blocks = args.json('blocks', 'invalid_blocks_format');
  const content = readContent(workspace, { text: args.text('initial_comment') ?? '', blocks });
  return (shared) => {
    const parent = thread === undefined ? undefined : channel.messages.get(thread);
    const inThread = parent === undefined || parent.subtype === 'tombstone' ? {} : { thread_ts: parent.ts };
    shareFiles({ workspace, files, channel }, shared, {
      ...appDraft(workspace),
      text: content.text,
      ...inThread,
      ...(content.blocks ? { blocks: content.blocks } : {}),
    });
  };
}

function info(call: Call): Outgoing {
  const file = call.files.all.get(call.args.required('file'));
  if (file?.state === 'deleted') throw new Refusal('file_deleted');
  if (file === undefined || file.state !== 'completed') throw new Refusal('file_not_found');
  return { file: call.files.shown(file), comments: [], response_metadata: { next_cursor: '' } };
}
