import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { EffectOf } from '../../core/effect.ts';
import { attachedWords } from '../../core/file-words.ts';
import { bytesKey, essenceOf, fileName } from '../../core/files.ts';
import { ChannelId, SlackTs } from '../../core/ids.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, Finding, Instant, Json, Prepared, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { linkByKey, rootOf } from '../threads/links.ts';
import { gateOf, NO_ROOT, rememberGone, ROOT_GONE } from '../threads/threads.ts';
import { verdictOf } from '../verdicts.ts';
import { afterFailure, LOOK_AGAIN_MS } from './fetch-file.ts';
import type { Transfers } from './transfers.ts';

/**
 * A customer's file on its way into the thread. Its bytes are fetched and put into Slack before the attempt: nobody sees
 * them there. The attempt is the one call that shows them, under the id that Slack gave beforehand; so what became of it
 * can be read, and the same id cannot be shown twice.
 */

const SECOND = 1000;
/** The post that it stands behind comes first. */
const BEHIND_MS = 400;
/** Slack tells where a file is shown once it has processed it: asked so often, so far apart. */
const SHOWN_TRIES = 4;
const SHOWN_AGAIN_MS = 250;

const HTML = 'text/html';

type AttachFile = EffectOf<'attach_file'>;
type Work = { readonly bridge: Bridge; readonly delivery: ClaimedDelivery };

/** What Slack calls the bytes that it holds for us. */
export type Uploaded = { readonly file: string };

const AttachPlan = z.object({ file: z.string(), channel: ChannelId, root: SlackTs });
type AttachPlan = z.infer<typeof AttachPlan>;

export const prepareAttach = async (
  { bridge, delivery }: Work,
  effect: AttachFile,
  uploads: Transfers<Uploaded>,
): Promise<Prepared> => {
  const link = await linkByKey(bridge, effect.link);
  if (link === null || link.value.state === 'ended') return { type: 'dropped', reason: 'the link has ended' };
  const root = await rootOf(bridge, effect.link);
  if (root === null) return waitForThread(bridge, effect.link, NO_ROOT);
  if (root.gone === true) return waitForThread(bridge, effect.link, ROOT_GONE);
  const post = await bridge.store.view(effect.behind);
  if (post?.state === 'owed')
    return { type: 'retry', reason: 'its message is not in the thread yet', afterMs: BEHIND_MS };
  if (effect.suspect && (await isShownAlready(bridge, effect, { channel: root.channel, root: root.ts })))
    return { type: 'delivered', receipt: null };
  const transfer = await uploads.look(delivery.id, (signal) => intoSlack(bridge, delivery.id, { effect, signal }));
  switch (transfer.is) {
    case 'running':
      return { type: 'retry', reason: 'the file is on its way', afterMs: LOOK_AGAIN_MS };
    case 'failed':
      return afterFailure(bridge, transfer.failure, transfer.againMs);
    case 'done': {
      const plan: AttachPlan = { file: transfer.value.file, channel: root.channel, root: root.ts };
      return { type: 'go', baseline: plan, plan };
    }
  }
};

const waitForThread = (bridge: Bridge, link: string, closing: typeof NO_ROOT): Prepared => ({
  type: 'snooze',
  reason: closing.reason,
  gate: gateOf(bridge, link, closing),
});

/** Files cannot carry our marker: in a thread of an earlier life of the store the same name below our bot is taken for it. */
const isShownAlready = async (
  bridge: Bridge,
  { file }: AttachFile,
  { channel, root }: { readonly channel: ChannelId; readonly root: SlackTs },
): Promise<boolean> => {
  const seen = await bridge.chat.readThread(channel, root, null);
  return seen.some(({ own, files }) => own && files.includes(fileName(file.name)));
};

type Carrying = { readonly effect: AttachFile; readonly signal: AbortSignal };

const intoSlack = async (bridge: Bridge, delivery: string, { effect, signal }: Carrying): Promise<Uploaded> => {
  const { name } = effect.file;
  const key = bytesKey(delivery);
  const size = await toDisk(bridge, key, { effect, signal });
  // Slack takes no file without bytes.
  if (size === 0) throw refusal('empty');
  const { file, url } = await bridge.chat.startUpload({ name: fileName(name), size });
  const stored = await bridge.files.read(key);
  if (stored === null) throw refusal('file_gone');
  await bridge.chat.sendUpload({ url, ...stored }, signal);
  await bridge.files.remove(key);
  return { file };
};

const refusal = (word: string): Failure =>
  new Failure({ kind: 'permanent', side: 'files', attempted: 'carry a file', effect: 'none', word });

const toDisk = async (bridge: Bridge, key: string, { effect, signal }: Carrying): Promise<number> => {
  const { file } = effect;
  const { limit } = bridge.files.settings;
  if ('text' in file) {
    const bytes = Buffer.from(file.text);
    return (await bridge.files.put(key, [bytes], { limit: bytes.byteLength, size: bytes.byteLength })).size;
  }
  const opened = await bridge.files.download(file.url, signal);
  if (essenceOf(opened.type) === HTML && !isPage(file)) {
    await letGo(opened.body);
    throw refusal('not_a_file');
  }
  return (await bridge.files.put(key, opened.body, { limit, size: opened.size })).size;
};

