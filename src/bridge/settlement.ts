import type { Settlement } from '../delivery/ports.ts';

/** What follows from an event, in parts that are joined. */
export type Consequence = Partial<Omit<Settlement, 'outcome' | 'reason'>>;

export const joined = (...parts: readonly Consequence[]): Omit<Settlement, 'outcome' | 'reason'> => ({
  deliveries: parts.flatMap((part) => part.deliveries ?? []),
  changes: parts.flatMap((part) => part.changes ?? []),
  records: parts.flatMap((part) => part.records ?? []),
  events: parts.flatMap((part) => part.events ?? []),
  endedLanes: parts.flatMap((part) => part.endedLanes ?? []),
});

export const handled = (...parts: readonly Consequence[]): Settlement => ({ outcome: 'handled', ...joined(...parts) });

/** Nothing is done about the event itself, for a reason that people can read; somebody may be told. */
export const ignored = (reason: string, ...parts: readonly Consequence[]): Settlement => ({
  outcome: 'ignored',
  reason,
  ...joined(...parts),
});
