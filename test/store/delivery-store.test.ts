import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { deliveryStoreContract } from '../contracts/delivery-store.ts';

deliveryStoreContract('SQLite', async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-'));
  const store = await openStore({ kind: 'sqlite', path: join(folder, 'store.db') }, options);

  return {
    store: store.deliveries,
    record: (namespace, key) => store.records(namespace).get(key),
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
