import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VariantChoices } from '../../src/sandbox/acquire/options.ts';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { addMessage, call, Json, messagesOf } from './acquire-calls.ts';

let acquire: AcquireSimulator;

beforeEach(async () => {
  acquire = await startAcquire();
});
afterEach(() => acquire.stop());

const vary = (choices: VariantChoices) => Object.assign(acquire.variants, choices);

function opened(opening: Parameters<AcquireSimulator['openCase']>[1] = {}) {
  return acquire.openCase(acquire.contact().id, { text: 'hello', ...opening });
}

const reopening = (kase: { contactId: number; threadId: number }) =>
  call(acquire, `POST /crm/messenger/chat/create?contactId=${kase.contactId}`, { body: { threadId: kase.threadId } });

const closing = (caseId: number, more: Json = {}) =>
  call(acquire, 'POST /crm/messenger/chat/close', { body: { caseId, ...more } });

describe('the door', () => {
  test('asks for a bearer key with exactly one blank', async () => {
    const refused = [`Bearer  ${acquire.key}`, `bearer ${acquire.key}`, acquire.key, 'Bearer wrong', ''];

    for (const authorization of refused) {
      const reply = await call(acquire, 'GET /account/department', { authorization });
      expect(reply.status, authorization).toBe(401);
      expect(reply.text).toContain('ERROR_UNAUTHORIZED');
    }
    expect((await call(acquire, 'GET /account/department')).status).toBe(200);
  });

  test('stays shut for a revoked key until it is restored', async () => {
    acquire.revokeKey();
    expect((await call(acquire, 'GET /account/user')).status).toBe(401);

    acquire.restoreKey();
    expect((await call(acquire, 'GET /account/user')).status).toBe(200);
  });

  test('answers 404 for what it does not serve', async () => {
    expect((await call(acquire, 'GET /crm/objects/ticket')).status).toBe(404);
    expect((await call(acquire, 'GET /webhook')).status).toBe(404);
    expect((await call(acquire, 'PUT /crm/messenger/chat/close', { body: {} })).status).toBe(404);
  });

  test.each([
    ['malformed JSON', '{"caseId":', 'application/json'],
    ['a form', 'caseId=1', 'application/x-www-form-urlencoded'],
    ['a case id in words', { caseId: '1' }, 'application/json'],
    ['an unknown key', { caseId: 1, close: true }, 'application/json'],
    ['an endless text', { caseId: 1, closingState: 'x'.repeat(70_000) }, 'application/json'],
  ])('refuses %s', async (_what, body, contentType) => {
    const reply = await call(acquire, 'POST /crm/messenger/chat/close', { body, contentType });

    expect(reply.status).toBe(400);
    expect(reply.text).toContain('ERROR_INVALID_INPUT');
  });

  test('says "not found" as 400 with a word, or as 404', async () => {
    expect(await call(acquire, 'GET /crm/objects/case/9')).toMatchObject({ status: 400 });
    vary({ notFound: 404 });
    expect(await call(acquire, 'GET /crm/objects/case/9')).toMatchObject({ status: 404 });
  });

  test('keeps a record of what was asked', async () => {
    await call(acquire, 'GET /crm/objects/case?where=status%7Ceq%7Cactive&limit=5');

    expect(acquire.requests).toMatchObject([
      { method: 'GET', path: '/crm/objects/case', query: { where: 'status|eq|active', limit: '5' }, status: 200 },
    ]);
  });
});

describe('lists', () => {
  test('are filtered by every condition, and refuse what they do not know', async () => {
    const kase = opened();
    opened({ status: 'pending' });
    const list = (query: string) => call(acquire, `GET /crm/objects/case?${query}`);

    expect((await list('where=status%7Ceq%7Cactive')).data).toMatchObject({ count: 1, data: [{ id: kase.id }] });
    const both = `where=status%7Ceq%7Cpending&where=contactId%7Ceq%7C${kase.contactId}`;
    expect((await list(both)).data).toMatchObject({ count: 0 });
    for (const bad of ['where=status%7Cgt%7Ca', 'where=mood%7Ceq%7Ca', 'select=mood', 'relations=mood', 'limit=x']) {
      expect((await list(bad)).status, bad).toBe(400);
    }
    vary({ whereIgnored: true });
    expect((await list('where=status%7Ceq%7Cactive')).data).toMatchObject({ count: 2 });
  });

  test('come in pages of 20, of 100 at most, from page 0', async () => {
    for (let n = 0; n < 120; n += 1) opened();

    const first = await call(acquire, 'GET /crm/objects/case');
    expect(first.data).toMatchObject({ page: 0, offset: 0, limit: 20, count: 120 });
    const second = await call(acquire, 'GET /crm/objects/case?limit=500&page=1');
    expect(second.data).toMatchObject({ page: 1, offset: 100, limit: 100 });
    expect(Json.parse(second.data)['data']).toHaveLength(20);
  });

  test('show ids as numbers and dates without milliseconds', async () => {
    const kase = opened();

    const { data } = await call(acquire, `GET /crm/objects/case/${kase.id}`);
    expect(data).toMatchObject({ id: kase.id, dateCreated: expect.stringMatching(/^\d{4}-.*\.000Z$/) });
  });
});

