import type { Keys } from './agent-keys.ts';
import type { Contacts } from './contacts.ts';
import type { Call } from './http.ts';
import type { OwnSenders } from './own-senders.ts';
import type { People } from './people.ts';
import { countStumbles, type Stumbles } from './server-errors.ts';
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
  readonly shows: Shows;
  readonly now: () => number;
};

/** What this server was found to take of that which was never published. */
export type Shows = {
  /** Relations of a case that it refuses, counted from the most that are asked for. */
  less: number;
  /** Those that it stumbles over, until it is tried again. */
  stumbledBelow: number;
  restsUntil: number;
  readonly stumbles: Stumbles<number>;
  /** How its list of cases may be cut into pages. */
  paging: number;
  /** Whether messages may be marked: `doubted` when one was refused that had a mark, and none was taken yet. */
  marks: 'untried' | 'doubted' | 'taken' | 'refused';
};

export const nothingKnown = (): Shows => ({
  less: 0,
  stumbledBelow: 0,
  restsUntil: 0,
  stumbles: countStumbles(),
  paging: 0,
  marks: 'untried',
});

/** Acquire takes ids as integers only; what no integer can hold is sent as text rather than rounded. */
export const wireId = (id: string): number | string => (Number.isSafeInteger(Number(id)) ? Number(id) : id);
