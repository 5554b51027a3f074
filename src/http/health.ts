import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure } from '../delivery/errors.ts';
import { keptFor } from './limits.ts';

const WRITABLE_KEPT_MS = 250;
/** A connection that is renewed is away for less. */
const UNHEARD_MS = 10_000;

/** How both sides are, from the last real calls, and whether this process may be sent requests. */

export type SideHealth = 'ok' | 'degraded';

export type Health = {
  /**
   * The same object, with every call's outcome noted. A `vital` one that fails in whatever way leaves the side degraded
   * until a vital one succeeds: what refuses even these is not what we are set up for.
   */
  observe<T extends object>(side: string, target: T, vital?: readonly (keyof T & string)[]): T;
  /** The same promise, with its outcome noted. */
  note<T>(side: string, call: Promise<T>): Promise<T>;
  /** A connection over which a side speaks to us is there or not. Away for long it leaves the side degraded. */
  hears(side: string, up: boolean): void;
  /** Null: the side speaks to us in another way. */
  isHeard(side: string): boolean | null;
  of(side: string): SideHealth;
};

export const createHealth = (now: () => number = () => performance.now()): Health => {
  const sides = new Map<string, SideHealth>();
  const failing = new Set<string>();
  /** Since when the connection has been away; null while it is there. */
  const unheardSince = new Map<string, number | null>();

  const isUnheard = (side: string): boolean => {
    const since = unheardSince.get(side) ?? null;
    return since !== null && now() - since > UNHEARD_MS;
  };

  const note = async <T>(side: string, call: Promise<T>): Promise<T> => {
    try {
      const value = await call;
      sides.set(side, 'ok');
      return value;
    } catch (error) {
      sides.set(side, isUp(error) ? 'ok' : 'degraded');
      throw error;
    }
  };

  const noteVital = async <T>(side: string, call: Promise<T>): Promise<T> => {
    try {
      const value = await call;
      failing.delete(side);
      return value;
    } catch (error) {
      failing.add(side);
      throw error;
    }
  };

  return {
    note,
    observe: (side, target, vital = []) =>
      new Proxy(target, {
        get(object, name, receiver) {
          const member: unknown = Reflect.get(object, name, receiver);
          if (typeof member !== 'function') return member;
          return (...given: unknown[]): unknown => {
            const result: unknown = Reflect.apply(member, object, given);
            if (!(result instanceof Promise)) return result;
            const noted = note(side, result);
            return vital.some((one) => one === name) ? noteVital(side, noted) : noted;
          };
        },
      }),
    hears: (side, up) => {
      unheardSince.set(side, up ? null : (unheardSince.get(side) ?? now()));
    },
    isHeard: (side) => {
      const since = unheardSince.get(side);
      return since === undefined ? null : since === null;
    },
    of: (side) => (failing.has(side) || isUnheard(side) ? 'degraded' : (sides.get(side) ?? 'degraded')),
  };
};

/** A side that refuses something, or asks to wait, is there. */
const isUp = (error: unknown): boolean =>
  error instanceof Failure && error.facts.kind !== 'transient' && error.facts.kind !== 'auth';

export type Readiness = {
  readonly slack: SideHealth;
  readonly acquire: SideHealth;
  /** Milliseconds since the last round of polling began. */
  readonly pollAgeMs: number | null;
};

export type HealthRoutes = {
  /** The store takes writes. */
  writable(): Promise<boolean>;
  /** Events are taken in. */
  open(): boolean;
  readiness(): Readiness;
};

const json = (response: ServerResponse, status: number, body: object): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
};

/** `/healthz` and `/readyz`. An outage of a vendor leaves us ready: then buffering is what we are for. */
export const healthRoutes = (health: HealthRoutes) => {
  // A write to the disk: those who ask at the same time share it.
  const writable = keptFor(WRITABLE_KEPT_MS, () => health.writable());
  return [
    {
      path: '/healthz',
      method: 'GET' as const,
      handler: (_request: IncomingMessage, response: ServerResponse): void => json(response, 200, { status: 'alive' }),
    },
    {
      path: '/readyz',
      method: 'GET' as const,
      handler: async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const ready = health.open() && (await writable());
        const sides = health.readiness();
        const status = sides.slack === 'ok' && sides.acquire === 'ok' ? 'ok' : 'degraded';
        json(response, ready ? 200 : 503, { status: ready ? status : 'unavailable', ...sides });
      },
    },
  ];
};