describe('a message', () => {
  test('is added once, in the name of the key, and comes back with its meta', async () => {
    const kase = opened();

    const added = await addMessage(acquire, kase, 'Hello, how can I help?', { meta: { delivery: 'd1' } });

    const sender = { senderType: 'user', senderId: acquire.keyUser.id, sender: { name: 'casebridge' } };
    expect(added.data).toMatchObject({ ...sender, caseId: kase.id, meta: { delivery: 'd1' } });
    expect(await messagesOf(acquire, kase.id)).toMatchObject([
      { message: 'hello', senderType: 'contact' },
      { message: 'Hello, how can I help?', senderType: 'user', meta: { delivery: 'd1' } },
    ]);
  });

  test('can be sent for the customer, if the parameter is spelled as the server likes it', async () => {
    const kase = opened();
    const body = { caseId: kase.id, message: { type: 'message', message: 'hi' } };
    const path = `POST /crm/messenger/chat/add-message?contactId=${kase.contactId}` as const;

    const heard = await call(acquire, `${path}&-x-user-type=contact`, { body });
    const unheard = await call(acquire, `${path}&x-user-type=contact`, { body });

    expect(heard.data).toMatchObject({ senderType: 'contact', senderId: kase.contactId });
    expect(unheard.data).toMatchObject({ senderType: 'user', senderId: acquire.keyUser.id });
  });

  test('is refused by a pending case until the key has joined it', async () => {
    const kase = opened({ status: 'pending' });
    expect((await addMessage(acquire, kase, 'too early')).status).toBe(400);

    const joined = await call(acquire, 'POST /crm/messenger/chat/join', { body: { caseId: kase.id, askJoin: true } });

    expect(joined.data).toMatchObject({ status: 'active' });
    expect((await addMessage(acquire, kase, 'now')).status).toBe(200);
    const texts = (await messagesOf(acquire, kase.id)).map((one) => one.message);
    expect(texts).toContain('casebridge just joined this thread.|translate');
    expect(texts).not.toContain('too early');
  });

  test('may need a join even in an active case', async () => {
    vary({ sendNeedsJoin: true });
    const kase = opened();

    expect((await addMessage(acquire, kase, 'hi')).status).toBe(400);
    await call(acquire, 'POST /crm/messenger/chat/join', { body: { caseId: kase.id } });
    expect((await addMessage(acquire, kase, 'hi')).status).toBe(200);
  });

  test('is refused without the contact, for another contact, empty, and by a closed case', async () => {
    const kase = opened();
    const body = { caseId: kase.id, message: { type: 'message', message: 'hi' } };

    expect((await call(acquire, 'POST /crm/messenger/chat/add-message', { body })).status).toBe(400);
    expect((await addMessage(acquire, { ...kase, contactId: 1 }, 'hi')).status).toBe(400);
    expect((await addMessage(acquire, kase, '')).status).toBe(400);
    acquire.agentCloses(1, kase.id);
    expect((await addMessage(acquire, kase, 'hi')).status).toBe(400);
    expect((await addMessage(acquire, kase, 'hi', { type: 'note' })).status).toBe(400);
  });

  test('is changed and deleted by its id', async () => {
    const kase = opened();
    const { id } = acquire.agentWrites(acquire.keyUser.id, kase.id, 'helo');
    const change = { message: { type: 'message', message: 'hello again' } };

    expect((await call(acquire, `POST /crm/messenger/chat/message/${id}`, { body: change })).status).toBe(200);
    expect((await messagesOf(acquire, kase.id)).at(-1)).toMatchObject({ id, message: 'hello again' });
    await call(acquire, `DELETE /crm/objects/case-message/${id}`);
    expect((await call(acquire, `GET /crm/objects/case-message/${id}`)).status).toBe(400);
  });

  test('can be read in three ways, each of which may fail', async () => {
    const kase = opened();
    const relation = `GET /crm/objects/case/${kase.id}?relations=messages` as const;
    const thread = `GET /crm/messenger/chat/messages?contactId=${kase.contactId}&threadId=${kase.threadId}` as const;
    const messages = [{ message: 'hello', caseId: kase.id }];
    expect((await call(acquire, relation)).data).toMatchObject({ messages });
    expect((await call(acquire, thread)).data).toMatchObject([{ id: kase.id, lastMessage: messages[0] }]);

    vary({ readers: { caseMessage: false, caseRelation: false, chatMessages: false } });

    expect((await call(acquire, 'GET /crm/objects/case-message')).status).toBe(404);
    expect((await call(acquire, relation)).data).not.toHaveProperty('messages');
    expect((await call(acquire, thread)).data).toEqual([]);
  });
});

