import { randomBytes, randomUUID } from 'node:crypto';
import {
  type GiosgOptions,
  type IdentityContract,
  SANDBOX_ORGANIZATION,
  SANDBOX_TOKEN,
  type TokenChoice,
  usualContract,
  usualVariants,
  type Variants,
} from './options.ts';

/** The records of one simulated organization. Dates are milliseconds here; `rows.ts` knows how the wire shows them. */

export type Row = Record<string, unknown>;
export type Order = 'created_at' | '-created_at' | 'updated_at' | '-updated_at';

export interface UserRecord {
  id: string;
  name: string;
  alias: string | null;
  email: string | null;
}

export interface VisitorRecord {
  /** 32 hex digits, as in every example; not what our own systems call the person. */
  id: string;
  externalId: string;
}

export interface CaseRecord {
  id: string;
  number: string;
  visitorId: string;
  contactId: string | null;
  ownerId: string | null;
  subject: string | null;
  description: string | null;
  /** Open, In Progress, Pending, Closed; others are taken as they come. */
  status: string;
  priority: number;
  channel: string | null;
  waiting: boolean;
  unread: number;
  createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  createdBy: string | null;
  updatedBy: string | null;
  /** Shown in place of what the record says, or beside it: for shapes that no record has. */
  rest: Row;
}

export interface TokenRecord extends Required<TokenChoice> {
  userId: string;
  revoked: boolean;
}

/** A place in one list: between the rows before and after the one named. */
export interface CursorRecord {
  visitorId: string;
  order: Order;
  at: { moment: number; id: string };
  direction: 'after' | 'before';
}

export interface Change {
  what: 'user' | 'visitor' | 'case' | 'request' | 'server';
  id: string;
}

export interface Organization {
  readonly id: string;
  readonly variants: Variants;
  readonly identity: IdentityContract;
  readonly now: () => number;
  readonly random: () => number;
  readonly users: Map<string, UserRecord>;
  /** By external id. */
  readonly visitors: Map<string, VisitorRecord>;
  readonly cases: Map<string, CaseRecord>;
  readonly tokens: TokenRecord[];
  readonly cursors: Map<string, CursorRecord>;
  readonly listeners: Set<(change: Change) => void>;
  subscribed: boolean;
  lastMoment: number;
  nextNumber: number;
  pagesGiven: number;
}

const FIRST_NUMBER = 1001;
const DEFAULT_AGENTS = ['Alex Example', 'Sam Sample'];

export function createOrganization(options: GiosgOptions): Organization {
  const organization: Organization = {
    id: options.organization ?? SANDBOX_ORGANIZATION,
    variants: { ...usualVariants, ...options.variants },
    identity: { ...usualContract, ...options.identity },
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    users: new Map(),
    visitors: new Map(),
    cases: new Map(),
    tokens: [],
    cursors: new Map(),
    listeners: new Set(),
    subscribed: true,
    lastMoment: 0,
    nextNumber: FIRST_NUMBER,
    pagesGiven: 0,
  };
  for (const name of options.agents ?? DEFAULT_AGENTS) addUser(organization, { name });
  for (const choice of options.tokens ?? [{ token: SANDBOX_TOKEN }]) addToken(organization, choice);
  return organization;
}

export function addUser(organization: Organization, person: { name: string; alias?: string | null }): UserRecord {
  const user = { id: newId(organization), name: person.name, alias: person.alias ?? null, email: null };
  organization.users.set(user.id, user);
  changed(organization, 'user', user.id);
  return user;
}

export function addToken(organization: Organization, choice: TokenChoice): TokenRecord {
  const { id: userId } = addUser(organization, { name: 'casebridge' });
  const whole = { organization: organization.id, access: true, personal: true, ...choice };
  const token: TokenRecord = { ...whole, userId, revoked: false };
  organization.tokens.push(token);
  return token;
}

/** The visitor whom this external id names, made when it is a new one. */
export function visitorOf(organization: Organization, externalId: string): VisitorRecord {
  const known = organization.visitors.get(externalId);
  if (known) return known;
  const visitor = { id: randomBytes(16).toString('hex'), externalId };
  organization.visitors.set(externalId, visitor);
  changed(organization, 'visitor', visitor.id);
  return visitor;
}

/** Now; two things within one millisecond have two moments all the same, so that lists have one order. */
export function momentOf(organization: Organization): number {
  organization.lastMoment = Math.max(organization.now(), organization.lastMoment + 1);
  return organization.lastMoment;
}

/** Numbers are shown as numbers on the wire and kept as text. */
export const newId = (organization: Organization): string =>
  organization.variants.ids === 'uuid' ? randomUUID() : String((organization.nextNumber += 1));

export function changed(organization: Organization, what: Change['what'], id: string): void {
  for (const listener of organization.listeners) listener({ what, id });
}
