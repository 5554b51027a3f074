import { randomUUID } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { SlackTs } from '../../core/ids.ts';
import type { Root } from '../../core/link.ts';
import type { Bridge } from '../context.ts';
import { eachRecord, readRecord, storeRecord } from '../records.ts';
import { linkByKey, rootOf } from '../threads/links.ts';

/**
 * Reads the threads of open cases in Slack, because an event may never have reached us: after a start, after a
 * connection was lost, after we refused an event, and every few minutes. What is found goes through the inbox under
 * the keys of the events that should have told it, so that the two meet as one. Reading only ever adds: nothing is
 * taken for edited or deleted because it looks different.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const EVERY_MS = 5 * MINUTE;
const AGAIN_MS = 15 * SECOND;
/** Of several processes one reads the channels. */
const LEAD_MS = EVERY_MS / 2;
/** A reading starts so far below its cursor: messages may become visible late. */
const OVERLAP_S = 5 * 60;
/** Links looked up between two turns of the event loop: the store answers at once, and others wait meanwhile. */
const AT_A_TIME = 50;
/** Threads known to be read, at most; one that is forgotten is read once more. */
const READ_KEPT = 50_000;

export type CatchUp = {
  start(): void;
  stop(): Promise<void>;
  /** Events may have been missed from now on: everything is read once more, each thread before its next reply. */
  missed(): void;
  /** Reads the thread unless that was done since events were last missed; resolves to whether it found anything new. */
  before(link: string): Promise<boolean>;
};

type Linked = { readonly key: string; readonly root: Root };

export const createCatchUp = (bridge: Bridge): CatchUp => {
  /** Grows each time events may have been missed. */
  let epoch = 1;
  /** The last word about missed events that we know; undefined before the first look. */
  let heard: string | null | undefined;
  /** Our own word, until it is stored. */
  let untold: string | null = null;
  /** Links whose thread was read as a whole in this epoch. */
  const readNow = new Set<string>();
  let due = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;

  const beginAnew = (): void => {
    epoch += 1;
    due = 0;
    readNow.clear();
  };

  const noteRead = (key: string, during: number): void => {
    if (during !== epoch) return;
    readNow.delete(key);
    readNow.add(key);
    for (const oldest of readNow) {
      if (readNow.size <= READ_KEPT) break;
      readNow.delete(oldest);
    }
  };

  /** Whoever refused an event need not be the one that sends the next reply, nor the one that reads the channels. */
  const hear = async (): Promise<void> => {
    const word = (await readRecord(bridge.records, 'missed_events', 'slack'))?.value.word ?? null;
    if (heard !== undefined && word !== heard) beginAnew();
    heard = word;
    if (untold === null) return;
    const own = untold;
    await storeRecord(bridge.records, 'missed_events', { key: 'slack', value: { version: 1, word: own } });
    heard = own;
    if (untold === own) untold = null;
  };

  /** `latest`: a reply that is known to stand there, which may be one of our own. */
  const read = async ({ key, root }: Linked, latest: SlackTs | null): Promise<boolean> => {
    const began = epoch;
    const cursor = (await readRecord(bridge.records, 'thread_cursor', key))?.value.ts ?? null;
    const facts = await bridge.chat.repliesAbove(root.channel, root.ts, cursor === null ? root.ts : below(cursor));
    const fresh = await bridge.store.put(
      facts.map(({ event, ...place }) => ({ ...place, payload: JSON.parse(JSON.stringify(event)) })),
    );
    const last = facts.at(-1)?.event;
    const newest = [latest, last?.type === 'member_wrote' ? last.ts : null, cursor].reduce((a, b) => later(a, b));
    if (newest !== null && newest !== cursor)
      await storeRecord(bridge.records, 'thread_cursor', { key, value: { version: 1, ts: newest } });
    noteRead(key, began);
    const found = fresh.filter(Boolean).length;
    if (found > 0) bridge.log.warn({ link: key, found }, 'replies were found that no event had told');
    return found > 0;
  };

  /** Every open link whose thread has a reply above its cursor, found by paging through the channels. */
  const round = async (): Promise<void> => {
    const began = epoch;
    if (!(await bridge.lead('catch-up', LEAD_MS))) return;
    const links = await openThreads(bridge);
    const channels = new Set(links.map(({ root }) => root.channel));
    for (const channel of channels) {
      const here = links.filter(({ root }) => root.channel === channel);
      const oldest = here.reduce<SlackTs | null>((a, { root }) => (a === null || root.ts < a ? root.ts : a), null);
      const newest = oldest === null ? new Map<SlackTs, SlackTs>() : await bridge.chat.newestReplies(channel, oldest);
      for (const [place, linked] of here.entries()) {
        if (place % AT_A_TIME === 0) await breath();
        if (stopped) return;
        const cursor = (await readRecord(bridge.records, 'thread_cursor', linked.key))?.value.ts ?? linked.root.ts;
        const latest = newest.get(linked.root.ts);
        if (latest === undefined || latest <= cursor) noteRead(linked.key, began);
        else await read(linked, latest);
      }
    }
  };

  const run = async (): Promise<void> => {
    const began = epoch;
    try {
      await round();
      due = bridge.now() + EVERY_MS;
      if (began !== epoch) due = 0;
    } catch (error) {
      bridge.log.warn({ error }, 'threads could not be read for what was missed; it is tried again');
      due = bridge.now() + AGAIN_MS;
    }
  };

  /** What cannot be heard while the store is away is heard in the next turn. */
  const turn = async (): Promise<void> => {
    await hear().catch(() => undefined);
    if (bridge.now() >= due) await run();
  };

  const loop = (): void => {
    if (stopped) return;
    running = turn();
    void running.then(() => {
      if (!stopped) timer = setTimeout(loop, SECOND);
    });
  };

  return {
    start: loop,
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
    missed() {
      beginAnew();
      const isTold = untold === null;
      untold = randomUUID();
      // A word on its way is followed by this one in the next turn.
      if (isTold) hear().catch(() => undefined);
    },
    async before(key) {
      await hear();
      if (readNow.has(key)) return false;
      const link = await linkByKey(bridge, key);
      const root = await rootOf(bridge, key);
      if (link === null || root === null) return false;
      return read({ key, root }, null);
    },
  };
};

const later = (a: SlackTs | null, b: SlackTs | null): SlackTs | null => (a === null || (b !== null && b > a) ? b : a);

/** An open case is that of a link which is on. */
const openThreads = async (bridge: Bridge): Promise<readonly Linked[]> => {
  const found: Linked[] = [];
  let looked = 0;
  for await (const [key] of eachRecord(bridge.records, 'open_case')) {
    const root = await rootOf(bridge, key);
    if (root !== null) found.push({ key, root });
    looked += 1;
    if (looked % AT_A_TIME === 0) await breath();
  }
  return found;
};

/** A ts some minutes earlier: whole seconds count, the rest tells messages of one second apart. */
const below = (ts: SlackTs): SlackTs => {
  const [seconds, rest] = ts.split('.');
  // A shorter number would no longer compare as text; no real ts comes near.
  return SlackTs.parse(
    `${String(Number(seconds) - OVERLAP_S).padStart(seconds?.length ?? 10, '0')}.${rest ?? '000000'}`,
  );
};
