import { describe, expect, it } from 'vitest';
import { HOUR, LEASE_MS, delivery, settlement, type OnStore } from './on-store.ts';

export const newsContract = (on: OnStore): void => {
  const { follow, owe, claimOneEvent, settleNext } = on;

  describe('news', () => {
    it('tells each wanted change of state in the transaction that makes it', async () => {
      await owe(delivery('all', { tell: 'all' }), delivery('bad', { tell: 'failures' }), delivery('none'));
      await settleNext({ type: 'delivered', receipt: '7' });
      await settleNext({ type: 'dead', reason: 'too long' });
      await settleNext({ type: 'dead', reason: 'too long' });

      const [first] = await on.store.claimEvents(10, LEASE_MS);
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
      await on.store.settleEvent(first, settlement());
      expect(await on.store.claimEvents(10, LEASE_MS)).toMatchObject([
        { payload: { id: 'bad', state: 'dead', reason: 'too long' } },
      ]);
    });

    it('says nothing of a delivery that is delivered when only failures are wanted', async () => {
      await owe(delivery('1', { tell: 'failures' }));
      await settleNext();

      expect(await on.store.claimEvents(10, LEASE_MS)).toEqual([]);
    });

    it('tells that a delivery waits, at each age asked for, once', async () => {
      await owe(delivery('1', { remindAfter: { owed: [120_000, 1_800_000] } }));
      on.clock += 119_999;
      expect(await on.store.remind(10)).toBe(0);
      on.clock += 1;
      expect(await on.store.remind(10)).toBe(1);
      expect(await on.store.remind(10)).toBe(0);

      const event = await claimOneEvent();
      expect(event.payload).toMatchObject({ id: '1', state: 'owed', waitedMs: 120_000 });
      await on.store.settleEvent(event, settlement());
      on.clock += 10 * HOUR;
      expect(await on.store.remind(10)).toBe(1);
      expect(await on.store.remind(10)).toBe(0);
    });

    it('counts reminders anew when a delivery becomes held, and when it is released', async () => {
      await owe(delivery('1', { remindAfter: { owed: [2_000, 120_000], held: [300_000] } }));
      on.clock += 60_000;
      await settleNext({ type: 'hold', reason: 'stale' });
      expect(await on.store.remind(10)).toBe(0);
      on.clock += 300_000;
      expect(await on.store.remind(10)).toBe(1);
      expect((await on.store.claimEvents(10, LEASE_MS)).map(({ payload }) => payload)).toMatchObject([
        { state: 'held', waitedMs: 300_000 },
      ]);
      await follow({ changes: [{ type: 'release', id: '1' }] });
      expect(await on.store.remind(10)).toBe(0);
      on.clock += 2_000;
      expect(await on.store.remind(10)).toBe(1);
      expect(await on.store.remind(10)).toBe(0);
    });

    it('does not remind of what is done', async () => {
      await owe(delivery('1', { remindAfter: { owed: [1_000] } }));
      await settleNext();
      on.clock += 1_000;

      expect(await on.store.remind(10)).toBe(0);
    });

    it('wakes whoever listens when there is something to claim', async () => {
      const heard: string[] = [];
      const stop = on.store.onWork((what) => heard.push(what));
      await on.store.put([{ key: 'e', lane: 'a', payload: null }]);
      await on.store.settleEvent(await claimOneEvent(), settlement({ deliveries: [delivery('1')] }));
      stop();
      await on.store.put([{ key: 'f', lane: 'a', payload: null }]);

      expect(new Set(heard)).toEqual(new Set(['events', 'deliveries']));
      expect(heard.at(-1)).toBe('deliveries');
    });
  });
};
