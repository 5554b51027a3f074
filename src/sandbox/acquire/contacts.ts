import { z } from 'zod';
import { notFound, parse } from './answers.ts';
import { zoneless } from './dates.ts';
import { filtered, paged, readListQuery, readSelection } from './query.ts';
import type { Call, Route } from './routes.ts';
import { caseRow, caseUserRows, contactColumns, contactRow, contactSummary, senderRow, timelineRow } from './rows.ts';
import type { Account, ContactRecord, Row } from './state.ts';
import { changed } from './state.ts';

/** Contacts: who they are lives in `fields`, of which any may be missing. An e-mail address is not unique. */

const vocabulary = {
  columns: ['id', 'dateCreate', 'dateUpdated', 'parent'],
  relations: ['company', 'cases', 'tags', 'visits', 'timeline', 'fields'],
};

// The ids that the vendor's own attributes have in the samples.
const fieldIds: Record<string, number> = { name: 1, email: 2, phone: 3, city: 5, state: 6, countryId: 7, ip: 8 };

const text = z.string().nullable();
const Contact = z.strictObject({
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
  dateCreated: z.string().optional(),
  dateUpdated: z.string().optional(),
  clientType: text.optional(),
  clientName: text.optional(),
  clientVersion: text.optional(),
  clientOsName: text.optional(),
  clientOsVersion: text.optional(),
  clientDeviceType: text.optional(),
  clientDeviceVendor: text.optional(),
  clientDeviceModel: text.optional(),
  clientDetails: z.record(z.string(), z.unknown()).nullable().optional(),
});

const Search = z.strictObject({
  payload: z.record(z.string(), z.unknown()),
  page: z.int().min(0),
  limit: z.int().min(0),
  search: z.string(),
});

export const contactRoutes: readonly Route[] = [
  ['GET', '/crm/objects/contact', listContacts],
  ['GET', '/crm/objects/contact/:id', getContact],
  ['POST', '/crm/objects/contact', createContact],
  ['PUT', '/crm/objects/contact/:id', updateContact],
  ['DELETE', '/crm/objects/contact/:id', deleteContact],
  ['POST', '/crm/contact/list', searchContacts],
];

export function addContact(account: Account, fields: ContactRecord['fields'], client: Row = {}): ContactRecord {
  const now = account.now();
  const id = account.nextId('contact');
  const contact = { id, fields, client, dateCreated: now, dateUpdated: now };
  account.contacts.set(id, contact);
  changed(account, 'contact', id);
  return contact;
}

export function findContact(account: Account, id: number): ContactRecord {
  const contact = account.contacts.get(id);
  if (!contact) throw notFound(account.variants, `Contact ${id}`);
  return contact;
}

/** The contact as creating or reopening a case shows it: its fields are an array of definitions with values. */
export function inCaseAnswer(contact: ContactRecord): Row {
  const fields = Object.keys(fieldIds).map((key) => ({
    value: contact.fields[key] ?? null,
    owner: 'contact',
    contactId: contact.id,
    field: { id: fieldIds[key], object: 'contact', key, type: 'text', config: fieldConfig(key), system: 'yes' },
  }));
  return { ...contactColumns(contact), archive: 'no', fields, company: null, tags: [], visits: [visit(contact)] };
}

const fieldConfig = (key: string): Row => ({ label: key, backend: { list: false }, capture: ['api'] });

const visit = (contact: ContactRecord): Row => ({
  id: contact.id - 595_000,
  contactId: contact.id,
  title: 'Support page',
  url: 'https://www.example.com/support',
  source: '',
  dateCreated: contactColumns(contact)['dateCreated'],
});

function listContacts({ account, query }: Call): unknown {
  const list = readListQuery(query, vocabulary);
  const all = [...account.contacts.values()];
  const rows = filtered(all, list, { variants: account.variants, column: (one, name) => contactColumns(one)[name] });
  const active = all.filter((one) => casesOf(account, one.id).some((kase) => kase.status === 'active')).length;
  return {
    list: paged(rows, list, account.variants).data.map((contact) => listedContact(account, contact)),
    counts: { total: rows.length, records: rows.length, pending: 0, active },
  };
}

const casesOf = (account: Account, contactId: number) =>
  [...account.cases.values()].filter((kase) => kase.contactId === contactId);

