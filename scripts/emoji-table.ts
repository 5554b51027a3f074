/**
 * Makes src/slack/emoji.json from emoji-datasource (iamcal, MIT licence), the set by which Slack names emoji. The
 * package weighs 28 MB with its pictures, so only this table of it is kept:
 *
 *   npm install --prefix /tmp/emoji emoji-datasource@16.0.0
 *   node scripts/emoji-table.ts /tmp/emoji/node_modules/emoji-datasource/emoji.json > src/slack/emoji.json
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Datasource = z.array(
  z.object({
    unified: z.string(),
    short_names: z.array(z.string()),
    skin_variations: z.record(z.string(), z.object({ unified: z.string() })).default({}),
  }),
);

/** Skin tones of Unicode, lightest first; Slack counts them from 2 to 6. */
const [LIGHT, MEDIUM_LIGHT] = ['1F3FB', '1F3FC'] as const;

const charactersOf = (unified: string): string =>
  String.fromCodePoint(...unified.split('-').map((point) => Number.parseInt(point, 16)));

/** A variation with the tones of another: by this the table needs only one of each sort. */
const inTones = (pattern: string, tones: readonly string[]): string => {
  const left = [...tones];
  return pattern
    .split('-')
    .map((point) => (point === LIGHT || point === MEDIUM_LIGHT ? (left.shift() ?? tones[0] ?? point) : point))
    .join('-');
};

const names: Record<string, string> = {};
const toned: Record<string, string> = {};
const mixed: Record<string, string> = {};

for (const emoji of Datasource.parse(JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8')))) {
  const plain = charactersOf(emoji.unified);
  for (const name of emoji.short_names) names[name] = plain;
  const one = emoji.skin_variations[LIGHT]?.unified;
  const two = emoji.skin_variations[`${LIGHT}-${MEDIUM_LIGHT}`]?.unified;
  if (one !== undefined) toned[plain] = charactersOf(one);
  if (two !== undefined) mixed[plain] = charactersOf(two);
  for (const [key, { unified }] of Object.entries(emoji.skin_variations)) {
    const tones = key.split('-');
    const made = inTones((tones.length === 1 ? one : two) ?? '', tones);
    if (made !== unified) throw new Error(`${emoji.short_names[0]} in ${key} is ${unified}, not ${made}`);
  }
}

const sorted = (table: Record<string, string>) =>
  Object.fromEntries(Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1)));

process.stdout.write(
  `${JSON.stringify({ names: sorted(names), toned: sorted(toned), mixed: sorted(mixed) }, null, 2)}\n`,
);
