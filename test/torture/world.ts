import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ACCOUNT_EVENTS } from '../../src/sandbox/acquire/options.ts';
import { type AcquireSimulator, startAcquire } from '../../src/sandbox/acquire/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type SlackSimulator, startSlack } from '../../src/sandbox/slack/server.ts';
import { chanceOf } from './chance.ts';
import { balance } from '../stories/balancer.ts';
import type { StoreReader } from '../../src/store/read.ts';
import { type Database, fileIn, serverOfItsOwn } from './database.ts';
import { createLives, type Lives } from './lives.ts';
import type { Terms } from './terms.ts';

/** Both vendors with clocks of their own, and the app between them in a folder of its own. */

export const CHANNEL = C.support;
export const MEMBERS = [U.anna, U.ben] as const;

const CLOCK_OFF_MS = 120_000;
const LOOKS_EVERY_MS = 20;
const SECRET = 'a-webhook-secret-of-32-characters';

export type World = {
  readonly terms: Terms;
  readonly folder: string;
  readonly database: Database;
  /** What the app has stored, read beside it. */
  readonly books: StoreReader;
  readonly slack: SlackSimulator;
  readonly acquire: AcquireSimulator;
  readonly lives: Lives;
  /** How far each clock is ahead of ours. */
  readonly ahead: { readonly slack: number; readonly acquire: number; readonly store: number };
  close(): Promise<void>;
};

export const createWorld = async (terms: Terms): Promise<World> => {
  const chance = chanceOf(terms.seed, 'world');
  const off = (): number => Math.round(chance.between(-CLOCK_OFF_MS, CLOCK_OFF_MS));
  const numbersFor = (name: string): (() => number) => {
    const numbers = chanceOf(terms.seed, name);
    return () => numbers.next();
  };
  const ahead = { slack: off(), acquire: off() };
  const clocks = Array.from({ length: terms.replicas }, off);
  const folder = mkdtempSync(join(tmpdir(), `casebridge-torture-${terms.seed}-`));
  const isShared = terms.replicas > 1;
  const database = isShared ? await serverOfItsOwn() : fileIn(folder);
  const slack = await startSlack({
    now: () => Date.now() + ahead.slack,
    random: numbersFor('slack'),
    retries: [...terms.retriesMs],
    rateLimits: false,
  });
  const acquire = await startAcquire({
    now: () => Date.now() + ahead.acquire,
    random: numbersFor('acquire'),
    retrySpacingMs: [...terms.retriesMs],
    timeoutMs: 3000,
    // Whether a look-up finds its own mark, or must tell equal texts apart by what it knows.
    variants: { messageMeta: chance.pick(['kept', 'answer', 'dropped']) },
  });
  slack.join(U.app, CHANNEL);
  const ports = await Promise.all(clocks.map(freePort));
  const environment = {
    PATH: process.env['PATH'] ?? '',
    SLACK_BOT_TOKEN: slack.workspace.app.botToken,
    SLACK_SIGNING_SECRET: slack.workspace.app.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    ACQUIRE_ACCOUNT_ID: 'acme',
    ACQUIRE_BASE_URL: acquire.url,
    ACQUIRE_API_KEY: acquire.key,
    ACQUIRE_WEBHOOK_SECRET: SECRET,
    ACQUIRE_POLL_SECONDS: '1',
    CASE_CHANNEL: CHANNEL,
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
  };
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const dwellings = clocks.map((clockMs, place) => ({
    place,
    folder,
    clockMs,
    environment: { ...environment, PORT: String(ports[place]) },
    mayFail: database.wasDown,
  }));
  const lives = createLives(terms, dwellings);
  await lives.live();
  const balancer = isShared ? await balance(() => urls) : null;
  const url = balancer?.url ?? urls[0] ?? '';
  if (!(await slack.connect(`${url}/slack/events`))) throw new Error('the app did not answer Slack');
  // What is open before the app has looked at a new store starts no threads.
  for (const each of urls) while ((await fetch(`${each}/readyz`)).status !== 200) await pause(LOOKS_EVERY_MS);
  const books = await database.read();
  acquire.setWebhook({
    url: `${url}/webhooks/acquire`,
    secret: SECRET,
    events: chance.hits(0.5) ? ACCOUNT_EVENTS : [...ACCOUNT_EVENTS, 'case:message:new'],
  });
  return {
    terms,
    folder,
    database,
    books,
    slack,
    acquire,
    lives,
    // A server goes by its own clock, whatever those of its users say.
    ahead: { ...ahead, store: isShared ? 0 : (clocks[0] ?? 0) },
    async close() {
      await lives.kill();
      balancer?.close();
      await Promise.all([slack.close(), acquire.stop(), books.close()]);
      await database.close();
    },
  };
};

/** Chosen before the app runs, so that each of its lives is found at the same address. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};
