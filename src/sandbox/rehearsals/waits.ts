import { until } from '../sights.ts';
import type { Stage } from '../stage.ts';
import type { Play } from './rehearsal.ts';
import type { Talk } from './talk.ts';
import { openOf } from './verdict.ts';

/** What a script waits for between its steps. */

/** Something of the conversation is owed and cannot go: the way is closed, or its outcome is not known. */
export async function seesWaiting(stage: Stage, talk: Talk): Promise<string> {
  const waiting = await until(
    () => {
      const open = openOf(stage, talk).filter(({ does }) => does !== 'refresh_card');
      return open.length > 0 && open;
    },
    () => 'something that waits',
    () => 'nothing is owed',
  );
  const closed = stage.deliveries.now()?.gates.filter(({ closedUntil }) => closedUntil !== null) ?? [];
  const ways = closed.map(({ key, reason }) => `${key} is closed: ${reason ?? 'no reason'}`).join(', ');
  const count = waiting.length === 1 ? 'one delivery waits' : `${waiting.length} deliveries wait`;
  return ways === '' ? count : `${count} (${ways})`;
}

/** Something met a fault that is on, so often at least. */
export async function seesHit({ faults }: Stage, id: string, times = 1): Promise<string> {
  const met = (): number => faults.list().find((one) => one.id === id)?.hits ?? 0;
  const hits = await until(
    () => met() >= times && met(),
    () => `${times} calls that meet ${id}`,
    () => String(met()),
  );
  return hits === 1 ? 'one call met it' : `${hits} calls met it`;
}

export async function seesMark(talk: Talk, mark: string): Promise<string> {
  const marked = (): number => talk.replies().filter((reply) => talk.marksOn(reply).includes(mark)).length;
  await until(
    () => marked() > 0,
    () => `:${mark}: on a reply`,
    () =>
      talk
        .replies()
        .flatMap((reply) => talk.marksOn(reply))
        .join(' ') || 'no mark',
  );
  return `:${mark}: on ${marked()} of ${talk.replies().length}`;
}

/** `kill -9`, and the next life. */
export async function killAndStart({ stage, fault }: Play): Promise<string> {
  const { pid } = stage.app;
  await fault('app_killed', true);
  await fault('app_killed', false);
  return `process ${pid} is dead, process ${stage.app.pid} goes on`;
}
