import { z } from 'zod';

/** Every request to Acquire that reads, in the order of its coming. */

export const Reading = z.object({
  /** In ms since 1970. */
  at: z.number(),
  /** A page of the list of open cases, a case by its number, or something that is read with it. */
  what: z.union([z.literal('page'), z.literal('other'), z.number()]),
});
export type Reading = z.infer<typeof Reading>;
export const Readings = z.object({ readings: z.array(Reading) });

export const readingOf = (path: string): Reading | null => {
  if (!path.startsWith('/api/v1/')) return null;
  const [, id] = /^\/api\/v1\/crm\/objects\/case\/(\d+)$/.exec(path) ?? [];
  const what = id === undefined ? otherOf(path) : Number(id);
  return { at: performance.timeOrigin + performance.now(), what };
};

const otherOf = (path: string): 'page' | 'other' => (path === '/api/v1/crm/objects/case' ? 'page' : 'other');
