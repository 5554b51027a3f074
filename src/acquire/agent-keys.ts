import { createHash } from 'node:crypto';
import { OWN_KEY_REFUSED } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import type { Call } from './http.ts';
import type { OwnSenders } from './own-senders.ts';
import { checkKey } from './refusals.ts';

/**
 * The keys that we write with: the common one, and own ones of agents, by e-mail. A key is a user of its own, and what
 * it writes is shown to the contact under its name.
 */

/** What a write is made with. */
export type Pen = { readonly call: Call; readonly learn: (sender: string | null) => void };

export type Keys = {
  /** Does the work with the author's own key, where there is one that works; else with the common key. */
  writeAs<T>(author: string | null | undefined, work: (pen: Pen) => Promise<T>): Promise<T>;
  isNamed(author: string | null): boolean;
  readonly hasOwn: boolean;
  refused(): Promise<readonly string[]>;
};

export type KeysOptions = {
  readonly common: { readonly key: string; readonly call: Call };
  /** By e-mail, in lower case. */
  readonly own: ReadonlyMap<string, string>;
  readonly callWith: (key: string) => Call;
  readonly senders: OwnSenders;
  /** An own key is refused; told once, until it works again. */
  readonly onRefused: (author: string) => void;
  readonly now: () => number;
};

/** A refused key is tried again after this, in case somebody gave it its rights back. */
const REST_MS = 10 * 60_000;
/** It may only lack the right to this one case. */
const SHORT_REST_MS = 60_000;
/** Keys that are asked at once whether they work. */
const ASKED_AT_ONCE = 5;

type OwnKey = Pen & { readonly name: string; restsUntil: number; told: boolean };

export const keysBy = (options: KeysOptions): Keys => {
  const { common, own, callWith, senders, onRefused, now } = options;
  const penFor = (key: string, call: Call): Pen & { readonly name: string } => {
    const name = nameOfKey(key);
    return { call, name, learn: (sender) => senders.learn(sender, name) };
  };
  const ours = penFor(common.key, common.call);
  const theirs = new Map<string, OwnKey>(
    [...own].map(([author, key]) => [author, { ...penFor(key, callWith(key)), restsUntil: 0, told: false }]),
  );
  const ownKeyOf = (author: string | null | undefined): OwnKey | undefined =>
    author ? theirs.get(author.toLowerCase()) : undefined;

  const rest = (author: string, key: OwnKey, { facts }: Failure): Failure => {
    key.restsUntil = now() + (facts.kind === 'auth' ? REST_MS : SHORT_REST_MS);
    if (!key.told) onRefused(author.toLowerCase());
    key.told = true;
    // To whoever waits for our common key's way this is no failure of it.
    return new Failure({ ...facts, kind: 'permanent', word: OWN_KEY_REFUSED });
  };

  return {
    hasOwn: theirs.size > 0,
    isNamed: (author) => [ours, ownKeyOf(author)].every((pen) => pen === undefined || senders.names(pen.name)),
    async writeAs(author, work) {
      const key = ownKeyOf(author);
      if (!author || key === undefined || key.restsUntil > now()) return work(ours);
      try {
        const done = await work(key);
        key.told = false;
        return done;
      } catch (error) {
        throw isRefusedKey(error) ? rest(author, key, error) : error;
      }
    },
    async refused() {
      const refused: string[] = [];
      const all = [...theirs];
      for (let at = 0; at < all.length; at += ASKED_AT_ONCE) {
        const asked = all.slice(at, at + ASKED_AT_ONCE);
        const works = await Promise.all(asked.map(([, { call }]) => mayWork(call)));
        refused.push(...asked.filter((_, index) => works[index] === false).map(([author]) => author));
      }
      return refused;
    },
  };
};

const mayWork = async (call: Call): Promise<boolean> => {
  try {
    await checkKey(call);
    return true;
  } catch (error) {
    return !isRefusedKey(error);
  }
};

const isRefusedKey = (error: unknown): error is Failure =>
  error instanceof Failure &&
  error.facts.effect === 'none' &&
  (error.facts.kind === 'auth' || error.facts.status === 401 || error.facts.status === 403);

/** Tells keys apart in the store without giving any away. */
const nameOfKey = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);
