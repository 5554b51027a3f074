import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Conflict, NotStored } from '../../src/delivery/errors.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { ClaimedEvent, DeliveryStore, Settlement } from '../../src/delivery/ports.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { readStore } from '../../src/store/read.ts';
import { StoreUnusable } from '../../src/store/unusable.ts';
import { delivery } from './exercise.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const NOTHING: Settlement = { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] };

describe.skipIf(whyNoPostgres() !== null)('a store on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(() => server.sql('DROP SCHEMA IF EXISTS casebridge CASCADE'));

  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  async function open(url = server.url): Promise<Store> {
    const store = await openStore({ kind: 'postgres', url });
    opened.push(store);
    return store;
  }

  const urlWith = (change: (url: URL) => void): string => {
    const url = new URL(server.url);
    change(url);
    return url.href;
  };

  describe('opening', () => {
    it('says in one line what is wrong with the server or its address, and never a password', async () => {
      await server.sql(`CREATE ROLE guest LOGIN PASSWORD 'guest'`, 'REVOKE ALL ON DATABASE postgres FROM guest');
      const closedPort = urlWith((url) => {
        url.port = '1';
      });
      const wrong: readonly [string, string][] = [
        [urlWith((url) => (url.password = 'secret')), 'refuses its user or password'],
        [urlWith((url) => (url.pathname = '/nowhere')), 'there is no such database'],
        [urlWith((url) => ([url.username, url.password] = ['guest', 'guest'])), 'may not create or change the schema'],
        [urlWith((url) => (url.hostname = 'no.such.host.invalid')), 'its host is not known'],
        [closedPort, 'it cannot be reached (ECONNREFUSED)'],
        ['postgres:', 'cannot be used'],
      ];

      for (const [url, problem] of wrong) {
        const error: unknown = await open(url).catch((reason: unknown) => reason);
        expect(error, problem).toBeInstanceOf(StoreUnusable);
        expect(String(error)).toContain(problem);
        expect(String(error)).not.toMatch(/secret|marks|\n/);
      }
    });

    it('works for a user who owns the schema and nothing else', async () => {
      await server.sql(`CREATE ROLE owner LOGIN PASSWORD 'owner'`, 'CREATE SCHEMA casebridge AUTHORIZATION owner');
      const store = await open(urlWith((url) => ([url.username, url.password] = ['owner', 'owner'])));

      expect(await store.writable()).toBe(true);
    });

    it('keeps its settings beside those in the address', async () => {
      const store = await open(urlWith((url) => url.searchParams.set('options', '-c work_mem=8MB')));

      expect(await store.writable()).toBe(true);
      expect(await server.rows(`SELECT to_regclass('casebridge.probe')::text AS there`)).toEqual([
        { there: 'casebridge.probe' },
      ]);
    });

    it('makes the schema once when several start together', async () => {
      const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
      const told = await Promise.all(
        stores.map(({ deliveries }) => deliveries.put([{ key: 'e', lane: 'a', payload: null }])),
      );

      expect(told.flat().filter((isNew) => isNew)).toHaveLength(1);
    });

    it('refuses the schema of a newer casebridge', async () => {
      await (await open()).close();
      await server.sql('UPDATE casebridge.schema_version SET version = 999');

      await expect(open()).rejects.toThrow('it was written by a newer casebridge (schema 999');
      await expect(readStore({ kind: 'postgres', url: server.url })).rejects.toThrow('newer casebridge');
    });
  });

  it('shows itself to the operator, and takes orders', async () => {
    await expect(readStore({ kind: 'postgres', url: server.url })).rejects.toThrow('start this version once');
    const { deliveries } = await open();
    await deliveries.put([{ key: 'e', lane: 'a', payload: null }]);
    const reader = await readStore({ kind: 'postgres', url: server.url });

    expect(await reader.counts()).toMatchObject({ events: { owed: 1 } });
    const id = await reader.order({ redrive: 'd' });
    expect(await deliveries.takeOrders(10)).toEqual([{ id, order: { redrive: 'd' } }]);
    expect(await deliveries.takeOrders(10)).toEqual([]);
    await deliveries.finishOrder(id, { done: true });
    expect(await reader.answer(id, 1_000)).toEqual({ done: true });
    await reader.close();
  });

  it('lets one process lead, and another when that one is gone or silent', async () => {
    const [one, other] = [await open(), await open()];

    expect(await one.lead('poll', 60_000)).toBe(true);
    expect(await other.lead('poll', 60_000)).toBe(false);
    expect(await other.lead('reconcile', 60_000)).toBe(true);
    expect(await one.lead('poll', 50)).toBe(true);
    await pause(60);
    expect(await other.lead('poll', 60_000)).toBe(true);
    expect(await one.lead('poll', 60_000)).toBe(false);
    await other.close();
    expect(await one.lead('poll', 60_000)).toBe(true);
  });

  it("counts by the server's clock, whatever the process is told", async () => {
    const store = await openStore({ kind: 'postgres', url: server.url }, { now: () => 1 });
    opened.push(store);
    const { deliveries } = store;
    await deliveries.put([{ key: 'e', lane: 'a', payload: null }]);
    const [event] = await deliveries.claimEvents(1, 1_000);

    expect(Math.abs(deliveries.now() - Date.now())).toBeLessThan(1_000);
    expect(Math.abs((event?.receivedAt ?? 0) - Date.now())).toBeLessThan(1_000);
  });

  it('claims a record for one of two settlements that both found none', async () => {
    const stores = await Promise.all([open(), open()]);
    const records = [{ namespace: 'links', key: 'k', value: 1, was: null }];
    const events = await Promise.all(stores.map(({ deliveries }, n) => claimNew(deliveries, `e${n}`)));

    const outcomes = await Promise.allSettled(
      stores.map(({ deliveries }, n) => deliveries.settleEvent(given(events[n]), { ...NOTHING, records })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(Conflict) });
  });

  it('wakes another process for an idle lane', async () => {
    const [one, other] = [await open(), await open()];
    await pause(100);
    const heard = vi.fn<(what: string) => void>();
    other.deliveries.onWork(heard);
    await one.deliveries.put([{ key: 'e', lane: 'a', payload: null }]);

    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('events'), { interval: 5 });
  });

  it('stores nothing while the server is away, and works again by itself', { timeout: 60_000 }, async () => {
    const { deliveries, records, writable } = await open();
    const acknowledged: string[] = [];
    let refused = 0;
    const writers = { stopped: false };
    const writing = Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; !writers.stopped; n += 1) {
          const key = `${writer}-${n}`;
          try {
            await deliveries.put([{ key, lane: key, payload: null }]);
            acknowledged.push(key);
          } catch (error) {
            if (!(error instanceof NotStored)) throw error;
            refused += 1;
            await pause(5);
          }
        }
      }),
    );

    for (let round = 0; round < 3; round += 1) {
      await pause(150);
      await server.crash();
      const before = acknowledged.length;
      expect(await writable()).toBe(false);
      await expect(records('links').get('k')).rejects.toThrow(NotStored);
      expect(acknowledged.length).toBe(before);
      await server.start();
      await vi.waitFor(async () => expect(await writable()).toBe(true), { timeout: 5_000, interval: 20 });
    }
    writers.stopped = true;
    await writing;

    expect(refused).toBeGreaterThan(0);
    const known = await deliveries.put(acknowledged.map((key) => ({ key, lane: 'again', payload: null })));
    expect(known.filter((isNew) => isNew)).toEqual([]);
    process.stdout.write(`${acknowledged.length} stored, ${refused} refused around three crashes of the server\n`);
  });

  it('is not held up for long by a process that froze inside a transaction', { timeout: 20_000 }, async () => {
    const { deliveries } = await open();
    const event = await claimNew(deliveries, 'e');
    const script = fileURLToPath(new URL('freeze.ts', import.meta.url));
    const frozen = spawn(process.execPath, [script, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    frozen.stdout.on('data', (chunk) => said.push(String(chunk)));
    await once(frozen.stdout, 'data');

    await deliveries.settleEvent(event, NOTHING);
    expect((await deliveries.counts()).events.handled).toBe(1);
    frozen.kill('SIGCONT');
    await once(frozen, 'close');
    expect(said.join('')).toBe('frozen\nNotStored\n');
  });

  it('delivers within a second what nobody was told of', async () => {
    const [one, other] = [await open(), await open()];
    const performed: number[] = [];
    const outbox = createOutbox({
      store: { ...other.deliveries, onWork: () => () => undefined },
      destinationOf: () => ({
        prepare: async () => ({ type: 'go', baseline: null, plan: null }),
        perform: async () => {
          performed.push(performance.now());
          return { type: 'delivered', receipt: null };
        },
        lookup: async () => ({ type: 'absent' }),
      }),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    outbox.start();
    await pause(100);
    const event = await claimNew(one.deliveries, 'e');
    await one.deliveries.settleEvent(event, { ...NOTHING, deliveries: [delivery('d', 'a')] });
    const owed = performance.now();

    await vi.waitFor(() => expect(performed).toHaveLength(1), { timeout: 3_000, interval: 5 });
    expect((performed[0] ?? 0) - owed).toBeLessThan(1_200);
    await outbox.stop(100);
  });
});

async function claimNew(store: DeliveryStore, key: string): Promise<ClaimedEvent> {
  await store.put([{ key, lane: key, payload: null }]);
  const [event] = await store.claimEvents(1, 60_000);
  return given(event);
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing was claimed');
  return value;
}
