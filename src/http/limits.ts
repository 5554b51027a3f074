import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much strangers may ask of us. Nobody who proves to be Slack or Acquire is ever turned away by these. */

/** Addresses remembered at once; beyond that the oldest are forgotten. */
const ADDRESSES = 10_000;

export type Allowance = {
  /** Takes one from what the address has left; false when there is none. */
  spend(address: string): boolean;
  /** Whether anything is left, without taking it. */
  has(address: string): boolean;
};

/** So many at once, and so many more each second, for each address. */
export const createAllowance = (
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  now: () => number = () => performance.now(),
): Allowance => {
  const known = new Map<string, { readonly left: number; readonly at: number }>();

  const leftOf = (address: string): number => {
    const before = known.get(address);
    return before === undefined ? burst : Math.min(burst, before.left + ((now() - before.at) * perSecond) / 1000);
  };

  return {
    spend(address) {
      const left = leftOf(address);
      known.delete(address);
      known.set(address, { left: Math.max(0, left - 1), at: now() });
      for (const oldest of known.keys()) {
        if (known.size <= ADDRESSES) break;
        known.delete(oldest);
      }
      return left >= 1;
    },
    has: (address) => leftOf(address) >= 1,
  };
};

type Route = {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
};

/** Far more than any load balancer asks. */
const OPEN_ROUTE = { burst: 300, perSecond: 100 };

/** A route that anybody may ask, for so many at a time. */
export const rationed = (route: Route, allowance: Allowance = createAllowance(OPEN_ROUTE)): Route => ({
  ...route,
  handler: (request, response) => {
    if (allowance.spend(addressOf(request))) return route.handler(request, response);
    response.writeHead(429, { 'retry-after': '1', 'content-length': 0 });
    response.end();
  },
});

export const addressOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? '';

/** Those who ask at the same time, or a moment later, share one answer. */
export const keptFor = <T>(ms: number, make: () => Promise<T>): (() => Promise<T>) => {
  let made: { readonly at: number; readonly value: Promise<T> } | null = null;
  return () => {
    const now = performance.now();
    if (made !== null && now - made.at < ms) return made.value;
    const value = make();
    made = { at: now, value };
    value.catch(() => {
      made = null;
    });
    return value;
  };
};
