import { expect, test } from 'vitest';
import { card, hasSameCard } from '../../src/core/card.ts';
import { CaseId, ChannelId, MessageId } from '../../src/core/ids.ts';
import { ChannelSettings, channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { linkWith } from './link-with.ts';

const channel = ChannelId.parse('C1');
const channels = channelsOf(channel, new Map([[channel, defaultSettings]]));

const drawn = (link: ReturnType<typeof linkWith>): string =>
  JSON.stringify(card(link, channels, 'https://acme.example'));

test('the card names an account’s own word for a waiting case', () => {
  expect(drawn(linkWith('waiting'))).toContain('waiting for an agent (pending)');
});

test('the card of a closed case says who closed it, offers Reopen and lets nobody wait', () => {
  const notice = drawn(linkWith('closed', { doneBy: 'closed by Anna' }));

  expect(notice).toContain('closed by Anna');
  expect(notice).toContain('case_reopen');
  expect(notice).not.toContain('case_close');
  expect(notice).not.toContain('Waiting since');
  expect(notice).toContain('sent only after you choose to reopen it');
});

test('the card says since when the customer waits', () => {
  expect(drawn(linkWith('open'))).toContain('"Waiting since","value":[{"at":0}]');
});

const chosen = (fields: readonly string[]) =>
  channelsOf(channel, new Map([[channel, ChannelSettings.parse({ card: { fields } })]]));

/** The facts as they stand on the card. */
const factsOn = (link: ReturnType<typeof linkWith>, keys: readonly string[] = []) => {
  const { parts } = card(link, chosen(keys), 'https://acme.example');
  const found = parts.flatMap((part) => (part.part === 'fields' ? part.fields : []));
  return Object.fromEntries(found.map(({ label, value }) => [label, value[0]]));
};

test('the card shows what is known of the contact and the case', () => {
  const contact = {
    id: '5',
    name: 'Jo',
    email: 'jo@example.com',
    phone: '+358401234567',
    fields: {
      company: 'Acme Oy',
      city: 'Turku',
      country: 'Finland',
      browser: 'Chrome 131',
      page: 'https://shop.example/cart',
    },
  };
  const link = linkWith('open', {}, { contact, departments: ['Sales', 'Returns'], tags: ['vip'] });

  expect(factsOn(link)).toMatchObject({
    'E-mail': 'jo@example.com',
    Phone: '+358401234567',
    Company: 'Acme Oy',
    Place: 'Turku, Finland',
    Browser: 'Chrome 131',
    Page: { url: 'https://shop.example/cart', label: 'https://shop.example/cart' },
    Department: 'Sales, Returns',
    Tags: 'vip',
  });
});

test('what is not known is not shown, and only a web address becomes a link', () => {
  const contact = { id: '5', name: null, email: null, phone: null, fields: { page: 'javascript:alert(1)', city: '' } };
  const link = linkWith('open', { waitingSince: null }, { contact, fields: { plan: ' ' } });

  expect(Object.keys(factsOn(link, ['plan', 'missing']))).toEqual(['Contact', 'Channel', 'Status']);
});

test('nothing in a name or a title turns round what stands behind it', () => {
  const contact = { id: '5', name: '\u202eoJ <!here>\u0007', email: null, phone: null, fields: {} };

  const notice = drawn(linkWith('open', {}, { contact, title: 'Late\u2066 parcel\u202d' }));

  expect(notice).toContain('oJ <!here>: Late parcel');
  expect(notice).not.toMatch(/[\u202d\u202e\u2066]|\\u0007/);
});

test('the card shows the attributes that the routes file chooses, of the case before those of its contact', () => {
  const contact = { id: '5', name: 'Jo', email: null, phone: null, fields: { plan: 'basic', order_number: '77' } };
  const link = linkWith('open', {}, { contact, fields: { plan: 'gold' } });

  expect(factsOn(link, ['plan', 'order_number'])).toMatchObject({ Plan: 'gold', 'Order number': '77' });
});

test('with the longest data the card keeps within Slack’s limits', () => {
  const long = 'Ünbelievably long 🧦 words, '.repeat(100);
  const keys = Array.from({ length: 20 }, (_, at) => `${'key '.repeat(14)}${at}`.slice(0, 60));
  const fields = Object.fromEntries(keys.map((key) => [key, long]));
  const contact = {
    id: '5',
    name: long,
    email: long,
    phone: long,
    fields: { company: long, city: long, country: long, browser: long, page: `https://x.example/${'y'.repeat(5000)}` },
  };
  const full = linkWith(
    'open',
    { waitingSince: 1, answered: { by: long, at: 1 }, claimedBy: 'U0ANNA', doneBy: long, snoozedUntil: 1 },
    { contact, fields, title: long, status: long, departments: [long], tags: [long, long], agents: [long] },
  );
  const { text, blocks } = drawNotice(card(full, chosen(keys), 'https://acme.example'), 'chat.update');

  expect(blockFaults(JSON.parse(JSON.stringify(blocks)), 'message')).toEqual([]);
  expect(text.length).toBeLessThanOrEqual(4000);
  expect(JSON.stringify(blocks).length).toBeLessThan(13_200);
});

test('a link that was only read further, or said more in, has the same card', () => {
  const link = linkWith('open');
  const further = {
    ...link,
    case: { ...link.case, updatedAt: 9_000 },
    caseIds: [...link.caseIds, CaseId.parse('99')],
    cursor: MessageId.parse('900'),
    floor: MessageId.parse('1'),
    activeAt: 9_000,
    attended: !link.attended,
  };

  expect(hasSameCard(further, link)).toBe(true);
  expect(drawn(further)).toBe(drawn(link));
});

test.each([
  { waitingSince: 9_000 },
  { doneBy: 'closed by Anna' },
  { snoozedUntil: 9_000 },
  { state: 'ended' as const },
])('a link that now has %j has another card', (change) => {
  const link = linkWith('open');

  expect(hasSameCard({ ...link, ...change }, link)).toBe(false);
});
