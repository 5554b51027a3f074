import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import ky from 'ky';
import { z } from 'zod';
import { ACQUIRE_PATH, ACQUIRE_SECRET, APP, SLACK_PATH, SLACK_SECRET } from '../load/signed.ts';
import { portOf, silence } from './quiet.ts';

// What a team writes in an afternoon: a Bolt app that answers first and then makes the same calls of the vendors as
// casebridge does, straight from the handler. It keeps nothing but a map in memory: what fails is lost, and two messages
// of one case may overtake each other.

const { origin } = z.object({ origin: z.string() }).parse(JSON.parse(process.argv[2] ?? ''));
const slack = new WebClient('xoxb-bench', { slackApiUrl: `${origin}/slack/api/`, logger: silence });
const acquire = ky.create({
  prefix: `${origin}/api/v1`,
  headers: { authorization: 'Bearer bench-key' },
  retry: 0,
});

const threads = new Map<string, Promise<string>>();
const cases = new Map<string, string>();
const posted = new Map<string, number>();

const Rows = z.object({
  data: z.object({
    data: z.array(z.object({ id: z.number(), senderType: z.string(), message: z.string() })),
  }),
});
const Posted = z.object({ ts: z.string() });
const Webhook = z.object({ data: z.object({ caseId: z.string() }) });

const startThread = async (of: string): Promise<string> => {
  const { ts } = Posted.parse(await slack.apiCall('chat.postMessage', { channel: APP.channel, text: `Case ${of}` }));
  cases.set(ts, of);
  return ts;
};

/** A webhook is a nudge, for its order and its content cannot be relied on: what is new is read. */
const carryIn = async (of: string): Promise<void> => {
  const thread = threads.get(of) ?? startThread(of);
  threads.set(of, thread);
  await acquire(`crm/objects/case/${of}`, { searchParams: { relations: 'contact' } }).json();
  const searchParams = { where: `caseId|eq|${of}`, limit: '100', page: '0' };
  const { data } = Rows.parse(await acquire('crm/objects/case-message', { searchParams }).json());
  const news = data.data.filter(({ id, senderType }) => senderType === 'contact' && id > (posted.get(of) ?? 0));
  const last = news.at(-1);
  if (last !== undefined) posted.set(of, last.id);
  for (const { message } of news) {
    const blocks = [{ type: 'section', text: { type: 'plain_text', text: message } }] as const;
    await slack.apiCall('chat.postMessage', {
      channel: APP.channel,
      thread_ts: await thread,
      text: message,
      blocks: [...blocks],
      username: 'Customer',
    });
  }
};

const carryOut = async (message: { ts: string; thread_ts?: string; text?: string }): Promise<void> => {
  const of = cases.get(message.thread_ts ?? '');
  if (of === undefined) return;
  await acquire.post('crm/messenger/chat/add-message', {
    searchParams: { contactId: '5', '-x-user-type': 'user' },
    json: { channel: 'chat', caseId: Number(of), message: { type: 'message', message: message.text } },
  });
  await slack.reactions.add({ channel: APP.channel, timestamp: message.ts, name: 'white_check_mark' });
};

const webhook = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const given = Buffer.from(String(request.headers['x-acquire-signature']), 'hex');
  const right = createHmac('sha256', ACQUIRE_SECRET).update(raw).digest();
  if (given.length !== right.length || !timingSafeEqual(given, right)) return void response.writeHead(401).end();
  response.writeHead(200, { 'content-length': 0 }).end();
  await carryIn(Webhook.parse(JSON.parse(raw.toString('utf8'))).data.caseId);
};

const receiver = new HTTPReceiver({
  signingSecret: SLACK_SECRET,
  endpoints: [SLACK_PATH],
  customRoutes: [{ path: ACQUIRE_PATH, method: 'POST', handler: (...both) => void webhook(...both) }],
  logger: silence,
});
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B0BENCH', botUserId: APP.bot }),
  logger: silence,
});
app.message(async ({ message }) => {
  if (message.subtype === undefined) await carryOut(message);
});
process.send?.({ port: portOf(await app.start(0)) });
