import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SlackText } from '../../src/core/event.ts';
import { type OutgoingPart, partsFor, SMS_ROW } from '../../src/core/outgoing.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { smsPartsOf } from '../../src/core/sms-parts.ts';
import { REPLY_LIMIT } from '../../src/core/split.ts';
import { readText } from '../../src/slack/text.ts';

const FOLDER = new URL('../fixtures/fidelity/from-slack/', import.meta.url);

const Entry = z.strictObject({
  name: z.string(),
  blocks: z.array(z.unknown()).optional(),
  mrkdwn: z.string().optional(),
  chat: z.string(),
  chat_html: z.string(),
  mail_html: z.string(),
  mail_text: z.string().optional(),
  sms: z.string().optional(),
});
type Entry = z.infer<typeof Entry>;

const Element = z.looseObject({ elements: z.array(z.unknown()) });
const LongEntry = z.strictObject({
  name: z.string(),
  times: z.int(),
  inline: z.boolean().default(false),
  elements: z.array(Element),
  messages: z.strictObject({ chat: z.int(), mail: z.int(), sms: z.int() }),
});
type LongEntry = z.infer<typeof LongEntry>;

const read = (file: string): unknown => parse(readFileSync(new URL(file, FOLDER), 'utf8'));
const themes = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml') && file !== 'long.yaml')
  .map((file) => ({ theme: file.replace('.yaml', ''), entries: z.array(Entry).parse(read(file)) }));

const people: Readonly<Record<string, string>> = { U1: 'Anna Korhonen', U2: "Ben <O'Neil> & Co", U3: 'Kim\nLee' };
const channels: Readonly<Record<string, string>> = { C1: 'help', C3: 'secret' };
const names = {
  member: async (id: string) => people[id] ?? 'colleague',
  channel: async (id: string) => channels[id] ?? 'channel',
  group: async () => 'engineers',
};

test('there are at least 150 messages', () => {
  expect(themes.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(150);
});

/** What is sent for a message, one value where it takes one message. */
const sentFor = async (text: SlackText) => {
  const body = await readText(text, names);
  const way = { html: true, signature: null };
  const chat = partsFor(body, { ...way, via: 'chat' });
  const mail = partsFor(body, { ...way, via: 'mail' });
  const sms = partsFor(body, { ...way, via: 'sms' });
  const joined = (parts: readonly OutgoingPart[], form: 'text' | 'html') =>
    parts.map((part) => part[form]).join(' [next message] ');
  return {
    chat: joined(chat, 'text'),
    chat_html: joined(chat, 'html'),
    mail_html: joined(mail, 'html'),
    mail_text: joined(mail, 'text'),
    sms: joined(sms, 'text'),
  };
};

const expected = ({ chat, chat_html, mail_html, mail_text = chat, sms = chat }: Entry) => ({
  chat,
  chat_html,
  mail_html,
  mail_text,
  sms,
});

describe.each(themes)('$theme', ({ entries }) => {
  test.each(entries)('$name', async (entry) => {
    const { blocks, mrkdwn } = entry;
    const fromBlocks = blocks === undefined ? [] : [{ mrkdwn: 'not this', blocks }];
    const fromText = mrkdwn === undefined ? [] : [{ mrkdwn, blocks: [] }];

    const sent = await Promise.all([...fromBlocks, ...fromText].map(sentFor));

    expect(new Set(sent.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(expected(entry))]));
  });
});

const repeated = ({ times, inline, elements }: LongEntry): readonly unknown[] => {
  const many = <T>(things: readonly T[]): readonly T[] => Array.from({ length: times }, () => things).flat();
  return inline ? elements.map((element) => ({ ...element, elements: many(element.elements) })) : many(elements);
};

describe('long messages', () => {
  test.each(z.array(LongEntry).parse(read('long.yaml')))('$name', async (entry) => {
    const blocks = [{ type: 'rich_text', elements: repeated(entry) }];
    const body = await readText({ mrkdwn: '', blocks }, names);
    const textsBy = (via: 'chat' | 'mail' | 'sms') =>
      partsFor(body, { via, html: false, signature: null }).map(({ text }) => text);
    const [chat, mail, sms] = [textsBy('chat'), textsBy('mail'), textsBy('sms')];

    expect({ chat: chat.length, mail: mail.length, sms: sms.length }).toEqual(entry.messages);
    expect(chat.every(({ length }) => length <= REPLY_LIMIT)).toBe(true);
    expect(sms.every((text) => smsPartsOf(text).length <= SMS_ROW)).toBe(true);
    const ink = (texts: readonly string[]) => texts.join('\n').replaceAll(/```|^[•-] |\s/gmu, '');
    expect(ink(chat)).toBe(ink([plainTextOf(body)]));
    expect(ink(sms)).toBe(ink(mail));
  });
});
