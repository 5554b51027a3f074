import type { Contacts } from './contacts.ts';
import type { Call } from './http.ts';
import type { People } from './people.ts';
import type { StatusWords } from './statuses.ts';

/** What the parts of this room share. */
export type Room = {
  readonly call: Call;
  readonly contacts: Contacts;
  readonly people: People;
  readonly own: OwnSenders;
  /** Adds the side to a query that writes. */
  readonly asAgent: readonly (readonly [string, string])[];
  readonly statuses: StatusWords;
  readonly onBadRows: (count: number, where: string) => void;
  /** Who is in a case is documented as a relation of the list only: asked for until this server refuses it. */
  readonly shows: { users: boolean };
};

/** Ids of users that our keys are: a key is a user of its own, and what it writes comes back to us. */
export type OwnSenders = { readonly ids: ReadonlySet<string>; learn(id: string | null): void };

export const ownSendersFrom = (known: Iterable<string>, onNew: (id: string) => void): OwnSenders => {
  const ids = new Set(known);
  const learn = (id: string | null): void => {
    if (id === null || ids.has(id)) return;
    ids.add(id);
    onNew(id);
  };
  return { ids, learn };
};

/** Acquire takes ids as integers only; what no integer can hold is sent as text rather than rounded. */
export const wireId = (id: string): number | string => (Number.isSafeInteger(Number(id)) ? Number(id) : id);
