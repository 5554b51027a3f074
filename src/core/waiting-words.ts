import type { Inline, Notice } from './notice.ts';
import type { Called } from './route.ts';
import { line, span } from './words.ts';

/** What casebridge says to those whom a rule calls, and about customers who wait. */

/** Each followed by a blank. */
export const mentionsIn = (who: readonly Called[]): readonly Inline[] =>
  who.flatMap((called): Inline[] => [called, ' ']);

export const startedTold = (
  who: readonly Called[],
  { name, isTurn }: { readonly name: string; readonly isTurn: boolean },
): Notice => line(...mentionsIn(who), isTurn ? `it is your turn: ${name} is here.` : `${name} is here.`);

type Waited = { readonly ms: number; readonly inHours: boolean };

const waited = ({ ms, inHours }: Waited): string => `${span(ms)}${inHours ? ' of business hours' : ''}`;

/** In the thread of the case. */
export const reminder = (owners: readonly Inline[], name: string, wait: Waited): Notice =>
  line(...owners, `${name} has been waiting for an answer for ${waited(wait)}.`);

/** In another channel, where people may be who do not know the customer: neither name nor words are shown. */
export const escalation = (
  who: readonly Called[],
  { id, url, wait }: { readonly id: string; readonly url: string; readonly wait: Waited },
): Notice =>
  line(...mentionsIn(who), `Case ${id} has been waiting for an answer for ${waited(wait)}: `, {
    url,
    label: 'go to the thread',
  });
