import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Receiver } from '@slack/bolt';
import type { SendForBytes } from '../core/files.ts';
import type { Choice } from '../core/notice.ts';
import type { Chat } from '../core/ports.ts';
import type { Answered, Identity } from './api.ts';
import { clientOptions, createApi, silence } from './api.ts';
import { App, HTTPReceiver, SocketModeReceiver } from './bolt.ts';
import { createChat } from './client.ts';
import { isSigned, takeCallback } from './callbacks.ts';
import type { Connection } from './connection.ts';
import { createConnection } from './connection.ts';
import type { ReadingContext } from './events.ts';
import type { IntakeOptions } from './intake.ts';
import { createIntake, NotTaken } from './intake.ts';
import type { Question } from './listeners.ts';
import { listen } from './listeners.ts';
import { slackPath } from './manifest.ts';
import type { Route, Told } from './server.ts';
import { answer, createHttpServer, slackRoute } from './server.ts';
import { createOpeningViews } from './views.ts';
import { createInFlight } from './waiting.ts';

export type Transport =
  | { readonly kind: 'http'; readonly signingSecret: string }
  | { readonly kind: 'socket'; readonly appToken: string };

export type SlackOptions = Pick<IntakeOptions, 'intake' | 'accepting' | 'needsForm' | 'errorsOf' | 'tell'> & {
  readonly transport: Transport;
  readonly botToken: string;
  /** Ends in a slash. */
  readonly apiUrl: string;
  readonly command: string;
  /** Whether a reaction may stand for anything in a channel. */
  readonly reacts?: (emoji: string, channel: string) => boolean;
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly suggest: (question: Question) => Promise<readonly Choice[]>;
  readonly send: SendForBytes;
  /** What an earlier life was told (`identified`). */
  readonly remembered?: Identity | null;
  readonly answered?: Answered;
  readonly now?: () => number;
};

export type Slack = {
  readonly chat: Chat;
  identify(): Promise<Identity>;
  /** The server listens; in Socket Mode the connection was tried once and is kept up from now on. */
  start(): Promise<{ readonly port: number }>;
  /** Takes no more events, and gives what is under way at most so long. */
  stop(limitMs: number): Promise<void>;
};

const UNACKNOWLEDGED_LIMIT_MS = 3001;

const reasons: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'signature',
  413: 'too_large',
  500: 'not_stored',
  503: 'closed',
};

/** The room's two sides: what Slack tells us, stored before it is acknowledged, and what we do there (`chat`). */
export const createSlack = (options: SlackOptions): Slack => {
  const { apiUrl, tell } = options;
  const now = options.now ?? Date.now;
  const views = createOpeningViews();
  const inFlight = createInFlight();
  let stopping = false;
  const accepting = (): boolean => !stopping && options.accepting();

  const api = createApi({
    token: options.botToken,
    apiUrl,
    remembered: options.remembered ?? null,
    identified: (identity) => tell({ type: 'identified', identity }),
    answered: options.answered,
  });
  const chat = createChat({ api, apiUrl, token: options.botToken, send: options.send, views, now });
  const { command, reacts = () => false } = options;
  const context = (): ReadingContext => ({ team: api.known()?.team ?? null, command, reacts });
  const intake = createIntake({ ...options, accepting, context, forget: (what) => chat.forget(what), views, inFlight });

  const failed = (what: string, error: unknown): void => tell({ type: 'failed', what, error });
  const transport = createTransport(options.transport, apiUrl, failed);
  const app = new App({
    receiver: intake.durable(transport.receiver),
    // With a token instead, Bolt would ask Slack who we are before it takes anything in.
    authorize: async () => ({ botToken: options.botToken }),
    deferInitialization: true,
    ignoreSelf: false,
    convoStore: false,
    logger: silence,
    clientOptions: clientOptions(apiUrl),
  });
  listen(app, { command: options.command, taken: intake.taken, call: api.call, suggest: options.suggest, tell });

  const refused = (status: number, bearsSignature: boolean): void =>
    tell({ type: 'refused', status, reason: reasons[status] ?? 'other', bearsSignature });
  const verified = (): void => tell({ type: 'verified' });
  const waysIn = ({ listener, signingSecret }: NonNullable<BuiltTransport['http']>) => ({
    listener,
    isSigned: (told: Told) => isSigned({ signingSecret, now }, told),
    callback: (told: Told) => takeCallback({ signingSecret, now, take: intake.take, failed }, told),
  });
  const { http } = transport;
  const fromSlack =
    http === null ? [] : [slackRoute({ path: slackPath, accepting, now, refused, verified, ...waysIn(http) })];
  const server = createHttpServer({ routes: [...options.routes, ...fromSlack], failed });
  const connection = transport.connect((up, error) => tell({ type: 'connection', up, error: error ?? null }));

  return {
    chat,
    identify: () => api.identify(),
    async start() {
      await app.init();
      const port = await open(server, options);
      try {
        await connection?.start();
      } catch (error) {
        await close(server, 0);
        throw error;
      }
      return { port };
    },
    async stop(limitMs) {
      stopping = true;
      const until = Date.now() + limitMs;
      await inFlight.settled(limitMs);
      const left = Math.max(0, until - Date.now());
      await Promise.all([connection?.stop(left), close(server, left)]);
    },
  };
};

type BuiltTransport = {
  readonly receiver: Receiver;
  /** Where the server hands on what comes from Slack over HTTP. */
  readonly http: { readonly listener: HTTPReceiver['requestListener']; readonly signingSecret: string } | null;
  readonly connect: (tell: Parameters<typeof createConnection>[1]) => Connection | null;
};

const createTransport = (
  transport: Transport,
  apiUrl: string,
  failed: (what: string, error: unknown) => void,
): BuiltTransport => {
  if (transport.kind === 'socket') {
    const receiver = new SocketModeReceiver({
      appToken: transport.appToken,
      logger: silence,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: clientOptions(apiUrl) },
      // Not acknowledged, so Slack tells it again.
      processEventErrorHandler: async ({ error }) => {
        failed('take an event', error);
        return false;
      },
    });
    return { receiver, http: null, connect: (tell) => createConnection(receiver.client, tell) };
  }
  const receiver = new HTTPReceiver({
    signingSecret: transport.signingSecret,
    endpoints: [slackPath],
    logger: silence,
    unhandledRequestTimeoutMillis: UNACKNOWLEDGED_LIMIT_MS,
    // The store took too long: it may still take it, and Slack's retry will find it there.
    unhandledRequestHandler: ({ response }) => {
      if (!response.headersSent) answer(response, 503);
    },
    processEventErrorHandler: async ({ error, response }) => {
      failed('take an event', error);
      if (!response.headersSent) answer(response, error instanceof NotTaken ? error.status : 500);
      return false;
    },
  });
  const http = { listener: receiver.requestListener, signingSecret: transport.signingSecret };
  return { receiver, http, connect: () => null };
};

const open = async (server: Server, { host, port }: Pick<SlackOptions, 'host' | 'port'>): Promise<number> => {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`cannot listen on HOST ${host}, PORT ${port}: ${whyNotOf(error)}`, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};

const whyNotOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'EADDRINUSE':
      return 'something else listens there; stop it, or choose another PORT';
    case 'EACCES':
      return 'this user may not; choose a PORT above 1023';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address; choose one of its own as HOST, or 0.0.0.0';
    default:
      return code;
  }
};

const close = async (server: Server, limitMs: number): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearTimeout(timer);
};
