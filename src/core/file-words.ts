import { type Obstacle, obstacleText } from './change-words.ts';
import { type FileRef, fileName, type SlackFile, sizeInWords } from './files.ts';
import type { MemberId } from './ids.ts';
import { type Inline, type Notice, say } from './notice.ts';
import { line } from './words.ts';

/** What casebridge says about files. */

/** Why a file of a member's message does not go to the contact. */
export type LeftOut =
  | 'note'
  | 'external'
  | 'hidden'
  | 'gone'
  | 'empty'
  | { readonly above: number }
  | 'no_link'
  | 'no_way'
  | 'not_kept';

const leftOutInWords = (why: LeftOut): string => {
  if (typeof why === 'object') return `larger than ${sizeInWords(why.above)}`;
  switch (why) {
    case 'note':
      return 'files of a note stay in Slack';
    case 'external':
      return 'it is not kept in Slack: send its link instead';
    case 'hidden':
      return 'Slack does not show it any more on this plan';
    case 'gone':
      return 'it was deleted in Slack';
    case 'empty':
      return 'it is empty';
    case 'no_link':
      return 'PUBLIC_URL is not set, so customers cannot be given links to files';
    case 'no_way':
      return 'this case does not take files';
    case 'not_kept':
      return 'it waited so long that it is no longer kept: send it again';
  }
};

export type FileLeftOut = { readonly name: string; readonly why: LeftOut };

/** Names what was not sent, and why; files with one reason stand together. */
export const leftOutTold = (member: MemberId, left: readonly FileLeftOut[]): Notice => {
  const reasons = new Map<string, string[]>();
  for (const { name, why } of left) {
    const words = leftOutInWords(why);
    reasons.set(words, [...(reasons.get(words) ?? []), fileName(name)]);
  }
  const sentences = [...reasons].map(
    ([words, names]) =>
      `${names.length === 1 ? 'This file was' : 'These files were'} not sent: ${names.join(', ')} (${words}).`,
  );
  return say({ member }, ` ${sentences.join(' ')}`);
};

/** Reasons of look-ups and calls are machine words; people read these. */
export const fileReasonInWords = (reason: string | undefined): string => {
  switch (reason) {
    case 'sign_in_page':
      return 'Slack showed its sign-in page instead of the file; the app may lack the scope files:read';
    case 'missing_scope':
      return 'the app was not granted the scope for files; whoever runs casebridge must install it again';
    case 'file_gone':
    case 'file_not_found':
    case 'file_deleted':
      return 'it is no longer there';
    case 'file_external':
      return 'it is not kept in Slack: send its link instead';
    case 'file_hidden':
      return 'Slack does not show it any more on this plan';
    case 'size_mismatch':
      return 'what came was not as long as announced';
    case 'type_mismatch':
      return 'what came was of another type than announced';
    case 'not_a_file':
      return 'a web page came instead of a file';
    case 'too_large':
      return 'it is too large';
    case 'bad_address':
      return 'Acquire does not say where it is';
    case 'foreign_host':
      return 'it does not lie with Slack';
    case 'private_address':
      return 'its address leads into a private network';
    case 'empty':
      return 'it is empty';
    case 'expired':
      return 'it could not be carried over for 24 hours';
    case 'crashes':
      return 'casebridge stopped several times while it worked on it';
    case undefined:
      return 'the other side did not take it';
    default:
      return reason;
  }
};

/** A file that its author took back from Slack, or made private, is at the customer's all the same. */
export const fileNotTakenBack = (name: string, obstacle: Obstacle, windowMs: number): Notice =>
  say(`The customer still has ${fileName(name)}. It was not taken back, for ${obstacleText(obstacle, windowMs)}.`);

/** A file by name and size, for people. */
export const describedFile = ({ name, size }: Pick<SlackFile, 'name' | 'size'>): string =>
  size === null ? fileName(name) : `${fileName(name)} (${sizeInWords(size)})`;

/** A file of a message, on its way to the contact. */
export const sharedWords = (
  file: Pick<FileRef, 'name' | 'size'>,
  url: string | null,
): { readonly text: string; readonly html: string } => {
  const name = fileName(file.name);
  const size = sizeInWords(file.size);
  if (url === null) return { text: `${name} (${size})`, html: `<p>${escaped(name)} (${size})</p>` };
  return {
    text: `${name} (${size})\n${url}`,
    html: `<p><a href="${escaped(url)}">${escaped(name)}</a> (${size})</p>`,
  };
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What stands above a customer's file in the thread, where Slack shows it as ours. */
export const attachedWords = (from: string | null): Notice =>
  line(from === null ? 'The whole text as a file:' : `File from ${from}:`);

/** A customer's file that could not be brought into the thread. */
export const notAttachedTold = (name: string, reason: string, caseUrl: string): readonly Inline[] => [
  `${fileName(name)} could not be shown here: ${reason}. `,
  { url: caseUrl, label: 'See it in Acquire' },
  '.',
];

/** The other side took the words of a mail, and showed nothing of the file. */
export const attachmentNotSeenTold = (member: MemberId, name: string, link: boolean): Notice =>
  say(
    { member },
    ` Acquire does not show that ${fileName(name)} went along with the mail. ${
      link ? 'A link to it is sent as well.' : 'Look in Acquire; without PUBLIC_URL no link can be sent instead.'
    }`,
  );
