import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { WebhookChoice, WebhookTiming } from './options.ts';
import { ACCOUNT_EVENTS, ACCOUNT_STATUSES } from './options.ts';
import type { Account, Announcement, Row, SubscriptionRecord } from './state.ts';
import { changed } from './state.ts';

/** Outgoing webhooks: signed, tried again until the answer is exactly 200, and as unreliable as a test wants. */

// Five more tries are what the documentation of the older product promises; spacing and timeout are guesses.
const RETRY_SPACING_MS = [1_000, 2_000, 4_000, 8_000, 16_000];
const TIMEOUT_MS = 5_000;
const REORDER_FLUSH_MS = 150;

export interface WebhookDelivery {
  readonly n: number;
  readonly event: string;
  readonly url: string;
  readonly body: Row;
  readonly caseId?: number;
  readonly dueAt: number;
  readonly attempts: { at: number; ms?: number; status: number | null; problem?: string }[];
  state: 'due' | 'delivered' | 'given-up' | 'lost';
}

/** What happens to webhooks on their way. Chances lie between 0 and 1. */
export interface Weather {
  lose?: number;
  duplicate?: number;
  /** Each waits a random time up to this before it is first sent. */
  delayMs?: number;
  /** So many are gathered and then sent one after another, the last first. */
  reorder?: number;
}

export const sign = (secret: string, body: unknown): string =>
  createHmac('sha256', secret).update(JSON.stringify(body), 'utf8').digest('hex');

export function subscribe(account: Account, choice: WebhookChoice): SubscriptionRecord {
  const id = account.nextId('subscription');
  const subscription: SubscriptionRecord = {
    id,
    name: 'casebridge',
    url: choice.url,
    hmacKey: choice.secret,
    status: 'active',
    events: (choice.events ?? ACCOUNT_EVENTS).map((event) => ({ event, params: {} })),
    statuses: choice.statuses ?? ACCOUNT_STATUSES,
    userId: null,
    rest: {},
  };
  account.subscriptions.set(id, subscription);
  return subscription;
}

export class Webhooks {
  /** Every delivery ever due, in the order of the events. */
  readonly log: WebhookDelivery[] = [];
  weather: Weather = {};
  readonly #account: Account;
  readonly #spacing: readonly number[];
  readonly #timeoutMs: number;
  readonly #stopped = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #gathered: WebhookDelivery[] = [];

  constructor(account: Account, timing: WebhookTiming) {
    this.#account = account;
    this.#spacing = timing.retrySpacingMs ?? RETRY_SPACING_MS;
    this.#timeoutMs = timing.timeoutMs ?? TIMEOUT_MS;
  }

  announce(announcement: Announcement): void {
    for (const subscription of this.#account.subscriptions.values()) {
      if (!wants(this.#account, subscription, announcement)) continue;
      const delivery = this.#record(announcement, subscription.url);
      if (this.#chance(this.weather.lose)) delivery.state = 'lost';
      else this.#dispatch(delivery);
    }
  }

  /** Sends the body of an earlier delivery once more, as anybody who saw it could. */
  async replay(n: number): Promise<WebhookDelivery> {
    const earlier = this.log.find((one) => one.n === n);
    if (!earlier) throw new Error(`There is no webhook delivery ${n}`);
    const delivery = this.#record(earlier, earlier.url);
    await this.#track(this.#deliver(delivery));
    return delivery;
  }

  /** Resolves when nothing is on its way any more, further tries included. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.idle();
  }

  #record({ event, body, caseId }: Pick<Announcement, 'event' | 'body' | 'caseId'>, url: string): WebhookDelivery {
    const delivery: WebhookDelivery = {
      n: this.log.length + 1,
      event,
      url,
      body,
      ...(caseId === undefined ? {} : { caseId }),
      dueAt: this.#account.now(),
      attempts: [],
      state: 'due',
    };
    this.log.push(delivery);
    changed(this.#account, 'webhook', delivery.n);
    return delivery;
  }

  #dispatch(delivery: WebhookDelivery): void {
    if ((this.weather.reorder ?? 0) > 1) {
      this.#gathered.push(delivery);
      if (this.#gathered.length === 1) void this.#track(this.#flushLater());
      if (this.#gathered.length >= (this.weather.reorder ?? 0)) void this.#track(this.#flush());
      return;
    }
    void this.#track(this.#deliver(delivery));
    if (this.#chance(this.weather.duplicate)) void this.#track(this.#deliver(delivery));
  }

  async #flushLater(): Promise<void> {
    await wait(REORDER_FLUSH_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const deliveries = this.#gathered.toReversed();
    this.#gathered = [];
    for (const delivery of deliveries) await this.#deliver(delivery);
  }

  async #deliver(delivery: WebhookDelivery): Promise<void> {
    const first = this.#account.random() * (this.weather.delayMs ?? 0);
    for (const pause of [first, ...this.#spacing]) {
      if (pause > 0) await wait(pause, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      if (this.#stopped.signal.aborted) return;
      if (await this.#attempt(delivery)) {
        delivery.state = 'delivered';
        break;
      }
    }
    if (delivery.state === 'due') delivery.state = 'given-up';
    changed(this.#account, 'webhook', delivery.n);
  }

  async #attempt(delivery: WebhookDelivery): Promise<boolean> {
    const attempt: WebhookDelivery['attempts'][number] = { at: this.#account.now(), status: null };
    delivery.attempts.push(attempt);
    const secret = [...this.#account.subscriptions.values()].find((one) => one.url === delivery.url)?.hmacKey ?? '';
    const indented = this.#account.variants.webhookBytes === 'indented';
    try {
      attempt.status = await post(delivery.url, {
        bytes: JSON.stringify(delivery.body, null, indented ? 2 : 0),
        signature: sign(secret, delivery.body),
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#timeoutMs)]),
      });
    } catch (error) {
      attempt.problem = error instanceof Error ? error.message : String(error);
    }
    attempt.ms = this.#account.now() - attempt.at;
    changed(this.#account, 'webhook', delivery.n);
    return attempt.status === 200;
  }

  #chance(likelihood = 0): boolean {
    return likelihood > 0 && this.#account.random() < likelihood;
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return tracked;
  }
}

function wants(account: Account, subscription: SubscriptionRecord, told: Announcement): boolean {
  if (subscription.status !== 'active') return false;
  if (told.event === 'case:status' && !subscription.statuses.includes(told.status ?? '')) return false;
  const chosen = subscription.events.find((one) => one.event === told.event);
  if (!chosen) return false;
  // In the one stored record that names it, this filter holds the subscriber's own user id.
  const filter = chosen.params['user'];
  const members = account.cases.get(told.caseId ?? 0)?.users ?? [];
  return filter === undefined || members.some((one) => one.type === 'user' && one.userId === filter);
}

function post(url: string, sent: { bytes: string; signature: string; signal: AbortSignal }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-acquire-signature': sent.signature };
    // A connection of its own each time: the app's server can then close without waiting for ours.
    const outgoing = request(url, { method: 'POST', agent: false, headers, signal: sent.signal }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(sent.bytes);
  });
}
