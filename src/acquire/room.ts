import type { Keys } from './agent-keys.ts';
import type { Contacts } from './contacts.ts';
import type { Call } from './http.ts';
import type { OwnSenders } from './own-senders.ts';
import type { People } from './people.ts';
import type { StatusWords } from './statuses.ts';

/** What the parts of this room share. */
export type Room = {
  /** Where the account is; addresses without a host belong to it. */
  readonly origin: string;
  /** With the common key. */
  readonly call: Call;
  readonly keys: Keys;
  readonly contacts: Contacts;
  readonly people: People;
  readonly own: OwnSenders;
  /** Adds the side to a query that writes. */
  readonly asAgent: readonly (readonly [string, string])[];
  readonly statuses: StatusWords;
  readonly onBadRows: (count: number, where: string) => void;
  /** What a case shows beside itself is documented for the list only: asked for until this server refuses some of it. */
  readonly shows: { less: number };
};

/** Acquire takes ids as integers only; what no integer can hold is sent as text rather than rounded. */
export const wireId = (id: string): number | string => (Number.isSafeInteger(Number(id)) ? Number(id) : id);
