import { z } from 'zod';

/** A reply crosses words that its author could not have read when they wrote it. */

/**
 * Whose words count. `off` unless it is asked for: who chats writes in short lines, one after another, and a plain
 * message in a thread is a reply.
 */
export const Guard = z.enum(['off', 'agents', 'all']);
export type Guard = z.infer<typeof Guard>;

const SECOND = 1000;
/** Somebody who writes an answer overlooks what appeared so shortly before they sent it. */
const OVERLOOKED_MS: Readonly<Record<Said['by'], number>> = { agent: 10 * SECOND, customer: 5 * SECOND };

/** What somebody else said to the other side. */
export type Said = {
  readonly by: 'agent' | 'customer';
  /** When it stood in the thread; null while it does not. */
  readonly shownAt: number | null;
};

export type Crossing = 'crossed_agent' | 'crossed_customer';

/** What a reply crosses that was written at that moment; two answers of colleagues weigh more. */
export const crossingOf = (guard: Guard, written: number, said: readonly Said[]): Crossing | null => {
  if (guard === 'off') return null;
  const unread = said.filter(({ by, shownAt }) => shownAt === null || shownAt > written - OVERLOOKED_MS[by]);
  if (unread.some(({ by }) => by === 'agent')) return 'crossed_agent';
  return guard === 'all' && unread.length > 0 ? 'crossed_customer' : null;
};
