import { describe, expect, it, vi } from 'vitest';
import { Failure, NotStored } from '../../src/delivery/errors.ts';
import { createOutbox, type OutboxOptions } from '../../src/delivery/outbox.ts';
import type {
  ClaimedDelivery,
  DeliveryStore,
  Destination,
  Finding,
  Verdict,
  Worker,
} from '../../src/delivery/ports.ts';
import { type Engine, openEngine } from './engine.ts';

const ATTEMPT_MS = 80;

/** The other side: counts what it was asked, does what the test says. */
type Side = Destination & { readonly performed: string[]; readonly lookedUp: string[] };

function side(script: Partial<Destination> = {}): Side {
  const performed: string[] = [];
  const lookedUp: string[] = [];

  return {
    performed,
    lookedUp,
    prepare: script.prepare ?? (async () => ({ type: 'go', baseline: { above: 1 }, plan: null })),
    perform: async (delivery, plan, deadline) => {
      performed.push(delivery.id);
      if (script.perform) return script.perform(delivery, plan, deadline);
      return { type: 'delivered', receipt: `receipt of ${delivery.id}` };
    },
    lookup: async (delivery, baseline) => {
      lookedUp.push(delivery.id);
      return script.lookup ? script.lookup(delivery, baseline) : { type: 'undecided', reason: 'not scripted' };
    },
  };
}

function startOutbox(engine: Engine, destination: Destination, options: Partial<OutboxOptions> = {}): Worker {
  const { store, log, now } = engine;
  const destinationOf = (): Destination => destination;
  return engine.start(createOutbox({ store, destinationOf, log, now, attemptMs: ATTEMPT_MS, pollMs: 20, ...options }));
}

const once = <T>(first: () => T, later: () => T): (() => T) => {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === 1 ? first() : later();
  };
};

const outage = (kind: 'transient' | 'auth' | 'rate_limited'): Failure =>
  new Failure({ kind, side: 'there', attempted: 'GET /thing', effect: 'none', retryAfterMs: 30 });

describe('an attempt', () => {
  it('is stored as open before the other side is called, and settled with its receipt', async () => {
    const engine = await openEngine();
    const seen: unknown[] = [];
    const there = side({
      perform: async ({ id }, _plan, deadline) => {
        seen.push((await engine.store.view(id))?.attempting, deadline - engine.now() < ATTEMPT_MS);
        return { type: 'delivered', receipt: 'r' };
      },
    });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'r' });
    expect(seen).toEqual([true, true]);
  });

  it('is logged in one line that never holds content', async () => {
    const engine = await openEngine();
    startOutbox(engine, side());
    await engine.owe({ id: 'd', effect: { text: 'secret' } });
    await engine.settled('d');

    await vi.waitFor(() => expect(engine.lines).toHaveLength(1));
    expect(engine.lines).toMatchObject([
      { message: 'delivery attempted', facts: { delivery: 'd', lane: 'a', attempt: 1, outcome: 'delivered' } },
    ]);
    expect(JSON.stringify(engine.lines)).not.toContain('secret');
  });

  it('keeps the order of its lane while other lanes go on', async () => {
    const engine = await openEngine();
    const there = side();
    startOutbox(engine, there, { concurrency: 3 });
    await engine.owe(...['a', 'b', 'c'].flatMap((lane) => [1, 2, 3, 4].map((n) => ({ id: `${lane}${n}`, lane }))));
    await Promise.all(['a4', 'b4', 'c4'].map(engine.settled));

    for (const lane of ['a', 'b', 'c']) {
      expect(there.performed.filter((id) => id.startsWith(lane))).toEqual([1, 2, 3, 4].map((n) => `${lane}${n}`));
    }
  });
});

