import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { startGiosg } from '../../src/sandbox/giosg/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, run, sees, started } from '../support/running.ts';

const reason = whyNoPostgres();
const VISITOR = 'customer-1001';
/** Longer than one process waits for another one to be gone, with several looks at what is due. */
const TAKEN_OVER_MS = 4_000;

describe.skipIf(reason !== null)('several processes that watch a case of giosg', () => {
  let postgres: PostgresServer;
  beforeEach(async () => {
    postgres = await startPostgres();
  });
  afterEach(() => postgres.stop());

  test('read it once in all, tell a change once, and one goes on where another dies', async () => {
    const { slack, env } = await both();
    const giosg = await startGiosg();
    onTestFinished(() => giosg.stop());
    const settings = {
      ...env,
      DATABASE_URL: postgres.url,
      GIOSG_ORGANIZATION_ID: giosg.organizationId,
      GIOSG_API_TOKEN: giosg.token,
      GIOSG_SIGNING_KEY: SANDBOX_SIGNING_KEY,
      GIOSG_BASE_URL: giosg.url,
    };
    const apps = [run(['src/main.ts'], settings), run(['src/main.ts'], settings), run(['src/main.ts'], settings)];
    const urls = await Promise.all(apps.map((app) => started(app)));
    await slack.connect(`${urls[2] ?? ''}/slack/events`);
    const made = giosg.openCase(VISITOR, { subject: 'Lamp' });
    await slack.command(U.anna, C.support, '/case', `link giosg:${made.id} ${VISITOR}`);
    const root = await sees(() => slack.messages(C.support).find(({ user }) => user === U.app)?.ts, 'a thread');
    const told = (): readonly string[] =>
      slack
        .thread(C.support, root)
        .filter(({ ts }) => ts !== root)
        .map(({ text }) => text);
    const readings = (): number => giosg.requests.filter(({ path }) => path.endsWith(made.id)).length;
    const begin = readings();

    // As if a minute had gone by.
    giosg.changeCase(made.id, { unread: 1 });
    await postgres.sql(`DELETE FROM casebridge.records WHERE namespace = 'visitor_poll'`);
    await sees(() => told().length > 0, 'the change');
    await new Promise((resolve) => setTimeout(resolve, TAKEN_OVER_MS));
    expect(readings() - begin).toBe(1);

    for (const app of apps.slice(0, 2)) app.kill('SIGKILL');
    giosg.changeCase(made.id, { unread: 2 });
    await postgres.sql(`DELETE FROM casebridge.records WHERE namespace = 'visitor_poll'`);
    await sees(() => told().length > 1, 'the next change');
    expect(told()).toEqual(['giosg: Unread 0 → 1', 'giosg: Unread 1 → 2']);
  }, 120_000);
});
