import { z } from 'zod';

/** How a contact is written to: the helpdesk has a call for each. */
export const Via = z.enum(['chat', 'mail', 'sms']);
export type Via = z.infer<typeof Via>;

/**
 * How the contact of a case of this channel is answered; null where nothing can be written: calls, forms, and channels
 * that are not known.
 */
export const viaOf = (channel: string): Via | null => Via.options.find((via) => via === channel) ?? null;
