import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hands, handsOn } from './hands.ts';
import { describeInChromium, startPlaying } from './playing.ts';

/** Who comes back to the page finds it as they left it; who opens it twice is two people. */

describeInChromium('on the page', () => {
  let hands: Hands;

  beforeAll(async () => {
    hands = handsOn(await startPlaying());
  });
  afterAll(() => hands.stop());

  test('a reload keeps who one is, what is open, the tabs and what is being written', async () => {
    const { page, thread } = hands;
    const first = await hands.newCase();
    const second = await hands.newCase();
    await page.getByRole('radio', { name: 'Ben Berg' }).check();
    await hands.openThread(first);
    await page.getByRole('combobox', { name: 'Customer' }).selectOption({ label: second.name });
    await page.getByRole('tab', { name: 'Rehearsals' }).click();
    await thread.getByRole('textbox', { name: 'Reply in the thread' }).fill('Not sent yet');

    await page.reload();

    await hands.card.getByText(first.name).first().waitFor();
    expect(await page.getByRole('radio', { name: 'Ben Berg' }).isChecked()).toBe(true);
    expect(await thread.getByRole('textbox', { name: 'Reply in the thread' }).inputValue()).toBe('Not sent yet');
    await page.getByRole('button', { name: 'Play: Slack tells everything twice' }).waitFor();
    const shown = page.getByRole('combobox', { name: 'Customer' }).locator('option:checked');
    expect(await shown.textContent()).toBe(second.name);
    expect(hands.troubles).toEqual([]);
  });

  test('two tabs are two people, who see the same', async () => {
    const { page } = hands;
    await page.getByRole('radio', { name: 'Ben Berg' }).check();
    const other = await page.context().newPage();
    await other.goto(hands.url);
    await other.getByRole('radio', { name: 'Anna Agent' }).and(other.locator(':checked')).waitFor();
    await hands.openThread(await hands.newCase());
    await hands.reply('Ben says hello');

    await other.getByText('Ben says hello').first().waitFor();
    expect(await page.getByRole('radio', { name: 'Ben Berg' }).isChecked()).toBe(true);
    await other.close();
  });

  test('a rehearsal opens its thread and its customer, goes on over a reload, and is stopped', async () => {
    const { page, stage } = hands;
    await page.getByRole('tab', { name: 'Rehearsals' }).click();
    await page.getByRole('button', { name: 'Play: Both sides are slow' }).click();
    await hands.card
      .getByText(/Rhea \d+/)
      .first()
      .waitFor();
    const shown = page.getByRole('combobox', { name: 'Customer' }).locator('option:checked');
    await expect.poll(() => shown.textContent()).toMatch(/^Rhea \d+$/);

    await page.reload();
    const played = page.getByRole('region', { name: 'The rehearsal' });
    await played.getByText('Both sides are slow').waitFor();
    await played.getByRole('button', { name: 'Stop' }).click();

    await played.getByRole('status').getByText('it was stopped').waitFor();
    expect(stage.faults.active()).toEqual([]);
  });

  test('a form whose app was killed says so, stays, and is sent once the app is back', async () => {
    const { stage, page } = hands;
    await hands.newCase();
    await hands.card.getByRole('button', { name: 'Snooze…' }).click();
    const form = hands.dialog('Snooze');
    await form.waitFor();
    await stage.faults.set('app_killed', true);
    await form.getByRole('button', { name: 'Snooze', exact: true }).click();
    await page.getByRole('alert').getByText('Slack could not reach the app.').waitFor();
    await stage.faults.set('app_killed', false);

    await form.getByRole('button', { name: 'Snooze', exact: true }).click();

    await form.waitFor({ state: 'hidden' });
    await hands.card
      .getByText(/Snoozed/)
      .first()
      .waitFor();
    expect(hands.troubles).toEqual([]);
  });
});
