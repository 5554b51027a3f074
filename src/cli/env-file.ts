import {
  chownSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** Reading and writing `.env`: what stands in it stays where it is, and only its owner may read it. */

const OWNER_ONLY = 0o600;
const ROOT = 0;

/** The message is for people; it names the file and what to do. */
export class EnvFileUnusable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvFileUnusable';
  }
}

/** Nothing when there is no such file. */
export const readEnvFile = (path: string): Readonly<Record<string, string | undefined>> => {
  const text = textOf(path);
  return text === null ? {} : parseEnv(text);
};

/** Changes the variables given in a file, or in the sample where there is none yet. */
export const writeEnvFile = (
  path: string,
  values: ReadonlyMap<string, string>,
  sample: () => string,
): 'created' | 'changed' => {
  const before = textOf(path);
  const place = placeOf(path);
  // Whole or not at all, and never readable to others for a moment.
  const beside = `${place}.${process.pid}`;
  try {
    writeFileSync(beside, withValues(before ?? sample(), values), { mode: OWNER_ONLY });
    keepOwner(beside, { place, isNew: before === null });
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { force: true });
    if (codeOf(error) === null) throw error;
    throw new EnvFileUnusable(
      `${path} cannot be written (${codeOf(error)}): run this as the user that the file and its folder belong to`,
    );
  }
  return before === null ? 'created' : 'changed';
};

const textOf = (path: string): string | null => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    if (code === null) throw error;
    throw new EnvFileUnusable(`${path} cannot be read (${code}): ${CURES[code] ?? 'expected a file of variables'}`);
  }
  if (text.includes('\0')) throw new EnvFileUnusable(`${path} is not UTF-8: save it again in that encoding`);
  // Some editors put a mark before the first line, which would become part of its name.
  return text.replace(/^\uFEFF/u, '');
};

const CURES: Readonly<Record<string, string>> = {
  EACCES: 'let the user that runs casebridge read it',
  EPERM: 'let the user that runs casebridge read it',
  EISDIR: 'it is a folder; expected a file of variables',
};

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** Where a link leads, also when nothing is there yet. */
const placeOf = (path: string): string => {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!isLink) return path;
  return statSync(path, { throwIfNoEntry: false }) === undefined
    ? resolve(dirname(path), readlinkSync(path))
    : realpathSync(path);
};

/** Whoever runs this may be another than who runs casebridge: a file stays its owner's, and root's new one is the folder's. */
const keepOwner = (file: string, { place, isNew }: { readonly place: string; readonly isNew: boolean }): void => {
  const { uid, gid } = statSync(isNew ? dirname(place) : place);
  const own = process.getuid?.();
  if (own === undefined || uid === own || (isNew && own !== ROOT)) return;
  chownSync(file, uid, gid);
};

const withValues = (text: string, values: ReadonlyMap<string, string>): string => {
  const lines = text.split('\n');
  const places = new Map([...values.keys()].map((name) => [name, placesOf(name, lines)]));
  for (const [name, value] of values)
    for (const at of places.get(name) ?? []) lines[at] = withValue(lines[at] ?? '', name, value);
  const added = [...values].filter(([name]) => places.get(name)?.length === 0);
  if (added.length === 0) return lines.join('\n');
  if (lines.at(-1) === '') lines.pop();
  return [...lines, ...added.map(([name, value]) => `${name}=${quoted(value)}`), ''].join('\n');
};

/** Every line that sets it, for the last one wins; else the first that is commented out. */
const placesOf = (name: string, lines: readonly string[]): readonly number[] => {
  const fitting = (pattern: RegExp): readonly number[] =>
    lines.flatMap((line, at) => (pattern.exec(line)?.[1] === name ? [at] : []));
  const set = fitting(/^\s*(?:export\s+)?([A-Z_]+)\s*=/u);
  return set.length > 0 ? set : fitting(/^\s*#\s?(?:export\s+)?([A-Z_]+)=/u).slice(0, 1);
};

/** A line that says it already keeps its comment. */
const withValue = (line: string, name: string, value: string): string =>
  parseEnv(line)[name] === value ? line : `${name}=${quoted(value)}${line.endsWith('\r') ? '\r' : ''}`;

/** Node reads a bare word as it stands; anything else goes between the quotes that it does not hold. */
const quoted = (value: string): string => {
  if (/^[\w./:@%+,=?&~-]*$/u.test(value)) return value;
  const quote = [`'`, '"', '`'].find((one) => !value.includes(one)) ?? `'`;
  return `${quote}${value}${quote}`;
};
