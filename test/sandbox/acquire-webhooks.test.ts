import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebhookChoice } from '../../src/sandbox/acquire/options.ts';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { sign } from '../../src/sandbox/acquire/webhooks.ts';
import { call, differences, fixture, Json } from './acquire-calls.ts';

interface Received {
  text: string;
  signature: unknown;
  event: unknown;
  data: Json;
}

const secret = 'example-secret';
let acquire: AcquireSimulator;
let receiver: Server;
let received: Received[];
/** What the receiver answers next; 200 when empty. */
let answers: (number | 'silence')[];

beforeEach(async () => {
  received = [];
  answers = [];
  receiver = createServer((request, response) => {
    void take(request).then(() => {
      const answer = answers.shift() ?? 200;
      if (answer !== 'silence') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  acquire = await startAcquire({ retrySpacingMs: [5, 5, 5, 5, 5], timeoutMs: 300, random: () => 0.5 });
});

afterEach(async () => {
  await acquire.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function take(request: IncomingMessage): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { event, data } = Json.parse(JSON.parse(text));
  received.push({ text, signature: request.headers['x-acquire-signature'], event, data: Json.parse(data) });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listen(choice: Partial<WebhookChoice> = {}): void {
  acquire.setWebhook({ url: `http://127.0.0.1:${portOf(receiver)}/webhooks/acquire`, secret, ...choice });
}

const opened = () => acquire.openCase(acquire.contact().id, { text: 'hello' });
const events = () => received.map((one) => one.event);

test('the signature is the one of the published recipe', () => {
  const vector = fixture('webhook.signature-vector');
  const body = JSON.parse(String(vector['rawBody']));

  expect(sign(String(vector['secret']), body)).toBe(vector['signature']);
});

test('a closing is told in the published shape, signed, with all messages of the case', async () => {
  const fields = { phone: '1', city: '', state: '', countryId: '517', ip: '192.0.2.11' };
  const kase = acquire.openCase(acquire.contact(fields).id, { text: 'hello' });
  listen();
  acquire.agentCloses(1, kase.id);
  await acquire.webhooks.idle();

  const [told] = received;
  expect(differences(fixture('webhook.case-status.closed')['data'], told?.data)).toEqual([]);
  expect(told?.signature).toBe(sign(secret, JSON.parse(told?.text ?? '')));
  expect(told?.data).toMatchObject({
    caseId: String(kase.id),
    status: 'closed',
    messages: [
      { message: 'hello', dateCreated: expect.stringMatching(/^\w{3} \w{3} \d\d \d{4} .* GMT\+0000 \(Coord/) },
      { message: 'The thread has been closed by Avery Agent.', senderType: 'user', senderId: '1' },
    ],
  });
});

test('a real account tells only of new cases, their status and agents, never of messages', async () => {
  listen();

  const kase = opened();
  acquire.customerWrites(kase.id, 'anybody?');
  acquire.setStatus(kase.id, 'queue');
  acquire.agentIs(1, false);
  await acquire.webhooks.idle();

  expect(events()).toHaveLength(3);
  expect(events()).toEqual(expect.arrayContaining(['case:new', 'case:status', 'user:status']));
});

test('message and invitation events come only when asked for', async () => {
  const kase = opened();
  listen({ events: ['case:message:new', 'user:case-invite', 'user:case-joined'] });

  const { id } = acquire.customerWrites(kase.id, 'hi');
  await acquire.webhooks.idle();
  await call(acquire, 'POST /crm/messenger/agent/invite-agent', { body: { caseId: kase.id, agentIds: [2] } });
  acquire.agentJoins(2, kase.id);
  await acquire.webhooks.idle();

  expect(received[0]?.data).toMatchObject({ caseId: String(kase.id), message: { id: String(id), message: 'hi' } });
  expect(events()).toEqual(expect.arrayContaining(['user:case-invite', 'user:case-joined']));
});

test('it is sent five times more until the answer is exactly 200', async () => {
  listen({ statuses: [] });
  answers = [500, 204, 'silence', 401];

  opened();
  await acquire.webhooks.idle();

  const [delivery] = acquire.webhooks.log;
  expect(delivery?.attempts.map((one) => one.status)).toEqual([500, 204, null, 401, 200]);
  expect(delivery?.state).toBe('delivered');
});

test('after six tries it is given up, and can be replayed', async () => {
  listen({ statuses: [] });
  answers = [500, 500, 500, 500, 500, 500];
  opened();
  await acquire.webhooks.idle();
  expect(acquire.webhooks.log).toMatchObject([{ n: 1, state: 'given-up' }]);

  await acquire.webhooks.replay(1);

  expect(received).toHaveLength(7);
  expect(received[6]?.text).toBe(received[0]?.text);
});

test('on their way webhooks can be lost, doubled and turned round', async () => {
  listen({ events: ['case:message:new'] });
  const kase = opened();
  await acquire.webhooks.idle();
  received = [];

  acquire.webhooks.weather = { lose: 1 };
  acquire.customerWrites(kase.id, 'lost');
  acquire.webhooks.weather = { duplicate: 1 };
  acquire.customerWrites(kase.id, 'doubled');
  await acquire.webhooks.idle();
  acquire.webhooks.weather = { reorder: 3 };
  for (const text of ['one', 'two', 'three', 'four']) acquire.customerWrites(kase.id, text);
  await acquire.webhooks.idle();

  const texts = received.map((one) => Json.parse(one.data['message'])['message']);
  expect(texts).toEqual(['doubled', 'doubled', 'three', 'two', 'one', 'four']);
});

test('the bytes may differ from the text that was signed', async () => {
  listen();
  acquire.variants.webhookBytes = 'indented';

  acquire.agentIs(1, false);
  await acquire.webhooks.idle();

  expect(received[0]?.text).toContain('\n  "data"');
  expect(received[0]?.signature).toBe(sign(secret, JSON.parse(received[0]?.text ?? '')));
});

test('where the withdrawn subscription API exists, it takes a subscription to messages', async () => {
  acquire.variants.subscriptions = true;
  const sample = fixture('webhook-subscription.create.request');
  const own = { url: `http://127.0.0.1:${portOf(receiver)}/`, events: [{ event: 'case:message:new', params: {} }] };

  const made = await call(acquire, 'POST /webhook', { body: { ...sample, ...own } });
  opened();
  await acquire.webhooks.idle();

  expect(made.data).toMatchObject({ id: 1, flow: 'outbound', userId: acquire.keyUser.id });
  expect(events()).toEqual(['case:message:new']);
  expect((await call(acquire, 'DELETE /webhook/1')).data).toEqual({ deleted: 1 });
});
