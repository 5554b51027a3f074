import { z } from 'zod';
import { CaseId, SlackTs } from './ids.ts';

/** What comparing a thread with its cases found. Ids, times and states only: never what people wrote. */

export const Difference = z.object({
  /** A message of the case, a member's reply in the thread, something owed, or one side as a whole. */
  what: z.enum(['message', 'reply', 'delivery', 'case', 'thread']),
  /** Of the message or case in the helpdesk, the `ts` in Slack, or the delivery's. */
  id: z.string(),
  /** `contact 5`, `agent 7`, `member U012`. */
  by: z.string().nullable(),
  at: z.number().nullable(),
  /** Something is missing by it; otherwise it is different for a reason and nothing is to be done. */
  gap: z.boolean(),
  /** `missing`, the state of the delivery, or the reason. */
  state: z.string(),
});
export type Difference = z.infer<typeof Difference>;

/** A thread and its cases as the operator's command tells them. */
export const Compared = z.object({
  link: z.string(),
  case: CaseId,
  thread: SlackTs.nullable(),
  /** Messages of the case, and replies of members, that were compared. */
  messages: z.number(),
  replies: z.number(),
  differences: z.array(Difference),
  /** Gaps that were put through the inbox again. */
  repaired: z.number(),
});
export type Compared = z.infer<typeof Compared>;
