import type { Agent } from './case.ts';
import type { EventOf } from './event.ts';
import type { Inline, Button, Choice, Field, Form, Part } from './notice.ts';
import { button, moment } from './words.ts';

/** The modals: what they show, what they ask, and what is wrong with what was typed. */

const HOUR = 3_600_000;
/** Slack's limit for a typed field. */
const TYPED_LIMIT = 3000;

const field = (
  name: string,
  label: string,
  input: Field['input'],
  more: Partial<Pick<Field, 'hint' | 'optional'>> = {},
): Field => ({
  part: 'field',
  field: name,
  label,
  input,
  hint: more.hint ?? null,
  optional: more.optional ?? false,
});

const text = (...pieces: readonly Inline[]): Part => ({ part: 'text', text: [...pieces] });

/** The title of the loading modal for what leads to a form; null when it leads to none. */
export const formTitle = (event: EventOf<'button'> | EventOf<'shortcut'> | EventOf<'command'>): string | null => {
  if (event.type === 'command') return event.text.trim().toLowerCase() === 'open' ? 'Open a case' : null;
  const name = event.type === 'button' ? event.action : event.shortcut;
  const titles: Readonly<Record<string, string>> =
    event.type === 'button'
      ? {
          case_snooze: 'Snooze',
          case_invite: 'Invite agents',
          case_details: 'Case',
          case_reply: 'Reply to customer',
          case_note: 'Internal note',
        }
      : {
          case_open: 'Open a case',
          case_reply: 'Reply to customer',
          case_note: 'Internal note',
          case_details: 'Case',
          case_close: 'Close case',
        };
  return titles[name] ?? null;
};

/** A modal that only says something. */
export const messageForm = (title: string, ...pieces: readonly Inline[]): Form => ({
  form: 'message',
  title,
  submit: null,
  context: '',
  parts: [text(...pieces)],
});

export const replyForm = (link: string, contact: string, initial: string): Form => ({
  form: 'reply',
  title: 'Reply to customer',
  submit: 'Send',
  context: link,
  parts: [
    field(
      'text',
      `To ${contact}`,
      { input: 'lines', initial: initial.slice(0, TYPED_LIMIT) },
      { hint: 'This goes to the customer.' },
    ),
  ],
});

export const noteForm = (link: string, initial: string): Form => ({
  form: 'note',
  title: 'Internal note',
  submit: 'Write note',
  context: link,
  parts: [
    field(
      'text',
      'Note',
      { input: 'lines', initial: initial.slice(0, TYPED_LIMIT) },
      { hint: 'Colleagues see it in Acquire. The customer never does.' },
    ),
  ],
});

export const closeForm = (link: string, title: string): Form => ({
  form: 'close',
  title: 'Close case',
  submit: 'Close it',
  context: link,
  parts: [text(title), text('The conversation ends for the customer. You can reopen it.')],
});

/** Choices of the snooze form, as hours from now. */
const SNOOZES: readonly (readonly [hours: number, label: string])[] = [
  [0.5, 'Half an hour'],
  [1, 'One hour'],
  [3, 'Three hours'],
  [24, 'One day'],
  [72, 'Three days'],
  [168, 'One week'],
];

export const snoozeForm = (link: string, now: number): Form => ({
  form: 'snooze',
  title: 'Snooze',
  submit: 'Snooze',
  context: link,
  parts: [
    field('hours', 'For', {
      input: 'choice',
      choices: SNOOZES.map(
        ([hours, label]): Choice => ({ value: String(hours), label: `${label} (until ${moment(now + hours * HOUR)})` }),
      ),
      initial: '1',
    }),
    { part: 'small', text: ['The case comes back in its thread at that time, or when the customer writes.'] },
  ],
});

/** Slack offers at most 100 choices in one field. */
const MOST_CHOICES = 100;

export const inviteForm = (link: string, agents: readonly Agent[]): Form => {
  const people = agents.filter((agent) => !agent.bot);
  if (people.length === 0) return messageForm('Invite agents', 'Acquire lists no agents who could be invited.');
  return {
    form: 'invite',
    title: 'Invite agents',
    submit: 'Invite',
    context: link,
    parts: [
      field('agent', 'Agent in Acquire', {
        input: 'choice',
        choices: people.slice(0, MOST_CHOICES).map((agent): Choice => ({ value: agent.id, label: agent.name })),
        initial: null,
      }),
    ],
  };
};

