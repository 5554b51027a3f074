import type { Case } from './case.ts';
import { claimLabel } from './doors.ts';
import { endOfPiece } from './graphemes.ts';
import { type Channels, settingsOf } from './settings.ts';
import { linkKey } from './ids.ts';
import { ruleOf } from './kind.ts';
import type { Link } from './link.ts';
import type { Button, Inline, Notice, Part } from './notice.ts';
import { externalIdOf } from './visitor-field.ts';
import { button } from './words.ts';

/** Nobody reads more of a fact, and Slack takes only so much of them all. */
const FACT_LIMIT = 200;

const TURNING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** On one line, and without marks that would turn round what stands behind: customers choose their names themselves. */
const short = (text: string): string => {
  const words = text.replaceAll(/\s+/gu, ' ').replaceAll(TURNING, '').trim();
  return words.length <= FACT_LIMIT ? words : `${words.slice(0, endOfPiece(words, 0, FACT_LIMIT - 1))}…`;
};

/** What people call a contact: the name, else mail or phone, else the number. */
export const contactName = (contact: Case['contact']): string =>
  short(contact.name ?? contact.email ?? contact.phone ?? `#${contact.id}`);

/** What people call a case. */
export const caseTitle = ({ id, title }: Pick<Case, 'id' | 'title'>): string => short(title ?? `Case ${id}`);

const STATE_WORDS: Readonly<Record<Case['state'], string>> = {
  open: 'open',
  waiting: 'waiting for an agent',
  closed: 'closed',
};

/** What a queue is called differs from account to account; the word of an open or closed case says nothing more. */
const statusWords = ({ case: { state, status }, doneBy }: Link): string => {
  if (state === 'closed') return doneBy ?? STATE_WORDS.closed;
  const vendor = state === 'waiting' && status !== '' ? ` (${status})` : '';
  return `${STATE_WORDS[state]}${vendor}${doneBy === null ? '' : `, ${doneBy}`}`;
};

const CLOSED: Part = {
  part: 'small',
  text: ['This case is closed: a reply to the customer is sent only after you choose to reopen it.'],
};

const closeButton = (value: string): Button =>
  button('case_close', 'Close', value, {
    style: 'danger',
    confirm: {
      title: 'Close this case?',
      text: 'The conversation ends for the customer. You can reopen it.',
      yes: 'Close it',
    },
  });

/** The buttons that fit the status. */
const buttonsOf = (link: Link, channels: Channels): readonly Button[] => {
  const value = linkKey(link);
  const isKnownElsewhere = externalIdOf(link.case, channels) !== null;
  const details = [
    button('case_details', 'Details…', value),
    ...(isKnownElsewhere ? [button('case_visitor', 'giosg cases', value)] : []),
  ];
  if (link.case.state === 'closed') return [button('case_reopen', 'Reopen', value, { style: 'primary' }), ...details];
  return [
    button('case_claim', claimLabel(link), value, { style: 'primary' }),
    closeButton(value),
    button('case_snooze', 'Snooze…', value),
    button('case_invite', 'Invite…', value),
    ...details,
  ];
};

type Fact = { readonly label: string; readonly value: Inline[] };

/** A fact that is known. */
const fact = (label: string, text: string | null | undefined): readonly Fact[] =>
  text === null || text === undefined || text.trim() === '' ? [] : [{ label, value: [short(text)] }];

/** Where they are and what they use, as far as the helpdesk shows it. */
const contactFacts = ({ name, email, phone, fields }: Case['contact']): readonly Fact[] => {
  const place = [fields['city'], fields['country']].filter((one) => one !== undefined && one !== '');
  const page = fields['page'] ?? '';
  return [
    ...(name === null ? [] : fact('E-mail', email)),
    ...fact('Phone', phone),
    ...fact('Company', fields['company']),
    ...fact('Place', place.join(', ')),
    ...fact('Browser', fields['browser']),
    // The whole address may be long; what is shown of it is how it begins.
    ...(/^https?:\/\//iu.test(page) ? [{ label: 'Page', value: [{ url: page, label: short(page) }] }] : []),
  ];
};

/** What the routes file asks for, by the keys that the account gave it. */
const chosenFacts = ({ fields, contact }: Case, keys: readonly string[]): readonly Fact[] =>
  keys.flatMap((key) => fact(labelOf(key), fields[key] ?? contact.fields[key]));

const labelOf = (key: string): string => {
  const words = key.replaceAll(/[_-]+/gu, ' ').trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const factsOf = (link: Link, chosen: readonly string[]): readonly Fact[] => {
  const { contact, departments, tags } = link.case;
  const rows: Fact[] = [
    { label: 'Contact', value: [contactName(contact)] },
    { label: 'Channel', value: [short(link.case.channel)] },
    { label: 'Status', value: [short(statusWords(link))] },
  ];
  if (link.waitingSince !== null && link.case.state !== 'closed')
    rows.push({ label: 'Waiting since', value: [{ at: link.waitingSince }] });
  if (link.claimedBy !== null) rows.push({ label: 'Taken by', value: [{ member: link.claimedBy }] });
  if (link.case.agents.length > 0) rows.push({ label: 'In Acquire', value: [short(link.case.agents.join(', '))] });
  if (link.answered !== null)
    rows.push({ label: 'Last answer', value: [`${short(link.answered.by)}, `, { at: link.answered.at }] });
  if (link.snoozedUntil !== null) rows.push({ label: 'Snoozed until', value: [{ at: link.snoozedUntil }] });
  return [
    ...rows,
    ...fact('Department', departments.join(', ')),
    ...fact('Tags', tags.join(', ')),
    ...contactFacts(contact),
    ...chosenFacts(link.case, chosen),
  ];
};

/** The first message of a thread: what the case is, how it stands, what can be done, and how the thread works. */
export const card = (link: Link, channels: Channels, caseUrl: string): Notice => {
  const title = caseTitle(link.case);
  const settings = settingsOf(channels, link);
  return {
    summary: `${contactName(link.case.contact)}: ${title}`,
    parts: [
      { part: 'title', text: title },
      { part: 'fields', fields: [...factsOf(link, settings.card.fields)] },
      { part: 'text', text: [{ url: caseUrl, label: `Case ${link.case.id} in Acquire` }] },
      { part: 'buttons', buttons: [...buttonsOf(link, channels)] },
      ...(link.case.state === 'closed' ? [CLOSED] : []),
      { part: 'small', text: [ruleOf(settings.mode)] },
    ],
  };
};

/** Whether a link has the same card as before: what casebridge alone goes by is not shown on it. */
export const hasSameCard = (link: Link, before: Link): boolean => shownOf(link) === shownOf(before);

const shownOf = (link: Link): string =>
  JSON.stringify({
    ...link,
    case: { ...link.case, updatedAt: null },
    caseIds: [],
    cursor: null,
    floor: null,
    activeAt: null,
    attended: false,
  } satisfies Link);

/** What the first message becomes when its link has ended. */
export const endedCard = (link: Link, caseUrl: string): Notice => ({
  summary: `Case ${link.case.id} is no longer linked`,
  parts: [
    { part: 'title', text: caseTitle(link.case) },
    {
      part: 'text',
      text: [
        'No longer linked: nothing written here reaches the customer. ',
        { url: caseUrl, label: `Case ${link.case.id} in Acquire` },
      ],
    },
  ],
});
