import { z } from 'zod';
import type { Agent, Department } from '../core/case.ts';
import type { Call } from './http.ts';
import { type CaseRow, decimal, type LooseList, looseList, type MessageRow, Person, pageOf, words } from './schema.ts';
import { agentFrom } from './translate.ts';
import { ifServed } from './walk.ts';

/** Who answers in Acquire: rows of messages mostly give no more than an id. */
export type People = {
  readonly known: ReadonlyMap<string, Person>;
  agents(): Promise<readonly Agent[]>;
  /** Names of the departments of these users; decoration as well. */
  departmentsOf(ids: readonly string[]): Promise<readonly string[]>;
  /** Takes in whoever an answer happens to show. */
  meet(shown: { readonly messages?: readonly MessageRow[]; readonly case?: CaseRow }): void;
  /** Looks up the unknown among those who wrote. Names are decoration: what cannot be found out stays unknown. */
  identify(messages: readonly MessageRow[]): Promise<void>;
};

const LIST_IS_FRESH_MS = 5 * 60_000;
const ASK_AGAIN_MS = 10 * 60_000;
const MAX_LOOKUPS_PER_READING = 5;

export const peopleBy = (call: Call, now: () => number): People => {
  const known = new Map<string, Person>();
  const askedAt = new Map<string, number>();
  let listedAt = Number.NEGATIVE_INFINITY;

  // A bot or key looks like any user where only its name is shown: what was once known of it stays.
  const learn = (person: Person | null): void => {
    if (person === null || person.id === null) return;
    const before = known.get(person.id);
    known.set(person.id, {
      id: person.id,
      name: person.name || (before?.name ?? null),
      email: person.email || (before?.email ?? null),
      type: before?.type === 'client' ? 'client' : person.type,
      clientId: person.clientId || (before?.clientId ?? null),
      metaDetails: person.metaDetails ?? before?.metaDetails ?? null,
    });
  };

  const list = async (): Promise<LooseList<Person>> => {
    const all = await wholeList(call, 'account/user', Person);
    for (const person of all.good) learn(person);
    return all;
  };

  const lookUp = async (row: MessageRow, id: string): Promise<void> => {
    askedAt.set(id, now());
    const user = await ifServed(call({ verb: 'GET', path: 'account/user/{id}', id }, Person));
    if (user?.id === id) return learn(user);
    // A user that is not shown as such may still be shown with what it wrote.
    const Shown = z.object({ sender: Person });
    const shown = await ifServed(call({ verb: 'GET', path: 'crm/objects/case-message/{id}', id: row.id }, Shown));
    if (shown?.sender.id === id) learn(shown.sender);
  };

  const unknownIn = (messages: readonly MessageRow[]): Map<string, MessageRow> => {
    const unknown = new Map<string, MessageRow>();
    for (const row of messages) {
      const id = row.senderType === 'user' && row.sender === null ? row.senderId : null;
      if (id !== null && !known.has(id) && (askedAt.get(id) ?? Number.NEGATIVE_INFINITY) + ASK_AGAIN_MS <= now())
        unknown.set(id, row);
    }
    return unknown;
  };

  let memberships: ReadonlyMap<string, readonly string[]> = new Map();
  let groupedAt = Number.NEGATIVE_INFINITY;

  const group = async (): Promise<void> => {
    groupedAt = now();
    const { good } = await wholeList(call, 'account/department', DepartmentRow);
    const found = new Map<string, string[]>();
    for (const { id, name, users } of good)
      for (const user of users.good) found.set(user.id, [...(found.get(user.id) ?? []), nameOf({ id, name })]);
    memberships = found;
  };

  return {
    known,
    departmentsOf: async (ids) => {
      if (ids.length === 0) return [];
      if (groupedAt + ASK_AGAIN_MS <= now()) await group().catch(() => undefined);
      return [...new Set(ids.flatMap((id) => memberships.get(id) ?? []))];
    },
    agents: async () => (await list()).good.map(agentFrom).filter((agent) => agent !== null),
    meet: ({ messages = [], case: row }) => {
      for (const { sender, senderType } of messages) if (senderType === 'user') learn(sender);
      for (const { type, user } of row?.users.good ?? []) if (type === 'user') learn(user);
    },
    identify: async (messages) => {
      try {
        if (unknownIn(messages).size > 0 && listedAt + LIST_IS_FRESH_MS <= now()) {
          listedAt = now();
          await list();
        }
        for (const [id, row] of [...unknownIn(messages)].slice(0, MAX_LOOKUPS_PER_READING)) await lookUp(row, id);
      } catch {
        // A message without its author's name is better than no message.
      }
    },
  };
};

const nobody: LooseList<{ readonly id: string }> = { good: [], bad: 0 };
const Member = z.object({ id: decimal });
const DepartmentRow = z.object({
  id: decimal,
  name: z.string(),
  status: words,
  users: looseList(Member).catch(nobody),
});

const nameOf = ({ id, name }: { readonly id: string; readonly name: string }): string => name.trim() || `#${id}`;

export const departments = async (call: Call): Promise<readonly Department[]> => {
  const { good } = await wholeList(call, 'account/department', DepartmentRow);
  // Every sample is active; what else a department can be was never published.
  const active = good.filter(({ status }) => status === null || status === 'active');
  return active.map(({ id, name }) => ({ id, name: nameOf({ id, name }) }));
};

/** Lists of settings tell a total and have no documented pages: what is missing is asked for at once. */
const wholeList = async <T>(call: Call, path: string, row: z.ZodType<T>): Promise<LooseList<T>> => {
  const first = await call({ verb: 'GET', path }, pageOf(row));
  if (first.count === null || first.count <= first.good.length + first.bad) return first;
  return call({ verb: 'GET', path, query: [['limit', String(first.count)]] }, pageOf(row));
};
