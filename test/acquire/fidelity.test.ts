import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { MessageRow } from '../../src/acquire/schema.ts';
import { messageFrom } from '../../src/acquire/translate.ts';
import { CaseId } from '../../src/core/ids.ts';
import { type CaseMessage, shownText } from '../../src/core/message.ts';
import { postsOf } from '../../src/core/rows.ts';
import { POST_LIMIT } from '../../src/core/split.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { readable } from './readable.ts';

const FOLDER = new URL('../fixtures/fidelity/from-acquire/', import.meta.url);

const Entry = z.strictObject({
  name: z.string(),
  mail: z.literal(true).optional(),
  type: z.string().optional(),
  by: z.enum(['contact', 'agent', 'bot']).optional(),
  given: z.string(),
  slack: z.string(),
  text: z.string().optional(),
  whole: z.string().optional(),
});
type Entry = z.infer<typeof Entry>;

const LongEntry = z.strictObject({
  name: z.string(),
  mail: z.literal(true).optional(),
  before: z.string().default(''),
  piece: z.string(),
  after: z.string().default(''),
  times: z.int(),
  posts: z.int().optional(),
  file: z.literal(true).optional(),
});

const read = (file: string): unknown => parse(readFileSync(new URL(file, FOLDER), 'utf8'));
const themes = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml') && file !== 'long.yaml')
  .map((file) => ({ theme: file.replace('.yaml', ''), entries: z.array(Entry).parse(read(file)) }));

const bot = { id: 4, name: 'Helper', metaDetails: { isBotClient: true } };

const rowOf = ({ given, mail, type = 'message', by = 'contact' }: Pick<Entry, 'given' | 'mail' | 'type' | 'by'>) =>
  messageFrom(
    MessageRow.parse({
      id: 9,
      senderType: by === 'contact' ? 'contact' : 'user',
      senderId: 4,
      type,
      channel: mail ? 'mail' : 'chat',
      message: given,
      ...(by === 'bot' ? { sender: bot } : {}),
    }),
    { own: new Set(), people: new Map(), contact: null },
  );

const caseUrl = 'https://acme.acquire.io/?caseId=72';
const telling = { case: CaseId.parse('72'), contact: 'Jo', claimer: null, loud: false, caseUrl };

const postedFor = (row: CaseMessage) =>
  postsOf(row, telling).map((post) => ({ ...post, blocks: drawNotice(post.notice, 'chat.postMessage').blocks }));

const faultsOf = (posted: ReturnType<typeof postedFor>): readonly string[] =>
  posted.flatMap(({ blocks }) => blockFaults(JSON.parse(JSON.stringify(blocks)), 'message'));

test('there are at least 150 messages', () => {
  expect(themes.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(150);
});

describe.each(themes)('$theme', ({ entries }) => {
  test.each(entries)('$name', (entry) => {
    const row = rowOf(entry);
    const posted = postedFor(row);

    expect({
      slack: posted.map(({ blocks }) => readable(blocks)).join('\n=== next post\n'),
      text: shownText(row),
      whole: row.folded ? row.text : undefined,
    }).toEqual({ slack: entry.slack, text: entry.text ?? entry.slack, whole: entry.whole });
    expect(faultsOf(posted)).toEqual([]);
  });
});

const ink = (text: string): string => text.replaceAll(/```|[•|>]|\s/gu, '');

const longEntries = z.array(LongEntry).parse(read('long.yaml'));
const rowOfLong = ({ before, piece, times, after, mail }: z.infer<typeof LongEntry>) =>
  rowOf({ given: `${before}${piece.repeat(times)}${after}`, mail });

describe('long messages', () => {
  test.each(longEntries.filter(({ file }) => file !== true))('$name', (entry) => {
    const row = rowOfLong(entry);
    const posted = postedFor(row);

    expect(posted).toHaveLength(entry.posts ?? 1);
    expect(posted.every(({ attachment = null }) => attachment === null)).toBe(true);
    expect(posted.every(({ notice }) => notice.summary.length <= POST_LIMIT)).toBe(true);
    expect(ink(posted.map(({ notice }) => notice.summary).join('\n'))).toBe(ink(shownText(row)));
    expect(faultsOf(posted)).toEqual([]);
  });

  test.each(longEntries.filter(({ file }) => file === true))('$name', (entry) => {
    const row = rowOfLong(entry);
    const posted = postedFor(row);

    expect(posted.map(({ attachment }) => attachment)).toEqual([{ name: 'message-9.txt', text: row.text }]);
    expect(ink(shownText(row)).startsWith(ink(posted[0]?.notice.summary ?? '?').replace(/…$/u, ''))).toBe(true);
    expect(faultsOf(posted)).toEqual([]);
  });
});
