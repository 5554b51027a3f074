import {
  emptyEdit,
  failedChange,
  GONE,
  heldChange,
  MISFILED,
  notCarried,
  notTakenBack,
  prefixTooLate,
  tooLateToUndo,
  undoOffer,
  undone,
  waitingChange,
} from '../../src/core/change-words.ts';
import { leaksInWords } from '../../src/core/leaks.ts';
import {
  channelNotTaken,
  emptyReply,
  failedQuestion,
  type HeldReason,
  heldQuestion,
  kindStays,
  lateTold,
  notAnAgent,
  notAnAuthor,
  reasonInWords,
  staleQuestion,
  unknownQuestion,
  waitingTold,
} from '../../src/core/words.ts';
import { CASE_URL } from './customers.ts';
import { ANNA, BEN, type Item, MINUTE, posted, type Sheet, whispered, wrote } from './shown.ts';

/** What the authors of messages are asked and told. */

const VALUE = 'T0CASEBRIDGE:C0SUPPORT:1795421040.000100';
const about = { kind: 'reply', value: VALUE } as const;

const held = (caption: string, reason: HeldReason, more: object = {}): Item =>
  posted(caption, heldQuestion(ANNA, reason, { ...about, ...more }));

const asked: Sheet = {
  file: 'asked.png',
  alt: 'Questions to the author of a reply that is held: it mentions a colleague, the case is closed, it holds a key',
  items: [
    wrote(null, '<@U0BEN> can you have a look?', { mark: 'raised_hand' }),
    held('Colleagues are mentioned', 'mention'),
    held('The channel’s mode is “confirm”', 'confirm'),
    held('The case is closed', 'closed'),
    held('A note on a closed case', 'closed', { kind: 'note' }),
    held('It may hold a key', 'leak', { found: leaksInWords(['slack', 'key']) }),
    held('Many text messages', 'long_sms', { sms: 6 }),
    held('A colleague answered at the same time', 'crossed_agent'),
    held('The customer wrote again', 'crossed_customer'),
  ],
};

const later: Sheet = {
  file: 'asked-later.png',
  alt: 'Questions about replies that waited too long or could not be checked',
  items: [
    posted(
      'Replies that waited too long, asked about once',
      staleQuestion([ANNA, BEN], { value: VALUE, count: 2, texts: [] }),
    ),
    posted(
      'Written in a form, so it stands nowhere else',
      staleQuestion([ANNA], { value: VALUE, count: 1, texts: ['Your parcel left Turku this morning.'] }),
    ),
    held('Edited before it was sent', 'edited'),
    held('An earlier part was not sent', 'part'),
    held('Slack did not say who wrote', 'unchecked'),
  ],
};

const failed: Sheet = {
  file: 'failed.png',
  alt: 'A reply that was not delivered, with Retry, and one of which nobody knows whether it arrived, with both answers',
  items: [
    wrote(null, 'Your parcel left Turku this morning.', { mark: 'warning' }),
    posted('Not delivered', failedQuestion(ANNA, reasonInWords('expired'), about)),
    posted(
      'A form’s reply, with the reason of a shut way',
      failedQuestion(ANNA, reasonInWords('NO_COUNTRY_CODE'), {
        ...about,
        text: 'Your parcel left Turku this morning.',
      }),
    ),
    posted('Nobody knows whether it arrived', unknownQuestion(ANNA, about)),
    posted('After two minutes', waitingTold(ANNA, 2 * MINUTE, 'Acquire cannot be reached')),
    posted('Out of order', lateTold(ANNA)),
    whispered('A channel that takes no replies', channelNotTaken('voip', CASE_URL)),
    whispered('Nothing to send', emptyReply),
    whispered('Who is no agent presses a button', notAnAgent),
    whispered('Who is no agent writes in a thread', notAnAuthor),
  ],
};

const edit = { deed: 'edit', kind: 'reply' } as const;
const change = { ...edit, member: ANNA, value: VALUE };

const undo: Sheet = {
  file: 'undo.png',
  alt: 'Undo while a reply waits, and what is said of prefixes that come too late',
  items: [
    whispered('For as long as the channel’s “undo” says', undoOffer(10_000, VALUE)),
    whispered('Taken back', undone(null)),
    whispered('Too late', tooLateToUndo),
    whispered('A prefix that came too late', prefixTooLate({ kind: 'reply', rest: false, value: VALUE })),
    whispered('A note stays a note', kindStays('note')),
    whispered('Nothing is left', emptyEdit('reply')),
  ],
};

const changes: Sheet = {
  file: 'changes.png',
  alt: 'What is asked and said of edits and deletions that were not carried over',
  items: [
    posted('An edit that mentions colleagues', heldChange(change, 'mention')),
    posted('A deletion where replies are confirmed', heldChange({ ...change, deed: 'deletion' }, 'confirm')),
    whispered('An edit after ten minutes', notCarried(edit, 'late', 10 * MINUTE)),
    posted('An edit that Acquire did not take', failedChange(change, 'expired')),
    posted('A message that is gone there', failedChange(change, GONE)),
    posted('Stored as something else', failedChange(change, MISFILED)),
    posted('…and still there', notTakenBack(ANNA, 'expired')),
    posted('An edit that waits', waitingChange(change, 2 * MINUTE)),
  ],
};

export const questionSheets: readonly Sheet[] = [asked, later, failed, undo, changes];
