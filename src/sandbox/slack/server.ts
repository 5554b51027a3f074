/**
 * Slack, as far as casebridge can see it, on a loopback port: Web API, signed events with retries, Socket Mode,
 * commands, interactivity, views, files and rate limits. It knows the wire and nothing of casebridge.
 *
 * Stricter than Slack: a reply's ts as `thread_ts` is refused (`cannot_reply_to_message`); channels go by id only;
 * `username` or icons without `chat:write.customize` are refused; unknown emoji names are refused; blocks newer than
 * 2025 are refused; the text of all blocks of a message together is held to 13,200 characters and metadata to 8,000
 * (both limits exist, their figures are not published); a tombstone takes no replies; rate windows allow the published
 * number plus four, posting one a second and channel with four ahead; limits count calls, also failing ones.
 * Laxer: no automatic disabling of subscriptions that fail too often, no Enterprise Grid, no group direct messages, no
 * scheduled messages, streaming, unfurls by the app, workflows or OAuth; mrkdwn is parsed well enough for what people
 * type, not exactly; lists come only by `blocks`; a file's bytes are not looked into; addresses are http and ws.
 * A guess (Slack does not say): unacknowledged Socket Mode envelopes come again, with the spacing of HTTP retries,
 * on any open connection, and wait when there is none; response_url answers 404 `used_url` and `expired_url`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import { createListening } from '../listening.ts';
import type { Api } from './api.ts';
import { createApi } from './api.ts';
import { channelFacts } from './channels.ts';
import type { Delivery, EventFaultRule } from './events.ts';
import { createEvents } from './events.ts';
import type { Faults } from './faults.ts';
import { createFaults } from './faults.ts';
import type { Files } from './files.ts';
import { createFiles, receiveUpload, serveFile } from './files.ts';
import type { Interactions } from './interactions.ts';
import { createInteractions } from './interactions.ts';
import type { Limits } from './limits.ts';
import { createLimits } from './limits.ts';
import type { People } from './people.ts';
import { createPeople } from './people.ts';
import type { ResponseUrls } from './response-urls.ts';
import { createResponseUrls } from './response-urls.ts';
import type { Seed } from './seed.ts';
import { createWorkspace } from './seed.ts';
import type { SocketMode } from './socket.ts';
import { createSocketMode } from './socket.ts';
import type { Asked, Pace, Transport } from './transport.ts';
import { httpTransport, keepAsked, verifyUrl } from './transport.ts';
import { createViews, shownView } from './views.ts';
import { parseJson, readBody, send } from './wire.ts';
import type { Channel, Change, NewChannel, NewUser, User, Workspace } from './workspace.ts';
import { addChannel, addUser, formatTs } from './workspace.ts';

export interface SlackOptions extends Seed {
  port?: number;
  /** Where events, commands and interactivity go over HTTP; `connect` sets it later. */
  requestUrl?: string;
  /** Everything goes over WebSockets instead. */
  socketMode?: boolean;
  /** Pauses before the retries of an event; Slack's are almost none, one minute and five. */
  retries?: number[];
  /** Delayed Events, off in new apps. */
  delayed?: { everyMs: number; times: number };
  /** How long the app may take to answer. */
  answerMs?: number;
  pingMs?: number;
  rateLimits?: boolean;
  commercial?: boolean;
  fileProcessingMs?: number;
}

export interface SlackSimulator extends People, Interactions {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** For SLACK_API_URL. */
  apiUrl: string;
  workspace: Workspace;
  faults: Faults;
  limits: Limits;
  files: Files;
  requests: Api['requests'];
  deliveries: Delivery[];
  /** Commands, presses, shortcuts and forms, with what the app answered. */
  asked: readonly Asked[];
  /** Saves the request URL; false when it does not echo the challenge. */
  connect: (requestUrl: string) => Promise<boolean>;
  eventFault: (rule: EventFaultRule) => () => void;
  clearEventFaults: () => void;
  /** Resolves when no event is on its way. */
  eventsSettled: () => Promise<void>;
  socket: Pick<SocketMode, 'connections' | 'disconnect' | 'cut'>;
  addUser: (user: NewUser) => User;
  addChannel: (channel: NewChannel) => Channel;
  revokeToken: () => void;
  uninstall: () => void;
  restoreToken: () => void;
  /** Refuses every connection until `up`. */
  down: () => Promise<void>;
  up: () => Promise<void>;
  subscribe: (listener: (change: Change) => void) => () => void;
  snapshot: () => unknown;
  close: () => Promise<void>;
}

const DEFAULT_RETRIES_MS = [100, 60_000, 300_000];
const ANSWER_MS = 3000;
const PING_MS = 10_000;

