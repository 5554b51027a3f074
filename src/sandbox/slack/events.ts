import { setTimeout as sleep } from 'node:timers/promises';
import { newEventId } from './messages.ts';
import type { Outgoing } from './wire.ts';
import type { Channel, EventFact, Workspace } from './workspace.ts';
import { channelType } from './workspace.ts';

export interface Attempt {
  at: number;
  retry: number;
  /** What the app answered, or why it did not. */
  status?: number;
  reason?: string;
  ms: number;
}

/** One event on its way to the app, with every answer we got. */
export interface Delivery {
  id: string;
  type: string;
  event: EventFact;
  envelope: Outgoing;
  attempts: Attempt[];
  state: 'pending' | 'delivered' | 'given up' | 'lost';
}

/** So many events, or as many as come within that time, are told one after another, the last first. */
export interface Reversing {
  reverse: number;
  withinMs: number;
}

/** Something goes wrong between Slack and the app. */
export interface EventFaultRule {
  /** `without`: a field that Slack's pages show as one that may be absent. */
  action: 'lose' | 'duplicate' | { delayMs: number } | 'swap' | { without: string } | Reversing;
  times?: number;
  matches?: (event: EventFact) => boolean;
}

export interface Events {
  deliveries: Delivery[];
  emit: (event: EventFact, channel?: Channel) => void;
  /** `swap` keeps an event until the next one has gone. Returns what takes the rule away. */
  fault: (rule: EventFaultRule) => () => void;
  clearFaults: () => void;
  /** Resolves when nothing is on its way any more. */
  settled: () => Promise<void>;
}

const VOLUME_WINDOW_MS = 3_600_000;
const MAX_VOLUME = 30_000;
const LIMIT_NOTICE_MS = 60_000;

/** What must be subscribed to, and the scope it takes. */
const SCOPES: Record<string, string> = {
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
  member_joined_channel: ':read',
  member_left_channel: ':read',
  user_change: 'users:read',
  file_shared: 'files:read',
  app_mention: 'app_mentions:read',
};
const FREE = new Set(['app_home_opened', 'app_uninstalled', 'tokens_revoked']);
const FAMILIES = { channel: 'channels', group: 'groups', im: 'im' };

export interface EventOptions {
  workspace: Workspace;
  deliver: (delivery: Delivery) => Promise<void>;
  signal: AbortSignal;
  volumeLimit: boolean;
}

