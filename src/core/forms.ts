import type { Agent, Department } from './case.ts';
import { ACTIONS, actionNames, buttonDoor, hubButtons } from './doors.ts';
import type { EventOf } from './event.ts';
import type { Link } from './link.ts';
import type { Choice, Field, Form, Inline, Part } from './notice.ts';
import { type Clock, readTime, TIME_EXAMPLES } from './times.ts';
import { localOf, weekdayOf } from './zones.ts';

/** The modals: what they show, what they ask, and what is wrong with what was typed. */

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
  switch (event.type) {
    case 'command':
      return event.text.trim().toLowerCase() === 'open' ? (ACTIONS.open.shortcut?.opens ?? null) : null;
    case 'button':
      return buttonDoor(event.action)?.button.opens ?? null;
    case 'shortcut':
      return actionOfShortcut(event.shortcut)?.opens ?? null;
  }
};

const actionOfShortcut = (id: string) =>
  actionNames.map((name) => ACTIONS[name].shortcut).find((shortcut) => shortcut?.id === id) ?? null;

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

/** Choices of the snooze form, in words that `readTime` understands. */
const SNOOZES: readonly (readonly [words: string, label: string])[] = [
  ['30m', 'Half an hour'],
  ['1h', 'One hour'],
  ['3h', 'Three hours'],
  ['tomorrow 9:00', 'Until tomorrow morning'],
  ['monday 9:00', 'Until Monday morning'],
  ['1w', 'One week'],
];

export const snoozeForm = (link: string, clock: Clock): Form => ({
  form: 'snooze',
  title: 'Snooze',
  submit: 'Snooze',
  context: link,
  parts: [
    field(
      'for',
      'For',
      {
        input: 'choice',
        choices: SNOOZES.flatMap(([words, label]): Choice[] => {
          const read = readTime(words, clock);
          return 'at' in read ? [{ value: words, label: `${label} (${wallClock(clock.zone, read.at)})` }] : [];
        }),
        initial: '1h',
      },
      { optional: true },
    ),
    field(
      'until',
      'Or until',
      { input: 'line', initial: '' },
      { hint: `By your own clock (${clock.zone}): ${TIME_EXAMPLES}.`, optional: true },
    ),
    { part: 'small', text: ['The case comes back in its thread at that time, or when the customer writes.'] },
  ],
});

/** `Mon 2026-11-23 08:30` by the clock on the wall. */
const wallClock = (zone: string, at: number): string => {
  const { day, minutes } = localOf(zone, at);
  const two = (count: number): string => String(count).padStart(2, '0');
  const weekday = weekdayOf(day);
  return `${weekday[0]?.toUpperCase()}${weekday.slice(1)} ${day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

export const assignForm = (link: string): Form => ({
  form: 'assign',
  title: 'Assign',
  submit: 'Hand over',
  context: link,
  parts: [
    field('to', 'To', { input: 'members', most: 1 }),
    { part: 'small', text: ['It is told in the thread, and the card shows who has the case.'] },
  ],
});

/** Slack offers at most 100 choices in one field. */
const MOST_CHOICES = 100;

type Invitable = { readonly agents: readonly Agent[]; readonly departments: readonly Department[] };

export const inviteForm = (link: string, { agents, departments }: Invitable): Form => {
  const named = (
    name: string,
    label: string,
    all: readonly { readonly id: string; readonly name: string }[],
  ): Field[] =>
    all.length === 0
      ? []
      : [
          field(
            name,
            label,
            {
              input: 'choice',
              choices: all.slice(0, MOST_CHOICES).map(({ id, name: called }): Choice => ({ value: id, label: called })),
              initial: null,
            },
            { optional: true },
          ),
        ];
  return {
    form: 'invite',
    title: 'Invite agents',
    submit: 'Invite',
    context: link,
    parts: [
      field(
        'members',
        'Members of Slack',
        { input: 'members', most: null },
        { hint: 'Each is the agent in Acquire with the same e-mail address.', optional: true },
      ),
      ...named(
        'agent',
        'Or an agent in Acquire',
        agents.filter(({ bot }) => !bot),
      ),
      ...named('department', 'Or a department', departments),
    ],
  };
};

export type OpenDraft = { readonly title: string; readonly note: string; readonly channel: string };

/** Acquire's interface shows no other word where a case is opened, and no way to begin a mail or a text message. */
const OPENS_AS =
  'It opens as a chat. Acquire lets an app begin no e-mail and no text message: begin those in Acquire, and their thread appears here.';

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
    { part: 'small', text: [OPENS_AS] },
  ],
});

/** What the hub's form is called. */
export const HUB = 'details';

/** The hub: what the case is, and every action that fits it as a button. */
export const detailsForm = (link: Link, key: string, parts: readonly Part[]): Form => ({
  form: HUB,
  title: 'Case',
  submit: null,
  context: key,
  parts: [...parts, { part: 'buttons', buttons: [...hubButtons(link, key)] }],
});
