import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { openStore } from '../../src/store/open.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, type Ended, run, sees, started } from '../support/running.ts';

type Env = Readonly<Record<string, string>>;

const data = (env: Env, ...words: readonly string[]): Promise<Ended> =>
  run(['src/cli.ts', 'data', ...words], env).ended;
const list = async (env: Env): Promise<string> => (await run(['src/cli.ts', 'deliveries', 'list'], env).ended).out;

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (whyNoPostgres() === null) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});

/** A conversation with one reply that is held, and the app that holds it, on the store given. */
const held = async (database: string | null) => {
  const given = await both();
  const env = database === null ? given.env : { ...given.env, DATABASE_URL: database };
  const { slack, acquire } = given;
  const app = run(['src/main.ts'], env);
  await started(app, slack);
  acquire.openCase(acquire.contact({ name: 'Jo Customer' }).id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  slack.say(U.anna, C.support, '@ben a secret', { threadTs: root });
  await sees(async () => (await list(env)).includes('1 held'), 'it is held');
  // The first message of the thread, and the customer's, which is shown in the channel too.
  const shown = slack.messages(C.support).length;
  return { ...given, env, app, root, shown };
};

type Held = Awaited<ReturnType<typeof held>>;

/** The app goes on with what was restored: the thread is known, what was held is sent, and nothing is there twice. */
const goesOn = async ({ slack, acquire, app, root, shown }: Held, env: Env): Promise<void> => {
  app.kill('SIGTERM');
  await app.ended;
  expect(await list(env)).toContain('1 held');
  const again = run(['src/main.ts'], env);
  await started(again, slack);
  const id = /held .* (\S+) · mention/.exec(await list(env))?.[1] ?? '';
  expect(await run(['src/cli.ts', 'deliveries', 'redrive', id], env).ended).toMatchObject({ code: 0 });
  slack.say(U.anna, C.support, 'On its way.', { threadTs: root });
  const texts = () => acquire.snapshot().messages.map(({ text }) => text);
  await sees(
    () => texts().includes('On its way.') && texts().some((text) => text.includes('a secret')),
    'both replies',
  );
  expect(texts().filter((text) => text === 'On its way.')).toHaveLength(1);
  expect(slack.messages(C.support)).toHaveLength(shown);
  again.kill('SIGTERM');
  await again.ended;
};

test('a copy taken while it runs, restored into another file, goes on where it was', { timeout: 90_000 }, async () => {
  const given = await held(null);
  const file = `${given.folder}/copy.jsonl`;

  const taken = await data(given.env, 'backup', file);
  const env = { ...given.env, DATABASE_URL: `sqlite:${given.folder}/restored.db` };
  const restored = await data(env, 'restore', file);

  expect(taken).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+ rows were written/) });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(restored).toMatchObject({ code: 0, out: `${Number.parseInt(taken.out)} rows were restored\n` });
  await goesOn(given, env);
});

test.skipIf(whyNoPostgres() !== null)(
  'a SQLite store moves to PostgreSQL by its copy, and back again',
  { timeout: 120_000 },
  async () => {
    const given = await held(null);
    const file = `${given.folder}/copy.jsonl`;
    const onServer = { ...given.env, DATABASE_URL: postgres?.url ?? '' };
    await data(given.env, 'backup', file);

    expect(await data(onServer, 'restore', file)).toMatchObject({ code: 0, err: '' });
    await goesOn(given, onServer);

    const back = `${given.folder}/back.jsonl`;
    expect(await data(onServer, 'backup', back)).toMatchObject({ code: 0, err: '' });
    const env = { ...given.env, DATABASE_URL: `sqlite:${given.folder}/back.db` };
    expect(await data(env, 'restore', back)).toMatchObject({ code: 0, err: '' });
    expect(await list(env)).toBe(await list(onServer));
    expect(await data(onServer, 'restore', back)).toMatchObject({
      code: 1,
      err: expect.stringContaining('something in it'),
    });
  },
);

test('a copy that is damaged, cut off, of another version or no copy at all is refused, and changes nothing', {
  timeout: 60_000,
}, async () => {
  const { env, folder, app } = await held(null);
  const file = `${folder}/copy.jsonl`;
  await data(env, 'backup', file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const broken: readonly [string, readonly string[]][] = [
    ['its end is missing', lines.slice(0, -1)],
    ['its end is missing', lines.toSpliced(3, 1)],
    ['is damaged', lines.toSpliced(2, 1, '{"table":"events')],
    ['was made with schema 99', ['{"casebridge":"backup","schema":99}', ...lines.slice(1)]],
    ['broken.jsonl is not one of casebridge', ['hello']],
  ];

  for (const [words, content] of broken) {
    writeFileSync(`${folder}/broken.jsonl`, `${content.join('\n')}\n`);
    const into = { ...env, DATABASE_URL: `sqlite:${folder}/new-${words.length}.db` };
    expect(await data(into, 'restore', `${folder}/broken.jsonl`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(words),
    });
  }
  expect(await data(env, 'restore', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('another casebridge is running'),
  });
  app.kill('SIGTERM');
  await app.ended;
  expect(await data(env, 'restore', file)).toMatchObject({ code: 1, err: expect.stringContaining('something in it') });
  expect(await data({ ...env, DATABASE_URL: `sqlite:${folder}/none.db` }, 'backup', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no such file'),
  });
  expect(await data(env, 'restore', `${folder}/nowhere.jsonl`)).toMatchObject({
    code: 1,
    err: `the backup ${folder}/nowhere.jsonl cannot be read: there is no such file\n`,
  });
});

test('a copy that cannot be made says what to do, leaves nothing behind, and takes no earlier one away', async () => {
  const { env, folder } = await both();
  const store = await openStore({ kind: 'sqlite', path: `${folder}/casebridge.db` });
  await store.deliveries.put([{ key: 'e', lane: 'a', payload: 'x'.repeat(100_000) }]);
  await store.close();
  await data(env, 'backup', `${folder}/one.jsonl`);
  const earlier = readFileSync(`${folder}/one.jsonl`, 'utf8');
  damage(`${folder}/casebridge.db`);
  mkdirSync(`${folder}/some`);

  const said = async (file: string): Promise<string> => (await data(env, 'backup', file)).err;
  expect(await said(`${folder}/one.jsonl`)).toMatch(/one\.jsonl cannot be written: it is there already, name another/u);
  expect(await said(`${folder}/some`)).toMatch(/some cannot be written: it is a folder, name a file\n$/u);
  expect(await said(`${folder}/none/two.jsonl`)).toMatch(/\(ENOENT\): name a file in a folder that exists\n$/u);
  expect(await said(`${folder}/two.jsonl`)).toMatch(/^the store .* is damaged/u);

  expect(readFileSync(`${folder}/one.jsonl`, 'utf8')).toBe(earlier);
  expect(readdirSync(folder).filter((name) => !name.startsWith('casebridge.db'))).toEqual(['one.jsonl', 'some']);
});

/** What the first pages say of the tables stays. */
const damage = (path: string): void => {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, bytes.length / 2));
};
