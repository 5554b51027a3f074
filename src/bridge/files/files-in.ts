import type { CaseReading } from '../../core/event.ts';
import type { CaseFile } from '../../core/files.ts';
import { compareIds, linkKey } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { CarriedPost } from '../../core/rows.ts';
import { viaOf } from '../../core/via.ts';
import { Failure } from '../../delivery/errors.ts';
import type { NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';

/**
 * Files of a case's messages. Each is a delivery of its own behind the post of its message: words are never held back by
 * a file.
 */

type Carried = {
  /** Each with the delivery that it is posted by. */
  readonly posts: readonly { readonly post: CarriedPost; readonly behind: string }[];
  /** An earlier life of the store may have posted them. */
  readonly suspect: boolean;
};

/** A post that is known has had its files owed with it: rows near the end of a case are carried again and again. */
export const attachmentsOf = async (
  bridge: Bridge,
  link: Link,
  { posts, suspect }: Carried,
): Promise<readonly NewDelivery[]> => {
  const owed: NewDelivery[] = [];
  for (const { post, behind } of posts) {
    const files = [...(post.files ?? []), ...(post.attachment ? [post.attachment] : [])];
    const [message] = post.messages;
    if (files.length === 0 || message === undefined) continue;
    if ((await bridge.store.view(behind)) !== null) continue;
    for (const [index, file] of files.entries()) {
      const from = 'text' in file ? null : (post.as?.name ?? null);
      owed.push(
        owe({
          id: `attach:${behind}:${index + 1}`,
          effect: { do: 'attach_file', link: linkKey(link), message, behind, file, from, suspect },
          channel: link.channel,
        }),
      );
    }
  }
  return owed;
};

/** Mails have their files beside the case: these are asked for when there is a new mail to show. */
export const withMailFiles = async (bridge: Bridge, reading: CaseReading, link: Link | null): Promise<CaseReading> => {
  const cursor = link?.cursor ?? null;
  const fresh = reading.messages.filter(
    ({ id, type, sender }) =>
      type === 'message' && sender.side !== 'self' && (cursor === null || compareIds(id, cursor) > 0),
  );
  if (viaOf(reading.case.channel) !== 'mail' || fresh.length === 0) return reading;
  const files = await filesOrUnknown(bridge, reading, fresh);
  const messages = reading.messages.map((row) => {
    const of = files.get(row.id);
    return of === undefined ? row : { ...row, files: [...(row.files ?? []), ...of] };
  });
  return { ...reading, messages };
};

/** So long mails wait for the list of their files; then they are shown without, and people told where to look. */
const PATIENCE_MS = 20_000;
const UNKNOWN: CaseFile = { url: '', name: 'What is attached to this mail', type: null, size: null };

/** Since when the mails of a case cannot be read. */
const unreadable = new WeakMap<Bridge, Map<string, number>>();

const filesOrUnknown = async (
  bridge: Bridge,
  reading: CaseReading,
  fresh: readonly CaseMessage[],
): Promise<ReadonlyMap<string, readonly CaseFile[]>> => {
  const since = unreadable.get(bridge) ?? new Map<string, number>();
  unreadable.set(bridge, since);
  const { id } = reading.case;
  try {
    const files = await bridge.reads.within('nudged', () => bridge.helpdesk.mailFiles(reading.case));
    since.delete(id);
    return files;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const first = since.get(id) ?? bridge.now();
    since.set(id, first);
    if (bridge.now() - first < PATIENCE_MS) throw error;
    since.delete(id);
    bridge.log.warn({ error, case: id }, 'the files of mails could not be read');
    return new Map(fresh.map((row) => [row.id, [UNKNOWN]]));
  }
};
