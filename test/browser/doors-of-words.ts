import type { Door, Doors } from './doors.ts';
import { arrives, type Case, type Hands, newName, threadsIn, written } from './hands.ts';
import { until } from './playing.ts';

/** What is written, held, sent, kept, taken back, and begun: by every door. */

const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

/** A form with one field for the text. */
async function write(hands: Hands, title: string, words: string): Promise<void> {
  const form = hands.dialog(title);
  await form.getByRole('textbox').fill(words);
  await form.getByRole('button').last().click();
  await form.waitFor({ state: 'hidden' });
}

const replies: Doors = {
  'reply: case_reply (hub)': async (hands) => {
    const kase = await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: 'Reply to customer…' }).click();
    await write(hands, 'Reply to customer', 'From the hub');
    await arrives(hands, kase, 'From the hub');
  },
  'reply: case_reply (shortcut)': async (hands) => {
    const kase = await hands.newCase();
    await hands.fromMenu(hands.card, 'Reply to customer');
    await write(hands, 'Reply to customer', 'From the menu');
    await arrives(hands, kase, 'From the menu');
  },
  'note: command': async (hands) => {
    const kase = await hands.newCase();
    await hands.command(`note ${kase.id} Called her, no answer`);
    await arrives(hands, kase, 'Called her, no answer', 'note');
  },
  'note: case_note (hub)': async (hands) => {
    const kase = await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: 'Internal note…' }).click();
    await write(hands, 'Internal note', 'From the hub');
    await arrives(hands, kase, 'From the hub', 'note');
  },
  'note: case_note (shortcut)': async (hands) => {
    const kase = await hands.newCase();
    await hands.fromMenu(hands.card, 'Internal note');
    await write(hands, 'Internal note', 'From the menu');
    await arrives(hands, kase, 'From the menu', 'note');
  },
};

/** A reply that calls colleagues is held. */
async function held(hands: Hands): Promise<Case> {
  const kase = await hands.newCase();
  await hands.reply('@here who knows this?');
  await hands.thread.getByRole('button', { name: 'Send to customer' }).waitFor();
  return kase;
}

const decisions: Doors = {
  'send: case_release (thread)': async (hands) => {
    const kase = await held(hands);
    if (written(hands, kase).length > 1) throw new Error('it was sent before it was released');
    await hands.thread.getByRole('button', { name: 'Send to customer' }).click();
    await arrives(hands, kase, 'who knows this?');
  },
  'keep: case_keep (thread)': async (hands) => {
    const kase = await held(hands);
    await hands.thread.getByRole('button', { name: 'Keep inside' }).click();
    await hands.thread.getByRole('button', { name: 'Keep inside' }).waitFor({ state: 'hidden' });
    if (written(hands, kase).length > 1) throw new Error('what was kept inside was sent');
  },
  'retry: case_retry (thread)': async (hands) => {
    const kase = await hands.newCase();
    const undo = hands.stage.acquire.faults.add({ ...SENDING, effect: 'none', answer: { status: 400 } });
    await hands.reply('Once more, please');
    const retry = hands.thread.getByRole('button', { name: 'Retry' });
    await retry.waitFor();
    undo();
    await retry.click();
    await arrives(hands, kase, 'Once more, please');
  },
  'retry: case_arrived (thread)': async (hands) => {
    const kase = await hands.newCase('Where is it?', { channel: 'mail', email: 'maya@example.com' });
    const mails = { method: 'POST', path: '/mail/add-message' };
    hands.stage.acquire.faults.add({ ...mails, effect: 'none', answer: { status: 502 }, times: 1 });
    const own = await hands.reply('Did you get this?');
    // A mail that nobody knows of is asked about as soon as nothing of the attempt can still take effect.
    await hands.thread.getByRole('button', { name: 'It arrived' }).click({ timeout: 40_000 });
    await own.getByRole('button', { name: /^white_check_mark/ }).waitFor();
    if (written(hands, kase).length > 1) throw new Error('it was sent once more');
  },
};

/** A case in a channel where replies wait for some seconds. */
async function caseWithUndo(hands: Hands): Promise<Case> {
  const kase = await hands.newCase();
  const answer = await hands.ask(`link ${kase.id}`, 'general');
  await answer.getByRole('button', { name: 'Move it here' }).click();
  await hands.openThread(kase, 'general');
  return kase;
}

const inThread = ({ thread }: Hands) => thread.locator('article.private').last();

const second: Doors = {
  'undo: case_undo (answer)': async (hands) => {
    const kase = await caseWithUndo(hands);
    await hands.reply('Too early');
    await inThread(hands).getByRole('button', { name: 'Undo' }).click();
    await inThread(hands).getByRole('button', { name: 'Undo' }).waitFor({ state: 'hidden' });
    if (written(hands, kase).includes('Too early')) throw new Error('what was taken back was sent');
  },
  'undo: case_delete (answer)': async (hands) => {
    const kase = await hands.newCase();
    const own = await hands.reply('Our margin is ten percent');
    await arrives(hands, kase, 'margin');
    await hands.fromMenu(own, 'Edit message');
    const edit = hands.page.getByRole('dialog').filter({ has: hands.page.getByRole('textbox') });
    await edit.getByRole('textbox').fill('note: Our margin is ten percent');
    await edit.getByRole('button').last().click();
    await inThread(hands).getByRole('button', { name: 'Delete' }).click();
    const confirm = hands.page.locator('dialog[open]').getByRole('button').last();
    if ((await confirm.count()) > 0) await confirm.click();
    await until(() => !written(hands, kase).some((text) => text.includes('margin')), 'it gone from the case');
  },
};

const casesOf = ({ stage }: Hands, contact: number) =>
  [...stage.acquire.account.cases.values()].filter(({ contactId }) => contactId === contact);

const opens: Door = async (hands) => {
  const name = newName();
  const { id } = hands.stage.acquire.contact({ name });
  await hands.command(`open ${id} Lost parcel`);
  await until(() => threadsIn(hands, name) === 1, 'its thread');
  if (casesOf(hands, id)[0]?.title !== 'Lost parcel') throw new Error('the case has another title');
};

const beginnings: Doors = {
  'open: command': opens,
  'open: case_open_anyway (answer)': async (hands) => {
    const email = `${newName().replace(' ', '.')}@example.com`;
    const kase = await hands.newCase('Hello', { email });
    const answer = await hands.ask(`open ${email} Another matter`);
    await answer.getByRole('button', { name: 'Open a new one' }).click();
    const contact = hands.stage.acquire.account.cases.get(kase.id)?.contactId ?? 0;
    await until(() => casesOf(hands, contact).length === 2, 'a second case');
  },
  'open: case_open (shortcut)': async (hands) => {
    const name = newName();
    await hands.newCase();
    const box = hands.page.getByRole('textbox', { name: 'Message #support' });
    await box.fill(`Please call ${name}`);
    await box.press('Enter');
    const message = hands.page.getByRole('log', { name: 'Messages in support' }).getByRole('article');
    await hands.fromMenu(message.filter({ hasText: `Please call ${name}` }), 'Open a case');
    await hands.submit(
      'Open a case',
      { 'Or a new contact: name': name, 'E-mail': 'zoe@example.com', Subject: 'Call her' },
      'Open',
    );
    await until(() => threadsIn(hands, name) === 1, 'its thread');
  },
};

export const doorsOfWords: Doors = { ...replies, ...decisions, ...second, ...beginnings };
