import type { ChannelId, SlackTs } from '../core/ids.ts';
import type { Marker } from '../core/ports.ts';

/** A fact of Slack's before it is checked: key and lane in parts, the team first, and the event to be. */
export type Told = { readonly key: readonly string[]; readonly lane: readonly string[]; readonly event: unknown };

/** A message that we posted ourselves, with the marker that it carries. */
export type OwnPost = {
  readonly channel: ChannelId;
  readonly ts: SlackTs;
  readonly thread: SlackTs | null;
  readonly marker: Marker;
};

/** `ignored`: why nothing follows from it, in a word to count by. */
export type Outcome = Told | { readonly ignored: string; readonly own?: OwnPost };
