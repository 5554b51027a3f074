import { type MessageId, positionOf } from './ids.ts';
import type { Link } from './link.ts';
import type { CaseMessage } from './message.ts';
import { displayName } from './names.ts';
import type { Inline, Notice, PostAs } from './notice.ts';
import { POST_LIMIT, split } from './split.ts';
import { line } from './words.ts';

/** Rows of a case as posts of a thread. */

/** What an older case brings into its new thread. */
const HISTORY = 20;
/** Characters of history in one post: Slack refuses what is too long over all blocks, at a figure it does not publish. */
const HISTORY_CHARACTERS = 8000;
/** One long message must not take the room of all others. */
const HISTORY_SHARE = 1500;

/** One post owed to a thread. */
export type CarriedPost = {
  /** What makes its delivery's key: message ids, or what changed. */
  readonly key: string;
  readonly as: PostAs | null;
  readonly notice: Notice;
  readonly messages: readonly MessageId[];
  /** Null for what has no place among the messages. */
  readonly position: string | null;
  readonly broadcast: boolean;
  readonly history?: true;
};

export type Telling = {
  /** What to call a contact whose name the row lacks. */
  readonly contact: string;
  readonly claimer: Link['claimedBy'];
  /** A customer's message is shown in the channel too. */
  readonly loud: boolean;
  readonly caseUrl: string;
};

/** The posts of one row: none for our own, several for a long one. */
export const postsOf = (row: CaseMessage, telling: Telling): readonly CarriedPost[] => {
  const { side } = row.sender;
  if (side === 'self') return [];
  const base = { messages: [row.id], position: positionOf(row.id), broadcast: false };
  if (row.type === 'event') return row.text === '' ? [] : [{ ...base, key: row.id, as: null, notice: line(row.text) }];
  const loud = telling.loud && side === 'contact' && row.type === 'message';
  return textsOf(row, telling.caseUrl).map((text, index) => {
    const isLoud = loud && index === 0;
    const mention: Inline[] = isLoud && telling.claimer !== null ? ['\n', { member: telling.claimer }] : [];
    return {
      ...base,
      key: index === 0 ? row.id : `${row.id}/${index + 1}`,
      position: `${base.position}:${String(index).padStart(4, '0')}`,
      as: postAs(row, telling.contact),
      notice: paragraph([...text, ...mention]),
      broadcast: isLoud,
    };
  });
};

const textsOf = (row: CaseMessage, url: string): readonly (readonly Inline[])[] => {
  const texts = split(row.text, POST_LIMIT);
  if (texts.length > 0) return texts.map((text) => [text]);
  return [['A message without text, perhaps a file. ', { url, label: 'See it in Acquire' }, '.']];
};

const paragraph = (text: readonly Inline[]): Notice => ({
  summary: text
    .map((inline) => (typeof inline === 'string' ? inline : 'label' in inline ? inline.label : ''))
    .join('')
    .trim(),
  parts: [{ part: 'text', text: [...text] }],
});

export const inAcquire = (name: string | null): string => `${displayName(name ?? 'Agent')} (in Acquire)`;

const postAs = (row: CaseMessage, contact: string): PostAs => {
  const { side, name } = row.sender;
  if (side === 'contact') return { name: `${customerName(name ?? contact)} (customer)`, icon: 'contact' };
  if (row.type === 'note') return { name: `${displayName(name ?? 'Agent')} (note in Acquire)`, icon: 'note' };
  return { name: inAcquire(name), icon: side === 'bot' ? 'bot' : 'agent' };
};

/** A contact without a name is called by its number, as Acquire does. */
const customerName = (name: string): string => displayName(name.replace(/^#(?=\d+$)/u, 'Contact '));

/** An older case's last messages in one post: the newest that fit, and where to read the others. */
export const historyPost = (rows: readonly CaseMessage[], caseUrl: string): CarriedPost => {
  const said = rows.filter((row) => row.text !== '' && row.type !== 'event');
  const shown = newestThatFit(said.map((row) => ({ row, text: shortened(row.text) })));
  const omitted = said.length - shown.length;
  const isShortened = shown.some(({ row, text }) => text !== row.text);
  const more = [...(omitted > 0 ? [`${omitted} more`] : []), ...(isShortened ? ['full texts'] : [])].join(' and ');
  const head: Inline[] = [
    `Earlier in this case${more === '' ? '' : ` (${more} `}`,
    ...(more === '' ? [] : [{ url: caseUrl, label: 'in Acquire' }, ')']),
  ];
  const last = rows.at(-1);
  return {
    key: `history:${last?.id ?? '0'}`,
    as: null,
    notice: {
      summary: `Earlier in this case: ${shown.length} ${shown.length === 1 ? 'message' : 'messages'}`,
      parts: [
        { part: 'small', text: head },
        ...shown.map(({ row, text }) => ({
          part: 'quote' as const,
          text: [{ strong: `${historyName(row)}: ` }, text],
        })),
      ],
    },
    messages: shown.map(({ row }) => row.id),
    position: last === undefined ? null : `${positionOf(last.id)}:`,
    broadcast: false,
    history: true,
  };
};

type Shown = { readonly row: CaseMessage; readonly text: string };

const newestThatFit = (said: readonly Shown[]): readonly Shown[] => {
  const last = said.slice(-HISTORY);
  let room = HISTORY_CHARACTERS;
  const first = last.findLastIndex(({ text }) => {
    room -= text.length;
    return room < 0;
  });
  return last.slice(first + 1);
};

const shortened = (text: string): string => {
  if (text.length <= HISTORY_SHARE) return text;
  return `${split(text, HISTORY_SHARE - 2)[0] ?? ''} …`;
};

const historyName = (row: CaseMessage): string => {
  const { side, name } = row.sender;
  if (side === 'contact') return `${customerName(name ?? 'Customer')} (customer)`;
  return row.type === 'note' ? `${displayName(name ?? 'Agent')} (note)` : displayName(name ?? 'Agent');
};
