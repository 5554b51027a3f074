import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { startGiosg } from '../../src/sandbox/giosg/server.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../store/postgres-server.ts';
import { both, type Ended, run, sees, started } from '../support/running.ts';

/** What is kept about a visitor of giosg, on both stores: whose cases were looked up and are watched. */

type Env = Readonly<Record<string, string>>;

const data = (env: Env, ...words: readonly string[]): Promise<Ended> =>
  run(['src/cli.ts', 'data', ...words], env).ended;

const Exported = z.object({
  visitor: z.string(),
  links: z.array(z.object({ value: z.object({ visitor: z.string() }) })),
  deliveries: z.array(z.unknown()),
  events: z.array(z.unknown()),
  records: z.array(z.object({ namespace: z.string() })),
});

const FIELD = `giosg:\n  external_id_field: customer_number\n`;

/** Two visitors, each with a watched case; the shorter id stands within the longer one. */
const watched = async (more: Env = {}) => {
  const given = await both();
  const { slack, acquire, folder } = given;
  const giosg = await startGiosg();
  onTestFinished(() => giosg.stop());
  writeFileSync(`${folder}/routes.yml`, FIELD);
  const env = {
    ...given.env,
    GIOSG_ORGANIZATION_ID: giosg.organizationId,
    GIOSG_API_TOKEN: giosg.token,
    GIOSG_SIGNING_KEY: SANDBOX_SIGNING_KEY,
    GIOSG_BASE_URL: giosg.url,
    ROUTES_FILE: `${folder}/routes.yml`,
    ...more,
  };
  const app = run(['src/main.ts'], env);
  await started(app, slack);
  const watch = async (visitor: string, subject: string) => {
    const made = giosg.openCase(visitor, { subject, description: `${subject}, told at length` });
    await slack.command(U.anna, C.support, '/case', `visitor ${visitor}`);
    await slack.command(U.anna, C.support, '/case', `link giosg:${made.id} ${visitor}`);
    const isCard = ({ blocks }: { blocks?: unknown }): boolean => JSON.stringify(blocks ?? []).includes(subject);
    const card = await sees(() => slack.messages(C.support).find(isCard), 'the thread');
    await sees(async () => (await data(env, 'export', '--visitor', visitor)).out.includes('"watched_case"'), 'a link');
    return { made, ts: card.ts };
  };
  const lamp = await watch('cust-1', 'A broken lamp');
  const chair = await watch('cust-12', 'A wobbly chair');
  return { ...given, env, giosg, app, lamp, chair, acquire };
};

const stores: readonly ('sqlite' | 'postgres')[] = whyNoPostgres() === null ? ['sqlite', 'postgres'] : ['sqlite'];
let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (whyNoPostgres() === null) postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
});

describe.each(stores)('on %s', (kind) => {
  const place = (): Env => (kind === 'postgres' ? { DATABASE_URL: postgres?.url ?? '' } : {});

  test('is exported by the visitor’s id, and nothing of another; erased, it is nowhere, and the other is still watched', {
    timeout: 120_000,
  }, async () => {
    const { env, giosg, slack, lamp, chair } = await watched(place());

    const { code, out } = await data(env, 'export', '--visitor', 'cust-1');
    expect(code).toBe(0);
    expect(out).toContain('A broken lamp');
    expect(out).not.toMatch(/cust-12|wobbly/);
    const exported = Exported.parse(JSON.parse(out));
    expect(exported.links).toHaveLength(1);
    // The command that looked it up and the one that links it, with what each was answered.
    expect(exported.events.length).toBeGreaterThanOrEqual(2);
    expect(exported.deliveries.length).toBeGreaterThanOrEqual(2);
    expect(new Set(exported.records.map(({ namespace }) => namespace))).toEqual(
      new Set(['watched_case', 'root', 'thread', 'visitor_poll']),
    );

    const erased = await data(env, 'erase', '--visitor', 'cust-1');
    expect(erased).toMatchObject({ code: 0, err: '' });
    expect(erased.out).toMatch(/^visitor cust-1: [1-9]\d* texts, 1 links and 0 files were taken out$/m);
    const left = (await data(env, 'export', '--visitor', 'cust-1')).out;
    expect(Exported.parse(JSON.parse(left))).toMatchObject({ links: [], deliveries: [], events: [], records: [] });
    const nobody = (await data(env, 'export', '--visitor', 'erased')).out;
    expect(nobody).not.toMatch(/cust-1|lamp/);
    expect((await data(env, 'export', '--visitor', 'cust-12')).out).toContain('A wobbly chair');

    // Watched again by a person, it gets a new thread.
    await slack.command(U.anna, C.support, '/case', `link giosg:${lamp.made.id} cust-1`);
    const cards = () => slack.messages(C.support).filter(({ thread_ts: thread }) => thread === undefined);
    await sees(() => cards().length === 3, 'a thread of its own');
    expect(giosg.requests.length).toBeGreaterThan(0);
    expect(cards().some(({ ts }) => ts === chair.ts)).toBe(true);
  });
});

test('a contact of Acquire whose field names the visitor is exported and erased with it', {
  timeout: 120_000,
}, async () => {
  const { env, acquire, slack, app } = await watched();
  const contact = acquire.contact({
    name: 'Jo-Ann Customer',
    email: 'jo-ann@example.com',
    phone: '+358-40-123',
    customer_number: 'cust-1',
  });
  acquire.openCase(contact.id, { text: 'Where is my lamp?' });
  await sees(() => slack.messages(C.support).find(({ text }) => text.includes('Jo-Ann')), 'the thread of the contact');
  const ofContact = async () => (await data(env, 'export', '--contact', String(contact.id))).out;

  const out = await sees(async () => {
    const told = await ofContact();
    return told.includes('Where is my lamp?') && told;
  }, 'what was said');
  expect(out).toContain('A broken lamp');
  expect(out).not.toContain('wobbly');

  app.kill('SIGTERM');
  await app.ended;
  const erased = await data(env, 'erase', '--contact', String(contact.id));
  expect(erased).toMatchObject({ code: 0, err: '' });
  expect(erased.out).toMatch(/ 2 links and 0 files were taken out$/m);
  const left = `${await ofContact()}${(await data(env, 'export', '--visitor', 'cust-1')).out}`;
  expect(left).not.toMatch(/lamp|jo-ann/i);
});
