/**
 * Slack's published budgets. A tier is a number of calls in any 60 seconds, with a small burst on top, for the
 * published figures are written "20+"; posting has one message a second and channel with a burst of a few.
 */
export type Tier = 1 | 2 | 3 | 4 | 'special' | 'post';

const WINDOW_MS = 60_000;
const TIER_CALLS = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600, post: 600 };
const TIER_BURST = 4;

const POST_EVERY_MS = 1000;
const POST_BURST = 4;

export interface Limits {
  on: boolean;
  /** Seconds to wait, or undefined when the call may pass; a call that may not pass is not counted. */
  check: (call: {
    method: string;
    tier: Tier;
    channel?: string | undefined;
    calls?: number | undefined;
  }) => number | undefined;
  reset: () => void;
}

export function createLimits(options: { on: boolean; now: () => number }): Limits {
  const calls = new Map<string, number[]>();
  /** When the channel's budget is whole again. */
  const posts = new Map<string, number>();

  const limits: Limits = {
    on: options.on,
    check: ({ method, tier, channel, calls: own }) => {
      if (!limits.on) return undefined;
      const now = options.now();
      const recent = (calls.get(method) ?? []).filter((at) => at > now - WINDOW_MS);
      const most = own ?? TIER_CALLS[tier] + (typeof tier === 'number' ? TIER_BURST : 0);
      const oldest = recent[recent.length - most];
      if (oldest !== undefined) return secondsUntil(oldest + WINDOW_MS, now);
      const whole = Math.max(posts.get(channel ?? '') ?? 0, now);
      if (tier === 'post' && channel !== undefined) {
        const free = whole - POST_BURST * POST_EVERY_MS;
        if (free > now) return secondsUntil(free, now);
        posts.set(channel, whole + POST_EVERY_MS);
      }
      calls.set(method, [...recent, now]);
      return undefined;
    },
    reset: () => {
      calls.clear();
      posts.clear();
    },
  };
  return limits;
}

const secondsUntil = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / 1000));
