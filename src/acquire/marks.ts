import { Failure } from '../delivery/errors.ts';
import type { Room } from './room.ts';

/** Our mark goes along as `meta`, which no page documents for what is sent: a server may refuse all that has it. */

/** Null until one way or the other is proven. */
export const takesMarks = ({ shows: { marks } }: Pick<Room, 'shows'>): boolean | null =>
  marks === 'taken' ? true : marks === 'refused' ? false : null;

type Meta = { readonly meta?: { readonly casebridge: string } };

/** Sends something with its mark, or without where the caller wants it so or the server is known to refuse marks. */
export const withMark = async <T>(
  { shows }: Pick<Room, 'shows'>,
  marker: string | null,
  send: (meta: Meta) => Promise<T>,
): Promise<T> => {
  const marks = marker !== null && shows.marks !== 'refused';
  try {
    const sent = await send(marks ? { meta: { casebridge: marker } } : {});
    if (marks) shows.marks = 'taken';
    // What was refused with its mark, and is taken without it.
    else if (marker === null && shows.marks === 'doubted') shows.marks = 'refused';
    return sent;
  } catch (error) {
    if (marks && shows.marks === 'untried' && error instanceof Failure && error.facts.status === 400)
      shows.marks = 'doubted';
    throw error;
  }
};
