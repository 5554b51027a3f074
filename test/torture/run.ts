import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { checkCases } from './check-cases.ts';
import { checkThreads } from './check-threads.ts';
import { decideHeld } from './decide.ts';
import { gather } from './evidence.ts';
import { type Findings, noFindings } from './findings.ts';
import type { Deaths } from './lives.ts';
import { createPeople, type People } from './people.ts';
import type { Terms } from './terms.ts';
import { createWeather, type Weather } from './weather.ts';
import { createWorld, type World } from './world.ts';

/** One run: everything at once goes wrong for a while, then nothing any more, and everybody looks at what is there. */

export type Outcome = {
  readonly terms: Terms;
  readonly deaths: Deaths;
  readonly faults: ReadonlyMap<string, number>;
  readonly findings: Findings;
  /** Written by members, and standing in the cases for threads. */
  readonly said: number;
  readonly seconds: number;
  /** Kept when something was found. */
  readonly folder: string | null;
};

const LOOKS_EVERY_MS = 500;
const PROGRESS_EVERY_MS = 5000;
const LIVES_ON = 0.25;
/** The last part of the storm is for what waits by then: it would meet no more faults afterwards. */
const LISTENS = 0.25;
const ALL = 1_000_000;

export const run = async (terms: Terms, tell: (line: string) => void): Promise<Outcome> => {
  const began = Date.now();
  const world = await createWorld(terms);
  const people = createPeople(world);
  const weather = createWeather(world);
  const parts: Parts = { world, people, weather };
  const progress = setInterval(() => void progressOf(parts, began).then(tell, () => undefined), PROGRESS_EVERY_MS);
  try {
    await people.arrive();
    const until = Date.now() + terms.chaosMs;
    const lastWord = until - terms.chaosMs * LISTENS;
    await Promise.all([people.write(lastWord), weather.storm(until), dieAndLive(world, until)]);
    await world.lives.kill();
    await world.lives.live();
    const findings = await patientLook(parts);
    for (const code of await world.lives.stop()) {
      if (code !== 0) findings.wrong.push({ kind: 'stuck', what: `the app ended with exit code ${code}` });
    }
    for (const what of world.lives.deaths.fell) findings.wrong.push({ kind: 'stuck', what });
    const isClean = findings.wrong.length === 0;
    // Nobody needs what a clean run has left behind.
    if (isClean) await rm(world.folder, { recursive: true, force: true });
    const { deaths } = world.lives;
    return {
      terms,
      deaths,
      faults: weather.counts,
      findings,
      said: people.said.length,
      seconds: (Date.now() - began) / 1000,
      folder: isClean ? null : world.folder,
    };
  } finally {
    clearInterval(progress);
    await world.close();
  }
};

/** Dies again and again, and lives through the last part of the storm, for some things only happen to who is there. */
const dieAndLive = async ({ lives, terms }: World, until: number): Promise<void> => {
  await lives.torment(until - terms.chaosMs * LIVES_ON);
  await lives.live();
};

type Parts = { readonly world: World; readonly people: People; readonly weather: Weather };

/** Looks until all is well, or so wrong that waiting does not mend it, or patience ends. */
const patientLook = async (parts: Parts): Promise<Findings> => {
  const { world } = parts;
  const { terms } = world;
  const until = Date.now() + terms.patienceMs;
  // Nothing that began in the storm takes effect later than this.
  await pause(terms.lateMs + terms.staleMs);
  let hasDecided = false;
  for (;;) {
    await pause(LOOKS_EVERY_MS);
    const isOver = Date.now() >= until;
    const waiting = await waitingIn(world);
    if (waiting !== '' && !isOver) continue;
    if (!hasDecided && !isOver) {
      hasDecided = true;
      await decideHeld(world);
      await pause(LOOKS_EVERY_MS);
      continue;
    }
    const findings = await look(parts);
    if (waiting !== '') findings.wrong.push({ kind: 'stuck', what: waiting });
    // What is lost may be found yet; everything else stays wrong.
    if (isOver || findings.wrong.length === 0 || findings.wrong.some(({ kind }) => kind !== 'lost')) return findings;
  }
};

/** What is still on its way, in words; empty when nothing is. */
const waitingIn = async ({ slack, books }: World): Promise<string> => {
  const { events, deliveries } = await books.counts();
  const told = slack.deliveries.filter(({ state }) => state === 'pending').length;
  if (events.owed + deliveries.owed + told === 0) return '';
  return `${events.owed} events and ${deliveries.owed} deliveries are owed, ${told} events of Slack are on their way`;
};

const look = async ({ world, people }: Parts): Promise<Findings> => {
  const findings = noFindings();
  const deliveries = await world.books.list({ limit: ALL });
  const evidence = gather(world, { said: people.said, threads: people.threads, deliveries });
  const check = { world, evidence, terms: world.terms, findings };
  checkCases(check);
  checkThreads(check);
  const { events } = await world.books.counts();
  if (events.dead > 0) findings.wrong.push({ kind: 'stuck', what: `${events.dead} events were set aside` });
  return findings;
};

const progressOf = async ({ world, people }: Parts, began: number): Promise<string> => {
  const { deaths } = world.lives;
  const counts = await world.books.counts();
  const rows = world.acquire.account.messages.size;
  return [
    `seed ${world.terms.seed} · ${Math.round((Date.now() - began) / 1000)} s`,
    `${people.said.length} said, ${rows} rows`,
    `${deaths.kills + deaths.crashes} kills, ${deaths.freezes} freezes`,
    `${counts.events.owed} events and ${counts.deliveries.owed} deliveries owed`,
  ].join(' · ');
};
