import axe from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Hands, handsOn } from './hands.ts';
import { describeInChromium, show, startPlaying } from './playing.ts';

/** What everybody must be able to use: axe finds nothing wrong with the page, whatever is open on it and however it looks. */

const Findings = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string() })) }),
);

async function violations({ page }: Pick<Hands, 'page'>): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = Findings.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

describeInChromium('axe finds nothing wrong with', () => {
  let hands: Hands;

  beforeAll(async () => {
    hands = handsOn(await startPlaying());
  });
  afterAll(() => hands.stop());

  test('the page as it starts', async () => {
    expect(await violations(hands)).toEqual([]);
  });

  test('a thread, with reactions, notes and a private answer', async () => {
    await hands.newCase();
    await hands.card.getByRole('button', { name: 'Claim' }).click();
    await hands.reply('note: she called, too');
    await hands.react(await hands.reply('On its way'), 'eyes');
    await hands.ask('help');

    expect(await violations(hands)).toEqual([]);
  });

  test('a message with its menu open', async () => {
    await hands.card.hover();
    await hands.card.getByRole('button', { name: 'More actions' }).click();

    expect(await violations(hands)).toEqual([]);
    await hands.page.keyboard.press('Escape');
  });

  test('the hub', async () => {
    await hands.hub();

    expect(await violations(hands)).toEqual([]);
    await hands.leaveWindows();
  });

  test('the form that opens a case, with an error at its field', async () => {
    await hands.command('open');
    const form = hands.dialog('Open a case');
    await form.getByLabel('Or a new contact: name').fill('Zoe');
    await form.getByLabel('Subject').fill('Call her');
    await form.getByRole('button', { name: 'Open', exact: true }).click();
    await form.locator('[aria-invalid=true]').first().waitFor();

    expect(await violations(hands)).toEqual([]);
    await hands.leaveWindows();
  });

  test('the form of a new customer', async () => {
    await hands.page.getByRole('button', { name: 'New customer' }).click();
    await hands.dialog('A new customer writes').waitFor();

    expect(await violations(hands)).toEqual([]);
    await hands.leaveWindows();
  });

  test('App Home', async () => {
    await hands.page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: 'casebridge' }).click();
    await hands.page.getByRole('region', { name: 'App Home' }).getByText('Your cases').waitFor();

    expect(await violations(hands)).toEqual([]);
  });

  test('giosg', async () => {
    await hands.page.getByRole('tab', { name: 'giosg' }).click();

    expect(await violations(hands)).toEqual([]);
  });

  test('the fault panel, with a fault on', async () => {
    const fault = hands.page.getByRole('group', { name: 'Acquire' }).getByRole('switch', { name: 'Down' });
    await fault.click();
    await fault.and(hands.page.locator('[aria-checked=true]')).waitFor();

    expect(await violations(hands)).toEqual([]);
    await hands.page.getByRole('button', { name: 'Switch all off' }).click();
  });

  test('the rehearsals', async () => {
    await hands.page.getByRole('tab', { name: 'Rehearsals' }).click();

    expect(await violations(hands)).toEqual([]);
  });

  test.each([
    ['in the dark', { colorScheme: 'dark' as const }],
    ['on a narrow screen', { viewport: { width: 390, height: 844 } }],
    ['without motion', { reducedMotion: 'reduce' as const }],
  ])('the page %s', async (_how, look) => {
    const { page, troubles } = await show(hands.browser, hands.url, look);

    expect(await violations({ page })).toEqual([]);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('and nothing of all that was an error', () => {
    expect(hands.troubles).toEqual([]);
  });
});
