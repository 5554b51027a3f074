import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId, CaseId, ContactId, DeliveryId, MessageId } from '../../src/core/ids.ts';
import type { Case } from '../../src/core/case.ts';
import type { Helpdesk, Mail } from '../../src/core/ports.ts';

/** What every case system must do for the bridge, whatever its account looks like. */

/** What people do on the helpdesk's own side, and what they see there. */
export type HelpdeskWorld = {
  readonly helpdesk: Helpdesk;
  contact(fields: { name?: string; email?: string; phone?: string }): ContactId;
  customerOpens(
    contact: ContactId,
    opening: { text: string; waiting?: boolean; channel?: 'chat' | 'mail' | 'sms' },
  ): CaseId;
  customerMails(id: CaseId, mail: { text: string; cc?: string[] }): void;
  customerWrites(id: CaseId, text: string): void;
  agentWrites(id: CaseId, text: string, type?: 'message' | 'note'): void;
  botWrites(id: CaseId, text: string): void;
  agentCloses(id: CaseId): void;
  /** What the customer of this case was sent by our side. */
  customerSees(id: CaseId): readonly string[];
  /** The mails of this case that left our side, without their text. */
  mailsSent(id: CaseId): readonly { from: string; to: string[]; cc: string[]; subject: string }[];
  /** The account's address and number. */
  readonly inbox: string;
  readonly number: string;
  stop(): Promise<void>;
};

export type HelpdeskTraits = {
  /** How much of a case's messages the account lets anybody read. */
  readonly reads: 'whole' | 'part' | 'nothing';
  /** Whether that holds for hundreds of messages, too. */
  readonly readsLong: boolean;
  readonly keepsMarkers: boolean;
  readonly tellsBots: boolean;
  readonly knowsNewest: boolean;
  readonly closes: boolean;
  /** Whether mails, and what a text message must name, can be read. */
  readonly showsMails: boolean;
  readonly showsTimelines: boolean;
};

const nobody = CaseId.parse('987654321');
const nothing = MessageId.parse('987654321');
const marker = DeliveryId.parse('reply:1700000000.000100');

