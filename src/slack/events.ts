import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Event } from '../core/event.ts';
import type { TeamId } from '../core/ids.ts';
import { isJson } from '../delivery/json.ts';
import type { NewEvent } from '../delivery/ports.ts';
import { readInteraction } from './interactions.ts';
import type { MissedFact } from '../core/ports.ts';
import type { Receiver } from './messages.ts';
import { readHistoryRow, readMessage } from './messages.ts';
import type { AnyEvent } from './schema.ts';
import {
  ChannelEvent,
  Command,
  Envelope,
  HomeEvent,
  MembershipEvent,
  ReactionEvent,
  RenamedChannelEvent,
  UserEvent,
} from './schema.ts';
import { commandText } from './text.ts';
import type { Outcome, OwnPost, Told } from './told.ts';

/** A view is opened under the key of what asked for it, and Slack takes 255 characters for that name. */
const KEY_LIMIT = 200;

/** What must be known to read a body. `team` is null until Slack told us who we are. */
export type ReadingContext = {
  readonly team: TeamId | null;
  readonly command: string;
  /** Whether a reaction may stand for anything in a channel; none does where this is not told. */
  readonly reacts?: (emoji: string, channel: string) => boolean;
};

/** What a body of Slack comes to. Several may hold at once: our own joining is an event and makes a cache stale. */
export type Reading = {
  readonly event?: Event;
  /** The same as it goes into the inbox. */
  readonly stored?: NewEvent;
  /** Why it is acknowledged without being stored; counted by this word. */
  readonly ignored?: string;
  /** It tells of a post of ours. */
  readonly own?: OwnPost;
  /** What is kept about this member or channel is stale. */
  readonly forget?: { readonly member?: string; readonly channel?: string };
  readonly news?: 'tokens_revoked' | 'uninstalled' | 'events_limited' | 'returned';
};

/** A body that passed the signature, as events of the core. Pure; never throws, whatever the body is. */
export const toEvents = (body: unknown, context: ReadingContext): Reading => {
  const type = Tagged.safeParse(body);
  if (!type.success) return { ignored: 'malformed' };
  if (type.data.command !== undefined) return stored(readCommand(body, context), context);
  if (type.data.type === 'app_rate_limited') return { news: 'events_limited' };
  if (type.data.type !== 'event_callback') return stored(readInteraction(body), context);
  const envelope = Envelope.safeParse(body);
  return envelope.success ? readEnvelope(envelope.data, context) : { ignored: 'malformed' };
};

/** A reply that was read from history, under the key and lane of the event that tells it; null when it is none. */
export const toMissedFact = (row: unknown, channel: string, receiver: Receiver): MissedFact | null => {
  const { event, stored: fact } = stored(readHistoryRow(row, channel, receiver), { team: null, command: '' });
  if (event === undefined || fact === undefined) return null;
  const { payload: _, ...place } = fact;
  return { ...place, event };
};

const Tagged = z.object({ type: z.string().optional(), command: z.string().optional() });

const stored = (outcome: Outcome, context: ReadingContext): Reading => {
  if ('ignored' in outcome) return outcome;
  const event = Event.safeParse(outcome.event);
  if (!event.success || !Plain.safeParse(event.data).success) return { ignored: 'malformed' };
  const [team] = outcome.key;
  if (context.team !== null && team !== context.team) return { ignored: 'other_team' };
  const payload: unknown = event.data;
  if (!isJson(payload)) return { ignored: 'malformed' };
  const place = { key: keyOf(outcome.key), lane: keyOf(outcome.lane), ...positionOf(event.data) };
  return { event: event.data, stored: { ...place, payload } };
};

/** Replies go out in the order of their messages; what changes one goes before it, and need not hold up those above it. */
const positionOf = (event: Event): { readonly position?: string } =>
  ABOUT_ONE_MESSAGE.has(event.type) && 'ts' in event ? { position: event.ts } : {};

const ABOUT_ONE_MESSAGE: ReadonlySet<Event['type']> = new Set([
  'member_wrote',
  'member_edited',
  'member_removed_files',
  'member_deleted',
]);

/** Ids come to stand in lanes and in the log: what is no plain word is not taken for one. */
const word = z
  .string()
  .regex(/^\w{1,64}$/)
  .nullish();
const Where = z.object({ team: word, channel: word, member: word, memberTeam: word });
const Plain = Where.extend({ to: Where.optional() });

const IDS = /^[\w.:/-]+$/;

const keyOf = (parts: readonly string[]): string => {
  const key = ['slack', ...parts].join(':');
  // Keys stand in the log: nothing goes into them that is not an id.
  return key.length <= KEY_LIMIT && IDS.test(key) ? key : `slack:${createHash('sha256').update(key).digest('hex')}`;
};

const readCommand = (body: unknown, context: ReadingContext): Outcome => {
  const parsed = Command.safeParse(body);
  if (!parsed.success) return { ignored: 'malformed' };
  const { command, text, team_id: team, channel_id: channel, user_id: member, trigger_id, response_url } = parsed.data;
  if (command !== context.command) return { ignored: 'other_command' };
  const to = { team, channel, member, thread: null, responseUrl: response_url ?? null };
  return {
    key: [team, 'command', trigger_id],
    lane: [team, member],
    event: { type: 'command', to, text: commandText(text) },
  };
};

