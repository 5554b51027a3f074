import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SlackOptions, SlackSimulator } from '../../src/sandbox/slack/server.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import type { JsonObject } from '../../src/sandbox/slack/wire.ts';
import { isObject, parseJson, readBody, textOf } from '../../src/sandbox/slack/wire.ts';

export async function slackFor(options: SlackOptions = {}): Promise<SlackSimulator> {
  const slack = await startSlack(options);
  onTestFinished(() => slack.close());
  return slack;
}

/** A call as plain HTTP, JSON unless it is a form. */
export async function call(slack: SlackSimulator, method: string, params: object = {}): Promise<JsonObject> {
  const response = await rawCall(slack, method, params);
  const body = parseJson(await response.text());
  if (!isObject(body)) throw new Error(`${method} did not answer with an object`);
  return body;
}

export const rawCall = (slack: SlackSimulator, method: string, params: object = {}): Promise<Response> =>
  fetch(slack.apiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.workspace.app.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(params),
    signal: AbortSignal.timeout(500),
  });

export async function posted(slack: SlackSimulator, params: object): Promise<string> {
  const answer = await call(slack, 'chat.postMessage', params);
  if (answer['ok'] !== true) throw new Error(textOf(answer['error']));
  return textOf(answer['ts']);
}

export interface Received {
  headers: http.IncomingHttpHeaders;
  raw: string;
  body: JsonObject;
}

/** An app made of one function: what it returns is the answer; undefined leaves Slack waiting. */
export async function appFor(
  slack: SlackSimulator,
  answer: (received: Received, count: number) => { status?: number; body?: unknown; headers?: object } | undefined,
): Promise<Received[]> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    void readBody(request).then((bytes) => {
      const raw = bytes.toString('utf8');
      const body = bodyOf(raw);
      if (body['type'] === 'url_verification') return response.end(textOf(body['challenge']));
      const one = { headers: request.headers, raw, body };
      received.push(one);
      const reply = answer(one, received.length);
      if (reply === undefined) return undefined;
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      return response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  await slack.connect(`http://127.0.0.1:${address.port}/slack/events`);
  return received;
}

function bodyOf(raw: string): JsonObject {
  const parsed = parseJson(raw);
  if (isObject(parsed)) return parsed;
  const form = new URLSearchParams(raw);
  const payload = parseJson(form.get('payload') ?? '');
  return isObject(payload) ? payload : Object.fromEntries(form);
}

export function eventIn(received: Received | undefined): JsonObject {
  const event = received?.body['event'];
  if (!isObject(event)) throw new Error('no event was received');
  return event;
}

export const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

export const button = (action_id: string, value = 'v') => ({
  type: 'button',
  action_id,
  value,
  text: { type: 'plain_text', text: action_id },
});

export const input = (block_id: string, element: object = {}) => ({
  type: 'input',
  block_id,
  label: { type: 'plain_text', text: block_id },
  element: { type: 'plain_text_input', action_id: block_id, ...element },
});

export const modal = (blocks: object[] = [section('hello')], more: object = {}) => ({
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: 'Form' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks,
  ...more,
});
