import { setTimeout as pause } from 'node:timers/promises';
import type { ExternalId, VisitorCase, VisitorCaseId, VisitorCases } from '../../core/visitor-case.ts';
import { isNews, keptOf, signatureOf } from '../../core/visitor-link.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Json, NewEvent } from '../../delivery/ports.ts';
import type { Bridge, Visitors } from '../context.ts';
import { eachRecord, readRecord, storeRecord } from '../records.ts';
import { alarmOf } from './visitor-asking.ts';
import { pollKeyOf, type StoredVisitorLink, visitorLinkByKey } from './visitor-links.ts';
import { waitAfter } from './visitor-pace.ts';

/**
 * Reads watched cases, because their system tells nothing by itself. What is due is stored, so neither a restart nor
 * another process reads the same visitor twice within a minute; what is new becomes an event under a key made of it.
 */

const SECOND = 1000;
const TICK_MS = SECOND;
/** Another process takes over so long after this one stopped or froze. */
const LEAD_MS = 10 * SECOND;
/** Visitors read at once; the room's pace decides how fast. */
const AT_ONCE = 2;
const STOP_MS = SECOND;

export type VisitorWatch = { start(): void; stop(): Promise<void> };

/** The watched cases of one visitor. */
type Watched = { readonly visitor: ExternalId; readonly links: StoredVisitorLink[] };

export const createVisitorWatch = (bridge: Bridge, visitors: Visitors): VisitorWatch => {
  const onTheWay = new Map<ExternalId, Promise<void>>();
  const unreadable = createUnreadable(bridge, visitors);
  let leadUntil = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  const leads = async (): Promise<boolean> => {
    if (bridge.now() >= leadUntil - LEAD_MS / 2)
      leadUntil = (await bridge.lead('watching visitors', LEAD_MS)) ? bridge.now() + LEAD_MS : 0;
    return leadUntil > bridge.now();
  };

  const launch = (watched: Watched, key: string): void => {
    const work = readVisitor({ bridge, visitors, watched, key, unreadable, hasStopped: () => stopped }).catch(
      (error: unknown) => {
        if (!stopped) bridge.log.warn({ error }, 'watched cases of a visitor could not be read; it is tried again');
      },
    );
    onTheWay.set(watched.visitor, work);
    void work.finally(() => onTheWay.delete(watched.visitor));
  };

  const look = async (): Promise<void> => {
    if (!(await leads())) return;
    for (const watched of await watchedVisitors(bridge)) {
      if (stopped || onTheWay.size >= AT_ONCE) return;
      const key = pollKeyOf(bridge, watched.visitor);
      if (key === null || onTheWay.has(watched.visitor)) continue;
      // oxlint-disable-next-line no-await-in-loop -- few visitors, and only so many are read at once
      const due = (await readRecord(bridge.records, 'visitor_poll', key))?.value.due ?? 0;
      if (due <= bridge.now() && !stopped) launch(watched, key);
    }
  };

  const tick = async (): Promise<void> => {
    await look().catch((error: unknown) => {
      if (!stopped) bridge.log.warn({ error }, 'it could not be seen which watched cases are due; it is tried again');
    });
    if (!stopped) timer = setTimeout(() => void tick(), TICK_MS);
  };

  return {
    start: () => void tick(),
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.race([Promise.allSettled(onTheWay.values()), pause(STOP_MS, undefined, { ref: false })]);
    },
  };
};

const watchedVisitors = async (bridge: Bridge): Promise<readonly Watched[]> => {
  const byVisitor = new Map<ExternalId, Watched>();
  for await (const [key, { visitor }] of eachRecord(bridge.records, 'watched_case')) {
    const link = await visitorLinkByKey(bridge, key);
    if (link === null || link.value.account !== bridge.visitors?.account) continue;
    const watched = byVisitor.get(visitor) ?? { visitor, links: [] };
    watched.links.push(link);
    byVisitor.set(visitor, watched);
  }
  return [...byVisitor.values()];
};

