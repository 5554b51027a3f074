import { spawnSync } from 'node:child_process';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EnvFileUnusable, readEnvFile, writeEnvFile } from '../../src/cli/env-file.ts';

const ANOTHER_USER = 1234;
const isRoot = process.getuid?.() === 0;

const place = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, '.env');
};

/** What is in the file after the values were put into it. */
const after = (before: string, values: Readonly<Record<string, string>>): string => {
  const path = place();
  writeFileSync(path, before);
  writeEnvFile(path, new Map(Object.entries(values)), () => '');
  return readFileSync(path, 'utf8');
};

test.each([
  ['the line that counts, when there are two', 'A=\nB=1\nA=old\n', { A: 'new' }, 'A=new\nB=1\nA=new\n'],
  ['the line that is set, not a commented one above it', '# A=3000\nA=3001\n', { A: '4' }, '# A=3000\nA=4\n'],
  ['a commented line where there is no other', '# A=3000\nB=1\n', { A: '4' }, 'A=4\nB=1\n'],
  ['only the first of several commented lines', '# A=1\n#A=2\n', { A: '4' }, 'A=4\n#A=2\n'],
  ['a line with blanks around its name', 'export A = old\n', { A: '4' }, 'A=4\n'],
  ['no line that says it already', 'A=4 # four\n', { A: '4' }, 'A=4 # four\n'],
  ['the end, where there is no such line', 'B=1\n', { A: '4' }, 'B=1\nA=4\n'],
  ['lines as another system ends them', 'A=1\r\nB=2\r\n', { A: '4' }, 'A=4\r\nB=2\r\n'],
])('it changes %s', (_what, before, values, expected) => {
  expect(after(before, values)).toBe(expected);
});

test('a mark before the first line is no part of its name', () => {
  const path = place();
  writeFileSync(path, '\uFEFFA=1\nB=2\n');

  expect(readEnvFile(path)).toEqual({ A: '1', B: '2' });
});

test('a link stays one, and what it leads to is changed, or made', () => {
  const path = place();
  const [there, missing] = [`${path}.shared`, `${path}.new`];
  writeFileSync(there, 'A=1\n');
  symlinkSync('.env.shared', path);
  symlinkSync('.env.new', `${path}.link`);

  expect(writeEnvFile(path, new Map([['A', '2']]), () => '')).toBe('changed');
  expect(writeEnvFile(`${path}.link`, new Map([['A', '3']]), () => '')).toBe('created');

  expect(lstatSync(path).isSymbolicLink() && lstatSync(`${path}.link`).isSymbolicLink()).toBe(true);
  expect(readFileSync(there, 'utf8')).toBe('A=2\n');
  expect(readFileSync(missing, 'utf8').trim()).toBe('A=3');
});

test.runIf(isRoot)('root leaves a file to its owner, and makes a new one for the owner of the folder', () => {
  const path = place();
  writeFileSync(path, 'A=1\n');
  chownSync(path, ANOTHER_USER, ANOTHER_USER);
  const folder = `${path}.d`;
  mkdirSync(folder);
  chownSync(folder, ANOTHER_USER, ANOTHER_USER);

  writeEnvFile(path, new Map([['A', '2']]), () => '');
  writeEnvFile(`${folder}/.env`, new Map([['A', '2']]), () => '');

  for (const file of [path, `${folder}/.env`])
    expect(statSync(file)).toMatchObject({ uid: ANOTHER_USER, gid: ANOTHER_USER, mode: 0o100600 });
});

test('what cannot be read or written is said with what to do, and leaves nothing behind', () => {
  const path = place();
  const noFolder = join(path, '..', 'nowhere', '.env');
  expect(() => writeEnvFile(noFolder, new Map([['A', '1']]), () => '')).toThrow(
    /cannot be written \(ENOENT\): run this/,
  );
  mkdirSync(path);
  expect(() => readEnvFile(path)).toThrow(/cannot be read \(EISDIR\): it is a folder/);
  const wide = `${path}.wide`;
  writeFileSync(wide, 'A=1\n', 'utf16le');
  expect(() => readEnvFile(wide)).toThrow(EnvFileUnusable);
  expect(readdirSync(join(path, '..')).toSorted()).toEqual(['.env', '.env.wide']);
});

/** The door itself, in a folder of its own. */
const start = (path: string, as?: number) =>
  spawnSync(process.execPath, [resolve('src/start.mjs'), 'deliveries', 'list'], {
    cwd: join(path, '..'),
    env: {},
    encoding: 'utf8',
    ...(as === undefined ? {} : { uid: as }),
  });

test('the start says of a folder in its place what is expected', () => {
  const path = place();
  mkdirSync(path);

  expect(start(path)).toMatchObject({ status: 78, stderr: expect.stringMatching(/^\.env cannot be read \(EISDIR\)/) });
});

test('the start takes the first variable behind a mark, and none that the environment has', () => {
  const path = place();
  writeFileSync(path, '\uFEFFDATABASE_URL=mysql://nowhere\n');

  expect(start(path).stderr).toContain('DATABASE_URL is neither');
});

test.runIf(isRoot)('the start says who must be able to read the file', () => {
  const path = place();
  writeFileSync(path, 'A=1\n', { mode: 0o600 });
  chownSync(join(path, '..'), ANOTHER_USER, ANOTHER_USER);

  expect(start(path, ANOTHER_USER).stderr).toMatch(
    /^\.env cannot be read \(EACCES\): let the user that runs casebridge read it\n$/,
  );
});
