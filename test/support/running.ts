import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';

/** The real programs as an operator runs them: own processes, between both simulators. */

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string; readonly ms: number };

export type Running = {
  readonly out: () => string;
  readonly ended: Promise<Ended>;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
};

export const run = (arguments_: readonly string[], env: Readonly<Record<string, string>>): Running => {
  const child = spawn(process.execPath, arguments_, { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  let killedAt = Date.now();
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      // What shows progress on a slow machine is no complaint.
      const err = texts.err.replaceAll(/^… .*\n/gmu, '');
      resolve({ code, out: texts.out, err, ms: Date.now() - killedAt });
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    out: () => texts.out,
    ended,
    pid: child.pid ?? 0,
    kill(signal) {
      killedAt = Date.now();
      child.kill(signal);
    },
  };
};

export const both = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-running-'));
  const slack = await startSlack({ rateLimits: false, retries: [100, 1000, 3000] });
  const acquire = await startAcquire();
  slack.join(U.app, C.support);
  onTestFinished(async () => {
    await slack.close();
    await acquire.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = {
    SLACK_BOT_TOKEN: slack.workspace.app.botToken,
    SLACK_SIGNING_SECRET: slack.workspace.app.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    ACQUIRE_ACCOUNT_ID: 'acme',
    ACQUIRE_BASE_URL: acquire.url,
    ACQUIRE_API_KEY: acquire.key,
    ACQUIRE_POLL_SECONDS: '1',
    CASE_CHANNEL: C.support,
    DATABASE_URL: `sqlite:${join(folder, 'casebridge.db')}`,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'debug',
  };
  return { slack, acquire, folder, env };
};

/** A start takes half a second; on a machine with other work it may take long. */
const PATIENCE_MS = 40_000;

/** Waits until the app says that it runs, and connects Slack to it. */
export const started = async (
  app: Running,
  slack?: { connect: (url: string) => Promise<boolean> },
): Promise<string> => {
  const port = await sees(() => /"port":(\d+)/.exec(app.out())?.[1], 'the app runs');
  const url = `http://127.0.0.1:${port}`;
  await slack?.connect(`${url}/slack/events`);
  await sees(async () => (await fetch(`${url}/readyz`)).status === 200, 'the app is ready');
  return url;
};

export const sees = async <T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  what: string,
): Promise<T> => {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after another is the point
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`never seen: ${what}`);
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
