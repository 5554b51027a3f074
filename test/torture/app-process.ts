import { appendFileSync, writeSync } from 'node:fs';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { ChannelId } from '../../src/core/ids.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { createLog } from '../../src/log.ts';
import { chanceOf } from './chance.ts';
import { brokenOff, createFuse, stalled } from './fuse.ts';
import { Life } from './life.ts';
import { destinationWithout, storeWithout } from './without.ts';

// The app as main.ts runs it, with a clock that is off, pauses where there are none, and a moment at which it dies.

const life = Life.parse(JSON.parse(process.argv[2] ?? ''));
const chance = chanceOf(life.seed, `life ${life.place}.${life.number}`);

// Nobody is left behind when the run itself ends.
process.stdin.resume().on('end', () => process.exit(0));

const read = readConfig(process.env);
if (!read.ok) throw new Error(read.problems.join('\n'));
const log = createLog({
  level: 'info',
  pretty: false,
  destination: { write: (line: string) => appendFileSync(life.logPath, line) },
});
process.on('unhandledRejection', (error) => {
  log.fatal({ error }, 'something failed that nobody waited for');
  process.exit(1);
});

const fuse = createFuse(life.end);
const channel = ChannelId.parse(read.config.channels.cases ?? '');
const app = await createApp({
  config: read.config,
  channels: channelsOf(channel, new Map([[channel, defaultSettings]])),
  log,
  // What Slack allows in a second is proved elsewhere; here it would only make the runs long.
  pace: () => null,
  readBudget: { perSecond: 60, burst: 60 },
  attemptMs: life.attemptMs,
  now: () => Date.now() + life.clockMs,
  hooks: {
    leaseMs: life.leaseMs,
    crashPoint: fuse,
    store: (store) => storeWithout(life.without, brokenOff(store, fuse)),
    destination: (way) => stalled(destinationWithout(life.without, way), { chance, atMostMs: life.stallMs }),
  },
});
process.on('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await app.start();
writeSync(1, 'up\n');
