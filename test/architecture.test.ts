import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Whose values each room of src may use; a room is a folder or a single file. Everything else is refused. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['node-version.mjs', 'agent-keys', 'app', 'config', 'loading', 'log', 'routes', 'signals'],
  cli: ['node-version.mjs', 'app', 'config', 'environment', 'agent-keys', 'routes', 'log', 'store', 'delivery', 'core'],
  app: [
    'agent-keys',
    'config',
    'log',
    'routes',
    'bridge',
    'slack',
    'acquire',
    'giosg',
    'store',
    'http',
    'files',
    'delivery',
    'core',
  ],
  bridge: ['delivery', 'core'],
  slack: ['calls', 'loading', 'delivery', 'core'],
  acquire: ['calls', 'loading', 'delivery', 'core'],
  giosg: ['calls', 'delivery', 'core'],
  store: ['delivery', 'core'],
  http: ['loading', 'delivery', 'core'],
  files: ['loading', 'delivery', 'core'],
  core: [],
  delivery: [],
  calls: [],
  config: ['environment'],
  routes: ['loading', 'yaml-faults', 'core'],
  'agent-keys': ['loading', 'yaml-faults'],
  'yaml-faults': [],
  loading: [],
  environment: [],
  log: [],
  signals: [],
  // The simulators speak only the wire: what they shared with the app, they could not find wrong in it.
  sandbox: [],
};
/** The storeys of the bridge: each stands on those before it, and all stand on the files beside them. */
const STOREYS = ['visitors', 'threads', 'files', 'cases', 'messages', 'doors', 'outbox', 'inbox'];
const SANDBOX_ENTRY_MAY_IMPORT = ['app', 'config', 'log'];

/** Rooms that may name the types of these, but are handed the values. */
const TYPES_FOR_ALL = ['config', 'log'];
const EDGE_AND_BRIDGE = ['bridge', 'slack', 'acquire', 'giosg', 'store', 'http'];

const PURE_BUILTINS = ['node:crypto'];
const PURE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: ['zod', ...PURE_BUILTINS],
  delivery: PURE_BUILTINS,
};

/** Packages with one home. */
const HOMES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@slack\//, ['slack']],
  [/^(keyv|pg|node:sqlite)$/, ['store']],
  [/^undici$/, ['files']],
  // The naive app of the benchmark makes its calls with it.
  [/^ky$/, []],
  [/^(htmlparser2|@csstools\/css-tokenizer)$/, ['acquire']],
  [/^jose$/, ['giosg']],
  [/^node:https?$/, ['http', 'slack', 'calls', 'sandbox']],
  [/^ws$/, ['sandbox']],
  [/^pino(-pretty)?$/, ['log']],
];

const READS_PROCESS_ENV = ['main.ts', 'cli.ts', 'sandbox/main.ts'];
const MAX_LINES = 400;
const NAMES_THAT_SAY_NOTHING =
  /^(?:.*[-.])?(index|utils?|helpers?|common|misc|managers?|services?|handlers?|processors?)\.ts$/;

interface Source {
  /** Below src, such as `slack/client.ts`. */
  readonly path: string;
  readonly room: string;
  readonly code: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** A path below src, or the name of a package. */
  readonly target: string;
  readonly room: string | undefined;
  readonly typeOnly: boolean;
}

/** A rule names what it finds wrong in one source; `breaks` and `keeps` are made-up trees that show it bite and let go. */
interface Rule {
  readonly name: string;
  readonly wrongIn: (source: Source, all: readonly Source[]) => readonly string[];
  readonly breaks: readonly Tree[];
  readonly keeps: readonly Tree[];
}

type Tree = Readonly<Record<string, string>>;