describe('a case', () => {
  test('made over REST is active at once, with nobody in it and the first message from the key', async () => {
    const { id: contactId } = acquire.contact();
    const message = { type: 'message', message: 'We call about your order' };

    const made = await call(acquire, `POST /crm/messenger/chat/create?contactId=${contactId}`, { body: { message } });

    expect(made.data).toMatchObject({ status: 'active', users: [], isCaseJoined: false, dateActive: null });
    const { id } = Json.parse(made.data);
    expect(await messagesOf(acquire, Number(id))).toMatchObject([{ senderType: 'user', message: message.message }]);
  });

  test('is closed with a line that says by whom, and only once', async () => {
    const kase = opened();

    const closed = await closing(kase.id, { askFeedback: false });

    expect(closed.data).toMatchObject({ '0': { foreverClosed: true, caseId: kase.id }, userType: 'user' });
    const last = (await messagesOf(acquire, kase.id)).at(-1);
    expect(last).toMatchObject({ type: 'event', message: 'The thread has been closed by casebridge.|translate' });
    expect(acquire.account.cases.get(kase.id)).toMatchObject({ status: 'closed', feedbackAsked: false });
    expect((await closing(kase.id)).status).toBe(400);
  });

  test('can be left without being closed', async () => {
    vary({ foreverClosed: false });
    const kase = opened();

    expect((await closing(kase.id)).data).toMatchObject({ '0': { foreverClosed: false, leftUser: true } });
    expect(acquire.account.cases.get(kase.id)?.status).toBe('active');
  });

  test('is reopened as a new case of the same thread', async () => {
    const kase = opened();
    expect((await reopening(kase)).text).toContain('ERROR_DUPLICATE_RECORD_FOUND');
    await closing(kase.id);

    const reopened = await reopening(kase);

    expect(reopened.data).toMatchObject({ threadId: kase.id, parentId: kase.id, status: 'active' });
    const { id } = Json.parse(reopened.data);
    expect(id).not.toBe(kase.id);
    expect(acquire.account.cases.get(kase.id)?.status).toBe('closed');
    expect((await messagesOf(acquire, Number(id))).map((one) => one.message)).toEqual([
      'This thread has been reactivated.|translate',
    ]);
    expect((await reopening({ contactId: acquire.contact().id, threadId: kase.id })).status).toBe(400);
  });

  test('comes back when its customer writes after the close', () => {
    const kase = opened();
    acquire.agentCloses(1, kase.id);

    const { caseId } = acquire.customerWrites(kase.id, 'one more thing', { status: 'pending' });
    acquire.agentWrites(1, kase.threadId, 'yes?');

    expect(acquire.account.cases.get(caseId)).toMatchObject({ threadId: kase.id, parentId: kase.id, status: 'active' });
    const lines = [...acquire.account.messages.values()].filter((one) => one.caseId === caseId).map((one) => one.text);
    expect(lines).toEqual([
      'This thread has been reactivated.',
      'one more thing',
      "You're being transferred to one of our agents, they'll be with you shortly.",
      'Avery Agent just joined this thread.',
      'yes?',
    ]);
  });
});

test('a search finds every contact whose fields hold the text, once per field', async () => {
  acquire.contact({ name: 'jo@example.com', email: 'jo@example.com' });
  acquire.contact({ name: 'Other', email: 'JoJo@example.com' });

  const body = { payload: {}, page: 0, limit: 0, search: 'jo@example.com' };
  const found = await call(acquire, 'POST /crm/contact/list', { body });

  expect(found.data).toMatchObject({ list: [{ key: 'name' }, { key: 'email' }, { key: 'email' }] });
});

test('every change is told to subscribers, and the snapshot is plain JSON', () => {
  const changes: string[] = [];
  const unsubscribe = acquire.subscribe(({ what }) => changes.push(what));

  const kase = opened();
  unsubscribe();
  acquire.customerWrites(kase.id, 'unheard');

  expect(changes).toEqual(['contact', 'case', 'message']);
  const { messages, cases } = acquire.snapshot();
  expect(JSON.parse(JSON.stringify(messages))).toEqual(messages);
  expect(cases).toMatchObject([{ id: kase.id, status: 'active' }]);
});
