import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Gap } from '../../src/delivery/outbox.ts';
import { openStore } from '../../src/store/open.ts';
import { readStore } from '../../src/store/read.ts';

const LANES = 3;
const EACH = 20;

let folder = '';
let path = '';
let otherSide = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebridge-'));
  path = join(folder, 'store.db');
  otherSide = join(folder, 'other-side');
  writeFileSync(otherSide, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const idsOf = (lane: number): string[] => Array.from({ length: EACH }, (_, n) => `${lane}-${n}`);

async function oweAll(...besides: readonly string[]): Promise<void> {
  const { deliveries: store, close } = await openStore({ kind: 'sqlite', path });
  await store.put([{ key: 'cause', lane: 'cause', payload: null }]);
  const [event] = await store.claimEvents(1, 1_000);
  if (event === undefined) throw new Error('nothing was claimed');
  const deliveries = Array.from({ length: LANES }, (_, lane) =>
    idsOf(lane).map((id) => ({ id, lane: `${lane}`, position: null, effect: id, ...PLAIN })),
  ).flat();
  deliveries.unshift(...besides.map((id) => ({ id, lane: id, position: null, effect: id, ...PLAIN })));
  await store.settleEvent(event, { outcome: 'handled', deliveries, changes: [], records: [], events: [] });
  await close();
}

const PLAIN = { mode: 'fifo', gates: [], state: 'owed', tell: 'nothing', keyFor: 'lane' } as const;

/** Runs the sender until it ends; true when it was killed. */
async function send(gap: Gap | 'none', count = 0, killAfterMs?: number): Promise<boolean> {
  const script = fileURLToPath(new URL('crash-sender.ts', import.meta.url));
  const sender = spawn(process.execPath, [script, path, otherSide, gap, `${count}`]);
  const closed = once(sender, 'close');
  if (killAfterMs !== undefined) {
    // On a slow machine it would die of the same thing each time, which is then given up.
    await somethingArrives(() => sender.exitCode !== null || sender.signalCode !== null);
    await Promise.race([pause(killAfterMs), closed]);
    sender.kill('SIGKILL');
  }
  const [code]: unknown[] = await closed;
  return code !== 0;
}

async function somethingArrives(isOver: () => boolean): Promise<void> {
  const before = statSync(otherSide).size;
  while (statSync(otherSide).size === before && !isOver()) await pause(1);
}

/** What the other side has, lane by lane, in the order in which it came. */
function arrived(): string[][] {
  const ids = readFileSync(otherSide, 'utf8').split('\n').filter(Boolean);
  return Array.from({ length: LANES }, (_, lane) => ids.filter((id) => id.startsWith(`${lane}-`)));
}

const ONCE_IN_ORDER = Array.from({ length: LANES }, (_, lane) => idsOf(lane));

const GAPS: readonly Gap[] = ['claimed', 'prepared', 'opened', 'performed', 'settled'];

it.each(GAPS)(
  'delivers each thing once, in order, when it crashes again and again after "%s"',
  { timeout: 120_000 },
  async (gap) => {
    await oweAll();
    for (const count of [1, 3, 7]) expect(await send(gap, count)).toBe(true);

    expect(await send('none')).toBe(false);
    expect(arrived()).toEqual(ONCE_IN_ORDER);
  },
);

it('delivers each thing once when it crashes between a look-up and what follows', { timeout: 120_000 }, async () => {
  await oweAll();
  for (const gap of ['opened', 'performed'] as const) {
    expect(await send(gap, 2)).toBe(true);
    expect(await send('looked-up', 1)).toBe(true);
  }

  expect(await send('none')).toBe(false);
  expect(arrived()).toEqual(ONCE_IN_ORDER);
});

it('gives up the one delivery that kills the process, and none of those in work with it', {
  timeout: 120_000,
}, async () => {
  await oweAll('poison');
  let crashes = 0;
  while (await send('none')) crashes += 1;

  expect(crashes).toBe(5);
  expect(arrived()).toEqual(ONCE_IN_ORDER);
  const { view, close } = await readStore({ kind: 'sqlite', path });
  expect(await view('poison')).toMatchObject({ state: 'dead', reason: 'crashes' });
  await close();
});

it('delivers each thing once when it is killed at random', { timeout: 180_000 }, async () => {
  await oweAll();
  let kills = 0;
  while (await send('none', 0, kills < 8 ? Math.random() * 40 : undefined)) kills += 1;

  expect(arrived()).toEqual(ONCE_IN_ORDER);
  process.stdout.write(`${LANES * EACH} deliveries, ${kills} kills, each delivered once\n`);
});
