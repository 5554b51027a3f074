import type { Stage } from '../stage.ts';
import { rehearsalNamed, rehearsals } from './all.ts';
import { playRehearsal, type Result, type ShownStep } from './play.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Rehearsals as the page has them: one at a time, its steps as they come, and the last verdict of each. */

export interface Rehearsing {
  readonly state: () => {
    readonly all: readonly ShownRehearsal[];
    readonly playing: string | null;
    /** The last one that was begun; `steps` are its. */
    readonly played: string | null;
    readonly steps: readonly ShownStep[];
  };
  /** Resolves when it has begun; rejects when there is no such rehearsal, or another one is played. */
  readonly begin: (id: string) => Promise<void>;
  /** It ends at once; all faults are switched off. */
  readonly stop: () => Promise<void>;
}

export interface ShownRehearsal extends Omit<Rehearsal, 'play'> {
  readonly last: Result | null;
}

export function createRehearsing(stage: Stage, tell: () => void): Rehearsing {
  const results = new Map<string, Result>();
  let steps: ShownStep[] = [];
  let played: string | null = null;
  let playing: { readonly id: string; readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  const note = (step: ShownStep): void => {
    const last = steps.at(-1);
    steps = last?.state === 'playing' ? [...steps.slice(0, -1), step] : [...steps, step];
    tell();
  };

  return {
    state: () => ({
      all: rehearsals().map(({ play: _script, ...told }) => ({ ...told, last: results.get(told.id) ?? null })),
      playing: playing?.id ?? null,
      played,
      steps,
    }),
    begin: async (id) => {
      const rehearsal = rehearsalNamed(id);
      if (rehearsal === undefined) throw new Error(`there is no rehearsal ${id}`);
      if (playing !== null) throw new Error('another rehearsal is being played; wait for its end, or stop it');
      const stop = new AbortController();
      steps = [];
      played = id;
      results.delete(id);
      const ended = playRehearsal(stage, rehearsal, { onStep: note, signal: stop.signal }).then((result) => {
        results.set(id, result);
        playing = null;
        tell();
      });
      playing = { id, stop, ended };
      tell();
    },
    stop: async () => {
      playing?.stop.abort();
      await playing?.ended;
    },
  };
}