function listedContact(account: Account, contact: ContactRecord): Row {
  const cases = casesOf(account, contact.id);
  const last = cases.at(-1);
  const latest = last
    ? {
        // Strings here, numbers everywhere else.
        latestTimelineId: String(last.timelineId),
        caseId: String(last.id),
        latestObjectType: 'case',
        title: last.title,
        description: last.description,
        channel: last.channel,
        status: last.status,
        caseDateUpdated: caseRow(last)['dateUpdated'],
      }
    : { latestObjectType: null, title: null, description: null, channel: null, status: null };
  const agents = (last?.users ?? []).filter((one) => one.type === 'user');
  return {
    ...contactColumns(contact),
    fields: contact.fields,
    company: { fields: {} },
    tags: [],
    ...latest,
    agentList: agents.map((one) => senderRow(account, { type: 'user', id: one.userId })),
    departmentList: [],
    lastViewObject: null,
    clientUserId: null,
    contactCompanyCount: null,
    companyId: null,
    totalTimeline: cases.length,
    lastDateUpdated: zoneless(contact.dateUpdated),
    totalNotes: 0,
    totalViews: 0,
    totalCase: cases.length,
    msgUnread: 0,
    channels: [...new Set(cases.map((kase) => kase.channel))],
    firstInteractionType: null,
    lastInteractionType: last?.channel ?? null,
    isBlocked: 'NO',
    lastVisit: visit(contact),
    firstVisit: visit(contact),
    interaction: [],
    snoozeInContact: false,
  };
}

function getContact({ account, query, id }: Call): unknown {
  const { relations } = readSelection(query, vocabulary);
  const contact = findContact(account, id);
  const { companyId, fields, ...row } = contactRow(contact);
  const cases = casesOf(account, id).map((kase) => ({
    ...caseRow(kase),
    users: caseUserRows(account, kase),
  }));
  return {
    ...row,
    ...(relations.has('company') ? { company: null } : { companyId }),
    ...(relations.has('cases') ? { cases } : {}),
    ...(relations.has('tags') ? { tags: [] } : {}),
    ...(relations.has('visits') ? { visits: [visit(contact)] } : {}),
    ...(relations.has('timeline') ? { timeline: timelines(account, id) } : {}),
    fields,
  };
}

/** One for each thread, at its newest case. */
function timelines(account: Account, contactId: number): Row[] {
  if (account.variants.timeline !== 'contact') return [];
  const newest = new Map(casesOf(account, contactId).map((kase) => [kase.threadId, kase]));
  return [...newest.values()].map(timelineRow);
}

function createContact({ account, body }: Call): unknown {
  const { fields, dateCreated: _created, dateUpdated: _updated, ...client } = parse(Contact, body);
  return contactRow(addContact(account, fields, client));
}

// Whether fields left out survive is not said; here they do.
function updateContact({ account, body, id }: Call): unknown {
  const contact = findContact(account, id);
  const { fields, dateCreated: _created, dateUpdated: _updated, ...client } = parse(Contact, body);
  contact.fields = { ...contact.fields, ...fields };
  contact.client = { ...contact.client, ...client };
  contact.dateUpdated = account.now();
  changed(account, 'contact', id);
  return contactRow(contact);
}

function deleteContact({ account, id }: Call): unknown {
  findContact(account, id);
  account.contacts.delete(id);
  changed(account, 'contact', id);
  return { deleted: 1 };
}

/** A part of a value is enough to match, and a contact is listed once for every field that does. */
function searchContacts({ account, body }: Call): unknown {
  const { search, page, limit } = parse(Search, body);
  const wanted = search.toLowerCase();
  const rows = [...account.contacts.values()].flatMap((contact) =>
    Object.entries(contact.fields)
      .filter(([, value]) => typeof value === 'string' && value.toLowerCase().includes(wanted))
      .map(([key, value]) => foundRow(contact, key, value)),
  );
  const list = limit === 0 ? rows : rows.slice(page * limit, (page + 1) * limit);
  return { list, counts: { filteredCount: rows.length } };
}

function foundRow(contact: ContactRecord, key: string, value: unknown): Row {
  return {
    ...contactSummary(contact),
    meta: {},
    field_id: fieldIds[key] ?? 100,
    value,
    owner: 'contact',
    object: 'contact',
    key,
    type: 'text',
    config: JSON.stringify(fieldConfig(key)),
    system: key in fieldIds ? 'yes' : 'no',
    mainContactId: contact.id,
    contactId: contact.id,
    dateCreated: zoneless(contact.dateCreated),
    dateUpdated: zoneless(contact.dateUpdated),
    fields: contact.fields,
    tags: [],
    company: { fields: {} },
  };
}