const isPage = ({ type, name }: { readonly type: string | null; readonly name: string }): boolean =>
  essenceOf(type ?? '') === HTML || /\.html?$/i.test(name);

/** A body that nobody reads would hold its connection. */
const letGo = async (body: AsyncIterable<Uint8Array>): Promise<void> => {
  await body[Symbol.asyncIterator]().return?.();
};

export const attach = async (
  { bridge, delivery, deadline }: Work & { readonly deadline: Instant },
  effect: AttachFile,
  { planned, uploads }: { readonly planned: Json; readonly uploads: Transfers<Uploaded> },
): Promise<Verdict> => {
  const plan = AttachPlan.parse(planned);
  // Frozen or slow since it was opened: nothing may be shown that could still land after it was looked up.
  if (bridge.now() >= deadline) return { type: 'retry', reason: 'too late to begin', afterMs: 0 };
  try {
    await bridge.chat.completeUpload({
      file: plan.file,
      name: fileName(effect.file.name),
      channel: plan.channel,
      thread: plan.root,
      notice: attachedWords(effect.from),
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return afterRefusal({ bridge, delivery }, { plan, uploads, failure: error });
  }
  uploads.forget(delivery.id);
  return shown(bridge, effect, plan);
};

type Refused = { readonly plan: AttachPlan; readonly uploads: Transfers<Uploaded>; readonly failure: Failure };

/** Words of Slack for an upload that it has discarded, or that was completed before. */
const UPLOAD_GONE: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted', 'file_update_failed']);

const afterRefusal = async ({ bridge, delivery }: Work, { plan, uploads, failure }: Refused): Promise<Verdict> => {
  const { word, kind, effect } = failure.facts;
  if (word !== undefined && UPLOAD_GONE.has(word)) {
    const shares = await bridge.chat.fileShares(plan.file, plan.channel);
    if (shares !== null && shares.length > 0) return { type: 'delivered', receipt: { file: plan.file } };
    // It is there, so it was completed before: Slack will show it.
    if (shares !== null) return { type: 'ambiguous', reason: 'Slack has not shown it yet' };
    uploads.forget(delivery.id);
    return { type: 'retry', reason: word };
  }
  if (kind === 'transient' && effect === 'possible') return { type: 'ambiguous', reason: word ?? kind };
  if (kind === 'rate_limited' || kind === 'place' || kind === 'transient') {
    const limited = 'slack:files.completeUploadExternal';
    const { attempts } = delivery;
    return verdictOf(failure, { side: 'slack', limited, place: null, attempts, now: bridge.now() });
  }
  return afterFailure(bridge, failure, SECOND);
};

/** Slack tells a moment later where it shows the file. */
const shown = async (bridge: Bridge, effect: AttachFile, plan: AttachPlan): Promise<Verdict> => {
  for (let tries = 0; tries < SHOWN_TRIES; tries += 1) {
    const [share] = (await quietly(bridge.chat.fileShares(plan.file, plan.channel))) ?? [];
    if (share !== undefined && share.thread !== plan.root) return takeBack(bridge, effect, { plan, ts: share.ts });
    if (share !== undefined) return { type: 'delivered', receipt: { file: plan.file, ts: share.ts } };
    await pause(SHOWN_AGAIN_MS);
  }
  // Slack has taken it: that it takes its time is no reason to ask again.
  return { type: 'delivered', receipt: { file: plan.file } };
};

/** What it was done for has been done: a question that fails must not make it undone. */
const quietly = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

type Stray = { readonly plan: AttachPlan; readonly ts: SlackTs };

/** Below a first message that is gone Slack shows it in the channel, without a word. */
const takeBack = async (bridge: Bridge, effect: AttachFile, { plan, ts }: Stray): Promise<Verdict> => {
  await rememberGone(bridge, effect.link);
  try {
    await bridge.chat.remove(plan.channel, ts);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { type: 'ambiguous', reason: 'a file outside its thread could not be removed yet' };
  }
  return { type: 'snooze', reason: ROOT_GONE.reason, gate: gateOf(bridge, effect.link, ROOT_GONE) };
};

export const lookupAttach = async (
  { bridge, delivery }: Work,
  { effect, baseline }: { readonly effect: AttachFile; readonly baseline: Json },
  uploads: Transfers<Uploaded>,
): Promise<Finding> => {
  const plan = AttachPlan.parse(baseline);
  const shares = await bridge.chat.fileShares(plan.file, plan.channel);
  const [share] = shares ?? [];
  if (share === undefined) {
    // Shown again under the same id it cannot stand there twice, also when the first call takes effect very late.
    uploads.know(delivery.id, { file: plan.file });
    return { type: 'absent' };
  }
  if (share.thread === plan.root) return { type: 'found', receipt: { file: plan.file, ts: share.ts } };
  await takeBack(bridge, effect, { plan, ts: share.ts });
  uploads.forget(delivery.id);
  return { type: 'absent' };
};
