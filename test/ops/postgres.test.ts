import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, type Ended, run, sees, started } from '../support/running.ts';

/** The operator's side on PostgreSQL: what doctor, metrics and data say and do there. */

const Findings = z.array(z.object({ item: z.string(), result: z.string(), found: z.string() }));
type Env = Readonly<Record<string, string>>;

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (whyNoPostgres() === null) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});

const command = (env: Env, ...words: readonly string[]): Promise<Ended> => run(['src/cli.ts', ...words], env).ended;

const findingsOf = async (env: Env): Promise<z.infer<typeof Findings>> =>
  Findings.parse(JSON.parse((await command(env, 'doctor', '--json')).out));

const found = (findings: z.infer<typeof Findings>, item: string) => findings.find((one) => one.item === item);

test.skipIf(whyNoPostgres() !== null)(
  'what the app keeps on PostgreSQL is checked, measured, told and taken out while it runs',
  { timeout: 120_000 },
  async () => {
    const given = await both();
    const { slack, acquire } = given;
    const env = { ...given.env, DATABASE_URL: postgres?.url ?? '' };
    expect(found(await findingsOf(env), 'version')).toMatchObject({
      result: 'proven',
      found: expect.stringContaining('first start'),
    });
    const url = await started(run(['src/main.ts'], env), slack);
    const contact = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
    acquire.openCase(contact.id, { text: 'Where is my parcel?' });
    const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
    slack.say(U.anna, C.support, 'On its way.', { threadTs: root });
    slack.say(U.anna, C.support, '@ben a secret', { threadTs: root });
    await sees(() => acquire.snapshot().messages.some(({ text }) => text === 'On its way.'), 'the reply');

    const metrics = await sees(async () => {
      const page = await (await fetch(`${url}/metrics`)).text();
      return /^casebridge_deliveries\{state="held"\} 1$/mu.test(page) && page;
    }, 'what is held');
    expect(metrics).toMatch(/^casebridge_store_bytes [1-9]\d{4,}$/mu);
    expect(metrics).toMatch(/^casebridge_open_links 1$/mu);
    expect(metrics).toMatch(/^casebridge_store_readable 1$/mu);

    const findings = await findingsOf(env);
    expect(findings.filter(({ result }) => result === 'wrong')).toEqual([]);
    for (const item of ['writable', 'version', 'clock', 'right to write'])
      expect(found(findings, item)?.result, item).toBe('proven');

    const id = String(contact.id);
    expect((await command(env, 'data', 'export', '--contact', id)).out).toContain('Where is my parcel?');
    expect(await command(env, 'data', 'erase', '--contact', id)).toMatchObject({ code: 0, err: '' });
    const left = (await command(env, 'data', 'export', '--contact', id)).out;
    for (const word of ['parcel', 'On its way', 'secret', 'Jo Customer', 'jo@']) expect(left).not.toContain(word);
    expect((await command(env, 'data', 'audit')).out).toContain(`${U.anna} · wrote · reply`);
    expect((await command(env, 'data', 'size')).out).toMatch(/MB: \d+ deliveries/u);
  },
);

test.skipIf(whyNoPostgres() !== null).each([
  ['a wrong password', (url: URL): unknown => (url.password = 'wrong'), 'store', /cannot be used/u],
  ['a database that is not there', (url: URL): unknown => (url.pathname = '/nowhere'), 'store', /cannot be used/u],
  [
    'a user without rights',
    (url: URL): unknown => ([url.username, url.password] = ['reader', 'reader']),
    'writable',
    /may not/u,
  ],
] as const)('%s is named by the doctor, without the password', async (_what, change, item, words) => {
  const { env } = await both();
  await postgres?.sql(`DROP ROLE IF EXISTS reader`, `CREATE ROLE reader LOGIN PASSWORD 'reader'`);
  const url = new URL(postgres?.url ?? 'postgres://x');
  change(url);

  const findings = await findingsOf({ ...env, DATABASE_URL: url.href });

  expect(found(findings, item)).toMatchObject({ result: 'wrong', found: expect.stringMatching(words) });
  expect(JSON.stringify(findings)).not.toContain(encodeURIComponent('pass:word'));
});
