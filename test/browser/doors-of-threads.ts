import { C } from '../../src/sandbox/slack/seed.ts';
import type { Doors } from './doors.ts';
import { type Case, type Hands, threadsIn } from './hands.ts';
import { until } from './playing.ts';

/** What is shown of a case, and where its thread is: by every door. */

const shown: Doors = {
  'show: command': async (hands) => {
    const { id, name } = await hands.newCase();
    const answer = await hands.ask(`show ${id}`);
    await answer.filter({ hasText: name }).getByRole('button', { name: 'Details…' }).waitFor();
  },
  'show: case_show (answer)': async (hands) => {
    const { id, name } = await hands.newCase();
    const picker = await hands.ask('show');
    const choice = picker.getByText(`${id} · ${name}`).locator('xpath=following::button[1]');
    await choice.click();
    await hands.page.locator('article.private').filter({ hasText: 'Contact:' }).filter({ hasText: name }).waitFor();
  },
  'show: case_details (card)': async (hands) => {
    const { name } = await hands.newCase();
    await hands.hub();
    await hands.dialog('Case').filter({ hasText: name }).waitFor();
  },
  'show: case_details (shortcut)': async (hands) => {
    const { name } = await hands.newCase();
    await hands.fromMenu(hands.card, 'Case details…');
    await hands.dialog('Case').filter({ hasText: name }).waitFor();
  },
  'show: case_original (thread)': async (hands) => {
    const mail = 'Thanks!\n\nOn Sat, 21 Nov 2026 at 10:00, Support <help@example.com> wrote:\n> Did it arrive?';
    await hands.newCase(mail, { channel: 'mail', email: 'maya@example.com' });
    await hands.thread.getByRole('button', { name: 'Show original' }).click();
    await hands.dialog('Original message').filter({ hasText: 'Did it arrive?' }).waitFor();
  },
};

async function unlinked(hands: Hands): Promise<Case> {
  const kase = await hands.newCase();
  await hands.command(`unlink ${kase.id}`);
  await isUnlinked(hands);
  return kase;
}

const isUnlinked = ({ card }: Hands) => card.getByRole('button', { name: 'Claim' }).waitFor({ state: 'hidden' });
const again = (hands: Hands, { name }: Case) => until(() => threadsIn(hands, name) === 1, 'a new thread');

const links: Doors = {
  'link: command': async (hands) => {
    const kase = await unlinked(hands);
    await hands.command(`link ${kase.id}`);
    await again(hands, kase);
  },
  'link: case_link (answer)': async (hands) => {
    const kase = await unlinked(hands);
    const answer = await hands.ask(`show ${kase.id}`);
    await answer.getByRole('button', { name: 'Start its thread here' }).click();
    await again(hands, kase);
  },
  'link: case_continue (answer)': async (hands) => {
    const { id } = await hands.newCase('Hello', { email: 'continued@example.com' });
    const answer = await hands.ask('open continued@example.com And her invoice');
    await answer.getByRole('button', { name: 'Continue there' }).click();
    const told = hands.page.locator('article.private');
    await told.filter({ hasText: `Case ${id} is linked already` }).waitFor();
    await told.filter({ hasText: 'And her invoice' }).waitFor();
  },
  'link: case_move (answer)': async (hands) => {
    const kase = await hands.newCase();
    const answer = await hands.ask(`link ${kase.id}`, 'general');
    await answer.getByRole('button', { name: 'Move it here' }).click();
    await until(() => threadsIn(hands, kase.name, C.general) === 1, 'its thread in #general');
  },
  'unlink: command': async (hands) => {
    await unlinked(hands);
  },
  'unlink: case_unlink (hub)': async (hands) => {
    await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: 'Unlink' }).click();
    await hands.dialog('Unlink this thread?').getByRole('button', { name: 'Unlink' }).click();
    await isUnlinked(hands);
  },
};

export const doorsOfThreads: Doors = { ...shown, ...links };
