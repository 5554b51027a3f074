import { z } from 'zod';
import type { ChannelId } from './ids.ts';
import { Mode } from './kind.ts';

/** How one Slack channel is worked; the routes file sets it per channel, these are the defaults. */
export const ChannelSettings = z.strictObject({
  mode: Mode.default('reply'),
  /** Show a customer's message in the channel too until somebody has answered. */
  broadcast: z.boolean().default(true),
  /** Whether the customer is shown the rating form when a case is closed from Slack. */
  feedback: z.boolean().default(false),
  /** Threads may start in this channel although it is shared with another company. */
  shared: z.boolean().default(false),
});
export type ChannelSettings = z.infer<typeof ChannelSettings>;

export const defaultSettings: ChannelSettings = ChannelSettings.parse({});

/** The channels casebridge works in, with their settings. */
export type Channels = {
  /** Where threads of new cases start. */
  readonly home: ChannelId;
  readonly all: ReadonlyMap<ChannelId, ChannelSettings>;
};

export const settingsOf = (channels: Channels, channel: ChannelId): ChannelSettings =>
  channels.all.get(channel) ?? defaultSettings;
