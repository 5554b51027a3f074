import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, type Running, run, sees, started } from '../support/running.ts';
import { balance } from './balancer.ts';

const reason = whyNoPostgres();

describe.skipIf(reason !== null)(`three processes on one PostgreSQL${reason === null ? '' : ` (${reason})`}`, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test('carry every message once and in order, while one after another is killed and frozen', async () => {
    const { slack, acquire, env } = await both();
    const settings = { ...env, DATABASE_URL: postgres.url, ACQUIRE_WEBHOOK_SECRET: SECRET };
    const apps = new Map<number, { app: Running; url: string }>();
    const launch = async (place: number): Promise<void> => {
      const app = run(['src/main.ts'], settings);
      apps.set(place, { app, url: await started(app) });
    };
    await launch(0);
    await Promise.all([launch(1), launch(2)]);
    const front = await balance(() => [...apps.values()].map(({ url }) => url));
    await slack.connect(`${front}/slack/events`);
    acquire.setWebhook({ url: `${front}/webhooks/acquire`, secret: SECRET });
    const cases = [1, 2, 3].map((n) =>
      acquire.openCase(acquire.contact({ name: `Customer ${n}` }).id, { text: `hello from ${n}` }),
    );
    const roots = await Promise.all(
      cases.map((_, n) => sees(() => rootWith(slack, `hello from ${n + 1}`), 'a thread')),
    );

    for (let round = 0; round < 6; round += 1) {
      for (const [n, root] of roots.entries()) {
        slack.say(U.anna, C.support, `answer ${round}`, { threadTs: root });
        acquire.customerWrites(cases[n]?.id ?? 0, `question ${round}`);
      }
      const app = apps.get(round % 3)?.app;
      if (app === undefined) throw new Error('no such process');
      if (round % 2 === 0) {
        app.kill('SIGKILL');
        await app.ended;
        await launch(round % 3);
      } else {
        app.kill('SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, 3000));
        app.kill('SIGCONT');
      }
    }

    const all = [0, 1, 2, 3, 4, 5];
    for (const [n, root] of roots.entries()) {
      const wanted = all.map((round) => `answer ${round}`);
      await arrives(() => answersIn(acquire, cases[n]?.id ?? 0), wanted);
      await arrives(
        () => questionsIn(slack, root),
        all.map((round) => `question ${round}`),
      );
    }
    expect(slack.messages(C.support).filter((message) => message.user === U.app && isRoot(message))).toHaveLength(3);
  }, 240_000);
});

const SECRET = 'a-webhook-secret-of-32-characters';

type Sides = Awaited<ReturnType<typeof both>>;
type Message = ReturnType<Sides['slack']['messages']>[number];

const isRoot = (message: Message): boolean => (message.thread_ts ?? message.ts) === message.ts;

const rootWith = (slack: Sides['slack'], text: string): string | undefined =>
  slack
    .messages(C.support)
    .find((root) => slack.thread(C.support, root.ts).some((one) => one.ts !== root.ts && one.text.includes(text)))?.ts;

const answersIn = ({ account }: Sides['acquire'], caseId: number): readonly string[] =>
  [...account.messages.values()]
    .filter((row) => row.caseId === caseId && row.type === 'message' && row.sender.type === 'user')
    .map((row) => row.text);

/** Each question that the posts of a thread show, however many of them one post shows. */
const questionsIn = (slack: Sides['slack'], root: string): readonly string[] =>
  slack.thread(C.support, root).flatMap((post) => post.text.match(/question \d/g) ?? []);

const arrives = async (look: () => readonly string[], wanted: readonly string[]): Promise<void> => {
  const until = Date.now() + 120_000;
  while (look().length < wanted.length && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(look()).toEqual(wanted);
};
