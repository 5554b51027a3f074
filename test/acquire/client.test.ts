import { describe, expect, test } from 'vitest';
import { createAcquire } from '../../src/acquire/client.ts';
import { AgentId, CaseId, ContactId, DeliveryId } from '../../src/core/ids.ts';
import type { Helpdesk } from '../../src/core/ports.ts';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { fixture } from '../sandbox/acquire-calls.ts';
import { json } from './server.ts';
import { account, answering as answeringWith, odd, opened, start } from './world.ts';

const marker = DeliveryId.parse('reply:1');

const answering = (name: string): Promise<Helpdesk> => answeringWith(fixture(`${name}.response`));

const pathsOf = (room: AcquireSimulator, from = 0): string[] => room.requests.slice(from).map(({ path }) => path);

const allOpen = async (helpdesk: Helpdesk): Promise<string[]> => {
  const ids: string[] = [];
  for (let page: number | null = 0; page !== null; ) {
    const { cases, next } = await helpdesk.listOpenCases(page);
    ids.push(...cases.map(({ id }) => id));
    page = next;
  }
  return ids;
};

describe('reading', () => {
  test('a known case costs two requests', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    room.botWrites(Number(id), 'beep');
    await helpdesk.readCase(id);
    const before = room.requests.length;

    await helpdesk.readCase(id);

    expect(pathsOf(room, before)).toEqual([`/crm/objects/case/${id}`, '/crm/objects/case-message']);
  });

  test('a way of reading that stops working is replaced by another', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    await helpdesk.readCase(id);
    room.variants.readers.caseMessage = false;

    const reading = await helpdesk.readCase(id);

    expect(reading).toMatchObject({ complete: true, messages: [{ text: 'hello' }] });
  });

  test('an outage is a failure, never an empty case', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    await helpdesk.readCase(id);
    room.faults.add({ path: '/crm/objects/case-message', answer: { status: 503, retryAfter: 9 } });

    await expect(helpdesk.readCase(id)).rejects.toMatchObject({ facts: { kind: 'transient', retryAfterMs: 9_000 } });
  });

  test('a message is read even when its author cannot be looked up', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    room.botWrites(Number(id), 'beep');
    room.faults.add({ path: /^\/account/, answer: { status: 500 } });

    const reading = await helpdesk.readCase(id);

    expect(reading?.messages.at(-1)).toMatchObject({ text: 'beep', sender: { side: 'agent', name: null } });
  });

  test('a key that may not read contacts still reads their cases', async () => {
    const { room, helpdesk } = await start();
    const { id, contact } = opened(room);
    room.faults.add({ path: /contact/, answer: { status: 403 } });

    expect(await helpdesk.getCase(id)).toMatchObject({ contact: { id: contact, name: `#${contact}` } });
  });

  test('a refused key is told apart', async () => {
    const { room, helpdesk } = await start();
    room.revokeKey();

    await expect(helpdesk.probe()).rejects.toMatchObject({ facts: { kind: 'auth' } });
  });
});

