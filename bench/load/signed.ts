import { createHmac } from 'node:crypto';

/** What the vendors send, signed as they sign, as finished bytes of a request. */

export const SLACK_SECRET = 'bench-signing-secret';
export const ACQUIRE_SECRET = 'bench-webhook-secret';
export const SLACK_PATH = '/slack/events';
export const ACQUIRE_PATH = '/webhooks/acquire';

export const APP = { team: 'T0BENCH', app: 'A0BENCH', bot: 'U0BENCHBOT', member: 'U0BENCHMEM', channel: 'C0BENCHCAS' };

export const webhookRequest = (body: unknown): Buffer => {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', ACQUIRE_SECRET).update(text).digest('hex');
  return request(ACQUIRE_PATH, { 'x-acquire-signature': signature }, text);
};

export const slackRequest = (body: unknown): Buffer => {
  const text = JSON.stringify(body);
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', SLACK_SECRET).update(`v0:${at}:${text}`).digest('hex');
  return request(SLACK_PATH, { 'x-slack-request-timestamp': `${at}`, 'x-slack-signature': `v0=${signature}` }, text);
};

const request = (path: string, headers: Readonly<Record<string, string>>, body: string): Buffer => {
  const all = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(body)}`,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
};

export type Said = { readonly case: number; readonly id: number; readonly text: string };

/** `case:message:new` for what a customer wrote. `rest` makes it as large as a body with a history is. */
export const webhookBody = ({ case: of, id, text }: Said, rest: Readonly<Record<string, unknown>> = {}) => ({
  event: 'case:message:new',
  data: {
    caseId: `${of}`,
    message: {
      id: `${id}`,
      channel: 'chat',
      senderId: `${of + CONTACTS}`,
      senderType: 'contact',
      type: 'message',
      message: text,
      dateCreated: new Date().toISOString(),
    },
    ...rest,
  },
});

/** A contact's id is its case's and this. */
export const CONTACTS = 500_000;

export type Written = { readonly ts: string; readonly thread: string; readonly text: string };

export const slackBody = ({ ts, thread, text }: Written) => ({
  token: 'bench',
  team_id: APP.team,
  context_team_id: APP.team,
  api_app_id: APP.app,
  event: {
    type: 'message',
    user: APP.member,
    team: APP.team,
    channel: APP.channel,
    channel_type: 'channel',
    ts,
    event_ts: ts,
    thread_ts: thread,
    text,
    blocks: [
      {
        type: 'rich_text',
        block_id: 'b1',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
      },
    ],
  },
  type: 'event_callback',
  event_id: `Ev${ts.replace('.', '')}`,
  event_time: Math.floor(Number(ts)),
  authorizations: [{ team_id: APP.team, user_id: APP.bot, is_bot: true, is_enterprise_install: false }],
  is_ext_shared_channel: false,
});
