import { type ActionName, misfit } from '../../core/doors.ts';
import { say } from '../../core/notice.ts';
import type { Bridge } from '../context.ts';
import type { Consequence } from '../settlement.ts';
import type { StoredLink } from '../threads/links.ts';
import { answer, type Asked, closeCase, reopenCase } from './actions.ts';
import { claimCase, releaseCase } from './claiming.ts';
import { moveLink, unlinkCase } from './linking.ts';
import { shown } from './lookups.ts';
import { wakeCase } from './snoozing.ts';

/** Actions on a case that need no more than the case, by their buttons; the same behind every door. */

type Act = (bridge: Bridge, asked: Asked, link: StoredLink) => Promise<Consequence> | Consequence;

const acts: Readonly<Record<string, Act>> = {
  case_claim: claimCase,
  case_unclaim: (_bridge, asked, link) => releaseCase(asked, link),
  case_wake: (_bridge, asked, link) => wakeCase(asked, link),
  case_close: closeCase,
  case_reopen: (_bridge, asked, link) => reopenCase(asked, link),
  case_unlink: (_bridge, asked, link) => unlinkCase(asked, link),
  case_move: moveLink,
  case_show: (bridge, asked, link) => answer(asked, shown(bridge, link)),
};

export const actsAtOnce = (button: string): boolean => Object.hasOwn(acts, button);

/** Does it if it fits the state of the case, else says why not. */
export const act = async (
  bridge: Bridge,
  asked: Asked,
  { button, name, link }: { readonly button: string; readonly name: ActionName; readonly link: StoredLink },
): Promise<Consequence> => {
  const run = acts[button];
  return run === undefined ? {} : ifFits(asked, { name, link }, () => run(bridge, asked, link));
};

/** The one check of state before every action on a case, whichever door it came through. */
export const ifFits = async (
  asked: Asked,
  { name, link }: { readonly name: ActionName; readonly link: StoredLink },
  run: () => Promise<Consequence> | Consequence,
): Promise<Consequence> => {
  const why = misfit(name, link.value);
  return why === null ? run() : answer(asked, say(why));
};
