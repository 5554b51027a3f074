import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Chance, chanceOf } from './chance.ts';
import { type End, FROZEN, GAPS, type Life } from './life.ts';
import type { Terms } from './terms.ts';

/** The lives of the app: begun, ended without warning, frozen, begun again on the same store. */

export type Deaths = { kills: number; crashes: number; freezes: number; readonly fell: string[] };

export type Lives = {
  readonly deaths: Deaths;
  /** One life that nothing ends; resolves when events are taken in. */
  live(): Promise<void>;
  /** Ends the life there is and many more, until that moment. */
  torment(until: number): Promise<void>;
  kill(): Promise<void>;
  /** As an operator would; resolves to the exit code. */
  stop(): Promise<number | null>;
};

export type Dwelling = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockMs: number;
};

const ENTRY = fileURLToPath(new URL('app-process.ts', import.meta.url));
/** Every so many lives one is frozen, from without and from within in turn. */
const FREEZES_EVERY = 6;
const CRASHES = 0.55;
/** A gap is reached at most so often before it strikes. */
const FARTHEST = 60;
const DOWN_MS = 700;
const STOPS_MS = 12_000;

export const createLives = (terms: Terms, { folder, environment, clockMs }: Dwelling): Lives => {
  const chance = chanceOf(terms.seed, 'lives');
  const deaths: Deaths = { kills: 0, crashes: 0, freezes: 0, fell: [] };
  const errors = openSync(join(folder, 'errors.log'), 'a');
  let number = 0;
  let child: ChildProcess | null = null;

  const begin = (end: End): ChildProcess => {
    number += 1;
    const { seed, attemptMs, leaseMs, stallMs, without } = terms;
    const life: Life = {
      seed,
      number,
      attemptMs,
      leaseMs,
      stallMs,
      without,
      clockMs,
      end,
      logPath: join(folder, 'app.log'),
    };
    const born = spawn(process.execPath, [ENTRY, JSON.stringify(life)], {
      cwd: folder,
      env: environment,
      stdio: ['pipe', 'pipe', errors],
    });
    child = born;
    born.once('exit', (code, signal) => {
      if (child === born) child = null;
      if (signal === null && code !== 0) deaths.fell.push(`life ${number} of the app ended with exit code ${code}`);
    });
    return born;
  };

  const freeze = async (frozen: ChildProcess): Promise<void> => {
    deaths.freezes += 1;
    await pause(chance.between(1.05, 1.3) * terms.leaseMs);
    frozen.kill('SIGCONT');
  };

  /** From a birth to a death. */
  const oneLife = async (until: number): Promise<void> => {
    const freezes = (number + 1) % FREEZES_EVERY === 2;
    const end = chance.hits(CRASHES) ? endOf(chance, freezes ? 'SIGSTOP' : 'SIGKILL') : null;
    const born = begin(end);
    const gone = once(born, 'exit');
    const thaws: Promise<void>[] = [];
    linesOf(born).on('line', (line) => line === FROZEN && thaws.push(freeze(born)));
    await Promise.race([gone, pause(Math.min(chance.between(0.2, 1) * terms.lifeMs, Math.max(0, until - Date.now())))]);
    if (freezes && end === null && born.exitCode === null && born.kill('SIGSTOP')) await freeze(born);
    await Promise.all(thaws);
    // What it was about to do when it was frozen is what is looked for: it is given a moment.
    if (freezes) await Promise.race([gone, pause(terms.stallMs * 2)]);
    if (born.exitCode === null && born.signalCode === null && born.kill('SIGKILL')) deaths.kills += 1;
    else if (born.signalCode !== null) deaths.crashes += 1;
    await gone;
  };

  return {
    deaths,
    async live() {
      const born = begin(null);
      const gone = once(born, 'exit');
      const up = once(linesOf(born), 'line');
      await Promise.race([up, gone.then(() => Promise.reject(new Error('the app did not start: see errors.log')))]);
    },
    async torment(until) {
      await this.kill();
      while (Date.now() < until) {
        await oneLife(until);
        await pause(chance.between(0, DOWN_MS));
      }
    },
    async kill() {
      if (child === null) return;
      const gone = once(child, 'exit');
      if (child.kill('SIGKILL')) deaths.kills += 1;
      await gone;
    },
    async stop() {
      const last = child;
      if (last === null) return null;
      const gone = once(last, 'exit');
      last.kill('SIGTERM');
      const lastResort = setTimeout(() => last.kill('SIGKILL'), STOPS_MS);
      await gone;
      clearTimeout(lastResort);
      return last.exitCode;
    },
  };
};

const endOf = (chance: Chance, by: 'SIGKILL' | 'SIGSTOP'): End => ({
  gap: chance.pick(GAPS),
  nth: chance.whole(1, FARTHEST),
  by,
});

const linesOf = (born: ChildProcess) => {
  if (born.stdout === null) throw new Error('the app has no pipe to speak on');
  return createInterface({ input: born.stdout });
};
