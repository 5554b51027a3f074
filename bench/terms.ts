import { z } from 'zod';

/** What a measurement changes about casebridge; by default nothing. */
export const Terms = z.object({
  /** Added to every commit of SQLite. */
  slowCommitMs: z.number().default(0),
  /** What is taken in stays there: intake alone is measured. */
  holdsInbox: z.boolean().default(false),
  /** Without Slack's limit of about one message a second in a channel. */
  opensGates: z.boolean().default(false),
  /** Requests a second that reading of Acquire may cost; null for the shipped budget. */
  reads: z.number().nullable().default(null),
});
export type Terms = z.input<typeof Terms>;