describe('an unknown outcome', () => {
  const ambiguous = async () => ({ type: 'ambiguous', reason: 'timeout' }) as const;
  const findings: Record<string, Finding> = {
    found: { type: 'found', receipt: 'seen' },
    undecided: { type: 'undecided', reason: 'two alike' },
  };

  it('is looked up after the deadline, and not sent again when it is found', async () => {
    const engine = await openEngine();
    const there = side({ perform: ambiguous, lookup: async () => findings['found'] ?? { type: 'absent' } });
    startOutbox(engine, there);
    const start = engine.now();
    await engine.owe({ id: 'd' });

    const view = await engine.settled('d');
    expect(view).toMatchObject({ state: 'delivered', receipt: 'seen' });
    expect((view.settledAt ?? 0) - start).toBeGreaterThanOrEqual(ATTEMPT_MS);
    expect(there.performed).toEqual(['d']);
  });

  it('is sent again when a complete read shows that it was not done', async () => {
    const engine = await openEngine();
    const perform = once<Promise<Verdict>>(ambiguous, async () => ({ type: 'delivered', receipt: 'second' }));
    const there = side({ perform, lookup: async () => ({ type: 'absent' }) });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'second' });
    expect(there).toMatchObject({ performed: ['d', 'd'], lookedUp: ['d'] });
  });

  it('is a dead letter with its receipt when it is found to be another thing than was meant', async () => {
    const engine = await openEngine();
    const other = { type: 'dead', reason: 'stored as something else', receipt: 'row 7' } as const;
    const there = side({ perform: ambiguous, lookup: async () => other });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'dead', reason: other.reason, receipt: other.receipt });
    expect(there.performed).toEqual(['d']);
  });

  it('is set aside as unknown when it cannot be determined, and the lane goes on', async () => {
    const engine = await openEngine();
    const perform = once<Promise<Verdict>>(ambiguous, async () => ({ type: 'delivered', receipt: null }));
    const there = side({ perform, lookup: async () => findings['undecided'] ?? { type: 'absent' } });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' }, { id: 'next' });

    expect(await engine.settled('d')).toMatchObject({ state: 'unknown', reason: 'two alike' });
    await engine.settled('next');
    expect(there.performed).toEqual(['d', 'next']);
  });

  it('is what an unforeseen error of the call counts as', async () => {
    const engine = await openEngine();
    const there = side({
      perform: async () => {
        throw new TypeError('quoting the text of the customer');
      },
      lookup: async () => ({ type: 'found', receipt: 'seen' }),
    });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'seen' });
    const ended = engine.lines.find(({ facts }) => facts['reason'] !== 'too late to begin');
    expect(ended?.facts).toMatchObject({ outcome: 'ambiguous', reason: 'TypeError' });
    expect(JSON.stringify(engine.lines)).not.toContain('customer');
  });

  it('is what a call that never ends counts as', async () => {
    const engine = await openEngine();
    const there = side({
      perform: () => new Promise(() => undefined),
      lookup: async () => ({ type: 'found', receipt: 'seen' }),
    });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'seen' });
  });

  it('stays open while its look-up breaks, and ends as unknown, never as a second call', async () => {
    const engine = await openEngine();
    const there = side({ perform: ambiguous });
    const destinationOf = (delivery: ClaimedDelivery): Destination => {
      if (delivery.open === null) return there;
      throw new RangeError('an effect that this version does not know');
    };
    startOutbox(engine, there, { destinationOf });
    await engine.owe({ id: 'd' });
    await vi.waitFor(() => expect(there.performed).toEqual(['d']), { timeout: 5_000, interval: 5 });

    await vi.waitFor(
      async () => {
        engine.skip(120_000);
        expect(await engine.store.view('d')).toMatchObject({ state: 'unknown', reason: 'RangeError' });
      },
      { timeout: 5_000, interval: 20 },
    );
    expect(there.performed).toEqual(['d']);
  });

  it('holds no worker while it waits for its deadline', async () => {
    const engine = await openEngine();
    const perform = once<Promise<Verdict>>(ambiguous, async () => ({ type: 'delivered', receipt: null }));
    const there = side({ perform, lookup: async () => ({ type: 'found', receipt: null }) });
    startOutbox(engine, there, { concurrency: 1, attemptMs: 400 });
    await engine.owe({ id: 'slow', lane: 'a' }, { id: 'quick', lane: 'b' });

    await engine.settled('quick');
    expect(await engine.store.view('slow')).toMatchObject({ state: 'owed', attempting: true });
    await engine.settled('slow');
  });

  it('waits for the side when the look-up meets an outage, and stays open meanwhile', async () => {
    const engine = await openEngine();
    const lookup = once<Promise<Finding>>(
      () => Promise.reject(outage('transient')),
      async () => ({ type: 'found', receipt: 'seen' }),
    );
    const there = side({ perform: ambiguous, lookup });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', attempts: 0 });
    expect(there).toMatchObject({ performed: ['d'], lookedUp: ['d', 'd'] });
  });
});

