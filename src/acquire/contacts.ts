import { z } from 'zod';
import type { Contact } from '../core/case.ts';
import { type ContactId, compareIds } from '../core/ids.ts';
import { Failure } from '../delivery/errors.ts';
import type { Call } from './http.ts';
import type { Attributes } from './attributes.ts';
import { ContactRow, contactId, looseList } from './schema.ts';
import { contactFrom, detailsFrom } from './translate.ts';
import { ifServed } from './walk.ts';

export type Contacts = {
  get(id: ContactId): Promise<Contact | null>;
  find(text: string): Promise<readonly Contact[]>;
  create(draft: {
    readonly name: string;
    readonly email: string | null;
    readonly phone: string | null;
  }): Promise<Contact>;
  /** The contact of a row that may show no more than its id; asked for at most once in a while. */
  complete(row: ContactRow): Promise<Contact>;
  /** The same without asking. */
  remembered(row: ContactRow): Contact;
};

const FORBIDDEN = 403;
const KEPT_MS = 10 * 60_000;
/** Company and page are asked for apart, and only decoration: that must not cost a call for each reading. */
const DETAILS_MS = 30 * 60_000;
const MAX_KEPT = 2_000;
const MAX_FOUND = 200;

export const contactsBy = (call: Call, now: () => number): Contacts => {
  const kept = new Map<string, { readonly contact: Contact; readonly until: number }>();

  const keep = (contact: Contact): Contact => {
    kept.delete(contact.id);
    kept.set(contact.id, { contact, until: now() + KEPT_MS });
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return contact;
  };

  const details = new Map<string, { readonly known: Attributes; readonly until: number }>();

  const keepDetails = (id: string, known: Attributes): void => {
    details.delete(id);
    details.set(id, { known, until: now() + DETAILS_MS });
    for (const oldest of details.keys()) {
      if (details.size <= MAX_KEPT) break;
      details.delete(oldest);
    }
  };

  const get = async (id: ContactId): Promise<Contact | null> => {
    const path = 'crm/objects/contact/{id}';
    const query = ['fields', 'company', 'visits'].map((name) => ['relations', name] as const);
    const found =
      (await ifServed(call({ verb: 'GET', path, id, query }, ContactRow.nullable()))) ??
      (await ifFound(call({ verb: 'GET', path, id }, ContactRow.nullable())));
    if (found === null) return null;
    keepDetails(id, detailsFrom(found));
    return keep(contactFrom(found));
  };

  /** What no list shows. A key that may not read contacts, or a moment without Acquire, must not keep us from the case. */
  const lookCloser = async (id: ContactId): Promise<void> => {
    const before = details.get(id);
    if (before !== undefined && before.until > now()) return;
    keepDetails(id, before?.known ?? {});
    try {
      await get(id);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  };

  const read = (row: ContactRow): Contact => {
    const contact = contactFrom(row);
    return { ...contact, fields: { ...details.get(row.id)?.known, ...contact.fields } };
  };

  const remembered = (row: ContactRow): Contact => {
    if (row.fields !== null) return keep(read(row));
    const known = kept.get(row.id);
    return known !== undefined && known.until > now() ? known.contact : contactFrom(row);
  };

  return {
    get,
    remembered,
    complete: async (row) => {
      const known = kept.get(row.id);
      if (row.fields !== null) await lookCloser(row.id);
      if (row.fields !== null || (known !== undefined && known.until > now())) return remembered(row);
      try {
        return (await get(row.id)) ?? keep(contactFrom(row));
      } catch (error) {
        // A key without the right to read contacts must not keep us from their cases.
        if (!(error instanceof Failure) || error.facts.status !== FORBIDDEN) throw error;
        return keep(contactFrom(row));
      }
    },
    find: async (text) => found(await search(call, text), text),
    create: async ({ name, email, phone }) => {
      const fields = Object.fromEntries(
        Object.entries({ name, email, phone }).flatMap(([key, value]) =>
          value === null ? [] : [[key, value] as const],
        ),
      );
      const made = await call({ verb: 'POST', path: 'crm/objects/contact', body: { fields } }, ContactRow);
      return keep(contactFrom({ ...made, fields: made.fields ?? fields }));
    },
  };
};

/** Nothing there is an answer, any other failure is one. */
export const ifFound = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && error.facts.kind === 'not_found') return null;
    throw error;
  }
};

const id = contactId.nullable().catch(null);

// One row for each field that matched: `id` is the row's own in some samples, the contact's in others.
const FoundRow = z
  .object({
    contactId: id,
    mainContactId: id,
    key: z.string().catch(''),
    value: z.string().catch(''),
    fields: z.unknown().optional(),
  })
  .transform((row, context) => {
    const contact = ContactRow.safeParse({ id: row.contactId ?? row.mainContactId, fields: row.fields });
    if (contact.success) return { key: row.key, value: row.value, contact: contact.data };
    context.addIssue('a match without a contact');
    return z.NEVER;
  });
type FoundRow = z.infer<typeof FoundRow>;

const search = async (call: Call, text: string): Promise<readonly FoundRow[]> => {
  // The sample's limit of 0 seems to mean all; a real limit is kept or ignored, and either does.
  const body = { payload: {}, page: 0, limit: MAX_FOUND, search: text };
  const Found = z.object({ list: looseList(FoundRow) });
  const { list } = await call({ verb: 'POST', path: 'crm/contact/list', body, readsOnly: true }, Found);
  return list.good;
};

// The search also matches attributes of the account's own; a row that does not say what matched is kept.
const SEARCHED: ReadonlySet<string> = new Set(['name', 'email', 'phone', '']);

const found = (rows: readonly FoundRow[], text: string): readonly Contact[] => {
  const contacts = new Map<string, { contact: Contact; exact: boolean }>();
  for (const { key, value, contact: row } of rows) {
    if (!SEARCHED.has(key)) continue;
    const before = contacts.get(row.id);
    const exact = before?.exact === true || sameValue(key, value, text);
    contacts.set(row.id, { contact: before?.contact ?? filledIn(contactFrom(row), key, value), exact });
  }
  return [...contacts.values()]
    .toSorted((a, b) => Number(b.exact) - Number(a.exact) || compareIds(a.contact.id, b.contact.id))
    .map(({ contact }) => contact);
};

/** The field that matched is known even where the row shows no fields. */
const filledIn = (contact: Contact, key: string, value: string): Contact => ({
  ...contact,
  email: contact.email ?? (key === 'email' ? value : null),
  phone: contact.phone ?? (key === 'phone' ? value : null),
});

const sameValue = (key: string, value: string, text: string): boolean =>
  key === 'phone'
    ? digits(value) !== '' && digits(value) === digits(text)
    : value.trim().toLowerCase() === text.trim().toLowerCase();

const digits = (text: string): string => text.replaceAll(/\D/g, '');
