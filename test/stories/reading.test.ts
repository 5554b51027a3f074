import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { VariantChoices } from '../../src/sandbox/acquire/options.ts';
import { ANNA, CHANNEL, stageFor, type Stage } from './stage.ts';
import { calm, carlOf, repliesIn, rootsOf, staff, talkIn, textsIn, threadWith, unpaced } from './incoming.ts';

/** A short conversation as it must read, however the account tells of it. */
const conversation = async (stage: Stage): Promise<readonly string[]> => {
  const { acquire, slack } = stage;
  const { id } = acquire.contact({ name: 'Jo' });
  const opened = acquire.openCase(id, { text: 'hello' });
  const root = await threadWith(stage, 'hello');
  acquire.customerWrites(opened.id, 'are you there?');
  await stage.sees(() => textsIn(stage, root).includes('are you there?'), 'the second message');
  slack.say(ANNA, CHANNEL, 'here I am', { threadTs: root });
  await stage.sees(() => acquire.snapshot().messages.some(({ text }) => text === 'here I am'), 'the answer');
  acquire.agentWrites(carlOf(stage), opened.id, 'me too');
  acquire.customerWrites(opened.id, 'thanks both');
  await stage.sees(() => textsIn(stage, root).includes('thanks both'), 'the last message');
  await calm(1200);
  return talkIn(stage, root).filter((text) => !text.endsWith('joined this thread.'));
};

const WHOLE = [
  'Jo (customer): hello',
  'Jo (customer): are you there?',
  'here I am',
  'Carl (in Acquire): me too',
  'Jo (customer): thanks both',
];

const polling = { webhook: false, env: { ACQUIRE_POLL_SECONDS: '1' } } as const;
const webhooks = {
  env: { ACQUIRE_POLL_SECONDS: '0' },
  webhookEvents: ['case:new', 'case:status', 'case:message:new'],
} as const;

const accounts: readonly (readonly [string, VariantChoices])[] = [
  ['as the samples show it', {}],
  ['that does not list messages', { readers: { caseMessage: false } }],
  ['that lists messages as a bare array', { readerShapes: { caseMessage: 'array' } }],
  [
    'that only knows the old chat list',
    {
      readers: { caseMessage: false, caseRelation: false },
      readerShapes: { chatMessages: 'messages' },
    },
  ],
  ['that ignores filters', { whereIgnored: true }],
  ['whose cases are not touched by messages', { messagesTouchCase: false }],
  ['that counts pages from one', { pageParam: 'from-one' }],
  ['that ignores pages', { pageParam: 'ignored' }],
  ['that lists the newest first', { listOrder: 'descending' }],
  ['without marks for the translator', { translateSuffix: 'none' }],
  ['whose message ids are text', { messageIds: 'string' }],
  ['that shows senders in lists', { senderInLists: true }],
  ['that drops what we mark our messages with', { messageMeta: 'dropped' }],
];

test('by polling alone a conversation is carried, whatever the account is like', async () => {
  const played = accounts.map(async ([account, variants]) => {
    const stage = await stageFor({ ...unpaced, ...polling, acquire: { ...staff, variants } });
    return [account, await conversation(stage)];
  });

  expect(await Promise.all(played)).toEqual(accounts.map(([account]) => [account, WHOLE]));
}, 60_000);

test('by webhooks alone a conversation is carried', async () => {
  const stage = await stageFor({ ...unpaced, ...webhooks, acquire: { ...staff } });

  expect(await conversation(stage)).toEqual(WHOLE);
}, 20_000);

test('where no reader works the webhooks’ own words are carried', async () => {
  const none = { caseMessage: false, caseRelation: false, chatMessages: false };
  const acquire = { ...staff, variants: { readers: none } };
  const stage = await stageFor({ ...unpaced, ...webhooks, acquire });
  const { root, caseId } = await stage.thread('hello');

  stage.acquire.customerWrites(caseId, 'one');
  stage.acquire.agentWrites(carlOf(stage), caseId, 'two');

  await stage.sees(() => textsIn(stage, root).includes('two'), 'the words');
  await calm();
  expect(textsIn(stage, root)).toEqual(['hello', 'one', 'two']);
});

