import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Chance, chanceOf } from './chance.ts';
import { type End, FROZEN, GAPS, type Life } from './life.ts';
import type { Terms } from './terms.ts';

/** The lives of the app: begun, ended without warning, frozen, begun again on the same store. */

export type Deaths = { kills: number; crashes: number; freezes: number; readonly fell: string[] };

export type Lives = {
  readonly deaths: Deaths;
  /** A life of each process that nothing ends; resolves when events are taken in. */
  live(): Promise<void>;
  /** Ends the lives there are and many more, until that moment. */
  torment(until: number): Promise<void>;
  kill(): Promise<void>;
  /** As an operator would; resolves to the exit codes. */
  stop(): Promise<readonly (number | null)[]>;
};

/** Where a process of the app is at home. */
export type Dwelling = {
  readonly place: number;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockMs: number;
  /** Whether the app may have failed to start in that time. */
  readonly mayFail: (since: number) => boolean;
};

const ENTRY = fileURLToPath(new URL('app-process.ts', import.meta.url));
/** Every so many lives one is frozen, from without and from within in turn. */
const FREEZES_EVERY = 4;
const CRASHES = 0.7;
/** Between the effect and its record, and between the record of an attempt and the effect, most can go wrong. */
const STRUCK_MORE: readonly (typeof GAPS)[number][] = ['performed', 'performed', 'performed', 'opened'];
/** A gap is reached at most so often before it strikes. */
const FARTHEST = 40;
const DOWN_MS = 700;
const STOPS_MS = 12_000;

export const createLives = (terms: Terms, dwellings: readonly Dwelling[]): Lives => {
  const deaths: Deaths = { kills: 0, crashes: 0, freezes: 0, fell: [] };
  const processes = dwellings.map((dwelling) => createProcess(terms, dwelling, deaths));
  return {
    deaths,
    async live() {
      await Promise.all(processes.map((one) => one.live()));
    },
    async torment(until) {
      await Promise.all(processes.map((one) => one.torment(until)));
    },
    async kill() {
      await Promise.all(processes.map((one) => one.kill()));
    },
    stop: () => Promise.all(processes.map((one) => one.stop())),
  };
};

const createProcess = (terms: Terms, dwelling: Dwelling, deaths: Deaths) => {
  const { place, folder, environment, clockMs } = dwelling;
  const chance = chanceOf(terms.seed, `lives ${place}`);
  const errors = openSync(join(folder, 'errors.log'), 'a');
  let number = 0;
  let child: ChildProcess | null = null;

  const begin = (end: End): { readonly born: ChildProcess; readonly lines: Interface } => {
    number += 1;
    const { seed, attemptMs, leaseMs, stallMs, without } = terms;
    const logPath = join(folder, `app-${place}.log`);
    const life: Life = { seed, place, number, attemptMs, leaseMs, stallMs, without, clockMs, end, logPath };
    const born = spawn(process.execPath, [ENTRY, JSON.stringify(life)], {
      cwd: folder,
      env: environment,
      stdio: ['pipe', 'pipe', errors],
    });
    child = born;
    const lines = linesOf(born);
    const name = `life ${number} of process ${place}`;
    const bornAt = Date.now();
    let isUp = false;
    lines.once('line', () => (isUp = true));
    born.once('exit', (code, signal) => {
      if (child === born) child = null;
      if (signal !== null || code === 0 || (!isUp && dwelling.mayFail(bornAt))) return;
      deaths.fell.push(`${name} ended with exit code ${code}`);
    });
    return { born, lines };
  };

  const freeze = async (frozen: ChildProcess): Promise<void> => {
    deaths.freezes += 1;
    await pause(chance.between(1.05, 1.3) * terms.leaseMs);
    frozen.kill('SIGCONT');
  };

  /** From a birth to a death. */
  const oneLife = async (until: number): Promise<void> => {
    const freezes = (number + 1 + place) % FREEZES_EVERY === 0;
    const end = chance.hits(CRASHES) ? endOf(chance, freezes ? 'SIGSTOP' : 'SIGKILL') : null;
    const { born, lines } = begin(end);
    const gone = once(born, 'exit');
    const thaws: Promise<void>[] = [];
    lines.on('line', (line) => line === FROZEN && thaws.push(freeze(born)));
    await Promise.race([gone, pause(Math.min(chance.between(0.2, 1) * terms.lifeMs, Math.max(0, until - Date.now())))]);
    // In its gap, or wherever it is.
    if (freezes && thaws.length === 0 && born.exitCode === null && born.kill('SIGSTOP')) thaws.push(freeze(born));
    await Promise.all(thaws);
    // What it was about to do when it was frozen is what is looked for: it is given a moment.
    if (freezes) await Promise.race([gone, pause(terms.stallMs * 2)]);
    if (born.exitCode === null && born.signalCode === null && born.kill('SIGKILL')) deaths.kills += 1;
    else if (born.signalCode !== null) deaths.crashes += 1;
    await gone;
  };

  const kill = async (): Promise<void> => {
    if (child === null) return;
    const gone = once(child, 'exit');
    if (child.kill('SIGKILL')) deaths.kills += 1;
    await gone;
  };

  return {
    kill,
    async live() {
      for (;;) {
        const bornAt = Date.now();
        const { born, lines } = begin(null);
        const gone = once(born, 'exit').then(() => false);
        if (await Promise.race([once(lines, 'line').then(() => true), gone])) return;
        if (!dwelling.mayFail(bornAt)) throw new Error('the app did not start: see errors.log');
        await pause(DOWN_MS);
      }
    },
    async torment(until: number) {
      await kill();
      while (Date.now() < until) {
        await oneLife(until);
        await pause(chance.between(0, DOWN_MS));
      }
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
  gap: chance.pick([...GAPS, ...STRUCK_MORE]),
  nth: chance.whole(1, FARTHEST),
  by,
});

const linesOf = ({ stdout }: ChildProcess): Interface => {
  if (stdout === null) throw new Error('the app has no pipe to speak on');
  return createInterface({ input: stdout });
};
