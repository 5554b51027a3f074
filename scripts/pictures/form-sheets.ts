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
import { AgentId, AccountId, ChannelId, linkKey, MemberId, TeamId } from '../../src/core/ids.ts';
import type { Form } from '../../src/core/notice.ts';
import { originalForm } from '../../src/core/original.ts';
import { ExternalId, PageCursor, VisitorCase, type VisitorCasePage } from '../../src/core/visitor-case.ts';
import {
  casesNotice,
  changesTold,
  firstPlace,
  goneTold,
  sentNowhere,
  visitorCard,
  visitorCaseParts,
  visitorForm,
} from '../../src/core/visitor-words.ts';
import type { VisitorLink } from '../../src/core/visitor-link.ts';
import { CASE_URL, channelsWith, linkOf, MAIL_TEXT, rowOf } from './customers.ts';
import { ANNA, CHANNEL, HOUR, MINUTE, NOW, opened, posted, type Sheet, whispered } from './shown.ts';

/** The modals, and what is shown of giosg. */

const LINK = linkOf({ claimedBy: ANNA, snoozedUntil: NOW + 23 * HOUR });
const KEY = linkKey(LINK);

const hub = (state: string): Form => {
  const link = state === 'closed' ? linkOf({ doneBy: 'closed by Ben Berg' }, { state }) : LINK;
  const { parts } = card(link, channelsWith(), CASE_URL);
  return detailsForm(
    link,
    KEY,
    parts.filter(({ part }) => part !== 'buttons'),
  );
};

const agent = (id: string, name: string) => ({ id: AgentId.parse(id), name, email: null, bot: false });

const hubs: Sheet = {
  file: 'hub.png',
  alt: 'The hub: the case with every action that fits it',
  items: [
    opened('“Details…” of a case that somebody has', hub('open')),
    opened('…and of one that is closed', hub('closed')),
  ],
};

const writing: Sheet = {
  file: 'forms-writing.png',
  alt: 'The forms that answer the customer and that write an internal note, and a mail in full',
  items: [
    opened('Answer', replyForm(KEY, 'Jo Lindqvist', 'Your parcel left Turku this morning.')),
    opened('Note', noteForm(KEY, '')),
    opened('“Show original” of a mail', originalForm(rowOf({ text: MAIL_TEXT }), CASE_URL)),
    opened(
      'What cannot be done says why',
      messageForm('Snooze', 'This case is closed, so nothing was done. Reopen it first.'),
    ),
  ],
};

const working: Sheet = {
  file: 'forms-working.png',
  alt: 'The forms that snooze a case, hand it over, invite colleagues and close it',
  items: [
    opened('Snooze', snoozeForm(KEY, { zone: 'Europe/Helsinki', now: NOW })),
    opened('Hand over', assignForm(KEY)),
    opened(
      'Invite',
      inviteForm(KEY, {
        agents: [agent('17', 'Vera Vendor'), agent('18', 'Carla Castle')],
        departments: [{ id: '3', name: 'Orders' }],
      }),
    ),
    opened('Close', closeForm(KEY, 'Where is my parcel?')),
  ],
};

const opening: Sheet = {
  file: 'form-open.png',
  alt: 'The form that opens a case: contact, subject, internal note, and a separate first message to the customer',
  items: [
    opened(
      'From a message in Slack: it fills subject and note, never what the customer reads',
      openForm({
        title: 'Jo called about her lamp',
        note: 'Jo called about her lamp: it came broken.',
        channel: CHANNEL,
      }),
    ),
  ],
};

const GIOSG = { system: 'giosg', abilities: new Set(['list', 'show', 'watch'] as const) };
const VISITOR = ExternalId.parse('customer-8812');

const visitorCase = (change: object): VisitorCase =>
  VisitorCase.parse({
    id: '7d1f0c1e-0000-4000-8000-000000000001',
    number: 'CASE-1042',
    subject: 'Parcel has not arrived',
    description: 'Ordered two weeks ago, and the tracking page says nothing.',
    state: 'open',
    status: 'In progress',
    priority: 4,
    priorityLabel: null,
    owner: { id: '1', name: 'Olivia Owner' },
    contact: 'jo@example.com',
    channel: 'whatsapp',
    waiting: true,
    unread: 2,
    createdAt: NOW - 48 * HOUR,
    updatedAt: NOW - 20 * MINUTE,
    closedAt: null,
    ...change,
  });

const page: VisitorCasePage = {
  cases: [
    visitorCase({}),
    visitorCase({
      id: '7d1f0c1e-0000-4000-8000-000000000002',
      number: 'CASE-0977',
      subject: 'Invoice shows the old address',
      status: 'Closed',
      state: 'closed',
      priority: null,
      channel: 'email',
      waiting: false,
      unread: 0,
    }),
  ],
  next: PageCursor.parse('3'),
  previous: PageCursor.parse('1'),
  cutOff: false,
  unreadable: 0,
};

const watched: VisitorLink = {
  version: 1,
  team: TeamId.parse('T0CASEBRIDGE'),
  account: AccountId.parse('giosg:acme'),
  visitor: VISITOR,
  state: 'on',
  generation: 1,
  channel: ChannelId.parse(CHANNEL),
  case: visitorCase({ description: null }),
  gone: false,
  revision: 1,
  changedAt: NOW,
  by: MemberId.parse(ANNA),
};

const known = card(
  linkOf(
    { waitingSince: null },
    {
      contact: { id: '5', name: 'Jo Lindqvist', email: null, phone: null, fields: { customer_id: VISITOR } },
      tags: [],
    },
  ),
  { ...channelsWith(), giosg: { identity: {}, externalIdField: 'customer_id' } },
  CASE_URL,
);

const giosg: Sheet = {
  file: 'giosg.png',
  alt: 'The giosg cases of a customer, one of them in full, and the thread that watches it',
  items: [
    posted('An Acquire case whose contact giosg knows', known),
    whispered('Cases of a customer, a page of them', casesNotice(GIOSG, { place: firstPlace(VISITOR), page })),
    opened(
      'One of them',
      visitorForm('giosg case', visitorCaseParts(GIOSG, { visitor: VISITOR, found: visitorCase({}), thread: null })),
    ),
    posted('Watched in a thread', visitorCard(GIOSG, watched)),
    posted(
      'What changes is told there',
      changesTold('giosg', [{ what: 'Status', from: 'In progress', to: 'Pending' }]),
    ),
    posted('What is gone, too', goneTold('giosg')),
    whispered('Who writes there', sentNowhere(GIOSG)),
  ],
};

export const formSheets: readonly Sheet[] = [hubs, writing, working, opening, giosg];
