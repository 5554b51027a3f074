/** Chance that can be had again: the same seed and name give the same run of numbers. */
export type Chance = {
  /** At least 0 and below 1. */
  next(): number;
  between(low: number, high: number): number;
  /** A whole number, both ends included. */
  whole(low: number, high: number): number;
  hits(likelihood: number): boolean;
  pick<T>(items: readonly T[]): T;
};

export const chanceOf = (seed: number, name: string): Chance => {
  let state = hashOf(`${seed}:${name}`);
  // mulberry32: small, and good enough to break things with.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  return {
    next,
    between,
    whole: (low, high) => Math.floor(between(low, high + 1)),
    hits: (likelihood) => next() < likelihood,
    pick: (items) => {
      const [picked] = items.slice(Math.floor(next() * items.length));
      if (picked === undefined) throw new RangeError('there is nothing to pick from');
      return picked;
    },
  };
};

const hashOf = (text: string): number => {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return hash;
};
