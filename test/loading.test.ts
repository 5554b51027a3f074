import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { loadTheRest, putOff, whenUsed, whenUsedOrSoon } from '../src/loading.ts';

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-loading-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

/** What a program says, in a process of its own and without what the test's own Node was told. */
const said = (words: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  const options = { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env } } as const;
  const { stdout, stderr } = spawnSync(process.execPath, words, options);
  return stdout + stderr;
};

const lines = (...all: readonly string[]): string[] => ['--input-type=module', '-e', all.join('\n')];
const addressOf = (path: string): string => pathToFileURL(resolve(path)).href;

/** How many files of a package were loaded; a stand-in is one. */
const LOADED = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire('${addressOf('package.json')}');
  const loaded = (name) => Object.keys(cache).filter((path) => path.includes('/node_modules/' + name + '/')).length;
  const { App, HTTPReceiver, SocketModeReceiver } = await import('${addressOf('src/slack/bolt.ts')}');
  const logger = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel() {}, setName() {} };
  const app = (receiver) => new App({ receiver, authorize: async () => ({}), deferInitialization: true, logger });
  const say = () => console.log(['express', '@slack/oauth', '@slack/socket-mode', 'undici'].map(loaded).join(' '));`;

test('Bolt over HTTP loads neither Express nor OAuth nor Socket Mode with its HTTP client', () => {
  const words = lines(LOADED, "app(new HTTPReceiver({ signingSecret: 's', logger }));", 'say();');

  expect(said(words)).toBe('1 1 1 0\n');
});

test('in Socket Mode Bolt loads what that needs, when it needs it', () => {
  const words = lines(LOADED, "app(new SocketModeReceiver({ appToken: 'xapp-1', logger }));", 'say();');
  const [express, oauth, socketMode, undici] = said(words).trim().split(' ').map(Number);

  expect({ express, oauth }).toEqual({ express: 1, oauth: 1 });
  expect(socketMode).toBeGreaterThan(1);
  expect(undici).toBeGreaterThan(1);
});

test('a package that is put off is loaded when something of it is reached for, and once', () => {
  const folder = folderOf({
    'node_modules/outer/index.js': "const inner = require('inner'); exports.sum = (a, b) => inner.add(a, b);",
    'node_modules/inner/index.js':
      'globalThis.innerLoads = (globalThis.innerLoads ?? 0) + 1; exports.add = (a, b) => a + b;',
  });
  const outerFile = join(folder, 'node_modules/outer/index.js');
  const require = createRequire(outerFile);
  const loads = (): unknown => Reflect.get(globalThis, 'innerLoads');

  putOff(['inner'], outerFile);
  const outer: { readonly sum: (a: number, b: number) => number } = require(outerFile);

  expect(loads()).toBeUndefined();
  expect(outer.sum(1, 2)).toBe(3);
  expect(outer.sum(3, 4)).toBe(7);
  expect(loads()).toBe(1);
});

test('a package that does not exist cannot be put off', () => {
  expect(() => putOff(['no-such-package'], resolve('package.json'))).toThrow(/no-such-package/);
});

test('what most need is loaded a moment after the start, what few need is not, and neither twice', async () => {
  const loads: string[] = [];
  const few = whenUsed(() => loads.push('few'));
  const most = whenUsedOrSoon(() => loads.push('most'));

  await loadTheRest();

  expect(loads).toEqual(['most']);
  few();
  most();
  few();
  await loadTheRest();
  expect(loads).toEqual(['most', 'few']);
});

test('through the door every import of the sources is found where Node finds it', () => {
  const written = /^\s*(?:import|export)\s(?!type\s)[^'";]*?from\s+'(?<path>\.[^']+)'/gm;
  const all = globSync('src/**/*.{ts,mjs}').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(written)].map(({ groups }) => ({ file, path: groups?.['path'] ?? '' })),
  );
  const asked = JSON.stringify(all.map(({ file, path }) => ({ from: addressOf(file), path })));
  const words = (before: string): string[] =>
    lines(
      before,
      "import { readFileSync } from 'node:fs';",
      'const asked = JSON.parse(readFileSync(0, "utf8"));',
      'console.log(asked.map(({ from, path }) => import.meta.resolve(path, from)).join("\\n"));',
    );
  const answers = (before: string): string =>
    spawnSync(process.execPath, ['--experimental-import-meta-resolve', ...words(before)], {
      encoding: 'utf8',
      input: asked,
    }).stdout;

  expect(all.length).toBeGreaterThan(1000);
  expect(answers(`import '${addressOf('src/imports.mjs')}';`)).toBe(answers(''));
});

/** A program with the door's ways of importing. */
const program = (): string => {
  const folder = folderOf({
    'package.json': '{ "type": "module" }',
    'src/main.ts': "import { word } from './far/word.ts';\nconsole.log(word);\n",
    'src/far/word.ts': "const said: string = 'started';\nexport { said as word };\n",
  });
  for (const file of ['start.mjs', 'imports.mjs', 'node-version.mjs', 'signals.ts'])
    cpSync(`src/${file}`, join(folder, 'src', file));
  return folder;
};

const filesIn = (folder: string): number => globSync('**/*', { cwd: folder }).length;

test('what a start compiled is kept beside the packages', () => {
  const folder = program();
  mkdirSync(join(folder, 'node_modules'));

  expect(said([join(folder, 'src/start.mjs')])).toBe('started\n');

  expect(filesIn(join(folder, 'node_modules/.cache/casebridge'))).toBeGreaterThan(2);
});

test('where that cannot be written, a start does without', () => {
  const folder = program();
  writeFileSync(join(folder, 'node_modules'), 'not a folder');

  expect(said([join(folder, 'src/start.mjs')])).toBe('started\n');
});

test('another folder for it counts more, and none is used when that is said', () => {
  const folder = program();
  const own = join(folder, 'node_modules');
  mkdirSync(own);
  const door = join(folder, 'src/start.mjs');

  expect(said([door], { NODE_COMPILE_CACHE: join(folder, 'compiled') })).toBe('started\n');
  expect(said([door], { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('started\n');

  expect(filesIn(join(folder, 'compiled'))).toBeGreaterThan(2);
  expect(existsSync(join(own, '.cache'))).toBe(false);
});

test('a source that changed is compiled anew', () => {
  const folder = program();
  mkdirSync(join(folder, 'node_modules'));
  const door = join(folder, 'src/start.mjs');
  said([door]);

  writeFileSync(join(folder, 'src/far/word.ts'), "export const word: string = 'changed';\n");

  expect(said([door])).toBe('changed\n');
});
