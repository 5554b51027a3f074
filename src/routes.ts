import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { z } from 'zod';
import { ChannelId } from './core/ids.ts';
import { RoutesFile, type RoutesContent } from './core/route-file.ts';
import { type ChannelSettings, type Channels, defaultSettings } from './core/settings.ts';
import { whenUsed } from './loading.ts';
import { faultInWords } from './yaml-faults.ts';

/** The routes file: which cases go where, and how each channel is worked. What is wrong with it is told by its lines. */

const require = createRequire(import.meta.url);
const yaml = whenUsed((): typeof Yaml => require('yaml'));

const NAME = 'ROUTES_FILE';
/** Anything longer is another file. */
const MOST_CHARACTERS = 1_000_000;

export type RoutesResult =
  | { readonly ok: true; readonly channels: Channels }
  /** One line per problem, with the line of the file where there is one; no line holds a value. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the routes file, when there is one, and adds the channel of new cases. */
export const readRoutes = (path: string | undefined, caseChannel: string | undefined): RoutesResult => {
  if (path === undefined)
    return withHome({ channels: new Map(), routes: [], people: new Map(), giosg: null }, homeOf(caseChannel));
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    return unreadable(path);
  }
  return parseRoutes(content, { path, caseChannel });
};

export const unreadable = (path: string): RoutesResult =>
  refused(`${NAME} ${path} cannot be read; expected a YAML file that this process may read`);

/** The same for what was read before. */
export const parseRoutes = (
  content: string,
  { path, caseChannel }: { readonly path: string; readonly caseChannel: string | undefined },
): RoutesResult =>
  content.length > MOST_CHARACTERS
    ? refused(`${NAME} ${path} is too long; expected at most a megabyte`)
    : checked(content, { path, home: homeOf(caseChannel) });

const homeOf = (caseChannel: string | undefined): ChannelId | null =>
  caseChannel === undefined ? null : ChannelId.parse(caseChannel);

const refused = (...problems: readonly string[]): RoutesResult => ({ ok: false, problems });

type Given = { readonly path: string; readonly home: ChannelId | null };

const checked = (content: string, { path, home }: Given): RoutesResult => {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const at = (offset: number): string => `${NAME} ${path}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    return refused(...document.errors.map((error) => `${at(error.pos[0])} ${faultInWords(error)}`));
  keepAsWritten(document);
  let plain: unknown;
  try {
    plain = document.toJS() ?? {};
  } catch {
    return refused(`${at(0)} repeats itself without end (aliases); expected it written out`);
  }
  const parsed = RoutesFile.safeParse(plain);
  if (parsed.success) return withHome(parsed.data, home);
  const told = parsed.error.issues.flatMap((issue) => problemsOf(issue, document.contents));
  const inOrder = told.toSorted((a, b) => a.offset - b.offset);
  return refused(...new Set(inOrder.map(({ offset, words }) => `${at(offset)} ${words}`)));
};

/** `+358401234567` and `007` are no numbers to people. */
const keepAsWritten = (document: ReturnType<typeof Yaml.parseDocument>): void => {
  yaml().visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'number' && node.source !== undefined && String(node.value) !== node.source)
        node.value = node.source;
    },
  });
};

type Problem = { readonly offset: number; readonly words: string };
type Path = readonly PropertyKey[];

const problemsOf = (issue: z.core.$ZodIssue, root: Yaml.Node | null): readonly Problem[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => problem(root, [...issue.path, key], issue.message));
  if (issue.code === 'invalid_key') return [problem(root, issue.path, issue.issues[0]?.message ?? issue.message)];
  return [problem(root, issue.path, wordsOf(issue, nodeAt(root, issue.path)))];
};

const problem = (root: Yaml.Node | null, path: Path, message: string): Problem => {
  const place = placeOf(root, path);
  return { offset: offsetOf(root, path), words: place === '' ? message : `${place} ${message}` };
};

/** Our own messages say all; the library's are put into the words of people who write such files. */
const wordsOf = (issue: z.core.$ZodIssue, node: unknown): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid input') ? wordsOfKind(issue.expected, node) : issue.message;
    case 'invalid_value':
      return `is not right; expected ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.message.startsWith('Too small') ? `is too small; expected at least ${issue.minimum}` : issue.message;
    case 'too_big':
      return `is too big; expected at most ${issue.maximum}`;
    default:
      return issue.message;
  }
};

const KINDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of names and values',
  record: 'a map of names and values',
};

const wordsOfKind = (expected: string, node: unknown): string => {
  const kind = KINDS[expected] ?? expected;
  const value = yaml().isScalar(node) ? node.value : undefined;
  if (value === null)
    return `is empty; expected ${kind}${expected === 'object' || expected === 'record' ? ', or {}' : ''}`;
  const looksLike = expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  return `is not right; expected ${kind}${looksLike ? ', in quotes' : ''}`;
};

/** A rule by its name; an address is left out, for problems are logged. */
const placeOf = (root: Yaml.Node | null, path: Path): string => {
  const [first, at] = path;
  const inRules = first === 'routes' && typeof at === 'number';
  const name = inRules ? nodeAt(root, ['routes', at, 'name']) : null;
  const rule =
    yaml().isScalar(name) && typeof name.value === 'string' && !name.value.includes('@') ? `“${name.value}”` : null;
  const words = (inRules ? path.slice(2) : path).map(String).filter((piece) => !piece.includes('@'));
  return [...(inRules ? [`rule ${rule ?? at + 1}`] : []), words.join('.')].filter(Boolean).join(': ');
};

const nodeAt = (root: Yaml.Node | null, path: Path): unknown =>
  path.reduce<unknown>((node, key) => (yaml().isCollection(node) ? node.get(key, true) : undefined), root);

/** Where the last piece of the path stands that the file has; a key that is refused stands where it is written. */
const offsetOf = (root: Yaml.Node | null, path: Path): number => {
  const { isCollection, isMap, isScalar } = yaml();
  let offset = 0;
  let node: unknown = root;
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      : undefined;
    node = pair === undefined ? (isCollection(node) ? node.get(key, true) : undefined) : pair.value;
    const start = pair === undefined ? rangeOf(node) : rangeOf(pair.key);
    if (start === null) return offset;
    offset = start;
  }
  return offset;
};

const rangeOf = (node: unknown): number | null =>
  typeof node === 'object' &&
  node !== null &&
  'range' in node &&
  Array.isArray(node.range) &&
  typeof node.range[0] === 'number'
    ? node.range[0]
    : null;

/** Rules that cover every case, or a file without any rule, need no channel of new cases. */
const withHome = ({ channels, routes, people, giosg }: RoutesContent, given: ChannelId | null): RoutesResult => {
  const coversAll = routes.find(({ conditions }) => conditions.length === 0);
  const [first] = channels.keys();
  const home = given ?? coversAll?.channel ?? (routes.length === 0 || coversAll !== undefined ? first : undefined);
  if (home === undefined)
    return refused(
      routes.length === 0
        ? `CASE_CHANNEL is missing and ${NAME} names no channel; expected one of them to name a Slack channel id, e.g. C0123456789`
        : `CASE_CHANNEL is missing and the rules of ${NAME} do not cover every case; expected a last rule without conditions, or CASE_CHANNEL with a Slack channel id, e.g. C0123456789`,
    );
  const all = new Map<ChannelId, ChannelSettings>(channels);
  for (const channel of [home, ...routes.map((route) => route.channel)])
    if (channel !== null && !all.has(channel)) all.set(channel, defaultSettings);
  return { ok: true, channels: { home, all, routes, people, giosg } };
};
