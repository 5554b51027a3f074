import { subscriptionsOf, type WebhookWish } from '../acquire/subscriptions.ts';
import { Failure } from '../delivery/errors.ts';
import { reasonOf } from './check.ts';

export type WebhookOutcome =
  | { readonly done: 'created' | 'changed' }
  /** Why it must be done by hand. */
  | { readonly done: null; readonly reason: string };

/** Creates our webhook in Acquire where the account has an API for that; many have none. */
export const setUpWebhook = async (
  account: { readonly origin: string; readonly apiKey: string },
  wish: WebhookWish,
): Promise<WebhookOutcome> => {
  try {
    const done = await subscriptionsOf(account).ensure(wish);
    return done === null ? { done, reason: 'this account has no API for webhooks' } : { done };
  } catch (error) {
    if (error instanceof Failure) return { done: null, reason: `Acquire said ${reasonOf(error)}` };
    throw error;
  }
};
