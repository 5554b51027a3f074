import { expect, it, vi } from 'vitest';
import { createInbox } from '../../src/delivery/inbox.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Destination } from '../../src/delivery/ports.ts';
import { createSolitude } from '../../src/delivery/solitude.ts';
import { type Engine, openEngine } from './engine.ts';

const LEASE_MS = 1_000;

type Lives = { readonly times: number; readonly lane: string };

/** As many processes died with the next of that lane in their hands: the first three with others, then it was alone. */
async function crash({ store, skip }: Engine, what: 'deliveries' | 'events', { times, lane }: Lives): Promise<void> {
  for (let life = 0; life < times; life += 1) {
    if (what === 'events') {
      for (const claimed of await store.claimEvents(10, LEASE_MS)) {
        if (claimed.lane !== lane) await store.returnEvent(claimed, { afterMs: 0, counted: false });
        else if (claimed.crashes >= 3) await store.noteEventAlone(claimed);
      }
    } else {
      for (const claimed of await store.claimDeliveries(10, LEASE_MS)) {
        if (claimed.lane !== lane) await store.returnDelivery(claimed);
        else if (claimed.crashes >= 3) await store.noteAlone(claimed);
      }
    }
    skip(LEASE_MS);
  }
}

/** As many processes were killed from outside while all that is owed was in their hands. */
async function killed({ store, skip }: Engine, times: number): Promise<void> {
  for (let life = 0; life < times; life += 1) {
    await store.claimDeliveries(10, LEASE_MS);
    skip(LEASE_MS);
  }
}

const delivers = (perform: Destination['perform']): Destination => ({
  prepare: async () => ({ type: 'go', baseline: null, plan: null }),
  perform,
  lookup: async () => ({ type: 'absent' }),
});

function startOutbox(engine: Engine, destination: Destination): void {
  const { store, log, now } = engine;
  engine.start(createOutbox({ store, log, now, destinationOf: () => destination, attemptMs: 80, pollMs: 10 }));
}

it('runs a delivery alone after three crashes', async () => {
  const engine = await openEngine();
  await engine.owe({ id: 'bad', lane: 'bad' }, ...['b', 'c', 'd'].map((id) => ({ id, lane: id })));
  await crash(engine, 'deliveries', { times: 3, lane: 'bad' });
  const inFlight = new Set<string>();
  const beside = new Map<string, string[]>();
  startOutbox(
    engine,
    delivers(async ({ id }) => {
      inFlight.add(id);
      await new Promise((resolve) => setTimeout(resolve, 15));
      beside.set(
        id,
        [...inFlight].filter((other) => other !== id),
      );
      inFlight.delete(id);
      return { type: 'delivered', receipt: null };
    }),
  );

  expect(await engine.settled('bad')).toMatchObject({ state: 'delivered' });
  for (const id of ['b', 'c', 'd']) await engine.settled(id);
  expect(beside.get('bad')).toEqual([]);
  for (const others of beside.values()) expect(others).not.toContain('bad');
});

it('gives nothing up for crashes that it met among others, however many', async () => {
  const engine = await openEngine();
  await engine.owe(...['a', 'b', 'c'].map((id) => ({ id, lane: id })));
  await killed(engine, 9);
  startOutbox(
    engine,
    delivers(async () => ({ type: 'delivered', receipt: null })),
  );

  for (const id of ['a', 'b', 'c']) expect(await engine.settled(id)).toMatchObject({ state: 'delivered' });
});

it('keeps events waiting while a delivery runs alone, and the other way round', async () => {
  const engine = await openEngine();
  const { store, log, now } = engine;
  await engine.owe({ id: 'bad', lane: 'bad' });
  await crash(engine, 'deliveries', { times: 3, lane: 'bad' });
  const solitude = createSolitude();
  const seen: string[] = [];
  const slowly = async (what: string): Promise<void> => {
    seen.push(`${what} begins`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    seen.push(`${what} ends`);
  };
  const perform: Destination['perform'] = async () => {
    await store.put([{ key: 'e', lane: 'e', payload: null }]);
    await slowly('delivery');
    return { type: 'delivered', receipt: null };
  };
  const handle = async () => {
    await slowly('event');
    return { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] } as const;
  };
  engine.start(createInbox({ store, log, now, handle, solitude, pollMs: 10 }));
  engine.start(createOutbox({ store, log, now, destinationOf: () => delivers(perform), solitude, pollMs: 10 }));

  await vi.waitFor(async () => expect((await store.counts()).events).toMatchObject({ owed: 0, handled: 2 }));
  expect(seen).toEqual(['delivery begins', 'delivery ends', 'event begins', 'event ends']);
});

it('gives a delivery up after five crashes, of which it met two alone, without touching it', async () => {
  const engine = await openEngine();
  await engine.owe({ id: 'bad' });
  await crash(engine, 'deliveries', { times: 5, lane: 'a' });
  const perform = vi.fn<Destination['perform']>();
  startOutbox(engine, delivers(perform));

  expect(await engine.settled('bad')).toMatchObject({ state: 'dead', reason: 'crashes' });
  expect(perform).not.toHaveBeenCalled();
});

it('looks up what it gives up in the middle of an attempt, and says dead only if nothing came of it', async () => {
  const engine = await openEngine();
  await engine.owe({ id: 'done', lane: 'done' }, { id: 'not', lane: 'not' });
  for (const claimed of await engine.store.claimDeliveries(2, LEASE_MS)) {
    await engine.store.openAttempt(claimed, { baseline: null, deadline: engine.now() - 20_000 });
  }
  engine.skip(LEASE_MS);
  await crash(engine, 'deliveries', { times: 4, lane: 'done' });
  await crash(engine, 'deliveries', { times: 4, lane: 'not' });
  const perform = vi.fn<Destination['perform']>();
  const lookup: Destination['lookup'] = async ({ id }) =>
    id === 'done' ? { type: 'found', receipt: 1 } : { type: 'absent' };
  startOutbox(engine, { ...delivers(perform), lookup });

  expect(await engine.settled('done')).toMatchObject({ state: 'delivered' });
  expect(await engine.settled('not')).toMatchObject({ state: 'dead', reason: 'crashes' });
  expect(perform).not.toHaveBeenCalled();
});

it('sets an event aside after five crashes, of which it met two alone, with an alarm', async () => {
  const engine = await openEngine();
  const { store, log, now } = engine;
  await store.put([{ key: 'bad', lane: 'a', payload: null }]);
  await crash(engine, 'events', { times: 5, lane: 'a' });
  const onDead = vi.fn<(event: unknown, reason: string) => void>();
  const handle = vi.fn<() => Promise<never>>();
  engine.start(createInbox({ store, log, now, handle, onDead }));

  await vi.waitFor(() => expect(onDead).toHaveBeenCalledWith(expect.objectContaining({ key: 'bad' }), 'crashes'));
  expect(await store.counts()).toMatchObject({ events: { dead: 1, owed: 0 } });
  expect(handle).not.toHaveBeenCalled();
});
