import { messageForm } from '../../core/forms.ts';
import type { Form } from '../../core/notice.ts';
import { type OriginalRef, originalForm, parseOriginalKey } from '../../core/original.ts';
import type { Bridge } from '../context.ts';
import type { Consequence } from '../settlement.ts';
import { linkOfCase } from '../threads/links.ts';
import type { Asked } from './actions.ts';
import { fill } from './forms.ts';

/** “Show original”: the whole of a message, read again where it is kept, for the eyes of one agent. */

export const showOriginal = async (bridge: Bridge, asked: Asked, value: string): Promise<Consequence> => {
  const wanted = parseOriginalKey(value);
  return fill(asked, wanted === null ? notFound : await formOf(bridge, wanted, asked.at));
};

const formOf = async (bridge: Bridge, wanted: OriginalRef, since: number): Promise<Form> => {
  const link = await linkOfCase(bridge, wanted.case);
  if (link === null) return notFound;
  // After a reopening a message may be of a case before the one it was shown with.
  for (const id of new Set([wanted.case, ...link.value.caseIds.toReversed()])) {
    const { reading } = await bridge.reads.readSoon(id, { urgency: 'nudged', since });
    const row = reading?.messages.find((one) => one.id === wanted.message);
    if (row !== undefined) return originalForm(row, bridge.helpdesk.caseUrl(id));
  }
  return notFound;
};

const notFound = messageForm(
  'Original message',
  'This message is no longer in Acquire, so only what the thread shows of it is left.',
);
