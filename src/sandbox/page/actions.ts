import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { acquireActs } from './acquire-acts.ts';
import type { Act } from './act.ts';
import { giosgActs } from './giosg-acts.ts';
import { slackActs } from './slack-acts.ts';

/** What people do on the page. Each goes through a simulator, hence over its vendor's own wire, to the real app. */

const ACTS: Readonly<Record<string, Act<Stage>>> = { ...slackActs, ...acquireActs, ...giosgActs };

const Wish = z.looseObject({ do: z.string() });

/** The returned function rejects with words for the person who asked. */
export const performer =
  (stage: Stage) =>
  async (given: unknown): Promise<unknown> => {
    const wish = Wish.safeParse(given);
    const wanted = wish.success && Object.hasOwn(ACTS, wish.data.do) ? ACTS[wish.data.do] : undefined;
    if (wanted === undefined) throw new Error('this cannot be done here');
    return wanted.run(stage, given);
  };
