import { createHmac } from 'node:crypto';
import { type Agent, request } from 'node:http';
import type { Chance } from './hostile.ts';
import { hostileOf, spoiltText } from './hostile.ts';
import type { Endpoint, Json } from './seeds.ts';

/** One hostile request: its body, how it is signed, and how it is sent. */

export type Secrets = { readonly slack: string; readonly acquire: string };

export type Hostile = {
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

const SPOILT = 0.1;
const SIGNED = 0.7;

export const hostileRequest = (
  {
    endpoint,
    seeds,
    secrets,
  }: { readonly endpoint: Endpoint; readonly seeds: readonly Json[]; readonly secrets: Secrets },
  chance: Chance,
): Hostile => {
  const seed = seeds[Math.floor(chance() * seeds.length)] ?? null;
  const text = textOf(endpoint, hostileOf(seed, chance));
  const body = Buffer.from(chance() < SPOILT ? spoiltText(text, chance) : text);
  const isSigned = chance() < SIGNED;
  if (endpoint === 'acquire webhooks') {
    const signature = isSigned ? createHmac('sha256', secrets.acquire).update(body).digest('hex') : wrong(chance);
    return {
      path: '/webhooks/acquire',
      body,
      headers: { 'x-acquire-signature': signature, ...typeOf(endpoint, chance) },
    };
  }
  const timestamp = isSigned ? String(Math.floor(Date.now() / 1000)) : when(chance);
  const digest = createHmac('sha256', secrets.slack).update(`v0:${timestamp}:`).update(body).digest('hex');
  const signature = isSigned ? `v0=${digest}` : wrong(chance);
  const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
  return { path: '/slack/events', body, headers: { ...headers, ...typeOf(endpoint, chance) } };
};

const textOf = (endpoint: Endpoint, json: Json): string => {
  if (endpoint !== 'slack forms') return JSON.stringify(json);
  const fields = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const form = new URLSearchParams();
  for (const [key, value] of fields) form.append(key, typeof value === 'string' ? value : JSON.stringify(value));
  return form.toString();
};

const choose = (chance: Chance, list: readonly string[]): string => list[Math.floor(chance() * list.length)] ?? '';

const wrong = (chance: Chance): string =>
  choose(chance, [
    '',
    'v0=',
    `v0=${'0'.repeat(64)}`,
    '0'.repeat(64),
    'x'.repeat(4_000),
    'v0=zz',
    'null',
    '[object Object]',
  ]);

const when = (chance: Chance): string => {
  const now = Math.floor(Date.now() / 1000);
  return choose(chance, ['', 'NaN', '-1', '0', '1e400', String(now - 400), String(now + 400), String(now), 'x']);
};

const typeOf = (endpoint: Endpoint, chance: Chance): Readonly<Record<string, string>> => {
  const right = endpoint === 'slack forms' ? 'application/x-www-form-urlencoded' : 'application/json';
  if (chance() < 0.9) return { 'content-type': right };
  return {
    'content-type': choose(chance, [
      `${right}; charset=utf-8`,
      'text/plain',
      'multipart/form-data',
      'application/xml',
      '; ;',
    ]),
  };
};

export type Answered = { readonly status: number; readonly text: string };

export const send = (port: number, { path, body, headers }: Hostile, agent: Agent): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.length },
    });
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
