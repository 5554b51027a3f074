import { Refusal } from './answers.ts';
import {
  addUser,
  type CaseRecord,
  changed,
  momentOf,
  newId,
  type Organization,
  type Row,
  type UserRecord,
  type VisitorRecord,
  visitorOf,
} from './state.ts';

/** What visitors and the organization's own agents do, for tests and the page: nothing of it can be done over REST. */

/** What a case may be made with, and changed in. */
export interface CaseChange {
  subject?: string | null;
  description?: string | null;
  status?: string;
  priority?: number;
  /** Id of a user; null when nobody has it. */
  owner?: string | null;
  contact?: string | null;
  channel?: string | null;
  waiting?: boolean;
  unread?: number;
  /** Attributes on the wire in place of the record's own, or beside them. */
  rest?: Row;
}

export interface People {
  agent: (person: { name: string; alias?: string | null }) => UserRecord;
  visitor: (externalId: string) => VisitorRecord;
  /** A case of this visitor, who is made when unknown. */
  openCase: (externalId: string, choice?: CaseChange & { number?: string }) => CaseRecord;
  /** Every change moves `updated_at`. */
  changeCase: (id: string, change: CaseChange) => CaseRecord;
  removeCase: (id: string) => void;
}

export const people = (organization: Organization): People => ({
  agent: (person) => addUser(organization, person),
  visitor: (externalId) => visitorOf(organization, externalId),
  openCase: (externalId, choice = {}) => openCase(organization, externalId, choice),
  changeCase: (id, change) => changeCase(organization, id, change),
  removeCase: (id) => {
    organization.cases.delete(id);
    changed(organization, 'case', id);
  },
});

function openCase(
  organization: Organization,
  externalId: string,
  { number, ...choice }: CaseChange & { number?: string },
): CaseRecord {
  organization.nextNumber += 1;
  const now = momentOf(organization);
  const kase: CaseRecord = {
    id: newId(organization),
    number: number ?? `CASE-${organization.nextNumber}`,
    visitorId: visitorOf(organization, externalId).id,
    contactId: null,
    ownerId: null,
    subject: null,
    description: null,
    status: 'Open',
    priority: 3,
    channel: 'webchat',
    waiting: false,
    unread: 0,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    createdBy: null,
    updatedBy: null,
    rest: {},
  };
  organization.cases.set(kase.id, kase);
  apply(organization, kase, choice);
  changed(organization, 'case', kase.id);
  return kase;
}

function changeCase(organization: Organization, id: string, change: CaseChange): CaseRecord {
  const kase = organization.cases.get(id);
  if (!kase) throw new Refusal(404, `There is no case ${id}`);
  apply(organization, kase, change);
  kase.updatedAt = momentOf(organization);
  changed(organization, 'case', id);
  return kase;
}

function apply(organization: Organization, kase: CaseRecord, { owner, contact, ...change }: CaseChange): void {
  if (typeof owner === 'string' && !organization.users.has(owner)) throw new Refusal(404, `There is no user ${owner}`);
  if (owner !== undefined) kase.ownerId = owner;
  if (contact !== undefined) kase.contactId = contact;
  Object.assign(kase, change);
  const isClosed = kase.status === 'Closed';
  kase.closedAt = isClosed ? (kase.closedAt ?? organization.now()) : null;
}
