import { Client } from 'pg';
import type { Work } from './ledger.ts';
import { settingsOf } from './postgres.ts';

const CHANNEL = 'casebridge_work';

const AGAIN_MS = 500;

/** What is announced within this time after the last announcement is announced at its end, all at once. */
const BREATH_MS = 50;

export type Listener = {
  /** Tells other processes what they may find to claim. */
  readonly announce: (works: ReadonlySet<Work>) => void;
  readonly close: () => Promise<void>;
};

/**
 * Hears what other processes announce, and announces what they are to hear, on a connection of its own, made anew
 * whenever it is lost. What is announced meanwhile is found by the workers' own polling.
 */
export function listen(url: string, heard: (what: Work) => void): Listener {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const connect = async (): Promise<void> => {
    const mine = new Client(settingsOf(url));
    client = mine;
    mine.on('error', () => undefined);
    mine.on('end', again);
    await mine.connect();
    const { rows } = await mine.query<{ id: number }>('SELECT pg_backend_pid() AS id');
    mine.on('notification', ({ payload, processId }) => {
      // Whoever announces has woken its own workers before.
      if (processId === rows[0]?.id) return;
      if (payload === 'events' || payload === 'deliveries') heard(payload);
    });
    await mine.query(`LISTEN ${CHANNEL}`);
    heard('events');
    heard('deliveries');
  };

  const again = (): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(start, AGAIN_MS);
  };

  const start = (): void => {
    connect().catch(() => {
      client?.end().catch(() => undefined);
      again();
    });
  };

  const announcements = inBreaths((works) => {
    const notices = [...works].map((what) => `NOTIFY ${CHANNEL}, '${what}'`);
    client?.query(notices.join('; ')).catch(() => undefined);
  });

  start();
  return {
    announce: announcements.add,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      announcements.end();
      await client?.end().catch(() => undefined);
    },
  };
}

/** At once, and then what has come meanwhile, breath by breath. */
function inBreaths(announce: (works: ReadonlySet<Work>) => void): {
  readonly add: (works: ReadonlySet<Work>) => void;
  readonly end: () => void;
} {
  let kept = new Set<Work>();
  let breath: NodeJS.Timeout | undefined;

  const tell = (): void => {
    breath = undefined;
    if (kept.size === 0) return;
    announce(kept);
    kept = new Set();
    breath = setTimeout(tell, BREATH_MS);
  };

  return {
    add: (works) => {
      for (const what of works) kept.add(what);
      if (breath === undefined) tell();
    },
    end: () => {
      clearTimeout(breath);
      tell();
      clearTimeout(breath);
    },
  };
}
