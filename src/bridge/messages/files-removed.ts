import type { EventOf } from '../../core/event.ts';
import { notAnAgent } from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { obstacleOfFile, sharedFiles, takenBackFile, withheldFiles } from '../files/files-deleted.ts';
import { fetchId, shareId } from '../files/files-out.ts';
import { readRecord, replaceRecord } from '../records.ts';
import { type Consequence, handled, ignored } from '../settlement.ts';
import { memberMessageKey, receipt, tellPrivately } from '../telling.ts';
import { linkOfThread } from '../threads/found-again.ts';
import { doneAt } from './after-sending.ts';
import { recoverFirst } from './member-events.ts';

/** Files that their author deletes in Slack while the message stands. */

type Removed = EventOf<'member_removed_files'>;

/** The files that went with an edit, as an event of their own, behind it. */
export const removalsIn = (event: EventOf<'member_edited'>, claimed: ClaimedEvent): Consequence => {
  const { gone, team, channel, member, ts, thread, edition } = event;
  if (gone.length === 0) return {};
  const at = edition.split(':').at(-1) ?? null;
  const removed = { type: 'member_removed_files', team, channel, member, ts, thread, files: [...gone], at };
  return {
    events: [
      { key: `files:${memberMessageKey(event)}:${gone.join(':')}`, lane: claimed.lane, position: ts, payload: removed },
    ],
  };
};

export const onFilesRemoved = async (bridge: Bridge, event: Removed, claimed: ClaimedEvent): Promise<Settlement> => {
  const found = await linkOfThread(bridge, { team: event.team, channel: event.channel, ts: event.thread });
  if (found === null) return ignored('not a linked thread');
  if ('recover' in found) return recoverFirst(found.recover, event, claimed);
  const key = memberMessageKey(event);
  const known = await readRecord(bridge.records, 'member_message', key);
  // An edit of a message of which nothing was sent may have forgotten them already; what brings them has not.
  const files = await fetchesOf(bridge, key, event.files);
  if (known === null || known.value.deleted || files.length === 0) return ignored('none of them goes to the customer');
  const message = known.value;
  const there = (await sharedFiles(bridge, { files })).filter(({ view }) => view.state === 'delivered');
  const standing = await standingOf(bridge, event.member, { at: claimed.receivedAt, channel: event.channel });
  const stranger = standing.is === 'stranger';
  const at = doneAt(event.at, claimed);
  const stay = there.filter((file) => stranger || obstacleOfFile(bridge, file, at) !== null).map(({ view }) => view.id);
  const withheld = await withheldFiles(bridge, message, {
    files: files.filter((id) => !stay.includes(shareId(id))),
    at,
  });
  return handled(
    withheld.follows,
    {
      records: [replaceRecord('member_message', key, { was: known, value: { ...message, ...withheld.message } })],
      deliveries: [receipt(event, 'as_it_stands', claimed.key)],
    },
    stranger && there.length > 0 ? tellPrivately(event, `files:${event.ts}`, notAnAgent) : {},
    ...(stranger ? [] : await Promise.all(there.map((file) => takenBackFile(bridge, { message, at }, file)))),
  );
};

const fetchesOf = async (bridge: Bridge, key: string, files: readonly string[]): Promise<readonly string[]> => {
  const ids = files.map((file) => fetchId(key, file));
  const views = await Promise.all(ids.map((id) => bridge.store.view(id)));
  return ids.filter((_, index) => views[index] !== null);
};
