import { z } from 'zod';
import type { AgentId, ChannelId } from './ids.ts';
import { Guard } from './guard.ts';
import { Mode } from './kind.ts';
import { LeakRules } from './leaks.ts';
import type { Link } from './link.ts';
import { isReceiptEmoji, readReaction } from './reactions.ts';
import type { Route } from './route.ts';
import { strict } from './strict.ts';
import type { IdentityChoices } from './visitor-identity.ts';

const REACTION = 'is no action; expected claim, close, snooze, or snooze with a time such as snooze 2h';

/** How one Slack channel is worked; the routes file sets it per channel, these are the defaults. */
export const ChannelSettings = strict({
  mode: Mode.default('reply'),
  /** Show a customer's message in the channel too until somebody has answered. */
  broadcast: z.boolean().default(true),
  /** Whether the customer is shown the rating form when a case is closed from Slack. */
  feedback: z.boolean().default(false),
  /** Chat gets the styles of what agents write as HTML; otherwise plain text. */
  html: z.boolean().default(false),
  /** What stands below a reply to the contact. */
  signature: z.enum(['none', 'first name', 'full name']).default('none'),
  /** Seconds for which a reply can be taken back before it goes out. */
  undo: z.int().min(0).max(120).default(0),
  /** Whose words a reply may not cross without being asked about. */
  guard: Guard.default('off'),
  /** Who answers a case that nobody has, has it from then on. */
  claim_on_reply: z.boolean().default(false),
  /** What the first message of a thread shows beside what it always shows: attributes of the case or its contact. */
  card: strict({ fields: z.array(z.string().min(1).max(60)).max(20).default([]) }).default({ fields: [] }),
  /** What is asked about before it leaves the house. */
  leaks: LeakRules.default({ check: true, hosts: [], patterns: [] }),
  /** An answer by text message that takes more parts than this is confirmed by its author first. */
  sms_parts: z.int().min(1).max(50).default(4),
  /** Which of the account's numbers answers a text message when nothing shows to which one the contact wrote. */
  sms_number: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'is no telephone number; expected one such as +358401234567')
    .optional(),
  /** Emoji on messages of a thread that stand for an action: `eyes: claim`, `zzz: snooze 2h`. */
  reactions: z
    .record(
      z
        .string()
        .regex(/^[\w+'-]+$/, 'is not the name of an emoji; expected one such as eyes')
        .refine((emoji) => !isReceiptEmoji(emoji), 'is a mark of casebridge itself; expected another emoji'),
      z.string({ error: REACTION }).refine((words) => readReaction(words) !== null, REACTION),
    )
    .default({}),
  /** Threads may start in this channel although it is shared with another company. */
  shared: z.boolean().default(false),
});
export type ChannelSettings = z.infer<typeof ChannelSettings>;

export const defaultSettings: ChannelSettings = ChannelSettings.parse({});

/** What the routes file says of giosg. */
export type GiosgSettings = {
  /** Where the account's identity tokens differ from what casebridge assumes. */
  readonly identity: Readonly<IdentityChoices>;
  /** The field of a contact, or of its case, that holds the customer's id of one's own system. */
  readonly externalIdField: string | null;
};

/** The channels casebridge works in, with their settings, and which case goes into which. */
export type Channels = {
  /** Where threads start that no rule takes. */
  readonly home: ChannelId;
  readonly all: ReadonlyMap<ChannelId, ChannelSettings>;
  /** In the order in which they are asked. */
  readonly routes: readonly Route[];
  /** Members of Slack, by id or by e-mail in lower case, and the agents that they are. */
  readonly people: ReadonlyMap<string, AgentId>;
  /** How giosg is used; null where nothing is said of it, or it is not set up. */
  readonly giosg: GiosgSettings | null;
};

/** Without rules and people: one channel, or a few that are worked alike. */
export const channelsOf = (home: ChannelId, all: ReadonlyMap<ChannelId, ChannelSettings>): Channels => ({
  home,
  all,
  routes: [],
  people: new Map(),
  giosg: null,
});

/** The rule that a thread was started by, as it is now; null when it has none, or the rule is gone. */
export const routeOf = ({ routes }: Channels, { route }: Pick<Link, 'route'>): Route | null =>
  route === null ? null : (routes.find(({ name }) => name === route) ?? null);

/** How a thread is worked: by the settings of its channel, and by what its rule says otherwise. */
export const settingsOf = (channels: Channels, thread: Pick<Link, 'channel' | 'route'>): ChannelSettings => {
  const settings = channels.all.get(thread.channel) ?? defaultSettings;
  const route = routeOf(channels, thread);
  return route === null ? settings : ChannelSettings.parse({ ...settings, ...route.settings });
};

/** Whether an emoji may stand for an action on a thread in this channel: by the channel's settings, or by those of a rule. */
export const mayReact = (
  { all, routes }: Channels,
  { emoji, channel }: { readonly emoji: string; readonly channel: string },
): boolean => {
  const found = [...all].find(([id]) => id === channel);
  if (found === undefined) return false;
  const [, settings] = found;
  const isIn = (reactions: unknown): boolean =>
    typeof reactions === 'object' && reactions !== null && Object.hasOwn(reactions, emoji);
  return isIn(settings.reactions) || routes.some((route) => isIn(route.settings['reactions']));
};
