import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appEnvironment, bareEnvironment } from '../../src/sandbox/app-process.ts';
import { performer } from '../../src/sandbox/page/actions.ts';
import type { Page } from '../../src/sandbox/page/server.ts';
import { startPage } from '../../src/sandbox/page/server.ts';
import { pageState } from '../../src/sandbox/page/state.ts';
import { setStage } from '../../src/sandbox/stage.ts';

const FILES = ['', 'page.css', 'page.js', 'dom.js', 'blocks.js', 'slack-side.js', 'acquire-side.js', 'modal.js'];

describe('the page', () => {
  test.each([...FILES, 'dates.js', 'message.js', 'ledger.js', 'icon.svg'])(
    'serves /%s under a strict content policy',
    async (name) => {
      const { url } = await pageFor();

      const answer = await fetch(url + name);

      expect(answer.status).toBe(200);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(await answer.text()).not.toMatch(/<script>|\son\w+="|(?:src|href)="https?:|innerHTML/);
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
    expect((await post(url, 'x'.repeat(70_000), { origin: own })).status).toBe(400);
    expect(acts).toEqual([]);
  });

  test('shows its own people what they did and what was refused', async () => {
    const { url, acts } = await pageFor();
    const origin = new URL(url).origin;

    expect(await (await post(url, { do: 'this' }, { origin })).json()).toEqual({ ok: true, result: 'done' });
    expect(await (await post(url, { do: 'fail' }, { origin })).json()).toEqual({ ok: false, error: 'not allowed' });
    expect(acts).toEqual([{ do: 'this' }, { do: 'fail' }]);
  });

  test('streams the state at once and again after a change', async () => {
    const { url, change } = await pageFor();
    const stream = await fetch(`${url}changes`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();

    expect((await reader?.read())?.value).toBe('data: {"state":1}\n\n');
    change();
    expect((await reader?.read())?.value).toBe('data: {"state":2}\n\n');
    await reader?.cancel();
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
    const [thread] = await until(() => Object.entries(state().slack.channels[0]?.threads ?? {})[0]);
    await act({ do: 'say', member: 'U0ANNA', channel: 'C0SUPPORT', thread, text: 'Yes, hello!' });

    const seen = () => state().acquire.conversations[0]?.messages.filter(({ side }) => side === 'user') ?? [];
    await until(() => seen().length > 0);
    expect(seen().map(({ text, type }) => [type, text])).toEqual([['message', 'Yes, hello!']]);
    await until(() => (state().deliveries?.counts.deliveries['delivered'] ?? 0) > 0);
    expect(await act({ do: 'say', member: 'U0ANNA', channel: 'C0SUPPORT', text: ' ' })).toEqual({
      ok: false,
      error: 'nothing is written yet',
    });
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

async function pageFor(): Promise<Page & { acts: unknown[]; change: () => void }> {
  const acts: unknown[] = [];
  const listeners = new Set<() => void>();
  let state = 0;
  const page = await startPage({
    port: 0,
    state: () => ({ state: (state += 1) }),
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
  return { ...page, acts, change: () => listeners.forEach((listener) => listener()) };
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
