import { z } from 'zod';

/** One thing that people can do on the page, on as much of the stage as it needs: what must be said, how it is done. */
export interface Act<On> {
  readonly run: (on: On, said: unknown) => Promise<unknown>;
}

/** What `perform` answers goes back to the page; what it throws is shown to the person. */
export const act = <On, Said extends z.ZodRawShape>(
  said: Said,
  perform: (on: On, said: z.infer<z.ZodObject<Said>>) => unknown,
): Act<On> => {
  const Said = z.object(said);
  return {
    run: async (on, given) => {
      const read = Said.safeParse(given);
      if (!read.success) throw new Error(read.error.issues[0]?.message ?? 'this cannot be done here');
      return perform(on, read.data);
    },
  };
};

const LONGEST_TEXT = 40_000;

/** Also nothing, where a file says enough. */
export const words = z.string().trim().max(LONGEST_TEXT, 'this is longer than 40,000 characters');

export const text = words.min(1, 'nothing is written yet');

/** A file as the page reads it from the disk of whoever plays. */
export const File = z.object({
  name: z.string().min(1).max(255),
  type: z.string().max(255),
  base64: z.base64(),
});
export type File = z.infer<typeof File>;

export const contentOf = ({ base64 }: File): Buffer => Buffer.from(base64, 'base64');
