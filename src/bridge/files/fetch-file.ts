import type { EffectOf } from '../../core/effect.ts';
import { bytesKey, type FileRef, fileName } from '../../core/files.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, Prepared } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { memberMessageKey } from '../telling.ts';
import { reasonOf, verdictOf } from '../verdicts.ts';
import { keepBytes } from './file-links.ts';
import type { Transfers } from './transfers.ts';

/** A file of a member's reply on its way from Slack to our disk. Only bytes move: nobody outside sees anything of it. */

const SECOND = 1000;
const HOUR = 3_600_000;
/** As replies are (contract 7.3). */
const GIVE_UP_MS = 24 * HOUR;
export const LOOK_AGAIN_MS = 500;
const FULL_MS = 60 * SECOND;

type Work = { readonly bridge: Bridge; readonly delivery: ClaimedDelivery };
type FetchFile = EffectOf<'fetch_file'>;

export const prepareFetch = async (
  { bridge, delivery }: Work,
  effect: FetchFile,
  fetches: Transfers<FileRef>,
): Promise<Prepared> => {
  const unwanted = await whyUnwanted(bridge, effect, delivery.id);
  if (unwanted !== null) {
    fetches.forget(delivery.id);
    return { type: 'dropped', reason: unwanted };
  }
  if (delivery.usableMs > GIVE_UP_MS) return { type: 'dead', reason: 'expired' };
  const transfer = await fetches.look(delivery.id, (signal) => toDisk(bridge, delivery.id, { effect, signal }));
  switch (transfer.is) {
    case 'running':
      return { type: 'retry', reason: 'the file is on its way', afterMs: LOOK_AGAIN_MS };
    case 'failed':
      return afterFailure(bridge, transfer.failure, transfer.againMs);
    case 'done':
      fetches.forget(delivery.id);
      // What people call it stays out of the receipt, which operators see.
      return { type: 'delivered', receipt: { file: transfer.value.key }, records: [keepBytes(bridge, transfer.value)] };
  }
};

/** Its author may have deleted the message or the file, or made them private, before it went out. `fetch`: what fetches it. */
export const whyUnwanted = async (
  bridge: Bridge,
  effect: Pick<FetchFile, 'source'>,
  fetch: string,
): Promise<string | null> => {
  const message = await messageOfFile(bridge, effect);
  if (message === null) return null;
  if (message.deleted) return 'its message was deleted';
  if (message.filesKept?.[fetch] !== undefined) return 'its author keeps it inside';
  return message.kind === 'reply' ? null : 'its message stays inside';
};

/** The member's message that it came with; null when it is forgotten. */
export const messageOfFile = async (
  bridge: Bridge,
  { source }: Pick<FetchFile, 'source'>,
): Promise<MemberMessage | null> => {
  const key = memberMessageKey({ ...source, team: bridge.chat.team });
  return (await readRecord(bridge.records, 'member_message', key))?.value ?? null;
};

const toDisk = async (
  bridge: Bridge,
  delivery: string,
  { effect, signal }: { readonly effect: FetchFile; readonly signal: AbortSignal },
): Promise<FileRef> => {
  const opened = await bridge.chat.openFile(effect.file, signal);
  const key = bytesKey(delivery);
  const { limit } = bridge.files.settings;
  const { size } = await bridge.files.put(key, opened.body, { limit, size: opened.size });
  return { key, name: fileName(opened.name), type: opened.type, size };
};

/** Words of Slack for a scope that was not granted, and for what it shows to whoever may not see a file. */
const NOT_GRANTED: ReadonlySet<string> = new Set(['missing_scope', 'sign_in_page']);

/** What kept bytes from moving: of this file alone, of Slack as a whole, or of our disk. */
export const afterFailure = (
  bridge: Bridge,
  failure: Failure,
  againMs: number,
): Exclude<Prepared, { type: 'go' } | { type: 'delivered' }> => {
  const { kind, word, retryAfterMs } = failure.facts;
  const reason = reasonOf(failure);
  if (word !== undefined && NOT_GRANTED.has(word)) {
    bridge.alarm(
      'slack:files',
      'Slack does not hand out, or take, files: the app lacks the scope files:read or files:write. Install it again with the scopes of manifest.yml, put its token into SLACK_BOT_TOKEN, and restart; then press Retry below the files that were left out.',
    );
    return { type: 'dead', reason: word };
  }
  switch (kind) {
    case 'auth': {
      const verdict = verdictOf(failure, { side: 'slack', place: null, attempts: 0, now: bridge.now() });
      return verdict.type === 'snooze' ? verdict : { type: 'dead', reason };
    }
    case 'place':
      bridge.alarm(
        'files:disk',
        `Files cannot be stored (${reason}). Messages go on; files wait. Make room in FILES_DIR, or raise FILES_QUOTA_MB and restart.`,
      );
      return { type: 'retry', reason, afterMs: FULL_MS };
    case 'rate_limited':
    case 'transient':
      return { type: 'retry', reason, afterMs: retryAfterMs ?? againMs };
    case 'permanent':
    case 'unheard_of':
    case 'not_found':
      return { type: 'dead', reason };
  }
};
