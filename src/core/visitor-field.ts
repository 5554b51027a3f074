import type { Case } from './case.ts';
import type { Channels } from './settings.ts';
import { ExternalId } from './visitor-case.ts';

/** What the contact of a case is called by the customer's own system, where a field of the helpdesk says so. */
export const externalIdOf = ({ contact, fields }: Case, { giosg }: Pick<Channels, 'giosg'>): ExternalId | null => {
  const name = giosg?.externalIdField ?? null;
  if (name === null) return null;
  return ExternalId.safeParse(contact.fields[name] ?? fields[name]).data ?? null;
};
