import { CaseId, MessageId } from './ids.ts';
import type { CaseMessage } from './message.ts';
import { displayName } from './names.ts';
import { type Form, moment } from './notice.ts';
import { split } from './split.ts';

/** The whole of a mail of which a thread shows only what was new. */

export type OriginalRef = { readonly case: CaseId; readonly message: MessageId };

/** What names it on a button: ids only. */
export const originalKey = (of: OriginalRef): string => `${of.case}:${of.message}`;

/** Takes `originalKey` apart again; null when it is not one. */
export const parseOriginalKey = (key: string): OriginalRef | null => {
  const [first, second, ...others] = key.split(':');
  const [of, message] = [CaseId.safeParse(first), MessageId.safeParse(second)];
  return of.success && message.success && others.length === 0 ? { case: of.data, message: message.data } : null;
};

/** Characters that a modal shows: Slack refuses a view that is too large, at a figure it does not publish. */
const MOST_CHARACTERS = 60_000;
/** One block of text. */
const BLOCK = 3000;

/** A modal that only shows. What does not fit is read in the helpdesk. */
export const originalForm = (row: CaseMessage, caseUrl: string): Form => {
  const pieces = split(row.text, BLOCK);
  const shown = pieces.slice(0, MOST_CHARACTERS / BLOCK);
  const at = row.createdAt === null ? '' : `, ${moment(row.createdAt)}`;
  return {
    form: 'message',
    title: 'Original message',
    submit: null,
    context: '',
    parts: [
      { part: 'small', text: [`${displayName(row.sender.name ?? 'Unknown')}${at}`] },
      ...shown.map((text) => ({ part: 'text' as const, text: [text] })),
      ...(shown.length < pieces.length
        ? [{ part: 'text' as const, text: ['It goes on ', { url: caseUrl, label: 'in Acquire' }, '.'] }]
        : []),
    ],
  };
};
