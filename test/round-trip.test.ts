import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMessage } from '../src/acquire/text.ts';
import { htmlOf } from '../src/core/html-text.ts';
import { normalised } from '../src/core/message.ts';
import { partsFor } from '../src/core/outgoing.ts';
import { plainTextOf } from '../src/core/plain-text.ts';
import type { RichText } from '../src/core/rich-text.ts';
import { drawRich } from '../src/slack/rich-blocks.ts';
import { readText } from '../src/slack/text.ts';
import { richTexts, wordsIn } from './core/rich-texts.ts';
import { written } from './slack/written.ts';

/** Text written by one side, carried over and read back has the same words in the same order. */

const names = { member: async () => 'Anna', channel: async () => 'help', group: async () => 'engineers' };
const fromSlack = (blocks: readonly unknown[]) => readText({ mrkdwn: '', blocks: [...blocks] }, names);

test('HTML that goes to a customer reads the same when the helpdesk gives it back', () => {
  fc.assert(
    fc.property(richTexts, fc.constantFrom('chat' as const, 'mail' as const), (rich, medium) => {
      const { text } = readMessage(htmlOf(rich, { for: medium }), { isMail: medium === 'mail' });
      expect(wordsIn(text)).toEqual(wordsIn(plainTextOf(rich)));
    }),
  );
});

test('what is drawn in Slack reads the same when Slack gives it back', async () => {
  // A link is drawn with its address beside it, and would be read with two.
  const linkless = richTexts.map((rich) =>
    rich.map((block) =>
      block.block === 'code' ? block : { ...block, spans: block.spans.filter((one) => 'text' in one) },
    ),
  );
  await fc.assert(
    fc.asyncProperty(linkless, async (rich) => {
      expect(wordsIn(plainTextOf(await fromSlack(drawRich(rich))))).toEqual(wordsIn(plainTextOf(rich)));
    }),
  );
});

test('what a member writes comes back as it was, by way of the customer’s HTML', async () => {
  await fc.assert(
    fc.asyncProperty(written, async ({ blocks }) => {
      const rich = await fromSlack(blocks);
      const sent = partsFor(rich, { via: 'chat', html: true, signature: null });
      const html = sent.map((part) => part.html).join('<br>');
      const { body } = readMessage(`${html}<br>`, { isMail: false });
      // Whether the blank between two struck words is struck is nowhere to be seen.
      const textOf = (read: RichText) => normalised(plainTextOf(read).replaceAll('~', ''));
      expect(textOf(body)).toBe(textOf(rich));
    }),
  );
});
