import { z } from 'zod';
import { GUARDS } from './terms.ts';

/** Where the app may be struck: the gaps of the outbox, and those around what the inbox stores. */
export const GAPS = [
  'claimed',
  'looked-up',
  'prepared',
  'opened',
  'performed',
  'settled',
  'event stored',
  'event claimed',
  'event worked on',
  'event settled',
] as const;

/** What is said on the pipe just before the app stops itself. */
export const FROZEN = 'frozen';

/** How this life of the app ends by itself: when the gap is reached for the nth time. Null: others end it. */
export const End = z.object({ gap: z.enum(GAPS), nth: z.number(), by: z.enum(['SIGKILL', 'SIGSTOP']) }).nullable();
export type End = z.infer<typeof End>;

/** One life of the app, as its process is told. */
export const Life = z.object({
  seed: z.number(),
  /** Which of the processes, and the how manieth life of it. */
  place: z.number(),
  number: z.number(),
  logPath: z.string(),
  attemptMs: z.number(),
  leaseMs: z.number(),
  stallMs: z.number(),
  clockMs: z.number(),
  without: z.enum(GUARDS).nullable(),
  end: End,
});
export type Life = z.infer<typeof Life>;
