import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { ChannelId } from '../../src/core/ids.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { createLog } from '../../src/log.ts';
import type { Guard } from '../torture/terms.ts';
import { destinationWithout, storeWithout } from '../torture/without.ts';

/** The app as main.ts runs it, but that attempts are over soon; and with a guard taken out, if one is named. */
export const runInHaste = async (without: Guard | null): Promise<void> => {
  const read = readConfig(process.env);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const channel = ChannelId.parse(read.config.channels.cases ?? '');
  const app = await createApp({
    config: read.config,
    channels: channelsOf(channel, new Map([[channel, defaultSettings]])),
    log: createLog({ level: 'info', pretty: false }),
    // Sooner than an attempt is settled by what the other side tells: here it is to be looked up.
    attemptMs: 1_500,
    hooks: {
      store: (store) => storeWithout(without, store),
      destination: (way) => destinationWithout(without, way),
    },
  });
  process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)));
  await app.start();
};
