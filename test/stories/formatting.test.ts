import { expect, test } from 'vitest';
import { ANNA, CHANNEL, stageFor } from './stage.ts';
import { notesIn, seesMark, toCustomer } from './talk.ts';

/** What an agent formats in Slack is what a customer reads. */

const quick = { pace: () => null };
const text = (words: string, style = {}) => ({ type: 'text', text: words, style });
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });

test('lists, quotations, code, links, emoji and channels arrive as words, and nothing of Slack’s markup does', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const elements = [
    section(text('Hi '), { type: 'emoji', name: 'wave', unicode: '1f44b', skin_tone: 3 }, text('\n')),
    { type: 'rich_text_quote', elements: [text('how?')] },
    {
      type: 'rich_text_list',
      style: 'ordered',
      indent: 0,
      elements: [
        section(text('open '), { type: 'link', url: 'https://shop.example/a?b=1&c=2', text: 'the page' }),
        section(text('press '), text('Reset', { bold: true }), { type: 'emoji', name: 'party-parrot' }),
      ],
    },
    { type: 'rich_text_preformatted', elements: [text('if (a < b) *p = <@U1>;')] },
    section(text('We talk in '), { type: 'channel', channel_id: CHANNEL }),
  ];

  const { ts } = stage.slack.say(ANNA, CHANNEL, 'not this', {
    threadTs: thread.root,
    blocks: [JSON.parse(JSON.stringify({ type: 'rich_text', elements }))],
  });

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual([
    'Hi 👋🏼\n> how?\n1. open the page (https://shop.example/a?b=1&c=2)\n2. press Reset(party-parrot)\n```\nif (a < b) *p = <@U1>;\n```\nWe talk in #support',
  ]);
});

test('a note in any dress keeps its shape inside and reaches no customer', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const elements = [
    section(text('No', { bold: true }), text('te\u200b', { italic: true }), text(' : ')),
    { type: 'rich_text_list', style: 'bullet', indent: 0, elements: [section(text('angry')), section(text('late'))] },
  ];

  const { ts } = stage.slack.say(ANNA, CHANNEL, 'not this', {
    threadTs: thread.root,
    blocks: [JSON.parse(JSON.stringify({ type: 'rich_text', elements }))],
  });

  await seesMark(stage, ts, 'memo');
  expect(notesIn(stage, thread)).toEqual(['• angry\n• late']);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a message without blocks reads as one with them', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const raw =
    '*Good* news &amp; more :tada:\n• `x_y`\n    ◦ <https://shop.example|shop>\n&gt; <!date^1700000000^{date}|14 November>';
  const { ts } = stage.slack.say(ANNA, CHANNEL, raw, { threadTs: thread.root, raw: true });

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual([
    'Good news & more 🎉\n• x_y\n  • shop (https://shop.example)\n> 14 November',
  ]);
});

test('a table that an agent pasted goes along, row by row, and whom it calls counts', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const row = (...cells: string[]) => cells.map((cell) => ({ type: 'raw_text', text: cell }));
  const table = (...rows: object[]) => JSON.parse(JSON.stringify({ type: 'table', rows }));
  const intro = JSON.parse(JSON.stringify({ type: 'rich_text', elements: [section(text('Our prices:'))] }));
  const say = (...blocks: (typeof intro)[]) =>
    stage.slack.say(ANNA, CHANNEL, 'not this', { threadTs: thread.root, blocks }).ts;

  await seesMark(stage, say(intro, table(row('Size', 'Price'), row('L', '12 €'))), 'white_check_mark');
  const calling = [{ type: 'rich_text', elements: [section({ type: 'user', user_id: ANNA })] }];
  await seesMark(stage, say(intro, table(calling)), 'raised_hand');

  expect(toCustomer(stage, thread)).toEqual(['Our prices:\nSize | Price\nL | 12 €']);
});