describe('a preparation', () => {
  it('that meets an outage closes the side for a while and costs no attempt', async () => {
    const engine = await openEngine();
    const prepare = once<ReturnType<Destination['prepare']>>(
      () => Promise.reject(outage('rate_limited')),
      async () => ({ type: 'go', baseline: null, plan: null }),
    );
    startOutbox(engine, side({ prepare }));
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', attempts: 0 });
    expect(engine.lines[0]?.facts).toMatchObject({ outcome: 'snooze', gate: 'side' });
    expect(await engine.store.gates()).toEqual([]);
  });

  it('that breaks is a counted try', async () => {
    const engine = await openEngine();
    const prepare = once<ReturnType<Destination['prepare']>>(
      () => Promise.reject(new RangeError('bug')),
      async () => ({ type: 'go', baseline: null, plan: null }),
    );
    startOutbox(engine, side({ prepare }));
    await engine.owe({ id: 'd' });

    await vi.waitFor(async () =>
      expect(await engine.store.view('d')).toMatchObject({ attempts: 1, attempting: false }),
    );
    engine.skip(10_000);
    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  it('that finds nothing left to do settles without a call', async () => {
    const engine = await openEngine();
    const there = side({ prepare: async () => ({ type: 'delivered', receipt: 'already' }) });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'already' });
    expect(there.performed).toEqual([]);
  });

  it('gives way to a person who drops the delivery meanwhile', async () => {
    const engine = await openEngine();
    const there = side({
      prepare: async ({ id }) => {
        await drop(engine.store, id);
        return { type: 'go', baseline: null, plan: null };
      },
    });
    startOutbox(engine, there);
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'dropped' });
    await vi.waitFor(() =>
      expect(engine.lines).toMatchObject([{ message: 'an attempt lost its lease and was dropped' }]),
    );
    expect(there.performed).toEqual([]);
  });

  async function drop(store: DeliveryStore, id: string): Promise<void> {
    await store.put([{ key: 'drop', lane: 'drop', payload: null }]);
    const [event] = await store.claimEvents(1, 1_000);
    if (event === undefined) throw new Error('nothing was claimed');
    const changes = [{ type: 'drop', id, reason: 'deleted' }] as const;
    await store.settleEvent(event, { outcome: 'handled', deliveries: [], changes, records: [], events: [] });
  }
});

