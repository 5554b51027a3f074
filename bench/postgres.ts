import { startPostgres, whyNoPostgres } from '../test/store/postgres-server.ts';
import type { Bench } from './row.ts';

/** The address of an empty database on a PostgreSQL server of this run's own, which waits for its disk at every commit. */
export const startDatabase = async (bench: Bench): Promise<string> => {
  const missing = whyNoPostgres();
  if (missing !== null) throw new Error(missing);
  const server = await startPostgres();
  bench.atEnd(() => server.stop());
  return server.url;
};
