import { describedFile } from './file-words.ts';
import type { CaseFile } from './files.ts';
import { type CaseId, type MessageId, positionOf } from './ids.ts';
import type { Link } from './link.ts';
import { bodyOf, type CaseMessage, shownText } from './message.ts';
import { displayName } from './names.ts';
import { type Inline, type Notice, type Part, type PostAs, say } from './notice.ts';
import { originalKey } from './original.ts';
import { isFileLong, previewOf } from './outgoing.ts';
import { plainTextOf } from './plain-text.ts';
import type { RichText } from './rich-text.ts';
import { POST_LIMIT, split } from './split.ts';
import { splitRich } from './split-rich.ts';
import { button, line } from './words.ts';

/** Rows of a case as posts of a thread. */

/** What an older case brings into its new thread. */
const HISTORY = 20;
/** Characters of history in one post: Slack refuses what is too long over all blocks, at a figure it does not publish. */
const HISTORY_CHARACTERS = 8000;

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
  /** Shown behind it. */
  readonly files?: readonly CaseFile[];
  /** The whole text as a file, where the post only begins it. */
  readonly attachment?: Attachment | null;
};

type Attachment = { readonly name: string; readonly text: string };

export type Telling = {
  /** The case of the rows; after a reopening some may be of one before it. */
  readonly case: CaseId;
  /** What to call a contact whose name the row lacks. */
  readonly contact: string;
  readonly claimer: Link['claimedBy'];
  /** A customer's message is shown in the channel too. */
  readonly loud: boolean;
  readonly caseUrl: string;
};

/** The posts of one row: none for our own, several for a long one, the beginning of a very long one. */
export const postsOf = (row: CaseMessage, telling: Telling): readonly CarriedPost[] => {
  const { side } = row.sender;
  if (side === 'self') return [];
  const base = { messages: [row.id], position: positionOf(row.id), broadcast: false };
  if (row.type === 'event') return row.text === '' ? [] : [{ ...base, key: row.id, as: null, notice: line(row.text) }];
  const loud = telling.loud && side === 'contact' && row.type === 'message';
  const { notices, attachment } = textsOf(row, telling);
  return notices.map((notice, index) => {
    const isLoud = loud && index === 0;
    return {
      ...base,
      key: index === 0 ? row.id : `${row.id}/${index + 1}`,
      position: `${base.position}:${String(index).padStart(4, '0')}`,
      as: postAs(row, telling.contact),
      notice: isLoud ? calling(notice, telling.claimer) : notice,
      broadcast: isLoud,
      ...(index === 0 && row.files !== undefined ? { files: row.files } : {}),
      ...(index === 0 && attachment !== null ? { attachment } : {}),
    };
  });
};

type Texts = { readonly notices: readonly Notice[]; readonly attachment: Attachment | null };

const textsOf = (row: CaseMessage, telling: Telling): Texts => {
  const body = bodyOf(row);
  if (isFileLong(body)) return asFile(row, body);
  const parts = splitRich(body, { limit: POST_LIMIT });
  if (parts.length === 0) return { notices: [withoutText(row, telling.caseUrl)], attachment: null };
  const notices = parts.map((part, at): Notice => {
    const isLast = at === parts.length - 1;
    return written(part, row.folded && isLast ? wayToWhole(row, telling) : []);
  });
  return { notices, attachment: null };
};

const written = (blocks: RichText, more: readonly Part[]): Notice => ({
  summary: plainTextOf(blocks).trim(),
  parts: [{ part: 'rich', blocks }, ...more],
});

/** Slack shows the beginning of a text file, and the whole at a press. */
const asFile = ({ id, text }: CaseMessage, body: RichText): Texts => {
  const size = `${Math.round(text.length / 1000)},000`;
  const told = `This is the beginning of a message of about ${size} characters. All of it is in the file below.`;
  return {
    notices: [written(previewOf(body), [{ part: 'small', text: [told] }])],
    attachment: { name: `message-${id}.txt`, text },
  };
};

const wayToWhole = ({ id }: CaseMessage, telling: Telling): readonly Part[] => [
  { part: 'small', text: ['Earlier mails or a signature are left out here.'] },
  {
    part: 'buttons',
    buttons: [button('case_original', 'Show original', originalKey({ case: telling.case, message: id }))],
  },
];

const withoutText = ({ files = [] }: CaseMessage, url: string): Notice =>
  files.length > 0
    ? say(files.map(describedFile).join('\n'))
    : say('A message without text, perhaps a file. ', { url, label: 'See it in Acquire' }, '.');

/** Whoever has the case is called. */
const calling = (notice: Notice, claimer: Link['claimedBy']): Notice => {
  if (claimer === null) return notice;
  const [first, ...others] = notice.parts;
  const call: Part = { part: 'text', text: [{ member: claimer }] };
  return { ...notice, parts: first === undefined ? [call] : [first, call, ...others] };
};

export const inAcquire = (name: string | null): string => `${displayName(name ?? 'Agent')} (in Acquire)`;

const postAs = (row: CaseMessage, contact: string): PostAs => {
  const { side, name } = row.sender;
  if (side === 'contact') return { name: `${customerName(name ?? contact)} (customer)`, icon: 'contact' };
  if (row.type === 'note') return { name: `${displayName(name ?? 'Agent')} (note in Acquire)`, icon: 'note' };
  return { name: inAcquire(name), icon: side === 'bot' ? 'bot' : 'agent' };
};

/** A contact without a name is called by its number, as Acquire does. */
const customerName = (name: string): string => displayName(name.replace(/^#(?=\d+$)/u, 'Contact '));

/** An older case's last messages in one post, long ones shortened, and where to read the others. */
export const historyPost = (rows: readonly CaseMessage[], caseUrl: string): CarriedPost => {
  const said = rows
    .map((row) => ({ row, whole: shownText(row) }))
    .filter(({ row, whole }) => whole !== '' && row.type !== 'event');
  const last = said.slice(-HISTORY);
  const share = fairShare(
    last.map(({ whole }) => whole.length),
    HISTORY_CHARACTERS,
  );
  const shown = last.map(({ row, whole }) => ({ row, whole, text: shortened(whole, share) }));
  const omitted = said.length - shown.length;
  const isShortened = shown.some(({ row, whole, text }) => text !== whole || row.folded);
  const more = [...(omitted > 0 ? [`${omitted} more`] : []), ...(isShortened ? ['full texts'] : [])].join(' and ');
  const head: Inline[] = [
    `Earlier in this case${more === '' ? '' : ` (${more} `}`,
    ...(more === '' ? [] : [{ url: caseUrl, label: 'in Acquire' }, ')']),
  ];
  const newest = rows.at(-1);
  return {
    key: `history:${newest?.id ?? '0'}`,
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
    position: newest === undefined ? null : `${positionOf(newest.id)}:`,
    broadcast: false,
    history: true,
  };
};

/** The length at which all fit when only longer ones are shortened. */
const fairShare = (lengths: readonly number[], room: number): number => {
  let left = room;
  let share = room;
  for (const [place, length] of lengths.toSorted((a, b) => a - b).entries()) {
    share = Math.floor(left / (lengths.length - place));
    if (length > share) return share;
    left -= length;
  }
  return room;
};

const shortened = (text: string, share: number): string =>
  text.length <= share ? text : `${split(text, share - 2)[0] ?? ''} …`;

const historyName = (row: CaseMessage): string => {
  const { side, name } = row.sender;
  if (side === 'contact') return `${customerName(name ?? 'Customer')} (customer)`;
  return row.type === 'note' ? `${displayName(name ?? 'Agent')} (note)` : displayName(name ?? 'Agent');
};