const RULES: readonly Rule[] = [
  {
    name: 'src holds only the rooms that the table above knows',
    wrongIn: ({ room }) => (Object.hasOwn(MAY_IMPORT, room) ? [] : [`unknown room ${room}`]),
    breaks: [{ 'shared/text.ts': '' }, { 'tools.ts': '' }],
    keeps: [{ 'bridge.ts': '' }, { 'bridge/replies.ts': '' }],
  },
  {
    name: 'imports point inward, and rooms on the edge never meet',
    wrongIn: ({ path, room, imports }) =>
      imports
        .filter((one) => one.room !== undefined && one.room !== room && !mayImport({ path, room }, one))
        .map(({ target }) => `imports ${target}`),
    breaks: [
      { 'slack/a.ts': "import { b } from '../acquire/b.ts';" },
      { 'slack/a.ts': "import type { B } from '../bridge.ts';" },
      { 'store/a.ts': "import { log } from '../log.ts';" },
      { 'core/a.ts': "import type { Delivery } from '../delivery/ports.ts';" },
      { 'delivery/a.ts': "import type { Log } from '../log.ts';" },
      { 'bridge/a.ts': "const b = await import('../slack/b.ts');" },
      { 'app.ts': "import {\n  startAcquire,\n} from './sandbox/acquire/server.ts';" },
      { 'sandbox/slack/a.ts': "export { b } from '../../core/b.ts';" },
      { 'sandbox/page.ts': "import { createApp } from '../app.ts';" },
      { 'http/a.ts': "import pkg from '../../package.json' with { type: 'json' };" },
    ],
    keeps: [
      { 'slack/a.ts': "import type { Log } from '../log.ts';\nimport { b } from '../core/b.ts';" },
      { 'sandbox/main.ts': "import { createApp } from '../app.ts';\nimport { startSlack } from './slack/server.ts';" },
      { 'app.ts': "import { open } from './store/sqlite.ts';" },
    ],
  },
  {
    name: 'a storey of the bridge stands on lower ones alone',
    wrongIn: ({ path, room, imports }) => {
      if (room !== 'bridge') return [];
      const storey = storeyOf(path);
      if (Number.isNaN(storey)) return [`is in no storey of ${STOREYS.join(', ')}`];
      return imports.filter(({ target }) => storeyOf(target) > storey).map(({ target }) => `imports ${target}`);
    },
    breaks: [
      { 'bridge/files/a.ts': "import { b } from '../doors/b.ts';" },
      { 'bridge/a.ts': "import type { B } from './threads/b.ts';" },
      { 'bridge/attic/a.ts': '' },
    ],
    keeps: [
      { 'bridge/doors/a.ts': "import { b } from '../files/b.ts';\nimport { c } from '../c.ts';" },
      { 'app.ts': "import { b } from './bridge/doors/b.ts';" },
    ],
  },
  {
    name: 'core knows only itself and zod, delivery only itself',
    wrongIn: ({ room, imports }) => {
      const allowed = PURE_ROOMS[room];
      if (allowed === undefined) return [];
      return imports
        .filter(({ room: its, target }) => its === undefined && !allowed.includes(target))
        .map(({ target }) => `imports ${target}`);
    },
    breaks: [{ 'delivery/a.ts': "import { z } from 'zod';" }, { 'core/a.ts': "import 'node:fs';" }],
    keeps: [
      { 'core/a.ts': "import { z } from 'zod';" },
      { 'delivery/a.ts': "import { createHash } from 'node:crypto';" },
    ],
  },
  {
    name: 'core asks neither the clock nor chance nor the world',
    wrongIn: ({ room, code }) =>
      room === 'core'
        ? [
            ...code.matchAll(
              /\b(?:Date\.now|new Date\(\)|Math\.random|randomUUID|set(?:Timeout|Interval|Immediate)|fetch\()/g,
            ),
          ].map(([found]) => `uses ${found}`)
        : [],
    breaks: [{ 'core/a.ts': 'const now = Date.now();' }, { 'core/a.ts': 'const now = new Date();' }],
    keeps: [{ 'core/a.ts': '// never Date.now()\nconst at = new Date(now);' }, { 'app.ts': 'Date.now();' }],
  },
  {
    name: 'every vendor and driver has one home',
    wrongIn: ({ room, imports }) =>
      imports
        .filter(({ target }) => HOMES.some(([what, homes]) => what.test(target) && !homes.includes(room)))
        .map(({ target }) => `imports ${target}`),
    breaks: [
      { 'bridge.ts': "import { App } from '@slack/bolt';" },
      { 'core/a.ts': "import type { KnownBlock } from '@slack/types';" },
      { 'app.ts': "import { DatabaseSync } from 'node:sqlite';" },
      { 'slack/a.ts': "import ky from 'ky';" },
      { 'acquire/webhook.ts': "import { createServer } from 'node:http';" },
    ],
    keeps: [{ 'slack/a.ts': "import { App } from '@slack/bolt';" }, { 'store/a.ts': "import Keyv from 'keyv';" }],
  },
  {
    name: 'process.env is read where the program starts and nowhere else',
    wrongIn: ({ path, code }) =>
      /\bprocess\s*\??\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(code) && !READS_PROCESS_ENV.includes(path)
        ? ['reads process.env']
        : [],
    breaks: [{ 'config.ts': 'const port = process.env.PORT;' }, { 'app.ts': "import { env } from 'node:process';" }],
    keeps: [{ 'main.ts': 'readConfig(process.env);' }, { 'config.ts': '/** process.env is handed in. */' }],
  },
  {
    name: 'imports make no circles',
    wrongIn: (source, all) => circleThrough(source, all),
    breaks: [
      { 'core/a.ts': "import { b } from './b.ts';", 'core/b.ts': "import type { A } from './a.ts';" },
      { 'core/a.ts': "import './b.ts';", 'core/b.ts': "import './c.ts';", 'core/c.ts': "import './a.ts';" },
    ],
    keeps: [{ 'core/a.ts': "import './b.ts';\nimport './c.ts';", 'core/b.ts': "import './c.ts';", 'core/c.ts': '' }],
  },
  {
    name: 'a file is named for what it holds, and none only passes others on',
    wrongIn: ({ path }) => (NAMES_THAT_SAY_NOTHING.test(posix.basename(path)) ? ['has a name that says nothing'] : []),
    breaks: [{ 'slack/index.ts': '' }, { 'core/utils.ts': '' }, { 'bridge/event-handler.ts': '' }],
    keeps: [{ 'slack/client.ts': '' }],
  },
  {
    name: `no file is longer than ${MAX_LINES} lines`,
    wrongIn: ({ code }) => (code.trimEnd().split('\n').length > MAX_LINES ? ['is too long to read at once'] : []),
    breaks: [{ 'core/a.ts': 'x;\n'.repeat(MAX_LINES + 1) }],
    keeps: [{ 'core/a.ts': 'x;\n'.repeat(MAX_LINES) }],
  },
];

describe('the sources', () => {
  const sources = readSources();

  test('are found', () => expect(sources.map(({ path }) => path)).toContain('config.ts'));

  test.each(RULES)('$name', (rule) => expect(offences(rule, sources)).toEqual([]));
});

describe('made-up sources show that the rule bites', () => {
  test.each(RULES)('$name', (rule) => {
    for (const tree of rule.breaks) expect(offences(rule, sourcesOf(tree)), JSON.stringify(tree)).not.toEqual([]);
    for (const tree of rule.keeps) expect(offences(rule, sourcesOf(tree)), JSON.stringify(tree)).toEqual([]);
  });
});

function offences({ wrongIn }: Rule, sources: readonly Source[]): string[] {
  return sources.flatMap((source) => wrongIn(source, sources).map((what) => `src/${source.path} ${what}`));
}

function mayImport(from: Pick<Source, 'path' | 'room'>, { room = '', typeOnly }: Import): boolean {
  if (from.path === 'sandbox/main.ts' && SANDBOX_ENTRY_MAY_IMPORT.includes(room)) return true;
  if (typeOnly && TYPES_FOR_ALL.includes(room) && EDGE_AND_BRIDGE.includes(from.room)) return true;
  return MAY_IMPORT[from.room]?.includes(room) ?? false;
}

/** How high a file of the bridge stands; the files beside the storeys, and all other rooms, are the ground; NaN for no storey. */
function storeyOf(path: string): number {
  const [room, storey, file] = path.split('/');
  if (room !== 'bridge' || storey === undefined || file === undefined) return -1;
  return STOREYS.includes(storey) ? STOREYS.indexOf(storey) : Number.NaN;
}

/** The shortest way from a source back to itself, or nothing. */
function circleThrough(source: Source, all: readonly Source[]): string[] {
  const byPath = new Map(all.map((one) => [one.path, one]));
  const seen = new Set<string>();
  let ways: string[][] = [[source.path]];
  while (ways.length > 0) {
    const longer = ways.flatMap((way) =>
      (byPath.get(way.at(-1) ?? '')?.imports ?? []).map(({ target }) => [...way, target]),
    );
    const circle = longer.find((way) => way.at(-1) === source.path);
    if (circle !== undefined) return [`imports itself: ${circle.join(' -> ')}`];
    ways = longer.filter((way) => !seen.has(way.at(-1) ?? ''));
    for (const way of ways) seen.add(way.at(-1) ?? '');
  }
  return [];
}

function readSources(): Source[] {
  const src = new URL('../src/', import.meta.url);
  const paths = globSync('**/*.ts', { cwd: src }).map((path) => path.replaceAll('\\', '/'));
  return sourcesOf(
    Object.fromEntries(paths.toSorted().map((path) => [path, readFileSync(new URL(path, src), 'utf8')])),
  );
}

function sourcesOf(tree: Tree): Source[] {
  return Object.entries(tree).map(([path, text]) => {
    const code = withoutComments(text);
    return { path, room: roomOf(path), code, imports: importsOf(path, code) };
  });
}

const roomOf = (path: string): string => path.replace(/\.ts$/, '').split('/')[0] ?? path;

/** Line breaks stay, so that lengths hold. A `//` counts only after a blank: addresses keep theirs. */
const withoutComments = (text: string): string =>
  text.replace(/(^|\s)\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/\S/g, '')).replace(/(^|\s)\/\/.*$/gm, '');

function importsOf(path: string, code: string): Import[] {
  const written = [
    ...code.matchAll(/^\s*(?:import|export)\s+(?<type>type\s+)?(?:[^'";]*?[\s}]from\s+)?'(?<from>[^']+)'/gm),
    ...code.matchAll(/\b(?:import|require)\(\s*'(?<from>[^']+)'/g),
  ];
  return written.map(({ groups }) => {
    const from = groups?.['from'] ?? '';
    const target = from.startsWith('.') ? posix.join(posix.dirname(path), from) : from;
    const room = from.startsWith('.') ? roomOf(target) : undefined;
    return { target, room, typeOnly: groups?.['type'] !== undefined };
  });
}