describe('lists', () => {
  test('hundreds of open cases are listed once each', async () => {
    const { room, helpdesk } = await start();
    const contact = room.contact().id;
    for (let made = 0; made < 250; made += 1)
      room.openCase(contact, { text: 'hi', status: made % 2 ? 'active' : 'pending' });

    const ids = await allOpen(helpdesk);

    expect(ids).toHaveLength(250);
    expect(new Set(ids).size).toBe(250);
  });

  test('a status word that is refused is asked for once', async () => {
    const { room, helpdesk } = await start();
    opened(room);
    const asksForQueue = ({ query }: { query: unknown }) => JSON.stringify(query).includes('queue');
    room.faults.add({ path: '/crm/objects/case', when: asksForQueue, answer: { status: 400 } });

    await allOpen(helpdesk);
    const before = room.requests.length;

    expect(await allOpen(helpdesk)).toHaveLength(1);
    expect(room.requests.length - before).toBe(2);
  });

  test('where every status word is refused, all cases are read and the closed left out', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    const agent = room.agent({ name: 'Avery' });
    room.agentCloses(agent.id, Number(opened(room).id));
    const filters = ({ query }: { query: unknown }) => JSON.stringify(query).includes('status');
    room.faults.add({ path: '/crm/objects/case', when: filters, answer: { status: 400 } });

    expect(await allOpen(helpdesk)).toEqual([id]);
  });

  test('a server that ignores filters is read once, not once for each status', async () => {
    const { room, helpdesk } = await start({ whereIgnored: true });
    opened(room);
    room.openCase(room.contact().id, { text: 'hi', status: 'pending' });

    expect(await allOpen(helpdesk)).toHaveLength(2);
    expect(room.requests.filter(({ query }) => 'where' in query)).toHaveLength(1);
  });

  test('a server that gives the same page for ever does not hold us', async () => {
    const missing: number[] = [];
    const { room, helpdesk } = await start({ pageParam: 'ignored' }, { onBadRows: (count) => missing.push(count) });
    const contact = room.contact().id;
    for (let made = 0; made < 150; made += 1) room.openCase(contact, { text: 'hi' });

    expect(new Set(await allOpen(helpdesk)).size).toBe(100);
    expect(missing).toEqual([50]);
  });

  test('a server that ignores pages may still give everything at once', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => ({ id: index + 1, contactId: 2, status: 'active' }));
    const { helpdesk } = await odd((request, response) => {
      const limit = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('limit'));
      json(response, { data: { count: rows.length, data: rows.slice(0, limit) } });
    });

    expect(new Set(await allOpen(helpdesk)).size).toBe(150);
  });

  test('a row that cannot be read is counted, and the others are listed', async () => {
    const bad: number[] = [];
    const good = { id: 1, contactId: 2, status: 'active', channel: 'chat' };
    const { origin } = await odd((_, response) =>
      json(response, { data: { count: 2, data: [good, { id: 2, status: 'active' }] } }),
    );
    const helpdesk = createAcquire({ account, origin, apiKey: 'a-key', onBadRows: (count) => bad.push(count) });

    expect((await helpdesk.listOpenCases(0)).cases.map(({ id }) => id)).toEqual(['1']);
    expect(bad).toEqual([1]);
  });

  test('a server that gives fewer rows than asked for is read to the end', async () => {
    const rows = Array.from({ length: 45 }, (_, index) => ({
      id: index + 1,
      caseId: 7,
      senderType: 'contact',
      message: 'hi',
    }));
    const { helpdesk } = await odd((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const at = 10 * Number(url.searchParams.get('page'));
      if (url.pathname.endsWith('/case/7')) return json(response, { data: { id: 7, contactId: 2, status: 'active' } });
      if (url.pathname.includes('/contact/')) return json(response, { data: { id: 2, fields: {} } });
      return json(response, { data: { count: rows.length, data: rows.slice(at, at + 10) } });
    });

    const reading = await helpdesk.readCase(CaseId.parse('7'));

    expect(reading?.complete).toBe(true);
    expect(reading?.messages.map(({ id }) => Number(id))).toEqual(rows.map(({ id }) => id));
  });
});

