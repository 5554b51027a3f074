import { afterAll, beforeAll, describe } from 'vitest';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openStore } from '../../src/store/open.ts';
import { openPostgresTables } from '../../src/store/postgres-tables.ts';
import { openRecords } from '../../src/store/records.ts';
import { deliveryStoreContract } from '../contracts/delivery-store.ts';
import { recordsContract } from '../contracts/records.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const missing = whyNoPostgres();
if (missing !== null) process.stdout.write(`${missing}\n`);

describe.skipIf(missing !== null)('on a server of its own', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  const empty = (): Promise<void> => server.sql('DROP SCHEMA IF EXISTS casebridge CASCADE');

  deliveryStoreContract('PostgreSQL', async (options) => {
    await empty();
    const tables = await openPostgresTables({ url: server.url, ...options });

    return {
      store: createDeliveryStore(tables),
      record: (namespace, key) => openRecords(tables, namespace).get(key),
      close: tables.close,
    };
  });

  recordsContract('PostgreSQL', async () => {
    await empty();
    return openStore({ kind: 'postgres', url: server.url });
  });
});
