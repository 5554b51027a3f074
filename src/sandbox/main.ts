import { parseArgs } from 'node:util';
import { ending } from './app-process.ts';
import { playDemo } from './demo.ts';
import { SANDBOX_VISITOR } from './giosg/seed.ts';
import { openPage } from './open-page.ts';
import { withProgress } from './progress.ts';
import { NoSuchRehearsal, rehearsals, rehearsalsIn } from './rehearsals/all.ts';
import type { Rehearsal } from './rehearsals/rehearsal.ts';
import { rehearseInTerminal } from './rehearsals/terminal.ts';
import type { Stage, StageOptions } from './stage.ts';
import { setStage } from './stage.ts';

/** `npm run sandbox`: the real app between two simulators, with a page to play both sides, or the demo and then the end. */

const EXIT_USAGE = 2;
const EXIT_FAILED = 1;
const LAST_LINES = 12;

const USAGE = `usage: npm run sandbox -- [options]

  --demo              play the main job once, say what happened, and end
  --rehearse NAME     play trouble, judge what became of every message, and end; “all” plays one after another:
${rehearsals()
  .map(({ id, name, seconds }) => `                        ${id.padEnd(22)} ${name} (about ${seconds} s)`)
  .join('\n')}
  --port N            port of the page (default: any free one)
  --socket            the app uses Slack's Socket Mode instead of HTTP
  --message-webhooks  let Acquire tell of every message by webhook, which no real account is known to offer
  --keep DIR          keep store and log there (a new or empty folder)
  --log               show the app's log here, too`;

const OPTIONS = {
  demo: { type: 'boolean', default: false },
  rehearse: { type: 'string' },
  port: { type: 'string', default: '0' },
  socket: { type: 'boolean', default: false },
  'message-webhooks': { type: 'boolean', default: false },
  keep: { type: 'string' },
  log: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const say = (line: string): void => console.log(line);

/** Aborted by the first Ctrl-C or request to end; later ones (npm passes its own on) change nothing. */
const ended = new AbortController();
const asked = new Promise<'asked'>((resolve) => {
  ended.signal.addEventListener('abort', () => resolve('asked'));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());

process.exitCode = await run();

async function run(): Promise<number> {
  let read: ReturnType<typeof readArguments>;
  try {
    read = readArguments();
  } catch (error) {
    console.error(error instanceof NoSuchRehearsal ? error.message : `${reasonOf(error)}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  if (read.help) {
    say(USAGE);
    return 0;
  }
  try {
    const stage = await withProgress('starting both simulators and the app', setStage(read.stage), say);
    return await withStage(stage, () => {
      if (read.rehearse.length > 0) return rehearse(stage, read.rehearse);
      return read.demo ? demo(stage, read.keep) : play(stage, read);
    });
  } catch (error) {
    // start.mjs knows what to do about a package that is missing.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(reasonOf(error));
    return EXIT_FAILED;
  }
}

interface Wish {
  readonly help: boolean;
  readonly demo: boolean;
  readonly rehearse: readonly Rehearsal[];
  readonly port: number;
  readonly keep: boolean;
  readonly log: boolean;
  readonly stage: StageOptions;
}

function readArguments(): Wish {
  const { values } = parseArgs({ options: OPTIONS });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port ${values.port} is not a port; expected a number from 0 to 65535`);
  }
  if (values.demo && values.rehearse !== undefined) throw new Error('choose one of --demo and --rehearse');
  return {
    help: values.help,
    demo: values.demo,
    rehearse: values.rehearse === undefined ? [] : rehearsalsIn(values.rehearse),
    port: Number(values.port),
    keep: values.keep !== undefined,
    log: values.log,
    stage: {
      inherited: process.env,
      socketMode: values.socket,
      messageWebhooks: values['message-webhooks'],
      keep: values.keep ?? null,
      ...(values.log && { onLine: (line: string) => say(`app │ ${line}`) }),
    },
  };
}

async function withStage(stage: Stage, act: () => Promise<number>): Promise<number> {
  try {
    return await act();
  } finally {
    await withProgress('stopping the app and the simulators', stage.stop(), say);
  }
}

async function demo(stage: Stage, keeps: boolean): Promise<number> {
  say(
    `Both sides are simulated; the app in the middle is the real one (process ${stage.app.pid}, log ${stage.app.logPath}).`,
  );
  say('');
  const result = await Promise.race([playDemo(stage, say), asked]);
  say('');
  if (result === 'asked') {
    say('Stopped before the end.');
    return EXIT_FAILED;
  }
  const took = `${(result.ms / 1000).toFixed(1)} s`;
  if (result.ok) {
    say(`All ${result.steps} steps came true in ${took}.`);
    return 0;
  }
  say(`The demo failed after ${result.steps} steps and ${took}. The app's last words:`);
  for (const line of stage.app.lastLines(LAST_LINES)) say(`  ${line}`);
  if (!keeps) say('Run it with --keep DIR to keep the whole log and the store.');
  return EXIT_FAILED;
}

async function rehearse(stage: Stage, chosen: readonly Rehearsal[]): Promise<number> {
  say(`Both sides are simulated; the app in the middle is the real one (process ${stage.app.pid}).`);
  say('');
  const began = performance.now();
  let failed = 0;
  for (const rehearsal of chosen) {
    if (ended.signal.aborted) break;
    const { ok } = await rehearseInTerminal(stage, rehearsal, { print: say, signal: ended.signal });
    if (!ok) failed += 1;
  }
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  if (ended.signal.aborted) say('Stopped before the end.');
  else if (failed > 0) say(`${failed} of ${chosen.length} rehearsals failed in ${took}.`);
  else if (chosen.length > 1) say(`All ${chosen.length} rehearsals came true in ${took}.`);
  return failed > 0 || ended.signal.aborted ? EXIT_FAILED : 0;
}

async function play(stage: Stage, { port, stage: { keep } }: Wish): Promise<number> {
  const died = new Promise<string>((resolve) => {
    stage.app.onDeath = (death) => resolve(ending(death));
  });
  const page = await openPage(stage, port);
  say('');
  say(`  The sandbox is open at  ${page.url}`);
  say('');
  say('  Write as a customer on the right, answer as an agent on the left. Both sides are simulated,');
  say(`  the app between them is the real one (process ${stage.app.pid}). Nothing leaves this machine.`);
  say(`  For a second case system, simulated too, type /case visitor ${SANDBOX_VISITOR}`);
  say(`  Its log: ${stage.app.logPath}${keep === null ? ' (removed at the end)' : ''}`);
  say('  Stop with Ctrl-C.');
  say('');
  const end = await Promise.race([asked, died]);
  await page.close();
  if (end === 'asked') {
    say(keep === null ? 'Stopping. Store and log are removed.' : `Stopping. Store and log stay in ${stage.folder}.`);
    return 0;
  }
  console.error(`The app ended by itself with ${end}. Its last words:`);
  for (const line of stage.app.lastLines(LAST_LINES)) console.error(`  ${line}`);
  return EXIT_FAILED;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'the port of the page is taken; give another one by --port, or none for any free one';
  return error instanceof Error ? error.message : String(error);
}
