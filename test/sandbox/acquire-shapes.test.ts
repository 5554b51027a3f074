import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { call, differences, fixture } from './acquire-calls.ts';

describe('answers have the keys and types of the published samples', () => {
  let acquire: AcquireSimulator;
  const fields = {
    phone: '5550100007',
    city: 'Springfield',
    state: 'Example State',
    countryId: '517',
    ip: '192.0.2.8',
  };

  beforeAll(async () => {
    acquire = await startAcquire({ variants: { pageParam: 'from-zero' } });
  });
  afterAll(() => acquire.stop());

  function opened(opening: Parameters<AcquireSimulator['openCase']>[1] = {}) {
    const contact = acquire.contact({ ...fields });
    return acquire.openCase(contact.id, { text: 'hello', ...opening });
  }

  /** Where the answer departs from the sample of that name. */
  async function unlike(name: string, request: Parameters<typeof call>[1], body?: unknown): Promise<string[]> {
    const reply = await call(acquire, request, body === undefined ? {} : { body });
    return reply.status === 200 ? differences(fixture(name)['data'], reply.data) : [reply.text];
  }

  test('a case made for a contact', async () => {
    const { id } = acquire.contact({ ...fields });
    const body = fixture('case-create.request');
    expect(await unlike('case-create.response', `POST /crm/messenger/chat/create?contactId=${id}`, body)).toEqual([]);
  });

  test('a case that was reopened', async () => {
    const kase = opened();
    acquire.agentCloses(1, kase.id);
    const body = { ...fixture('case-reopen.request'), threadId: kase.threadId };
    expect(
      await unlike('case-reopen.response', `POST /crm/messenger/chat/create?contactId=${kase.contactId}`, body),
    ).toEqual([]);
  });

  test('one case, with selected columns and its contact', async () => {
    const { id } = opened();
    const query = 'select=status&select=channel&relations=contact';
    expect(await unlike('case-get.response', `GET /crm/objects/case/${id}?${query}`)).toEqual([]);
  });

  test('a list of cases', async () => {
    opened();
    expect(
      await unlike('case-list.response', 'GET /crm/objects/case?limit=2&relations=contact&select=channel'),
    ).toEqual([]);
  });

  test('a case that is closed', async () => {
    const { id } = opened();
    expect(
      await unlike('case-close.response', 'POST /crm/messenger/chat/close', {
        ...fixture('case-close.request'),
        caseId: id,
      }),
    ).toEqual([]);
  });

  test('a case that is joined', async () => {
    const { id } = opened({ status: 'pending' });
    await call(acquire, 'POST /crm/messenger/agent/invite-agent', { body: { caseId: id, agentIds: [1] } });
    expect(await unlike('chat-join.response', 'POST /crm/messenger/chat/join', { caseId: id, askJoin: true })).toEqual(
      [],
    );
  });

  test('a case that is rejected', async () => {
    const { id } = opened({ status: 'pending' });
    expect(await unlike('chat-reject.response', 'POST /crm/messenger/chat/reject', { caseId: id })).toEqual([]);
  });

  test('agents invited by name and by department', async () => {
    const { id } = opened();
    const reply = await call(acquire, 'POST /crm/messenger/agent/invite-agent', {
      body: { caseId: id, agentIds: [1] },
    });
    expect(reply.data).toEqual({ '1': { userId: 1, online: true, sent: true } });
  });

  test('a message that was added', async () => {
    const kase = opened();
    acquire.agentJoins(1, kase.id);
    const body = { ...fixture('chat-add-message.request'), caseId: kase.id };
    const path = `/crm/messenger/chat/add-message?contactId=${kase.contactId}` as const;
    const added = await call(acquire, `POST ${path}`, { body });
    // This sample alone shows its agents with fewer columns.
    expect(differences(fixture('chat-add-message.response')['data'], added.data)).toEqual([
      'data.case.users[0].user.parentId: not in the sample',
      'data.case.users[0].user.type: not in the sample',
      'data.case.users[0].user.accessLevel: not in the sample',
    ]);
  });

  test('a message that was changed, one that was read and one that was deleted', async () => {
    const kase = opened();
    const { id } = acquire.agentWrites(1, kase.id, 'hijk');
    const body = fixture('message-update.request');
    expect(await unlike('message-update.response', `POST /crm/messenger/chat/message/${id}`, body)).toEqual([]);
    expect(await unlike('message-get.response', `GET /crm/objects/case-message/${id}`)).toEqual([]);
    expect(
      await unlike('message-get.with-case.response', `GET /crm/objects/case-message/${id}?relations=case`),
    ).toEqual([]);
    expect(await unlike('message-delete.response', `DELETE /crm/objects/case-message/${id}`)).toEqual([]);
  });

  test('a list of messages with their case', async () => {
    opened();
    const columns = ['senderId', 'senderType', 'type', 'message', 'dateCreated', 'seen', 'meta'];
    const select = columns.map((name) => `select=${name}`).join('&');
    const request = `GET /crm/objects/case-message?limit=2&relations=case&${select}` as const;
    expect(await unlike('case-message-list.response', request)).toEqual([]);
  });

  test('the list of messages that is really a list of cases', async () => {
    const kase = opened();
    acquire.agentJoins(1, kase.id);
    const query = `contactId=${kase.contactId}&threadId=${kase.threadId}`;
    expect(await unlike('message-list.response', `GET /crm/messenger/chat/messages?${query}`)).toEqual([]);
  });

  test('contacts: created, changed, found, read, listed, deleted', async () => {
    const { id, contactId } = opened();
    acquire.agentJoins(1, id);
    const body = fixture('contact-create.request');
    const contact = `/crm/objects/contact/${contactId}` as const;
    const odd = async (...of: Parameters<typeof unlike>): Promise<string[]> =>
      (await unlike(...of)).filter((one) => !/fields|viewId|agentList/.test(one));

    const search = { ...fixture('contact-search.request'), search: 'jo@example' };
    const listing = `GET /crm/objects/contact?where=id%7Ceq%7C${contactId}` as const;
    expect(await odd('contact-create.response', 'POST /crm/objects/contact', body)).toEqual([]);
    expect(await odd('contact-update.response', `PUT ${contact}`, body)).toEqual([]);
    expect(await odd('contact-search.response', 'POST /crm/contact/list', search)).toEqual([]);
    expect(await odd('contact-list.response', listing)).toEqual([]);
    expect(await odd('contact-get.response', `GET ${contact}?relations=company&relations=cases`)).toEqual([
      'data.cases[0].users[0].meta: not in the sample',
      'data.cases[0].users[0].user: not in the sample',
      'data.cases[0].meta: not in the sample',
    ]);
    expect((await call(acquire, `DELETE ${contact}`)).data).toEqual({ deleted: 1 });
  });

  test('users, departments and tags', async () => {
    expect(await unlike('department-list.response', 'GET /account/department')).toEqual([]);
    expect(await unlike('department-get.response', 'GET /account/department/1')).toEqual([]);
    expect(await unlike('user-get.response', 'GET /account/user/1')).toEqual([]);
    expect(await unlike('user-list.response', 'GET /account/user')).toEqual([]);
    expect(await unlike('tag-list.response', 'GET /crm/tag')).toEqual([
      'data.data[0].user.departments: missing',
      'data.data[0].user.metaDetails: missing',
    ]);
  });

  test('a snooze: made, read, removed', async () => {
    const { id, contactId } = opened();
    const due = { scheduleDate: '2099-04-05 13:44:12', objectType: 'case', caseId: id, contactId };
    const made = await call(acquire, 'POST /crm/follow-up/create', { body: due });
    const sample = fixture('snooze-create.response')['data'];
    expect(differences(sample, made.data).filter((one) => !one.includes('users'))).toEqual([]);
    expect(
      await unlike('snooze-get.response', 'POST /crm/follow-up/get', {
        objectId: id,
        objectType: 'case',
        contactId,
      }),
    ).toEqual([]);
    const [followUp] = acquire.snapshot().followUps;
    expect(await unlike('snooze-delete.response', `DELETE /crm/follow-up/${followUp?.id ?? 0}`)).toEqual([]);
  });

  test('an e-mail that was sent, and the mails of its thread', async () => {
    const kase = opened({ channel: 'mail' });
    const request = { ...Object(fixture('mail-add-message.request')['data']), caseId: kase.id };
    const data = { ...request, contactId: kase.contactId, from: 'support@example.com' };
    const sent = await call(acquire, 'POST /mail/add-message', { body: { data } });
    expect(sent.status, sent.text).toBe(200);
    expect(differences(fixture('mail-add-message.response')['data'], sent.data)).toEqual([
      'data.user.metaDetails: missing',
    ]);
    const list = await call(acquire, `GET /mail/messages?threadId=${kase.threadId}`);
    const unlikeList = differences(fixture('mail-message-list.response')['data'], list.data);
    expect(unlikeList.filter((one) => !one.includes('MailboxHash'))).toEqual([]);
  });

  test('a text message that was sent, and the numbers it can come from', async () => {
    const kase = opened({ channel: 'sms' });
    const { contactId, timelineId } = kase;
    const body = { ...fixture('sms-send.request'), contactId, timelineId, threadId: kase.id, id: kase.id };
    const sent = await call(acquire, 'POST /voip/send-sms', { body });
    expect(sent.status, sent.text).toBe(200);
    const unlikeSent = differences(fixture('sms-send.response')['data'], sent.data);
    // The case in it and its sender are shown wider than anywhere else.
    expect(unlikeSent.filter((one) => !/sender|cas\.|\.case\.|^data\.timeline/.test(one))).toEqual([]);
    expect(await unlike('sms-number-list.response', 'GET /voip/get-all-numbers')).toEqual([]);
  });
});
