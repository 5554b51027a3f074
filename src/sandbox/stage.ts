import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebhookChoice } from './acquire/options.ts';
import { ACCOUNT_EVENTS } from './acquire/options.ts';
import type { AcquireSimulator } from './acquire/server.ts';
import { startAcquire } from './acquire/server.ts';
import type { Variables } from './app-process.ts';
import { AppProcess, appEnvironment, bareEnvironment, databaseUrl } from './app-process.ts';
import type { DeliveriesWatch } from './deliveries-watch.ts';
import { createWatch } from './deliveries-watch.ts';
import type { FaultPanel } from './fault-panel.ts';
import { createFaultPanel } from './fault-panel.ts';
import { SANDBOX_SIGNING_KEY } from './giosg/options.ts';
import { seedGiosg } from './giosg/seed.ts';
import type { GiosgSimulator } from './giosg/server.ts';
import { startGiosg } from './giosg/server.ts';
import type { Installation } from './installation.ts';
import { readInstallation } from './installation.ts';
import type { Line } from './line.ts';
import { createLine } from './line.ts';
import { freePort } from './listening.ts';
import { C } from './slack/seed.ts';
import type { SlackSimulator } from './slack/server.ts';
import { startSlack } from './slack/server.ts';

/** The simulators, connected, with the real app between them. */

const WEBHOOK_SECRET = 'sandbox-webhook-secret';
const SLACK_PATH = '/slack/events';
const WEBHOOK_PATH = '/webhooks/acquire';
/** Slack's own pauses are almost none, one minute and five: nobody wants to wait for those here. */
const SLACK_RETRIES_MS = [200, 3_000, 10_000, 30_000];

export interface StageOptions {
  readonly inherited: Variables;
  readonly socketMode: boolean;
  /** Ask Acquire for `case:message:new`, which no account is known to offer. */
  readonly messageWebhooks: boolean;
  /** Where store and log go and stay; a folder that is removed at the end when null. */
  readonly keep: string | null;
  readonly onLine?: (line: string) => void;
  /** What is run instead of the app as it is shipped: for tests that take a guard out of it. */
  readonly entry?: string;
}

export interface Stage {
  readonly slack: SlackSimulator;
  readonly acquire: AcquireSimulator;
  readonly giosg: GiosgSimulator;
  readonly app: AppProcess;
  readonly installation: Installation;
  readonly deliveries: DeliveriesWatch;
  readonly faults: FaultPanel;
  /** What casebridge does, as it does it. */
  readonly line: Line;
  /** Where Acquire tells the app of cases, when nothing is wrong. */
  readonly webhook: WebhookChoice;
  /** What any program may see, and where the app's store is: for its commands. */
  readonly commands: Record<string, string>;
  readonly folder: string;
  /** Calls back after every change of anything that people can see. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Calls those back: for what changes beside the simulators. */
  readonly tell: () => void;
  readonly stop: () => Promise<void>;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const folder = await makeFolder(options.keep);
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
    if (options.keep === null) await rm(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await build(options, folder, undo)), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(options: StageOptions, folder: string, undo: (() => unknown)[]) {
  const installation = await readInstallation();
  const slack = await startSlack({
    app: installation.app,
    socketMode: options.socketMode,
    retries: SLACK_RETRIES_MS,
  });
  undo.push(() => slack.close());
  const acquire = await startAcquire();
  undo.push(() => acquire.stop());
  const giosg = await startGiosg();
  undo.push(() => giosg.stop());
  seedGiosg(giosg);

  // Chosen now, so that the app comes back to the same address after a crash.
  const port = await freePort();
  const storePath = join(folder, 'casebridge.db');
  const { botToken, appToken, signingSecret } = slack.workspace.app;
  const environment = appEnvironment(options.inherited, {
    slack: { apiUrl: slack.apiUrl, botToken },
    transport: options.socketMode ? { appToken } : { signingSecret },
    acquire: { origin: acquire.url, key: acquire.key, webhookSecret: WEBHOOK_SECRET },
    giosg: { origin: giosg.url, organization: giosg.organizationId, token: giosg.token, key: SANDBOX_SIGNING_KEY },
    caseChannel: C.support,
    routesPath: fileURLToPath(new URL('routes.yml', import.meta.url)),
    storePath,
    port,
  });
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  const commands = { ...bareEnvironment(options.inherited), DATABASE_URL: databaseUrl(storePath) };
  const line = createLine({ slack, acquire });
  const deliveries = createWatch(commands, (now) => {
    line.watched(now);
    tell();
  });
  const app = new AppProcess({
    environment,
    port,
    folder,
    logPath: join(folder, 'casebridge.log'),
    ...(options.entry && { entry: options.entry }),
    onLine: (written) => {
      line.note(written);
      options.onLine?.(written);
    },
  });
  undo.push(() => app.stop());
  await startUp(app);

  if (!options.socketMode && !(await slack.connect(`${app.url}${SLACK_PATH}`))) {
    throw new Error(`the app did not answer Slack's challenge at ${SLACK_PATH}`);
  }
  const webhook: WebhookChoice = {
    url: `${app.url}${WEBHOOK_PATH}`,
    secret: WEBHOOK_SECRET,
    events: options.messageWebhooks ? [...ACCOUNT_EVENTS, 'case:message:new'] : ACCOUNT_EVENTS,
  };
  acquire.setWebhook(webhook);

  const faults = createFaultPanel({ slack, acquire, app, webhook }, tell);
  app.onChange = () => {
    if (app.state === 'ready') faults.appIsBack();
    tell();
  };
  undo.push(slack.subscribe(tell), acquire.subscribe(tell), giosg.subscribe(tell));
  deliveries.start();
  undo.push(() => deliveries.stop());
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { slack, acquire, giosg, app, installation, deliveries, faults, line, webhook, commands, subscribe, tell };
}

/** Its last words go with the complaint: the folder with the log is about to go. */
async function startUp(app: AppProcess): Promise<void> {
  try {
    await app.start();
  } catch (error) {
    const words = app.lastLines(12).map((line) => `  ${line}`);
    throw new Error([error instanceof Error ? error.message : 'the app did not start', ...words].join('\n'), {
      cause: error,
    });
  }
}

async function makeFolder(keep: string | null): Promise<string> {
  if (keep === null) return mkdtemp(join(tmpdir(), 'casebridge-sandbox-'));
  const folder = resolve(keep);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(`${folder} cannot be made (${code}); --keep takes a new or empty folder of your own`, {
      cause: error,
    });
  }
  // The simulators begin anew each time: an old store would speak of cases and threads that are not there.
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty; --keep takes a new or empty folder`);
  return folder;
}