describe('writing', () => {
  test('each new sender of ours is told once, and known ones are not', async () => {
    const told: string[] = [];
    const { room, helpdesk } = await start({}, { onOwnSender: (id) => told.push(id) });
    const { id, contact } = opened(room);

    for (const text of ['one', 'two'])
      await helpdesk.addMessage({ case: id, contact, kind: 'reply', text, html: null, marker });
    const restarted = createAcquire({ account, origin: room.url, apiKey: room.key, ownSenders: { ids: told } });

    expect(told).toEqual([String(room.keyUser.id)]);
    const reading = await restarted.readCase(id);
    expect(reading?.messages.map(({ sender }) => sender.side)).toEqual(['contact', 'self', 'self']);
  });

  test('a message that was written for the other side is not as asked', async () => {
    const { room, helpdesk } = await start();
    const { id, contact } = opened(room);
    const body = {
      data: { id: 5, caseId: Number(id), senderType: 'contact', senderId: 5, type: 'message', message: 'hi' },
    };
    room.faults.add({ path: '/crm/messenger/chat/add-message', answer: { status: 200, body } });

    const written = await helpdesk.addMessage({ case: id, contact, kind: 'reply', text: 'hi', html: null, marker });

    expect(written.asAsked).toBe(false);
    expect(helpdesk.ownSenders().size).toBe(0);
  });

  test('the side is named by the configured parameter', async () => {
    const { room, helpdesk } = await start({ userTypeParam: 'x-user-type' }, { userTypeParam: 'x-user-type' });
    const { id, contact } = opened(room);

    await helpdesk.addMessage({ case: id, contact, kind: 'reply', text: 'hi', html: null, marker });

    expect(JSON.stringify(room.requests.at(-1)?.query)).toContain('x-user-type');
  });

  test('an answer that is lost after the effect may have had one', async () => {
    const { room, helpdesk } = await start();
    const { id, contact } = opened(room);
    room.faults.add({ path: '/crm/messenger/chat/add-message', effect: 'done', answer: 'drop', times: 1 });

    await expect(
      helpdesk.addMessage({ case: id, contact, kind: 'reply', text: 'hi', html: null, marker }),
    ).rejects.toMatchObject({
      facts: { kind: 'transient', effect: 'possible' },
    });
    expect((await helpdesk.readCase(id))?.messages.map(({ marker: found }) => found)).toEqual([null, marker]);
  });

  test('a key that must join first is refused without effect', async () => {
    const { room, helpdesk } = await start({ sendNeedsJoin: true });
    const { id, contact } = opened(room);
    const draft = { case: id, contact, kind: 'reply', text: 'hi', html: null, marker } as const;

    await expect(helpdesk.addMessage(draft)).rejects.toMatchObject({ facts: { kind: 'permanent', effect: 'none' } });
    await helpdesk.joinCase(id);

    expect((await helpdesk.addMessage(draft)).asAsked).toBe(true);
  });

  test('a read that fails after a join does not hide the join', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    room.faults.add({ method: 'GET', answer: { status: 503 } });

    await expect(helpdesk.joinCase(id)).rejects.toMatchObject({ facts: { kind: 'transient', effect: 'possible' } });
  });

  test('opening a case asks for nothing once it is there', async () => {
    const { room, helpdesk } = await start();
    const contact = ContactId.parse(String(room.contact().id));
    room.faults.add({ method: 'GET', answer: { status: 503 } });

    const made = await helpdesk.createCase({ contact, title: 'Order', firstMessage: null, chain: null, marker });

    expect(made).toMatchObject({ state: 'open', contact: { name: 'Jo Contact' } });
  });

  test('a close that failed for another reason is not called a success', async () => {
    const { room, helpdesk } = await start();
    const { id } = opened(room);
    room.faults.add({ path: '/crm/messenger/chat/close', answer: { status: 400 } });

    await expect(helpdesk.closeCase(id, { askFeedback: false })).rejects.toMatchObject({ facts: { status: 400 } });
  });

  test('the customer is asked for a rating only when we say so', async () => {
    const { room, helpdesk } = await start();
    const cases = [opened(room), opened(room)] as const;

    await helpdesk.closeCase(cases[0].id, { askFeedback: false });
    await helpdesk.closeCase(cases[1].id, { askFeedback: true });

    expect(cases.map(({ id }) => room.account.cases.get(Number(id))?.feedbackAsked)).toEqual([false, true]);
  });
});

describe('published answers', () => {
  test('departments', async () => {
    const departments = await (await answering('department-list')).departments();

    expect(departments).toHaveLength(8);
    expect(departments[0]).toEqual({ id: '6', name: 'eswweew' });
  });

  test('a closing tells the case and who closed it', async () => {
    const helpdesk = await answering('case-close');

    expect(await helpdesk.closeCase(CaseId.parse('5'), { askFeedback: false })).toBe(true);
    expect([...helpdesk.ownSenders()]).toEqual(['1']);
  });

  test('an invitation is sent to those who are online, and of whom the answer is silent nothing is known', async () => {
    const helpdesk = await answering('agent-invite');
    const agents = ['1', '11', '99'].map((id) => AgentId.parse(id));

    const outcome = await helpdesk.inviteAgents(CaseId.parse('22'), agents);

    expect(outcome.map(({ sent }) => sent)).toEqual([true, false, null]);
  });

  test('a search that finds one address with two contacts gives both', async () => {
    const found = await (await answering('contact-search')).findContacts('PERSON15@example.com');

    expect(found.map(({ id, name }) => [id, name])).toEqual([
      ['57', 'Dana Contact'],
      ['6545537', '#6545537'],
    ]);
  });

  test('a case that was opened or goes on tells its chain and our own number', async () => {
    const helpdesk = await answering('case-reopen');
    const draft = { contact: ContactId.parse('597752'), title: 'a', firstMessage: 'b', chain: null, marker };

    expect(await helpdesk.createCase(draft)).toMatchObject({ id: '1694', chain: '1683' });
    expect([...helpdesk.ownSenders()]).toEqual(['25']);
  });

  test('a snooze that was set is no failure', async () => {
    const wanted = { case: CaseId.parse('53'), contact: ContactId.parse('53'), at: 0, text: '' };

    await expect((await answering('snooze-create')).followUp(wanted)).resolves.toBeUndefined();
  });
});
