import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { ACQUIRE_PATH, ACQUIRE_SECRET, APP, SLACK_PATH, SLACK_SECRET } from '../load/signed.ts';
import { portOf, silence } from './quiet.ts';

// A plain Bolt app as its documentation shows it: a listener that does nothing, and a custom route that verifies and
// parses. Nothing is kept.

const verified = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const given = Buffer.from(String(request.headers['x-acquire-signature']), 'hex');
  const right = createHmac('sha256', ACQUIRE_SECRET).update(raw).digest();
  return given.length === right.length && timingSafeEqual(given, right) ? JSON.parse(raw.toString('utf8')) : null;
};

const webhook = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await verified(request);
  response.writeHead(body === null ? 401 : 200, { 'content-length': 0 }).end();
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
app.event('message', async () => undefined);
process.send?.({ port: portOf(await app.start(0)) });
