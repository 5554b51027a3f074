import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { addMessage, call, messagesOf } from './acquire-calls.ts';

let acquire: AcquireSimulator;
let kase: { id: number; contactId: number };
const path = '/crm/messenger/chat/add-message';

beforeEach(async () => {
  acquire = await startAcquire();
  kase = acquire.openCase(acquire.contact().id, { text: 'hello' });
});
afterEach(() => acquire.stop());

const texts = async () => (await messagesOf(acquire, kase.id)).map((one) => one.message);

test('a rate limit names the seconds to wait, and ends after the times asked for', async () => {
  acquire.faults.add({ method: 'POST', path, times: 2, answer: { status: 429, retryAfter: 3 } });

  const first = await addMessage(acquire, kase, 'hi');
  await addMessage(acquire, kase, 'hi');
  const third = await addMessage(acquire, kase, 'hi');

  expect([first.status, first.headers.get('retry-after'), third.status]).toEqual([429, '3', 200]);
  expect(await texts()).toEqual(['hello', 'hi']);
});

test('an outage lasts until it is cleared', async () => {
  const clear = acquire.faults.add({ path: '/crm/*', answer: { status: 503 } });
  expect((await addMessage(acquire, kase, 'hi')).status).toBe(503);
  expect((await call(acquire, 'GET /account/user')).status).toBe(200);

  clear();
  expect((await addMessage(acquire, kase, 'hi')).status).toBe(200);
});

test('a connection can break before the effect or after it', async () => {
  acquire.faults.add({ path, times: 1, answer: 'drop' });
  acquire.faults.add({ path, times: 1, effect: 'done', answer: 'drop' });

  await expect(addMessage(acquire, kase, 'lost')).rejects.toThrow('fetch failed');
  await expect(addMessage(acquire, kase, 'arrived')).rejects.toThrow('fetch failed');

  expect(await texts()).toEqual(['hello', 'arrived']);
  expect(acquire.requests.slice(0, 2)).toMatchObject([
    { status: null, effect: 'none' },
    { status: null, effect: 'done' },
  ]);
});

test('a server error can hide that the work was done', async () => {
  acquire.faults.add({ path, times: 1, effect: 'done', answer: { status: 500 } });

  const reply = await addMessage(acquire, kase, 'arrived');

  expect(reply).toMatchObject({ status: 500, text: expect.stringContaining('ERROR_SERVER_ERROR') });
  expect(await texts()).toEqual(['hello', 'arrived']);
});

test('an answer can stay out while the effect comes late', async () => {
  acquire.faults.add({ path, times: 1, effect: 'late', lateMs: 80, answer: 'hang' });

  await expect(addMessage(acquire, kase, 'late', { signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout/);

  expect(await texts()).toEqual(['hello']);
  await expect.poll(texts, { interval: 10 }).toEqual(['hello', 'late']);
});

test('an answer can be slow after a prompt effect', async () => {
  acquire.faults.add({ path, times: 1, answer: 'genuine', slowMs: 60 });

  const reply = addMessage(acquire, kase, 'slow');

  await expect.poll(texts, { interval: 5 }).toEqual(['hello', 'slow']);
  expect((await reply).status).toBe(200);
});

test('a server that is down refuses connections and comes back on its port with everything it knew', async () => {
  await acquire.down();
  await expect(addMessage(acquire, kase, 'hi')).rejects.toThrow('fetch failed');

  await acquire.up();
  expect((await addMessage(acquire, kase, 'hi')).status).toBe(200);
});

test('a stale read shows a message only after so many reads', async () => {
  acquire.staleReads({ reads: 2 });
  const { id } = acquire.customerWrites(kase.id, 'still there?');
  acquire.staleReads(null);
  acquire.customerWrites(kase.id, 'seen at once');

  expect(await texts()).toEqual(['hello', 'seen at once']);
  expect((await call(acquire, `GET /crm/objects/case-message/${id}`)).status).toBe(400);
  expect(await texts()).toEqual(['hello', 'still there?', 'seen at once']);
});

test('a fault can keep what it wrote out of what is read, also of mails, until all is shown', async () => {
  const jo = acquire.contact({ email: 'jo@example.com' });
  const { id, threadId, contactId } = acquire.openCase(jo.id, { text: 'By mail', channel: 'mail' });
  const [from = ''] = acquire.account.inboxes;
  const sent = { from, to: ['jo@example.com'], cc: [], bcc: [], subject: 'Re', htmlBody: 'Unseen', attachments: [] };
  const data = { caseId: id, contactId, type: 'message', ...sent };
  const unseen = { effect: 'done', answer: 'drop', stale: { ms: Number.POSITIVE_INFINITY } } as const;
  acquire.faults.add({ path: '/mail/add-message', ...unseen });

  await expect(call(acquire, 'POST /mail/add-message', { body: { data } })).rejects.toThrow('fetch failed');

  const isRead = async () => [
    (await call(acquire, `GET /mail/messages?threadId=${threadId}`)).text.includes('Unseen'),
    (await messagesOf(acquire, id)).some(({ message }) => message === 'Unseen'),
  ];
  expect(acquire.account.messagesByCase.get(id)?.map(({ text }) => text)).toContain('Unseen');
  expect(await isRead()).toEqual([false, false]);
  acquire.showAll();
  expect(await isRead()).toEqual([true, true]);
});

test('error bodies come in every style that any page hints at', async () => {
  const styles = ['errors-array', 'error-object', 'error-text', 'message', 'legacy', 'plain-text'] as const;
  for (const style of styles) {
    acquire.variants.errorBody = style;
    expect((await call(acquire, 'GET /crm/objects/case/1')).text, style).toContain('ERROR_RECORD_NOT_FOUND');
  }
  acquire.variants.errorBody = 'empty';
  expect(await call(acquire, 'GET /crm/objects/case/1')).toMatchObject({ status: 400, text: '' });
});
