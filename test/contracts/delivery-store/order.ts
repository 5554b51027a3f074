import { describe, expect, it } from 'vitest';
import { Preceded } from '../../../src/delivery/errors.ts';
import type { DeliveryFilter, NewDelivery } from '../../../src/delivery/ports.ts';
import { LEASE_MS, delivery, ids, retry, settlement, type OnStore } from './on-store.ts';

export const orderContract = (on: OnStore): void => {
  const { follow, owe, claim, claimOne, claimOneEvent, settleNext, drain } = on;

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
      on.clock += 5_000;
      expect(await claimOne()).toMatchObject({ id: '1', attempts: 1, open: null });
    });

    it('begins nothing before its date, and keeps its place in the lane until then', async () => {
      await owe(delivery('1', { position: '1', due: on.clock + 5_000 }), delivery('2', { position: '2' }));
      await owe(delivery('0', { position: '0' }), delivery('past', { lane: 'b', due: on.clock - 5_000 }));

      expect(ids(await claim()).toSorted()).toEqual(['0', 'past']);
      on.clock += LEASE_MS;
      expect(await drain()).toEqual(['0', 'past', '1', '2']);
    });

    it('wakes for a date, and lets what waits for one be dropped or replaced', async () => {
      await owe(...['1', '2'].map((id) => delivery(id, { position: id, due: on.clock + 5_000 })));
      expect(await claim()).toEqual([]);
      expect(await on.store.nextDue('deliveries')).toBe(on.clock + 5_000);
      await follow({
        changes: [
          { type: 'drop', id: '1', reason: 'undone' },
          { type: 'replace', id: '2', effect: { text: 'edited' } },
        ],
      });

      expect(await claim()).toEqual([]);
      on.clock += 5_000;
      expect(await claimOne()).toMatchObject({ id: '2', effect: { text: 'edited' } });
    });

    it('does not let a lower position overtake an attempt whose outcome is open', async () => {
      await owe(delivery('2', { position: '2' }));
      await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
      await owe(delivery('1', { position: '1' }));

      expect(await claim()).toEqual([]);
      on.clock += 18_000;
      expect(await drain()).toEqual(['2', '1']);
    });

    it('delivers at once, and says so, what turns up below a delivered position', async () => {
      await owe(delivery('2', { position: '2', tell: 'failures' }), delivery('3', { position: '3' }));
      await settleNext();
      await owe(delivery('1', { position: '1', tell: 'failures' }));

      expect(await drain()).toEqual(['1', '3']);
      expect((await on.store.counts()).late).toBe(1);
      const news = await on.store.claimEvents(10, LEASE_MS);
      expect(news).toMatchObject([{ payload: { id: '1', state: 'delivered', late: true } }]);
    });

    it('puts the empty position first, and does not call it late', async () => {
      await owe(delivery('1', { position: '1' }), delivery('2', { position: '2' }));
      expect(await settleNext({ type: 'delivered', receipt: null })).toBe('1');
      await owe(delivery('root', { position: '' }));

      expect(await drain()).toEqual(['root', '2']);
      expect((await on.store.counts()).late).toBe(0);
    });

    it('begins nothing while an event of the lane before it waits', async () => {
      await owe(delivery('1', { after: 'thread' }));
      await on.store.put([{ key: 'e', lane: 'thread', payload: null }]);
      const claimed = await claimOne();
      await expect(on.store.openAttempt(claimed, { baseline: null, deadline: on.clock })).rejects.toThrow(Preceded);

      await on.store.settleEvent(await claimOneEvent(), settlement());
      await on.store.openAttempt(claimed, { baseline: null, deadline: on.clock });
    });

    it('begins what stands before an event that waits, and not what stands behind it', async () => {
      await owe(delivery('1', { position: '1', after: 'thread' }), delivery('3', { position: '3', after: 'thread' }));
      await on.store.put([{ key: 'e', lane: 'thread', position: '2', payload: null }]);
      expect(await settleNext()).toBe('1');

      const third = await claimOne();
      await expect(on.store.openAttempt(third, { baseline: null, deadline: on.clock })).rejects.toThrow(Preceded);
    });

    it('delivers with an attempt what it carried along, but for what was dropped meanwhile', async () => {
      await owe(delivery('1'), delivery('2'), delivery('3'), delivery('4'));
      await settleNext({ type: 'delivered', receipt: { ts: 7 }, also: ['2', '3', 'unknown'] });

      expect(await drain()).toEqual(['4']);
      expect(await on.store.view('3')).toMatchObject({ state: 'delivered', receipt: { ts: 7 } });
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
      expect(await on.store.view('1')).toMatchObject({ state: 'delivered', effect: { text: '1' } });
    });
  });

  describe('newest wins', () => {
    it('supersedes what waits in the lane, without a word', async () => {
      const newest = (id: string): NewDelivery => delivery(id, { lane: 'n', mode: 'newest', tell: 'all' });
      await owe(newest('v1'));
      await owe(newest('v2'));

      expect(await on.store.view('v1')).toMatchObject({ state: 'dropped', reason: 'superseded' });
      expect(ids(await claim())).toEqual(['v2']);
      expect(await on.store.claimEvents(10, LEASE_MS)).toEqual([]);
    });

    it("leaves what is in a worker's hands, and goes after it", async () => {
      const newest = (id: string): NewDelivery => delivery(id, { lane: 'n', mode: 'newest' });
      await owe(newest('v1'));
      const first = await claimOne();
      await owe(newest('v2'));

      await on.store.openAttempt(first, { baseline: null, deadline: on.clock + 18_000 });
      await on.store.settleDelivery(first, { type: 'delivered', receipt: null });
      expect(await drain()).toEqual(['v2']);
    });

    it('never becomes a dead letter', async () => {
      await owe(delivery('v1', { lane: 'n', mode: 'newest', tell: 'all' }));
      await settleNext({ type: 'dead', reason: 'refused' });

      expect(await on.store.view('v1')).toMatchObject({ state: 'dropped', reason: 'refused' });
      expect(await on.store.claimEvents(10, LEASE_MS)).toEqual([]);
    });
  });

  describe('lists', () => {
    const listed = async (filter: Omit<DeliveryFilter, 'limit'>, limit = 10): Promise<string[]> =>
      (await on.store.list({ ...filter, limit })).map(({ id }) => id);

    it('shows the latest first, of the states and the lane asked for', async () => {
      await owe(delivery('1'), delivery('x', { lane: 'b' }));
      on.clock += 1;
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
    await on.store.put([{ key: 'e', lane: 'a', payload: null, due: on.clock + 1 }]);

    const { events, deliveries, oldestOwed } = await on.store.counts();
    expect(deliveries).toEqual({ owed: 1, held: 1, delivered: 1, dead: 1, unknown: 1, dropped: 0 });
    expect(events).toEqual({ owed: 1, handled: 1, ignored: 0, dead: 0 });
    expect(oldestOwed).toBe(on.clock);
  });
};
