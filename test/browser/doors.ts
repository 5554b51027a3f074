import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hands, handsOn } from './hands.ts';
import { describeInChromium, startPlaying } from './playing.ts';

/** A way to an action, gone by hand to its end: it rejects where the end is not reached. */
export type Door = (hands: Hands) => Promise<void>;
/** By action and way, as `close: case_close (card)`. */
export type Doors = Readonly<Record<string, Door>>;

const LONGEST_MS = 60_000;

export const goThrough = (what: string, doors: Doors) =>
  describeInChromium(what, () => {
    let hands: Hands;

    beforeAll(async () => {
      hands = handsOn(await startPlaying());
    });
    afterAll(() => hands.stop());

    test.each(Object.entries(doors))('%s', { timeout: LONGEST_MS }, async (_name, door) => {
      await door(hands);

      expect(hands.troubles).toEqual([]);
    });
  });
