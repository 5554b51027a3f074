import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readStore, type StoreReader } from '../../src/store/read.ts';
import { startPostgres } from '../store/postgres-server.ts';

/** What the app stores in: a file, or a server that its processes share. */
export type Database = {
  /** For DATABASE_URL. */
  readonly url: string;
  /** Whether it was out of reach at any time since. */
  readonly wasDown: (since: number) => boolean;
  /** As after a power cut, for a while; null where it cannot happen without the app. */
  readonly cutPower: ((ms: number) => Promise<void>) | null;
  /** Opens it beside the app, which must have made its tables. */
  read(): Promise<StoreReader>;
  close(): Promise<void>;
};

export const fileIn = (folder: string): Database => {
  const path = join(folder, 'casebridge.db');
  return {
    url: `sqlite:${path}`,
    wasDown: () => false,
    cutPower: null,
    read: () => readStore({ kind: 'sqlite', path }),
    close: async () => undefined,
  };
};

/** What was on its way when the power came back may still be told that it was away. */
const AFTERMATH_MS = 1000;

export const serverOfItsOwn = async (): Promise<Database> => {
  const server = await startPostgres();
  const { url } = server;
  let downUntil = 0;
  return {
    url,
    wasDown: (since) => downUntil >= since,
    async cutPower(ms) {
      downUntil = Number.POSITIVE_INFINITY;
      await server.crash();
      await pause(ms);
      await server.start();
      downUntil = Date.now() + AFTERMATH_MS;
    },
    read: () => readStore({ kind: 'postgres', url }),
    close: () => server.stop(),
  };
};
