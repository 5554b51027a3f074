import { Client } from 'pg';
import type { Work } from './ledger.ts';
import { settingsOf } from './postgres.ts';

export const CHANNEL = 'casebridge_work';

const AGAIN_MS = 500;

/**
 * Hears what other processes announce, on a connection of its own, made anew whenever it is lost. What is announced
 * meanwhile is found by the workers' own polling.
 */
export function listen(url: string, heard: (what: Work) => void): { readonly close: () => Promise<void> } {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const connect = async (): Promise<void> => {
    const mine = new Client(settingsOf(url));
    client = mine;
    mine.on('error', () => undefined);
    mine.on('end', again);
    mine.on('notification', ({ payload }) => {
      if (payload === 'events' || payload === 'deliveries') heard(payload);
    });
    await mine.connect();
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

  start();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
