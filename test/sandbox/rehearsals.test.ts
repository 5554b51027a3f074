import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPage } from '../../src/sandbox/open-page.ts';
import { rehearsalNamed, rehearsals } from '../../src/sandbox/rehearsals/all.ts';
import type { Playing, Result, ShownStep } from '../../src/sandbox/rehearsals/play.ts';
import { playRehearsal } from '../../src/sandbox/rehearsals/play.ts';
import { createRehearsing } from '../../src/sandbox/rehearsals/rehearsing.ts';
import { differences } from '../../src/sandbox/rehearsals/verdict.ts';
import { C } from '../../src/sandbox/slack/seed.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { setStage } from '../../src/sandbox/stage.ts';

/** Rehearsals come true on the app as it is, and fail where something is lost or doubled. The long ones: `--rehearse all`. */

const MAIN = fileURLToPath(new URL('../../src/sandbox/main.ts', import.meta.url));
const IN_HASTE = fileURLToPath(new URL('app-in-haste.ts', import.meta.url));
const WITHOUT_LOOKUP = fileURLToPath(new URL('app-without-lookup.ts', import.meta.url));

const options = { inherited: process.env, socketMode: false, messageWebhooks: false, keep: null };

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(options);
}, 60_000);
afterAll(() => stage.stop());

/** Another app between two simulators of its own. */
async function stageWith(entry: string): Promise<Stage> {
  const other = await setStage({ ...options, entry });
  onTestFinished(() => other.stop());
  return other;
}

async function play(on: Stage, id: string, playing: Playing = {}): Promise<Result> {
  const rehearsal = rehearsalNamed(id);
  if (rehearsal === undefined) throw new Error(`there is no ${id}`);
  return playRehearsal(on, rehearsal, playing);
}

const TRUE: Partial<Result> = { ok: true, findings: [] };

describe('a rehearsal', () => {
  test('comes true on the app as it is, one after another on one stage', { timeout: 120_000 }, async () => {
    for (const id of ['acquire-down', 'events-doubled', 'events-reordered', 'refused-and-retried'])
      expect({ id, ...(await play(stage, id)) }).toMatchObject({ id, ...TRUE });
    expect(stage.faults.active()).toEqual([]);
  });

  test('finds a copy that stands in the thread', { timeout: 60_000 }, async () => {
    const rehearsed = await play(stage, 'events-doubled', {
      onStep: ({ title, state }) => {
        if (title.startsWith('A customer writes') && state === 'true') copyLastPost();
      },
    });

    expect(rehearsed).toMatchObject({ ok: false, verdict: 'Something is wrong' });
    expect(rehearsed.findings).toEqual([
      expect.stringMatching(/^Rhea \d+: in the thread, “How do I return it\?” is there 2 times, not 1$/),
    ]);
  });

  test('says which step did not come true, and switches its faults off', { timeout: 60_000 }, async () => {
    const stop = new AbortController();
    const steps: ShownStep[] = [];
    const rehearsed = await play(stage, 'acquire-down', {
      signal: stop.signal,
      onStep: (step) => {
        steps.push(step);
        if (step.title.startsWith('Acquire is down')) stop.abort();
      },
    });

    expect(rehearsed).toMatchObject({ ok: false, verdict: 'Not shown: it was stopped' });
    expect(steps.at(-1)).toMatchObject({ state: 'false', seen: ['it was stopped'] });
    expect(stage.faults.active()).toEqual([]);
  });

  test('fails when the look-up of unknown outcomes is taken out of the app', { timeout: 60_000 }, async () => {
    const { ok, findings } = await play(await stageWith(WITHOUT_LOOKUP), 'slack-silent');

    expect(ok).toBe(false);
    expect(findings).toEqual(['Rhea 1000: in the thread, “Yes” is there 3 times, not 2']);
  });

  test('asks the authors of what nobody can tell, who decide', { timeout: 60_000 }, async () => {
    const steps: ShownStep[] = [];
    const rehearsed = await play(await stageWith(IN_HASTE), 'nobody-knows', { onStep: (step) => steps.push(step) });

    expect(rehearsed).toMatchObject(TRUE);
    const seen = steps.flatMap((step) => step.seen).find((words) => words.startsWith('each was sent once'));
    expect(seen).toContain('unknown: whether the mail went out cannot be seen');
    expect(seen).toContain('unknown: whether the text message went out cannot be seen');
  });

  test('fails on an app that sends a mail again by itself', { timeout: 60_000 }, async () => {
    const { ok, verdict } = await play(await stageWith(WITHOUT_LOOKUP), 'nobody-knows');

    expect(ok).toBe(false);
    // Of the mail, and perhaps of the text message as well by then.
    expect(verdict).toMatch(/^Not shown: expected one try of each, saw [34] tries, without anybody’s word$/);
  });

  test('comes true with it, on the very app that it was taken out of', { timeout: 60_000 }, async () => {
    expect(await play(await stageWith(IN_HASTE), 'slack-silent')).toMatchObject(TRUE);
  });
});