export async function startSlack(options: SlackOptions = {}): Promise<SlackSimulator> {
  const workspace = createWorkspace(options);
  const listeners = new Set<(change: Change) => void>();
  workspace.changed = (change) => listeners.forEach((listener) => listener(change));
  const closing = new AbortController();
  const network = createNetwork();
  await network.up(options.port);
  const { origin } = network;

  const pace: Pace = {
    retries: options.retries ?? DEFAULT_RETRIES_MS,
    delayed: options.delayed,
    answerMs: options.answerMs ?? ANSWER_MS,
    signal: closing.signal,
  };
  let requestUrl = options.requestUrl;
  const socket = createSocketMode(workspace, pace, options.pingMs ?? PING_MS);
  const transport: Transport = options.socketMode ? socket : httpTransport(workspace, () => requestUrl, pace);

  const asked: Asked[] = [];
  const ask = keepAsked(transport.ask, asked, () => workspace.now());

  const limits = createLimits({ on: options.rateLimits ?? true, now: workspace.now });
  const events = createEvents({
    workspace,
    deliver: transport.deliver,
    signal: closing.signal,
    volumeLimit: options.rateLimits ?? true,
  });
  workspace.emit = events.emit;

  const faults = createFaults();
  const files = createFiles(workspace, origin, options.fileProcessingMs ?? 20);
  const views = createViews(workspace);
  const responses = createResponseUrls(workspace, origin);
  const api = createApi({
    workspace,
    views,
    files,
    faults,
    limits,
    origin,
    socketUrl: () => socket.newUrl(origin()),
    commercial: options.commercial ?? false,
    signal: closing.signal,
  });
  network.serve((request, response) => route({ workspace, files, api, responses }, request, response), socket);

  return {
    ...createPeople({ workspace, files, views }),
    ...createInteractions({ workspace, views, responses, ask }),
    ...installation(workspace),
    url: origin(),
    apiUrl: `${origin()}/api/`,
    workspace,
    faults,
    limits,
    files,
    requests: api.requests,
    deliveries: events.deliveries,
    asked,
    connect: (url) => {
      requestUrl = url;
      return verifyUrl(workspace, url);
    },
    eventFault: events.fault,
    clearEventFaults: events.clearFaults,
    eventsSettled: events.settled,
    socket,
    addUser: (user) => addUser(workspace, user),
    addChannel: (channel) => addChannel(workspace, channel),
    down: async () => void (await network.down()),
    up: async () => void (await network.up()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => ({
      team: workspace.team,
      users: [...workspace.users.values()],
      channels: [...workspace.channels.values()].map(channelFacts),
      ephemerals: workspace.ephemerals,
      modals: [...views.stacks].map(([user, stack]) => ({
        user,
        views: stack.map((view) => shownView(workspace, view)),
      })),
      homes: [...views.homes].map(([user, view]) => ({ user, view: shownView(workspace, view) })),
      requests: api.requests.length,
      deliveries: events.deliveries.length,
    }),
    close: async () => {
      closing.abort();
      await socket.close();
      await network.down();
    },
  };
}

/** The token's life: what ends it, and the events that tell the app. */
function installation(workspace: Workspace) {
  const { app } = workspace;
  const tellRevoked = () => {
    const tokens = { oauth: [], bot: [app.botUserId] };
    workspace.emit({ type: 'tokens_revoked', tokens, event_ts: formatTs(workspace.now() * 1000) });
  };
  return {
    revokeToken: () => {
      app.authError = 'token_revoked';
      tellRevoked();
    },
    uninstall: () => {
      app.authError = 'account_inactive';
      workspace.emit({ type: 'app_uninstalled', event_ts: formatTs(workspace.now() * 1000) });
      tellRevoked();
    },
    restoreToken: () => {
      app.authError = undefined;
    },
  };
}

interface Rooms {
  workspace: Workspace;
  files: Files;
  api: Api;
  responses: ResponseUrls;
}

async function route(rooms: Rooms, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '', 'http://localhost').pathname;
  const [, first = '', second = '', third = ''] = path.split('/');
  if (first === 'api') return rooms.api.receive(second, request, response);
  if (first === 'actions' && request.method === 'POST') {
    const body = (await readBody(request)).toString('utf8');
    const given = parseJson(body);
    const entry = { at: rooms.workspace.now(), method: 'response_url', params: { body: given ?? body } };
    rooms.api.requests.push(entry);
    return rooms.api.withFaults(entry, response, () => rooms.responses.receive(third, body));
  }
  if (first === 'upload' && request.method === 'POST') {
    const entry = { at: rooms.workspace.now(), method: 'upload', params: { file: third } };
    rooms.api.requests.push(entry);
    return rooms.api.withFaults(entry, response, await receiveUpload(rooms.files, third, request));
  }
  if (first === 'files-pri') {
    const entry = { at: rooms.workspace.now(), method: 'download', params: { path: second } };
    rooms.api.requests.push(entry);
    return rooms.api.withFaults(entry, response, () => serveFile(rooms.workspace, rooms.files, request));
  }
  return send(response, { status: 404, body: 'Not found' });
}

/** The listening side, which can go down and come up again on the same port. */
function createNetwork() {
  // Long enough that no client meets a connection which is just being closed.
  const server = http.createServer({ keepAliveTimeout: 60_000 });
  return {
    ...createListening(server),
    serve: (answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>, socketMode: SocketMode) => {
      server.on('request', (request, response) => {
        answer(request, response).catch((error: unknown) => {
          if (!response.headersSent) send(response, { status: 500, body: { ok: false, error: 'fatal_error' } });
          if (!(error instanceof Error && error.name === 'AbortError')) console.error('sandbox Slack failed', error);
        });
      });
      server.on('upgrade', socketMode.upgrade);
    },
  };
}
