import { Link } from '../../src/core/link.ts';
import { CaseMessage } from '../../src/core/message.ts';
import { ChannelId } from '../../src/core/ids.ts';
import { type Channels, type ChannelSettings, channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { CHANNEL, MINUTE, NOW } from './shown.ts';

/** The people on the pictures, their cases, and what they write. */

export const CASE_URL = 'https://acme.acquire.io/?caseId=72';

export const channelsWith = (settings: Partial<ChannelSettings> = {}): Channels =>
  channelsOf(ChannelId.parse(CHANNEL), new Map([[CHANNEL, { ...defaultSettings, ...settings }]]));

/** Jo's case, changed as told. */
export const linkOf = (change: object = {}, ofCase: object = {}): Link =>
  Link.parse({
    version: 1,
    team: 'T0CASEBRIDGE',
    account: 'acquire:acme',
    chain: '72',
    state: 'on',
    generation: 1,
    channel: CHANNEL,
    case: {
      id: '72',
      chain: '72',
      contact: {
        id: '5',
        name: 'Jo Lindqvist',
        email: 'jo@example.com',
        phone: '+358 40 123 4567',
        fields: {
          company: 'Northern Lamps',
          city: 'Turku',
          country: 'Finland',
          browser: 'Firefox 146 on Linux',
          page: 'https://shop.example.com/orders/10432',
        },
      },
      channel: 'chat',
      state: 'open',
      status: 'active',
      title: 'Where is my parcel?',
      createdAt: NOW - 9 * MINUTE,
      updatedAt: NOW,
      closedBy: null,
      agents: [],
      departments: ['Orders'],
      tags: ['delivery', 'lamp'],
      fields: { plan: 'pro' },
      ...ofCase,
    },
    caseIds: ['72'],
    floor: null,
    cursor: null,
    waitingSince: NOW - 4 * MINUTE,
    activeAt: NOW,
    answered: null,
    attended: false,
    claimedBy: null,
    doneBy: null,
    snoozedUntil: null,
    ...change,
  });

let rows = 340;

/** A row of the case as Acquire shows it. */
export const rowOf = (row: object): CaseMessage => {
  rows += 1;
  return CaseMessage.parse({
    id: String(rows),
    type: 'message',
    sender: { side: 'contact', id: '5', name: 'Jo Lindqvist' },
    text: '',
    createdAt: NOW,
    marker: null,
    ...row,
  });
};

/** A mail with all that mails have: styles, lists in lists, a quotation, an address under words. */
export const MAIL_BODY = [
  {
    block: 'paragraph',
    quote: 0,
    spans: [
      { text: 'Hello,\n\nthe lamp came ' },
      { text: 'broken', bold: true },
      { text: ' – see ' },
      { url: 'https://shop.example.com/orders/10432', label: 'my order' },
      { text: '. You wrote:\n' },
    ],
  },
  {
    block: 'paragraph',
    quote: 1,
    spans: [{ text: 'We replace what breaks on the way.' }],
  },
  { block: 'paragraph', quote: 0, spans: [{ text: 'So I would like:\n' }] },
  { block: 'item', indent: 0, number: 3, quote: 0, spans: [{ text: 'a new lamp, either' }] },
  { block: 'item', indent: 1, number: null, quote: 0, spans: [{ text: 'in white', italic: true }] },
  {
    block: 'item',
    indent: 1,
    number: null,
    quote: 0,
    spans: [{ text: 'or in ' }, { text: 'red', strike: true }, { text: ' blue' }],
  },
  { block: 'item', indent: 0, number: 4, quote: 0, spans: [{ text: 'and a label for the old one' }] },
  { block: 'code', quote: 0, text: 'order  10432\nitem   LAMP-7' },
] as const;

export const MAIL_TEXT = [
  'Hello,',
  '',
  'the lamp came broken – see my order. You wrote:',
  '> We replace what breaks on the way.',
  'So I would like: a new lamp, and a label for the old one.',
  '',
  'Jo Lindqvist',
  'Northern Lamps, Turku',
  '',
  'On Friday Anna Agent wrote:',
  '> Dear Jo, your lamp is on its way. We replace what breaks on the way.',
].join('\n');
