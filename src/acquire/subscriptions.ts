import { z } from 'zod';
import type { Call } from './http.ts';
import { connect } from './http.ts';
import { decimal, looseList, pageOf, words } from './schema.ts';
import { ifServed } from './walk.ts';

/**
 * Webhooks of an account, by an API that was documented for one day and then dropped (acquire.md 11.3): most accounts
 * may not have it, and whoever asks must be ready to be told so.
 */

const TIMEOUT_MS = 8_000;
const PATH = 'webhook';
const NAME = 'casebridge';
const LIMIT = '100';
/** Delivery logs are kept as long as that; a record of the vendor's own had seven days (acquire.md 11.3). */
const HISTORY_MS = 7 * 24 * 3_600_000;

/** Published or seen by name; `case:message:new` was only seen in a bot's own subscription. */
const EVENTS = ['case:new', 'case:status', 'case:message:new', 'user:case-invite', 'user:case-joined'];

const Row = z.object({
  id: decimal,
  url: z.string(),
  status: words,
  events: looseList(z.object({ event: z.string() }))
    .transform(({ good }) => good.map(({ event }) => event))
    .catch([]),
});
export type Subscription = z.infer<typeof Row>;

export type WebhookWish = { readonly url: string; readonly secret: string };

export const subscriptionsBy = (call: Call) => {
  const list = async (): Promise<readonly Subscription[] | null> => {
    const found = await ifServed(call({ verb: 'GET', path: PATH, query: [['limit', LIMIT]] }, pageOf(Row)));
    return found === null ? null : found.good;
  };

  return {
    list,
    /** Creates ours, or gives the one of this address the secret; null where the account has no such API. */
    async ensure({ url, secret }: WebhookWish): Promise<'created' | 'changed' | null> {
      const known = await list();
      if (known === null) return null;
      const mine = known.find((one) => one.url === url);
      const wanted = {
        name: NAME,
        url,
        urlSkipSsl: 'no',
        status: 'active',
        events: EVENTS.map((event) => ({ event, params: {} })),
        notificationEmail: '',
        hmacKey: secret,
        format: 'application/json',
        historyExpires: new Date(Date.now() + HISTORY_MS).toISOString(),
      };
      const asked =
        mine === undefined
          ? call({ verb: 'POST', path: PATH, body: wanted }, z.unknown())
          : call({ verb: 'PUT', path: `${PATH}/{id}`, id: mine.id, body: wanted }, z.unknown());
      const answer = await ifServed(asked.then(() => true));
      if (answer === null) return null;
      return mine === undefined ? 'created' : 'changed';
    },
  };
};

export const subscriptionsOf = ({ origin, apiKey }: { readonly origin: string; readonly apiKey: string }) =>
  subscriptionsBy(connect({ origin, apiKey, timeoutMs: TIMEOUT_MS, now: Date.now }));
