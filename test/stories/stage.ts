import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AgentKeys, readAgentKeys } from '../../src/agent-keys.ts';
import { type App, createApp } from '../../src/app.ts';
import type { ReadBudget } from '../../src/bridge/reads.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { ChannelId } from '../../src/core/ids.ts';
import { type ChannelSettings, type Channels, channelsOf, defaultSettings } from '../../src/core/settings.ts';
import type { Pace } from '../../src/delivery/ports.ts';
import { createLog } from '../../src/log.ts';
import { readRoutes } from '../../src/routes.ts';
import { type AcquireSimulator, startAcquire } from '../../src/sandbox/acquire/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type SlackSimulator, startSlack } from '../../src/sandbox/slack/server.ts';
import { confidentialIn, leaksIn } from '../support/leaks.ts';

/** The real app between both simulators, over real HTTP; every story plays on it. */

export const ANNA = U.anna;
export const BEN = U.ben;
export const CHANNEL = C.support;

/** Long, for machines that do much else at the same time; nothing waits so long when all is well. */
const WAIT_MS = 25_000;
const LOOK_MS = 15;

export type StageOptions = {
  readonly slack?: Parameters<typeof startSlack>[0];
  readonly acquire?: Parameters<typeof startAcquire>[0];
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Partial<ChannelSettings>;
  /** Own Acquire keys of agents, by e-mail. */
  readonly agentKeys?: Readonly<Record<string, string>>;
  /** A routes file, instead of the settings and channels above; `CHANNEL` stays the one for cases that no rule takes. */
  readonly routes?: string;
  /** Channels of casebridge beside the one of new cases. */
  readonly moreChannels?: readonly string[];
  readonly webhook?: boolean;
  /** Events beyond those a real account can choose. */
  readonly webhookEvents?: readonly string[];
  readonly attemptMs?: number;
  /** The clock of the app and of both sides. */
  readonly now?: () => number;
  /** Slack's pace of one message a second holds from the third on, unless another is asked for. */
  readonly pace?: (gate: string) => Pace;
  readonly readBudget?: ReadBudget;
  readonly before?: (stage: { slack: SlackSimulator; acquire: AcquireSimulator }) => void;
};

export type Stage = {
  readonly slack: SlackSimulator;
  readonly acquire: AcquireSimulator;
  readonly url: () => string;
  /** The file of the store. */
  readonly database: string;
  /** Where the routes file is, when there is one. */
  readonly routesFile: string;
  readonly logged: () => string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A customer with a case and a first message, in its thread. */
  thread(text?: string, customer?: Customer): Promise<OpenThread>;
  /** Waits until `look` gives something, and gives that. */
  sees<T>(
    look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
    what: string,
    waitMs?: number,
  ): Promise<T>;
};

/** Somebody else than Jo, or a case that is no chat. */
export type Customer = {
  readonly fields?: Parameters<AcquireSimulator['contact']>[0];
  readonly opening?: Parameters<AcquireSimulator['openCase']>[1];
};

export type OpenThread = { readonly root: string; readonly caseId: number; readonly contactId: number };

