import { z } from 'zod';
import { AgentId, CaseId, ChainId, ContactId } from './ids.ts';

/** Who asks. Only what a person needs to recognise them; absent means unknown. */
export const Contact = z.object({
  id: ContactId,
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
});
export type Contact = z.infer<typeof Contact>;

/** Somebody of the helpdesk; a bot answers there too. */
export const Agent = z.object({
  id: AgentId,
  name: z.string(),
  email: z.string().nullable(),
  bot: z.boolean(),
});
export type Agent = z.infer<typeof Agent>;

/** A team of agents. */
export type Department = { readonly id: string; readonly name: string };

/** `open`: messages may be sent. `waiting`: for somebody to join. An unknown word of the vendor counts as waiting. */
export const CaseState = z.enum(['open', 'waiting', 'closed']);
export type CaseState = z.infer<typeof CaseState>;

/** A case as read from the helpdesk at one moment. */
export const Case = z.object({
  id: CaseId,
  chain: ChainId,
  contact: Contact,
  /** chat, mail, sms, voip, …: the vendor's word; only some take replies (`replyChannels`). */
  channel: z.string(),
  state: CaseState,
  /** The vendor's own word for the state, for people. */
  status: z.string(),
  title: z.string().nullable(),
  createdAt: z.number().nullable(),
  updatedAt: z.number().nullable(),
  closedBy: AgentId.nullable(),
  /** Names of agents who are in the case. */
  agents: z.array(z.string()),
});
export type Case = z.infer<typeof Case>;

/** Channels whose cases take replies from Slack today. */
export const replyChannels: ReadonlySet<string> = new Set(['chat']);
