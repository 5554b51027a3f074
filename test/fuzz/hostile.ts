import type { Json } from './seeds.ts';

/** Makes a body hostile: wrong types, missing and doubled fields, and whatever ever broke a reader of JSON. */

export type Chance = () => number;

/** Must never be seen again in a log or an answer; its blanks tell it from an id. */
export const MARK = 'MARK of FUZZ';

const pick = <T>(chance: Chance, list: readonly T[]): T => {
  const found = list[Math.floor(chance() * list.length)];
  if (found === undefined) throw new Error('an empty list');
  return found;
};

const nested = (depth: number): Json => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

const VALUES: readonly ((chance: Chance) => Json)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => -1,
  () => 1e308,
  () => 0.1,
  () => Number.MAX_SAFE_INTEGER,
  () => '',
  () => '0',
  () => `${MARK}-text`,
  () => `${MARK} jo@example.com +358401234567 xoxb-1-2-${MARK}`,
  () => '<!channel> <@U0ANNA> <https://evil.example|here> &amp;&lt;',
  () => '\u0000\u0007\u001b[31m\u202e\u2066\ufeff',
  () => '\ud800',
  () => '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🏳️‍🌈 e\u0301',
  () => "'; DROP TABLE events; --",
  () => '../../../../etc/passwd',
  () => 'http://169.254.169.254/latest/meta-data/',
  () => 'constructor',
  () => '__proto__',
  () => '9'.repeat(400),
  () => '1700000000.000100',
  () => `${MARK}${'x'.repeat(70_000)}`,
  () => Array.from({ length: 500 }, (_, n) => n),
  (chance) => nested(2 + Math.floor(chance() * 150)),
  () => JSON.parse('{"length":1e9,"then":"x","toString":"x","toJSON":"x","valueOf":null}'),
];

type Holder = { readonly at: Json[] | { [key: string]: Json }; readonly key: string };

/** Every place in a body that holds a value. */
const placesIn = (json: Json): readonly Holder[] => {
  if (typeof json !== 'object' || json === null) return [];
  const at = json;
  return Object.entries(json).flatMap(([key, value]) => [{ at, key }, ...placesIn(value)]);
};

const put = ({ at, key }: Holder, value: Json): void => {
  if (Array.isArray(at)) at[Number(key)] = value;
  // As a property of its own, whatever its name.
  else Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
};

const valueAt = ({ at, key }: Holder): Json => (Array.isArray(at) ? at[Number(key)] : at[key]) ?? null;

const CHANGES: readonly ((place: Holder, chance: Chance, all: readonly Holder[]) => void)[] = [
  (place, chance) => put(place, pick(chance, VALUES)(chance)),
  ({ at, key }) => void (Array.isArray(at) ? at.splice(Number(key), 1) : delete at[key]),
  (place, chance, all) => put(place, structuredClone(valueAt(pick(chance, all)))),
  (place) => put(place, [valueAt(place), valueAt(place)]),
  (place) => put(place, JSON.stringify(valueAt(place))),
  ({ at }, chance) =>
    put({ at, key: pick(chance, ['__proto__', 'constructor', 'toString', `${MARK}-key`, '']) }, { polluted: true }),
];

const MOST_CHANGES = 4;

export const hostileOf = (seed: Json, chance: Chance): Json => {
  const body = structuredClone(seed);
  for (let left = 1 + Math.floor(chance() * MOST_CHANGES); left > 0; left -= 1) {
    const places = placesIn(body);
    if (places.length === 0) break;
    pick(chance, CHANGES)(pick(chance, places), chance, places);
  }
  return body;
};

/** What no serialiser would write. */
export const spoiltText = (text: string, chance: Chance): string => {
  const at = Math.floor(chance() * text.length);
  const ways = [
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => `${text.slice(0, at)}\u0000${text.slice(at)}`,
    () => `\ufeff${text}`,
    () => text + text,
    () => text.replaceAll('"', "'"),
    () => '['.repeat(50_000),
    () => text.slice(0, at) + String.fromCharCode(Math.floor(chance() * 65_536)) + text.slice(at),
    () => '',
  ];
  return pick(chance, ways)();
};
