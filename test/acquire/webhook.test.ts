import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { MessageRow } from '../../src/acquire/schema.ts';
import { readToldRow, type ToldRow } from '../../src/acquire/told-rows.ts';
import { messageFrom } from '../../src/acquire/translate.ts';
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

test('a key names what was told, and nothing of the body', () => {
  expect(parseWebhook({ event: 'case:status', data: { caseId: '72', status: 'closed' } })).toMatchObject({
    key: 'acquire:case:status',
  });
});

test('a row is read in a webhook as it is read over REST', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('323', 323, 'contact', 'hi', '2026-11-21T10:00:00Z', null, undefined),
  );
  const rows = fc.record(
    { id: fc.oneof(fc.constant('323'), odd), senderType: fc.oneof(fc.constant('user'), odd), senderId: odd, type: odd },
    { requiredKeys: [] },
  );
  const rest = fc.record(
    {
      channel: odd,
      message: odd,
      dateCreated: odd,
      sender: fc.oneof(fc.record({ id: odd, name: odd }), odd),
      meta: odd,
    },
    { requiredKeys: [] },
  );
  const translated = (row: ToldRow | null | undefined) =>
    row ? messageFrom(row, { own: new Set(), people: new Map(), contact: null }) : null;

  const agrees = fc.property(rows, rest, (some, others) => {
    const row = { ...some, ...others };
    expect(translated(readToldRow(row))).toEqual(translated(MessageRow.safeParse(row).data));
  });

  expect(() => fc.assert(agrees, { numRuns: 2_000 })).not.toThrow();
});

test('words without styles are stored once', () => {
  const told = (message: string) => {
    const row = { id: '323', senderId: '5', senderType: 'contact', type: 'message', message };
    const parsed = parseWebhook({ event: 'case:message:new', data: { caseId: '72', message: row } });
    return 'event' in parsed ? parsed.event.messages[0] : undefined;
  };

  expect(told('Hello there')).toMatchObject({ text: 'Hello there', body: [] });
  expect(told('<b>Hello</b> there')?.body).not.toEqual([]);
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
