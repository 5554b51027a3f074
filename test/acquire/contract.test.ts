import { z } from 'zod';
import { createAcquire } from '../../src/acquire/client.ts';
import { AccountId, CaseId, ContactId } from '../../src/core/ids.ts';
import type { VariantChoices } from '../../src/sandbox/acquire/options.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { helpdeskContract, type HelpdeskTraits, type HelpdeskWorld } from '../contracts/helpdesk.ts';

const Address = z.object({ Email: z.string() }).transform(({ Email }) => Email);
const SentMail = z.object({
  caseId: z.int(),
  senderType: z.string(),
  from: Address,
  to: z.array(Address),
  cc: z.array(Address),
  subject: z.string(),
});

const openWith = (variants: VariantChoices) => async (): Promise<HelpdeskWorld> => {
  const room = await startAcquire({ variants });
  const agent = room.agent({ name: 'Avery Agent', email: 'avery@example.com' });
  const helpdesk = createAcquire({ account: AccountId.parse('acquire:acme'), origin: room.url, apiKey: room.key });
  return {
    helpdesk,
    contact: (fields) => ContactId.parse(String(room.contact({ name: null, email: null, ...fields }).id)),
    customerOpens: (contact, { text, waiting = false, channel = 'chat' }) =>
      CaseId.parse(
        String(room.openCase(Number(contact), { text, channel, status: waiting ? 'pending' : 'active' }).id),
      ),
    customerMails: (id, mail) => void room.customerMails(Number(id), mail),
    customerWrites: (id, text) => void room.customerWrites(Number(id), text),
    agentWrites: (id, text, type = 'message') => void room.agentWrites(agent.id, Number(id), text, { type }),
    botWrites: (id, text) => void room.botWrites(Number(id), text),
    agentCloses: (id) => {
      // The variant that only lets one leave is about our own closing.
      const { foreverClosed } = room.variants;
      room.variants.foreverClosed = true;
      room.agentCloses(agent.id, Number(id));
      room.variants.foreverClosed = foreverClosed;
    },
    customerSees: (id) =>
      [...room.account.messages.values()]
        .filter(({ caseId, type }) => caseId === Number(id) && (type === 'message' || type === 'sms'))
        .filter(({ sender }) => sender.type === 'user')
        .map(({ text }) => text),
    mailsSent: (id) =>
      [...room.account.mails.values()]
        .map((mail) => SentMail.parse(mail))
        .filter((mail) => mail.caseId === Number(id) && mail.senderType === 'user')
        .map(({ from, to, cc, subject }) => ({ from, to, cc, subject })),
    inbox: room.account.inboxes[0] ?? '',
    number: room.account.numbers[0] ?? '',
    stop: () => room.stop(),
  };
};

const usual: HelpdeskTraits = {
  reads: 'whole',
  readsLong: true,
  keepsMarkers: true,
  tellsBots: true,
  knowsNewest: true,
  closes: true,
  showsMails: true,
  showsTimelines: true,
};
const noReader = { caseMessage: false, caseRelation: false, chatMessages: false };

const accounts: readonly (readonly [string, VariantChoices, Partial<HelpdeskTraits>])[] = [
  ['Acquire as documented', {}, {}],
  ['a list without a total', { readerShapes: { caseMessage: 'data' } }, { knowsNewest: false }],
  ['a list that is a bare array', { readerShapes: { caseMessage: 'array' } }, { knowsNewest: false }],
  ['messages only as a relation of the case', { readers: { ...noReader, caseRelation: true } }, { knowsNewest: false }],
  [
    'messages only in the list of the thread',
    { readers: { ...noReader, chatMessages: true }, readerShapes: { chatMessages: 'messages' } },
    { knowsNewest: false },
  ],
  [
    'messages only inside the cases of the thread',
    { readers: { ...noReader, chatMessages: true }, readerShapes: { chatMessages: 'cases-with-messages' } },
    { knowsNewest: false },
  ],
  ['the last message only', { readers: { ...noReader, chatMessages: true } }, { reads: 'part', knowsNewest: false }],
  ['no way to read messages', { readers: noReader }, { reads: 'nothing', knowsNewest: false }],
  ['filters that are ignored', { whereIgnored: true }, {}],
  [
    'filters that are ignored, and only the list of all messages',
    { whereIgnored: true, readers: { ...noReader, caseMessage: true } },
    {},
  ],
  ['pages counted from one', { pageParam: 'from-one' }, {}],
  ['pages that are ignored', { pageParam: 'ignored' }, { knowsNewest: false }],
  [
    'pages that are ignored, and only the list of messages',
    { pageParam: 'ignored', readers: { ...noReader, caseMessage: true } },
    { knowsNewest: false, readsLong: false },
  ],
  ['newest rows first', { listOrder: 'descending' }, {}],
  ['newest rows first, pages counted from one', { listOrder: 'descending', pageParam: 'from-one' }, {}],
  ['a missing object is 404', { notFound: 404, errorBody: 'error-object' }, {}],
  ['errors as text', { errorBody: 'plain-text' }, {}],
  ['errors of the old kind', { errorBody: 'legacy', messageMeta: 'answer' }, { keepsMarkers: false }],
  ['message ids as text, senders in lists', { messageIds: 'string', senderInLists: true }, {}],
  ['senders shown nowhere, bots among the users', { senderInSingle: false, clientsListed: true }, {}],
  [
    'no markers kept, no word about users',
    { messageMeta: 'dropped', userTypeParam: 'ignored' },
    { keepsMarkers: false },
  ],
  ['new cases that continue the last chain', { createContinuesThread: true, reopenOfOpenCase: 'new-case' }, {}],
  ['a timeline only inside the case', { timeline: 'meta', mailCursor: 'ignored' }, {}],
  ['a timeline only with the contact', { timeline: 'contact' }, {}],
  [
    'no timeline anywhere, and mails withdrawn',
    { timeline: 'nowhere', readers: { mails: false } },
    { showsMails: false, showsTimelines: false },
  ],
  ['closing only leaves', { foreverClosed: false }, { closes: false }],
  ['a queue of its own name', { queueStatus: 'queued', messagesTouchCase: false, translateSuffix: 'none' }, {}],
];

for (const [name, variants, differs] of accounts) {
  helpdeskContract(name, { ...usual, ...differs }, openWith(variants));
}
