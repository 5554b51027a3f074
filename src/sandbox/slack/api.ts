import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT_METHODS } from './api-chat.ts';
import { CONVERSATION_METHODS } from './api-conversations.ts';
import { FILE_METHODS } from './api-files.ts';
import { PEOPLE_METHODS } from './api-people.ts';
import { VIEW_METHODS } from './api-views.ts';
import { readArgs } from './args.ts';
import type { Call, Method } from './call.ts';
import { needScope } from './call.ts';
import type { FaultAction, Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { JsonObject, Outgoing, Reply } from './wire.ts';
import { isObject, parseJson, readBody, send } from './wire.ts';
import type { SlackApp } from './workspace.ts';

const METHODS: Record<string, Method> = {
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...PEOPLE_METHODS,
  ...FILE_METHODS,
  ...VIEW_METHODS,
};

export const SLACK_METHODS: readonly string[] = Object.keys(METHODS).toSorted();

/** One call as it came in; tokens are not kept. */
export interface ApiRequest {
  at: number;
  method: string;
  params: JsonObject;
  /** Absent as long as there is no answer, and for ever when the connection was dropped. */
  status?: number;
  error?: string;
  fault?: FaultAction['kind'];
}

export interface Api {
  requests: ApiRequest[];
  receive: (method: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Runs `effect` with the faults that are set for this name. */
  withFaults: (entry: ApiRequest, response: ServerResponse, effect: () => Reply) => Promise<void>;
}

export interface ApiParts extends Omit<Call, 'args' | 'origin'> {
  origin: () => string;
  faults: Faults;
  limits: Limits;
  /** Commercial apps outside the Marketplace: one call a minute, 15 objects (slack.md 3.1). */
  commercial: boolean;
  signal: AbortSignal;
}

export function createApi(parts: ApiParts): Api {
  const { workspace } = parts;
  const requests: ApiRequest[] = [];

  const withFaults: Api['withFaults'] = async (entry, response, effect) => {
    const fault = parts.faults.take(entry.method, entry.params);
    if (fault !== undefined) entry.fault = fault.kind;
    const answer = (reply: Reply) => {
      entry.status = reply.status;
      if (isError(reply.body)) entry.error = reply.body.error;
      send(response, reply);
      workspace.changed({ kind: 'request' });
    };
    if (fault === undefined) return answer(effect());
    if (fault.kind === 'slow') {
      await sleep(fault.ms, undefined, { signal: parts.signal, ref: false });
      return answer(effect());
    }
    const late = fault.kind === 'hang' ? fault.effectAfterMs : undefined;
    if (late !== undefined) await sleep(late, undefined, { signal: parts.signal, ref: false });
    if ('when' in fault && fault.when === 'after') effect();
    const reply = spoilt(fault);
    if (reply !== undefined) answer(reply);
    else if (fault.kind === 'drop') response.socket?.destroy();
  };

  return {
    requests,
    withFaults,
    receive: async (method, request, response) => {
      const read = await readParams(request);
      const { token: inBody, ...params } = read.params;
      const token = bearer(request) ?? (typeof inBody === 'string' ? inBody : undefined);
      const entry: ApiRequest = { at: workspace.now(), method, params };
      requests.push(entry);
      await withFaults(entry, response, () => {
        if (read.error !== undefined) return refused(new Refusal(read.error), workspace.app);
        return run(parts, { method, token, params, form: read.form });
      });
    },
  };
}

const isError = (body: unknown): body is { error: string } =>
  typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string';

function spoilt(fault: FaultAction): Reply | undefined {
  switch (fault.kind) {
    case 'status':
      return { status: fault.status, body: fault.body ?? '', ...(fault.headers ? { headers: fault.headers } : {}) };
    case 'error':
      return { status: 200, body: { ok: false, error: fault.error } };
    case 'rateLimit':
      return rateLimited(fault.retryAfter);
    case 'drop':
    case 'hang':
    case 'slow':
      return undefined;
  }
}

const rateLimited = (seconds: number): Reply => ({
  status: 429,
  body: { ok: false, error: 'ratelimited' },
  headers: { 'retry-after': String(seconds) },
});

const bearer = (request: IncomingMessage): string | undefined =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

interface Read {
  params: JsonObject;
  form: boolean;
  error?: string;
}

async function readParams(request: IncomingMessage): Promise<Read> {
  const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
  const body = (await readBody(request)).toString('utf8');
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') {
    const params = parseJson(body);
    if (params === undefined) return { params: {}, form: false, error: 'invalid_json' };
    if (!isObject(params)) return { params: {}, form: false, error: 'json_not_object' };
    return { params: { ...query, ...params }, form: false };
  }
  if (type === 'application/x-www-form-urlencoded' || body === '') {
    return { params: { ...query, ...Object.fromEntries(new URLSearchParams(body)) }, form: true };
  }
  return { params: {}, form: true, error: 'invalid_post_type' };
}

function run(
  parts: ApiParts,
  given: { method: string; token: string | undefined; params: JsonObject; form: boolean },
): Reply {
  const { workspace, limits } = parts;
  const { app } = workspace;
  try {
    const method = METHODS[given.method];
    if (method === undefined) throw new Refusal('unknown_method', { req_method: given.method });
    authenticate(app, given.token, method);
    const channel = given.params['channel'];
    const slowed = parts.commercial && /^conversations\.(?:history|replies)$/.test(given.method);
    const wait = limits.check({
      method: given.method,
      tier: method.tier,
      channel: typeof channel === 'string' ? channel : undefined,
      calls: slowed ? 1 : undefined,
    });
    if (wait !== undefined) return rateLimited(wait);
    if (method.token !== 'app') needScope(workspace, method.scopes ?? []);
    const params = slowed ? { ...given.params, limit: capped(given.params['limit']) } : given.params;
    const args = readArgs(params, given.form);
    const answer = method.run({ ...parts, origin: parts.origin(), args });
    return { status: 200, body: { ok: true, ...answer }, headers: scopeHeaders(app) };
  } catch (error) {
    if (error instanceof Refusal) return refused(error, app);
    throw error;
  }
}

const capped = (limit: unknown): number => Math.min(Number(limit ?? 15) || 15, 15);

function authenticate(app: SlackApp, token: string | undefined, method: Method): void {
  if (token === undefined || token === '') throw new Refusal('not_authed');
  const known = token === app.botToken || token === app.appToken;
  if (!known) throw new Refusal('invalid_auth');
  if (app.authError !== undefined && token === app.botToken) throw new Refusal(app.authError);
  const wanted = method.token === 'app' ? app.appToken : app.botToken;
  if (token !== wanted) throw new Refusal('not_allowed_token_type');
}

const scopeHeaders = (app: SlackApp) => ({ 'x-oauth-scopes': app.scopes.join(',') });

function refused(refusal: Refusal, app: SlackApp): Reply {
  const body: Outgoing = { ok: false, error: refusal.code, ...refusal.extra };
  return { status: 200, body, headers: scopeHeaders(app) };
}