export function createEvents(options: EventOptions): Events {
  const { workspace, signal } = options;
  const deliveries: Delivery[] = [];
  const running = new Set<Promise<void>>();
  let rules: { rule: EventFaultRule; left: number }[] = [];
  let kept: Delivery[] = [];
  let sent: number[] = [];
  let noticed = 0;

  const track = (work: () => Promise<void>): void => {
    const run = work().catch(() => undefined);
    running.add(run);
    void run.finally(() => {
      running.delete(run);
      workspace.changed({ kind: 'delivery' });
    });
  };
  const start = (delivery: Delivery, delayMs = 0): void =>
    track(async () => {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal, ref: false });
      await options.deliver(delivery);
    });

  const reversed = createReversed({ deliver: options.deliver, track, signal });

  const tell = (delivery: Delivery, action: Exclude<EventFaultRule['action'], Reversing> | undefined): void => {
    if (typeof action === 'object' && 'without' in action) Reflect.deleteProperty(delivery.event, action.without);
    if (action === 'lose') delivery.state = 'lost';
    else start(delivery, typeof action === 'object' && 'delayMs' in action ? action.delayMs : 0);
    if (action === 'duplicate') start(delivery);
  };

  const overVolume = (): boolean => {
    if (!options.volumeLimit) return false;
    const now = workspace.now();
    if (sent.length > MAX_VOLUME) sent = sent.filter((at) => at > now - VOLUME_WINDOW_MS);
    sent.push(now);
    if (sent.length <= MAX_VOLUME) return false;
    if (now - noticed >= LIMIT_NOTICE_MS) {
      noticed = now;
      start(noticeOfLimit(workspace));
    }
    return true;
  };

  const dispatch = (delivery: Delivery): void => {
    const entry = rules.find(({ rule, left }) => left > 0 && (rule.matches?.(delivery.event) ?? true));
    if (entry !== undefined) entry.left -= 1;
    const action = entry?.rule.action;
    const waiting = kept;
    if (action === 'swap') {
      kept = [...kept, delivery];
      return;
    }
    kept = [];
    if (typeof action === 'object' && 'reverse' in action) reversed.gather(delivery, action);
    else tell(delivery, action);
    for (const late of waiting) start(late, 5);
  };

  return {
    deliveries,
    emit: (event, channel) => {
      if (!hears(workspace, event, channel) || overVolume()) return;
      const delivery = newDelivery(workspace, event, channel);
      deliveries.push(delivery);
      dispatch(delivery);
    },
    fault: (rule) => {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.push(entry);
      return () => {
        rules = rules.filter((other) => other !== entry);
        reversed.tellNow();
      };
    },
    clearFaults: () => {
      rules = [];
      reversed.tellNow();
      for (const late of kept.splice(0)) start(late);
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

interface Ways {
  readonly deliver: EventOptions['deliver'];
  readonly track: (work: () => Promise<void>) => void;
  readonly signal: AbortSignal;
}

function createReversed({ deliver, track, signal }: Ways) {
  let gathered: Delivery[] = [];
  let tellNow = (): void => undefined;
  const tellLater = async (withinMs: number): Promise<void> => {
    const { promise: full, resolve } = Promise.withResolvers<void>();
    tellNow = resolve;
    await Promise.race([full, sleep(withinMs, undefined, { signal, ref: false })]);
    const told = gathered.toReversed();
    gathered = [];
    for (const delivery of told) await deliver(delivery);
  };
  return {
    /** Whatever is gathered by now. */
    tellNow: (): void => tellNow(),
    gather: (delivery: Delivery, { reverse, withinMs }: Reversing): void => {
      gathered = [...gathered, delivery];
      if (gathered.length === 1) track(() => tellLater(withinMs));
      if (gathered.length >= reverse) tellNow();
    },
  };
}

/** Subscribed, allowed by a scope, and in a channel where the app is a member. */
function hears(workspace: Workspace, event: EventFact, channel: Channel | undefined): boolean {
  const { app } = workspace;
  if (app.authError === 'account_inactive' && event.type !== 'app_uninstalled' && event.type !== 'tokens_revoked')
    return false;
  if (channel !== undefined && event.type !== 'app_home_opened' && !channel.members.has(app.botUserId)) return false;
  const family = channel === undefined ? '' : FAMILIES[channelType(channel)];
  if (event.type === 'message') {
    return app.events.includes(`message.${family}`) && app.scopes.includes(`${family}:history`);
  }
  if (!app.events.includes(event.type)) return false;
  if (FREE.has(event.type)) return true;
  const scope = SCOPES[event.type] ?? (event.type.startsWith('group_') ? 'groups:read' : 'channels:read');
  return app.scopes.includes(scope.startsWith(':') ? family + scope : scope);
}

function newDelivery(workspace: Workspace, event: EventFact, channel: Channel | undefined): Delivery {
  const { app, team } = workspace;
  const id = newEventId(workspace);
  const envelope = {
    token: app.verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: channel?.extShared ?? false,
    event_context: `4-${Buffer.from(JSON.stringify({ et: event.type, eid: id, aid: app.id })).toString('base64url')}`,
  };
  return { id, type: event.type, event, envelope, attempts: [], state: 'pending' };
}

function noticeOfLimit(workspace: Workspace): Delivery {
  const { app, team, now } = workspace;
  const minute = Math.floor(now() / 60_000) * 60;
  const base = { token: app.verificationToken, type: 'app_rate_limited', team_id: team.id };
  const envelope = { ...base, minute_rate_limited: minute, api_app_id: app.id };
  return { id: newEventId(workspace), type: base.type, event: base, envelope, attempts: [], state: 'pending' };
}
