import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';
import type { JsonObject } from '../../src/sandbox/slack/wire.ts';
import { isObject, parseJson, textOf } from '../../src/sandbox/slack/wire.ts';
import { slackFor } from './slack-support.ts';

async function urlFor(slack: SlackSimulator): Promise<string> {
  const headers = { authorization: `Bearer ${slack.workspace.app.appToken}` };
  const body = parseJson(
    await (await fetch(`${slack.apiUrl}apps.connections.open`, { method: 'POST', headers })).text(),
  );
  return isObject(body) ? textOf(body['url']) : '';
}

/** A client that keeps every frame and acknowledges what `answer` does not decline. */
async function connect(slack: SlackSimulator, answer: (frame: JsonObject) => object | undefined = () => ({})) {
  const frames: JsonObject[] = [];
  const socket = new WebSocket(await urlFor(slack));
  onTestFinished(() => socket.terminate());
  socket.on('message', (bytes: Buffer) => {
    const frame = parseJson(bytes.toString('utf8'));
    if (!isObject(frame)) return;
    frames.push(frame);
    const reply = frame['envelope_id'] === undefined ? undefined : answer(frame);
    if (reply !== undefined) socket.send(JSON.stringify({ envelope_id: frame['envelope_id'], ...reply }));
  });
  await slack.sees(() => frames.find((frame) => frame['type'] === 'hello'));
  return { frames, socket };
}

const quick = { socketMode: true, answerMs: 40, retries: [10, 10, 10] };

test('an event comes in an envelope and is done once acknowledged', async () => {
  const slack = await slackFor(quick);
  const { frames } = await connect(slack);

  slack.say(U.anna, C.support, 'hello');
  await slack.eventsSettled();

  expect(frames[0]).toMatchObject({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0CASEBRIDGE' } });
  expect(frames[1]).toMatchObject({ type: 'events_api', accepts_response_payload: false, retry_attempt: 0 });
  expect(frames[1]).toMatchObject({ payload: { type: 'event_callback', event: { text: 'hello' } } });
  expect(slack.deliveries[0]?.state).toBe('delivered');
});

test('what nobody acknowledged comes again, also on the next connection', async () => {
  const slack = await slackFor(quick);
  const first = await connect(slack, () => undefined);
  slack.say(U.anna, C.support, 'hello');
  await slack.sees(() => first.frames.find((frame) => frame['type'] === 'events_api'));
  slack.socket.cut();

  const second = await connect(slack);
  await slack.eventsSettled();

  const again = second.frames.find((frame) => frame['type'] === 'events_api');
  expect(again).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout', payload: { event: { text: 'hello' } } });
});

test('each event goes to one of the connections', async () => {
  const slack = await slackFor(quick);
  const one = await connect(slack);
  const two = await connect(slack);

  for (let i = 0; i < 4; i += 1) slack.say(U.anna, C.support, `hello ${i}`);
  await slack.eventsSettled();

  const events = [one, two].map(({ frames }) => frames.filter((frame) => frame['type'] === 'events_api').length);
  expect(events).toEqual([2, 2]);
});

test('a command is answered in the acknowledgement and never repeated', async () => {
  const slack = await slackFor(quick);
  const { frames } = await connect(slack, () => (frames.length < 3 ? { payload: { text: 'done' } } : undefined));

  expect(await slack.command(U.anna, C.support, '/case', 'help')).toMatchObject({ ok: true, body: { text: 'done' } });
  expect(await slack.command(U.anna, C.support, '/case')).toMatchObject({ ok: false, error: 'operation_timeout' });

  expect(frames[1]).toMatchObject({
    type: 'slash_commands',
    accepts_response_payload: true,
    payload: { text: 'help' },
  });
  expect(frames).toHaveLength(3);
});

test('an address serves one connection, and there are at most ten', async () => {
  const slack = await slackFor({ ...quick, rateLimits: false });
  for (let i = 0; i < 10; i += 1) await connect(slack);
  const url = await urlFor(slack);

  const eleventh = new WebSocket(url);
  const frame = await new Promise<string>((resolve) => {
    eleventh.once('message', (bytes: Buffer) => resolve(bytes.toString('utf8')));
  });
  const reused = new WebSocket(url);
  const refused = await new Promise<string>((resolve) => {
    reused.once('error', (error) => resolve(error.message));
  });

  expect(frame).toContain('too_many_websockets');
  expect(refused).toContain('403');
});

test('a planned farewell names its reason before the connection ends', async () => {
  const slack = await slackFor(quick);
  const { frames, socket } = await connect(slack);

  slack.socket.disconnect('warning');
  slack.socket.disconnect('refresh_requested');
  await slack.sees(() => socket.readyState === socket.CLOSED);

  expect(frames.slice(1).map((frame) => frame['reason'])).toEqual(['warning', 'refresh_requested']);
});
