import { setTimeout as pause } from 'node:timers/promises';
import { heard, quoted, said, Unseen, until } from '../sights.ts';
import { C } from '../slack/seed.ts';
import type { Stage } from '../stage.ts';
import type { Play, Rehearsal } from './rehearsal.ts';
import { beginTalk, type Channel, type Talk } from './talk.ts';
import { findings, inWords, openOf } from './verdict.ts';

/** Plays a rehearsal on a stage: steps, the end of all faults, calm, and the verdict. */

/** Time for a second copy to turn up, and for the watcher to tell the last. */
const CALM_MS = 1_500;
const CALM_LIMIT_MS = 60_000;
const LOOK_MS = 50;

export interface ShownStep {
  readonly title: string;
  readonly waits: string;
  readonly began: number;
  /** Null while it is under way. */
  readonly ms: number | null;
  readonly state: 'playing' | 'true' | 'false';
  /** What was seen; or what was expected and what was seen instead. */
  readonly seen: readonly string[];
}

export interface Result {
  readonly ok: boolean;
  readonly ms: number;
  /** One line: what was shown, or that it was not. */
  readonly verdict: string;
  readonly findings: readonly string[];
}

export interface Playing {
  /** After every change of a step, the last one of them. */
  readonly onStep?: (step: ShownStep) => void;
  readonly signal?: AbortSignal;
}

export async function playRehearsal(stage: Stage, rehearsal: Rehearsal, playing: Playing = {}): Promise<Result> {
  const began = performance.now();
  const talks: Talk[] = [];
  const result = (ok: boolean, verdict: string, found: readonly string[] = []): Result => ({
    ok,
    verdict,
    findings: found,
    ms: Math.round(performance.now() - began),
  });
  const play = createPlay(stage, talks, playing);
  try {
    if (stage.faults.active().length > 0) await play.step('Faults that were on are switched off', () => healed(stage));
    await rehearsal.play(play);
    if (stage.faults.active().length > 0) await play.step('All faults end', () => healed(stage));
    await play.step('Everything calms down', () => calm(stage, talks), 'until nothing is owed, and a little longer');
    const found = talks.flatMap((talk) => findings(stage, talk)).map(({ words }) => words);
    return found.length === 0 ? result(true, inWords(talks)) : result(false, 'Something is wrong', found);
  } catch (error) {
    return result(false, `Not shown: ${wordsOf(error)}`, await leftover(stage));
  } finally {
    for (const talk of talks) talk.close();
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : 'it failed');

/** A script that broke off leaves nothing broken behind; what cannot be mended is said. */
async function leftover({ faults }: Stage): Promise<readonly string[]> {
  try {
    await faults.clear();
    return [];
  } catch (error) {
    return [`a fault could not be switched off: ${wordsOf(error)}`];
  }
}

async function healed({ faults }: Stage): Promise<string> {
  const names = faults.list().filter(({ on }) => on);
  await faults.clear();
  return names.map(({ side, name }) => `${side}: ${name.toLowerCase()}`).join(', ');
}

/** Waits for all that may still come, and for a while in which nothing does; whether it is right is for the verdict. */
async function calm(stage: Stage, talks: readonly Talk[]): Promise<string> {
  const mayPass = (): boolean => talks.flatMap((talk) => findings(stage, talk)).some((finding) => finding.mayPass);
  const deadline = Date.now() + CALM_LIMIT_MS;
  let calmSince = Date.now();
  while (Date.now() < deadline && Date.now() - calmSince < CALM_MS) {
    await pause(LOOK_MS);
    if (mayPass()) calmSince = Date.now();
  }
  const { length } = talks.flatMap((talk) => openOf(stage, talk));
  return length === 0 ? 'nothing is owed' : `${length} are open`;
}

function createPlay(stage: Stage, talks: Talk[], { onStep = () => undefined, signal }: Playing): Play {
  const step: Play['step'] = async (title, act, waits = title) => {
    const began = Date.now();
    const tell = (state: ShownStep['state'], seen: readonly string[]): void =>
      onStep({ title, waits, began, ms: state === 'playing' ? null : Date.now() - began, state, seen });
    tell('playing', []);
    try {
      tell('true', [await unlessStopped(act, signal)]);
    } catch (error) {
      tell('false', complaint(error));
      throw error;
    }
  };
  const begin = (text: string, channel?: Channel): Talk => {
    const talk = beginTalk(stage, text, channel);
    talks.push(talk);
    return talk;
  };
  return {
    stage,
    step,
    begin,
    open: async (text, channel) => {
      const talk = begin(text, channel);
      await step('A customer writes, and a thread starts', () => seesInThread(stage, talk, [text]));
      return talk;
    },
    fault: (id, on) => stage.faults.set(id, on),
  };
}

async function unlessStopped(act: () => Promise<string> | string, signal: AbortSignal | undefined): Promise<string> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Error('it was stopped'));
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    return await Promise.race([stopped, Promise.resolve().then(act)]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

const complaint = (error: unknown): string[] =>
  error instanceof Unseen ? [`expected: ${error.expected}`, `seen:     ${error.seen}`] : [wordsOf(error)];

/** Waits until the thread of a conversation shows these of the customer. */
export async function seesInThread(stage: Stage, talk: Talk, texts: readonly string[]): Promise<string> {
  await until(
    () => texts.every((text) => talk.shown().inThread.includes(text)),
    () => `${quoted(texts)} in the thread of ${talk.customer}`,
    () =>
      talk
        .roots()
        .map(({ ts }) => said(stage.slack.thread(C.support, ts)))
        .join(' and ') || 'no thread',
  );
  return `the thread of ${talk.customer} shows ${quoted(texts)}`;
}

/** Waits until the customer has these, and the replies say so. */
export async function seesDelivered(stage: Stage, talk: Talk, texts: readonly string[]): Promise<string> {
  const has = (): readonly string[] => talk.shown().atCustomer;
  const isMarked = (): boolean => talk.replies().every((reply) => talk.marksOn(reply).includes('white_check_mark'));
  await until(
    () => texts.every((text) => has().includes(text)) && isMarked(),
    () => `${quoted(texts)} at the customer’s, each reply with :white_check_mark:`,
    () => quoted(has()) || heard(stage.acquire.account.messagesByCase.get(talk.kase.id) ?? []),
  );
  return `the customer has ${quoted(texts)}`;
}
