import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();
const KILLS = 12;

/** Runs the writer, kills it some moments after its first acknowledgement, and returns what it acknowledged. */
async function writeUntilKilled(path: string, life: number): Promise<string[]> {
  const writer = spawn(process.execPath, [fileURLToPath(new URL('crash-writer.ts', import.meta.url)), path, `${life}`]);
  let said = '';
  writer.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  const closed = once(writer, 'close');
  await Promise.race([once(writer.stdout, 'data'), closed]);
  await pause(Math.random() * 80);
  writer.kill('SIGKILL');
  await closed;

  return said.split('\n').slice(0, -1);
}

it('has everything that it acknowledged, however often it is killed', { timeout: 180_000 }, async () => {
  const path = join(folder(), 'store.db');
  const acknowledged: string[] = [];
  for (let life = 0; life < KILLS; life += 1) acknowledged.push(...(await writeUntilKilled(path, life)));

  const raw = new DatabaseSync(path);
  expect(raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  raw.close();
  const store = await openStore({ kind: 'sqlite', path });
  const known = await store.deliveries.put(acknowledged.map((key) => ({ key, lane: 'again', payload: null })));
  expect(known.filter((isNew) => isNew)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(KILLS);

  const { events, deliveries } = await store.deliveries.counts();
  expect(deliveries.owed).toBe(events.handled);
  process.stdout.write(`${KILLS} kills, ${acknowledged.length} acknowledged, ${events.handled} settled, none lost\n`);
  await store.close();
});
