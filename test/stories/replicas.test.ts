import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, type Running, run, sees, started } from '../support/running.ts';
import { balance } from './balancer.ts';

const reason = whyNoPostgres();

describe.skipIf(reason !== null)(`three processes on one PostgreSQL${reason === null ? '' : ` (${reason})`}`, () => {
  let postgres: PostgresServer;
  beforeEach(async () => {
    postgres = await startPostgres();
  });
  afterEach(() => postgres.stop());

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
    onTestFinished(() => front.close());
    await slack.connect(`${front.url}/slack/events`);
    acquire.setWebhook({ url: `${front.url}/webhooks/acquire`, secret: SECRET });
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

  test('acknowledge nothing while the database is away, and carry all of it once it is back', async () => {
    const { slack, acquire, env } = await both();
    const settings = { ...env, DATABASE_URL: postgres.url, ACQUIRE_WEBHOOK_SECRET: SECRET };
    const apps = [run(['src/main.ts'], settings), run(['src/main.ts'], settings)];
    const urls = await Promise.all(apps.map((app) => started(app)));
    const front = await balance(() => urls);
    onTestFinished(() => front.close());
    await slack.connect(`${front.url}/slack/events`);
    acquire.setWebhook({ url: `${front.url}/webhooks/acquire`, secret: SECRET });
    const { id } = acquire.openCase(acquire.contact({ name: 'Jo' }).id, { text: 'before' });
    const root = await sees(() => rootWith(slack, 'before'), 'a thread');
    const ready = () => Promise.all(urls.map(async (url) => (await fetch(`${url}/readyz`)).status));

    await postgres.crash();
    await sees(async () => (await ready()).every((status) => status === 503), 'neither ready');
    const { ts } = slack.say(U.anna, C.support, 'answer 1', { threadTs: root });
    acquire.customerWrites(id, 'question 1');
    const answers = () => slack.deliveries.filter(({ event }) => event['ts'] === ts).flatMap((one) => one.attempts);
    await sees(() => answers().length > 1, 'tries in vain');
    expect(new Set(answers().map(({ status }) => status))).toEqual(new Set([500]));
    await postgres.start();

    await sees(async () => (await ready()).every((status) => status === 200), 'both ready');
    await arrives(() => answersIn(acquire, id), ['answer 1']);
    await arrives(() => questionsIn(slack, root), ['question 1']);
    expect(apps.map((app) => app.out().includes('"level":"fatal"'))).toEqual([false, false]);
  }, 120_000);

  test('read the threads when any of them may have missed an event, not only the one that reads', async () => {
    const { slack, acquire, env } = await both();
    const settings = { ...env, DATABASE_URL: postgres.url, ACQUIRE_WEBHOOK_SECRET: SECRET };
    const reader = await started(run(['src/main.ts'], settings));
    const other = await started(run(['src/main.ts'], settings));
    let targets = [other];
    const front = await balance(() => targets);
    onTestFinished(() => front.close());
    await slack.connect(`${front.url}/slack/events`);
    acquire.setWebhook({ url: `${reader}/webhooks/acquire`, secret: SECRET });
    const { id } = acquire.openCase(acquire.contact({ name: 'Jo' }).id, { text: 'before' });
    const root = await sees(() => rootWith(slack, 'before'), 'a thread');
    slack.eventFault({ times: 1, action: 'lose', matches: (event) => event['text'] === 'lost' });
    slack.say(U.anna, C.support, 'lost', { threadTs: root });

    targets = [];
    const { ts } = slack.say(U.anna, C.support, '// between us', { threadTs: root });
    const tries = () => slack.deliveries.filter(({ event }) => event['ts'] === ts).flatMap((one) => one.attempts);
    await sees(() => tries().length > 0, 'a try in vain');
    targets = [other];

    await sees(() => answersIn(acquire, id).length > 0, 'the lost reply');
    expect(answersIn(acquire, id)).toEqual(['lost']);
  }, 60_000);
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
