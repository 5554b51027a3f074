import type { Case } from './case.ts';
import { type Channels, settingsOf } from './settings.ts';
import { linkKey } from './ids.ts';
import { ruleOf } from './kind.ts';
import type { Link } from './link.ts';
import type { Button, Inline, Notice, Part } from './notice.ts';
import { button, moment } from './words.ts';

/** What people call a contact: the name, else mail or phone, else the number. */
export const contactName = (contact: Case['contact']): string =>
  contact.name ?? contact.email ?? contact.phone ?? `#${contact.id}`;

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
const buttonsOf = (link: Link): readonly Button[] => {
  const value = linkKey(link);
  const details = button('case_details', 'Details…', value);
  if (link.case.state === 'closed') return [button('case_reopen', 'Reopen', value, { style: 'primary' }), details];
  return [
    button('case_claim', link.claimedBy === null ? 'Claim' : 'Take over', value, { style: 'primary' }),
    closeButton(value),
    button('case_snooze', 'Snooze…', value),
    button('case_invite', 'Invite…', value),
    details,
  ];
};

const fieldsOf = (link: Link): readonly { label: string; value: Inline[] }[] => {
  const { contact } = link.case;
  const rows: { label: string; value: Inline[] }[] = [
    { label: 'Contact', value: [contactName(contact)] },
    { label: 'Channel', value: [link.case.channel] },
    { label: 'Status', value: [statusWords(link)] },
  ];
  if (link.waitingSince !== null && link.case.state !== 'closed')
    rows.push({ label: 'Waiting since', value: [moment(link.waitingSince)] });
  if (contact.email !== null && contact.name !== null) rows.push({ label: 'E-mail', value: [contact.email] });
  if (contact.phone !== null) rows.push({ label: 'Phone', value: [contact.phone] });
  if (link.claimedBy !== null) rows.push({ label: 'Taken by', value: [{ member: link.claimedBy }] });
  if (link.case.agents.length > 0) rows.push({ label: 'In Acquire', value: [link.case.agents.join(', ')] });
  if (link.answered !== null)
    rows.push({ label: 'Last answer', value: [`${link.answered.by}, ${moment(link.answered.at)}`] });
  if (link.snoozedUntil !== null) rows.push({ label: 'Snoozed until', value: [moment(link.snoozedUntil)] });
  return rows;
};

/** The first message of a thread: what the case is, how it stands, what can be done, and how the thread works. */
export const card = (link: Link, channels: Channels, caseUrl: string): Notice => {
  const title = link.case.title ?? `Case ${link.case.id}`;
  return {
    summary: `${contactName(link.case.contact)}: ${title}`,
    parts: [
      { part: 'title', text: title },
      { part: 'fields', fields: [...fieldsOf(link)] },
      { part: 'text', text: [{ url: caseUrl, label: `Case ${link.case.id} in Acquire` }] },
      { part: 'buttons', buttons: [...buttonsOf(link)] },
      ...(link.case.state === 'closed' ? [CLOSED] : []),
      { part: 'small', text: [ruleOf(settingsOf(channels, link.channel).mode)] },
    ],
  };
};

/** What the first message becomes when its link has ended. */
export const endedCard = (link: Link, caseUrl: string): Notice => ({
  summary: `Case ${link.case.id} is no longer linked`,
  parts: [
    { part: 'title', text: link.case.title ?? `Case ${link.case.id}` },
    {
      part: 'text',
      text: [
        'No longer linked: nothing written here reaches the customer. ',
        { url: caseUrl, label: `Case ${link.case.id} in Acquire` },
      ],
    },
  ],
});
