import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DeliveryStore } from '../../src/delivery/ports.ts';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqliteTables } from '../../src/store/sqlite-tables.ts';
import { createDrill, delivery, exercise, follow, medianClaimMs } from './exercise.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

it('finds by an index whatever the engine asks for', async () => {
  const drill = createDrill();
  const { tables, file } = await openSqliteTables({
    path: join(folder(), 'store.db'),
    now: () => drill.now,
    pace: drill.pace,
  });
  const store = createDeliveryStore(tables);
  await exercise(store, drill);

  const scans = file.statements.texts().flatMap((statement) =>
    isForStart(statement)
      ? []
      : file.database
          .prepare(`EXPLAIN QUERY PLAN ${statement}`)
          .all()
          .map(({ detail }) => String(detail))
          .filter((detail) => detail.startsWith('SCAN ') && !isShort(detail))
          .map((detail) => `${detail}: ${statement}`),
  );
  expect(scans).toEqual([]);
  await store.close();
});

/** Made once per start. */
const isForStart = (statement: string): boolean =>
  statement.includes('AS last') || statement.includes('probe IS NOT NULL') || !/\b(?:WHERE|VALUES)\b/.test(statement);

/** Results in memory, and partial indexes that hold only what waits. */
const isShort = (detail: string): boolean =>
  /^SCAN (?:\(|CONSTANT|\w+ USING (?:COVERING )?INDEX (?:gates_wake|orders_open))/.test(detail);

it('claims as fast with thousands of idle and parked lanes as with none', async () => {
  const store = await openStore({ kind: 'sqlite', path: join(folder(), 'store.db') });
  const alone = await medianClaimMs(store.deliveries, 'alone');
  for (let chunk = 0; chunk < 10; chunk += 1) {
    const lanes = Array.from({ length: 500 }, (_, n) => `${chunk}-${n}`);
    await follow(
      store.deliveries,
      lanes.map((lane) => delivery(`parked-${lane}`, `parked-${lane}`, ['shut'])),
    );
  }
  await shut(store.deliveries);

  const crowded = await medianClaimMs(store.deliveries, 'crowded');
  process.stdout.write(
    `claim and settle: ${alone.toFixed(2)} ms alone, ${crowded.toFixed(2)} ms beside 5,000 parked lanes\n`,
  );
  expect(crowded).toBeLessThan(alone * 5 + 1);
  await store.close();
}, 60_000);

async function shut(store: DeliveryStore): Promise<void> {
  const [first] = await store.claimDeliveries(1, 60_000);
  if (first === undefined) throw new Error('nothing was claimed');
  const gate = { key: 'shut', until: Date.now() + 3_600_000, reason: 'down' };
  await store.settleDelivery(first, { type: 'snooze', reason: 'down', gate });
  for (let turn = 0; turn < 200; turn += 1) expect(await store.claimDeliveries(8, 60_000)).toEqual([]);
  expect(await store.gates()).toMatchObject([{ key: 'shut', waiting: 5_000 }]);
}
