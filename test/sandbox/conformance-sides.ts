import { createEmulator } from 'emulate';
import { onTestFinished } from 'vitest';
import { C, DEFAULT_SCOPES, U } from '../../src/sandbox/slack/seed.ts';
import type { Json, JsonObject } from '../../src/sandbox/slack/wire.ts';
import { isObject, parseJson, textOf } from '../../src/sandbox/slack/wire.ts';
import { appFor, button, slackFor } from './slack-support.ts';

/** Our Slack and an independent one, `emulate`, brought to the same state, so that both can be asked the same. */

const SCOPES = [...DEFAULT_SCOPES, 'im:read', 'im:write', 'im:history', 'reactions:read', 'team:read'];
const BOT = 'xoxb-sandbox-bot';
const ADMIN = 'xoxp-sandbox-admin';
const BOT_USER = 'U0CASEBOT';
const ADDRESS = 'anna@casebridge.example';

/** What is clicked where a trigger has to come out of a view. */
export const MORE = button('more');

/** What the calls name, by what it is; its id is another one on each side. */
export interface Names {
  /** Public, the app is in it. */
  readonly support: string;
  /** Public, the app is not in it. */
  readonly elsewhere: string;
  /** Private, the app is not in it. */
  readonly closed: string;
  readonly archived: string;
  readonly anna: string;
  readonly email: string;
  readonly bot: string;
}

export interface Side {
  readonly names: Names;
  readonly call: (method: string, params?: object, token?: string) => Promise<JsonObject>;
  /** A fresh trigger, as a click of Anna's would bring it. */
  readonly trigger: (view?: string) => Promise<string>;
  readonly upload: (url: string, bytes: string) => Promise<number>;
}

export async function bothSides(): Promise<{ readonly ours: Side; readonly theirs: Side }> {
  const [ours, theirs] = await Promise.all([ourSide(), theirSide()]);
  return { ours, theirs };
}

async function ourSide(): Promise<Side> {
  const slack = await slackFor({ app: { scopes: SCOPES, botToken: BOT }, rateLimits: false, fileProcessingMs: 0 });
  const closed = slack.addChannel({ id: 'G0CLOSED', name: 'closed', kind: 'private', members: [U.anna] });
  slack.changeUser(U.anna, { profile: { email: ADDRESS } });
  const { elsewhere, old: archived, support } = C;
  const received = await appFor(slack, () => ({ status: 200 }));
  return {
    names: {
      support,
      elsewhere,
      closed: closed.id,
      archived,
      anna: U.anna,
      email: ADDRESS,
      bot: slack.workspace.app.botId,
    },
    ...overHttp(slack.url),
    trigger: async (view) => {
      if (view === undefined) await slack.command(U.anna, support, '/case');
      else await slack.click(U.anna, { viewId: view, actionId: MORE.action_id });
      return textOf(received.at(-1)?.body['trigger_id']);
    },
  };
}

async function theirSide(): Promise<Side> {
  const http = overHttp(await emulatorFor());
  const asAdmin = (method: string, params: object) => http.call(method, params, ADMIN);
  const channels = idsOf(
    (await asAdmin('conversations.list', { types: 'public_channel,private_channel' }))['channels'],
  );
  const users = idsOf((await asAdmin('users.list', {}))['members']);
  const [support = '', elsewhere = '', closed = '', archived = ''] = ['support', 'elsewhere', 'closed', 'archived'].map(
    (name) => channels.get(name),
  );
  for (const channel of [support, archived]) await http.call('conversations.join', { channel });
  await asAdmin('conversations.archive', { channel: archived });
  const anna = users.get('anna') ?? '';
  return {
    names: { support, elsewhere, closed, archived, anna, email: ADDRESS, bot: 'B0CASEBOT' },
    ...http,
    trigger: async (view) => {
      const about = { user_id: anna, ...(view === undefined ? {} : { view_id: view }) };
      return textOf((await http.call('views.generateTriggerId', about))['trigger_id']);
    },
  };
}

/** The origin of an `emulate` that ends with the test. */
export async function emulatorFor(): Promise<string> {
  const emulator = await createEmulator({ service: 'slack', port: 0, seed: { slack: seed } });
  onTestFinished(() => emulator.close());
  return onLoopback(emulator.url);
}

const app = { app_id: 'A0CASEBRIDGE', bot_id: 'B0CASEBOT', bot_user_id: BOT_USER };
const seed = {
  team: { name: 'Casebridge Sandbox', domain: 'casebridge-sandbox' },
  users: [{ name: 'anna', real_name: 'Anna Agent', email: ADDRESS }],
  channels: [{ name: 'support' }, { name: 'elsewhere' }, { name: 'archived' }, { name: 'closed', is_private: true }],
  oauth_apps: [
    { ...app, client_id: 'client', client_secret: 'secret', name: 'casebridge', redirect_uris: [], scopes: SCOPES },
  ],
  tokens: [
    { ...app, token: BOT, type: 'bot', user: BOT_USER, scopes: SCOPES },
    { token: ADMIN, type: 'user', user: 'admin', scopes: [...SCOPES, 'channels:manage', 'groups:write'] },
  ],
  strict_scopes: true,
};

function idsOf(rows: Json | undefined): Map<string, string> {
  const list = Array.isArray(rows) ? rows.filter(isObject) : [];
  return new Map(list.map((row) => [textOf(row['name']), textOf(row['id'])]));
}

function overHttp(origin: string): Pick<Side, 'call' | 'upload'> {
  return {
    call: async (method, params = {}, token = BOT) => {
      const response = await fetch(`${origin}/api/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(params),
      });
      const body = parseJson(await response.text());
      if (!isObject(body)) throw new Error(`${method} did not answer with an object`);
      return body;
    },
    upload: async (url, body) => (await fetch(onLoopback(url), { method: 'POST', body })).status,
  };
}

const onLoopback = (url: string): string => url.replace('//localhost:', '//127.0.0.1:');
