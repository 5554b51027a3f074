import { expect, test } from 'vitest';
import { CaseId, DeliveryId, MessageId } from '../../src/core/ids.ts';
import { fixture } from '../sandbox/acquire-calls.ts';
import { answering, opened, start } from './world.ts';

const marker = DeliveryId.parse('reply:1');
const published = fixture('message-update.response')['data'];
const change = {
  case: CaseId.parse('2069'),
  message: MessageId.parse('8288'),
  kind: 'reply',
  text: 'updating the sent message',
  html: null,
} as const;

test('the published answer says that it is the message we asked for', async () => {
  const helpdesk = await answering({ data: published });

  expect(await helpdesk.updateMessage(change)).toEqual({ id: '8288', case: '2069', chain: '1875', asAsked: true });
});

test.each([
  ['of another type', { type: 'note' }],
  ['of the other side', { senderType: 'contact' }],
  ['with another id', { id: 8289 }],
])('a message that comes back %s is not as asked', async (_how, odds) => {
  const helpdesk = await answering({ data: { ...Object(published), ...odds } });

  expect((await helpdesk.updateMessage(change)).asAsked).toBe(false);
});

test('the type is the stored one, whatever the text looks like', async () => {
  const { room, helpdesk } = await start();
  const { id, contact } = opened(room);
  const note = { case: id, contact, kind: 'note', text: 'inside', html: null, marker } as const;
  const { id: message } = await helpdesk.addMessage(note);

  await helpdesk.updateMessage({ case: id, message, kind: 'note', text: 'still inside', html: null });

  expect(room.requests.at(-1)?.body).toEqual({ message: { type: 'note', message: 'still inside' } });
});

test('a deletion that is served nowhere is a failure while the message is there', async () => {
  const { room, helpdesk } = await start();
  const { id, contact } = opened(room);
  const { id: message } = await helpdesk.addMessage({
    case: id,
    contact,
    kind: 'reply',
    text: 'oops',
    html: null,
    marker,
  });
  room.faults.add({ method: 'DELETE', answer: { status: 404 } });

  await expect(helpdesk.deleteMessage(message)).rejects.toMatchObject({ facts: { kind: 'not_found' } });
});

test('a deletion that counts none is checked', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room);
  const [first] = (await helpdesk.readCase(id))?.messages ?? [];
  room.faults.add({ method: 'DELETE', answer: { status: 200, body: { data: { deleted: 0 } } } });

  await expect(helpdesk.deleteMessage(MessageId.parse(first?.id))).rejects.toMatchObject({
    facts: { word: 'NOT_DELETED', effect: 'none' },
  });
  await expect(helpdesk.deleteMessage(MessageId.parse('987654321'))).resolves.toBeUndefined();
});

test('a message that was deleted', async () => {
  await expect(
    (await answering(fixture('message-delete.response'))).deleteMessage(MessageId.parse('8')),
  ).resolves.toBeUndefined();
});
