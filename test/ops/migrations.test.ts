import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Counts } from '../../src/delivery/ports.ts';
import { type Database, openStore } from '../../src/store/open.ts';
import { BEFORE, inPostgres, SCHEMA } from '../../src/store/postgres-schema.ts';
import { STEPS } from '../../src/store/schema.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';

/** Every schema that a released version may have left behind: each number of steps is one. */
const VERSIONS = STEPS.map((_, index) => index + 1);

const APPLICATION_ID = 0x63617365;

/** What a store of any version may hold, in the columns that the first one had. */
const CONTENT = `
  INSERT INTO events (key, lane, payload, state, place, due, received_at)
    VALUES ('e1', 'case:1', '{"type":"told"}', 'owed', 1, 0, 1000);
  INSERT INTO event_lanes (lane, phase, head, served) VALUES ('case:1', 'ready', 1, 1);
  INSERT INTO deliveries (id, lane, mode, position, turn, effect, gates, state, reason, due, tell, remind_after,
      closed_before, keep, created_at)
    VALUES ('d1', 'slack:1', 'fifo', 'a', 2, '{"do":"post"}', '["slack"]', 'owed', NULL, 0, 'all', '{}', 0, 'lane', 1000),
           ('d2', 'slack:1', 'fifo', 'b', 3, '{"do":"post"}', '["slack"]', 'held', 'mention', 0, 'all', '{}', 0, 'lane', 1001);
  INSERT INTO delivery_lanes (lane, rank, phase, head, served, top) VALUES ('slack:1', 0, 'ready', 1, 4, 'b');
  INSERT INTO gates (key, tat) VALUES ('slack', 0);
  INSERT INTO records (namespace, key, value) VALUES ('link', 'l1', '{"value":{"version":1}}');
`;

const DONE = { delivered: 2, owed: 0, held: 0 };

/** Reads and works on what was there before, with everything that the present version has added. */
const worksOn = async (database: Database): Promise<Counts['deliveries']> => {
  const store = await openStore(database);
  try {
    const { deliveries } = store;
    expect(await store.records('link').get('l1')).toEqual({ version: 1 });
    const [event] = await deliveries.claimEvents(10, 10_000);
    expect(event).toMatchObject({ key: 'e1', payload: { type: 'told' } });
    if (event === undefined) throw new Error('no event');
    const nothing = { deliveries: [], records: [], events: [] };
    await deliveries.settleEvent(event, { outcome: 'handled', changes: [{ type: 'release', id: 'd2' }], ...nothing });
    for (const id of ['d1', 'd2']) {
      const [delivery] = await deliveries.claimDeliveries(10, 10_000);
      expect(delivery).toMatchObject({ id, effect: { do: 'post' } });
      if (delivery === undefined) throw new Error('no delivery');
      await deliveries.openAttempt(delivery, { baseline: null, deadline: deliveries.now() + 5_000 });
      await deliveries.settleDelivery(delivery, { type: 'delivered', receipt: null });
    }
    return (await deliveries.counts()).deliveries;
  } finally {
    await store.close();
  }
};

test.each(VERSIONS)('a SQLite store of schema %i goes on with the present version', async (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-old-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'casebridge.db');
  const old = new DatabaseSync(path);
  old.exec(STEPS.slice(0, version).join('\n'));
  old.exec(CONTENT);
  old.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${APPLICATION_ID}`);
  old.close();

  expect(await worksOn({ kind: 'sqlite', path })).toMatchObject(DONE);
});

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (whyNoPostgres() === null) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});

test.skipIf(whyNoPostgres() !== null).each(VERSIONS)(
  'a PostgreSQL store of schema %i goes on with the present version',
  async (version) => {
    const url = postgres?.url ?? '';
    const client = new Client({ connectionString: url, options: `-c search_path=${SCHEMA}` });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`);
    await client.query(BEFORE);
    for (const step of STEPS.slice(0, version)) await client.query(inPostgres(step));
    await client.query(CONTENT);
    await client.query(`SELECT setval('ticks', 10); UPDATE schema_version SET version = ${version}`);
    await client.end();

    expect(await worksOn({ kind: 'postgres', url })).toMatchObject(DONE);
  },
);
