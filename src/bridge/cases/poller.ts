import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Case } from '../../core/case.ts';
import type { CaseReading } from '../../core/event.ts';
import { type CaseId, compareIds } from '../../core/ids.ts';
import type { Baseline } from '../../core/link.ts';
import type { Bridge } from '../context.ts';
import type { Urgency } from '../reads.ts';
import { eachRecord, readRecord } from '../records.ts';
import { createSeldom } from '../seldom.ts';
import { linkOfCase } from '../threads/links.ts';
import { beginBaseline, listOpen } from './baseline.ts';

/**
 * Reads the helpdesk on a schedule, because it may tell us nothing by itself: the list of open cases, cases with
 * activity every few seconds, and everything else as the budget allows. News becomes events of the inbox; one case that
 * is slow or cannot be read keeps none of the others waiting.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ACTIVE_EVERY_MS = 3 * SECOND;
const ACTIVE_FOR_MS = 5 * MINUTE;
const TICK_MS = 500;
/** Cases read at once; the budget decides how fast. */
const AT_ONCE = 4;
/** One place is left for those that are not active. */
const ACTIVE_AT_ONCE = AT_ONCE - 1;
/** Another process takes over so long after this one stopped or froze. */
const LEAD_MS = 10 * SECOND;
/** After a round or a reading that failed; each further failure of the same case doubles it. */
const AGAIN_MS = 5 * SECOND;
const MOST_AGAIN_MS = 30 * SECOND;
/** A stop waits so long for a reading on its way, and drops what it brings. */
const STOP_MS = SECOND;
/** Newest rows that tell one state of a case from another; older ones no longer change. */
const SIGNED_ROWS = 30;

type Watched = {
  /** What was last told about it; null when nothing was yet. */
  signature: string | null;
  /** Its state and date in the list when it was last seen there. */
  listedAs: string;
  readAt: number;
  activeUntil: number;
  /** Something about it is new, or it has left the list: to be read without waiting for its turn. */
  due: boolean;
  /** The round that found it due; what one round finds counts as its own, however late it is read. */
  round: number | null;
  /** No longer listed as open: read once more, then forgotten. */
  left: boolean;
  looking: boolean;
  failures: number;
  notBefore: number;
};

