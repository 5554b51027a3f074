import { setTimeout as pause } from 'node:timers/promises';
import { type Notice, say } from '../../core/notice.ts';
import type { VisitorCase, VisitorCases } from '../../core/visitor-case.ts';
import type { CasePlace } from '../../core/visitor-doors.ts';
import { lookupTrouble } from '../../core/visitor-trouble.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge, Visitors } from '../context.ts';

/** Asking the system of visitors' cases, and what people are told when it does not answer. */

export const NOT_SET_UP = say(
  'casebridge is not set up for giosg here, so nothing was looked up. Whoever runs it sets the GIOSG variables.',
);

const AGAIN_MS = 400;

/** What was found, or why nothing can be shown. A blip is not worth a word: it is asked once more. */
export const lookUp = async <T>(
  bridge: Bridge,
  visitors: Visitors,
  work: (cases: VisitorCases) => Promise<T>,
): Promise<{ readonly found: T } | { readonly notice: Notice }> => {
  try {
    return { found: await visitors.ask('nudged', work).catch((error: unknown) => onceMore(error, visitors, work)) };
  } catch (error) {
    if (!(error instanceof Failure) || error.facts.side !== visitors.system) throw error;
    bridge.log.warn({ error }, 'a look-up of a visitor’s cases failed');
    alarmOf(bridge, visitors, error);
    return { notice: say(lookupTrouble(visitors.system, error.facts)) };
  }
};

const onceMore = async <T>(
  error: unknown,
  visitors: Visitors,
  work: (cases: VisitorCases) => Promise<T>,
): Promise<T> => {
  const mayPass = error instanceof Failure && error.facts.kind === 'transient' && error.facts.word !== 'TIMEOUT';
  if (!mayPass) throw error;
  await pause(AGAIN_MS);
  return visitors.ask('nudged', work);
};

/** What only an administrator can mend is told to operators, too. */
export const alarmOf = (bridge: Bridge, { system }: Visitors, { facts }: Failure): void => {
  if (facts.kind !== 'auth') return;
  bridge.alarm(`${system}:${facts.word ?? facts.status ?? 'auth'}`, lookupTrouble(system, facts));
};

/** By its id, or by the number that people know it by. */
export const findVisitorCase = (
  bridge: Bridge,
  visitors: Visitors,
  { visitor, case: id }: CasePlace,
): Promise<{ readonly found: VisitorCase | null } | { readonly notice: Notice }> =>
  lookUp(bridge, visitors, async (cases) => (await cases.getCase(visitor, id)) ?? cases.findCase(visitor, id));
