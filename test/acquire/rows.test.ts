import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CaseRow, ContactRow, looseList, MessageRow, pageOf, parseDate, Person } from '../../src/acquire/schema.ts';
import { agentFrom, caseFrom, contactFrom, messageFrom, stateOf } from '../../src/acquire/translate.ts';

const Fixture = z.object({ data: z.unknown() });
const published = (name: string): unknown =>
  Fixture.parse(JSON.parse(readFileSync(new URL(`../fixtures/acquire/${name}.response.json`, import.meta.url), 'utf8')))
    .data;

const nobody = { own: new Set<string>(), people: new Map<string, Person>(), contact: null };
const caseIn = (value: unknown) => {
  const row = CaseRow.parse(value);
  return caseFrom(row, contactFrom(row.contact), new Set(['25']));
};

describe('published payloads', () => {
  test('a case with its contact', () => {
    expect(caseIn(published('case-get'))).toMatchObject({
      id: '30',
      chain: '30',
      channel: 'chat',
      state: 'open',
      contact: { id: '5', name: '#5', email: null },
    });
  });

  test('a list of cases, each with its contact', () => {
    const page = pageOf(CaseRow).parse(published('case-list'));

    expect(page.count).toBe(72);
    expect(page.good.map((row) => [row.id, row.contact.id])).toEqual([
      ['1', '1'],
      ['2', '1'],
    ]);
  });

  test('a case that goes on with an older chain', () => {
    expect(caseIn(published('case-reopen'))).toMatchObject({
      id: '1694',
      chain: '1683',
      state: 'open',
      title: 'string',
    });
  });

  test('a case that was joined names who is in it, and not ourselves', () => {
    const row = CaseRow.parse(published('chat-join'));
    const agents = (own: string[]) => caseFrom(row, contactFrom(row.contact), new Set(own)).agents;

    expect(row.users.good.map(({ userId, status }) => [userId, status])).toContainEqual(['25', 'joined']);
    expect(agents([])).toHaveLength(1);
    expect(agents(['25'])).toEqual([]);
  });

  test('a message as the answer to sending it', () => {
    const row = MessageRow.parse(published('chat-add-message'));

    expect(row).toMatchObject({ id: '8289', caseId: '2069', threadId: '1875', senderId: '25', type: 'message' });
    expect(messageFrom(row, { ...nobody, own: new Set(['25']) })).toMatchObject({
      text: 'Hey added from the api',
      sender: { side: 'self', id: '25', name: 'a' },
      createdAt: Date.parse('2021-03-30T16:05:46.000Z'),
    });
  });

  test('a list of messages that names the case only where it is expanded', () => {
    const { good, count } = pageOf(MessageRow).parse(published('case-message-list'));

    expect(count).toBe(327);
    expect(good.map((row) => [row.id, row.caseId, row.type])).toEqual([
      ['1', '1', 'event'],
      ['2', '1', 'event'],
    ]);
  });

  test('a message of an agent', () => {
    expect(messageFrom(MessageRow.parse(published('message-get')), nobody)).toMatchObject({
      type: 'message',
      sender: { side: 'agent', id: '1', name: 'Blake Agent' },
    });
  });

  test('contacts with fields as a map and as rows', () => {
    expect(contactFrom(ContactRow.parse(published('contact-create')))).toEqual({
      id: '12',
      name: 'Robin Example',
      email: 'person17@example.com',
      phone: '5550100007',
      fields: { browser: 'Chrome 81.0, Windows', city: 'San Francisco', state: 'California', country: 'United States' },
    });
    expect(CaseRow.parse(published('case-create')).contact.fields).toEqual({});
  });

  test('users of the account', () => {
    const agents = pageOf(Person).parse(published('user-list')).good.map(agentFrom);

    expect(agents[0]).toEqual({ id: '1', name: 'Blake Agent', email: 'user@example.com', bot: false });
    expect(agents).toHaveLength(3);
  });
});

test.each([
  ['2021-03-30T16:05:46.000Z', '2021-03-30T16:05:46Z'],
  ['2021-07-16 11:49:24', '2021-07-16T11:49:24Z'],
  ['Wed Mar 03 2021 10:19:49 GMT+0000 (Coordinated Universal Time)', '2021-03-03T10:19:49Z'],
  ['Wed Mar 03 2021 10:19:49 GMT+0200 (Eastern European Standard Time)', '2021-03-03T08:19:49Z'],
])('the date %s is understood', (given, meant) => {
  expect(parseDate(given)).toBe(Date.parse(meant));
});

test.each(['', '5', 'yesterday', '2021-13-45 99:99:99'])('%j is no date', (given) => {
  expect(parseDate(given)).toBeNull();
});

