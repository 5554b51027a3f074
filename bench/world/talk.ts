import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { percentile, rounded } from '../arithmetic.ts';
import { slackBody, slackRequest, webhookBody, webhookRequest } from '../load/signed.ts';
import { marked, seededThread, type World, write } from './cases.ts';

/** People on both sides write, and it is timed until their words arrive on the other one. */

export const Talk = z.object({
  /** Of the app that is talked through. */
  port: z.number(),
  /** Customers write, members write, or both by turns. */
  direction: z.enum(['in', 'out', 'both']),
  cases: z.number(),
  /** From the number of one of them to that of the next. */
  stride: z.number().optional(),
  pattern: z.discriminatedUnion('load', [
    /** So many a second, whatever became of those before: timed from the moment at which each was to be sent. */
    z.object({ load: z.literal('open'), perSecond: z.number(), warmMs: z.number(), countMs: z.number() }),
    /** So many at once, each followed by the next when it has arrived: saturation. */
    z.object({ load: z.literal('closed'), atOnce: z.number(), warmMs: z.number(), countMs: z.number() }),
    /** One of each case, so that every case has its thread. */
    z.object({ load: z.literal('first') }),
  ]),
});
export type Talk = z.infer<typeof Talk>;

export const TalkResult = z.object({
  arrived: z.number(),
  perSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  calls: z.record(z.string(), z.number()),
});
export type TalkResult = z.infer<typeof TalkResult>;

type Send = (request: Buffer) => Promise<number>;

/** What was said and has not arrived yet. */
type OnTheWay = Map<number, { readonly due: number; readonly done: () => void }>;

const ARRIVE_LIMIT_MS = 60_000;
let lastMark = 0;

export const talk = async (world: World, terms: Talk, send: Send): Promise<TalkResult> => {
  const onTheWay: OnTheWay = new Map();
  const times: { readonly at: number; readonly ms: number }[] = [];
  world.calls.clear();
  world.arrived = (_side, mark) => {
    const known = onTheWay.get(mark);
    if (known === undefined) return;
    onTheWay.delete(mark);
    const at = performance.now();
    times.push({ at, ms: at - known.due });
    known.done();
  };

  const trouble: { first: unknown } = { first: null };
  /** Resolves when it has arrived. `due`: the moment from which it is timed. */
  const say = (n: number, due: number): Promise<void> => {
    const isIn = terms.direction === 'in' || (terms.direction === 'both' && n % 2 === 0);
    const mark = (lastMark += 1);
    const of = 1 + (n % terms.cases) * (terms.stride ?? 1);
    const arrival = new Promise<void>((done) => onTheWay.set(mark, { due, done }));
    send(isIn ? customerSays(world, of, mark) : memberSays(world, of, mark)).then(
      (status) => {
        if (status !== 200) trouble.first ??= new Error(`what was said was answered ${status}`);
      },
      (error: unknown) => (trouble.first ??= error),
    );
    return arrival;
  };

  const { from, until } = await PATTERNS[terms.pattern.load](terms, say, () => trouble.first);
  const deadline = performance.now() + ARRIVE_LIMIT_MS;
  while (onTheWay.size > 0 && trouble.first === null && performance.now() < deadline) await pause(5);
  if (trouble.first !== null) throw trouble.first;
  if (onTheWay.size > 0) throw new Error(`${onTheWay.size} messages did not arrive`);
  const end = terms.pattern.load === 'closed' ? Math.max(until, await quiet(world)) : until;
  const counted = times.filter(({ at, ms }) => (terms.pattern.load === 'open' ? at - ms : at) >= from);
  const took = counted.map(({ ms }) => ms);
  return {
    arrived: counted.length,
    perSecond: rounded((counted.length / (end - from)) * 1000, 4),
    p50: rounded(percentile(took, 0.5)),
    p99: rounded(percentile(took, 0.99)),
    calls: Object.fromEntries(world.calls),
  };
};

/** When the last call came, whatever for: receipts and cards that were put off belong to what was done. */
const quiet = async (world: World): Promise<number> => {
  const deadline = performance.now() + ARRIVE_LIMIT_MS;
  while (performance.now() < Math.min(deadline, world.lastCallAt + QUIET_MS)) await pause(20);
  return world.lastCallAt;
};
const QUIET_MS = 400;

type Say = (n: number, due: number) => Promise<void>;
type Failed = () => unknown;
type Span = { readonly from: number; readonly until: number };

const first = async ({ cases }: Talk, say: Say, failed: Failed): Promise<Span> => {
  const from = performance.now();
  for (let n = 0; n < cases && failed() === null; n += FIRST_AT_ONCE) {
    const some = Array.from({ length: Math.min(FIRST_AT_ONCE, cases - n) }, (_, i) => say(n + i, performance.now()));
    await Promise.race([Promise.all(some), pause(ARRIVE_LIMIT_MS)]);
  }
  return { from, until: performance.now() };
};
const FIRST_AT_ONCE = 20;

const open = async ({ pattern }: Talk, say: Say, failed: Failed): Promise<Span> => {
  if (pattern.load !== 'open') throw new Error('not an open loop');
  const every = 1000 / pattern.perSecond;
  const began = performance.now();
  const all = Math.round((pattern.warmMs + pattern.countMs) / every);
  for (let n = 0; n < all && failed() === null; n += 1) {
    const due = began + n * every;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    void say(n, due);
  }
  const from = began + pattern.warmMs;
  return { from, until: began + all * every };
};

const closed = async ({ pattern }: Talk, say: Say, failed: Failed): Promise<Span> => {
  if (pattern.load !== 'closed') throw new Error('not a closed loop');
  const from = performance.now() + pattern.warmMs;
  const until = from + pattern.countMs;
  let n = 0;
  const drive = async (): Promise<void> => {
    while (performance.now() < until && failed() === null) {
      n += 1;
      await say(n, performance.now());
    }
  };
  const all = Promise.all(Array.from({ length: pattern.atOnce }, drive));
  await Promise.race([all, pause(pattern.warmMs + pattern.countMs + ARRIVE_LIMIT_MS)]);
  return { from, until };
};

const PATTERNS = { first, open, closed } as const;

const customerSays = (world: World, of: number, mark: number): Buffer => {
  const text = wordsWith(mark);
  if (!world.cases.has(of)) world.cases.set(of, []);
  world.marks.set(mark, of);
  const row = write(world, of, { senderType: 'contact', senderId: of + CONTACT_OFFSET, message: text });
  return webhookRequest(webhookBody({ case: of, id: Number(row['id']), text }));
};

const memberSays = (world: World, of: number, mark: number): Buffer => {
  const thread = world.threads.get(of) ?? (of <= world.seeded ? seededThread(of) : undefined);
  if (thread === undefined) throw new Error(`case ${of} has no thread`);
  world.lastPost += 1;
  const ts = `${Math.floor(Date.now() / 1000)}.${`${world.lastPost}`.padStart(6, '0')}`;
  return slackRequest(slackBody({ ts, thread, text: wordsWith(mark) }));
};

const CONTACT_OFFSET = 500_000;
const wordsWith = (mark: number): string => `${marked(mark)} ${WORDS}`;
/** As long as most messages in a chat are. */
const WORDS = 'I ordered on Monday and nothing has come yet. Could you look where it is, please? '.repeat(2).trim();