export const stageFor = async (options: StageOptions = {}): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-story-'));
  const clock = options.now === undefined ? {} : { now: options.now };
  const slack = await startSlack({ rateLimits: false, retries: [50, 100, 200], ...clock, ...options.slack });
  const acquire = await startAcquire({ retrySpacingMs: [50, 100, 200, 400, 800], ...clock, ...options.acquire });
  slack.join(U.app, CHANNEL);
  options.before?.({ slack, acquire });
  const routesFile = join(folder, 'routes.yml');
  if (options.routes !== undefined) writeFileSync(routesFile, options.routes);
  const lines: string[] = [];
  let app: App | null = null;
  let port = 0;

  const start = async (): Promise<void> => {
    const log = createLog({
      level: 'debug',
      pretty: false,
      destination: { write: (line: string) => lines.push(line) },
    });
    const read = readConfig({
      ...environment(slack, acquire, folder),
      ...(options.routes === undefined ? {} : { ROUTES_FILE: routesFile }),
      PORT: String(port),
      ...options.env,
    });
    if (!read.ok) throw new Error(read.problems.join('\n'));
    app = await createApp({
      config: read.config,
      channels: options.routes === undefined ? channelsFrom(options) : channelsIn(read.config),
      agentKeys: agentKeysIn(folder, options.agentKeys ?? {}),
      log,
      ...clock,
      ...(options.attemptMs === undefined ? {} : { attemptMs: options.attemptMs }),
      ...(options.pace === undefined ? {} : { pace: options.pace }),
      readBudget: options.readBudget ?? { perSecond: 200, burst: 200 },
    });
    ({ port } = await app.start());
    if (read.config.secrets.slackTransport.kind === 'http')
      await slack.connect(`http://127.0.0.1:${port}/slack/events`);
    if (options.webhook !== false) {
      acquire.setWebhook({
        url: `http://127.0.0.1:${port}/webhooks/acquire`,
        secret: WEBHOOK_SECRET,
        ...(options.webhookEvents === undefined ? {} : { events: [...options.webhookEvents] }),
      });
    }
    await sees(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200, 'the app is ready');
  };
  const stop = async (): Promise<void> => {
    await app?.stop();
    app = null;
  };
  const sees = async <T>(
    look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
    what: string,
    waitMs = WAIT_MS,
  ): Promise<T> => {
    const until = Date.now() + waitMs;
    for (;;) {
      const seen = await look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
      if (Date.now() > until)
        throw new Error(`never seen: ${what}\n${lines.slice(-25).join('')}\n${threadText(slack)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };

  onTestFinished(async () => {
    const metrics = app === null ? '' : await fetch(`http://127.0.0.1:${port}/metrics`).then((page) => page.text());
    await stop();
    // Whatever the story was about, none of it may stand there.
    const leaks = leaksIn(`${lines.join('')}${metrics}`, [WEBHOOK_SECRET, ...confidentialIn({ slack, acquire })]);
    await slack.close();
    await acquire.stop();
    rmSync(folder, { recursive: true, force: true });
    if (leaks.length > 0) throw new Error(`in the log or the metrics: ${leaks.join(' | ')}`);
  });
  await start();

  return {
    slack,
    acquire,
    url: () => `http://127.0.0.1:${port}`,
    database: join(folder, 'casebridge.db'),
    routesFile,
    logged: () => lines.join(''),
    start,
    stop,
    sees,
    async thread(text = 'Hello, my order is late', { fields = {}, opening = {} } = {}) {
      const contact = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com', ...fields });
      const opened = acquire.openCase(contact.id, { text, ...opening });
      const root = await sees(() => rootOf(slack, text), `the thread of “${text}”`);
      return { root, caseId: opened.id, contactId: contact.id };
    },
  };
};

const channelsFrom = ({ settings = {}, moreChannels = [] }: StageOptions): Channels =>
  channelsOf(
    ChannelId.parse(CHANNEL),
    new Map([CHANNEL, ...moreChannels].map((id) => [ChannelId.parse(id), { ...defaultSettings, ...settings }])),
  );

const channelsIn = ({ routesFile, channels }: Config): Channels => {
  const read = readRoutes(routesFile, channels.cases);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.channels;
};

/** Read from a file, as an operator gives them. */
const agentKeysIn = (folder: string, keys: Readonly<Record<string, string>>): AgentKeys => {
  const path = join(folder, 'agents.yaml');
  writeFileSync(
    path,
    Object.entries(keys)
      .map(([email, key]) => `${email}: ${key}\n`)
      .join(''),
  );
  const read = readAgentKeys(path);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read;
};

const rootOf = (slack: SlackSimulator, text: string): string | undefined =>
  slack
    .messages(CHANNEL)
    .find((message) =>
      slack.thread(CHANNEL, message.ts).some((reply) => reply.ts !== message.ts && reply.text.includes(text)),
    )?.ts;

const threadText = (slack: SlackSimulator): string =>
  slack
    .messages(CHANNEL)
    .flatMap((message) => slack.thread(CHANNEL, message.ts))
    .map(
      (message) =>
        `${message.ts} ${message.thread_ts ?? ''} ${message.username ?? message.user ?? ''}: ${message.text.slice(0, 80)}`,
    )
    .join('\n');

const WEBHOOK_SECRET = 'a-webhook-secret-of-32-characters';

const environment = (slack: SlackSimulator, acquire: AcquireSimulator, folder: string): Record<string, string> => ({
  SLACK_BOT_TOKEN: slack.workspace.app.botToken,
  SLACK_SIGNING_SECRET: slack.workspace.app.signingSecret,
  SLACK_API_URL: slack.apiUrl,
  ACQUIRE_ACCOUNT_ID: 'acme',
  ACQUIRE_BASE_URL: acquire.url,
  ACQUIRE_API_KEY: acquire.key,
  ACQUIRE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  ACQUIRE_POLL_SECONDS: '1',
  CASE_CHANNEL: CHANNEL,
  DATABASE_URL: `sqlite:${join(folder, 'casebridge.db')}`,
  FILES_DIR: join(folder, 'files'),
  HOST: '127.0.0.1',
  LOG_LEVEL: 'debug',
});
