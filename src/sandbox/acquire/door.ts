import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Listening } from '../listening.ts';
import { createListening } from '../listening.ts';
import { errorBody, noRoute, Refusal, refusalOf, unauthorized } from './answers.ts';
import { caseRoutes } from './case-routes.ts';
import { contactRoutes } from './contacts.ts';
import type { Fault, Faults } from './faults.ts';
import { followUpRoutes } from './follow-ups.ts';
import { mailAndSmsRoutes } from './mail-and-sms.ts';
import { messageRoutes } from './message-routes.ts';
import type { RequestRecord } from './requests.ts';
import { checkedBody, flatQuery, looseBody, readBytes } from './requests.ts';
import { findRoute } from './routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import type { Account, UserRecord } from './state.ts';
import { changed } from './state.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { serveUpload } from './uploads.ts';

/** The HTTP side: one request in, the key checked, one answer or one fault out. */

const BASE = '/api/v1';
const REQUESTS_KEPT = 20_000;

const routes = [
  ...caseRoutes,
  ...messageRoutes,
  ...contactRoutes,
  ...settingsRoutes,
  ...followUpRoutes,
  ...mailAndSmsRoutes,
  ...subscriptionRoutes,
];

/** What is served, as `GET /path/:id`. */
export const ACQUIRE_ROUTES: readonly string[] = routes.map(([method, pattern]) => `${method} ${pattern}`);

interface Incoming {
  record: RequestRecord;
  /** Null outside /api/v1. */
  path: string | null;
  query: URLSearchParams;
  bytes: Buffer;
  authorization: string | undefined;
  contentType: string | undefined;
}

interface Outcome {
  status: number;
  contentType: string;
  text: string;
  retryAfter?: number;
}

export class Door {
  readonly requests: RequestRecord[] = [];
  readonly #account: Account;
  readonly #faults: Faults;
  readonly #late = new Set<NodeJS.Timeout>();
  readonly #listening: Listening;

  constructor(account: Account, faults: Faults) {
    this.#account = account;
    this.#faults = faults;
    const server = createServer((request, response) => {
      // A client that went away while we read or waited is no failure of ours.
      this.#receive(request, response).catch(() => response.destroy());
    });
    this.#listening = createListening(server);
  }

  get url(): string {
    return this.#listening.origin();
  }

  async up(port?: number): Promise<void> {
    if (await this.#listening.up(port)) changed(this.#account, 'server', 1);
  }

  /** What was done stays done. */
  async down(): Promise<void> {
    if (await this.#listening.down()) changed(this.#account, 'server', 0);
  }

  async stop(): Promise<void> {
    for (const timer of this.#late) clearTimeout(timer);
    this.#late.clear();
    await this.down();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await this.#read(request);
    const fault = this.#faults.take(incoming.record);
    if (fault) await this.#failWith(fault, incoming, response);
    else if (serveUpload(this.#account, incoming.record.path, response)) incoming.record.status = response.statusCode;
    else this.#send(response, incoming.record, this.#perform(incoming));
  }

  async #read(request: IncomingMessage): Promise<Incoming> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.startsWith(`${BASE}/`) ? url.pathname.slice(BASE.length) : null;
    const bytes = await readBytes(request);
    const record: RequestRecord = {
      method: request.method ?? '',
      path: path ?? url.pathname,
      query: flatQuery(url.searchParams),
      body: looseBody(bytes),
      at: this.#account.now(),
      status: null,
      effect: 'none',
    };
    this.requests.push(record);
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
    const { authorization, 'content-type': contentType } = request.headers;
    return { record, path, query: url.searchParams, bytes, authorization, contentType };
  }

  async #failWith(fault: Fault, incoming: Incoming, response: ServerResponse): Promise<void> {
    const effect = fault.effect ?? (fault.answer === 'genuine' ? 'done' : 'none');
    const outcome = effect === 'done' ? this.#performStale(incoming, fault.stale) : undefined;
    if (effect === 'late') this.#performLater(incoming, fault.lateMs ?? 0);
    if (fault.slowMs !== undefined) await wait(fault.slowMs);
    if (fault.answer === 'hang') return;
    if (fault.answer === 'drop') response.destroy();
    else if (fault.answer === 'genuine') this.#send(response, incoming.record, outcome ?? this.#perform(incoming));
    else this.#send(response, incoming.record, this.#made(fault.answer));
  }

  #performStale(incoming: Incoming, stale = this.#account.stale): Outcome {
    const before = this.#account.stale;
    this.#account.stale = stale;
    const outcome = this.#perform(incoming);
    this.#account.stale = before;
    return outcome;
  }

  #performLater(incoming: Incoming, ms: number): void {
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#perform(incoming);
    }, ms);
    this.#late.add(timer);
  }

  #perform(incoming: Incoming): Outcome {
    try {
      const data = this.#answer(incoming);
      incoming.record.effect = 'done';
      return { status: 200, contentType: 'application/json; charset=utf-8', text: JSON.stringify({ data }) };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'ERROR_SERVER_ERROR', String(error));
      incoming.record.effect = 'refused';
      return { status: refusal.status, ...errorBody(this.#account.variants.errorBody, refusal) };
    }
  }

  #answer({ record, path, query, bytes, authorization, contentType }: Incoming): unknown {
    const user = keyOwner(this.#account, authorization);
    if (path === null) throw noRoute();
    const { answer, id } = findRoute(routes, record.method, path);
    return answer({ account: this.#account, user, id, query, body: checkedBody(bytes, contentType) });
  }

  #made(answer: Exclude<Fault['answer'], string>): Outcome {
    const { contentType, text } = errorBody(this.#account.variants.errorBody, refusalOf(answer.status));
    const made = { status: answer.status, contentType, text: answer.body === undefined ? text : bodyText(answer.body) };
    return answer.retryAfter === undefined ? made : { ...made, retryAfter: answer.retryAfter };
  }

  #send(response: ServerResponse, record: RequestRecord, outcome: Outcome): void {
    record.status = outcome.status;
    const { contentType, retryAfter } = outcome;
    const waiting = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    response.writeHead(outcome.status, { 'content-type': contentType, ...waiting });
    response.end(outcome.text);
    changed(this.#account, 'request', this.requests.length);
  }
}

const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** "Bearer", exactly one blank, and a key that was not revoked. */
function keyOwner(account: Account, authorization: string | undefined): UserRecord {
  const key = account.keys.find((one) => authorization === `Bearer ${one.key}`);
  const user = key && !key.revoked ? account.users.get(key.userId) : undefined;
  if (!user) throw unauthorized();
  return user;
}
