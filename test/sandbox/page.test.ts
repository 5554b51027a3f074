import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { appEnvironment, bareEnvironment } from '../../src/sandbox/app-process.ts';
import { readInstallation } from '../../src/sandbox/installation.ts';
import { acquireActs } from '../../src/sandbox/page/acquire-acts.ts';
import { acquireParts } from '../../src/sandbox/page/acquire-state.ts';
import { performer } from '../../src/sandbox/page/actions.ts';
import { startPage } from '../../src/sandbox/page/server.ts';
import type { Parts } from '../../src/sandbox/page/parts.ts';
import { slackParts } from '../../src/sandbox/page/slack-state.ts';
import { pageState } from '../../src/sandbox/page/state.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import { setStage } from '../../src/sandbox/stage.ts';

/** Everything that a browser is given: the page's own files, and the libraries as they were published. */
const OWN = readdirSync('src/sandbox/page').filter((name) => /\.(?:js|css|svg)$/.test(name));
const LIBRARIES = ['preact', 'hooks', 'signals', 'signals-core', 'htm'].map((name) => `library/${name}.js`);

describe('the page', () => {
  test.each(['', ...OWN, ...LIBRARIES])('serves /%s under a strict content policy', async (name) => {
    const { url } = await pageFor();

    const answer = await fetch(url + name);

    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test.each(['page.html', ...OWN])('has nothing in %s that could turn text into markup', (name) => {
    const source = readFileSync(`src/sandbox/page/${name}`, 'utf8');

    expect(source).not.toMatch(/<script>|\son[a-z]+="|(?:src|href)="https?:|innerHTML|insertAdjacentHTML|eval\(/i);
  });

  test('allows the one script in the page itself by what it says', async () => {
    const { url } = await pageFor();
    const answer = await fetch(url);
    const [, inline = ''] = /<script type="importmap">([^]*?)<\/script>/.exec(await answer.text()) ?? [];

    const hash = createHash('sha256').update(inline).digest('base64');

    expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
  });

  test.each(['server.ts', 'state.ts', '../stage.ts', 'page.html', 'nothing.js', 'library/ws.js'])(
    'gives nobody /%s',
    async (name) => {
      const { url } = await pageFor();

      expect((await fetch(url + name)).status).toBe(404);
    },
  );

  test('says that it is a simulation', async () => {
    const { url } = await pageFor();

    expect(await (await fetch(url)).text()).toMatch(/<title>.*simulation.*<\/title>[\s\S]*Simulation/);
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1', '127.0.0.1.evil.example'])(
    'refuses requests for the name %s',
    async (host) => {
      const { url } = await pageFor();

      expect(await statusOf(url, { host })).toBe(403);
      expect(await statusOf(`${url}state`, { host })).toBe(403);
    },
  );

  test.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'refuses what a page of the origin %s asks for',
    async (origin) => {
      const { url, acts } = await pageFor();

      expect((await post(url, { do: 'kill_app' }, { origin })).status).toBe(403);
      expect(await statusOf(`${url}state`, { origin })).toBe(403);
      expect(acts).toEqual([]);
    },
  );

  test('refuses actions that name no origin or are not JSON', async () => {
    const { url, acts } = await pageFor();
    const own = new URL(url).origin;

    expect((await post(url, { do: 'kill_app' }, {})).status).toBe(403);
    expect((await post(url, { do: 'kill_app' }, { origin: own, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(url, 'x'.repeat(7_000_000), { origin: own })).status).toBe(400);
    expect(acts).toEqual([]);
  });

  test('shows its own people what they did and what was refused', async () => {
    const { url, acts } = await pageFor();
    const origin = new URL(url).origin;

    expect(await (await post(url, { do: 'this' }, { origin })).json()).toEqual({ ok: true, result: 'done' });
    expect(await (await post(url, { do: 'fail' }, { origin })).json()).toEqual({ ok: false, error: 'not allowed' });
    expect(acts).toEqual([{ do: 'this' }, { do: 'fail' }]);
  });

  test('streams the whole state at once and what changed after a change', async () => {
    const { url, change } = await pageFor();
    const next = await follow(url);

    expect(await next()).toEqual({ whole: true, parts: { count: 1, title: 'page' } });
    change({ count: 2, title: 'page' });
    expect(await next()).toEqual({ whole: false, parts: { count: 2 }, gone: [] });
    change({ count: 2 });
    expect(await next()).toEqual({ whole: false, parts: {}, gone: ['title'] });
  });

  test('tells those who follow already what a newcomer is shown', async () => {
    const { url, changeQuietly } = await pageFor();
    const next = await follow(url);
    await next();
    changeQuietly({ count: 7, title: 'page' });

    await follow(url);

    expect(await next()).toEqual({ whole: false, parts: { count: 7 }, gone: [] });
  });

  test('carries a conversation through the real app', { timeout: 60_000 }, async () => {
    const stage = await setStage({ inherited: process.env, socketMode: false, messageWebhooks: false, keep: null });
    onTestFinished(() => stage.stop());
    const state = () => pageState(stage);
    const page = await startPage({ port: 0, state, perform: performer(stage), subscribe: stage.subscribe });
    onTestFinished(() => page.close());
    const act = async (what: object): Promise<unknown> =>
      (await post(page.url, what, { origin: new URL(page.url).origin })).json();

    await act({ do: 'new_customer', name: 'Maya', email: '', text: 'Is anybody there?' });
    const thread = await until(() =>
      Object.keys(state())
        .find((name) => name.startsWith('slack/thread/C0SUPPORT/'))
        ?.split('/')
        .at(-1),
    );
    await act({ do: 'say', member: 'U0ANNA', channel: 'C0SUPPORT', thread, text: 'Yes, hello!' });

    const seen = () => rowsIn(state()).filter(({ side }) => side === 'user');
    await until(() => seen().length > 0);
    expect(seen()).toMatchObject([{ type: 'message', text: 'Yes, hello!' }]);
    expect(await act({ do: 'say', member: 'U0ANNA', channel: 'C0SUPPORT', text: ' ' })).toEqual({
      ok: false,
      error: 'nothing is written yet',
    });
    expect(await act({ do: 'toString' })).toEqual({ ok: false, error: 'this cannot be done here' });
  });

  test('lets customers write by chat, e-mail and text message, each with what that way needs', async () => {
    const { acquire, act } = await acquireFor();

    await act({ do: 'new_customer', name: 'Cho', text: 'by chat' });
    await act({
      do: 'new_customer',
      name: 'Mai',
      channel: 'mail',
      email: 'mai@example.com',
      title: 'Hm',
      text: 'by mail',
    });
    await act({ do: 'new_customer', name: 'Sol', channel: 'sms', phone: '+358401234567', text: 'by phone' });

    expect([...acquire.account.cases.values()].map(({ channel }) => channel)).toEqual(['chat', 'mail', 'sms']);
    await expect(act({ do: 'new_customer', name: 'Nix', channel: 'mail', text: 'x' })).rejects.toThrow('an address');
    await expect(act({ do: 'new_customer', name: 'Nix', channel: 'sms', text: 'x' })).rejects.toThrow('phone number');
  });

  test('sends the files of a mail with the mail, of a chat one after another, and of a closed case in a new one', async () => {
    const { acquire, act } = await acquireFor();
    const files = ['a.txt', 'b.txt'].map((name) => ({ name, type: 'text/plain', base64: btoa('see here') }));
    const named = { name: 'Mai', email: 'mai@example.com', title: 'Hm', text: 'by mail', files: [files[0]] };

    await act({ do: 'new_customer', channel: 'mail', ...named });
    const [{ id: mail } = { id: 0 }] = acquire.account.cases.values();
    await act({ do: 'customer_sends', case: mail, files, text: 'and these' });
    await act({ do: 'acquire_sends', case: mail, agent: 2, files, text: 'thanks' });
    expect(rowsIn(acquireState(acquire)).map((row) => [row.text, row.files.map(({ name }) => name)])).toEqual([
      ['by mail', ['a.txt']],
      ['and these', ['a.txt', 'b.txt']],
      ['thanks', ['a.txt', 'b.txt']],
    ]);
    expect([...acquire.account.mails.values()].map(({ senderType }) => senderType)).toEqual([
      'contact',
      'contact',
      'user',
    ]);

    await act({ do: 'new_customer', name: 'Cho', text: 'by chat' });
    const chat = [...acquire.account.cases.keys()].at(-1) ?? 0;
    await act({ do: 'acquire_closes', case: chat, agent: 2 });
    await act({ do: 'customer_sends', case: chat, files, text: 'look' });
    const [again] = [...acquire.account.cases.values()].slice(-1);
    expect(again).toMatchObject({ threadId: chat, status: 'active' });
    expect(
      (acquire.account.messagesByCase.get(again?.id ?? 0) ?? []).map((row) => [row.text, row.attachments?.length]),
    ).toEqual([
      ['This thread has been reactivated.', undefined],
      ['look', 1],
      ['', 1],
    ]);
  });

  test("plays an agent in Acquire's own screen, with a note, a file, an edit and an end", async () => {
    const { acquire, act } = await acquireFor();
    await act({ do: 'new_customer', name: 'Cho', text: 'hello' });
    const [{ id: kase } = { id: 0 }] = acquire.account.cases.values();
    const file = { name: 'answer.txt', type: 'text/plain', base64: btoa('see here') };

    await act({ do: 'acquire_joins', case: kase, agent: 2 });
    await act({ do: 'acquire_writes', case: kase, agent: 2, text: 'only us', as: 'note' });
    await act({ do: 'acquire_sends', case: kase, agent: 2, files: [file], text: '' });
    const [first] = rowsIn(acquireState(acquire));
    await act({ do: 'acquire_edits', message: first?.id, text: 'hello there' });
    await act({ do: 'acquire_closes', case: kase, agent: 2 });

    expect(rowsIn(acquireState(acquire)).filter(({ type }) => type !== 'event')).toMatchObject([
      { text: 'hello there', edited: true },
      { name: 'Blake Agent', type: 'note', text: 'only us' },
      { name: 'Blake Agent', files: [{ name: 'answer.txt', size: 8 }] },
    ]);
    expect(acquire.account.cases.get(kase)?.status).toBe('closed');
  });
});

describe('what the page shows of the workspace', () => {
  test.each<[string, (slack: SlackSimulator, at: { root: string; reply: string }) => unknown, object]>([
    ['a reaction', (slack, { root }) => slack.react(U.ben, C.support, root, 'eyes'), { reactions: [{ name: 'eyes' }] }],
    ['an edit', (slack, { root }) => slack.edit(U.anna, C.support, root, 'other'), { text: 'other', edited: true }],
    ['a reply', (slack, { root }) => slack.say(U.ben, C.support, 'more', { threadTs: root }), { replies: 2 }],
    ['a reply that went', (slack, { reply }) => slack.remove(U.ben, C.support, reply), { replies: 0, latest: null }],
    ['a deletion', (slack, { root }) => slack.remove(U.anna, C.support, root), { subtype: 'tombstone' }],
    ['a new name', (slack) => slack.changeUser(U.anna, { real_name: 'Anna Olsen' }), { name: 'Anna Olsen' }],
  ])('has %s at once', async (_, change, expected) => {
    const slack = await startSlack();
    onTestFinished(() => slack.close());
    const installation = await readInstallation();
    const root = slack.say(U.anna, C.support, 'Who knows?').ts;
    const reply = slack.say(U.ben, C.support, 'I do', { threadTs: root }).ts;
    const shown = () => Object.fromEntries(slackParts({ slack, installation }))[`slack/message/${C.support}/${root}`];
    expect(shown()).toMatchObject({ text: 'Who knows?', replies: 1 });

    change(slack, { root, reply });

    expect(shown()).toMatchObject(expected);
  });
});

describe('the environment of the app', () => {
  const inherited = {
    PATH: '/bin',
    HOME: '/home/somebody',
    SLACK_BOT_TOKEN: 'xoxb-real',
    SLACK_APP_TOKEN: 'xapp-real',
    ACQUIRE_API_KEY: 'real',
    AGENT_GROUP: 'S0REAL',
    ROUTES_FILE: '/real/routes.yml',
    GIOSG_API_TOKEN: 'real',
    NODE_OPTIONS: '--env-file=.env',
    HTTPS_PROXY: 'http://proxy.example',
  };

  test('passes on what any program needs and nothing else', () => {
    expect(bareEnvironment(inherited)).toEqual({ PATH: '/bin', HOME: '/home/somebody' });
  });

  test('leads to the simulators alone', () => {
    const environment = appEnvironment(inherited, {
      slack: { apiUrl: 'http://127.0.0.1:1/api/', botToken: 'xoxb-sandbox' },
      transport: { signingSecret: 'secret' },
      acquire: { origin: 'http://127.0.0.1:2', key: 'key', webhookSecret: 'webhook' },
      caseChannel: 'C0SUPPORT',
      storePath: '/tmp/store.db',
      port: 3,
    });

    expect(JSON.stringify(environment)).not.toMatch(/real|proxy/);
    expect(environment).not.toHaveProperty('SLACK_APP_TOKEN');
    expect(environment).toMatchObject({ SLACK_BOT_TOKEN: 'xoxb-sandbox', HOST: '127.0.0.1', PORT: '3' });
  });
});

const Row = z.object({
  id: z.number(),
  type: z.string(),
  side: z.string(),
  name: z.string(),
  text: z.string(),
  edited: z.boolean(),
  files: z.array(z.object({ name: z.string(), size: z.number().nullable() })),
});

const rowsIn = (parts: Parts) =>
  Object.entries(parts)
    .filter(([name]) => name.startsWith('acquire/message/'))
    .map(([, row]) => Row.parse(row));

const acquireState = (acquire: AcquireSimulator): Parts => Object.fromEntries(acquireParts({ acquire }));

/** Acts on Acquire alone: no app listens. */
async function acquireFor() {
  const acquire = await startAcquire();
  onTestFinished(() => acquire.stop());
  const act = async (what: { do: keyof typeof acquireActs } & Record<string, unknown>) =>
    acquireActs[what.do].run({ acquire }, what);
  return { acquire, act };
}

async function pageFor() {
  const acts: unknown[] = [];
  const listeners = new Set<() => void>();
  let state: Parts = { count: 1, title: 'page' };
  const page = await startPage({
    port: 0,
    state: () => state,
    perform: async (act) => {
      acts.push(act);
      if (JSON.stringify(act).includes('fail')) throw new Error('not allowed');
      return 'done';
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  onTestFinished(() => page.close());
  const changeQuietly = (next: Parts): void => {
    state = next;
  };
  const change = (next: Parts): void => {
    changeQuietly(next);
    for (const listener of listeners) listener();
  };
  return { ...page, acts, change, changeQuietly };
}

/** Each call resolves with the next that the stream tells. */
async function follow(url: string): Promise<() => Promise<unknown>> {
  const stream = await fetch(`${url}changes`);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader?.cancel());
  return async () => {
    const told = await reader?.read();
    return JSON.parse(String(told?.value).replace(/^data: /, ''));
  };
}

const post = (url: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}act`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** With a header that fetch would not let us choose. */
const statusOf = (url: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asking = request(url, { headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.once('error', reject);
    asking.end();
  });

async function until<Found>(find: () => Found | undefined | false): Promise<Found> {
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    await pause(20);
  }
}