/** By hand, with the app's own token: as an app would that does not know that it has posted. */
function copyLastPost(): void {
  const { slack } = stage;
  const root = slack.messages(C.support).findLast(({ thread_ts, ts }) => thread_ts === ts);
  const { username = '', text = '' } = slack.thread(C.support, root?.ts ?? '').at(-1) ?? {};
  void fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.workspace.app.botToken}` },
    body: new URLSearchParams({ channel: C.support, thread_ts: root?.ts ?? '', username, text }),
  });
}

test('the page plays one rehearsal at a time, and keeps its steps and its verdict', { timeout: 60_000 }, async () => {
  let told = 0;
  const rehearsing = createRehearsing(stage, () => {
    told += 1;
  });

  await rehearsing.begin('deleted-while-waiting');
  await expect(rehearsing.begin('slow')).rejects.toThrow('another rehearsal is being played');
  await expect(rehearsing.begin('no such thing')).rejects.toThrow('there is no rehearsal');
  expect(rehearsing.state()).toMatchObject({ playing: 'deleted-while-waiting', played: 'deleted-while-waiting' });
  await expect.poll(() => rehearsing.state().playing, { timeout: 30_000 }).toBeNull();

  const { all, steps } = rehearsing.state();
  expect(all.find(({ id }) => id === 'deleted-while-waiting')?.last).toMatchObject(TRUE);
  expect(steps.map(({ state }) => state)).toEqual(steps.map(() => 'true'));
  expect(told).toBeGreaterThan(steps.length);
});

test('a page that is closed ends its rehearsal and the faults of it', { timeout: 60_000 }, async () => {
  const page = await openPage(stage, 0);
  const { origin } = new URL(page.url);
  const asked = await fetch(new URL('/act', origin), {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'rehearse', rehearsal: 'acquire-down' }),
  });
  expect(await asked.json()).toMatchObject({ ok: true });
  await expect.poll(() => stage.faults.active(), { timeout: 15_000 }).toEqual(['acquire_down']);

  await page.close();

  expect(stage.faults.active()).toEqual([]);
});

describe('the verdict', () => {
  test.each([
    [['a', 'b', 'b'], ['a', 'b', 'b'], []],
    [['a', 'b'], ['a'], ['“b” is lost (0 of 1)']],
    [['b', 'b'], ['b'], ['“b” is lost (1 of 2)']],
    [['a'], ['a', 'a'], ['“a” is there 2 times, not 1']],
    [['a', 'b'], ['b', 'a'], ['out of order from “a” on, where “b” stands']],
    [['a'], ['a', 'c'], ['“c” should not be there']],
    [[], [], []],
  ])('on %j, where %j is seen, is %j', (expected, seen, found) => {
    expect(differences(expected, seen).map(({ words }) => words)).toEqual(found);
  });
});

describe('on the terminal', () => {
  const sandbox = (...given: string[]) => spawnSync(process.execPath, [MAIN, ...given], { encoding: 'utf8' });

  test('a rehearsal prints its steps and its verdict, over Socket Mode too, and ends with 0', {
    timeout: 60_000,
  }, () => {
    const { stdout, status } = sandbox('--rehearse', 'refused-and-retried');

    expect(stdout).toMatch(/^ {2}✓ The reply is refused: it is a dead letter: .*HTTP 422/m);
    expect(stdout).toMatch(
      /^✓ 1 message of customers and 1 reply exactly once and in order, in one thread; nothing is owed/m,
    );
    expect(stdout).not.toContain('✗');
    expect(status).toBe(0);
  });

  test('an unknown name is answered in one line with those there are', () => {
    const { stderr, status } = sandbox('--rehearse', 'earthquake');

    expect(stderr).toMatch(/^there is no rehearsal earthquake; there are: all, slack-down, [\w\s,-]+\n$/);
    expect(status).toBe(2);
  });

  test('the help names every rehearsal and how long it takes', () => {
    const { stdout, status } = sandbox('--help');

    for (const { id, seconds } of rehearsals())
      expect(stdout).toMatch(new RegExp(`^ +${id} .*about ${seconds} s`, 'm'));
    expect(status).toBe(0);
  });

  test('demo and rehearsal at once are refused', () => {
    const { stderr, status } = sandbox('--demo', '--rehearse', 'all');

    expect(stderr).toContain('choose one of --demo and --rehearse');
    expect(status).toBe(2);
  });
});
