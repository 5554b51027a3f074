import { z } from 'zod';
import { order } from './orders.ts';
import type { Rehearsing } from './rehearsals/rehearsing.ts';
import type { Stage } from './stage.ts';
import { stuckOn } from './stuck.ts';

/** What the page shows and does beside both sides: faults, rehearsals and the line of what casebridge does. */

export const DirectAct = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set_fault'), fault: z.string(), on: z.boolean() }),
  z.object({ do: z.literal('clear_faults') }),
  z.object({ do: z.literal('restart_app') }),
  z.object({ do: z.literal('redrive'), delivery: z.string() }),
  z.object({ do: z.literal('drop'), delivery: z.string() }),
  z.object({ do: z.literal('rehearse'), rehearsal: z.string() }),
  z.object({ do: z.literal('stop_rehearsal') }),
]);
export type DirectAct = z.infer<typeof DirectAct>;

/** In parts of their own, so that only what changed is sent and drawn. */
export function directState(stage: Stage, rehearsing: Rehearsing): Record<string, unknown> {
  const stories = stage.line.stories().filter(({ isEcho }) => !isEcho);
  const watched = stage.deliveries.now();
  return {
    faults: stage.faults.list(),
    line: stories.map(({ id }) => id),
    ...Object.fromEntries(stories.map((story) => [`line/${story.id}`, story])),
    stuck: stuckOn(stage),
    counts: watched?.counts.deliveries ?? {},
    gates: watched?.gates.filter(({ closedUntil }) => closedUntil !== null) ?? [],
    rehearsals: rehearsing.state(),
  };
}

/** Rejects with words for the person who asked. */
export async function direct(stage: Stage, rehearsing: Rehearsing, act: DirectAct): Promise<unknown> {
  switch (act.do) {
    case 'set_fault':
      return stage.faults.set(act.fault, act.on);
    case 'clear_faults':
      return stage.faults.clear();
    case 'restart_app':
      return stage.app.restart();
    case 'redrive':
    case 'drop':
      return order(stage, act.do, act.delivery);
    case 'rehearse':
      return rehearsing.begin(act.rehearsal);
    case 'stop_rehearsal':
      return rehearsing.stop();
  }
}