describe('a process that was frozen past its lease', () => {
  it('does not look up or send again what it still has on the way itself', async () => {
    const engine = await openEngine();
    let finish: (verdict: Verdict) => void = () => undefined;
    const there = side({
      perform: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      lookup: async ({ id }) => ({ type: 'found', receipt: `seen ${id}` }),
    });
    startOutbox(engine, there, { attemptMs: 5_000 });
    await engine.owe({ id: 'd' });
    await vi.waitFor(() => expect(there.performed).toEqual(['d']), { interval: 5 });

    engine.skip(60_000);
    // Long enough for the lane to be claimed anew, on a slow machine too.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(there.lookedUp).toEqual([]);
    finish({ type: 'delivered', receipt: 'late' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    engine.skip(60_000);
    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', receipt: 'seen d' });
    expect(there.performed).toEqual(['d']);
  });

  it('sends nothing when it wakes after the attempt has run out', async () => {
    const engine = await openEngine();
    const there = side();
    const openAttempt: DeliveryStore['openAttempt'] = async (claimed, attempt) => {
      await engine.store.openAttempt(claimed, attempt);
      if (there.performed.length === 0 && engine.lines.length === 0) engine.skip(20_000);
    };
    startOutbox(engine, there, { store: { ...engine.store, openAttempt } });
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', attempts: 0 });
    expect(engine.lines[0]?.facts).toMatchObject({ outcome: 'retry', reason: 'too late to begin' });
    expect(there.performed).toEqual(['d']);
  });
});

describe('a store in trouble', () => {
  it('means no call when the attempt could not be stored as open', async () => {
    const engine = await openEngine();
    const there = side();
    const openAttempt = once<Promise<void>>(
      () => Promise.reject(new NotStored(new Error('disk full'))),
      () => Promise.resolve(),
    );
    const store: DeliveryStore = {
      ...engine.store,
      openAttempt: async (claimed: ClaimedDelivery, attempt) => {
        await openAttempt();
        await engine.store.openAttempt(claimed, attempt);
      },
    };
    startOutbox(engine, there, { store });
    await engine.owe({ id: 'd' });

    await vi.waitFor(() => expect(engine.lines[0]?.facts).toMatchObject({ outcome: 'retry', reason: 'not stored' }));
    expect(there.performed).toEqual([]);
    engine.skip(1_000);
    expect(await engine.settled('d')).toMatchObject({ state: 'delivered', attempts: 0 });
  });

  it('keeps the outcome until it can be stored, and calls once', async () => {
    const engine = await openEngine();
    const there = side();
    let failures = 2;
    const settleDelivery: DeliveryStore['settleDelivery'] = async (claimed, verdict) => {
      failures -= 1;
      if (failures >= 0) throw new NotStored(new Error('disk full'));
      await engine.store.settleDelivery(claimed, verdict);
    };
    startOutbox(engine, there, { store: { ...engine.store, settleDelivery } });
    await engine.owe({ id: 'd' });

    expect(await engine.settled('d')).toMatchObject({ state: 'delivered' });
    expect(there.performed).toEqual(['d']);
  });
});

describe('stopping', () => {
  it('waits for what is in flight and begins nothing more', async () => {
    const engine = await openEngine();
    const there = side({
      perform: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { type: 'delivered', receipt: null };
      },
    });
    const outbox = startOutbox(engine, there, { concurrency: 1, attemptMs: 1_000 });
    await engine.owe({ id: '1' }, { id: '2' });
    await vi.waitFor(() => expect(there.performed).toEqual(['1']), { interval: 5 });
    await outbox.stop(1_000);

    expect(await engine.store.view('1')).toMatchObject({ state: 'delivered' });
    expect(await engine.store.view('2')).toMatchObject({ state: 'owed', attempts: 0 });
    expect(there.performed).toEqual(['1']);
  });

  it('hands back what it had not begun when time is up', async () => {
    const engine = await openEngine();
    const prepare = vi.fn<Destination['prepare']>(() => new Promise(() => undefined));
    const outbox = startOutbox(engine, side({ prepare }));
    await engine.owe({ id: 'd' });
    await vi.waitFor(() => expect(prepare).toHaveBeenCalledOnce());
    await outbox.stop(10);

    expect(await engine.store.claimDeliveries(1, 1_000)).toMatchObject([{ id: 'd', attempts: 0, open: null }]);
  });

  it('leaves a call that takes too long to a look-up after its deadline, not to its lease', async () => {
    const engine = await openEngine();
    const there = side({ perform: () => new Promise(() => undefined) });
    const outbox = startOutbox(engine, there, { attemptMs: 5_000 });
    await engine.owe({ id: 'd' });
    await vi.waitFor(() => expect(there.performed).toEqual(['d']), { interval: 5 });
    await outbox.stop(10);
    engine.skip(5_000);

    expect(await engine.store.claimDeliveries(1, 1_000)).toMatchObject([{ id: 'd', crashes: 0, open: { lookups: 1 } }]);
  });
});

it('drops the outcome of a call whose echo has settled it', async () => {
  const engine = await openEngine();
  let answer: (verdict: Verdict) => void = () => undefined;
  const there = side({ perform: () => new Promise((resolve) => (answer = resolve)) });
  startOutbox(engine, there, { attemptMs: 5_000 });
  await engine.owe({ id: 'd' });
  await vi.waitFor(() => expect(there.performed).toEqual(['d']), { interval: 5 });
  await engine.follow({ changes: [{ type: 'confirm', id: 'd', receipt: 'echo' }] });
  answer({ type: 'delivered', receipt: 'late' });

  await vi.waitFor(() => expect(engine.lines.map(({ message }) => message)).toContain(LOST), { interval: 5 });
  expect(await engine.store.view('d')).toMatchObject({ state: 'delivered', receipt: 'echo' });
  expect(there.performed).toEqual(['d']);
});

const LOST = 'an attempt lost its lease and was dropped';
