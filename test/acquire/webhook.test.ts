import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseWebhook, verifySignature } from '../../src/acquire/webhook.ts';
import { CaseNudged } from '../../src/core/event.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/acquire/${name}.json`, import.meta.url), 'utf8'));
const vector = z
  .object({ secret: z.string(), signature: z.string(), rawBody: z.string() })
  .parse(fixture('webhook.signature-vector'));
const raw = Buffer.from(vector.rawBody);

test('the published body with its signature is accepted', () => {
  expect(verifySignature(raw, vector.signature, vector.secret)).toBe(true);
  expect(verifySignature(raw, vector.signature.toUpperCase(), vector.secret)).toBe(true);
});

test('a body whose spacing was changed on the way is accepted', () => {
  const indented = Buffer.from(JSON.stringify(JSON.parse(vector.rawBody), null, 2));

  expect(verifySignature(indented, vector.signature, vector.secret)).toBe(true);
});

test.each([
  ['another secret', raw, vector.signature, 'other'],
  ['an empty secret', raw, createHmac('sha256', '').update(raw).digest('hex'), ''],
  ['another body', Buffer.from('{}'), vector.signature, vector.secret],
  ['no signature', raw, undefined, vector.secret],
  ['half a signature', raw, vector.signature.slice(0, 32), vector.secret],
  ['a signature that is no hex', raw, 'z'.repeat(64), vector.secret],
  ['a body that is no JSON', Buffer.from('{'), vector.signature, vector.secret],
])('%s is refused', (_name, body, signature, secret) => {
  expect(verifySignature(body, signature, secret)).toBe(false);
});

test('the published closing nudges its case and carries its messages', () => {
  const parsed = parseWebhook(fixture('webhook.case-status.closed'), new Set(['1']));

  expect(parsed).toMatchObject({ event: { type: 'case_nudged', event: 'case:status', case: '72' } });
  if (!('event' in parsed)) return;
  expect(CaseNudged.parse(parsed.event)).toEqual(parsed.event);
  expect(parsed.event.messages.map(({ id, type, sender }) => [id, type, sender.side])).toEqual([
    ['323', 'event', 'contact'],
    ['324', 'message', 'contact'],
    ['325', 'event', 'contact'],
    ['326', 'event', 'self'],
    ['327', 'event', 'self'],
  ]);
});

test.each([
  ['case:message:new', { caseId: '72' }],
  ['case:message:new', { message: { caseId: 72 } }],
  ['case:new', { case: { id: '72' } }],
  ['case:new', { id: 72 }],
  ['user:case-joined', { caseId: 72 }],
])('the case of %s is found in %j', (event, data) => {
  expect(parseWebhook({ event, data })).toMatchObject({ event: { case: '72' } });
});

test('a single message is carried along', () => {
  const message = { id: '323', channel: 'chat', senderId: '5', senderType: 'contact', type: 'message', message: 'hi' };
  const parsed = parseWebhook({ event: 'case:message:new', data: { caseId: '72', message } });

  expect(parsed).toMatchObject({ event: { messages: [{ id: '323', text: 'hi', sender: { side: 'contact' } }] } });
});

test.each([
  [{ event: 'user:status', data: { userId: '1' } }, 'user:status concerns no case'],
  [{ event: 'user:case-invite', data: { id: '72' } }, 'user:case-invite names no case'],
  [{ event: 'robin@example.com', data: { caseId: '72' } }, 'unknown event'],
  [{ event: 'case:status', data: 'closed' }, 'not an event'],
  [{ event: 'CHAT_ON_MESSAGE', id: 72 }, 'not an event'],
  [null, 'not an event'],
])('%j is ignored for a reason', (body, ignored) => {
  expect(parseWebhook(body)).toEqual({ ignored });
});

test('the same body has the same key, another body another', () => {
  const body = (status: string) => ({ event: 'case:status', data: { caseId: '72', status } });
  const keyOf = (status: string) => {
    const parsed = parseWebhook(body(status));
    return 'key' in parsed ? parsed.key : null;
  };

  expect(keyOf('closed')).toBe(keyOf('closed'));
  expect(keyOf('closed')).not.toBe(keyOf('active'));
  expect(keyOf('closed')).toMatch(/^acquire:case:status:72:[0-9a-f]{32}$/);
});

test('no body, however odd, makes parsing throw', () => {
  const event = fc.constantFrom('case:status', 'case:message:new', 'user:status', '__proto__');
  const data = fc.dictionary(
    fc.constantFrom('caseId', 'case', 'message', 'messages', 'id', '__proto__'),
    fc.jsonValue(),
  );

  const bodies = fc.oneof(fc.jsonValue(), fc.record({ event, data }));

  expect(() => fc.assert(fc.property(bodies, (body) => void parseWebhook(body)))).not.toThrow();
});
