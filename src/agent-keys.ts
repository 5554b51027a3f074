import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { z } from 'zod';
import { whenUsed } from './loading.ts';
import { faultInWords } from './yaml-faults.ts';

/** The file of agents' own Acquire keys. What is wrong is told by its line: neither addresses nor keys are shown. */

const require = createRequire(import.meta.url);
const yaml = whenUsed((): typeof Yaml => require('yaml'));

export type AgentKeys = {
  /** By e-mail, in lower case. */
  readonly keys: ReadonlyMap<string, string>;
  /** Where each stands, for people: `agents.yaml:3`. */
  readonly places: ReadonlyMap<string, string>;
};

export const noAgentKeys: AgentKeys = { keys: new Map(), places: new Map() };

export type AgentKeysResult =
  | ({ readonly ok: true } & AgentKeys)
  /** One line per problem. */
  | { readonly ok: false; readonly problems: readonly string[] };

const NAME = 'AGENT_KEYS_FILE';
const EMAIL = z.email();
const KEY = /^[!-~]+$/;
const RIGHT = 'expected lines such as anna@example.com: her-own-acquire-key';

/** Without a path there are none. */
export const readAgentKeys = (path: string | undefined): AgentKeysResult => {
  if (path === undefined) return { ok: true, ...noAgentKeys };
  const refused = (problem: string): AgentKeysResult => ({ ok: false, problems: [problem] });
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    return refused(`${NAME} ${path} cannot be read; expected a YAML file that this process may read`);
  }
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  if (document.errors.length > 0)
    return {
      ok: false,
      problems: document.errors.map((error) => `${NAME} ${path}:${lineAt(error.pos[0])} ${faultInWords(error)}`),
    };
  return checked(path, entriesOf(document, lineAt));
};

type Entry = { readonly line: number; readonly email: unknown; readonly key: unknown };

/** Null when the file is not one list of pairs. */
const entriesOf = (
  { contents }: ReturnType<typeof Yaml.parseDocument>,
  lineAt: (offset: number | undefined) => number,
): readonly Entry[] | null => {
  const { isMap, isScalar } = yaml();
  if (contents === null) return [];
  if (!isMap(contents)) return null;
  return contents.items.map(({ key, value }) => ({
    line: lineAt(isScalar(key) ? key.range?.[0] : undefined),
    email: isScalar(key) ? key.value : null,
    // As it is written: a key of digits alone would be a number, and lose some of them.
    key: isScalar(value) ? (value.source ?? value.value) : null,
  }));
};

const checked = (path: string, entries: readonly Entry[] | null): AgentKeysResult => {
  if (entries === null)
    return { ok: false, problems: [`${NAME} ${path}:1 holds no pairs of e-mail and key; ${RIGHT}`] };
  const keys = new Map<string, string>();
  const places = new Map<string, string>();
  const problems: string[] = [];
  for (const { line, email: given, key } of entries) {
    const refuse = (what: string) => problems.push(`${NAME} ${path}:${line} ${what}; ${RIGHT}`);
    const email = EMAIL.safeParse(given).data?.toLowerCase();
    if (email === undefined) refuse('begins with something that is not an e-mail address');
    else if (typeof key !== 'string' || !KEY.test(key))
      refuse('has no key, or one with a blank or a character outside ASCII');
    else if (keys.has(email)) refuse('names an agent a second time');
    else if ([...keys.values()].includes(key)) refuse('has the key of another agent');
    else {
      keys.set(email, key);
      places.set(email, `${path}:${line}`);
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, keys, places };
};
