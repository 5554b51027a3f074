import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, type Running, run, sees } from '../support/running.ts';
import { calls, DELETING, SENDING, UPDATING } from './edited.ts';

/** The app is killed while an edit, a deletion or an undo is on its way: each is done once all the same. */

type Sides = Awaited<ReturnType<typeof both>>;

/** The app in a process of its own, whose attempts end soon. */
const lives = ({ slack, folder, env }: Sides) => {
  const logPath = join(folder, 'app.log');
  const terms = { seed: 1, place: 0, attemptMs: 1200, leaseMs: 2500, stallMs: 0, without: null, clockMs: 0, end: null };
  let number = 0;
  let app: Running | null = null;
  return {
    async begin() {
      number += 1;
      const born = run(['test/torture/app-process.ts', JSON.stringify({ ...terms, number, logPath })], env);
      app = born;
      await sees(() => born.out().includes('up'), 'the app is up');
      const port = readFileSync(logPath, 'utf8')
        .match(/"port":\d+/g)
        ?.at(-1)
        ?.slice('"port":'.length);
      await slack.connect(`http://127.0.0.1:${port}/slack/events`);
      await sees(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200, 'the app is ready');
    },
    async kill() {
      app?.kill('SIGKILL');
      await app?.ended;
    },
  };
};

const opened = async () => {
  const sides = await both();
  const { slack, acquire } = sides;
  const app = lives(sides);
  await app.begin();
  const { id } = acquire.openCase(acquire.contact({ name: 'Jo Customer' }).id, { text: 'Hello' });
  const root = await sees(
    () => slack.messages(C.support).find((message) => message.user === U.app && message.thread_ts === message.ts)?.ts,
    'the thread',
  );
  const texts = (type: string): readonly string[] =>
    [...acquire.account.messages.values()]
      .filter((row) => row.caseId === id && row.type === type && row.sender.type === 'user')
      .map((row) => row.text);
  const says = (text: string): string => slack.say(U.anna, C.support, text, { threadTs: root }).ts;
  return { ...sides, app, texts, says };
};

const arrives = (look: () => readonly string[], wanted: readonly string[]) =>
  sees(() => look().join('|') === wanted.join('|'), `“${wanted.join('|')}”`);

test.each([
  ['done', 1],
  ['none', 2],
] as const)(
  'an edit on its way when the app is killed (effect: %s) is carried over once',
  async (effect, count) => {
    const { slack, acquire, app, texts, says } = await opened();
    const ts = says('tody');
    await arrives(() => texts('message'), ['tody']);
    acquire.faults.add({ ...UPDATING, effect, answer: 'hang', times: 1 });

    slack.edit(U.anna, C.support, ts, 'today');
    await sees(() => calls({ acquire }, UPDATING).length === 1, 'the call');
    await app.kill();
    await app.begin();
    says('Hello');

    await arrives(() => texts('message'), ['today', 'Hello']);
    expect(calls({ acquire }, UPDATING)).toHaveLength(count);
  },
  60_000,
);

test.each(['done', 'none'] as const)(
  'a deletion on its way when the app is killed (effect: %s) is done',
  async (effect) => {
    const { slack, acquire, app, texts, says } = await opened();
    const ts = says('oops');
    await arrives(() => texts('message'), ['oops']);
    acquire.faults.add({ ...DELETING, effect, answer: 'hang', times: 1 });

    slack.remove(U.anna, C.support, ts);
    await sees(() => calls({ acquire }, DELETING).length === 1, 'the call');
    await app.kill();
    await app.begin();
    says('Hello');

    await arrives(() => texts('message'), ['Hello']);
    const told = slack.thread(C.support, slack.messages(C.support)[0]?.ts ?? '').map(({ text }) => text);
    expect(told.join()).not.toContain('not carried over');
  },
  60_000,
);

test('a note that Acquire stored as a message is taken back also when the app was killed meanwhile', async () => {
  const { acquire, app, texts, says } = await opened();
  acquire.variants.storesAs = 'other-type';
  acquire.faults.add({ ...SENDING, effect: 'done', answer: 'hang', times: 1 });
  acquire.faults.add({ ...DELETING, effect: 'none', answer: 'hang', times: 1 });

  says('note: For us');
  await arrives(() => texts('message'), ['For us']);
  await app.kill();
  await app.begin();
  await sees(() => calls({ acquire }, DELETING).length === 1, 'the taking back');
  await app.kill();
  await app.begin();

  await arrives(() => texts('message'), []);
  expect(texts('note')).toEqual([]);
}, 60_000);
