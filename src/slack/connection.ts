import type { SocketModeReceiver } from '@slack/bolt';
import type { Failure } from '../delivery/errors.ts';
import { failureOf } from './errors.ts';
import { TookTooLong, within } from './waiting.ts';

const CONNECT_LIMIT_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const ATTEMPTED = 'apps.connections.open';

export type Connection = {
  /** Resolves after the first try; rejects only when the app token is refused. From then on it is kept up. */
  start(): Promise<void>;
  stop(limitMs: number): Promise<void>;
};

/**
 * Keeps Socket Mode connected. The client's own reconnecting waits 5 s after each planned refresh, and a refusal while
 * it reconnects is a rejection that nobody hears and that ends the process (@slack/socket-mode 3.1.0), so it is off.
 */
export const createConnection = (
  client: SocketModeReceiver['client'],
  tell: (up: boolean, error?: Failure) => void,
): Connection => {
  let state: 'down' | 'up' | 'stopped' = 'down';
  let pause: { readonly timer: NodeJS.Timeout; readonly over: () => void } | null = null;
  guardMessages(client, (error) => tell(state === 'up', failureOf(error, 'socket message')));

  /** What went wrong, if anything did. */
  const connect = async (): Promise<Failure | null> => {
    try {
      await within(client.start(), CONNECT_LIMIT_MS);
      if (isStopped()) {
        void client.disconnect();
        return null;
      }
      state = 'up';
      tell(true);
      return null;
    } catch (error) {
      // What is still being connected must not come up beside the next try.
      if (error instanceof TookTooLong) void client.disconnect();
      const failure = failureOf(error, ATTEMPTED);
      tell(false, failure);
      return failure;
    }
  };

  // Asked through a function, for it may change during every await.
  const isStopped = (): boolean => state === 'stopped';

  const keepTrying = async (first: Failure | null): Promise<void> => {
    let failure = first;
    for (let failed = first === null ? 0 : 1; !isStopped(); failed += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one try after another is the point
      await rest(Math.max(pauseAfter(failed), failure?.facts.retryAfterMs ?? 0));
      if (isStopped()) return;
      // oxlint-disable-next-line no-await-in-loop
      failure = await connect();
      if (failure === null) return;
    }
  };

  const rest = (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    pause = { timer: setTimeout(resolve, ms), over: resolve };
    return promise;
  };

  client.on('disconnected', () => {
    if (state !== 'up') return;
    state = 'down';
    tell(false);
    void keepTrying(null);
  });

  return {
    async start() {
      const failure = await connect();
      if (failure === null) return;
      if (failure.facts.kind === 'auth') throw failure;
      void keepTrying(failure);
    },
    async stop(limitMs) {
      state = 'stopped';
      clearTimeout(pause?.timer);
      pause?.over();
      await within(client.disconnect(), limitMs).catch(() => undefined);
    },
  };
};

/** A planned refresh reconnects at once. */
const pauseAfter = (failures: number): number =>
  failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));

/** The client reads each frame in an async function whose rejection nobody hears (`app_rate_limited` has no event). */
const guardMessages = (client: SocketModeReceiver['client'], failed: (error: unknown) => void): void => {
  const listeners = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  for (const listener of listeners) {
    client.on('ws_message', (...frame: unknown[]) => {
      Promise.resolve(Reflect.apply(listener, client, frame)).catch(failed);
    });
  }
};
