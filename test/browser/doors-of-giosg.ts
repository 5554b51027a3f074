import type { Locator } from 'playwright-core';
import { SANDBOX_VISITOR } from '../../src/sandbox/giosg/seed.ts';
import type { Door, Doors } from './doors.ts';
import { type Hands, newName } from './hands.ts';

/** A second case system, which can only be read: by every door. */

const MANY = 'customer-of-many-cases';
const MORE_THAN_A_PAGE = 15;

const looksUp = async (hands: Hands, visitor = SANDBOX_VISITOR): Promise<Locator> => {
  await hands.leaveWindows();
  return hands.ask(`visitor ${visitor}`);
};

const sorted =
  (label: string, says: string): Door =>
  async (hands) => {
    const answer = await looksUp(hands);
    await answer.getByRole('button', { name: label }).click();
    await answer.getByText(`In the order ${says}`).waitFor();
  };

async function turned(hands: Hands): Promise<Locator> {
  const { giosg } = hands.stage;
  if (!giosg.organization.visitors.has(MANY)) {
    for (let i = 1; i <= MORE_THAN_A_PAGE; i += 1) giosg.openCase(MANY, { subject: `Matter ${i}` });
  }
  const answer = await looksUp(hands, MANY);
  await answer.getByRole('button', { name: 'Next' }).click();
  await answer.getByRole('button', { name: 'Previous' }).waitFor();
  return answer;
}

/** A thread that watches a case of a visitor of its own. */
async function watched(hands: Hands): Promise<string> {
  const name = newName();
  hands.stage.giosg.openCase(name.replace(' ', '-'), { subject: `Matter of ${name}` });
  const answer = await looksUp(hands, name.replace(' ', '-'));
  await answer.getByRole('button', { name: 'Details…' }).first().click();
  await hands.dialog('giosg case').getByRole('button', { name: 'Watch it in this channel' }).click();
  await cardOf(hands, name).waitFor();
  await hands.leaveWindows();
  await cardOf(hands, name).focus();
  await cardOf(hands, name).getByRole('button', { name: 'Reply in thread' }).click();
  await hands.card.filter({ hasText: name }).waitFor();
  return name;
}

const cardOf = ({ page }: Hands, name: string): Locator =>
  page
    .getByRole('log', { name: 'Messages in support' })
    .locator('article:not(.private)')
    .filter({ hasText: `Matter of ${name}` });

export const doorsOfGiosg: Doors = {
  'visitor: command': async (hands) => {
    const answer = await looksUp(hands);
    await answer.getByText('Parcel has not arrived').waitFor();
  },
  'visitor: case_visitor (giosg)': async (hands) => {
    await hands.newCase('Hello', { customer_number: SANDBOX_VISITOR });
    const answer = await hands.answerTo(() => hands.card.getByRole('button', { name: 'giosg cases' }).click());
    await answer.getByText('Parcel has not arrived').waitFor();
  },
  'visitor: case_visitor_latest (answer)': sorted('Latest change first', 'latest change first'),
  'visitor: case_visitor_stalest (answer)': sorted('Longest unchanged first', 'longest unchanged first'),
  'visitor: case_visitor_newest (answer)': sorted('Newest first', 'newest first'),
  'visitor: case_visitor_oldest (answer)': sorted('Oldest first', 'oldest first'),
  'visitor: case_visitor_page (answer)': async (hands) => {
    await turned(hands);
  },
  'visitor: case_visitor_back (answer)': async (hands) => {
    const answer = await turned(hands);
    await answer.getByRole('button', { name: 'Previous' }).click();
    await answer.getByRole('button', { name: 'Next' }).waitFor();
  },
  'visitor: case_visitor_show (answer)': async (hands) => {
    const answer = await looksUp(hands);
    await answer.getByRole('button', { name: 'Details…' }).first().click();
    await hands.dialog('giosg case').filter({ hasText: 'Question about returns' }).waitFor();
  },
  'visitor: case_visitor_link (giosg)': async (hands) => {
    await watched(hands);
  },
  'visitor: case_visitor_show (giosg)': async (hands) => {
    const name = await watched(hands);
    await hands.card.getByRole('button', { name: 'Details…' }).click();
    await hands
      .dialog('giosg case')
      .filter({ hasText: `Matter of ${name}` })
      .waitFor();
  },
  'visitor: case_visitor_all (giosg)': async (hands) => {
    const name = await watched(hands);
    const button = hands.card.getByRole('button', { name: 'All their cases' });
    const answer = await hands.answerTo(() => button.click());
    await answer.getByText(`Matter of ${name}`).waitFor();
  },
  'visitor: case_visitor_unlink (giosg)': async (hands) => {
    await watched(hands);
    await hands.card.getByRole('button', { name: 'Stop watching' }).click();
    await hands.page.locator('dialog[open]').getByRole('button').last().click();
    await hands.card.getByRole('button', { name: 'Stop watching' }).waitFor({ state: 'hidden' });
  },
};
