import { writeSync } from 'node:fs';
import { openPostgresTables } from '../../src/store/postgres-tables.ts';
import { all } from '../../src/store/steps.ts';

// Stops itself, as SIGSTOP does, in the middle of a transaction that has locked all lanes of events.
const [url = ''] = process.argv.slice(2);
const tables = await openPostgresTables({ url });
const frozen = tables.write(function* () {
  yield* all('SELECT lane FROM event_lanes FOR UPDATE');
  writeSync(1, 'frozen\n');
  process.kill(process.pid, 'SIGSTOP');
  yield* all('SELECT lane FROM event_lanes');
});
await frozen.catch((error: Error) => writeSync(1, `${error.name}\n`));
await tables.close();