export const helpdeskContract = (name: string, traits: HelpdeskTraits, open: () => Promise<HelpdeskWorld>): void => {
  describe(`helpdesk: ${name}`, () => {
    let world: HelpdeskWorld;
    let helpdesk: Helpdesk;
    let contact: ContactId;

    beforeEach(async () => {
      world = await open();
      helpdesk = world.helpdesk;
      contact = world.contact({ name: 'Robin Example', email: 'robin@example.com', phone: '+358 40 1234567' });
      const other = world.contact({ name: 'Somebody Else', email: 'else@example.com' });
      world.customerOpens(other, { text: 'another case altogether' });
    });
    afterEach(() => world.stop());

    const opened = (text = 'hello', waiting = false): CaseId => world.customerOpens(contact, { text, waiting });
    const read = async (id: CaseId) => {
      const reading = await helpdesk.readCase(id);
      if (reading === null) throw new Error('the case is not there');
      return reading;
    };
    const sameCase = async (id: CaseId): Promise<Case> => (await read(id)).case;

    const allOpen = async (): Promise<Case[]> => {
      const found = new Map<string, Case>();
      for (let page: number | null = 0; page !== null; ) {
        const { cases, next } = await helpdesk.listOpenCases(page);
        for (const one of cases) found.set(one.id, one);
        page = next;
      }
      return [...found.values()];
    };

    test('a case is read with its contact, its state and its chain', async () => {
      const one = await helpdesk.getCase(opened());

      expect(one).toMatchObject({ state: 'open', channel: 'chat', chain: one?.id });
      expect(one?.contact).toMatchObject({
        id: contact,
        name: 'Robin Example',
        email: 'robin@example.com',
        phone: '+358 40 1234567',
      });
    });

    test('a case that does not exist is null, not a failure', async () => {
      expect(await helpdesk.getCase(nobody)).toBeNull();
      expect(await helpdesk.readCase(nobody)).toBeNull();
    });

    test('a case that waits for somebody becomes open by joining it', async () => {
      const id = opened('anybody there?', true);

      expect(await sameCase(id)).toMatchObject({ state: 'waiting' });
      expect(await helpdesk.joinCase(id)).toMatchObject({ id, state: 'open' });
    });

    test.runIf(traits.reads === 'whole')('messages are read in order, each under its author', async () => {
      const id = opened('hello');
      world.agentWrites(id, 'good morning');
      world.agentWrites(id, 'a regular', 'note');
      world.botWrites(id, 'beep');
      world.customerWrites(id, 'thank you');

      const { messages, complete } = await read(id);

      expect(complete).toBe(true);
      expect(messages.filter(({ type }) => type !== 'event').map(({ type, text }) => [type, text])).toEqual([
        ['message', 'hello'],
        ['message', 'good morning'],
        ['note', 'a regular'],
        ['message', 'beep'],
        ['message', 'thank you'],
      ]);
      const sides = messages.filter(({ type }) => type === 'message').map(({ sender }) => sender.side);
      expect(sides).toEqual(['contact', 'agent', traits.tellsBots ? 'bot' : 'agent', 'contact']);
    });

    test.runIf(traits.reads === 'whole')('a case of hundreds of messages is read whole', async () => {
      const id = opened('0');
      for (let number = 1; number <= 230; number += 1) world.customerWrites(id, String(number));

      const { messages, complete } = await read(id);

      const texts = messages.filter(({ type }) => type === 'message').map(({ text }) => text);
      expect(complete).toBe(traits.readsLong);
      const written = Array.from({ length: 231 }, (_, number) => String(number));
      expect(complete ? texts : written).toEqual(written);
    });

    test.runIf(traits.reads !== 'whole')('what cannot be read whole is not called complete', async () => {
      const id = opened('hello');
      world.customerWrites(id, 'are you there?');

      const { messages, complete } = await read(id);

      expect(complete).toBe(false);
      expect(messages.map(({ text }) => text)).toEqual(traits.reads === 'part' ? ['are you there?'] : []);
    });

    test('a reply reaches the customer and comes back as our own', async () => {
      const id = opened();

      const written = await helpdesk.addMessage({
        case: id,
        contact,
        kind: 'reply',
        text: 'a < b & c',
        html: null,
        marker,
      });

      expect(written).toMatchObject({ case: id, chain: id, asAsked: true });
      expect(world.customerSees(id)).toEqual(['a < b & c']);
      const found = (await read(id)).messages.find((one) => one.id === written.id);
      if (traits.reads === 'nothing') return;
      expect(found).toMatchObject({ type: 'message', text: 'a < b & c', sender: { side: 'self' } });
      expect(found?.marker).toBe(traits.keepsMarkers ? marker : null);
      expect(helpdesk.ownSenders()).toContain(found?.sender.id);
    });

    test('a note stays inside', async () => {
      const id = opened();

      const written = await helpdesk.addMessage({
        case: id,
        contact,
        kind: 'note',
        text: 'careful',
        html: null,
        marker,
      });

      expect(written.asAsked).toBe(true);
      expect(world.customerSees(id)).toEqual([]);
    });

    test('a waiting case takes no reply before somebody joins', async () => {
      const id = opened('hello', true);
      const draft = { case: id, contact, kind: 'reply', text: 'hi', html: null, marker } as const;

      await expect(helpdesk.addMessage(draft)).rejects.toMatchObject({ facts: { kind: 'permanent', effect: 'none' } });
      await helpdesk.joinCase(id);

      expect((await helpdesk.addMessage(draft)).asAsked).toBe(true);
    });

    test.each(['reply', 'note'] as const)('the text of a %s is changed, and it stays what it is', async (kind) => {
      const id = opened();
      const { id: message } = await helpdesk.addMessage({ case: id, contact, kind, text: 'helo', html: null, marker });

      const changed = await helpdesk.updateMessage({ case: id, message, kind, text: 'hello', html: null });

      expect(changed).toEqual({ id: message, case: id, chain: id, asAsked: true });
      expect(world.customerSees(id)).toEqual(kind === 'reply' ? ['hello'] : []);
    });

    test('a message that is not there cannot be changed', async () => {
      const change = { case: opened(), message: nothing, kind: 'reply', text: 'hello', html: null } as const;

      await expect(helpdesk.updateMessage(change)).rejects.toMatchObject({
        facts: { kind: 'not_found', effect: 'none' },
      });
    });

    test('a message is deleted, and deleting it twice is no failure', async () => {
      const id = opened();
      const { id: message } = await helpdesk.addMessage({
        case: id,
        contact,
        kind: 'reply',
        text: 'oops',
        html: null,
        marker,
      });

      await helpdesk.deleteMessage(message);
      await helpdesk.deleteMessage(message);

      expect(world.customerSees(id)).toEqual([]);
    });

    const mailed = async () => {
      const id = world.customerOpens(contact, { text: 'a mail', channel: 'mail' });
      world.customerMails(id, { text: 'and another', cc: ['friend@example.org'] });
      return { id, mail: await helpdesk.lastMail(await sameCase(id)) };
    };

    test.runIf(traits.showsMails)('a mail is answered where it came from', async () => {
      const { id, mail } = await mailed();
      const answers: Mail = { inbox: '', to: [], cc: [], subject: '', messageId: null, newest: '0', ...mail };

      const draft = { case: id, contact, answers, html: '<p>dear <b>Robin</b></p>', text: 'dear Robin' };
      const written = await helpdesk.sendMail(draft);

      expect(written).toMatchObject({ case: id, asAsked: true });
      const since = await helpdesk.mailsSince(await sameCase(id), answers.newest);
      expect(since).toEqual([{ message: written.id, sender: expect.any(String), words: ['dear Robin'] }]);
      const addresses = { from: world.inbox, to: ['robin@example.com'], cc: ['friend@example.org'] };
      expect(world.mailsSent(id)).toEqual([{ ...addresses, subject: `Re: ${mail?.subject ?? ''}` }]);
      expect(world.customerSees(id)).toEqual(['dear Robin']);
    });

    test.runIf(!traits.showsMails)('a mail that cannot be read is not answered', async () => {
      expect((await mailed()).mail).toBeNull();
    });

    test('a case without mails has none to answer', async () => {
      expect(await helpdesk.lastMail(await sameCase(opened()))).toBeNull();
    });

    const texted = (to = contact) => {
      const id = world.customerOpens(to, { text: 'hello', channel: 'sms' });
      return { case: id, contact: to, from: world.number, text: 'a < b' };
    };

    test.runIf(traits.showsTimelines)('a text message is answered from a number of the account', async () => {
      const draft = texted();

      const written = await helpdesk.sendSms(draft);

      expect(await helpdesk.smsNumbers()).toEqual([world.number]);
      expect(written).toMatchObject({ case: draft.case, asAsked: true });
      expect(world.customerSees(draft.case)).toEqual(['a < b']);
    });

    test.runIf(!traits.showsTimelines)('a text message is not sent where its conversation is unknown', async () => {
      const draft = texted();

      await expect(helpdesk.sendSms(draft)).rejects.toMatchObject({ facts: { word: 'NO_TIMELINE', effect: 'none' } });

      expect(world.customerSees(draft.case)).toEqual([]);
    });

    test('a text message is not sent to a number that may be of another country', async () => {
      const draft = texted(world.contact({ name: 'Local', phone: '040 1234567' }));

      await expect(helpdesk.sendSms(draft)).rejects.toMatchObject({
        facts: { word: 'NO_COUNTRY_CODE', effect: 'none' },
      });
    });

    test('departments are listed', async () => {
      const departments = await helpdesk.departments();

      expect(departments.length).toBeGreaterThan(0);
      expect(departments.every((one) => one.id !== '' && one.name !== '')).toBe(true);
    });

    test('every case that is not closed is listed', async () => {
      const cases = [opened('one'), opened('two', true)];
      const closed = opened('three');
      world.agentCloses(closed);

      const listed = await allOpen();

      expect(listed).toHaveLength(cases.length + 1);
      expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(cases));
      expect(await helpdesk.openCasesOf(contact)).toHaveLength(cases.length);
    });

    test('a case opened for a contact starts with our message', async () => {
      const made = await helpdesk.createCase({
        contact,
        title: 'Order 7',
        firstMessage: 'your order',
        chain: null,
        marker,
      });

      expect(made).toMatchObject({ title: 'Order 7', contact: { id: contact, name: 'Robin Example' } });
      expect(world.customerSees(made.id)).toEqual(['your order']);
      expect((await helpdesk.openCasesOf(contact)).map(({ id }) => id)).toEqual([made.id]);
    });

    test.runIf(traits.closes)('a closed case is closed for good, and closing it twice is no failure', async () => {
      const id = opened();

      expect(await helpdesk.closeCase(id, { askFeedback: false })).toBe(true);
      expect(await helpdesk.closeCase(id, { askFeedback: false })).toBe(true);
      expect(await sameCase(id)).toMatchObject({ state: 'closed' });
    });

    test.runIf(!traits.closes)('a case that was only left is not called closed', async () => {
      const id = opened();

      expect(await helpdesk.closeCase(id, { askFeedback: false })).toBe(false);
      expect(await sameCase(id)).toMatchObject({ state: 'open' });
    });

    test('a reopened case is a new case of the same chain', async () => {
      const id = opened();
      world.agentCloses(id);
      const { chain, title } = await sameCase(id);

      const made = await helpdesk.createCase({ contact, title: title ?? '', firstMessage: null, chain, marker });

      expect(made.chain).toBe(chain);
      expect(made.id).not.toBe(id);
      expect(await sameCase(made.id)).toMatchObject({ chain, state: 'open' });
    });

    test('a contact is found by a part of what is known, the exact match first', async () => {
      const longer = world.contact({ name: 'Robin Example Junior', email: 'xrobin@example.com' });

      const found = await helpdesk.findContacts('Robin@example.com');

      expect(found.map(({ id }) => id)).toEqual([contact, longer]);
      expect(await helpdesk.findContacts('nobody at all')).toEqual([]);
    });

    test('a contact is made and read again', async () => {
      const made = await helpdesk.createContact({ name: 'New Person', email: 'new@example.com', phone: null });

      // Read again it may show more: where they are, what they look at.
      expect({ ...(await helpdesk.getContact(made.id)), fields: {} }).toEqual({ ...made, fields: {} });
      expect(made).toMatchObject({ name: 'New Person', email: 'new@example.com', phone: null });
      expect(await helpdesk.getContact(ContactId.parse('987654321'))).toBeNull();
    });

    test('a contact without a name is shown by its number', async () => {
      const nameless = world.contact({});

      expect(await helpdesk.getContact(nameless)).toMatchObject({ name: `#${nameless}` });
    });

    test('agents are listed, and each is told whether the invitation was sent', async () => {
      const id = opened();
      const agents = (await helpdesk.agents()).filter(({ bot }) => !bot);

      const outcome = await helpdesk.inviteAgents(
        id,
        agents.map((agent) => agent.id),
      );

      expect(agents.length).toBeGreaterThan(0);
      expect(outcome.map(({ agent }) => agent)).toEqual(agents.map((agent) => agent.id));
      await expect(helpdesk.inviteAgents(id, [AgentId.parse('987654321')])).rejects.toMatchObject({
        facts: { kind: 'not_found' },
      });
    });

    test('a department is invited as the people in it', async () => {
      const [department] = await helpdesk.departments();

      const outcome = await helpdesk.inviteAgents(opened(), [], [department?.id ?? '']);

      expect(outcome.length).toBeGreaterThan(0);
      expect(outcome.every(({ sent }) => sent !== null)).toBe(true);
    });

    test('a case is snoozed until a date', async () => {
      const at = Date.now() + 86_400_000;

      const wanted = { case: opened(), contact, at, text: 'call back' };

      await expect(helpdesk.followUp(wanted)).resolves.toBeUndefined();
    });

    test('the newest message of the account is known, or said to be unknown', async () => {
      const id = opened();
      world.customerWrites(id, 'the last one');

      const last = (await read(id)).messages.at(-1)?.id;

      expect(await helpdesk.newestMessage()).toBe(traits.knowsNewest ? last : null);
    });

    test('a probe proves host and key', async () => {
      await expect(helpdesk.probe()).resolves.toBeUndefined();
    });
  });
};
