import { describe, expect, it } from 'vitest';
import { Conflict, LeaseLost, Overtaken } from '../../../src/delivery/errors.ts';
import { LEASE_MS, delivery, retry, settlement, type OnStore } from './on-store.ts';

export const attemptsContract = (on: OnStore): void => {
  const { follow, owe, claim, claimOne, claimOneEvent, settleNext } = on;

  describe('attempts', () => {
    it('gives an attempt that was never settled to whoever claims next, after its deadline', async () => {
      await owe(delivery('1'));
      const first = await claimOne();
      await on.store.openAttempt(first, { baseline: { above: '7' }, deadline: on.clock + 18_000 });
      on.clock += LEASE_MS;
      expect(await on.store.view('1')).toMatchObject({ attempting: true });

      expect(await claimOne()).toMatchObject({
        id: '1',
        open: { baseline: { above: '7' }, deadline: on.clock - 12_000 },
      });
    });

    it('holds the lease beyond the deadline of a slow attempt', async () => {
      await owe(delivery('1'));
      const slow = await claimOne();
      on.clock += 25_000;
      await on.store.openAttempt(slow, { baseline: null, deadline: on.clock + 18_000 });
      on.clock += 27_000;

      expect(await claim()).toEqual([]);
      await on.store.settleDelivery(slow, { type: 'delivered', receipt: 'r' });
    });

    it('lets a worker that lost its lease change nothing', async () => {
      await owe(delivery('1'));
      const frozen = await claimOne();
      on.clock += LEASE_MS;
      const second = await claimOne();

      await expect(on.store.openAttempt(frozen, { baseline: null, deadline: on.clock })).rejects.toThrow(LeaseLost);
      await expect(on.store.settleDelivery(frozen, { type: 'dead', reason: 'x' })).rejects.toThrow(LeaseLost);
      await expect(on.store.returnDelivery(frozen)).rejects.toThrow(LeaseLost);
      await on.store.settleDelivery(second, { type: 'delivered', receipt: null });
    });

    it('opens no attempt for what is no longer first in its lane', async () => {
      await owe(delivery('2', { position: '2' }));
      const second = await claimOne();
      await owe(delivery('1', { position: '1' }));

      await expect(on.store.openAttempt(second, { baseline: null, deadline: on.clock })).rejects.toThrow(Overtaken);
      await on.store.returnDelivery(second);
      expect(await claimOne()).toMatchObject({ id: '1' });
    });

    it('opens no attempt again, after its look-up, before what came to stand before it', async () => {
      await owe(delivery('2', { position: '2' }));
      await on.store.openAttempt(await claimOne(), { baseline: null, deadline: on.clock });
      await owe(delivery('1', { position: '1' }));
      on.clock += LEASE_MS;
      const again = await claimOne();

      expect(again).toMatchObject({ id: '2' });
      await expect(on.store.openAttempt(again, { baseline: null, deadline: on.clock })).rejects.toThrow(Overtaken);
      await on.store.settleDelivery(again, { type: 'retry', reason: 'x', afterMs: 0, counted: false });
      expect(await claimOne()).toMatchObject({ id: '1', open: null });
    });

    it('drops a suspect that nobody wants to send any more', async () => {
      await owe(delivery('1', { suspect: { above: null } }));

      await follow({ changes: [{ type: 'drop', id: '1', reason: 'edited' }] });

      expect(await on.store.view('1')).toMatchObject({ state: 'dropped' });
      expect(await claim()).toEqual([]);
    });

    it('looks a suspect up before its first attempt, in its place of the lane', async () => {
      await owe(delivery('2', { position: '2', suspect: { above: null } }), delivery('1', { position: '1' }));

      expect(await settleNext()).toBe('1');
      expect(await claimOne()).toMatchObject({ id: '2', open: { baseline: { above: null } } });
    });

    it('gives a claim back as if it had not been made', async () => {
      await owe(delivery('1'), delivery('2'));
      await on.store.returnDelivery(await claimOne());

      expect(await claimOne()).toMatchObject({ id: '1', attempts: 0 });
    });

    it('counts the claims that nobody ended, until something comes of one', async () => {
      await owe(delivery('1'));
      await on.store.returnDelivery(await claimOne());
      for (const crashes of [0, 1, 2]) {
        expect(await claimOne()).toMatchObject({ crashes });
        on.clock += LEASE_MS;
      }
      const last = await claimOne();
      await on.store.settleDelivery(last, { type: 'ambiguous', reason: 'not yet', lookupAfterMs: 0 });
      expect(await settleNext(retry(0))).toBe('1');

      expect(last.crashes).toBe(3);
      expect(await claimOne()).toMatchObject({ crashes: 0 });
    });

    it('tells the crashes that a delivery, or an event, met alone from those among others', async () => {
      await owe(delivery('1'));
      await on.store.put([{ key: 'e', lane: 'e', payload: null }]);
      const alone = [false, true, false, true];
      for (const [crashes, isAlone] of alone.entries()) {
        const claimed = await claimOne();
        const event = await claimOneEvent();
        const crashesAlone = alone.slice(0, crashes).filter(Boolean).length;
        expect([claimed, event]).toMatchObject([
          { crashes, crashesAlone },
          { crashes, crashesAlone },
        ]);
        if (isAlone) await Promise.all([on.store.noteAlone(claimed), on.store.noteEventAlone(event)]);
        on.clock += LEASE_MS;
      }
    });

    it('notes nothing for a worker that lost its lease', async () => {
      await owe(delivery('1'));
      await on.store.put([{ key: 'e', lane: 'e', payload: null }]);
      const [frozen, frozenEvent] = [await claimOne(), await claimOneEvent()];
      on.clock += LEASE_MS;
      await Promise.all([claimOne(), claimOneEvent()]);

      await expect(on.store.noteAlone(frozen)).rejects.toThrow(LeaseLost);
      await expect(on.store.noteEventAlone(frozenEvent)).rejects.toThrow(LeaseLost);
    });

    it('forgets the crashes before a call that came back, also when its outcome is open', async () => {
      await owe(delivery('1'));
      await claimOne();
      on.clock += LEASE_MS;
      const claimed = await claimOne();
      await on.store.noteAlone(claimed);
      await on.store.settleDelivery(claimed, { type: 'ambiguous', reason: 'timeout', lookupAfterMs: 0, called: true });

      expect(claimed.crashes).toBe(1);
      expect(await claimOne()).toMatchObject({ crashes: 0, crashesAlone: 0 });
    });

    it('commits the records of a receipt with it, or neither', async () => {
      await owe(delivery('1'));
      const claimed = await claimOne();
      const records = [{ namespace: 'ids', key: 'k', value: 'ts', was: 'other' }];

      await expect(on.store.settleDelivery(claimed, { type: 'delivered', receipt: 1, records })).rejects.toThrow(
        Conflict,
      );
      expect(await on.store.view('1')).toMatchObject({ state: 'owed' });
      const expected = records.map((record) => ({ ...record, was: null }));
      await on.store.settleDelivery(claimed, { type: 'delivered', receipt: 1, records: expected });
      expect(await on.record('ids', 'k')).toBe('ts');
      expect(await on.store.view('1')).toMatchObject({ state: 'delivered', receipt: 1, settledAt: on.clock });
    });

    it('keeps the receipt of what was done otherwise than meant, with its records, until it is sent again', async () => {
      await owe(delivery('1', { tell: 'all' }));
      const records = [{ namespace: 'ids', key: 'k', value: '1' }];
      await settleNext({ type: 'dead', reason: 'stored as something else', receipt: { message: '7' }, records });

      expect(await on.store.view('1')).toMatchObject({ state: 'dead', receipt: { message: '7' } });
      expect(await on.record('ids', 'k')).toBe('1');
      const told = await claimOneEvent();
      expect(told.payload).toMatchObject({ state: 'dead', receipt: { message: '7' } });
      await on.store.settleEvent(told, settlement({ changes: [{ type: 'release', id: '1' }] }));
      expect(await on.store.view('1')).toMatchObject({ state: 'owed', receipt: null });
    });

    it('frees the lane when its head leaves it', async () => {
      for (const type of ['dead', 'unknown', 'hold', 'dropped'] as const) {
        await owe(delivery(`${type}-head`), delivery(`${type}-next`));
        expect(await settleNext({ type, reason: 'why' })).toBe(`${type}-head`);
        expect(await settleNext()).toBe(`${type}-next`);
      }

      expect(await on.store.list({ states: ['dead', 'unknown', 'held', 'dropped'], limit: 10 })).toHaveLength(4);
    });
  });
};
