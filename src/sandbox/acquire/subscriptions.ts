import { z } from 'zod';
import { noRoute, notFound, parse } from './answers.ts';
import { ACCOUNT_STATUSES } from './options.ts';
import { readListQuery } from './query.ts';
import type { Call, Route } from './routes.ts';
import type { Row, SubscriptionRecord } from './state.ts';

/** The subscription API, documented for one day and then withdrawn: absent unless the variant says otherwise. */

const columns = ['name', 'id', 'url', 'urlSkipSsl', 'status', 'events', 'notificationEmail', 'hmacKey', 'format'];
const vocabulary = { columns: [...columns, 'historyExpires', 'type', 'userId'], relations: ['binding', 'hook_log'] };

const Subscription = z.strictObject({
  name: z.string(),
  url: z.url(),
  urlSkipSsl: z.enum(['yes', 'no']),
  status: z.enum(['active', 'inactive']),
  events: z.array(z.strictObject({ event: z.string(), params: z.record(z.string(), z.unknown()) })).min(1),
  notificationEmail: z.string(),
  hmacKey: z.string().min(1),
  format: z.enum(['application/json', 'application/xml', 'application/x-www-form-urlencoded']),
  historyExpires: z.string(),
});

const Changes = Subscription.partial();

export const subscriptionRoutes: readonly Route[] = [
  ['GET', '/webhook', served(list)],
  ['GET', '/webhook/:id', served(({ account, id }) => row(find(account, id)))],
  ['POST', '/webhook', served(create)],
  ['PUT', '/webhook/:id', served(change)],
  ['DELETE', '/webhook/:id', served(remove)],
];

function served(answer: (call: Call) => unknown): (call: Call) => unknown {
  return (call) => {
    if (!call.account.variants.subscriptions) throw noRoute();
    return answer(call);
  };
}

function list({ account, query }: Call): unknown {
  readListQuery(query, vocabulary);
  const data = [...account.subscriptions.values()].map(row);
  return { count: data.length, data };
}

function find(account: Call['account'], id: number): SubscriptionRecord {
  const subscription = account.subscriptions.get(id);
  if (!subscription) throw notFound(account.variants, `Webhook ${id}`);
  return subscription;
}

function create({ account, user, body }: Call): unknown {
  const { name, url, hmacKey, status, events, ...rest } = parse(Subscription, body);
  const id = account.nextId('subscription');
  const shared = { userId: user.id, statuses: ACCOUNT_STATUSES, rest };
  const subscription: SubscriptionRecord = { id, name, url, hmacKey, status, events, ...shared };
  account.subscriptions.set(id, subscription);
  return row(subscription);
}

function change({ account, body, id }: Call): unknown {
  const subscription = find(account, id);
  const { name, url, hmacKey, status, events } = {
    ...subscription,
    ...definedOnly(parse(Changes, body)),
  };
  Object.assign(subscription, { name, url, hmacKey, status, events });
  return row(subscription);
}

const definedOnly = (body: z.infer<typeof Changes>): Partial<SubscriptionRecord> => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.url === undefined ? {} : { url: body.url }),
  ...(body.hmacKey === undefined ? {} : { hmacKey: body.hmacKey }),
  ...(body.status === undefined ? {} : { status: body.status }),
  ...(body.events === undefined ? {} : { events: body.events }),
});

function remove({ account, id }: Call): unknown {
  account.subscriptions.delete(find(account, id).id);
  return { deleted: 1 };
}

function row(subscription: SubscriptionRecord): Row {
  const { statuses: _choice, rest, ...columnsOfRow } = subscription;
  return { ...rest, ...columnsOfRow, flow: 'outbound', type: 'client', tenantId: 'sandbox' };
}
