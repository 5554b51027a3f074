import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Conflict, LeaseLost, Overtaken, Preceded } from '../../src/delivery/errors.ts';
import type {
  ClaimedDelivery,
  ClaimedEvent,
  DeliveryFilter,
  DeliveryStore,
  NewDelivery,
  Pace,
  Settled,
  Settlement,
} from '../../src/delivery/ports.ts';

export type StoreUnderTest = {
  readonly store: DeliveryStore;
  /** A record as its owner reads it. */
  record(namespace: string, key: string): Promise<unknown>;
  close(): Promise<void>;
};

export type OpenStore = (options: { now(): number; pace(gate: string): Pace }) => Promise<StoreUnderTest>;

const LEASE_MS = 30_000;
const HOUR = 3_600_000;

/** What every driver of the delivery engine must do, on a clock that only the test moves. */
export function deliveryStoreContract(name: string, open: OpenStore): void {
  describe(`delivery store on ${name}`, () => {
    let clock = 0;
    let paces: Record<string, Pace> = {};
    let under: StoreUnderTest;
    let store: DeliveryStore;
    let serial = 0;

    beforeEach(async () => {
      clock = 1_700_000_000_000;
      paces = {};
      serial = 0;
      under = await open({ now: () => clock, pace: (gate) => paces[gate] ?? null });
      store = under.store;
    });

    afterEach(() => under.close());

    const settlement = (parts: Partial<Settlement> = {}): Settlement => ({
      outcome: 'handled',
      deliveries: [],
      changes: [],
      records: [],
      events: [],
      ...parts,
    });

    /** Settles an event of its own with these parts. */
    async function follow(parts: Partial<Settlement>): Promise<void> {
      serial += 1;
      const lane = `test-${serial}`;
      await store.put([{ key: lane, lane, payload: null }]);
      const event = (await store.claimEvents(100, LEASE_MS)).find((claimed) => claimed.lane === lane);
      if (event === undefined) throw new Error('the test event was not claimable');
      try {
        await store.settleEvent(event, settlement(parts));
      } catch (error) {
        await store.settleEvent(event, settlement());
        throw error;
      }
    }

    const delivery = (id: string, parts: Partial<NewDelivery> = {}): NewDelivery => ({
      id,
      lane: 'a',
      mode: 'fifo',
      position: null,
      effect: { text: id },
      gates: [],
      state: 'owed',
      tell: 'nothing',
      keyFor: 'lane',
      ...parts,
    });

    const owe = (...deliveries: NewDelivery[]): Promise<void> => follow({ deliveries });

    async function claim(limit = 10): Promise<readonly ClaimedDelivery[]> {
      return store.claimDeliveries(limit, LEASE_MS);
    }

    async function claimOne(): Promise<ClaimedDelivery> {
      const [first] = await claim(1);
      if (first === undefined) throw new Error('nothing is claimable');
      return first;
    }

    async function claimOneEvent(): Promise<ClaimedEvent> {
      const [first] = await store.claimEvents(1, LEASE_MS);
      if (first === undefined) throw new Error('no event is claimable');
      return first;
    }

    async function settleNext(verdict: Settled = { type: 'delivered', receipt: null }): Promise<string> {
      const claimed = await claimOne();
      await store.openAttempt(claimed, { baseline: null, deadline: clock + 18_000 });
      await store.settleDelivery(claimed, verdict);
      return claimed.id;
    }

    async function drain(): Promise<string[]> {
      const order: string[] = [];
      for (;;) {
        const [next] = await claim(1);
        if (next === undefined) return order;
        order.push(next.id);
        await store.settleDelivery(next, { type: 'delivered', receipt: null });
      }
    }

    /** Found by reading: perhaps done before. */
    const caught = { suspect: 7 };

    const ids = (claims: readonly ClaimedDelivery[]): string[] => claims.map(({ id }) => id);

    const retry = (afterMs: number, counted = true): Settled => ({ type: 'retry', reason: 'busy', afterMs, counted });

    const snooze = (key: string, ms: number): Settled => ({
      type: 'snooze',
      reason: 'closed',
      gate: { key, until: clock + ms, reason: 'closed' },
    });

    describe('events', () => {
      it('stores an event told twice once', async () => {
        const event = { key: 'e1', lane: 'a', payload: { n: 1 } };

        expect(await store.put([event, event])).toEqual([true, false]);
        expect(await store.put([event])).toEqual([false]);
        expect(await store.claimEvents(10, LEASE_MS)).toMatchObject([{ key: 'e1', payload: { n: 1 }, attempts: 0 }]);
      });

      it('hands out one event of a lane at a time, in the order of arrival', async () => {
        await store.put(['1', '2', '3'].map((key) => ({ key, lane: 'a', payload: null })));
        await store.put([{ key: 'other', lane: 'b', payload: null }]);

        const claims = await store.claimEvents(10, LEASE_MS);
        expect(claims.map(({ key }) => key)).toEqual(['1', 'other']);
        for (const event of claims) await store.settleEvent(event, settlement());

        expect((await claimOneEvent()).key).toBe('2');
      });

      it('keeps a returned event ahead of the later ones of its lane', async () => {
        await store.put(['1', '2'].map((key) => ({ key, lane: 'a', payload: null })));
        await store.returnEvent(await claimOneEvent(), { afterMs: 5_000, counted: true });

        expect(await store.claimEvents(10, LEASE_MS)).toEqual([]);
        expect(await store.nextDue('events')).toBe(clock + 5_000);
        clock += 5_000;
        expect(await claimOneEvent()).toMatchObject({ key: '1', attempts: 1, failures: 1 });
      });

      it('lets a timer arrive when it is due, without holding up its lane before', async () => {
        await store.put([{ key: 'timer', lane: 'a', payload: null, due: clock + HOUR }]);
        await store.put([{ key: 'now', lane: 'a', payload: null }]);

        await store.settleEvent(await claimOneEvent(), settlement());
        expect(await store.claimEvents(10, LEASE_MS)).toEqual([]);
        expect(await store.nextDue('events')).toBe(clock + HOUR);
        clock += HOUR;
        expect((await claimOneEvent()).key).toBe('timer');
      });

      it('counts the claims of an event that nobody ended, until it is returned', async () => {
        await store.put([{ key: 'e', lane: 'a', payload: null }]);
        for (const crashes of [0, 1]) {
          expect(await claimOneEvent()).toMatchObject({ crashes });
          clock += LEASE_MS;
        }
        await store.returnEvent(await claimOneEvent(), { afterMs: 0, counted: false });

        expect(await claimOneEvent()).toMatchObject({ crashes: 0, attempts: 3 });
      });

      it('settles an event once: a worker that lost its lease changes nothing', async () => {
        await store.put([{ key: 'e', lane: 'a', payload: null }]);
        const frozen = await claimOneEvent();
        clock += LEASE_MS;
        const second = await claimOneEvent();

        await expect(store.settleEvent(frozen, settlement({ deliveries: [delivery('d')] }))).rejects.toThrow(LeaseLost);
        await expect(store.returnEvent(frozen, { afterMs: 0, counted: false })).rejects.toThrow(LeaseLost);
        expect(await store.view('d')).toBeNull();
        await store.settleEvent(second, settlement());
      });

      it('stores all that follows from an event, or nothing when a record is not as expected', async () => {
        await follow({ records: [{ namespace: 'links', key: 'k', value: { to: 1 }, was: null }] });
        await store.put([{ key: 'e', lane: 'a', payload: null }]);
        const event = await claimOneEvent();
        const wanted = settlement({
          deliveries: [delivery('d')],
          events: [{ key: 'follow-up', lane: 'a', payload: null }],
          records: [{ namespace: 'links', key: 'k', value: { to: 2 }, was: null }],
        });

        await expect(store.settleEvent(event, wanted)).rejects.toThrow(Conflict);
        expect(await store.view('d')).toBeNull();
        expect(await under.record('links', 'k')).toEqual({ to: 1 });

        const records = [{ namespace: 'links', key: 'k', value: { to: 2 }, was: { to: 1 } }];
        await store.settleEvent(event, { ...wanted, records });
        expect(await store.view('d')).toMatchObject({ state: 'owed' });
        expect(await under.record('links', 'k')).toEqual({ to: 2 });
        expect((await claimOneEvent()).key).toBe('follow-up');
      });

      it('deletes a record that is written as null', async () => {
        await follow({ records: [{ namespace: 'links', key: 'k', value: 1 }] });
        await follow({ records: [{ namespace: 'links', key: 'k', value: null, was: 1 }] });

        expect(await under.record('links', 'k')).toBeUndefined();
      });
    });

    describe('order', () => {
      it('delivers in order of position, not of arrival', async () => {
        await owe(
          delivery('3', { position: '003' }),
          delivery('1', { position: '001' }),
          delivery('2', { position: '002' }),
        );

        expect(await drain()).toEqual(['1', '2', '3']);
      });

      it('puts what has no position at the end of what is there, before what comes later', async () => {
        await owe(delivery('5', { position: '005' }), delivery('end'), delivery('6', { position: '006' }));

        expect(await drain()).toEqual(['5', 'end', '6']);
      });

      it('keeps a head that is retried ahead of the others of its lane', async () => {
        await owe(delivery('1', { position: '1' }), delivery('2', { position: '2' }), delivery('x', { lane: 'b' }));

        expect(await settleNext(retry(5_000))).toBe('1');
        expect(ids(await claim())).toEqual(['x']);
        clock += 5_000;
        expect(await claimOne()).toMatchObject({ id: '1', attempts: 1, open: null });
      });

      it('begins nothing before its date, and keeps its place in the lane until then', async () => {
        await owe(delivery('1', { position: '1', due: clock + 5_000 }), delivery('2', { position: '2' }));
        await owe(delivery('0', { position: '0' }), delivery('past', { lane: 'b', due: clock - 5_000 }));

        expect(ids(await claim()).toSorted()).toEqual(['0', 'past']);
        clock += LEASE_MS;
        expect(await drain()).toEqual(['0', 'past', '1', '2']);
      });

      it('wakes for a date, and lets what waits for one be dropped or replaced', async () => {
        await owe(...['1', '2'].map((id) => delivery(id, { position: id, due: clock + 5_000 })));
        expect(await claim()).toEqual([]);
        expect(await store.nextDue('deliveries')).toBe(clock + 5_000);
        await follow({
          changes: [
            { type: 'drop', id: '1', reason: 'undone' },
            { type: 'replace', id: '2', effect: { text: 'edited' } },
          ],
        });

        expect(await claim()).toEqual([]);
        clock += 5_000;
        expect(await claimOne()).toMatchObject({ id: '2', effect: { text: 'edited' } });
      });

      it('does not let a lower position overtake an attempt whose outcome is open', async () => {
        await owe(delivery('2', { position: '2' }));
        await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
        await owe(delivery('1', { position: '1' }));

        expect(await claim()).toEqual([]);
        clock += 18_000;
        expect(await drain()).toEqual(['2', '1']);
      });

      it('delivers at once, and says so, what turns up below a delivered position', async () => {
        await owe(delivery('2', { position: '2', tell: 'failures' }), delivery('3', { position: '3' }));
        await settleNext();
        await owe(delivery('1', { position: '1', tell: 'failures' }));

        expect(await drain()).toEqual(['1', '3']);
        expect((await store.counts()).late).toBe(1);
        const news = await store.claimEvents(10, LEASE_MS);
        expect(news).toMatchObject([{ payload: { id: '1', state: 'delivered', late: true } }]);
      });

      it('puts the empty position first, and does not call it late', async () => {
        await owe(delivery('1', { position: '1' }), delivery('2', { position: '2' }));
        expect(await settleNext({ type: 'delivered', receipt: null })).toBe('1');
        await owe(delivery('root', { position: '' }));

        expect(await drain()).toEqual(['root', '2']);
        expect((await store.counts()).late).toBe(0);
      });

      it('begins nothing while an event of the lane before it waits', async () => {
        await owe(delivery('1', { after: 'thread' }));
        await store.put([{ key: 'e', lane: 'thread', payload: null }]);
        const claimed = await claimOne();
        await expect(store.openAttempt(claimed, { baseline: null, deadline: clock })).rejects.toThrow(Preceded);

        await store.settleEvent(await claimOneEvent(), settlement());
        await store.openAttempt(claimed, { baseline: null, deadline: clock });
      });

      it('delivers with an attempt what it carried along, but for what was dropped meanwhile', async () => {
        await owe(delivery('1'), delivery('2'), delivery('3'), delivery('4'));
        await settleNext({ type: 'delivered', receipt: { ts: 7 }, also: ['2', '3', 'unknown'] });

        expect(await drain()).toEqual(['4']);
        expect(await store.view('3')).toMatchObject({ state: 'delivered', receipt: { ts: 7 } });
      });

      it('hands out one delivery of a lane at a time', async () => {
        await owe(delivery('1'), delivery('2'), delivery('x', { lane: 'b' }));

        expect(ids(await claim())).toEqual(['1', 'x']);
        expect(await claim()).toEqual([]);
      });

      it('serves the lane first that was served least recently, and newest lanes last', async () => {
        await owe(delivery('n', { lane: 'n', mode: 'newest' }));
        await owe(...['a', 'b', 'c'].flatMap((lane) => [1, 2].map((n) => delivery(`${lane}${n}`, { lane }))));

        const order = await drain();
        expect(order.slice(0, 3).toSorted()).toEqual(['a1', 'b1', 'c1']);
        expect(order.slice(3, 6).toSorted()).toEqual(['a2', 'b2', 'c2']);
        expect(order[6]).toBe('n');
      });

      it('does nothing for a known id, whatever became of it', async () => {
        await owe(delivery('1'));
        await owe(delivery('1', { effect: { text: 'another' } }));
        expect(await drain()).toEqual(['1']);
        await owe(delivery('1'));

        expect(await claim()).toEqual([]);
        expect(await store.view('1')).toMatchObject({ state: 'delivered', effect: { text: '1' } });
      });
    });

    describe('newest wins', () => {
      it('supersedes what waits in the lane, without a word', async () => {
        const newest = (id: string): NewDelivery => delivery(id, { lane: 'n', mode: 'newest', tell: 'all' });
        await owe(newest('v1'));
        await owe(newest('v2'));

        expect(await store.view('v1')).toMatchObject({ state: 'dropped', reason: 'superseded' });
        expect(ids(await claim())).toEqual(['v2']);
        expect(await store.claimEvents(10, LEASE_MS)).toEqual([]);
      });

      it("leaves what is in a worker's hands, and goes after it", async () => {
        const newest = (id: string): NewDelivery => delivery(id, { lane: 'n', mode: 'newest' });
        await owe(newest('v1'));
        const first = await claimOne();
        await owe(newest('v2'));

        await store.openAttempt(first, { baseline: null, deadline: clock + 18_000 });
        await store.settleDelivery(first, { type: 'delivered', receipt: null });
        expect(await drain()).toEqual(['v2']);
      });

      it('never becomes a dead letter', async () => {
        await owe(delivery('v1', { lane: 'n', mode: 'newest', tell: 'all' }));
        await settleNext({ type: 'dead', reason: 'refused' });

        expect(await store.view('v1')).toMatchObject({ state: 'dropped', reason: 'refused' });
        expect(await store.claimEvents(10, LEASE_MS)).toEqual([]);
      });
    });

    describe('attempts', () => {
      it('gives an attempt that was never settled to whoever claims next, after its deadline', async () => {
        await owe(delivery('1'));
        const first = await claimOne();
        await store.openAttempt(first, { baseline: { above: '7' }, deadline: clock + 18_000 });
        clock += LEASE_MS;
        expect(await store.view('1')).toMatchObject({ attempting: true });

        expect(await claimOne()).toMatchObject({
          id: '1',
          open: { baseline: { above: '7' }, deadline: clock - 12_000 },
        });
      });

      it('holds the lease beyond the deadline of a slow attempt', async () => {
        await owe(delivery('1'));
        const slow = await claimOne();
        clock += 25_000;
        await store.openAttempt(slow, { baseline: null, deadline: clock + 18_000 });
        clock += 27_000;

        expect(await claim()).toEqual([]);
        await store.settleDelivery(slow, { type: 'delivered', receipt: 'r' });
      });

      it('lets a worker that lost its lease change nothing', async () => {
        await owe(delivery('1'));
        const frozen = await claimOne();
        clock += LEASE_MS;
        const second = await claimOne();

        await expect(store.openAttempt(frozen, { baseline: null, deadline: clock })).rejects.toThrow(LeaseLost);
        await expect(store.settleDelivery(frozen, { type: 'dead', reason: 'x' })).rejects.toThrow(LeaseLost);
        await expect(store.returnDelivery(frozen)).rejects.toThrow(LeaseLost);
        await store.settleDelivery(second, { type: 'delivered', receipt: null });
      });

      it('opens no attempt for what is no longer first in its lane', async () => {
        await owe(delivery('2', { position: '2' }));
        const second = await claimOne();
        await owe(delivery('1', { position: '1' }));

        await expect(store.openAttempt(second, { baseline: null, deadline: clock })).rejects.toThrow(Overtaken);
        await store.returnDelivery(second);
        expect(await claimOne()).toMatchObject({ id: '1' });
      });

      it('opens no attempt again, after its look-up, before what came to stand before it', async () => {
        await owe(delivery('2', { position: '2' }));
        await store.openAttempt(await claimOne(), { baseline: null, deadline: clock });
        await owe(delivery('1', { position: '1' }));
        clock += LEASE_MS;
        const again = await claimOne();

        expect(again).toMatchObject({ id: '2' });
        await expect(store.openAttempt(again, { baseline: null, deadline: clock })).rejects.toThrow(Overtaken);
        await store.settleDelivery(again, { type: 'retry', reason: 'x', afterMs: 0, counted: false });
        expect(await claimOne()).toMatchObject({ id: '1', open: null });
      });

      it('drops a suspect that nobody wants to send any more', async () => {
        await owe(delivery('1', { suspect: { above: null } }));

        await follow({ changes: [{ type: 'drop', id: '1', reason: 'edited' }] });

        expect(await store.view('1')).toMatchObject({ state: 'dropped' });
        expect(await claim()).toEqual([]);
      });

      it('looks a suspect up before its first attempt, in its place of the lane', async () => {
        await owe(delivery('2', { position: '2', suspect: { above: null } }), delivery('1', { position: '1' }));

        expect(await settleNext()).toBe('1');
        expect(await claimOne()).toMatchObject({ id: '2', open: { baseline: { above: null } } });
      });

      it('gives a claim back as if it had not been made', async () => {
        await owe(delivery('1'), delivery('2'));
        await store.returnDelivery(await claimOne());

        expect(await claimOne()).toMatchObject({ id: '1', attempts: 0 });
      });

      it('counts the claims that nobody ended, until something comes of one', async () => {
        await owe(delivery('1'));
        await store.returnDelivery(await claimOne());
        for (const crashes of [0, 1, 2]) {
          expect(await claimOne()).toMatchObject({ crashes });
          clock += LEASE_MS;
        }
        const last = await claimOne();
        await store.settleDelivery(last, { type: 'ambiguous', reason: 'not yet', lookupAfterMs: 0 });
        expect(await settleNext(retry(0))).toBe('1');

        expect(last.crashes).toBe(3);
        expect(await claimOne()).toMatchObject({ crashes: 0 });
      });

      it('tells the crashes that a delivery, or an event, met alone from those among others', async () => {
        await owe(delivery('1'));
        await store.put([{ key: 'e', lane: 'e', payload: null }]);
        const alone = [false, true, false, true];
        for (const [crashes, isAlone] of alone.entries()) {
          const claimed = await claimOne();
          const event = await claimOneEvent();
          const crashesAlone = alone.slice(0, crashes).filter(Boolean).length;
          expect([claimed, event]).toMatchObject([
            { crashes, crashesAlone },
            { crashes, crashesAlone },
          ]);
          if (isAlone) await Promise.all([store.noteAlone(claimed), store.noteEventAlone(event)]);
          clock += LEASE_MS;
        }
      });

      it('notes nothing for a worker that lost its lease', async () => {
        await owe(delivery('1'));
        await store.put([{ key: 'e', lane: 'e', payload: null }]);
        const [frozen, frozenEvent] = [await claimOne(), await claimOneEvent()];
        clock += LEASE_MS;
        await Promise.all([claimOne(), claimOneEvent()]);

        await expect(store.noteAlone(frozen)).rejects.toThrow(LeaseLost);
        await expect(store.noteEventAlone(frozenEvent)).rejects.toThrow(LeaseLost);
      });

      it('forgets the crashes before a call that came back, also when its outcome is open', async () => {
        await owe(delivery('1'));
        await claimOne();
        clock += LEASE_MS;
        const claimed = await claimOne();
        await store.noteAlone(claimed);
        await store.settleDelivery(claimed, { type: 'ambiguous', reason: 'timeout', lookupAfterMs: 0, called: true });

        expect(claimed.crashes).toBe(1);
        expect(await claimOne()).toMatchObject({ crashes: 0, crashesAlone: 0 });
      });

      it('commits the records of a receipt with it, or neither', async () => {
        await owe(delivery('1'));
        const claimed = await claimOne();
        const records = [{ namespace: 'ids', key: 'k', value: 'ts', was: 'other' }];

        await expect(store.settleDelivery(claimed, { type: 'delivered', receipt: 1, records })).rejects.toThrow(
          Conflict,
        );
        expect(await store.view('1')).toMatchObject({ state: 'owed' });
        const expected = records.map((record) => ({ ...record, was: null }));
        await store.settleDelivery(claimed, { type: 'delivered', receipt: 1, records: expected });
        expect(await under.record('ids', 'k')).toBe('ts');
        expect(await store.view('1')).toMatchObject({ state: 'delivered', receipt: 1, settledAt: clock });
      });

      it('keeps the receipt of what was done otherwise than meant, with its records, until it is sent again', async () => {
        await owe(delivery('1', { tell: 'all' }));
        const records = [{ namespace: 'ids', key: 'k', value: '1' }];
        await settleNext({ type: 'dead', reason: 'stored as something else', receipt: { message: '7' }, records });

        expect(await store.view('1')).toMatchObject({ state: 'dead', receipt: { message: '7' } });
        expect(await under.record('ids', 'k')).toBe('1');
        const told = await claimOneEvent();
        expect(told.payload).toMatchObject({ state: 'dead', receipt: { message: '7' } });
        await store.settleEvent(told, settlement({ changes: [{ type: 'release', id: '1' }] }));
        expect(await store.view('1')).toMatchObject({ state: 'owed', receipt: null });
      });

      it('frees the lane when its head leaves it', async () => {
        for (const type of ['dead', 'unknown', 'hold', 'dropped'] as const) {
          await owe(delivery(`${type}-head`), delivery(`${type}-next`));
          expect(await settleNext({ type, reason: 'why' })).toBe(`${type}-head`);
          expect(await settleNext()).toBe(`${type}-next`);
        }

        expect(await store.list({ states: ['dead', 'unknown', 'held', 'dropped'], limit: 10 })).toHaveLength(4);
      });
    });

    describe('gates', () => {
      const gated = (id: string, lane: string, ...gates: string[]): NewDelivery => delivery(id, { lane, gates });

      it('parks what is behind a closed gate, counts nothing, and tries one when it may open', async () => {
        await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'), gated('x', 'x', 'other'));
        await settleNext(snooze('side', 60_000));

        expect(await drain()).toEqual(['x']);
        expect(await store.gates()).toMatchObject([{ key: 'side', closedUntil: clock + 60_000, waiting: 2 }]);
        expect(await store.nextDue('deliveries')).not.toBeNull();
        clock += 60_000;
        const probes = await claim();
        expect(ids(probes)).toEqual(['b']);
        expect(probes[0]).toMatchObject({ attempts: 0, open: null });
      });

      it('opens a half-open gate by a delivery, then lets everything through', async () => {
        await owe(...['a', 'b', 'c'].map((lane) => gated(lane, lane, 'side')));
        await settleNext(snooze('side', 1_000));
        clock += 1_000;
        const [probe] = await claim();
        if (probe === undefined) throw new Error('no probe');
        expect(await claim()).toEqual([]);
        await store.settleDelivery(probe, { type: 'delivered', receipt: null });

        expect(await claim()).toHaveLength(2);
        expect(await store.gates()).toEqual([]);
      });

      it('closes a half-open gate again when its one passage is snoozed', async () => {
        await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
        await settleNext(snooze('side', 1_000));
        clock += 1_000;
        await settleNext(snooze('side', 5_000));

        expect(await claim()).toEqual([]);
        clock += 5_000;
        expect(await claim()).toHaveLength(1);
      });

      it('passes the one passage on when its holder says nothing about the gate, or is lost', async () => {
        await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
        await settleNext(snooze('side', 1_000));
        clock += 1_000;
        expect(await settleNext({ type: 'dead', reason: 'content' })).toBe('b');

        await claimOne();
        clock += LEASE_MS;
        expect(await claimOne()).toMatchObject({ id: 'a' });
      });

      it('needs all gates open and takes from each or none', async () => {
        paces = { wide: { intervalMs: 1_000, burst: 2 }, narrow: { intervalMs: 10_000, burst: 1 } };
        await owe(gated('a', 'a', 'wide', 'narrow'), gated('b', 'b', 'wide', 'narrow'), gated('c', 'c', 'wide'));

        expect(ids(await claim())).toEqual(['a', 'c']);
        clock += 1_000;
        expect(await claim()).toEqual([]);
        expect(await store.nextDue('deliveries')).toBe(clock + 9_000);
        clock += 9_000;
        expect(ids(await claim())).toEqual(['b']);
      });

      it('keeps a pace: one passage each interval after the burst', async () => {
        paces = { channel: { intervalMs: 1_000, burst: 1 } };
        await owe(...Array.from({ length: 20 }, (_, n) => gated(`${n}`, `lane${n}`, 'channel')));

        const passed: number[] = [];
        for (let second = 0; second < 10; second += 1) {
          passed.push((await claim()).length);
          clock += 1_000;
        }
        expect(passed).toEqual(Array.from({ length: 10 }, () => 1));
      });

      it('serves parked lanes fairly: the least recently served first', async () => {
        paces = { channel: { intervalMs: 1_000, burst: 1 } };
        await owe(...['a', 'b', 'c'].flatMap((lane) => [1, 2, 3].map((n) => gated(`${lane}${n}`, lane, 'channel'))));

        const lanes: string[] = [];
        for (let n = 0; n < 9; n += 1) {
          lanes.push((await settleNext()).slice(0, 1));
          clock += 1_000;
        }
        for (const round of [0, 3, 6]) expect(lanes.slice(round, round + 3).toSorted()).toEqual(['a', 'b', 'c']);
      });

      it("keeps the later of two closings, and opens on an operator's word", async () => {
        await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
        const [a, b] = await claim();
        if (a === undefined || b === undefined) throw new Error('two lanes were to be claimed');
        await store.settleDelivery(a, snooze('side', 60_000));
        await store.settleDelivery(b, snooze('side', 1_000));

        clock += 1_000;
        expect(await claim()).toEqual([]);
        await store.openGate('side');
        expect(await claim()).toHaveLength(2);
      });

      it('keeps an attempt open whose look-up must wait for a gate', async () => {
        await owe(gated('a', 'a', 'side'));
        const gate = { key: 'side', until: clock + 60_000, reason: 'down' };
        await settleNext({ type: 'ambiguous', reason: 'later', lookupAfterMs: 2_000, gate });

        clock += 2_000;
        expect(await claim()).toEqual([]);
        clock += 58_000;
        expect((await claimOne()).open).not.toBeNull();
      });

      it('counts as usable only the time in which the first gate was not closed', async () => {
        await owe(gated('a', 'a', 'side', 'other'));
        clock += 1_000;
        await settleNext(snooze('side', 60_000));
        clock += 60_000;
        expect(await settleNext(retry(0))).toBe('a');
        clock += 10_000;
        await settleNext(snooze('other', 5_000));
        await store.openGate('side');
        clock += 5_000;

        expect(await claimOne()).toMatchObject({ usableMs: 6_000 });
      });
    });

    describe('changes by people and rules', () => {
      it('keeps what is held outside its lane, and puts what is released at its end', async () => {
        await owe(delivery('1', { position: '1', state: 'held', reason: 'mention' }), delivery('2', { position: '2' }));
        await owe(delivery('3', { position: '3' }));
        expect(await settleNext()).toBe('2');
        await follow({ changes: [{ type: 'release', id: '1' }] });

        expect(await drain()).toEqual(['3', '1']);
        expect((await store.counts()).late).toBe(0);
      });

      it('holds with a delivery what it takes along, but for what was dropped meanwhile', async () => {
        await owe(...['1', '2', '3', '4'].map((id) => delivery(id, { position: id, ...(id === '4' ? caught : {}) })));
        const head = await claimOne();
        await follow({ changes: [{ type: 'drop', id: '2', reason: 'deleted' }] });
        await store.settleDelivery(head, { type: 'hold', reason: 'stale', also: ['2', '4', 'gone'] });

        expect((await store.list({ states: ['held'], limit: 10 })).map(({ id }) => id).toSorted()).toEqual(['1', '4']);
        expect(await drain()).toEqual(['3']);
        await follow({ changes: [{ type: 'release', id: '4' }] });
        expect((await claimOne()).open).toMatchObject({ baseline: 7 });
      });

      it('begins a lane with what has the empty position, also after a release', async () => {
        await owe(delivery('end'), delivery('start', { position: '' }));
        await settleNext({ type: 'dead', reason: 'refused' });
        await follow({ changes: [{ type: 'release', id: 'start' }] });

        expect(await drain()).toEqual(['start', 'end']);
      });

      it('sends again what was dead, with attempts counted anew', async () => {
        await owe(delivery('1'));
        await settleNext(retry(0));
        await settleNext({ type: 'dead', reason: 'refused' });
        await follow({ changes: [{ type: 'release', id: '1', effect: { text: 'better' } }] });

        expect(await claimOne()).toMatchObject({ id: '1', attempts: 0, effect: { text: 'better' } });
      });

      it('counts the usable time of what is sent again from then on', async () => {
        await owe(delivery('a', { gates: ['side'] }));
        await settleNext(snooze('side', 60_000));
        clock += HOUR;
        await settleNext({ type: 'dead', reason: 'expired' });
        clock += 30 * HOUR;
        await follow({ changes: [{ type: 'release', id: 'a' }] });
        clock += 1_000;

        expect(await claimOne()).toMatchObject({ usableMs: 0 });
        await store.openGate('side');
        clock += 60_000;
        expect(await claimOne()).toMatchObject({ usableMs: 60_000 });
      });

      it("takes a delivery that was not attempted out of its worker's hands", async () => {
        await owe(delivery('1'), delivery('2'));
        const claimed = await claimOne();
        await follow({ changes: [{ type: 'drop', id: '1', reason: 'deleted' }] });

        await expect(store.openAttempt(claimed, { baseline: null, deadline: clock })).rejects.toThrow(LeaseLost);
        expect(await drain()).toEqual(['2']);
      });

      it('gives a replaced content to the next attempt', async () => {
        await owe(delivery('1'));
        const claimed = await claimOne();
        await follow({ changes: [{ type: 'replace', id: '1', effect: { text: 'edited' } }] });

        await expect(store.openAttempt(claimed, { baseline: null, deadline: clock })).rejects.toThrow(LeaseLost);
        expect(await claimOne()).toMatchObject({ effect: { text: 'edited' } });
      });

      it('refuses, with everything beside it, a change that does not fit', async () => {
        await owe(delivery('open'), delivery('untried'));
        const claimed = await claimOne();
        await store.openAttempt(claimed, { baseline: null, deadline: clock + 18_000 });

        for (const change of [
          { type: 'drop', id: 'open', reason: 'x' },
          { type: 'replace', id: 'open', effect: null },
          { type: 'hold', id: 'open', reason: 'x' },
          { type: 'release', id: 'nobody' },
          { type: 'confirm', id: 'untried', receipt: 1 },
        ] as const) {
          await expect(follow({ changes: [change], deliveries: [delivery('beside')] })).rejects.toThrow(Conflict);
        }
        expect(await store.view('beside')).toBeNull();
        await store.settleDelivery(claimed, { type: 'delivered', receipt: null });
      });

      it('confirms what is unknown when it was seen on the other side', async () => {
        await owe(delivery('1', { tell: 'all' }));
        await settleNext({ type: 'unknown', reason: 'timeout' });
        await follow({ changes: [{ type: 'confirm', id: '1', receipt: '42' }] });

        expect(await store.view('1')).toMatchObject({ state: 'delivered', receipt: '42', reason: null });
      });

      it('settles an attempt on its way by what is seen on the other side, and its worker too late', async () => {
        await owe(delivery('1', { position: '2', tell: 'all' }), delivery('2', { position: '3' }));
        const claimed = await claimOne();
        await store.openAttempt(claimed, { baseline: null, deadline: clock + 18_000 });
        await follow({ changes: [{ type: 'confirm', id: '1', receipt: 'echo' }] });

        await expect(store.settleDelivery(claimed, { type: 'dead', reason: 'x' })).rejects.toThrow(LeaseLost);
        expect(await store.view('1')).toMatchObject({ state: 'delivered', receipt: 'echo', attempting: false });
        expect(await drain()).toEqual(['2']);
      });

      it('settles by the same what waits for its look-up, or for another try', async () => {
        await owe(delivery('1'), delivery('2', { lane: 'b' }));
        await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
        await settleNext(retry(5_000));
        await follow({ changes: ['1', '2'].map((id) => ({ type: 'confirm', id, receipt: 'echo' })) });

        clock += HOUR;
        expect(await claim()).toEqual([]);
        expect((await store.counts()).deliveries.delivered).toBe(2);
      });

      it('takes a change made twice as made once', async () => {
        await owe(delivery('1'));
        const drop = { type: 'drop', id: '1', reason: 'deleted' } as const;
        await follow({ changes: [drop] });
        await follow({ changes: [drop] });

        expect(await store.view('1')).toMatchObject({ state: 'dropped' });
      });
    });

    describe('news', () => {
      it('tells each wanted change of state in the transaction that makes it', async () => {
        await owe(delivery('all', { tell: 'all' }), delivery('bad', { tell: 'failures' }), delivery('none'));
        await settleNext({ type: 'delivered', receipt: '7' });
        await settleNext({ type: 'dead', reason: 'too long' });
        await settleNext({ type: 'dead', reason: 'too long' });

        const [first] = await store.claimEvents(10, LEASE_MS);
        expect(first).toMatchObject({
          key: 'news:all:delivered:1',
          lane: 'news:a',
          payload: {
            type: 'delivery',
            id: 'all',
            lane: 'a',
            state: 'delivered',
            receipt: '7',
            effect: { text: 'all' },
          },
        });
        if (first === undefined) throw new Error('no news');
        await store.settleEvent(first, settlement());
        expect(await store.claimEvents(10, LEASE_MS)).toMatchObject([
          { payload: { id: 'bad', state: 'dead', reason: 'too long' } },
        ]);
      });

      it('says nothing of a delivery that is delivered when only failures are wanted', async () => {
        await owe(delivery('1', { tell: 'failures' }));
        await settleNext();

        expect(await store.claimEvents(10, LEASE_MS)).toEqual([]);
      });

      it('tells that a delivery waits, at each age asked for, once', async () => {
        await owe(delivery('1', { remindAfter: { owed: [120_000, 1_800_000] } }));
        clock += 119_999;
        expect(await store.remind(10)).toBe(0);
        clock += 1;
        expect(await store.remind(10)).toBe(1);
        expect(await store.remind(10)).toBe(0);

        const event = await claimOneEvent();
        expect(event.payload).toMatchObject({ id: '1', state: 'owed', waitedMs: 120_000 });
        await store.settleEvent(event, settlement());
        clock += 10 * HOUR;
        expect(await store.remind(10)).toBe(1);
        expect(await store.remind(10)).toBe(0);
      });

      it('counts reminders anew when a delivery becomes held, and when it is released', async () => {
        await owe(delivery('1', { remindAfter: { owed: [2_000, 120_000], held: [300_000] } }));
        clock += 60_000;
        await settleNext({ type: 'hold', reason: 'stale' });
        expect(await store.remind(10)).toBe(0);
        clock += 300_000;
        expect(await store.remind(10)).toBe(1);
        expect((await store.claimEvents(10, LEASE_MS)).map(({ payload }) => payload)).toMatchObject([
          { state: 'held', waitedMs: 300_000 },
        ]);
        await follow({ changes: [{ type: 'release', id: '1' }] });
        expect(await store.remind(10)).toBe(0);
        clock += 2_000;
        expect(await store.remind(10)).toBe(1);
        expect(await store.remind(10)).toBe(0);
      });

      it('does not remind of what is done', async () => {
        await owe(delivery('1', { remindAfter: { owed: [1_000] } }));
        await settleNext();
        clock += 1_000;

        expect(await store.remind(10)).toBe(0);
      });

      it('wakes whoever listens when there is something to claim', async () => {
        const heard: string[] = [];
        const stop = store.onWork((what) => heard.push(what));
        await store.put([{ key: 'e', lane: 'a', payload: null }]);
        await store.settleEvent(await claimOneEvent(), settlement({ deliveries: [delivery('1')] }));
        stop();
        await store.put([{ key: 'f', lane: 'a', payload: null }]);

        expect(new Set(heard)).toEqual(new Set(['events', 'deliveries']));
        expect(heard.at(-1)).toBe('deliveries');
      });
    });

    describe('retention', () => {
      const retention = { textMs: HOUR, deadTextMs: 10 * HOUR, keyMs: 20 * HOUR };

      it('forgets done texts first, then those of dead letters, and keeps the keys of a living lane', async () => {
        await owe(delivery('done'), delivery('dead'), delivery('owed'));
        await settleNext();
        await settleNext({ type: 'dead', reason: 'refused' });

        clock += HOUR;
        await purgeAll(retention);
        expect(await store.view('done')).toMatchObject({ effect: null, state: 'delivered' });
        expect(await store.view('dead')).toMatchObject({ effect: { text: 'dead' } });
        clock += 100 * HOUR;
        await purgeAll(retention);
        expect(await store.view('dead')).toMatchObject({ effect: null, state: 'dead', reason: 'refused' });
        expect(await store.view('owed')).toMatchObject({ effect: { text: 'owed' } });
        await owe(delivery('done'));
        expect(ids(await claim())).toEqual(['owed']);
      });

      it('forgets keys of settled events, and of a lane that ended', async () => {
        await owe(delivery('1'));
        await settleNext();
        await follow({ endedLanes: ['a'] });
        clock += 20 * HOUR;
        await purgeAll(retention);

        expect(await store.view('1')).toBeNull();
        expect((await store.counts()).events.handled).toBe(0);
      });

      it('keeps no key for ever that no link needs: some go after days, the newest-wins with their text', async () => {
        await owe(
          delivery('answer', { lane: 'x', keyFor: 'days' }),
          delivery('refused', { lane: 'y', keyFor: 'days' }),
          delivery('receipt', { lane: 'z', mode: 'newest' }),
        );
        await settleNext();
        await settleNext({ type: 'dead', reason: 'refused' });
        await settleNext();

        clock += HOUR;
        await purgeAll(retention);
        expect(await store.view('receipt')).toBeNull();
        expect(await store.view('answer')).toMatchObject({ effect: null });
        clock += 19 * HOUR;
        await purgeAll(retention);
        expect(await store.list({ limit: 10 })).toEqual([]);
        await owe(delivery('receipt-2', { lane: 'z', mode: 'newest' }));
        expect(await drain()).toEqual(['receipt-2']);
      });

      it('works in chunks', async () => {
        await owe(...Array.from({ length: 30 }, (_, n) => delivery(`${n}`)));
        await drain();
        clock += HOUR;

        expect(await store.purge(retention, 7)).toBe(7);
      });

      async function purgeAll(ages: typeof retention): Promise<void> {
        while ((await store.purge(ages, 5)) > 0);
      }
    });

    describe('lists', () => {
      const listed = async (filter: Omit<DeliveryFilter, 'limit'>, limit = 10): Promise<string[]> =>
        (await store.list({ ...filter, limit })).map(({ id }) => id);

      it('shows the latest first, of the states and the lane asked for', async () => {
        await owe(delivery('1'), delivery('x', { lane: 'b' }));
        clock += 1;
        await owe(delivery('2'), delivery('3', { state: 'held' }));
        await settleNext();

        expect(await listed({})).toEqual(['3', '2', 'x', '1']);
        expect(await listed({}, 2)).toEqual(['3', '2']);
        expect(await listed({ states: ['held', 'delivered'] })).toEqual(['3', '1']);
        expect(await listed({ lane: 'a', states: ['owed'] })).toEqual(['2']);
      });

      it('shows a lane in the order in which it is worked on, an open attempt before all else', async () => {
        await owe(delivery('2', { position: '2' }), delivery('3', { position: '3' }), delivery('x', { lane: 'b' }));
        await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
        await owe(delivery('1', { position: '1' }), delivery('0', { position: '' }));
        const inOrder = { lane: 'a', states: ['owed'], inOrder: true } as const;

        expect(await listed(inOrder)).toEqual(['2', '0', '1', '3']);
        expect(await listed(inOrder, 3)).toEqual(['2', '0', '1']);
        expect(await listed({ ...inOrder, attempting: true })).toEqual(['2']);
      });
    });

    it('counts every stored thing in exactly one state', async () => {
      await owe(delivery('1'), delivery('2'), delivery('3', { state: 'held' }), delivery('4'), delivery('5'));
      await settleNext();
      await settleNext({ type: 'dead', reason: 'x' });
      await settleNext({ type: 'unknown', reason: 'x' });
      await store.put([{ key: 'e', lane: 'a', payload: null, due: clock + 1 }]);

      const { events, deliveries, oldestOwed } = await store.counts();
      expect(deliveries).toEqual({ owed: 1, held: 1, delivered: 1, dead: 1, unknown: 1, dropped: 0 });
      expect(events).toEqual({ owed: 1, handled: 1, ignored: 0, dead: 0 });
      expect(oldestOwed).toBe(clock);
    });
  });
}