test.each([
  ['active', 'open'],
  ['closed', 'closed'],
  ['pending', 'waiting'],
  ['queue', 'waiting'],
  ['some new word', 'waiting'],
  [null, 'waiting'],
] as const)('a case of status %s is %s', (status, state) => {
  expect(stateOf(status)).toBe(state);
});

const row = { id: 9, senderType: 'user', senderId: 4, type: 'message', message: 'hi' };
const person = (more: Partial<Person>): Person => ({
  id: '4',
  name: 'Helper',
  email: null,
  type: 'user',
  clientId: null,
  metaDetails: null,
  ...more,
});

test.each([
  ['an agent', { ...row, sender: person({}) }, 'agent'],
  ['a bot, told by its details', { ...row, sender: person({ metaDetails: { isBotClient: true } }) }, 'bot'],
  ['a bot, told by its client', { ...row, sender: person({ clientId: 'bot:conversational_bot:3' }) }, 'bot'],
  ['a user that nothing is known of', row, 'agent'],
  ['a side with a new name', { ...row, senderType: 'workflow' }, 'bot'],
  ['the contact', { ...row, senderType: 'contact' }, 'contact'],
] as const)('a message of %s is known as such', (_who, given, side) => {
  expect(messageFrom(MessageRow.parse(given), nobody).sender.side).toBe(side);
});

test.each([
  ['sms', 'message'],
  ['mail', 'message'],
  ['note', 'note'],
  ['event', 'event'],
  ['form', 'other'],
  [undefined, 'other'],
])('a row of type %s is a %s', (given, type) => {
  expect(messageFrom(MessageRow.parse({ ...row, type: given }), nobody).type).toBe(type);
});

test('the translator’s mark is taken off what Acquire and its agents say, and stays in a customer’s own words', () => {
  const said = (senderType: string, type: string) =>
    messageFrom(MessageRow.parse({ ...row, senderType, type, message: 'Hello.|translate' }), nobody).text;

  expect(said('user', 'event')).toBe('Hello.');
  expect(said('user', 'message')).toBe('Hello.');
  expect(said('contact', 'event')).toBe('Hello.');
  expect(said('contact', 'message')).toBe('Hello.|translate');
});

const answer = 'Yes.\n\nOn Tue, Mar 3, 2026 at 10:00 AM Support <support@example.com> wrote:\n> No?';

test.each([
  ['a mail, by its type', { type: 'email' }, undefined, true],
  ['a mail, by its own channel', { channel: 'mail' }, undefined, true],
  ['a mail, by the channel of its case', {}, 'mail', true],
  ['a chat in a mail case', { channel: 'chat' }, 'mail', false],
  ['a chat', { channel: 'chat' }, 'chat', false],
  ['a note in a mail case', { type: 'note' }, 'mail', false],
  ['a row that nothing is known of', {}, undefined, false],
] as const)('earlier mails are folded in %s: %j', (_what, given, channel, folded) => {
  const known = channel === undefined ? nobody : { ...nobody, channel };
  const read = messageFrom(MessageRow.parse({ ...row, message: answer, ...given }), known);

  expect(read.folded).toBe(folded);
  expect(read.text).toBe(answer);
});

test('a contact is never taken for one of our senders of the same number', () => {
  const known = { ...nobody, own: new Set(['4']) };

  expect(messageFrom(MessageRow.parse({ ...row, senderType: 'contact' }), known).sender.side).toBe('contact');
});

test('one bad row of a list leaves the good ones', () => {
  const list = looseList(MessageRow).parse([row, { id: 'x' }, null, { ...row, id: '10' }]);

  expect(list.good.map(({ id }) => id)).toEqual(['9', '10']);
  expect(list.bad).toBe(2);
});

const oddKeys = 'id senderType senderId type message caseId case contact contactId fields users data count meta user';
const oddJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, 0, -1, 1.5, 1e300, '', '1', '007', 'contact', 'user', 'note', true),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...oddKeys.split(' ')), tie('value'), { maxKeys: 8 }),
  ),
})).value;

const readAll = (value: unknown): void => {
  const [one, message, contact] = [CaseRow.safeParse(value), MessageRow.safeParse(value), ContactRow.safeParse(value)];
  if (one.success) caseFrom(one.data, contactFrom(one.data.contact), new Set());
  if (message.success) messageFrom(message.data, nobody);
  if (contact.success) contactFrom(contact.data);
  pageOf(CaseRow).safeParse(value);
  pageOf(MessageRow).safeParse(value);
};

test('no JSON, however odd, makes reading throw', () => {
  expect(() => fc.assert(fc.property(oddJson, readAll))).not.toThrow();
});
