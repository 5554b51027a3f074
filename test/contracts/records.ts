import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/open.ts';

/** What records are to their owner, on every database. `open` gives an empty store. */
export function recordsContract(name: string, open: () => Promise<Store>): void {
  describe(`records on ${name}`, () => {
    it('reads what was set, many at once, and nothing of another namespace', async () => {
      const store = await open();
      const links = store.records('links');
      await links.set('a', { to: 1 });
      await links.set('links:a', { to: 2 });
      await store.records('other').set('a', { to: 3 });

      expect(await links.get('a')).toEqual({ to: 1 });
      expect(await links.getMany(['links:a', 'missing', 'a'])).toEqual([{ to: 2 }, undefined, { to: 1 }]);
      expect(await links.has('missing')).toBe(false);
      expect(store.records('links')).toBe(links);
      await store.close();
    });

    it('deletes, clears its own namespace only, and forgets what has expired', async () => {
      const store = await open();
      const [links, linked] = [store.records('a_b'), store.records('aXb')];
      await linked.set('k', 1);
      await links.setMany([1, 2, 3].map((n) => ({ key: `${n}`, value: n })));

      expect(await links.delete('1')).toBe(true);
      expect(await links.delete('1')).toBe(false);
      expect(await links.delete(['2'])).toBe(true);
      await links.set('short', 1, 1);
      await pause(5);
      expect(await links.has('short')).toBe(false);
      expect(await links.get('short')).toBeUndefined();
      await links.clear();
      expect(await links.get('3')).toBeUndefined();
      expect(await linked.get('k')).toBe(1);
      await store.close();
    });

    it('goes through all records by key, while they are deleted', async () => {
      const store = await open();
      const ids = store.records('ids');
      await ids.setMany(Array.from({ length: 450 }, (_, n) => ({ key: `${1_000 + n}`, value: n })));

      const seen: unknown[] = [];
      for await (const [key, value] of ids.iterator?.('ids') ?? []) {
        seen.push(value);
        await ids.delete(key);
      }
      expect(seen).toEqual(Array.from({ length: 450 }, (_, n) => n));
      await store.close();
    });

    it('keeps text that databases stumble over as it is', async () => {
      const store = await open();
      const links = store.records('links');
      const value = { text: 'a\u0000b \u{1f600} "quoted" \\u0000 $1 :name ?', list: [1, null, true] };
      await links.set('odd: key ☂', value);

      expect(await links.get('odd: key ☂')).toEqual(value);
      await store.close();
    });

    it('throws when the store is out of order, and never says that nothing is there', async () => {
      const store = await open();
      const links = store.records('links');
      await links.set('a', 1);
      await store.close();

      await expect(links.get('a')).rejects.toThrow(/not open|closed/);
      await expect(links.getMany(['a'])).rejects.toThrow(/not open|closed/);
      await expect(links.has('a')).rejects.toThrow(/not open|closed/);
      await expect(links.set('a', 2)).rejects.toThrow('the store is closed');
      await expect(links.delete('a')).rejects.toThrow('closed');
    });
  });
}
