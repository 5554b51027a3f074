import { expect, test } from 'vitest';
import { card } from '../../src/core/card.ts';
import {
  assignForm,
  closeForm,
  detailsForm,
  inviteForm,
  messageForm,
  noteForm,
  openForm,
  replyForm,
  snoozeForm,
} from '../../src/core/forms.ts';
import { AgentId, ChannelId, SlackTs } from '../../src/core/ids.ts';
import type { Form } from '../../src/core/notice.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { drawForm, loadingView } from '../../src/slack/forms.ts';
import { linkWith } from '../core/link-with.ts';

/** With the longest data that either side lets through, nothing is drawn that Slack would refuse. */

const LONG = 'Ünbelievably long words 🧦 without any end, '.repeat(400);
const KEY = `T${'0'.repeat(20)}:acquire:${'a'.repeat(60)}:${'9'.repeat(19)}`;
const channel = ChannelId.parse('C1');
const channels = channelsOf(channel, new Map([[channel, defaultSettings]]));
const many = Array.from({ length: 500 }, (_, at) => ({
  id: AgentId.parse(String(at + 1)),
  name: LONG,
  email: null,
  bot: false,
}));
const clock = { zone: 'America/Argentina/ComodRivadavia', now: Date.parse('2026-11-21T18:24:30Z') };

const fullLink = (state: string) =>
  linkWith(
    state,
    {
      waitingSince: clock.now,
      answered: { by: LONG, at: clock.now },
      claimedBy: 'U0ANNA',
      doneBy: LONG,
      snoozedUntil: clock.now,
    },
    {
      contact: { id: '5', name: LONG, email: LONG, phone: LONG },
      channel: LONG,
      status: LONG,
      title: LONG,
      agents: Array.from({ length: 20 }, () => LONG.slice(0, 200)),
    },
  );

const cardOf = (state: string) => card(fullLink(state), channels, `https://acme.example/${'x'.repeat(2000)}`);

const forms: readonly (readonly [string, Form])[] = [
  ['reply', replyForm(KEY, LONG, LONG)],
  ['note', noteForm(KEY, LONG)],
  ['close', closeForm(KEY, LONG)],
  ['snooze', snoozeForm(KEY, clock)],
  ['assign', assignForm(KEY)],
  ['invite', inviteForm(KEY, { agents: many, departments: many })],
  ['invite where Acquire lists nobody', inviteForm(KEY, { agents: [], departments: [] })],
  ['open', openForm({ title: LONG, note: LONG, channel: 'C1' })],
  ['message', messageForm('Reply to customer', LONG)],
  ...['open', 'closed'].map((state): [string, Form] => [
    `details of a case that is ${state}`,
    detailsForm(
      fullLink(state),
      KEY,
      cardOf(state).parts.filter(({ part }) => part !== 'buttons'),
    ),
  ]),
];

test.each(forms)('the form %s keeps within Slack’s limits', (_name, form) => {
  const place = {
    channel,
    thread: SlackTs.parse('1700000000.000100'),
    responseUrl: `https://hooks.slack.com/${'x'.repeat(300)}`,
  };
  const view = drawForm(form, place, 'views.update');

  expect(blockFaults(JSON.parse(JSON.stringify(view.blocks)), 'modal')).toEqual([]);
  expect(view.title.text.length).toBeLessThanOrEqual(24);
  expect(view.private_metadata?.length).toBeLessThanOrEqual(3000);
  expect(JSON.stringify(view).length).toBeLessThan(250_000);
  expect(loadingView(form.title, 'name').title.text).toBe(form.title);
});

test.each(['open', 'waiting', 'closed'])('the first message of a case that is %s keeps within them too', (state) => {
  const { text, blocks } = drawNotice(cardOf(state), 'chat.postMessage');

  expect(blockFaults(JSON.parse(JSON.stringify(blocks)), 'message')).toEqual([]);
  expect(text.length).toBeLessThanOrEqual(40_000);
});
