import { z } from 'zod';

/** An object of what people write: a key that is not known is told together with those that are. */
export const strict = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not known; expected ${Object.keys(shape).join(', ')}` : undefined,
  });
