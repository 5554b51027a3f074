import type { Logger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';

/** What the peers share: no log, and where they listen. */

export const silence: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** Of what Bolt answers to `start`, whichever kind of server it is. */
export const portOf = (server: unknown): number => {
  if (typeof server === 'object' && server !== null && 'address' in server && typeof server.address === 'function') {
    const address: unknown = server.address();
    if (typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number')
      return address.port;
  }
  throw new Error('the server does not say where it listens');
};
