import { z } from 'zod';

/** Ids of both sides, as branded text. Only the room of a vendor builds them from the vendor's own form. */

export const TeamId = z.string().min(1).brand<'TeamId'>();
export type TeamId = z.infer<typeof TeamId>;

export const ChannelId = z.string().min(1).brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;

export const MemberId = z.string().min(1).brand<'MemberId'>();
export type MemberId = z.infer<typeof MemberId>;

/** A Slack message's id, unique only inside its channel: `1700000000.123456`. Compares as text. */
export const SlackTs = z
  .string()
  .regex(/^\d{9,11}\.\d{6}$/)
  .brand<'SlackTs'>();
export type SlackTs = z.infer<typeof SlackTs>;

/** The helpdesk account: `acquire:acme`. In every key from the start, so that two accounts never mix. */
export const AccountId = z
  .string()
  .regex(/^[a-z]+:.+$/)
  .brand<'AccountId'>();
export type AccountId = z.infer<typeof AccountId>;

const decimal = z.string().regex(/^\d{1,19}$/);

/** A case; a reopened case has a new one. */
export const CaseId = decimal.brand<'CaseId'>();
export type CaseId = z.infer<typeof CaseId>;

/** The root of the cases that follow one another by reopening (Acquire calls it thread). What a link is keyed by. */
export const ChainId = decimal.brand<'ChainId'>();
export type ChainId = z.infer<typeof ChainId>;

/** A message of a case; grows over the whole account. */
export const MessageId = decimal.brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

export const ContactId = decimal.brand<'ContactId'>();
export type ContactId = z.infer<typeof ContactId>;

/** Somebody who answers in the helpdesk. */
export const AgentId = decimal.brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;

/** A delivery's derived key, the marker on what we write. */
export const DeliveryId = z.string().min(1).max(200).brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;

const DECIMAL_WIDTH = 20;

/** A decimal id as a position that compares as text: `323` → `00000000000000000323`. */
export const positionOf = (id: MessageId | CaseId): string => id.padStart(DECIMAL_WIDTH, '0');

/** Compares two decimal ids by value: negative, zero or positive. */
export const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** A Slack thread is team + channel + ts, always all three. */
export type ThreadRef = { readonly team: TeamId; readonly channel: ChannelId; readonly ts: SlackTs };

export const threadKey = (thread: ThreadRef): string => `${thread.team}:${thread.channel}:${thread.ts}`;

/** One link per workspace, account and chain. */
export type LinkRef = { readonly team: TeamId; readonly account: AccountId; readonly chain: ChainId };

export const linkKey = (link: LinkRef): string => `${link.team}:${link.account}:${link.chain}`;

/** Takes `linkKey` apart again; null when it is not one. */
export const parseLinkKey = (key: string): LinkRef | null => {
  const match = /^([^:]+):([a-z]+:.+):(\d{1,19})$/.exec(key);
  if (match === null) return null;
  const [, team, account, chain] = match;
  return { team: TeamId.parse(team), account: AccountId.parse(account), chain: ChainId.parse(chain) };
};
