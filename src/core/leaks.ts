import { z } from 'zod';
import { plainTextOf } from './plain-text.ts';
import type { RichText } from './rich-text.ts';
import { strict } from './strict.ts';

/** What should not leave the house by mistake: found before a reply goes out, and never repeated in words. */

const MOST_RULES = 200;
const HOST = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/iu;

/** What the settings add to that: hosts, and texts with wildcards. */
export const LeakRules = strict({
  /** Ask before a reply that seems to hold a key, or a link into Slack, too. */
  check: z.boolean().default(true),
  /** Hosts that customers cannot reach: `wiki.acme.com`, or `*.corp.acme.com` for all below it. */
  hosts: z
    .array(z.string().max(253).regex(HOST, 'is not a host such as wiki.acme.com or *.corp.acme.com'))
    .max(MOST_RULES)
    .default([]),
  /** `*` stands for anything within a line, `#` for a digit: `INT-####`. Capitals do not matter. */
  patterns: z
    .array(
      z
        .string()
        .max(200, 'is longer than 200 characters')
        .refine(
          (pattern) => pattern.replaceAll(/[*\s]/gu, '').length >= 3,
          'would stop nearly every reply; expected three characters at least besides *',
        ),
    )
    .max(MOST_RULES)
    .default([]),
});
export type LeakRules = z.infer<typeof LeakRules>;

/** Kinds of things found, in the order in which they are told. */
export type Leak = 'slack' | 'host' | 'pattern' | 'key';

/** What is found in a reply. Each search takes one pass over the text, whatever it holds. */
export const leaksIn = (text: string, rules: LeakRules): readonly Leak[] => {
  if (!rules.check) return [];
  const found: readonly (readonly [Leak, boolean])[] = [
    ['slack', SLACK.test(text)],
    ['host', rules.hosts.length > 0 && hasHost(text, rules.hosts)],
    ['pattern', rules.patterns.length > 0 && hasPattern(text, rules.patterns)],
    ['key', KEYS.some((key) => key.test(text)) || hasRandomWord(text)],
  ];
  return found.flatMap(([leak, isThere]) => (isThere ? [leak] : []));
};

/** All that goes out: what a reader sees, and where each link leads. */
export const outgoingText = (rich: RichText): string =>
  [
    plainTextOf(rich),
    ...rich.flatMap((block) =>
      block.block === 'code' ? [] : block.spans.flatMap((span) => ('url' in span ? [span.url] : [])),
    ),
  ].join('\n');

const WORDS: Readonly<Record<Leak, string>> = {
  slack: 'a link into Slack (customers cannot open it)',
  host: 'an address that the settings keep inside',
  pattern: 'words that the settings keep inside',
  key: 'what looks like a key or a password',
};

/** A sentence that says what was found, without repeating it; '' for nothing. */
export const leaksInWords = (found: readonly Leak[]): string => {
  const words = found.map((leak) => WORDS[leak]);
  const last = words.pop();
  if (last === undefined) return '';
  return `It holds ${words.length === 0 ? last : `${words.join(', ')} and ${last}`}.`;
};

// Bounded repetitions only, and none beside one that can match the same.
const SLACK =
  /\b(?:[a-z0-9-]{1,63}\.){1,3}slack(?:-gov)?\.com\/(?:archives|files|files-pri|files-tmb|docs|lists|team|client|services|canvas)\b|\bslack:\/\/|\bslack-files\.com\//iu;

/** As their makers publish them; each begins with letters that nothing else begins with. */
const KEYS: readonly RegExp[] = [
  /\bxox[a-z](?:\.xox[a-z])?-[\w-]{10}/u,
  /\bx(?:app|wfp)-[\w-]{10}/u,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/u,
  /\bgh[opsur]_[A-Za-z0-9]{30}/u,
  /\bgithub_pat_\w{30}/u,
  /\bgl(?:pat|dt|rt)-[\w-]{16}/u,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16}/u,
  /\bsk-[\w-]{24}/u,
  /\bAIza[\w-]{35}/u,
  /\bSG\.[\w-]{16,32}\.[\w-]{16}/u,
  /\bnpm_[A-Za-z0-9]{30}/u,
  /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----/u,
  /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8}/u,
];

/** Any of these is part of a host's name, or not. */
const NAMES = /(?<before>[@/]?)(?<name>[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)/gu;

const hasHost = (text: string, hosts: readonly string[]): boolean => {
  const exact = new Set(hosts.map((host) => host.toLowerCase()));
  const below = [...exact].flatMap((host) => (host.startsWith('*.') ? [host.slice(1)] : []));
  for (const { groups } of text.matchAll(NAMES)) {
    const name = groups?.['name']?.toLowerCase() ?? '';
    // Somebody's address of mail is no way to the host, and a word is one only where an address begins.
    if (groups?.['before'] === '@' || (!name.includes('.') && groups?.['before'] !== '/')) continue;
    if (exact.has(name) || below.some((end) => name.endsWith(end))) return true;
  }
  return false;
};

const SPECIAL = /[.+?^$(){}|[\]\\/]/gu;

/** Pieces of fixed length, one after another: found at the first place of each, or not at all. */
const hasPattern = (text: string, patterns: readonly string[]): boolean => {
  const pieces = patterns.map((pattern) =>
    pattern
      .split('*')
      .filter((piece) => piece !== '')
      .map((piece) => new RegExp(piece.replaceAll(SPECIAL, String.raw`\$&`).replaceAll('#', String.raw`\d`), 'giu')),
  );
  return text.split('\n').some((line) => pieces.some((all) => isInOrder(line, all)));
};

const isInOrder = (line: string, pieces: readonly RegExp[]): boolean => {
  let from = 0;
  for (const piece of pieces) {
    piece.lastIndex = from;
    if (piece.exec(line) === null) return false;
    from = piece.lastIndex;
  }
  return true;
};

const LONG = /[\w+/=-]{32,}/gu;
const URL_LIKE = /\b(?:https?:\/\/|www\.)\S+/giu;
/** Longer numbers in hex are sums and ids of nobody's key at this length. */
const HEX = 40;
/** Bits of a character; words and names of files stay well below. */
const RANDOM_BITS = 4.2;

/** Long addresses are sent to customers every day: what is random in them counts only as a known key. */
const hasRandomWord = (text: string): boolean => {
  for (const [word] of text.replaceAll(URL_LIKE, ' ').matchAll(LONG)) {
    if (/^[a-f0-9]+$/iu.test(word)) {
      if (word.length >= HEX && /[a-f]/iu.test(word) && /\d/u.test(word)) return true;
    } else if (isMixed(word) && bitsOf(word) >= RANDOM_BITS) return true;
  }
  return false;
};

const isMixed = (word: string): boolean => [/[a-z]/u, /[A-Z]/u, /\d/u].every((kind) => kind.test(word));

/** How much one character of it says, by how often each stands in it. */
const bitsOf = (word: string): number => {
  const counts = new Map<string, number>();
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / word.length) * Math.log2(count / word.length), 0);
};
