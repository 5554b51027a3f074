import type { Parts } from './parts.ts';

/** What changed since it was last asked for, so that a page of a hundred threads is not sent anew for one word. */
export interface Changes {
  /** `{"whole":true,"parts":{…}}` */
  readonly whole: () => string;
  /** `{"whole":false,"parts":{…},"gone":[…]}`; null when nothing did. */
  readonly next: () => string | null;
}

interface Known {
  readonly value: unknown;
  readonly json: string;
}

export function follow(state: () => Parts): Changes {
  let known = new Map<string, Known>();
  const read = (): Map<string, Known> =>
    new Map(
      Object.entries(state()).flatMap(([name, value]) => {
        if (value === undefined) return [];
        const before = known.get(name);
        // The very same value says the same: most of a hundred threads did not change.
        return [[name, before?.value === value ? before : { value, json: JSON.stringify(value) }] as const];
      }),
    );
  return {
    whole: () => {
      known = read();
      return `{"whole":true,"parts":${objectOf(known)}}`;
    },
    next: () => {
      const now = read();
      const changed = [...now].filter(([name, { json }]) => known.get(name)?.json !== json);
      const gone = [...known.keys()].filter((name) => !now.has(name));
      known = now;
      if (changed.length === 0 && gone.length === 0) return null;
      return `{"whole":false,"parts":${objectOf(changed)},"gone":${JSON.stringify(gone)}}`;
    },
  };
}

/** Of values that are JSON already. */
const objectOf = (parts: Iterable<readonly [string, Known]>): string =>
  `{${[...parts].map(([name, { json }]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
