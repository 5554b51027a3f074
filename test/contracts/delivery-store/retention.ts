import { describe, expect, it } from 'vitest';
import { HOUR, delivery, ids, type OnStore } from './on-store.ts';

export const retentionContract = (on: OnStore): void => {
  const { follow, owe, claim, settleNext, drain } = on;

  describe('retention', () => {
    const retention = { textMs: HOUR, deadTextMs: 10 * HOUR, keyMs: 20 * HOUR };

    it('forgets done texts first, then those of dead letters, and keeps the keys of a living lane', async () => {
      await owe(delivery('done'), delivery('dead'), delivery('owed'));
      await settleNext();
      await settleNext({ type: 'dead', reason: 'refused' });

      on.clock += HOUR;
      await purgeAll(retention);
      expect(await on.store.view('done')).toMatchObject({ effect: null, state: 'delivered' });
      expect(await on.store.view('dead')).toMatchObject({ effect: { text: 'dead' } });
      on.clock += 100 * HOUR;
      await purgeAll(retention);
      expect(await on.store.view('dead')).toMatchObject({ effect: null, state: 'dead', reason: 'refused' });
      expect(await on.store.view('owed')).toMatchObject({ effect: { text: 'owed' } });
      await owe(delivery('done'));
      expect(ids(await claim())).toEqual(['owed']);
    });

    it('forgets keys of settled events, and of a lane that ended', async () => {
      await owe(delivery('1'));
      await settleNext();
      await follow({ endedLanes: ['a'] });
      on.clock += 20 * HOUR;
      await purgeAll(retention);

      expect(await on.store.view('1')).toBeNull();
      expect((await on.store.counts()).events.handled).toBe(0);
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

      on.clock += HOUR;
      await purgeAll(retention);
      expect(await on.store.view('receipt')).toBeNull();
      expect(await on.store.view('answer')).toMatchObject({ effect: null });
      on.clock += 19 * HOUR;
      await purgeAll(retention);
      expect(await on.store.list({ limit: 10 })).toEqual([]);
      await owe(delivery('receipt-2', { lane: 'z', mode: 'newest' }));
      expect(await drain()).toEqual(['receipt-2']);
    });

    it('works in chunks', async () => {
      await owe(...Array.from({ length: 30 }, (_, n) => delivery(`${n}`)));
      await drain();
      on.clock += HOUR;

      expect(await on.store.purge(retention, 7)).toBe(7);
    });

    async function purgeAll(ages: typeof retention): Promise<void> {
      while ((await on.store.purge(ages, 5)) > 0);
    }
  });
};
