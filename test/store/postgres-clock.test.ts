import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/delivery/ports.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { createServerClock } from '../../src/store/postgres-clock.ts';
import { delivery } from './exercise.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The server's clock in the hands of the test: the function that tells the time, behind its own name. */
const SHIFTABLE = [
  `CREATE TABLE public.shift (ms BIGINT NOT NULL); INSERT INTO public.shift VALUES (0)`,
  `SET allow_system_table_mods = on;
   ALTER FUNCTION pg_catalog.clock_timestamp() RENAME TO unshifted_clock;
   CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
     $$ SELECT unshifted_clock() + (SELECT ms FROM public.shift) * interval '1 millisecond' $$`,
];

describe.skipIf(whyNoPostgres() !== null)('a server whose clock jumps', () => {
  let server: PostgresServer;
  const opened: Store[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    await server.sql(...SHIFTABLE);
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(() => server.sql('UPDATE public.shift SET ms = 0', 'DROP SCHEMA IF EXISTS casebridge CASCADE'));
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  const open = async (): Promise<Store> => {
    const store = await openStore({ kind: 'postgres', url: server.url });
    opened.push(store);
    return store;
  };
  const jump = (ms: number): Promise<void> => server.sql(`UPDATE public.shift SET ms = ms + ${ms}`);
  const owe = ({ deliveries }: Store, ...owed: Parameters<typeof delivery>[]) =>
    claimNewEvent(deliveries).then((event) =>
      deliveries.settleEvent(event, {
        outcome: 'handled',
        deliveries: owed.map((one) => delivery(...one)),
        changes: [],
        records: [],
        events: [],
      }),
    );
  const claim = ({ deliveries }: Store): Promise<readonly ClaimedDelivery[]> =>
    deliveries.claimDeliveries(10, 30 * SECOND);

  it.each([2 * MINUTE, HOUR])('back by %i ms puts back what waits, once for all processes', async (ms) => {
    const [one, other] = [await open(), await open()];
    await owe(one, ['retried', 'a'], ['lost', 'b']);
    const claimed = await claim(one);
    const retried = given(claimed.find(({ id }) => id === 'retried'));
    await one.deliveries.settleDelivery(retried, { type: 'retry', reason: 'x', afterMs: 10 * SECOND, counted: true });
    const before = await due(one);

    await jump(-ms);
    await Promise.all([claim(one), claim(other), claim(one), claim(other)]);

    expect(Math.abs(before - ms - (await due(other)))).toBeLessThan(SECOND);
    expect(await leaseOf('b')).toBeLessThan(one.deliveries.now() + 31 * SECOND);
    expect(Math.abs(one.deliveries.now() - other.deliveries.now())).toBeLessThan(SECOND);
  });

  it('back while nobody ran puts back what waits at the next start', async () => {
    const one = await open();
    await owe(one, ['1', 'a']);
    const [claimed] = await claim(one);
    await one.deliveries.settleDelivery(given(claimed), { type: 'retry', reason: 'x', afterMs: SECOND, counted: true });
    await one.close();

    await jump(-HOUR);
    const [other] = await Promise.all([open(), open()]);

    expect(Math.abs((await due(other)) - other.deliveries.now())).toBeLessThan(10 * SECOND);
  });

  it.each([2 * MINUTE, HOUR])(
    'forward by %i ms makes nobody look up an attempt that is still on its way',
    async (ms) => {
      const [one, other] = [await open(), await open()];
      await owe(one, ['1', 'a']);
      const [claimed] = await claim(one);
      const deadline = one.deliveries.now() + 18 * SECOND;
      await one.deliveries.openAttempt(given(claimed), { baseline: null, deadline });
      await other.deliveries.put([{ key: 'heard', lane: 'x', payload: null }]);

      await jump(ms);

      expect(await claim(other)).toEqual([]);
      expect(await claim(one)).toEqual([]);
      await one.deliveries.settleDelivery(given(claimed), { type: 'delivered', receipt: '42' });
      expect(await one.deliveries.view('1')).toMatchObject({ state: 'delivered', receipt: '42' });
    },
  );

  it('takes events in all the while, and works on them', async () => {
    const one = await open();
    await owe(one, ['1', 'a']);

    for (const ms of [HOUR, -2 * HOUR, HOUR]) {
      await jump(ms);
      expect(await one.deliveries.put([{ key: `after ${ms} ${Math.random()}`, lane: 'e', payload: null }])).toEqual([
        true,
      ]);
      const [event] = await one.deliveries.claimEvents(1, SECOND);
      await one.deliveries.settleEvent(given(event), {
        outcome: 'handled',
        deliveries: [],
        changes: [],
        records: [],
        events: [],
      });
    }
  });

  const due = async ({ deliveries }: Store): Promise<number> => given(await deliveries.nextDue('deliveries'));
  const leaseOf = async (lane: string): Promise<number> => {
    const [row] = await server.rows(`SELECT leased_until FROM casebridge.delivery_lanes WHERE lane = '${lane}'`);
    return Number(row?.['leased_until']);
  };
});

describe('the clock of a server, as a process knows it', () => {
  it('is not judged by an answer that took long', () => {
    const clock = createServerClock();
    const now = Date.now();
    expect(clock.hear(now, 5)).toBe(0);

    expect(clock.hear(now - MINUTE, 60 * SECOND)).toBe(0);
    expect(clock.hear(now, 5)).toBe(0);
    expect(clock.hear(now + MINUTE, 2 * SECOND)).toBe(0);
    expect(clock.rests()).toBe(false);
    expect(Math.abs(clock.now() - now)).toBeLessThan(SECOND);
  });

  it('is not judged by an answer that came first and took long', () => {
    const clock = createServerClock();
    const now = Date.now();
    clock.hear(now - MINUTE, 60 * SECOND);

    expect(clock.hear(now, 5)).toBe(0);
    expect(clock.rests()).toBe(false);
  });

  it('is believed to have gone back only when what waits was put back', () => {
    const clock = createServerClock();
    const now = Date.now();
    clock.hear(now, 5);

    expect(Math.abs(clock.hear(now - HOUR, 5) - HOUR)).toBeLessThan(SECOND);
    expect(Math.abs(clock.hear(now - HOUR, 5) - HOUR)).toBeLessThan(SECOND);
    clock.adopt(now - HOUR);
    expect(clock.hear(now - HOUR, 5)).toBe(0);
    expect(clock.rests()).toBe(false);
  });
});

const claimNewEvent = async (store: Store['deliveries']) => {
  await store.put([{ key: `event ${Math.random()}`, lane: 'events', payload: null }]);
  const [event] = await store.claimEvents(1, 10 * SECOND);
  return given(event);
};

const given = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error('it is not there');
  return value;
};
