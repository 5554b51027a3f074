import { type Button, type Inline, type Notice, type Part, say } from './notice.ts';
import type { MemberId } from './ids.ts';
import type { Kind } from './kind.ts';

/** What casebridge says to people. Each error says what was wrong, what was not done, and what to do. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of time in the largest fitting unit: `3 minutes`. */
export const span = (ms: number): string => {
  const units = [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
  ] as const;
  const [size, name] = units.find(([unit]) => ms >= unit) ?? [SECOND, 'second'];
  const count = Math.max(1, Math.round(ms / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
};

export const button = (
  action: string,
  label: string,
  value: string,
  more: Partial<Pick<Button, 'style' | 'confirm'>> = {},
): Button => ({ action, label, value, style: more.style ?? 'plain', confirm: more.confirm ?? null });

/** Why a reply is not sent until its author decides; `part`: because an earlier part of the same message is not. */
const HELD = [
  'mention',
  'confirm',
  'closed',
  'stale',
  'unchecked',
  'edited',
  'part',
  'flood',
  'long_sms',
  'leak',
  'crossed_agent',
  'crossed_customer',
] as const;
export type HeldReason = (typeof HELD)[number];

export const isHeldReason = (reason: string): reason is HeldReason => HELD.some((known) => known === reason);

export const heldText = (reason: HeldReason): string => {
  switch (reason) {
    case 'mention':
      return 'this mentions colleagues, so it was not sent to the customer.';
    case 'confirm':
      return 'this is not sent yet: confirm that it goes to the customer.';
    case 'closed':
      return 'the case is closed, so this was not sent.';
    case 'stale':
      return 'this waited for more than 30 minutes and the case has moved on, so it was not sent.';
    case 'unchecked':
      return 'casebridge could not check that you are an agent, so this was not sent.';
    case 'edited':
      return 'this was edited before it had been sent, so it waits for you.';
    case 'part':
      return 'an earlier part of this message was not sent.';
    case 'flood':
      return 'more than 20 threads were due at once, so this one waits for an operator.';
    case 'long_sms':
      return 'this is long for a text message, so it was not sent yet.';
    case 'leak':
      return 'this may hold what should stay inside, so it was not sent to the customer.';
    case 'crossed_agent':
      return 'somebody else answered the customer at the same time, so this was not sent. Read that first.';
    case 'crossed_customer':
      return 'the customer wrote again before you could have read it, so this was not sent. Read that first.';
  }
};

/** What a question is about. `value` names it on the buttons; `text` is what was written, where it stands nowhere else. */
type Asked = {
  readonly kind: 'reply' | 'note';
  readonly value: string;
  readonly text?: string | null;
  /** How many text messages it takes, where they are unusually many. */
  readonly sms?: number | null;
  /** What was found in it that should perhaps stay inside, as a sentence; '' for nothing. */
  readonly found?: string;
};

const question = (
  summary: string,
  text: readonly Inline[],
  { about, buttons }: { readonly about: Asked; readonly buttons: readonly Button[] },
): Notice => ({
  summary,
  parts: [
    { part: 'text', text: [...text] },
    ...(about.text === undefined || about.text === null ? [] : [{ part: 'quote', text: [about.text] } satisfies Part]),
    { part: 'buttons', buttons: [...buttons] },
  ],
});

const keep = ({ value }: Asked): Button => button('case_keep', 'Keep inside', value);

const NOTE_ON_CLOSED = 'the case is closed, so this note was not stored.';

/** Asks the author of a held reply or note. */
export const heldQuestion = (member: MemberId, reason: HeldReason, about: Asked): Notice => {
  const [send, reopenFirst] =
    about.kind === 'note' ? ['Store as note', 'Reopen and store'] : ['Send to customer', 'Reopen and send'];
  const release = button('case_release', reason === 'closed' ? reopenFirst : send, about.value, { style: 'primary' });
  const count = about.sms ? ` It takes ${about.sms} text messages.` : '';
  const why = about.kind === 'note' && reason === 'closed' ? NOTE_ON_CLOSED : heldText(reason);
  const words = `${why}${count}${about.found ? ` ${about.found}` : ''}`;
  return question(`Not sent yet: ${words}`, [{ member }, ` ${words}`], {
    about,
    buttons: [release, keep(about)],
  });
};

/** Asks the authors of replies that waited too long, once for all of them. */
export const staleQuestion = (
  members: readonly MemberId[],
  { value, count, texts }: { readonly value: string; readonly count: number; readonly texts: readonly string[] },
): Notice => {
  const words =
    count === 1
      ? heldText('stale')
      : `these ${count} replies waited for more than 30 minutes and the case has moved on, so they were not sent.`;
  const about: Asked = { kind: 'reply', value, text: texts.length === 0 ? null : texts.join('\n\n') };
  const called = members.flatMap((member): Inline[] => [{ member }, ' ']);
  return question(`Not sent yet: ${words}`, [...called, words], {
    about,
    buttons: [button('case_release', 'Send to customer', value, { style: 'primary' }), keep(about)],
  });
};

/** What a way to the contact needs and does not have, as the helpdesk's room and the bridge call it. */
const MISSING = {
  NO_MAIL: 'no mail of this case can be read that shows whom to answer',
  NO_NUMBER: 'the Acquire account has no number that can send text messages',
  SEVERAL_NUMBERS:
    'the Acquire account has several numbers, nothing shows which one the customer wrote to, and none of them is set for this channel (sms_number in the routes file)',
  NO_PHONE: 'the contact has no phone number in Acquire',
  NO_COUNTRY_CODE: 'the contact’s phone number in Acquire has no country code, so it may be somebody else’s',
  NO_TIMELINE: 'Acquire does not show the conversation that a text message must name',
  SMS_FAILED: 'the telephone company did not take it',
} as const;
export type MissingWay = keyof typeof MISSING;

export const isMissingWay = (word: string | undefined): word is MissingWay =>
  word !== undefined && Object.hasOwn(MISSING, word);

/** Reasons are machine words; people read these. */
export const reasonInWords = (reason: string | undefined): string => {
  switch (reason) {
    case undefined:
      return 'Acquire did not take it';
    case 'expired':
      return 'Acquire did not take it for 24 hours';
    case 'unlinked':
      return 'the thread was unlinked before it could be sent';
    case 'misfiled':
      return 'Acquire stored it as something else than asked, so it is taken back there at once';
    case 'gone':
      return 'it is no longer in Acquire';
    case 'row unknown':
      return 'casebridge does not know which message in Acquire it is';
    default:
      return isMissingWay(reason) ? MISSING[reason] : reason;
  }
};

/** Tells the author of a reply that it could not be delivered, with a way to try again. */
export const failedQuestion = (member: MemberId, reason: string, about: Asked): Notice =>
  question(`Not delivered: ${reason}`, [{ member }, ` this was not delivered: ${reason}.`], {
    about,
    buttons: [button('case_retry', 'Retry', about.value, { style: 'primary' }), keep(about)],
  });

/** Nobody can tell whether the other side has it. */
export const unknownQuestion = (member: MemberId, about: Asked): Notice =>
  question(
    'It cannot be determined whether this message arrived',
    [
      { member },
      ' casebridge cannot tell whether this arrived, so it does not send it again by itself. Look in Acquire, then decide.',
    ],
    {
      about,
      buttons: [
        button('case_arrived', 'It arrived', about.value, { style: 'primary' }),
        button('case_retry', 'Send again', about.value),
      ],
    },
  );

export const waitingTold = (member: MemberId, ms: number, reason: string | null): Notice =>
  say(
    { member },
    ` your message has been waiting for ${span(ms)}${reason === null ? '' : ` (${reason})`}. It is kept and sent as soon as possible.`,
  );

export const lateTold = (member: MemberId): Notice =>
  say(
    { member },
    ' this message reached casebridge after later ones had been sent, so the customer got it out of order.',
  );

export const channelNotTaken = (channel: string, url: string): Notice => ({
  summary: 'Not sent: this case does not take replies from Slack',
  parts: [
    {
      part: 'text',
      text: [
        `This was not sent: a case of the channel “${channel}” does not take replies from Slack yet. `,
        { url, label: 'Answer it in Acquire' },
        '.',
      ],
    },
  ],
});

export const emptyReply: Notice = say('This was not sent: there is no text in it.');

export const notAnAgent: Notice = say(
  'Only agents can do this: full members of this workspace who are in a casebridge channel (and in the agents’ group, if one is set). Nothing was done. Ask whoever runs casebridge to add you.',
);

export const notAnAuthor: Notice = say(
  'What you write in this thread stays in Slack. Only agents answer here: full members of this workspace who are in a casebridge channel (and in the agents’ group, if one is set). Ask whoever runs casebridge to add you.',
);

/** An edit never makes a message less private. */
export const kindStays = (kind: Kind): Notice =>
  say(
    kind === 'note'
      ? 'This stays an internal note, for what a message is does not change by an edit. Write it anew to send it to the customer.'
      : 'This stays in Slack, for what a message is does not change by an edit. Write it anew to send it to the customer.',
  );

export const line = (...text: readonly Inline[]): Notice => ({
  ...say(...text),
  parts: [{ part: 'small', text: [...text] }],
});

/** One paragraph and buttons below it. */
export const ask = (text: readonly Inline[], buttons: readonly Button[]): Notice => ({
  ...say(...text),
  parts: [
    { part: 'text', text: [...text] },
    ...(buttons.length === 0 ? [] : [{ part: 'buttons', buttons: [...buttons] } satisfies Part]),
  ],
});
