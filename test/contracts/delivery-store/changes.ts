import { describe, expect, it } from 'vitest';
import { Conflict, LeaseLost } from '../../../src/delivery/errors.ts';
import { HOUR, caught, delivery, retry, type OnStore } from './on-store.ts';

export const changesContract = (on: OnStore): void => {
  const { follow, owe, claim, claimOne, settleNext, drain, snooze } = on;

  describe('changes by people and rules', () => {
    it('keeps what is held outside its lane, and puts what is released at its end', async () => {
      await owe(delivery('1', { position: '1', state: 'held', reason: 'mention' }), delivery('2', { position: '2' }));
      await owe(delivery('3', { position: '3' }));
      expect(await settleNext()).toBe('2');
      await follow({ changes: [{ type: 'release', id: '1' }] });

      expect(await drain()).toEqual(['3', '1']);
      expect((await on.store.counts()).late).toBe(0);
    });

    it('holds with a delivery what it takes along, but for what was dropped meanwhile', async () => {
      await owe(...['1', '2', '3', '4'].map((id) => delivery(id, { position: id, ...(id === '4' ? caught : {}) })));
      const head = await claimOne();
      await follow({ changes: [{ type: 'drop', id: '2', reason: 'deleted' }] });
      await on.store.settleDelivery(head, { type: 'hold', reason: 'stale', also: ['2', '4', 'gone'] });

      expect((await on.store.list({ states: ['held'], limit: 10 })).map(({ id }) => id).toSorted()).toEqual(['1', '4']);
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
      on.clock += HOUR;
      await settleNext({ type: 'dead', reason: 'expired' });
      on.clock += 30 * HOUR;
      await follow({ changes: [{ type: 'release', id: 'a' }] });
      on.clock += 1_000;

      expect(await claimOne()).toMatchObject({ usableMs: 0 });
      await on.store.openGate('side');
      on.clock += 60_000;
      expect(await claimOne()).toMatchObject({ usableMs: 60_000 });
    });

    it("takes a delivery that was not attempted out of its worker's hands", async () => {
      await owe(delivery('1'), delivery('2'));
      const claimed = await claimOne();
      await follow({ changes: [{ type: 'drop', id: '1', reason: 'deleted' }] });

      await expect(on.store.openAttempt(claimed, { baseline: null, deadline: on.clock })).rejects.toThrow(LeaseLost);
      expect(await drain()).toEqual(['2']);
    });

    it('gives a replaced content to the next attempt', async () => {
      await owe(delivery('1'));
      const claimed = await claimOne();
      await follow({ changes: [{ type: 'replace', id: '1', effect: { text: 'edited' } }] });

      await expect(on.store.openAttempt(claimed, { baseline: null, deadline: on.clock })).rejects.toThrow(LeaseLost);
      expect(await claimOne()).toMatchObject({ effect: { text: 'edited' } });
    });

    it('refuses, with everything beside it, a change that does not fit', async () => {
      await owe(delivery('open'), delivery('untried'));
      const claimed = await claimOne();
      await on.store.openAttempt(claimed, { baseline: null, deadline: on.clock + 18_000 });

      for (const change of [
        { type: 'drop', id: 'open', reason: 'x' },
        { type: 'replace', id: 'open', effect: null },
        { type: 'hold', id: 'open', reason: 'x' },
        { type: 'release', id: 'nobody' },
        { type: 'confirm', id: 'untried', receipt: 1 },
      ] as const) {
        await expect(follow({ changes: [change], deliveries: [delivery('beside')] })).rejects.toThrow(Conflict);
      }
      expect(await on.store.view('beside')).toBeNull();
      await on.store.settleDelivery(claimed, { type: 'delivered', receipt: null });
    });

    it('confirms what is unknown when it was seen on the other side', async () => {
      await owe(delivery('1', { tell: 'all' }));
      await settleNext({ type: 'unknown', reason: 'timeout' });
      await follow({ changes: [{ type: 'confirm', id: '1', receipt: '42' }] });

      expect(await on.store.view('1')).toMatchObject({ state: 'delivered', receipt: '42', reason: null });
    });

    it('settles an attempt on its way by what is seen on the other side, and its worker too late', async () => {
      await owe(delivery('1', { position: '2', tell: 'all' }), delivery('2', { position: '3' }));
      const claimed = await claimOne();
      await on.store.openAttempt(claimed, { baseline: null, deadline: on.clock + 18_000 });
      await follow({ changes: [{ type: 'confirm', id: '1', receipt: 'echo' }] });

      await expect(on.store.settleDelivery(claimed, { type: 'dead', reason: 'x' })).rejects.toThrow(LeaseLost);
      expect(await on.store.view('1')).toMatchObject({ state: 'delivered', receipt: 'echo', attempting: false });
      expect(await drain()).toEqual(['2']);
    });

    it('settles with it what was carried along, as far as it is still owed', async () => {
      await owe(...['1', '2', '3'].map((id) => delivery(id, { position: id, tell: 'all' })));
      await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
      await follow({ changes: [{ type: 'drop', id: '2', reason: 'gone' }] });
      await follow({ changes: [{ type: 'confirm', id: '1', receipt: 'echo', also: ['2', '3', 'nobody'] }] });

      expect((await on.store.view('2'))?.state).toBe('dropped');
      expect(await on.store.view('3')).toMatchObject({ state: 'delivered', receipt: 'echo' });
    });

    it('shows what an open attempt started from, as long as it is open', async () => {
      await owe(delivery('1'));
      const claimed = await claimOne();
      await on.store.openAttempt(claimed, { baseline: { above: '7' }, deadline: on.clock + 18_000 });
      expect(await on.store.view('1')).toMatchObject({ attempting: true, baseline: { above: '7' } });

      await on.store.settleDelivery(claimed, { type: 'delivered', receipt: null });
      expect(await on.store.view('1')).toMatchObject({ attempting: false, baseline: null });
    });

    it('settles by the same what waits for its look-up, or for another try', async () => {
      await owe(delivery('1'), delivery('2', { lane: 'b' }));
      await settleNext({ type: 'ambiguous', reason: 'timeout', lookupAfterMs: 18_000 });
      await settleNext(retry(5_000));
      await follow({ changes: ['1', '2'].map((id) => ({ type: 'confirm', id, receipt: 'echo' })) });

      on.clock += HOUR;
      expect(await claim()).toEqual([]);
      expect((await on.store.counts()).deliveries.delivered).toBe(2);
    });

    it('takes a change made twice as made once', async () => {
      await owe(delivery('1'));
      const drop = { type: 'drop', id: '1', reason: 'deleted' } as const;
      await follow({ changes: [drop] });
      await follow({ changes: [drop] });

      expect(await on.store.view('1')).toMatchObject({ state: 'dropped' });
    });
  });
};
