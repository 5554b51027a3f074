import type { IncomingMessage } from 'node:http';
import { json as bodyOf } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { international } from '../../src/acquire/sms.ts';
import { CaseId, ContactId } from '../../src/core/ids.ts';
import { fixture, Json } from '../sandbox/acquire-calls.ts';
import { json } from './server.ts';
import { answering, odd, opened, start } from './world.ts';

const draft = {
  case: CaseId.parse('2219'),
  contact: ContactId.parse('751069'),
  from: '+15550100001',
  text: 'hi',
} as const;
const sent = Json.parse(fixture('sms-send.response')['data']);
const shownCase = Json.parse(sent['cas']);
const contact = { id: 751_069, fields: { phone: '15550100002', country: { calling_code1: 1 } } };

/** Answers as the published samples do, with something changed. */
const publishedRoom = async (changes: { case?: object; contact?: object; answer?: object } = {}) => {
  const bodies: Promise<unknown>[] = [];
  const answerTo = (request: IncomingMessage): unknown => {
    if (request.method === 'POST') return { ...sent, data: { ...Object(sent['data']), ...changes.answer } };
    if (request.url?.includes('/contact/') === true) return { ...contact, ...changes.contact };
    return { ...shownCase, ...changes.case };
  };
  const { helpdesk } = await odd((request, response) => {
    if (request.method === 'POST') bodies.push(bodyOf(request));
    json(response, { data: answerTo(request) });
  });
  return { helpdesk, bodies };
};

describe('sending', () => {
  test('the request is the published one, key by key', async () => {
    const { helpdesk, bodies } = await publishedRoom();

    const written = await helpdesk.sendSms(draft);

    expect(await bodies[0]).toEqual(fixture('sms-send.request'));
    expect(written).toEqual({ id: '8653', case: '2219', chain: null, asAsked: true });
    expect([...helpdesk.ownSenders()]).toEqual(['28']);
  });

  test.each([
    ['only as a detail of the case', { timeline: undefined }],
    ['only as a relation, in a list', { meta: {}, timeline: [shownCase['timeline']] }],
  ])('the conversation is found %s', async (_where, changes) => {
    const { helpdesk, bodies } = await publishedRoom({ case: changes });

    await helpdesk.sendSms(draft);

    expect(await bodies[0]).toMatchObject({ timelineId: 2108 });
  });

  test.each([
    ['of another case and chain', { id: 5, caseId: 1, threadId: 2 }],
    ['of another contact', { id: 5, caseId: 2219, contactId: 9 }],
  ])('a conversation %s is not taken for this one', async (_whose, timeline) => {
    const { helpdesk, bodies } = await publishedRoom({ case: { meta: {}, timeline } });

    await expect(helpdesk.sendSms(draft)).rejects.toMatchObject({ facts: { word: 'NO_TIMELINE', effect: 'none' } });
    expect(bodies).toHaveLength(0);
  });

  test('a message that the telephone company refused is no success', async () => {
    const { helpdesk } = await publishedRoom({ answer: { status: 'failed' } });

    await expect(helpdesk.sendSms(draft)).rejects.toMatchObject({ facts: { word: 'SMS_FAILED', effect: 'none' } });
  });

  test('a message that was filed under another case is not as asked', async () => {
    const { helpdesk } = await publishedRoom({ answer: { caseId: 2220 } });

    expect((await helpdesk.sendSms(draft)).asAsked).toBe(false);
  });

  test('a contact without a number gets nothing', async () => {
    const { helpdesk } = await publishedRoom({ contact: { fields: {} } });

    await expect(helpdesk.sendSms(draft)).rejects.toMatchObject({ facts: { word: 'NO_PHONE', effect: 'none' } });
  });
});

describe('the number of a conversation', () => {
  const texted = async (smsNumbers: 'shown' | 'hidden') => {
    const { room, helpdesk } = await start({ smsNumbers });
    const one = opened(room, 'hi', { channel: 'sms', to: '+15550100009' });
    const numberOf = async (id: string | number) => {
      const found = await helpdesk.getCase(CaseId.parse(String(id)));
      return found === null ? null : helpdesk.smsNumberOf(found);
    };
    return { room, one, numberOf };
  };

  test('is the one that the customer wrote to, also once the case was reopened', async () => {
    const { room, one, numberOf } = await texted('shown');
    room.agentCloses(1, Number(one.id));
    const next = room.agentReopens(1, Number(one.id));

    expect([await numberOf(one.id), await numberOf(next.id)]).toEqual(['+15550100009', '+15550100009']);
  });

  test('is not known where Acquire does not show it', async () => {
    const { one, numberOf } = await texted('hidden');

    expect(await numberOf(one.id)).toBeNull();
  });
});

test('the published numbers can send', async () => {
  const helpdesk = await answering(fixture('sms-number-list.response'));

  expect(await helpdesk.smsNumbers()).toEqual(['+15550100001']);
});

test.each([
  ['+358 40 123 4567', null, '+358401234567'],
  ['0035840 1234567', null, '+358401234567'],
  ['(555) 010-0002', '1', null],
  ['15550100002', '1', '+15550100002'],
  ['15550100002', null, null],
  ['358401234567', '358', '+358401234567'],
  // Ten digits of an Italian mobile begin like the country's own code.
  ['3912345678', '39', null],
  ['040 1234567', '358', null],
  ['+358 40 123 4567 ext. 3', null, null],
  ['', '1', null],
])('%j with the code %s is %s', (given, code, meant) => {
  expect(international(given, code)).toBe(meant);
});
