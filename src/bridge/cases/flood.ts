import type { Alarm, Bridge } from '../context.ts';

const MOST_NEW_THREADS = 20;
/** Rounds still counted for: what a long list made due is read while many shorter rounds go by. */
const ROUNDS = 500;

/** Counts the threads that one round of polling starts: many at once are a mistake, or a day for a person to decide. */
export const createFloodGuard = (alarm: Alarm): Bridge['mayStartThread'] => {
  // By link, for an event may be decided on more than once.
  const started = new Map<number, Set<string>>();
  const alarmed = new Set<number>();
  return (round, link) => {
    if (round === null) return true;
    const links = started.get(round) ?? new Set<string>();
    started.set(round, links);
    const [oldest] = started.keys();
    if (started.size > ROUNDS && oldest !== undefined) {
      started.delete(oldest);
      alarmed.delete(oldest);
    }
    if (links.size < MOST_NEW_THREADS) links.add(link);
    if (links.has(link)) return true;
    if (alarmed.has(round)) return false;
    alarmed.add(round);
    alarm(
      `flood:${round}`,
      'More than 20 new threads were due in one round of polling. The others are held: `npm run deliveries -- list held` shows them, `redrive` starts them.',
    );
    return false;
  };
};
