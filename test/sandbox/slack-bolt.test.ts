/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */
import { createServer } from 'node:net';
import { App, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { expect, onTestFinished, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';
import { button, input, modal, slackFor } from './slack-support.ts';

const clientFor = (slack: SlackSimulator, token = slack.workspace.app.botToken) =>
  new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A small app that replies in threads, answers /case and asks in a modal. */
function listen(app: App): void {
  app.message(async ({ message, say }) => {
    if (message.subtype === undefined) await say({ text: `heard ${message.text}`, thread_ts: message.ts });
  });
  app.command('/case', async ({ ack, command, respond }) => {
    await ack(`working on ${command.text}`);
    await respond({ text: 'done', response_type: 'ephemeral' });
  });
  app.action('ask', async ({ ack, body, client }) => {
    await ack();
    if ('trigger_id' in body) {
      const view = modal([input('answer')]);
      await client.apiCall('views.open', { trigger_id: body.trigger_id, view });
    }
  });
  app.view('form', async ({ ack, view }) => {
    const answer = view.state.values['answer']?.['answer']?.value;
    await (answer === 'no' ? ack({ response_action: 'errors', errors: { answer: 'say yes' } }) : ack());
  });
}

async function playedThrough(slack: SlackSimulator): Promise<void> {
  const said = slack.say(U.anna, C.support, 'hello');
  const reply = await slack.sees(() => slack.thread(C.support, said.ts)[1], 'the reply');
  expect(reply).toMatchObject({ text: 'heard hello', bot_id: 'B0CASEBOT', parent_user_id: U.anna });

  await slack.command(U.anna, C.support, '/case', 'list');
  const texts = () => slack.ephemerals(U.anna).map((one) => one.text);
  await slack.sees(() => texts().length === 2, 'both answers');
  expect(texts().toSorted()).toEqual(['done', 'working on list']);

  const blocks = [{ type: 'actions', elements: [button('ask')] }];
  const post = await clientFor(slack).chat.postMessage({ channel: C.support, text: 'ask', blocks });
  await slack.click(U.anna, { channel: C.support, ts: post.ts ?? '', actionId: 'ask' });
  const view = await slack.sees(() => slack.viewsOf(U.anna)[0], 'the modal');
  expect((await slack.submitView(U.anna, view.id, { answer: 'no' })).errors).toEqual({ answer: 'say yes' });
  expect(await slack.submitView(U.anna, view.id, { answer: 'yes' })).toMatchObject({ ok: true, view: undefined });
}

test('Slack’s own client posts, reads, uploads and fails as it does with Slack', async () => {
  const slack = await slackFor();
  const client = clientFor(slack);

  const post = await client.chat.postMessage({
    channel: C.support,
    text: 'hi',
    metadata: { event_type: 'm', event_payload: { delivery: 'd1' } },
  });
  await client.filesUploadV2({
    channel_id: C.support,
    thread_ts: post.ts ?? '',
    file: Buffer.from('hello'),
    filename: 'a.txt',
  });
  await slack.sees(() => slack.thread(C.support, post.ts ?? '')[1], 'the file');
  const thread = await client.conversations.replies({
    channel: C.support,
    ts: post.ts ?? '',
    include_all_metadata: true,
  });

  expect(thread.messages?.[0]?.metadata).toEqual({ event_type: 'm', event_payload: { delivery: 'd1' } });
  expect(thread.messages?.[1]).toMatchObject({ subtype: 'file_share', files: [{ name: 'a.txt', size: 5 }] });
  slack.faults.add({ method: 'chat.postMessage', times: 1, action: { kind: 'rateLimit', retryAfter: 7 } });
  await expect(client.chat.postMessage({ channel: C.support, text: 'hi' })).rejects.toMatchObject({ retryAfter: 7 });
  await expect(client.chat.postMessage({ channel: C.old, text: 'hi' })).rejects.toMatchObject({
    data: { error: 'is_archived' },
  });
});

test('a file is served to the bearer of the token, a sign-in page to everybody else', async () => {
  const slack = await slackFor();
  const said = slack.say(U.anna, C.support, 'see', { files: [{ name: 'a.txt', content: 'hello' }] });
  const url = String(said.files?.[0]?.['url_private_download']);

  const stranger = await fetch(url);
  const bearer = await fetch(url, { headers: { authorization: `Bearer ${slack.workspace.app.botToken}` } });

  expect([stranger.status, stranger.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await bearer.text()).toBe('hello');
});

test('a real Bolt app lives with it over HTTP', async () => {
  const slack = await slackFor();
  const port = await freePort();
  const { botToken: token, signingSecret } = slack.workspace.app;
  const options = { token, signingSecret, logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl: slack.apiUrl } };
  const app = new App({ ...options, deferInitialization: true });
  await app.init();
  listen(app);
  await app.start({ port, host: '127.0.0.1' });
  onTestFinished(async () => void (await app.stop()));

  expect(await slack.connect(`http://127.0.0.1:${port}/slack/events`)).toBe(true);

  await playedThrough(slack);
});

test('a real Bolt app lives with it over Socket Mode', async () => {
  const slack = await slackFor({ socketMode: true });
  const { botToken: token, appToken } = slack.workspace.app;
  const options = { token, appToken, logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl: slack.apiUrl } };
  const app = new App({ ...options, socketMode: true, deferInitialization: true });
  await app.init();
  listen(app);
  await app.start();
  onTestFinished(async () => void (await app.stop()));

  await slack.sees(() => slack.socket.connections() === 1, 'the connection');

  await playedThrough(slack);
  expect(slack.deliveries.every(({ state }) => state !== 'given up')).toBe(true);
});
