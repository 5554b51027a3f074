import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../src/sandbox/app-process.ts';

/** Programs that are measured, or measure, each in a process of its own: we speak with them over Node's own channel. */

const STOP_LIMIT_MS = 11_000;
const ANSWER_LIMIT_MS = 10_000;
const READY_LIMIT_MS = 60_000;
const LAST_WORDS = 2_000;

/** Loaded first in every one of them: says what the process has used when asked, and nothing else. */
const METER = new URL('meter.ts', import.meta.url).href;

export type Program = {
  /** The file to run, from the root of the repository. */
  readonly path: string;
  /** What it finds, as JSON, in `process.argv[2]`; nothing when absent. */
  readonly terms?: unknown;
  /** All that it sees of the environment beside the bare necessities. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node's. */
  readonly flags?: readonly string[];
  /** Where it runs and where its output goes, to `<name>.log`. */
  readonly folder: string;
  readonly name: string;
  /** Not every program says when it is ready: `false` for those that are asked over HTTP. */
  readonly saysReady?: boolean;
};

export type Running = {
  readonly pid: number;
  /** The first message that it sent, null when it was not waited for. */
  readonly ready: unknown;
  /** The next message of its own; rejects when the process ends before. */
  readonly message: (limitMs?: number) => Promise<unknown>;
  readonly send: (message: object | string) => void;
  readonly usage: () => Promise<Usage>;
  /** As a power cut would. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Since the process began. */
export type Usage = { readonly cpuMs: number; readonly rssMb: number };

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export const startProgram = async (program: Program): Promise<Running> => {
  const log = join(program.folder, `${program.name}.log`);
  const output = openSync(log, 'a');
  const terms = program.terms === undefined ? [] : [JSON.stringify(program.terms)];
  const child = spawn(
    process.execPath,
    [...(program.flags ?? []), '--import', METER, join(ROOT, program.path), ...terms],
    {
      cwd: program.folder,
      env: { ...bareEnvironment(process.env), ...program.env },
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches us alone, and we end it in order.
      detached: true,
    },
  );
  closeSync(output);
  const lastResort = (): unknown => child.kill('SIGKILL');
  process.once('exit', lastResort);
  child.once('exit', () => process.off('exit', lastResort));

  const lines = mailOf(
    child,
    () => `${program.name} ended; its last words:\n${readFileSync(log, 'utf8').slice(-LAST_WORDS)}`,
  );
  const ready = program.saysReady === false ? null : await lines.next('message', READY_LIMIT_MS);
  return {
    pid: child.pid ?? 0,
    ready,
    message: (limitMs = READY_LIMIT_MS) => lines.next('message', limitMs),
    send: (message) => void child.send(message),
    usage: async () => {
      child.send({ meter: 'usage' });
      return usageOf(await lines.next('usage', ANSWER_LIMIT_MS));
    },
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
  };
};

type Mail = { readonly next: (kind: 'message' | 'usage', limitMs: number) => Promise<unknown> };

/** Messages wait for whoever asks for them; what the meter says is kept apart from what the program says. */
const mailOf = (child: ChildProcess, lastWords: () => string): Mail => {
  const kept = { message: [] as unknown[], usage: [] as unknown[] };
  const wake = new Set<() => void>();
  const tell = (): void => wake.forEach((each) => each());
  child.on('message', (message) => {
    kept[isMetered(message) ? 'usage' : 'message'].push(message);
    tell();
  });
  child.on('exit', tell);
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;

  return {
    next: async (kind, limitMs) => {
      const until = Date.now() + limitMs;
      while (kept[kind].length === 0) {
        if (isOver()) throw new Error(lastWords());
        const left = until - Date.now();
        if (left <= 0) throw new Error(`no ${kind} came within ${limitMs / 1000} s: ${lastWords()}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(go, left);
          function go(): void {
            clearTimeout(timer);
            wake.delete(go);
            resolve();
          }
          wake.add(go);
        });
      }
      return kept[kind].shift();
    },
  };
};

const isMetered = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'metered' in message;

const usageOf = (message: unknown): Usage => {
  if (typeof message === 'object' && message !== null && 'cpuMs' in message && 'rssMb' in message) {
    const { cpuMs, rssMb } = message;
    if (typeof cpuMs === 'number' && typeof rssMb === 'number') return { cpuMs, rssMb };
  }
  throw new Error('the meter answered something else');
};

const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const lastResort = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  child.kill(signal);
  await ended;
  clearTimeout(lastResort);
};
