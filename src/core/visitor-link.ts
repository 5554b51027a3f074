import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AccountId, ChannelId, MemberId, TeamId } from './ids.ts';
import { ExternalId, type Owner, VisitorCase, type VisitorCaseId } from './visitor-case.ts';

/**
 * One Slack thread that watches one case of a visitor. A record of its own beside `Link`: nothing that a link is made of
 * (a chain of cases, messages, who waits, who answered) is known here, and no rule that sends may ever take it for one.
 */
export const VisitorLink = z.object({
  version: z.literal(1),
  team: TeamId,
  account: AccountId,
  visitor: ExternalId,
  state: z.enum(['on', 'ended']),
  /** Grows each time a thread is started anew for this case. */
  generation: z.int(),
  channel: ChannelId,
  /** As its thread was told last; what a case is about in full is not kept. */
  case: VisitorCase,
  /** It is not shown to us any more. */
  gone: z.boolean(),
  /** Grows with everything that is told of it: what was seen from here on is something else than before. */
  revision: z.int(),
  /** When anything on it was seen to change, or it was linked. */
  changedAt: z.number(),
  by: MemberId,
});
export type VisitorLink = z.infer<typeof VisitorLink>;

/** A watched case, so that those to be read are found without reading all. */
export const WatchedCase = z.object({ version: z.literal(1), visitor: ExternalId });
export type WatchedCase = z.infer<typeof WatchedCase>;

/** The channels were looked through for threads that an earlier store began. */
export const VisitorsSought = z.object({ version: z.literal(1), at: z.number() });
export type VisitorsSought = z.infer<typeof VisitorsSought>;

/** When the watched cases of a visitor are to be read next, for whichever process does it. */
export const VisitorPoll = z.object({ version: z.literal(1), due: z.number() });
export type VisitorPoll = z.infer<typeof VisitorPoll>;

type Ref = { readonly team: TeamId; readonly account: AccountId };

/** As link keys are: the account tells the one from the other. */
export const visitorLinkKey = ({ team, account }: Ref, id: VisitorCaseId): string => `${team}:${account}:${id}`;

export const visitorKey = ({ team, account }: Ref, visitor: ExternalId): string => `${team}:${account}:${visitor}`;

/** What is kept of a case. */
export const keptOf = (found: VisitorCase): VisitorCase => ({ ...found, description: null });

/** What a reading would tell of a case, as a word for keys; null when it is not shown any more. */
export const signatureOf = (found: VisitorCase | null): string =>
  createHash('sha256')
    .update(JSON.stringify(found === null ? null : VisitorCase.parse(keptOf(found))))
    .digest('hex')
    .slice(0, 24);

/** Whether a reading says anything that the link does not. */
export const isNews = (link: VisitorLink, found: VisitorCase | null): boolean =>
  found === null ? !link.gone : link.gone || signatureOf(found) !== signatureOf(link.case);

export type Change = { readonly what: string; readonly from: string; readonly to: string };

/** What people are told of: status, owner, priority and unread messages. What is not known on either side is no change. */
export const changesBetween = (was: VisitorCase, is: VisitorCase): readonly Change[] => {
  const change = (what: string, from: string | null, to: string | null): Change[] =>
    from === null || to === null || from === to ? [] : [{ what, from, to }];
  return [
    ...change('Status', was.status, is.status),
    ...ownerChange(was.owner, is.owner),
    ...change('Priority', priorityOf(was), priorityOf(is)),
    ...change('Unread', numberOf(was.unread), numberOf(is.unread)),
  ];
};

const numberOf = (count: number | null): string | null => (count === null ? null : String(count));

export const priorityOf = ({ priority, priorityLabel }: VisitorCase): string | null =>
  priorityLabel ?? (priority === null ? null : String(priority));

/** The same person under another name is no news. */
const ownerChange = (was: Owner | null, is: Owner | null): readonly Change[] => {
  if (was?.id === is?.id) return [];
  const [from, to] = [ownerName(was), ownerName(is)];
  return [{ what: 'Owner', from, to: from === to ? 'somebody else' : to }];
};

export const ownerName = (owner: Owner | null): string => (owner === null ? 'nobody' : (owner.name ?? 'somebody'));
