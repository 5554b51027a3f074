import { z } from 'zod';
import type { DeliveryView } from '../../src/delivery/ports.ts';
import type { MessageRecord } from '../../src/sandbox/acquire/state.ts';
import type { Message } from '../../src/sandbox/slack/workspace.ts';
import type { Said } from './people.ts';
import { textAt } from './text-at.ts';
import { CHANNEL, type World } from './world.ts';

/** What both vendors and the store have on record at the end, on our own clock. */

/** Something that the app wrote on the other side. */
export type Written<T> = {
  readonly what: T;
  readonly delivery: string;
  readonly at: number;
  /** When the call came that made it. */
  readonly startedAt: number;
};

/** When the app was first told of the versions of a message, and that it was deleted; infinite when no event got through. */
export type Told = {
  readonly versions: ReadonlyMap<string, number>;
  readonly deleted: number;
  /** What the app answered to each try to tell it. */
  readonly answers: readonly string[];
};

export type Evidence = {
  readonly said: readonly Said[];
  readonly threads: ReadonlyMap<number, string>;
  /** Lines that the app wrote into cases, in the order of their ids. */
  readonly rows: readonly Written<MessageRecord>[];
  /** What the app shows in threads and in the channel, in the order of the posts; one post may show several. */
  readonly posts: readonly Written<Message>[];
  readonly deliveries: ReadonlyMap<string, DeliveryView>;
  toldOf(message: Said): Told;
  /** When a read of its case first showed this row. */
  readAt(row: MessageRecord): number;
  /** When the delivery was stored. */
  owedAt(delivery: string): number;
  chainOf(caseId: number): number;
};

export type Gathered = {
  readonly said: readonly Said[];
  readonly threads: ReadonlyMap<number, string>;
  readonly deliveries: readonly DeliveryView[];
};

export const gather = (world: World, { said, threads, deliveries }: Gathered): Evidence => {
  const { acquire, ahead } = world;
  const told = toldBySlack(world);
  const reads = readsByCase(world);
  const views = new Map(deliveries.map((view) => [view.id, view]));
  return {
    said,
    threads,
    rows: rowsOf(world),
    posts: postsOf(world),
    deliveries: views,
    toldOf: ({ ts }) => told.get(ts) ?? untold(),
    readAt: ({ caseId, hidden }) =>
      reads.get(caseId)?.find((at) => at >= hidden.until - ahead.acquire) ?? Number.POSITIVE_INFINITY,
    owedAt: (delivery) => (views.get(delivery)?.createdAt ?? Number.POSITIVE_INFINITY) - ahead.store,
    chainOf: (caseId) => acquire.account.cases.get(caseId)?.threadId ?? 0,
  };
};

const rowsOf = ({ acquire, ahead }: World): readonly Written<MessageRecord>[] => {
  const calls = new Map<string, number[]>();
  for (const { method, path, body, at } of acquire.requests) {
    if (method !== 'POST' || !path.endsWith('/add-message')) continue;
    const delivery = textAt(body, 'meta', 'casebridge');
    calls.set(delivery, [...(calls.get(delivery) ?? []), at]);
  }
  return [...acquire.account.messages.values()]
    .filter(({ sender, type }) => sender.type === 'user' && sender.id === acquire.keyUser.id && type !== 'event')
    .toSorted((one, other) => one.id - other.id)
    .map((row) => {
      // The account keeps what was sent along, whether or not it shows that to anybody.
      const delivery = textAt(row.meta, 'casebridge');
      return written(row, { delivery, effectAt: row.dateCreated, calls: calls.get(delivery), ahead: ahead.acquire });
    });
};

const postsOf = ({ slack, ahead }: World): readonly Written<Message>[] => {
  const calls = new Map<string, number[]>();
  for (const { method, params, at } of slack.requests) {
    if (method !== 'chat.postMessage') continue;
    const given = params['metadata'];
    const metadata: unknown = typeof given === 'string' ? JSON.parse(given) : given;
    const delivery = textAt(metadata, 'event_payload', 'delivery');
    calls.set(delivery, [...(calls.get(delivery) ?? []), at]);
  }
  return [...(slack.workspace.channels.get(CHANNEL)?.messages.values() ?? [])]
    .filter(({ metadata }) => metadata !== undefined)
    .toSorted((one, other) => (one.ts < other.ts ? -1 : 1))
    .flatMap((post) => {
      const delivery = textAt(post.metadata, 'event_payload', 'delivery');
      const effectAt = Math.ceil(Number(post.ts) * 1000);
      const one = written(post, { delivery, effectAt, calls: calls.get(delivery), ahead: ahead.slack });
      return [one, ...takenAlong(post).map((along) => ({ ...one, delivery: along }))];
    });
};

const TakesAlong = z.object({ event_payload: z.object({ link: z.string(), joined: z.array(z.string()) }) });

/** A post may show what several deliveries owe: then its marker names the others. */
const takenAlong = ({ metadata }: Message): readonly string[] => {
  const { data } = TakesAlong.safeParse(metadata);
  return data === undefined ? [] : data.event_payload.joined.map((rest) => `post:${data.event_payload.link}:${rest}`);
};

type Effect = {
  readonly delivery: string;
  readonly effectAt: number;
  readonly calls: readonly number[] | undefined;
  readonly ahead: number;
};

const written = <T>(what: T, { delivery, effectAt, calls = [], ahead }: Effect): Written<T> => ({
  what,
  delivery,
  at: effectAt - ahead,
  startedAt: (calls.findLast((at) => at <= effectAt) ?? effectAt) - ahead,
});

const untold = () => ({
  versions: new Map<string, number>(),
  deleted: Number.POSITIVE_INFINITY,
  answers: [] as string[],
});

const toldBySlack = ({ slack, ahead }: World): ReadonlyMap<string, Told> => {
  const told = new Map<string, ReturnType<typeof untold>>();
  for (const { event, attempts, state } of slack.deliveries) {
    if (event.type !== 'message') continue;
    const taken = attempts.filter(({ status = 0 }) => status >= 200 && status < 300).map(({ at, ms }) => at + ms);
    const at = Math.min(...taken) - ahead.slack;
    const isEdit = event['subtype'] === 'message_changed';
    const isDeletion = event['subtype'] === 'message_deleted';
    const ts = isEdit ? textAt(event, 'message', 'ts') : textAt(event, isDeletion ? 'deleted_ts' : 'ts');
    const known = told.get(ts) ?? untold();
    told.set(ts, known);
    known.answers.push(...attempts.map(({ status, reason }) => String(status ?? reason)), state);
    if (isDeletion) known.deleted = Math.min(known.deleted, at);
    else {
      const edition = isEdit ? textAt(event, 'message', 'edited', 'ts') : '';
      known.versions.set(edition, Math.min(known.versions.get(edition) ?? Number.POSITIVE_INFINITY, at));
    }
  }
  return told;
};

const CASE_ASKED = /caseId\|eq\|(\d+)/;

const readsByCase = ({ acquire, ahead }: World): ReadonlyMap<number, readonly number[]> => {
  const reads = new Map<number, number[]>();
  for (const { method, path, query, status, at } of acquire.requests) {
    if (method !== 'GET' || path !== '/crm/objects/case-message' || status !== 200) continue;
    const id = Number(CASE_ASKED.exec(query['where'] ?? '')?.[1]);
    const known = reads.get(id) ?? [];
    known.push(at - ahead.acquire);
    reads.set(id, known);
  }
  return reads;
};
