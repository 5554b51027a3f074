import { z } from 'zod';
import { AgentId, CaseId, ChainId, ContactId } from './ids.ts';

/** What an account knows by names of its own; no more of it than people can use. */
const Fields = z.record(z.string(), z.string());

/** Who asks. Only what a person needs to recognise them; absent means unknown. */
export const Contact = z.object({
  id: ContactId,
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  /** City, country, and the account's own attributes, by their keys. */
  fields: Fields.default({}),
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
  /** chat, mail, sms, voip, …: the vendor's word; only some take replies (`viaOf`). */
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
  /** Names of departments: of the case where the helpdesk shows them, else of the agents who were asked or are in it. */
  departments: z.array(z.string()).default([]),
  /** Numbers of the queues it was put into. */
  queues: z.array(z.string()).default([]),
  tags: z.array(z.string()).default([]),
  /** The account's own attributes of a case, by their keys. */
  fields: Fields.default({}),
});
export type Case = z.infer<typeof Case>;
