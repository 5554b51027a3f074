import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { readStore } from '../../src/store/read.ts';
import { StoreLocked, StoreUnusable } from '../../src/store/unusable.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();
const open = (path: string) => openStore({ kind: 'sqlite', path });
const newPath = () => join(folder(), 'deep', 'store.db');
const empty = { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] } as const;

describe('opening', () => {
  it('creates the folder and comes back to what was stored', async () => {
    const path = newPath();
    const first = await open(path);
    await first.deliveries.put([{ key: 'e', lane: 'a', payload: { n: 1 } }]);
    await first.close();

    const second = await open(path);
    expect(await second.deliveries.claimEvents(1, 1_000)).toMatchObject([{ key: 'e' }]);
    await second.close();
  });

  it('releases claims at the start, but keeps the date of the next try', async () => {
    const path = newPath();
    const first = await open(path);
    await first.deliveries.put(['claimed', 'later'].map((key) => ({ key, lane: key, payload: null })));
    const claims = await first.deliveries.claimEvents(2, 3_600_000);
    const later = claims.find(({ key }) => key === 'later');
    if (later === undefined) throw new Error('nothing was claimed');
    await first.deliveries.returnEvent(later, { afterMs: 3_600_000, counted: true });
    await first.close();

    const second = await open(path);
    expect(await second.deliveries.claimEvents(2, 1_000)).toMatchObject([{ key: 'claimed', attempts: 1 }]);
    await second.close();
  });

  it('stops a second process on the same file with one clear message', async () => {
    const path = newPath();
    const store = await open(path);
    const script = `
      import { openStore } from '${import.meta.resolve('../../src/store/open.ts')}';
      openStore({ kind: 'sqlite', path: process.argv[1] }).catch((error) => console.log(error.name, error.message));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path]);
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    await once(child, 'close');

    expect(said).toContain(`StoreLocked another casebridge is running on ${path}: stop that one first`);
    await expect(open(path)).rejects.toThrow(StoreLocked);
    await store.close();
    await (await open(path)).close();
  });

  it("refuses what is no database, another program's, or a newer casebridge's, and says what to do", async () => {
    const noDatabase = join(folder(), 'store.db');
    writeFileSync(noDatabase, 'a text file, and long enough to be looked at as a database header'.repeat(20));
    const foreign = join(folder(), 'store.db');
    change(foreign, 'CREATE TABLE songs (title TEXT)');
    const newer = newPath();
    await (await open(newer)).close();
    change(newer, 'PRAGMA user_version = 999');

    await expect(open(noDatabase)).rejects.toThrow('it is not a SQLite database');
    await expect(open(foreign)).rejects.toThrow('it is a database of another program');
    await expect(open(newer)).rejects.toThrow('it was written by a newer casebridge (schema 999');
    await expect(open(join(noDatabase, 'below', 'store.db'))).rejects.toThrow(
      'its folder cannot be created (ENOTDIR): let the user that runs casebridge write there',
    );
    await expect(open(folder())).rejects.toThrow(StoreUnusable);
  });

  it('lets nobody but its owner read what it writes, also where an earlier version did', async () => {
    const path = newPath();
    const modes = () => readdirSync(dirname(path)).map((name) => [name, modeOf(join(dirname(path), name))]);
    const store = await open(path);
    await store.deliveries.put([{ key: 'e', lane: 'a', payload: 'a text' }]);
    const made = modes();
    await store.close();
    for (const name of ['store.db', 'store.db.lock']) chmodSync(join(dirname(path), name), 0o644);
    await (await open(path)).close();

    expect(modeOf(dirname(path))).toBe(0o700);
    expect(made.map(([name]) => name)).toEqual(expect.arrayContaining(['store.db', 'store.db-wal', 'store.db.lock']));
    expect([...made, ...modes()].filter(([, mode]) => mode !== 0o600)).toEqual([]);
  });

  it('leaves a store to the group that somebody gave it to', async () => {
    const path = newPath();
    await (await open(path)).close();
    chmodSync(path, 0o640);

    await (await open(path)).close();

    expect(modeOf(path)).toBe(0o640);
  });

  it('is one store by whatever link it is opened, there already or not', async () => {
    const real = newPath();
    const link = join(folder(), 'link.db');
    symlinkSync(real, link);
    const store = await open(link);
    await store.deliveries.put([{ key: 'e', lane: 'a', payload: null }]);

    await expect(open(real)).rejects.toThrow(StoreLocked);
    await expect(open(link)).rejects.toThrow(StoreLocked);
    await store.close();
    const again = await open(real);
    expect(await again.deliveries.claimEvents(1, 1_000)).toMatchObject([{ key: 'e' }]);
    await again.close();
  });

  it('says of a damaged file that a backup is to be restored, whoever comes upon it', async () => {
    const path = newPath();
    const store = await open(path);
    const events = Array.from({ length: 2_000 }, (_, n) => ({ key: `e${n}`, lane: `a${n}`, payload: 'x'.repeat(200) }));
    await store.deliveries.put(events);
    await store.close();
    const bytes = readFileSync(path);
    // What the first pages say of the tables stays.
    writeFileSync(path, bytes.fill(0xff, bytes.length / 2));

    const words = `the store ${path} (DATABASE_URL) cannot be used: it is damaged: stop casebridge`;
    await expect(open(path)).rejects.toThrow(words);
    const beside = readStore({ kind: 'sqlite', path }).then((reader) => reader.counts());
    await expect(beside).rejects.toThrow(words);
  });

  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  function change(path: string, statement: string): void {
    const database = new DatabaseSync(path);
    database.exec(statement);
    database.close();
  }
});

describe("the operator's view", () => {
  it('reads beside the running app, and leaves orders that the app answers', async () => {
    const path = newPath();
    const store = await open(path);
    await store.deliveries.put([{ key: 'e', lane: 'a', payload: null }]);
    const [event] = await store.deliveries.claimEvents(1, 1_000);
    if (event === undefined) throw new Error('nothing was claimed');
    const owed = { id: 'd', lane: 'a', mode: 'fifo', position: null, effect: 1, gates: [], state: 'owed' } as const;
    await store.deliveries.settleEvent(event, { ...empty, deliveries: [{ ...owed, tell: 'nothing', keyFor: 'lane' }] });

    const reader = await readStore({ kind: 'sqlite', path });
    expect(await reader.view('d')).toMatchObject({ state: 'owed' });
    expect(await reader.list({ states: ['owed'], limit: 5 })).toHaveLength(1);
    expect(await reader.counts()).toMatchObject({ deliveries: { owed: 1 } });
    const id = await reader.order({ redrive: 'd' });
    expect(await reader.answer(id, 0)).toBeUndefined();

    expect(await store.deliveries.takeOrders(10)).toEqual([{ id, order: { redrive: 'd' } }]);
    expect(await store.deliveries.takeOrders(10)).toEqual([]);
    await store.deliveries.finishOrder(id, { done: true });
    expect(await reader.answer(id, 1_000)).toEqual({ done: true });
    await reader.close();
    await store.close();
  });

  it('says that there is no store rather than making one', async () => {
    await expect(readStore({ kind: 'sqlite', path: newPath() })).rejects.toThrow('there is no such file');
  });
});
