import { Door } from './door.ts';
import { Faults } from './faults.ts';
import { showAll } from './messages.ts';
import type { AcquireOptions, KeyChoice, Variants, WebhookChoice } from './options.ts';
import type { People } from './people.ts';
import { people } from './people.ts';
import type { RequestRecord } from './requests.ts';
import type { Account, Change, Staleness, UserRecord } from './state.ts';
import { addKey, createAccount } from './state.ts';
import { subscribe, Webhooks } from './webhooks.ts';

/**
 * A simulated Acquire account that speaks the vendor's wire protocol: REST under /api/v1 and signed webhooks.
 * It is built from documentation alone, so it imitates the published shapes and takes the harder reading elsewhere.
 *
 * Stricter than the vendor is known to be: unknown keys in a body, unknown columns, relations and operators are
 * refused; contactId must be the case's own; internal lines need an active case too; a reopening of an open case is
 * refused; a pending case refuses messages until its caller joined; lists carry no sender; every send of mail needs
 * all starred keys; a snooze lies ahead; only messages of the agent side can be changed over REST.
 * Laxer than the vendor may be: unknown query parameters (`order` too) go unnoticed; no rate limit of its own and no
 * permissions within a key (a fault can play both); any key may edit or delete what another wrote; departments never
 * route; mails are cut at twenty, oldest first; companies, tags of contacts and feedback are empty; tags and attributes of a case are set when it is opened; contacts are never merged;
 * a due snooze does nothing; HTTP instead of HTTPS. Only messages can be read stale, cases never are.
 * Invented, for nobody published them: bodies of errors (a variant chooses one) and of every webhook but a closing.
 */
export interface AcquireSimulator extends People {
  /** The origin; `/api/v1` is below it. */
  readonly url: string;
  readonly port: number;
  /** The first API key and the user that it is. */
  readonly key: string;
  readonly keyUser: UserRecord;
  /** Live records: read them freely, change them through the functions. */
  readonly account: Account;
  /** May be changed at any time. */
  readonly variants: Variants;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly requests: readonly RequestRecord[];
  addKey: (choice: KeyChoice) => UserRecord;
  revokeKey: (key?: string) => void;
  restoreKey: (key?: string) => void;
  /** What an administrator does on the webhook screen; replaces the one with the same URL. */
  setWebhook: (choice: WebhookChoice) => void;
  /** From now on new messages become readable late; null ends it. */
  staleReads: (staleness: Staleness | null) => void;
  /** Whatever is not readable yet is so at once. */
  showAll: () => void;
  /** Calls back after every change; the returned function ends that. */
  subscribe: (listener: (change: Change) => void) => () => void;
  snapshot: () => Snapshot;
  down: () => Promise<void>;
  up: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startAcquire(options: AcquireOptions = {}): Promise<AcquireSimulator> {
  const account = createAccount(options);
  const webhooks = new Webhooks(account, options);
  const faults = new Faults(account.random);
  const door = new Door(account, faults);
  account.announce = (announcement) => webhooks.announce(announcement);
  if (options.webhook) subscribe(account, options.webhook);
  await door.up(options.port ?? 0);
  const { key, user } = firstKey(account);
  return {
    ...people(account, () => door.url),
    url: door.url,
    port: Number(new URL(door.url).port),
    key,
    keyUser: user,
    account,
    variants: account.variants,
    faults,
    webhooks,
    requests: door.requests,
    addKey: (choice) => addKey(account, choice),
    revokeKey: (revoked = key) => setRevoked(account, revoked, true),
    restoreKey: (restored = key) => setRevoked(account, restored, false),
    setWebhook: (choice) => replaceWebhook(account, choice),
    staleReads: (staleness) => {
      account.stale = staleness;
    },
    showAll: () => showAll(account),
    subscribe: (listener) => {
      account.listeners.add(listener);
      return () => account.listeners.delete(listener);
    },
    snapshot: () => snapshot(account, webhooks),
    down: () => door.down(),
    up: () => door.up(),
    stop: async () => {
      await webhooks.stop();
      await door.stop();
    },
  };
}

function firstKey(account: Account): { key: string; user: UserRecord } {
  const [first] = account.keys;
  const user = first && account.users.get(first.userId);
  if (!first || !user) throw new Error('The account needs at least one API key');
  return { key: first.key, user };
}

function setRevoked(account: Account, key: string, revoked: boolean): void {
  for (const one of account.keys) if (one.key === key) one.revoked = revoked;
}

function replaceWebhook(account: Account, choice: WebhookChoice): void {
  for (const [id, known] of account.subscriptions) if (known.url === choice.url) account.subscriptions.delete(id);
  subscribe(account, choice);
}

export type Snapshot = ReturnType<typeof snapshot>;

/** Everything as plain JSON, cut loose from the live records; keys and secrets are left out. */
function snapshot(account: Account, webhooks: Webhooks) {
  return structuredClone({
    contacts: [...account.contacts.values()],
    users: [...account.users.values()],
    departments: [...account.departments.values()],
    tags: [...account.tags.values()],
    cases: [...account.cases.values()],
    messages: [...account.messages.values()],
    followUps: [...account.followUps.values()],
    mails: [...account.mails.values()],
    webhooks: [...account.subscriptions.values()].map(({ hmacKey: _secret, ...known }) => known),
    deliveries: webhooks.log,
  });
}
