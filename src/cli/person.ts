import type { ContactId } from '../core/ids.ts';
import type { Link } from '../core/link.ts';
import type { ExternalId } from '../core/visitor-case.ts';
import { externalIdOf } from '../core/visitor-field.ts';
import { readRoutes } from '../routes.ts';
import type { StoreReader } from '../store/read.ts';
import { CommandFailed, EXIT_CONFIG } from './command.ts';
import { collect, type ContactData } from './contact-data.ts';
import { type Environment, readGiven } from './given.ts';
import { showProgress } from './progress.ts';
import { collectVisitor, type VisitorData } from './visitor-data.ts';

/** A person in both case systems: a contact of Acquire, and the visitor of giosg that a field of the contact names. */

export type Person = { readonly contact: ContactId } | { readonly visitor: ExternalId };

export type PersonData = { readonly contact: ContactData | null; readonly visitors: readonly VisitorData[] };

type Asked = {
  readonly person: Person;
  readonly env: Environment;
  /** Visitors that the contact was known as, for fields that are gone by now. */
  readonly known?: readonly ExternalId[];
};

export const collectPerson = async (reader: StoreReader, { person, env, known = [] }: Asked): Promise<PersonData> => {
  const stop = showProgress(() => 'looking through the store');
  try {
    if ('visitor' in person) return { contact: null, visitors: [await collectVisitor(reader, person.visitor)] };
    const contact = await collect(reader, person.contact);
    const named = namedBy(env);
    const visitors: VisitorData[] = [];
    for (const visitor of new Set([...known, ...contact.links.flatMap(({ value }) => named(value))]))
      visitors.push(await collectVisitor(reader, visitor));
    return { contact, visitors };
  } finally {
    stop();
  }
};

/** As it is printed: what giosg has to do with a contact stands beside the rest. */
export const exported = ({ contact, visitors }: PersonData): object => {
  if (contact === null) return visitors[0] ?? {};
  return visitors.length === 0 ? contact : { ...contact, visitors };
};

/** A routes file that cannot be read might name the field: leaving a part out without a word would be worse than nothing. */
const namedBy = (env: Environment): ((link: Link) => readonly ExternalId[]) => {
  const { routesFile, channels } = readGiven(env).config;
  const routes = readRoutes(routesFile, channels.cases);
  if (!routes.ok) {
    if (routesFile === undefined) return () => [];
    throw new CommandFailed(routes.problems.join('\n'), EXIT_CONFIG);
  }
  return ({ case: found }) => {
    const visitor = externalIdOf(found, routes.channels);
    return visitor === null ? [] : [visitor];
  };
};
