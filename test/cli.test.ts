import { expect, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../src/sandbox/slack/seed.ts';
import { both, type Ended, run, sees, started } from './support/running.ts';

const Listed = z.array(z.object({ id: z.string(), does: z.string() }));
const APP = ['src/main.ts'];

const deliveries = (env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ended> =>
  run(['src/cli.ts', 'deliveries', ...words], env).ended;

test.each([
  [[], 'usage: npm run deliveries'],
  [['frobnicate'], '“frobnicate” is not a command'],
  [['list', 'everything'], '“everything” is not a state'],
  [['list', '--loud'], 'usage: npm run deliveries'],
  [['show'], 'say which delivery'],
  [['redrive'], 'say which delivery'],
])('deliveries %j is told how it is used', async (words, expected) => {
  const { env } = await both();
  const app = run(APP, env);
  await started(app);

  const { code, err } = await deliveries(env, ...words);

  expect(code).toBe(2);
  expect(err).toContain(expected);
  expect(err).not.toMatch(/\n\s+at /u);
});

test('a store that is not there is said to be missing', async () => {
  const { env, folder } = await both();

  const { code, err } = await deliveries({ DATABASE_URL: `sqlite:${folder}/nothing.db` }, 'list');

  expect(code).toBe(1);
  expect(err).toContain('there is no such file');
  expect(await deliveries({ ...env, DATABASE_URL: 'mysql://x' }, 'list')).toMatchObject({ code: 78 });
});

test('what is held is listed, shown, dropped and sent again, and no text of it is shown', {
  timeout: 60_000,
}, async () => {
  const { env, slack, acquire } = await both();
  const app = run(APP, env);
  await started(app, slack);
  const jo = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  acquire.openCase(jo.id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  const say = (text: string) => slack.say(U.anna, C.support, text, { threadTs: root });
  say('@ben one secret');
  say('@ben two secret');
  const held = async () =>
    Listed.parse(JSON.parse((await deliveries(env, 'list', 'held', '--json')).out)).toSorted((a, b) =>
      a.id.localeCompare(b.id),
    );
  const [first, second] = await sees(async () => ((list) => list.length === 2 && list)(await held()), 'both held');

  const listed = await deliveries(env, 'list');
  expect(listed.out).toContain('2 held');
  const shown = await deliveries(env, 'show', first?.id ?? '');
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.out).toContain('mention');
  expect(await deliveries(env, 'redrive', first?.id ?? '')).toMatchObject({ code: 0 });
  expect(await deliveries(env, 'drop', second?.id ?? '')).toMatchObject({ code: 0 });

  await sees(() => acquire.snapshot().messages.some((row) => row.text.includes('one secret')), 'what was sent again');
  expect((await deliveries(env, 'list', 'dropped')).out).toMatch(/^dropped /mu);
  expect((await deliveries(env, 'list', 'dropped')).out).not.toContain('tries');
  const again = await deliveries(env, 'redrive', first?.id ?? '');
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('only held, dead and unknown ones') });
  expect(await deliveries(env, 'show', 'nobody')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no delivery nobody'),
  });
  expect(listed.out + shown.out).not.toContain('secret');
  expect(acquire.snapshot().messages.some((row) => row.text.includes('two secret'))).toBe(false);

  app.kill('SIGTERM');
  await app.ended;
  const stopped = await deliveries(env, 'drop', first?.id ?? '');
  expect(stopped).toMatchObject({ code: 1, err: expect.stringContaining('does not run on this store now') });
  expect(await deliveries(env, 'list')).toMatchObject({ code: 0 });
});

test('watch shows every change until it is stopped', async () => {
  const { env, slack, acquire } = await both();
  await started(run(APP, env), slack);
  const watch = run(['src/cli.ts', 'deliveries', 'watch'], env);
  await sees(() => watch.out().includes('0 held'), 'the first look');

  const jo = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  acquire.openCase(jo.id, { text: 'Where is my parcel?' });

  await sees(() => /[1-9]\d* delivered/u.test(watch.out()), 'the change');
  watch.kill('SIGTERM');
  expect((await watch.ended).err).toBe('');
});
