import { expect, test } from 'vitest';
import { BEN, CHANNEL, ANNA, stageFor } from './stage.ts';
import { marksOn, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

test('many quick replies of two agents arrive once each, in the order of the thread', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  const texts = Array.from({ length: 20 }, (_, index) => `reply ${index + 1}`);

  const all = texts.map((text, index) => says(stage, thread, text, index % 2 === 0 ? ANNA : BEN));

  await stage.sees(() => toCustomer(stage, thread).length >= 20, 'all replies');
  for (const ts of all.slice(0, 3)) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(texts);
});

test('a reply told twice by Slack reaches the customer once', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  stage.slack.eventFault({ action: 'duplicate', matches: (event) => event.type === 'message' });

  const ts = says(stage, thread, 'Only once');
  await seesMark(stage, ts, 'white_check_mark');
  await stage.slack.eventsSettled();

  expect(toCustomer(stage, thread)).toEqual(['Only once']);
});

test('a reply whose event comes after those of later ones is sent at once, and its author told', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  // The first reply of a process makes it read the thread, which would find what was not told.
  await seesMark(stage, says(stage, thread, 'hello'), 'white_check_mark');
  stage.slack.eventFault({ action: { delayMs: 700 }, times: 1, matches: (event) => event['text'] === 'first' });

  says(stage, thread, 'first');
  says(stage, thread, 'second');

  await stage.sees(() => toCustomer(stage, thread).length === 3, 'both replies');
  expect(toCustomer(stage, thread)).toEqual(['hello', 'second', 'first']);
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('out of order')), 'word of it');
});

test('a reply also sent to the channel, a /me line and a text with a file are replies', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();

  stage.slack.say(ANNA, CHANNEL, 'seen by all', { threadTs: thread.root, broadcast: true });
  stage.slack.say(ANNA, CHANNEL, 'looks it up', { threadTs: thread.root, me: true });
  stage.slack.say(ANNA, CHANNEL, 'with a picture', {
    threadTs: thread.root,
    files: [{ name: 'map.png', content: 'x' }],
  });

  await stage.sees(() => toCustomer(stage, thread).length === 3, 'three replies');
  expect(toCustomer(stage, thread)).toEqual(['seen by all', 'looks it up', 'with a picture']);
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('map.png')), 'word of the file');
});

test('a long reply arrives whole, in parts and in order, with one receipt', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  const paragraphs = Array.from({ length: 120 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`);

  const ts = says(stage, thread, paragraphs.join('\n'));

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread).length).toBeGreaterThan(2);
  expect(toCustomer(stage, thread).join('\n')).toBe(paragraphs.join('\n'));
});

test('an empty message and a lone file are not sent, and their author is told', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();

  stage.slack.say(ANNA, CHANNEL, '', { threadTs: thread.root, files: [{ name: 'scan.pdf', content: 'x' }] });
  stage.slack.say(ANNA, CHANNEL, '\u200b\u2060', { threadTs: thread.root, raw: true });

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('scan.pdf')), 'word of the file');
  await stage.sees(() => toldAlone(stage).some((text) => text.includes('no text')), 'word of the empty one');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('links, emoji, channels and signs read well for the customer', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  const emoji = { type: 'emoji', name: 'smile', unicode: '1f604' };
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text: 'Good ' }, emoji] };

  says(stage, thread, '*Hi* & <b>welcome</b>, see https://example.com/a?b=1&c=2 in #general, `code_x` 1 < 2');
  const blocks = [{ type: 'rich_text', elements: [section] }];
  stage.slack.say(ANNA, CHANNEL, 'Good :smile:', { threadTs: thread.root, blocks });

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'the replies');
  expect(toCustomer(stage, thread)).toEqual([
    'Hi & <b>welcome</b>, see https://example.com/a?b=1&c=2 in #general, code_x 1 < 2',
    'Good 😄',
  ]);
});

test('link previews and Slack’s own bookkeeping send nothing again', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  const ts = says(stage, thread, 'See https://example.com');
  await seesMark(stage, ts, 'white_check_mark');

  stage.slack.unfurl(CHANNEL, ts);
  stage.slack.touch(CHANNEL, ts);
  await stage.slack.eventsSettled();
  says(stage, thread, 'and then');

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'the next reply');
  expect(toCustomer(stage, thread)).toEqual(['See https://example.com', 'and then']);
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
});
