import { z } from 'zod';
import type { Marker } from '../core/ports.ts';
import { markerType } from './manifest.ts';

const Metadata = z.object({
  event_type: z.literal(markerType),
  event_payload: z.object({
    delivery: z.string(),
    link: z.string().nullish(),
    joined: z.array(z.string()).optional(),
  }),
});

/** The marker that a message of ours carries in its metadata. */
export const markerOf = (metadata: unknown): Marker | null => {
  const parsed = Metadata.safeParse(metadata);
  if (!parsed.success) return null;
  const { delivery, link, joined } = parsed.data.event_payload;
  return { delivery, link: link ?? null, ...(joined === undefined ? {} : { joined }) };
};
