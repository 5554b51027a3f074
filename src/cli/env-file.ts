import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Reading and writing `.env`: what stands in it stays where it is, and only its owner may read it. */

const OWNER_ONLY = 0o600;

export const readEnvFile = (path: string): Readonly<Record<string, string | undefined>> =>
  existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};

/** Changes the variables given in a file, or in the sample where there is none yet. */
export const writeEnvFile = (
  path: string,
  values: ReadonlyMap<string, string>,
  sample: () => string,
): 'created' | 'changed' => {
  const exists = existsSync(path);
  const before = exists ? readFileSync(path, 'utf8') : sample();
  // Whole or not at all, and never readable to others for a moment.
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, withValues(before, values), { mode: OWNER_ONLY });
  renameSync(beside, path);
  return exists ? 'changed' : 'created';
};

const withValues = (text: string, values: ReadonlyMap<string, string>): string => {
  const left = new Map(values);
  const lines = text.split('\n').map((line) => {
    const name = /^\s*(?:#\s?)?(?:export\s+)?([A-Z_]+)=/u.exec(line)?.[1];
    const value = name === undefined ? undefined : left.get(name);
    if (name === undefined || value === undefined) return line;
    left.delete(name);
    return `${name}=${quoted(value)}`;
  });
  const added = [...left].map(([name, value]) => `${name}=${quoted(value)}`);
  return [...lines, ...(added.length === 0 ? [] : [...added, ''])].join('\n');
};

/** Node reads a bare word as it stands; anything else goes between the quotes that it does not hold. */
const quoted = (value: string): string => {
  if (/^[\w./:@%+,=?&~-]*$/u.test(value)) return value;
  const quote = [`'`, '"', '`'].find((one) => !value.includes(one)) ?? `'`;
  return `${quote}${value}${quote}`;
};