export type OpenDraft = { readonly title: string; readonly note: string; readonly channel: string };

export const openForm = (draft: OpenDraft): Form => ({
  form: 'open',
  title: 'Open a case',
  submit: 'Open',
  context: '',
  parts: [
    field(
      'contact',
      'Contact',
      { input: 'search' },
      { hint: 'Type a name, an e-mail address or a phone number.', optional: true },
    ),
    field('new_name', 'Or a new contact: name', { input: 'line', initial: '' }, { optional: true }),
    field('new_email', 'E-mail', { input: 'line', initial: '' }, { optional: true }),
    field('new_phone', 'Phone', { input: 'line', initial: '' }, { optional: true }),
    field('title', 'Subject', { input: 'line', initial: draft.title.slice(0, 150) }),
    field(
      'note',
      'Internal note',
      { input: 'lines', initial: draft.note.slice(0, TYPED_LIMIT) },
      { hint: 'The customer never sees it.', optional: true },
    ),
    field(
      'first',
      'First message to the customer',
      { input: 'lines', initial: '' },
      { hint: 'This goes to the customer. Leave it empty to write later.', optional: true },
    ),
    field('channel', 'Slack channel of its thread', { input: 'channel', initial: draft.channel }),
  ],
});

/** The hub: what the case is, and every action as a button. */
export const detailsForm = (link: string, parts: readonly Part[], isClosed: boolean): Form => {
  const open: readonly Button[] = [
    button('case_reply', 'Reply to customer…', link),
    button('case_note', 'Internal note…', link),
    button('case_claim', 'Claim', link),
    button('case_snooze', 'Snooze…', link),
    button('case_invite', 'Invite…', link),
    button('case_close', 'Close', link, {
      style: 'danger',
      confirm: {
        title: 'Close this case?',
        text: 'The conversation ends for the customer. You can reopen it.',
        yes: 'Close it',
      },
    }),
    button('case_unlink', 'Unlink', link, {
      style: 'danger',
      confirm: {
        title: 'Unlink this thread?',
        text: 'Nothing written in it reaches the customer any more.',
        yes: 'Unlink',
      },
    }),
  ];
  const closed: readonly Button[] = [
    button('case_reopen', 'Reopen', link, { style: 'primary' }),
    button('case_note', 'Internal note…', link),
  ];
  return {
    form: 'details',
    title: 'Case',
    submit: null,
    context: link,
    parts: [...parts, { part: 'buttons', buttons: [...(isClosed ? closed : open)] }],
  };
};

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;
const PHONE = /^\+?[\d\s().-]{5,25}$/u;

export const typed = (event: EventOf<'form'>, name: string): string => {
  const value = event.fields[name];
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
};

/** What is wrong with a submitted form, by field; empty when nothing is. */
export const errorsOf = (event: EventOf<'form'>): Readonly<Record<string, string>> => {
  const at = (name: string): string => typed(event, name);
  if (event.form === 'reply' || event.form === 'note') {
    return at('text') === '' ? { text: 'Nothing is written here yet.' } : {};
  }
  if (event.form !== 'open') return {};
  const errors: Record<string, string> = {};
  const isNew = at('new_name') !== '' || at('new_email') !== '' || at('new_phone') !== '';
  if (at('contact') === '' && !isNew) errors['contact'] = 'Choose a contact, or fill in a new one below.';
  if (at('contact') !== '' && isNew)
    errors['new_name'] = 'Either choose a contact above or fill in a new one, not both.';
  if (isNew && at('new_name') === '') errors['new_name'] = 'A new contact needs a name.';
  if (isNew && at('new_email') === '' && at('new_phone') === '')
    errors['new_email'] = 'A new contact needs an e-mail address or a phone number.';
  if (at('new_email') !== '' && !EMAIL.test(at('new_email')))
    errors['new_email'] = 'This is not an e-mail address, e.g. jo@example.com.';
  if (at('new_phone') !== '' && !PHONE.test(at('new_phone')))
    errors['new_phone'] = 'This is not a phone number, e.g. +358 40 123 4567.';
  if (at('title') === '') errors['title'] = 'A subject is needed.';
  return errors;
};
