import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { RecordStore } from '../bridge/records.ts';
import type { Config } from '../config.ts';

/**
 * When each side last told us something that we took, and when something in its name was refused: what proves, or
 * disproves, that it reaches us and that our secret is its secret. Kept in the store, for the doctor.
 */

const At = z.object({ at: z.number(), secret: z.string().nullable() });

export const Sightings = z.object({
  version: z.literal(1),
  /** A request with a right signature, or something told over Slack's socket. */
  taken: At.nullable(),
  refused: At.extend({ status: z.number() }).nullable(),
  /** The last of each kind of webhook. */
  kinds: z.record(z.string(), z.number()),
  /** The last thing that we wrote there. */
  wrote: z.number().nullable(),
});
export type Sightings = z.infer<typeof Sightings>;

export const SIGHTINGS = 'sightings';

export type SeenSide = 'slack' | 'acquire';

export type Sighted = {
  taken(side: SeenSide, kind?: string): void;
  refused(side: SeenSide, status: number): void;
  wrote(side: SeenSide): void;
};

/** Requests come often, and the proof ages slowly: it is stored no more often than that, unless it says something else. */
const STORED_EVERY_MS = 30_000;

const UNSEEN: Sightings = { version: 1, taken: null, refused: null, kinds: {}, wrote: null };

export type SightingOptions = {
  readonly records: RecordStore;
  readonly now: () => number;
  readonly config: Config;
  readonly inBackground: (work: Promise<unknown>, what: string) => void;
};

export const createSightings = async (options: SightingOptions): Promise<Sighted> => {
  const { records, now } = options;
  const sides = {
    slack: { seen: await storedSightings(records, 'slack'), storedAt: 0 },
    acquire: { seen: await storedSightings(records, 'acquire'), storedAt: 0 },
  };
  const prints = fingerprints(options.config);

  const note = (side: SeenSide, change: Partial<Sightings>, isNews: boolean): void => {
    const known = sides[side];
    known.seen = { ...known.seen, ...change };
    if (!isNews && now() - known.storedAt < STORED_EVERY_MS) return;
    known.storedAt = now();
    options.inBackground(records.set(SIGHTINGS, side, known.seen), 'store what was last seen of a side');
  };

  return {
    taken(side, kind) {
      const { taken, refused, kinds } = sides[side].seen;
      const isNews =
        taken === null ||
        taken.secret !== prints[side] ||
        (refused !== null && refused.at > taken.at) ||
        (kind !== undefined && kinds[kind] === undefined);
      const seenKinds = kind === undefined ? kinds : { ...kinds, [kind]: now() };
      note(side, { taken: { at: now(), secret: prints[side] }, kinds: seenKinds }, isNews);
    },
    refused(side, status) {
      const { refused, taken } = sides[side].seen;
      const isNews = refused === null || (taken !== null && taken.at > refused.at);
      note(side, { refused: { at: now(), secret: prints[side], status } }, isNews);
    },
    wrote(side) {
      note(side, { wrote: now() }, sides[side].seen.wrote === null);
    },
  };
};

/** What was written by another version, or by hand, counts as never seen. */
const storedSightings = async (records: RecordStore, side: SeenSide): Promise<Sightings> =>
  Sightings.safeParse(await records.get(SIGHTINGS, side)).data ?? UNSEEN;

const PRINT_LENGTH = 12;

/**
 * Tells a proof for the secret that is set now from one for an older secret, and tells neither: whoever has the store
 * alone lacks the key.
 */
export const fingerprints = ({ secrets }: Config): Readonly<Record<SeenSide, string | null>> => {
  const printOf = (secret: string | undefined): string | null =>
    secret === undefined
      ? null
      : createHmac('sha256', secrets.slackBotToken).update(secret).digest('hex').slice(0, PRINT_LENGTH);
  const { slackTransport: slack } = secrets;
  return {
    slack: printOf(slack.kind === 'http' ? slack.signingSecret : slack.appToken),
    acquire: printOf(secrets.acquireWebhook),
  };
};