type Reading = {
  readonly bridge: Bridge;
  readonly visitors: Visitors;
  readonly watched: Watched;
  /** Of the record that says when it is due. */
  readonly key: string;
  readonly unreadable: Unreadable;
  readonly hasStopped: () => boolean;
};

const readVisitor = async ({ bridge, visitors, watched, key, unreadable, hasStopped }: Reading): Promise<void> => {
  const { visitor, links } = watched;
  const changedAt = Math.max(...links.map(({ value }) => value.changedAt));
  const wait = waitAfter(bridge.now() - changedAt);
  // Before the system is asked: whoever comes after a crash does not ask again at once.
  await storeRecord(bridge.records, 'visitor_poll', { key, value: { version: 1, due: bridge.now() + wait } });
  try {
    const ids = links.map(({ value }) => value.case.id);
    const read = await visitors.ask('sweep', (cases) => readCases(cases, visitor, ids));
    if (hasStopped()) return;
    unreadable.note(read);
    const news = links.flatMap((link) => {
      const found = read.get(link.value.case.id);
      return found === undefined || found instanceof Failure ? [] : newsOf(link, found);
    });
    if (news.length > 0) await bridge.store.put(news);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    alarmOf(bridge, visitors, error);
    const { retryAfterMs = 0 } = error.facts;
    if (retryAfterMs > wait)
      await storeRecord(bridge.records, 'visitor_poll', {
        key,
        value: { version: 1, due: bridge.now() + retryAfterMs },
      });
    throw error;
  }
};

/** What each case is: null when it is not shown any more, a failure when what is told of it will never be read. */
type ReadCases = ReadonlyMap<VisitorCaseId, VisitorCase | Failure | null>;

/** One page may show them all; what it does not show is asked for by name. */
const readCases = async (
  cases: VisitorCases,
  visitor: ExternalId,
  ids: readonly VisitorCaseId[],
): Promise<ReadCases> => {
  const page = ids.length < 2 ? null : await cases.casesOf(visitor, { ordering: 'latest', cursor: null });
  const read = new Map<VisitorCaseId, VisitorCase | Failure | null>(page?.cases.map((one) => [one.id, one]));
  for (const id of ids) {
    // oxlint-disable-next-line no-await-in-loop -- one after another, as the pace wants it
    if (!read.has(id)) read.set(id, await cases.getCase(visitor, id).catch(neverRead));
  }
  return read;
};

/** Of this case alone: it must not keep the news of the visitor's others from being told. */
const neverRead = (error: unknown): Failure => {
  if (error instanceof Failure && error.facts.kind === 'permanent') return error;
  throw error;
};

type Unreadable = { note(read: ReadCases): void };

/** An alarm for each case that cannot be read, again only after it could be. */
const createUnreadable = (bridge: Bridge, { system }: Visitors): Unreadable => {
  const alarmed = new Set<VisitorCaseId>();
  return {
    note(read) {
      for (const [id, one] of read) {
        if (!(one instanceof Failure)) {
          alarmed.delete(id);
          continue;
        }
        if (alarmed.has(id)) continue;
        alarmed.add(id);
        bridge.alarm(
          `${system}:case:${id}`,
          `What ${system} answers about the case ${id}, which is watched here, cannot be read (${one.message}). Changes of it are not told; other cases are. Look at the case there, or stop watching it: its thread says nothing new meanwhile.`,
        );
      }
    },
  };
};

/** Keyed by what the thread was told last and what is so now: told once, however often and by whomever it is seen. */
const newsOf = ({ key, value }: StoredVisitorLink, found: VisitorCase | null): readonly NewEvent[] => {
  if (!isNews(value, found)) return [];
  const kept = found === null ? null : keptOf(found);
  const payload: Json = JSON.parse(JSON.stringify({ type: 'visitor_case_changed', link: key, case: kept }));
  return [{ key: `visitor:${key}:${value.revision}:${signatureOf(found)}`, lane: key, payload }];
};
