import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Faults } from '../acquire/faults.ts';
import { flatQuery, type RequestRecord } from '../acquire/requests.ts';
import { createListening, type Listening } from '../listening.ts';
import { type Answer, htmlAnswer, jsonAnswer, Refusal, refused } from './answers.ts';
import { answer } from './routes.ts';
import { changed, type Organization } from './state.ts';

/** The HTTP side: one request in, one answer or one fault out. */

const BASE = '/api/v5/';
const REQUESTS_KEPT = 20_000;
const IDENTITY = /(?<=\/external-visitors\/)[^/]+/;

/** A request as it came in. The path is the one below /api/v5, with `{token}` in place of the identity token. */
export interface GiosgRequest extends RequestRecord {
  /** The identity token itself: a simulator's log, nobody else's. */
  readonly identityToken: string | null;
}

interface Incoming {
  record: GiosgRequest;
  url: URL;
  request: IncomingMessage;
}

export class Door {
  readonly requests: GiosgRequest[] = [];
  readonly #organization: Organization;
  readonly #faults: Faults;
  readonly #listening: Listening;

  constructor(organization: Organization, faults: Faults) {
    this.#organization = organization;
    this.#faults = faults;
    const server = createServer((request, response) => {
      // A client that went away while we waited is no failure of ours.
      this.#receive(request, response).catch(() => response.destroy());
    });
    this.#listening = createListening(server);
  }

  get url(): string {
    return this.#listening.origin();
  }

  get port(): number {
    return this.#listening.port();
  }

  async up(port?: number): Promise<void> {
    if (await this.#listening.up(port)) changed(this.#organization, 'server', 'up');
  }

  /** What was done stays done. */
  async down(): Promise<void> {
    if (await this.#listening.down()) changed(this.#organization, 'server', 'down');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const incoming = this.#read(request);
    const fault = this.#faults.take(incoming.record);
    if (fault) await this.#failWith(fault, incoming, response);
    else this.#send(response, incoming.record, this.#perform(incoming));
  }

  #read(request: IncomingMessage): Incoming {
    const url = new URL(request.url ?? '/', this.url);
    const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length - 1) : url.pathname;
    const record: GiosgRequest = {
      method: request.method ?? '',
      path: path.replace(IDENTITY, '{token}'),
      query: flatQuery(url.searchParams),
      body: undefined,
      at: this.#organization.now(),
      status: null,
      effect: 'none',
      identityToken: IDENTITY.exec(path)?.[0] ?? null,
    };
    this.requests.push(record);
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
    return { record, url, request };
  }

  async #failWith(fault: Fault, incoming: Incoming, response: ServerResponse): Promise<void> {
    if (fault.slowMs !== undefined) await wait(fault.slowMs);
    if (fault.answer === 'hang') return;
    if (fault.answer === 'drop') response.destroy();
    else if (fault.answer === 'genuine') this.#send(response, incoming.record, this.#perform(incoming));
    else this.#send(response, incoming.record, this.#made(fault.answer), fault.answer.retryAfter);
  }

  #perform({ record, url, request }: Incoming): Answer {
    try {
      if (!url.pathname.startsWith(BASE)) throw new Refusal(404, 'Not found.');
      const { authorization, accept = '' } = request.headers;
      const path = url.pathname.slice(BASE.length);
      const { method } = record;
      const address = `${this.#organization.variants.linkOrigin ?? url.origin}${url.pathname}`;
      const call = { organization: this.#organization, method, path, query: url.searchParams, authorization, address };
      const body = answer(call);
      record.effect = 'done';
      // Without the header, a browser's page comes: docs.giosg.com/api_reference/common_api_guidelines
      const wantsJson = accept.includes('application/json') || url.searchParams.get('format') === 'json';
      return wantsJson ? jsonAnswer(200, body) : htmlAnswer(200, 'The browsable API');
    } catch (error) {
      record.effect = 'refused';
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
      return refused(refusal, this.#organization.variants.errorBody);
    }
  }

  #made({ status, body }: Exclude<Fault['answer'], string>): Answer {
    if (typeof body === 'string') return { status, contentType: 'text/html; charset=utf-8', text: body };
    if (body !== undefined) return jsonAnswer(status, body);
    return refused(
      new Refusal(status, `The request was answered with ${status}.`),
      this.#organization.variants.errorBody,
    );
  }

  #send(response: ServerResponse, record: GiosgRequest, made: Answer, retryAfter?: number): void {
    record.status = made.status;
    const waiting = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    response.writeHead(made.status, { 'content-type': made.contentType, ...waiting });
    response.end(made.text);
    changed(this.#organization, 'request', String(this.requests.length));
  }
}