export type Poller = {
  /** Records what is open if the store is new; resolves when events may be worked on. */
  begin(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Milliseconds since the last whole list of open cases was begun; null before the first. */
  roundAge(): number | null;
};

export const createPoller = (bridge: Bridge, { everyMs }: { readonly everyMs: number }): Poller => {
  const polls = everyMs > 0;
  const cases = new Map<CaseId, Watched>();
  const onTheWay = new Set<Promise<void>>();
  const unlisted = createSeldom();
  let lastRound: number | null = null;
  let nextRound = 0;
  let listing = false;
  let activeLooks = 0;
  let leadUntil = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  const watch = (id: CaseId): Watched => {
    const known = cases.get(id);
    if (known !== undefined) return known;
    const fresh = {
      signature: null,
      listedAs: '',
      readAt: 0,
      activeUntil: 0,
      due: false,
      round: null,
      left: false,
      looking: false,
      failures: 0,
      notBefore: 0,
    };
    cases.set(id, fresh);
    return fresh;
  };

  /** Reads one case and tells the inbox if anything is new on it. */
  const look = async (id: CaseId, watched: Watched, urgency: Urgency): Promise<void> => {
    const asked = bridge.now();
    const { reading, began } = await bridge.reads.read(id, { urgency, since: asked });
    if (stopped) return;
    if (reading === null) {
      cases.delete(id);
      return;
    }
    const signature = signatureOf(reading);
    if (signature !== watched.signature) {
      await bridge.store.put([
        {
          // A case may come to look again as it looked before, so the moment belongs to the key.
          key: `seen:${bridge.helpdesk.account}:${id}:${signature}:${began}`,
          lane: `case:${bridge.helpdesk.account}:${id}`,
          payload: { type: 'case_changed', case: id, readAt: began, round: watched.round ?? lastRound },
        },
      ]);
      watched.signature = signature;
    }
    watched.round = null;
    if (watched.left && reading.case.state === 'closed') cases.delete(id);
    watched.left = false;
  };

  /** A case in which a customer wrote lately is read often, whoever found that out. */
  const noteActivity = (reading: CaseReading, began: number): void => {
    if (reading.case.state === 'closed' || !isActive(reading, bridge.now())) return;
    const watched = watch(reading.case.id);
    watched.activeUntil = bridge.now() + ACTIVE_FOR_MS;
    watched.readAt = Math.max(watched.readAt, began);
  };
  bridge.reads.onReading(noteActivity);

  const launch = (id: CaseId, watched: Watched, urgency: Urgency): void => {
    watched.looking = true;
    watched.due = false;
    watched.readAt = bridge.now();
    activeLooks += urgency === 'active' ? 1 : 0;
    track(
      look(id, watched, urgency).then(
        () => {
          watched.failures = 0;
        },
        (error: unknown) => {
          watched.due = true;
          watched.notBefore = bridge.now() + Math.min(AGAIN_MS * 2 ** watched.failures, MOST_AGAIN_MS);
          watched.failures += 1;
          if (!stopped) bridge.log.warn({ case: id, error }, 'a case could not be read; it is tried again');
        },
      ),
      () => {
        watched.looking = false;
        activeLooks -= urgency === 'active' ? 1 : 0;
      },
    );
  };

  const track = (work: Promise<void>, after: () => void): void => {
    onTheWay.add(work);
    void work.finally(() => {
      onTheWay.delete(work);
      after();
      fillSlots();
    });
  };

  /** What to read next: active cases, then those with news, then the one that was not read for longest. */
  const nextCase = (): readonly [CaseId, Watched, Urgency] | null => {
    const now = bridge.now();
    let oldest: readonly [CaseId, Watched] | null = null;
    let due: readonly [CaseId, Watched] | null = null;
    for (const [id, watched] of cases) {
      if (watched.looking || watched.notBefore > now) continue;
      const isActiveDue = polls && watched.activeUntil > now && now - watched.readAt >= ACTIVE_EVERY_MS;
      if (isActiveDue && activeLooks < ACTIVE_AT_ONCE) return [id, watched, 'active'];
      if (watched.due) due ??= [id, watched];
      if (oldest === null || watched.readAt < oldest[1].readAt) oldest = [id, watched];
    }
    if (due !== null) return [...due, 'list'];
    // The rest is read when nobody else waits for the budget.
    const sweeps = polls && onTheWay.size === 0 && bridge.reads.waiting() === 0;
    return sweeps && oldest !== null && now - oldest[1].readAt >= everyMs ? [...oldest, 'sweep'] : null;
  };

  const fillSlots = (): void => {
    if (stopped) return;
    while (onTheWay.size < AT_ONCE) {
      const next = nextCase();
      if (next === null) return;
      launch(...next);
    }
  };

  /** Lists what is open; what looks new in it, and what has left it, is to be read. */
  const round = async (): Promise<void> => {
    const began = bridge.now();
    const baseline = (await readRecord(bridge.records, 'baseline', bridge.helpdesk.account))?.value ?? null;
    const open = await listOpen(bridge, async (item) => {
      const listedAs = `${item.state}:${item.updatedAt ?? ''}`;
      const known = cases.get(item.id)?.listedAs;
      if (known === listedAs) return;
      const isNews = (known ?? '') !== '' || !(await isKnownSo(bridge, item, baseline));
      const watched = watch(item.id);
      watched.listedAs = listedAs;
      watched.left = false;
      if (!isNews || watched.due) return;
      watched.due = true;
      watched.round = began;
      fillSlots();
    });
    lastRound = began;
    for (const [id, watched] of cases) {
      if (open.has(id)) continue;
      watched.left = true;
      watched.due = true;
    }
  };

  const beginRound = (): void => {
    if (listing || bridge.now() < nextRound) return;
    listing = true;
    const work = round().then(
      () => {
        nextRound = bridge.now() + everyMs;
        if (unlisted.isOver()) bridge.log.info({}, 'open cases can be listed again');
      },
      (error: unknown) => {
        nextRound = bridge.now() + AGAIN_MS;
        if (stopped) return;
        unlisted.say(() => bridge.log.warn({ error }, 'open cases could not be listed; it is tried again'));
      },
    );
    void work.finally(() => {
      listing = false;
      if (!stopped) fillSlots();
    });
  };

  /** Of several processes one polls; the others are ready to go on where it stops. */
  const askToLead = async (): Promise<void> => {
    if (bridge.now() < leadUntil - LEAD_MS / 2) return;
    try {
      leadUntil = (await bridge.lead('polling', LEAD_MS)) ? bridge.now() + LEAD_MS : 0;
    } catch (error) {
      leadUntil = 0;
      bridge.log.warn({ error }, 'the store could not be asked who polls; it is asked again');
    }
  };

  const tick = async (): Promise<void> => {
    await askToLead();
    if (stopped) return;
    if (leadUntil > bridge.now()) {
      if (polls) beginRound();
      fillSlots();
    }
    const isDone = !polls && ![...cases.values()].some(({ due, looking }) => due || looking);
    if (!isDone) timer = setTimeout(() => void tick(), TICK_MS);
  };

  return {
    async begin() {
      await beginBaseline(bridge);
      // Without polling each is read once, for what happened while we were away; with it the list tells which.
      for await (const [, record] of eachRecord(bridge.records, 'open_case')) watch(record.case).due = !polls;
    },
    start: () => void tick(),
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.race([Promise.allSettled(onTheWay), pause(STOP_MS, undefined, { ref: false })]);
    },
    roundAge: () => (lastRound === null ? null : bridge.now() - lastRound),
  };
};

/** Nothing new to be read: as it was when the store was new, or as its link has it. */
const isKnownSo = async (bridge: Bridge, item: Case, baseline: Baseline | null): Promise<boolean> => {
  if (item.updatedAt === null) return false;
  const link = await linkOfCase(bridge, item.id);
  if (link !== null) {
    const known = link.value.case;
    return known.id === item.id && known.state === item.state && known.updatedAt === item.updatedAt;
  }
  if (baseline === null || baseline.case === null) return false;
  return compareIds(item.id, baseline.case) <= 0 && item.updatedAt <= baseline.since;
};

const isActive = (reading: CaseReading, now: number): boolean =>
  reading.messages.some(
    (row) => row.sender.side === 'contact' && row.createdAt !== null && now - row.createdAt < ACTIVE_FOR_MS,
  );

/** What a case looked like, without a word of its content. */
const signatureOf = (reading: CaseReading): string => {
  const { case: item, messages } = reading;
  const rows = messages.slice(-SIGNED_ROWS).map((row) => row.id);
  return createHash('sha256')
    .update(
      JSON.stringify([item.id, item.state, item.status, item.title, item.agents, item.closedBy, messages.length, rows]),
    )
    .digest('hex')
    .slice(0, 24);
};
