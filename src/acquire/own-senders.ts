/** Ids of users that our keys are: a key is a user of its own, and what it writes comes back to us. */
export type OwnSenders = {
  readonly ids: ReadonlySet<string>;
  /** `key`: the name of the key that wrote as this user. */
  learn(id: string | null, key?: string): void;
  /** Whether it is known as whom this key writes. */
  names(key: string): boolean;
};

/** What an earlier life learned: ids, and which key writes as which of them. */
export type KnownSenders = { readonly ids: Iterable<string>; readonly keys?: Readonly<Record<string, string>> };

export const ownSendersFrom = (known: KnownSenders, onNew: (id: string, key: string | null) => void): OwnSenders => {
  const ids = new Set(known.ids);
  const keys = new Map(Object.entries(known.keys ?? {}));
  return {
    ids,
    names: (key) => keys.has(key),
    learn: (id, key) => {
      if (id === null || (ids.has(id) && (key === undefined || keys.get(key) === id))) return;
      ids.add(id);
      if (key !== undefined) keys.set(key, id);
      onNew(id, key ?? null);
    },
  };
};
