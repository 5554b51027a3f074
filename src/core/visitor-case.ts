import { z } from 'zod';
import type { AccountId } from './ids.ts';

/**
 * Cases of a system that is read only, and only through the person whom they are about. Every method of the port rejects
 * only with `Failure` (src/delivery/errors.ts) and tries exactly once. Contract: test/giosg/contract.ts.
 */

/**
 * What the customer's own system calls a person; the case system knows its visitor by it. Personal data: never logged.
 * Invisible characters come along when an id is copied, and would only find nobody.
 */
export const ExternalId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)
  .brand<'ExternalId'>();
export type ExternalId = z.infer<typeof ExternalId>;

/** Opaque: a UUID in every example. Begins with a letter or digit, so that no id can climb out of a path. */
export const VisitorCaseId = z
  .string()
  .regex(/^[A-Za-z\d][\w.:~-]{0,99}$/)
  .brand<'VisitorCaseId'>();
export type VisitorCaseId = z.infer<typeof VisitorCaseId>;

/** Where a page begins. Opaque; good only for the visitor and the ordering that it came with. */
export const PageCursor = z.string().min(1).max(1000).brand<'PageCursor'>();
export type PageCursor = z.infer<typeof PageCursor>;

/** What comes first: by the moment a case was opened (`newest`, `oldest`) or last changed (`latest`, `stalest`). */
export const Ordering = z.enum(['newest', 'oldest', 'latest', 'stalest']);
export type Ordering = z.infer<typeof Ordering>;

/** An unknown word of the vendor counts as open; `VisitorCase.status` shows it. */
export const VisitorCaseState = z.enum(['open', 'pending', 'closed']);
export type VisitorCaseState = z.infer<typeof VisitorCaseState>;

/** Somebody of the case system who has a case; the name is null where it is not told. */
export const Owner = z.object({ id: z.string(), name: z.string().nullable() });
export type Owner = z.infer<typeof Owner>;

/** A case as read at one moment. Null is what the case system did not say, or said in a way that we cannot read. */
export const VisitorCase = z.object({
  id: VisitorCaseId,
  /** What people call it: `CASE-1042`. */
  number: z.string().min(1),
  subject: z.string().nullable(),
  description: z.string().nullable(),
  state: VisitorCaseState,
  /** The vendor's own word for the state, for people. */
  status: z.string(),
  /** Higher is more urgent. */
  priority: z.int().nullable(),
  priorityLabel: z.string().nullable(),
  /** Null when nobody has it. */
  owner: Owner.nullable(),
  /** A visitor can be several contacts; this tells their cases apart. */
  contact: z.string().nullable(),
  /** Where the visitor wrote last, in the vendor's word: email, whatsapp, webchat, … */
  channel: z.string().nullable(),
  /** Whether it waits for an action or an answer. */
  waiting: z.boolean().nullable(),
  /** Messages that no agent has read. */
  unread: z.int().nonnegative().nullable(),
  createdAt: z.number().nullable(),
  updatedAt: z.number().nullable(),
  closedAt: z.number().nullable(),
});
export type VisitorCase = z.infer<typeof VisitorCase>;

export type VisitorCasePage = {
  readonly cases: readonly VisitorCase[];
  /** Null on the last page, and where `cutOff`. */
  readonly next: PageCursor | null;
  /** Null on the first page. */
  readonly previous: PageCursor | null;
  /** More follows, but what it was said to be under cannot be followed: this is not the end of the list. */
  readonly cutOff: boolean;
  /** Cases that could not be read and were left out. */
  readonly unreadable: number;
};

/** What can be done with a case from here. What a provider does not list, no door offers. */
export type CaseAbility = 'list' | 'show' | 'watch' | 'reply' | 'note' | 'open' | 'close' | 'reopen' | 'assign';

/** What a probe found out while nothing was refused. */
export type Probed = {
  /** Whether the token belongs to the configured organization; `untold` when the token is no single user's. */
  readonly organization: 'same' | 'other' | 'untold';
  /** Whether there is such a visitor: either answer means that the way in which we name visitors is accepted. */
  readonly visitor: 'known' | 'unknown';
};

/** A case system that is asked about the cases of one visitor. */
export type VisitorCases = {
  readonly account: AccountId;
  /** What people call this system. */
  readonly system: string;
  readonly abilities: ReadonlySet<CaseAbility>;
  /** One page of a visitor's cases; null when there is no such visitor. */
  casesOf(
    visitor: ExternalId,
    page: { readonly ordering: Ordering; readonly cursor: PageCursor | null },
  ): Promise<VisitorCasePage | null>;
  /** Null when there is no such visitor, or the case is none of theirs. */
  getCase(visitor: ExternalId, id: VisitorCaseId): Promise<VisitorCase | null>;
  /** The case that people call by this number, searched page by page; null as for `getCase`. */
  findCase(visitor: ExternalId, number: string): Promise<VisitorCase | null>;
  /** Cheap reads that prove host, token, organization, subscription and the naming of visitors. A made-up id will do. */
  probe(visitor: ExternalId): Promise<Probed>;
};