test('a case that waits in the queue is found by polling', async () => {
  const stage = await stageFor({ ...unpaced, ...polling, acquire: { variants: { queueStatus: 'queued' } } });
  const { id } = stage.acquire.contact();

  stage.acquire.openCase(id, { text: 'waiting here', status: 'queue' });

  const root = await threadWith(stage, 'waiting here');
  expect(textsIn(stage, root)).toContain('waiting here');
});

test('webhooks that come twice, late, in disorder or unknown change nothing', async () => {
  const stage = await stageFor({ ...unpaced, ...webhooks });
  const { root, caseId, contactId } = await stage.thread('hello');
  const contact = { id: String(contactId), fields: {} };
  const body = (message: string, id: number) => ({
    event: 'case:message:new',
    data: { caseId, message: { id, senderType: 'contact', senderId: contactId, type: 'message', message } },
  });
  stage.acquire.customerWrites(caseId, 'second');
  await stage.sees(() => textsIn(stage, root).includes('second'), 'second');
  const before = repliesIn(stage, root).length;

  const bodies = [
    body('never said', 1),
    body('second', 8003),
    body('second', 8003),
    { event: 'case:status', data: { caseId: String(caseId), status: 'closed', contact, messages: [] } },
    { event: 'case:status', data: { caseId: '999999', status: 'active' } },
    { event: 'something:else', data: {} },
    { event: 'case:new', data: {} },
    { event: 'user:status', data: { userId: '5' } },
  ];
  for (const sent of bodies) expect(await deliver(stage, sent)).toBe(200);

  await calm(800);
  expect(repliesIn(stage, root)).toHaveLength(before);
  expect(rootsOf(stage)).toHaveLength(1);
});

test('a message that becomes readable late is carried as soon as it can be read', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const { root, caseId } = await stage.thread('hello');

  stage.acquire.staleReads({ reads: 3 });
  stage.acquire.customerWrites(caseId, 'late');
  stage.acquire.staleReads(null);
  stage.acquire.customerWrites(caseId, 'on time');

  await stage.sees(() => textsIn(stage, root).includes('late'), 'the late one');
  await stage.sees(() => textsIn(stage, root).includes('on time'), 'the other');
  await calm(1500);
  expect(textsIn(stage, root).toSorted()).toEqual(['hello', 'late', 'on time']);
}, 20_000);

test('one case that cannot be read keeps no other waiting', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const bad = await stage.thread('bad');
  stage.acquire.faults.add({ path: `*case/${bad.caseId}`, answer: { status: 500 } });
  stage.acquire.customerWrites(bad.caseId, 'unreadable');
  await calm(1500);

  const good = stage.acquire.openCase(bad.contactId, { text: 'good' });

  const root = await threadWith(stage, 'good');
  stage.acquire.customerWrites(good.id, 'better');
  await stage.sees(() => textsIn(stage, root).includes('better'), 'the good case goes on');
  stage.acquire.faults.clear();
  await stage.sees(() => textsIn(stage, bad.root).includes('unreadable'), 'the bad case catches up');
  expect(textsIn(stage, root)).toEqual(['good', 'better']);
}, 30_000);

test('one case that hangs keeps no other waiting', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const bad = await stage.thread('bad');
  stage.acquire.faults.add({ path: `*case/${bad.caseId}`, answer: 'hang' });
  stage.acquire.customerWrites(bad.caseId, 'unreadable');
  await calm(1500);

  stage.acquire.openCase(bad.contactId, { text: 'good' });

  expect(textsIn(stage, await threadWith(stage, 'good'))).toEqual(['good']);
}, 20_000);

test('Acquire down for a while costs nothing but time', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const { root, caseId } = await stage.thread('hello');

  await stage.acquire.down();
  await calm(1500);
  stage.acquire.customerWrites(caseId, 'while down');
  await stage.acquire.up();

  await stage.sees(() => textsIn(stage, root).includes('while down'), 'what was written meanwhile');
  expect(textsIn(stage, root)).toEqual(['hello', 'while down']);
}, 20_000);

const deliver = async (stage: Stage, body: unknown): Promise<number> => {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', 'a-webhook-secret-of-32-characters').update(text).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-acquire-signature': signature };
  return (await fetch(`${stage.url()}/webhooks/acquire`, { method: 'POST', body: text, headers })).status;
};
