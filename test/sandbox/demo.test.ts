import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, type TestContext, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/sandbox/main.ts', import.meta.url));

test.concurrent('the demo plays the main job and every step comes true', { timeout: 180_000 }, async (context) => {
  const { code, output } = await sandbox(context, ['--demo']).ended;

  expect(output).not.toContain('✗');
  expect(output.match(/^✓/gm)).toHaveLength(9);
  expect(code).toBe(0);
});

test.concurrent('the demo plays over Socket Mode, whatever real accounts the environment names', {
  timeout: 180_000,
}, async (context) => {
  const real = { SLACK_BOT_TOKEN: 'xoxb-real', ACQUIRE_BASE_URL: 'https://real.example', CASE_CHANNEL: 'C0REAL' };

  const { code, output } = await sandbox(context, ['--demo', '--socket', '--message-webhooks'], real).ended;

  expect(output).toContain('All 9 steps came true');
  expect(code).toBe(0);
});

test.concurrent('Ctrl-C ends the sandbox in order and removes its folder', { timeout: 60_000 }, async (context) => {
  const running = sandbox(context, []);
  await running.prints('Stop with Ctrl-C');
  const [log = ''] = /\/\S+casebridge\.log/.exec(running.output()) ?? [];
  expect(existsSync(log)).toBe(true);

  running.interrupt();
  const { code } = await running.ended;

  expect(code).toBe(0);
  expect(existsSync(dirname(log))).toBe(false);
});

test.concurrent('a death of the app ends the sandbox, with how it died and its last words', {
  timeout: 60_000,
}, async (context) => {
  const running = sandbox(context, []);
  await running.prints('Stop with Ctrl-C');
  const [, pid] = /process (\d+)/.exec(running.output()) ?? [];

  process.kill(Number(pid), 'SIGKILL');
  const { code, output } = await running.ended;

  expect(output).toMatch(/ended by itself with signal SIGKILL[\s\S]*casebridge is running/);
  expect(code).toBe(1);
});

test.each([
  [['--port', 'http'], '--port http is not a port'],
  [['--what'], "Unknown option '--what'"],
])('%s is answered with what is wrong and how to call it', async (given, words) => {
  const { code, output } = await sandbox(null, given).ended;

  expect(output).toContain(words);
  expect(output).toContain('usage: npm run sandbox');
  expect(code).toBe(2);
});

test('a port that is taken, and a place that is no folder, are told with what would do', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const ended = await sandbox(null, ['--port', String(port)]).ended;
  expect(ended).toEqual({ code: 1, output: expect.stringContaining('is taken; give another one by --port') });
  const kept = await sandbox(null, ['--keep', MAIN]).ended;
  expect(kept).toEqual({ code: 1, output: expect.stringMatching(/cannot be made \(EEXIST\); --keep takes a new/) });
});

/** Several run at once, so each test ends its own. */
function sandbox(context: TestContext | null, given: readonly string[], more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...given], { env: { ...process.env, ...more } });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const look of waiting) look();
    });
  }
  context?.onTestFinished(() => void child.kill('SIGTERM'));
  return {
    output: () => output,
    interrupt: () => child.kill('SIGINT'),
    prints: (words: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (output.includes(words)) resolve();
        };
        waiting.add(look);
        look();
      }),
    ended: new Promise<{ code: number | null; output: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, output }));
    }),
  };
}
