import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import { chanceOf } from '../torture/chance.ts';
import { MARK } from './hostile.ts';
import { hostileRequest, send } from './requests.ts';
import { type Endpoint, ENDPOINTS, seedsOf } from './seeds.ts';

/** Hostile bodies, signed and unsigned, against the real app: it must neither fall, nor fail, nor repeat what it read. */

export type Wish = { readonly seed: number; readonly bodies: number; readonly progress?: (done: number) => void };

export type Verdict = {
  /** How often each status was answered, by endpoint. */
  readonly answers: ReadonlyMap<Endpoint, Readonly<Record<string, number>>>;
  readonly failures: readonly string[];
  readonly megabytes: number;
};

const AT_ONCE = 24;
const WEBHOOK_SECRET = 'fuzz-webhook-secret-of-32-characters';
const DRAIN_MS = 30_000;
const MOST_MEGABYTES = 700;
const FAILURES_SHOWN = 10;
const LEAK_SHOWN = 600;

export const fuzz = async (wish: Wish): Promise<Verdict> => {
  const stage = await setStage();
  try {
    const failures: string[] = [];
    const answers: [Endpoint, Record<string, number>][] = [];
    for (const [index, endpoint] of ENDPOINTS.entries()) {
      const counted = await attack(stage, endpoint, { ...wish, seed: wish.seed * ENDPOINTS.length + index, failures });
      answers.push([endpoint, counted]);
    }
    failures.push(...(await aftermath(stage)));
    const megabytes = Math.round((await valueOf(stage, 'process_resident_memory_bytes')) / 1024 / 1024);
    if (megabytes > MOST_MEGABYTES) failures.push(`the process has grown to ${megabytes} MB`);
    return {
      answers: new Map(answers),
      failures: failures.slice(0, FAILURES_SHOWN),
      megabytes,
    };
  } finally {
    await stage.stop();
  }
};

type Stage = Awaited<ReturnType<typeof setStage>>;

const setStage = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-fuzz-'));
  const slack = await startSlack({ rateLimits: false });
  const acquire = await startAcquire();
  slack.join(U.app, C.support);
  const contact = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  acquire.openCase(contact.id, { text: 'Where is my parcel?' });
  const { app: installed, team } = slack.workspace;
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SLACK_BOT_TOKEN: installed.botToken,
      SLACK_SIGNING_SECRET: installed.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      ACQUIRE_ACCOUNT_ID: 'acme',
      ACQUIRE_BASE_URL: acquire.url,
      ACQUIRE_API_KEY: acquire.key,
      ACQUIRE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      CASE_CHANNEL: C.support,
      DATABASE_URL: `sqlite:${join(folder, 'casebridge.db')}`,
      HOST: '127.0.0.1',
      PORT: '0',
    },
  });
  const said = { port: 0, leak: '', fatal: '', err: '', ended: false };
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  child.on('close', () => (said.ended = true));
  child.stdout.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    said.port ||= Number(/"port":(\d+)/u.exec(text)?.[1] ?? 0);
    if (text.includes(MARK)) said.leak ||= text.split('\n').find((line) => line.includes(MARK)) ?? '';
    said.fatal ||= /^.*"level":"fatal".*$/mu.exec(text)?.[0] ?? '';
  });
  while (said.port === 0 && !said.ended) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    said,
    secrets: { slack: installed.signingSecret, acquire: WEBHOOK_SECRET },
    place: { team: team.id, app: installed.id, channel: C.support, member: U.anna, slack: slack.url },
    stop: async () => {
      if (!said.ended) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      await slack.close();
      await acquire.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

type Attack = Wish & { readonly failures: string[] };

const attack = async (stage: Stage, endpoint: Endpoint, { seed, bodies, failures, progress }: Attack) => {
  const { said, secrets, place } = stage;
  const chances = chanceOf(seed, endpoint);
  const chance = (): number => chances.next();
  const seeds = seedsOf(endpoint, place);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const counted: Record<string, number> = {};
  let left = bodies;
  const worker = async (): Promise<void> => {
    while (left > 0 && !said.ended) {
      left -= 1;
      if (left % 1000 === 0) progress?.(bodies - left);
      const hostile = hostileRequest({ endpoint, seeds, secrets }, chance);
      try {
        const { status, text } = await send(said.port, hostile, agent);
        counted[status] = (counted[status] ?? 0) + 1;
        if (status >= 500) failures.push(`${endpoint}: ${status} for ${hostile.body.toString().slice(0, 200)}`);
        // An address is verified by saying its challenge back.
        if (text.includes(MARK) && !hostile.body.includes('challenge'))
          failures.push(`${endpoint}: an answer repeats what was sent`);
      } catch (error) {
        failures.push(`${endpoint}: no answer (${error instanceof Error ? error.message : 'unknown'})`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  return counted;
};

/** What was taken in is worked on as well; nothing of it may be too much for anybody. */
const aftermath = async (stage: Stage): Promise<readonly string[]> => {
  const { said } = stage;
  const until = Date.now() + DRAIN_MS;
  while (!said.ended && Date.now() < until && (await valueOf(stage, 'casebridge_events{state="owed"}')) > 0)
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  if (said.ended) return [`the process has ended: ${said.err.slice(0, 300)}`];
  const dead = await valueOf(stage, 'casebridge_events{state="dead"}');
  const polluted = 'polluted' in {} ? ['the prototype of objects was changed here'] : [];
  return [
    ...(dead > 0 ? [`${dead} events could not be worked on`] : []),
    ...(said.leak === '' ? [] : [`the log repeats what was sent: ${said.leak.slice(0, LEAK_SHOWN)}`]),
    ...(said.fatal === '' ? [] : [said.fatal.slice(0, 300)]),
    ...(said.err === '' ? [] : [`on stderr: ${said.err.slice(0, 300)}`]),
    ...polluted,
  ];
};

const valueOf = async ({ said }: Stage, name: string): Promise<number> => {
  const page = await fetch(`http://127.0.0.1:${said.port}/metrics`).then((answer) => answer.text());
  const line = page.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? Number.NaN);
};