const readEnvelope = (envelope: Envelope, context: ReadingContext): Reading => {
  // With Slack Connect the author's team is another one; the authorization names the one we are installed in.
  const [authorization] = envelope.authorizations;
  const team = authorization?.team_id ?? envelope.context_team_id ?? envelope.team_id;
  if (team === null || team === undefined) return { ignored: 'malformed' };
  const bot = authorization?.is_bot === true ? (authorization.user_id ?? null) : null;
  const { event } = envelope;
  switch (event.type) {
    case 'message':
      return stored(readMessage(event, { team, bot, app: envelope.api_app_id ?? null }), context);
    case 'app_home_opened':
      return stored(readHome(event, team), context);
    case 'member_joined_channel':
    case 'member_left_channel':
      return readMembership(event, { team, bot }, context);
    case 'reaction_added':
      return readReaction(event, { team, bot }, context);
    case 'user_change': {
      const change = UserEvent.safeParse(event);
      return change.success ? { forget: { member: change.data.user.id } } : { ignored: 'malformed' };
    }
    case 'tokens_revoked':
      return { news: 'tokens_revoked' };
    case 'app_uninstalled':
      return { news: 'uninstalled' };
    default:
      return readChannel(event, team, context);
  }
};

const readHome = (event: AnyEvent, team: string): Outcome => {
  const home = HomeEvent.safeParse(event);
  if (!home.success) return { ignored: 'malformed' };
  const { user: member, tab } = home.data;
  if (tab !== 'home') return { ignored: 'other_tab' };
  return {
    key: [team, 'home', member, event.event_ts ?? ''],
    lane: [team, member],
    event: { type: 'home_opened', team, member },
  };
};

/** People react to everything; only what the settings name is stored. Our own marks are none of it. */
const readReaction = (event: AnyEvent, us: Us, context: ReadingContext): Reading => {
  const parsed = ReactionEvent.safeParse(event);
  if (!parsed.success) return { ignored: 'other_reaction' };
  const { user: member, reaction, item } = parsed.data;
  const [emoji = ''] = reaction.split('::');
  if (member === us.bot || context.reacts?.(emoji, item.channel) !== true) return { ignored: 'other_reaction' };
  const { team } = us;
  const to = { team, channel: item.channel, member, thread: null, responseUrl: null };
  const told = {
    key: [team, 'reaction', item.channel, item.ts, member, emoji, event.event_ts ?? ''],
    lane: [team, member],
    event: { type: 'reaction', to, reaction: emoji, message: item.ts },
  };
  return stored(told, context);
};

type Us = { readonly team: string; readonly bot: string | null };

const readMembership = (event: AnyEvent, us: Us, context: ReadingContext): Reading => {
  const parsed = MembershipEvent.safeParse(event);
  if (!parsed.success) return { ignored: 'malformed' };
  const { user: member, channel } = parsed.data;
  if (member !== us.bot) return { forget: { member, channel } };
  const returns = event.type === 'member_joined_channel';
  const change = returns ? 'joined' : 'left';
  const told = stored(channelChanged({ team: us.team, channel, change }, event), context);
  return { ...told, forget: { channel }, ...(returns && { news: 'returned' }) };
};

const changes: Readonly<Record<string, 'archived' | 'unarchived' | 'deleted' | 'left'>> = {
  channel_archive: 'archived',
  channel_unarchive: 'unarchived',
  channel_deleted: 'deleted',
  channel_left: 'left',
  group_archive: 'archived',
  group_unarchive: 'unarchived',
  group_deleted: 'deleted',
  group_left: 'left',
};

const readChannel = (event: AnyEvent, team: string, context: ReadingContext): Reading => {
  if (event.type === 'channel_id_changed') {
    const renamed = RenamedChannelEvent.safeParse(event);
    if (!renamed.success) return { ignored: 'malformed' };
    const { old_channel_id: channel, new_channel_id: newId } = renamed.data;
    return {
      ...stored(channelChanged({ team, channel, change: 'id_changed', newId }, event), context),
      forget: { channel },
    };
  }
  const change = changes[event.type];
  if (change === undefined) return { ignored: 'other_event' };
  const parsed = ChannelEvent.safeParse(event);
  if (!parsed.success) return { ignored: 'malformed' };
  const { channel } = parsed.data;
  return { ...stored(channelChanged({ team, channel, change }, event), context), forget: { channel } };
};

type ChannelFact = {
  readonly team: string;
  readonly channel: string;
  readonly change: string;
  readonly newId?: string;
};

const channelChanged = ({ team, channel, change, newId }: ChannelFact, event: AnyEvent): Told => ({
  key: [team, channel, change, event.event_ts ?? ''],
  lane: [team, channel],
  event: { type: 'channel_changed', team, channel, change, newId: newId ?? null },
});
