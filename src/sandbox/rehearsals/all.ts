import { outages } from './outages.ts';
import { outcomes } from './outcomes.ts';
import { processes } from './process.ts';
import type { Rehearsal } from './rehearsal.ts';
import { told } from './told.ts';

/** Every rehearsal that can be played on this machine. */
export const rehearsals = (): readonly Rehearsal[] => [...outages, ...outcomes, ...told, ...processes()];

export const rehearsalNamed = (id: string): Rehearsal | undefined => rehearsals().find((one) => one.id === id);

export class NoSuchRehearsal extends Error {
  constructor(name: string) {
    super(
      `there is no rehearsal ${name}; there are: all, ${rehearsals()
        .map(({ id }) => id)
        .join(', ')}`,
    );
    this.name = 'NoSuchRehearsal';
  }
}

/** The one of that name, or all. */
export function rehearsalsIn(name: string): readonly Rehearsal[] {
  const found = name === 'all' ? rehearsals() : rehearsals().filter(({ id }) => id === name);
  if (found.length === 0) throw new NoSuchRehearsal(name);
  return found;
}
