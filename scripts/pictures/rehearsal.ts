import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { noAgentKeys } from '../../src/agent-keys.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { createLog } from '../../src/log.ts';
import { type AcquireSimulator, startAcquire } from '../../src/sandbox/acquire/server.ts';
import { type SlackSimulator, startSlack } from '../../src/sandbox/slack/server.ts';
import { CHANNEL, ELSEWHERE } from './shown.ts';

/** The real app between both simulators, at a time of our own. */

const WEBHOOK_SECRET = 'a-webhook-secret-of-32-characters';
const LOOK_MS = 20;

export type Rehearsal = {
  readonly slack: SlackSimulator;
  readonly acquire: AcquireSimulator;
  /** Moves the clock of everybody. */
  readonly later: (ms: number) => void;
  readonly end: () => Promise<void>;
};

export const rehearse = async (startsAt: number): Promise<Rehearsal> => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-pictures-'));
  let ahead = startsAt - Date.now();
  const now = (): number => Date.now() + ahead;
  const slack = await startSlack({ rateLimits: false, now });
  const acquire = await startAcquire({ now });
  const read = readConfig({
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
    PUBLIC_URL: 'https://files.example/',
    HOST: '127.0.0.1',
    PORT: '0',
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const app = await createApp({
    config: read.config,
    channels: channelsOf(
      CHANNEL,
      new Map([CHANNEL, ELSEWHERE].map((id) => [id, { ...defaultSettings, broadcast: false }])),
    ),
    agentKeys: noAgentKeys,
    log: createLog({ level: 'fatal', pretty: false, destination: { write: () => undefined } }),
    now,
    pace: () => null,
    readBudget: { perSecond: 200, burst: 200 },
  });
  const { port } = await app.start();
  // What is open before the first poll is only recorded.
  while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await pause(LOOK_MS);
  await slack.connect(`http://127.0.0.1:${port}/slack/events`);
  acquire.setWebhook({ url: `http://127.0.0.1:${port}/webhooks/acquire`, secret: WEBHOOK_SECRET });
  return {
    slack,
    acquire,
    later: (ms) => {
      ahead += ms;
    },
    end: async () => {
      await app.stop();
      await slack.close();
      await acquire.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
