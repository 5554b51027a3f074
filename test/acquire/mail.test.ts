import { describe, expect, test } from 'vitest';
import { CaseId, ChainId, ContactId } from '../../src/core/ids.ts';
import type { Case } from '../../src/core/case.ts';
import { fixture } from '../sandbox/acquire-calls.ts';
import { json } from './server.ts';
import { answering, odd, opened, start } from './world.ts';

const inbox = 'support@example.com';
const theirs = 'jo@example.com';

const mailCase = async (variants: Parameters<typeof start>[0] = {}) => {
  const { room, helpdesk } = await start(variants);
  const one = opened(room, 'first', { channel: 'mail', title: 'Order 7' });
  const last = async () => {
    const found = await helpdesk.getCase(one.id);
    return found === null ? null : helpdesk.lastMail(found);
  };
  return { room, helpdesk, one, last };
};

const published: Case = {
  id: CaseId.parse('1196'),
  chain: ChainId.parse('1196'),
  contact: { id: ContactId.parse('597323'), name: 'Example Sender', email: null, phone: null, fields: {} },
  channel: 'mail',
  state: 'open',
  status: 'active',
  title: null,
  createdAt: null,
  updatedAt: null,
  closedBy: null,
  agents: [],
  departments: [],
  queues: [],
  tags: [],
  fields: {},
};

describe('what an answer is made of', () => {
  test('it goes to who wrote, from where it came in, to the same others', async () => {
    const { room, one, last } = await mailCase();
    room.customerMails(Number(one.id), { text: 'hi', to: [inbox, 'boss@example.org'], cc: ['friend@example.org'] });

    const addresses = { inbox, to: [theirs], cc: ['boss@example.org', 'friend@example.org'] };
    expect(await last()).toMatchObject({ ...addresses, subject: 'Order 7', messageId: /^<\d+@/ });
  });

  test('an address that forwards to us gets no copy of our own answer', async () => {
    const { room, one, last } = await mailCase();
    room.customerMails(Number(one.id), { text: 'hi', to: ['help@acme.example'] });

    expect(await last()).toMatchObject({ to: [theirs], cc: [] });
  });

  test('where the contact wishes replies elsewhere, they go there', async () => {
    const { room, one, last } = await mailCase();
    room.customerMails(Number(one.id), { text: 'hi', replyTo: ['Jo at work <jo@work.example>'] });

    expect(await last()).toMatchObject({ to: ['jo@work.example'] });
  });

  test('a mail that was forwarded to a colleague is not what the customer gets an answer to', async () => {
    const { room, one, last } = await mailCase();
    room.agentMails(1, Number(one.id), { text: 'can you look?', to: ['supplier@example.net'] });

    expect(await last()).toMatchObject({ to: [theirs], cc: [] });
  });

  test('a later answer of a colleague to the contact tells who gets copies now', async () => {
    const { room, one, last } = await mailCase();
    room.agentMails(1, Number(one.id), { text: 'hello', cc: ['friend@example.org'] });

    expect(await last()).toMatchObject({ inbox, to: [theirs], cc: ['friend@example.org'] });
  });

  test('a case that was reopened goes on with the mails of the one before', async () => {
    const { room, helpdesk, one } = await mailCase();
    room.agentCloses(1, Number(one.id));
    const next = room.agentReopens(1, Number(one.id));
    const reopened = await helpdesk.getCase(CaseId.parse(String(next.id)));

    expect(reopened === null ? null : await helpdesk.lastMail(reopened)).toMatchObject({ to: [theirs] });
  });

  test('the newest mail is found behind a hundred others', async () => {
    const { room, one, last } = await mailCase();
    for (let number = 0; number < 100; number += 1) room.customerMails(Number(one.id), { text: 'again' });
    room.customerMails(Number(one.id), { text: 'last', cc: ['friend@example.org'] });

    expect(await last()).toMatchObject({ cc: ['friend@example.org'] });
  });

  test('where mails cannot be paged, an older one is answered', async () => {
    const { room, one, last } = await mailCase({ mailCursor: 'ignored' });
    for (let number = 0; number < 30; number += 1) room.customerMails(Number(one.id), { text: 'again' });

    expect(await last()).toMatchObject({ inbox, to: [theirs] });
  });

  test('mails of another conversation are never answered, though the server shows them', async () => {
    const mails = fixture('mail-message-list.response');
    const { helpdesk } = await odd((request, response) =>
      request.url?.includes('/mail/') === true
        ? json(response, mails)
        : json(response, { data: { id: 1196, threadId: 1196, contactId: 597323 } }),
    );
    const other = { ...published, id: CaseId.parse('7'), chain: ChainId.parse('7') };

    expect(await helpdesk.lastMail(other)).toBeNull();
  });

  test('the published list shows inbox and sender', async () => {
    const helpdesk = await answering(fixture('mail-message-list.response'));

    expect(await helpdesk.lastMail(published)).toEqual({
      inbox: 'inbox@example.com',
      to: ['noreply@example.com'],
      cc: [],
      subject: 'Example alert',
      messageId: null,
      newest: '582',
    });
  });
});

describe('sending', () => {
  const answers = {
    inbox,
    to: [theirs],
    cc: [],
    subject: 're: Order\r\nBcc: x@example.com',
    messageId: '<1@a>',
    newest: '1',
  };
  const draft = { case: CaseId.parse('90'), contact: ContactId.parse('83'), answers, html: '<p>hi</p>', text: 'hi' };

  test('the published answer gives the id of the message in the case, and our own number', async () => {
    const helpdesk = await answering(fixture('mail-add-message.response'));

    expect(await helpdesk.sendMail(draft)).toEqual({ id: '407', case: '90', chain: null, asAsked: true, attached: 0 });
    expect([...helpdesk.ownSenders()]).toEqual(['93']);
  });

  test.each([
    ['another case', { caseId: 91 }],
    ['the other side', { senderType: 'contact' }],
    ['a draft', { isDraft: 'yes' }],
  ])('a mail that was stored as %s is not as asked', async (_as, odds) => {
    const { data } = fixture('mail-add-message.response');
    const helpdesk = await answering({ data: { ...Object(data), ...odds } });

    expect((await helpdesk.sendMail(draft)).asAsked).toBe(false);
  });

  test('an answer that does not tell the message must be looked up', async () => {
    const { data } = fixture('mail-add-message.response');
    const helpdesk = await answering({ data: { ...Object(data), caseMessageId: null } });

    await expect(helpdesk.sendMail(draft)).rejects.toMatchObject({ facts: { effect: 'possible' } });
  });

  test('a subject is one line, answered once', async () => {
    const { room, helpdesk } = await start();
    const one = opened(room, 'first', { channel: 'mail' });

    await helpdesk.sendMail({ ...draft, case: one.id, contact: one.contact });

    const sent = [...room.account.mails.values()].at(-1);
    expect(sent).toMatchObject({ subject: 're: Order Bcc: x@example.com', mailboxInReplyTo: '<1@a>' });
  });

  test('only a case of mails takes one', async () => {
    const { room, helpdesk } = await start();
    const one = opened(room);

    const sending = helpdesk.sendMail({ ...draft, case: one.id, contact: one.contact });

    await expect(sending).rejects.toMatchObject({ facts: { kind: 'permanent', effect: 'none' } });
  });
});
