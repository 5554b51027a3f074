import { card, endedCard } from '../../src/core/card.ts';
import { CaseId } from '../../src/core/ids.ts';
import { historyPost, postsOf, type Telling } from '../../src/core/rows.ts';
import { attachedWords, leftOutTold, notAttachedTold } from '../../src/core/file-words.ts';
import { say } from '../../src/core/notice.ts';
import { escalation, reminder, startedTold } from '../../src/core/waiting-words.ts';
import { CASE_URL, channelsWith, linkOf, MAIL_BODY, MAIL_TEXT, rowOf } from './customers.ts';
import { ANNA, askedBefore, BEN, HOUR, type Item, MINUTE, NOW, posted, type Sheet } from './shown.ts';

/** The first message, what comes from Acquire, and who is called. */

const cardOf = (change: object, ofCase: object = {}) => card(linkOf(change, ofCase), channelsWith(), CASE_URL);
const little = { contact: { id: '5', name: 'Jo Lindqvist', email: 'jo@example.com', phone: null }, tags: [] };
const answered = { answered: { by: 'Anna Agent', at: NOW - MINUTE }, waitingSince: null, claimedBy: ANNA };

const cards: Sheet = {
  file: 'card.png',
  alt: 'The first message of a thread, with everything that is known of the contact',
  items: [posted('A case that waits for an agent', cardOf({}, { state: 'waiting', status: 'pending' }))],
};

const states: Sheet = {
  file: 'card-states.png',
  alt: 'The first message of a case that somebody has, one that is snoozed, one that is closed, and one that was unlinked',
  items: [
    posted('Taken and answered', cardOf({ ...answered }, { ...little, agents: ['Vera Vendor'] })),
    posted(
      'Snoozed, in a channel where replies are confirmed',
      card(linkOf({ ...answered, snoozedUntil: NOW + 23 * HOUR }, little), channelsWith({ mode: 'confirm' }), CASE_URL),
    ),
    posted('Closed', cardOf({ ...answered, doneBy: 'closed by Ben Berg' }, { ...little, state: 'closed' })),
    posted('Unlinked', endedCard(linkOf({}, little), CASE_URL)),
    askedBefore('Asked before a case is closed', cardOf({}), 'case_close'),
  ],
};

const telling: Telling = {
  case: CaseId.parse('72'),
  contact: 'Jo Lindqvist',
  claimer: null,
  loud: true,
  caseUrl: CASE_URL,
};

const rowPosts = (caption: string, row: object, told: Partial<Telling> = {}): readonly Item[] =>
  postsOf(rowOf(row), { ...telling, ...told }).map(({ notice, as, broadcast, attachment }, at) =>
    posted(at === 0 ? caption : null, notice, {
      as,
      broadcast,
      ...(attachment === undefined || attachment === null
        ? {}
        : { files: [{ name: attachment.name, size: attachment.text.length }] }),
    }),
  );

const shortTexts = (name: string, value: unknown): unknown =>
  name === 'text' && typeof value === 'string' && value.length > 400 ? `${value.slice(0, 140)}…` : value;

/** How a very long post begins says enough. */
const cutForPicture = (item: Item): Item => {
  if (item.as !== 'message') return item;
  const blocks = item.message.blocks.map((block): object => JSON.parse(JSON.stringify(block, shortTexts)));
  return { ...item, message: { ...item.message, blocks } };
};

const chat: Sheet = {
  file: 'from-acquire.png',
  alt: 'A customer’s chat message, an answer and a note of colleagues in Acquire, a bot, an event, a long message',
  items: [
    ...rowPosts('A customer writes; shown in the channel too until somebody has answered', {
      text: 'Hello, my parcel is late. <!channel> is just text here.',
    }),
    ...rowPosts('Whoever has the case is called', { text: 'Are you there?' }, { claimer: ANNA }),
    ...rowPosts('A colleague answers in Acquire', {
      sender: { side: 'agent', id: '17', name: 'Vera Vendor' },
      text: 'Hello Jo, I am looking into it.',
    }),
    ...rowPosts('A note there', {
      type: 'note',
      sender: { side: 'agent', id: '17', name: 'Vera Vendor' },
      text: 'The carrier lost a van on Friday.',
    }),
    ...rowPosts('A bot', {
      sender: { side: 'bot', id: '9', name: 'Shop bot' },
      text: 'An agent will be with you soon.',
    }),
    ...rowPosts('What happened to the case', { type: 'event', text: 'Vera Vendor joined the case.' }),
    ...rowPosts(
      'More than people read in Slack',
      { text: 'The log of my router says: link up, link down.\n'.repeat(1200) },
      { loud: false },
    ).map(cutForPicture),
    posted('A file of the customer', attachedWords('Jo Lindqvist (customer)'), {
      files: [{ name: 'broken-lamp.jpg', size: 48_200 }],
    }),
    posted('One that could not be brought over', say(...notAttachedTold('film.mov', 'it is too large', CASE_URL))),
    posted(
      'Files that were not sent to the customer',
      leftOutTold(ANNA, [
        { name: 'price-list.xlsx', why: 'external' },
        { name: 'setup.iso', why: { above: 25_000_000 } },
      ]),
    ),
  ],
};

const mail: Sheet = {
  file: 'mail.png',
  alt: 'An e-mail with its styles and lists, of which the earlier mails are left out, and an older case in one post',
  items: [
    ...rowPosts('An e-mail: “Show original” opens the whole', { text: MAIL_TEXT, body: MAIL_BODY, folded: true }),
    posted(
      'An older case begins its thread with its last messages',
      historyPost(
        [
          rowOf({ text: 'Do you have this lamp in blue?' }),
          rowOf({ sender: { side: 'agent', id: '17', name: 'Vera Vendor' }, text: 'We do, from Monday on.' }),
          rowOf({
            type: 'note',
            sender: { side: 'agent', id: '17', name: 'Vera Vendor' },
            text: 'Asked the warehouse.',
          }),
        ],
        CASE_URL,
      ).notice,
    ),
  ],
};

const waiting: Sheet = {
  file: 'waiting.png',
  alt: 'Who is called when a thread starts, a reminder, and an escalation',
  items: [
    posted('A thread starts, by turns', startedTold([{ member: BEN }], { name: 'Jo Lindqvist', isTurn: true })),
    posted('A group is called', startedTold([{ group: 'S0AGENTS' }], { name: 'Jo Lindqvist', isTurn: false })),
    posted('Nobody has answered', reminder([{ member: BEN }, ' '], 'Jo Lindqvist', { ms: 10 * MINUTE, inHours: true })),
    posted(
      'In the channel for escalations, without name and words',
      escalation([{ member: ANNA }], {
        id: '72',
        url: 'https://casebridge-sandbox.slack.com/archives/C0SUPPORT/p1795421040000100',
        wait: { ms: 30 * MINUTE, inHours: false },
      }),
    ),
  ],
};

export const threadSheets: readonly Sheet[] = [cards, states, chat, mail, waiting];
