import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrives, type Case, type Hands, handsOn, stateOf, threadsIn, written } from './hands.ts';
import { describeInChromium, startPlaying, until } from './playing.ts';

/** What else people do on either side of the page, and what they do in App Home and below. */

describeInChromium('on the page', () => {
  let hands: Hands;

  beforeAll(async () => {
    hands = handsOn(await startPlaying());
  });
  afterAll(() => hands.stop());

  const newest = (): number => Math.max(...hands.stage.acquire.account.cases.keys());

  test.each([
    ['E-mail', 'mail', { 'E-mail': 'lena@example.com', Subject: 'My invoice' }],
    ['Text message', 'sms', { Phone: '+358401112233' }],
  ])('a customer begins by %s and is answered there', async (way, channel, fields) => {
    const name = `Lena by ${way}`;
    const { page, stage } = hands;
    await page.getByRole('button', { name: 'New customer' }).click();
    const form = hands.dialog('A new customer writes');
    await form.getByRole('radio', { name: way }).check();
    for (const [label, value] of Object.entries({ Name: name, ...fields, 'First message': `By ${way}` })) {
      await form.getByRole('textbox', { name: label }).fill(value);
    }
    await form.getByRole('button', { name: 'Send' }).click();
    await until(() => threadsIn(hands, name) === 1, 'its thread');

    const kase = { id: newest(), name };
    await hands.openThread(kase);
    await hands.reply(`Answered by ${way}`);

    await arrives(hands, kase, `Answered by ${way}`);
    expect(stage.acquire.account.cases.get(kase.id)?.channel).toBe(channel);
    await page.getByRole('log', { name: 'What the customer sees' }).getByText(`Answered by ${way}`).waitFor();
  });

  test('a customer’s mail brings its files into the thread, and takes those of the answer', async () => {
    const { page, stage } = hands;
    const photo = { name: 'crack.png', mimeType: 'image/png', buffer: Buffer.from('a photo') };
    const bill = { name: 'bill.txt', mimeType: 'text/plain', buffer: Buffer.from('a bill') };
    const kase = await hands.newCase('It came broken', { channel: 'mail', email: 'mai@example.com' });
    await page.getByRole('combobox', { name: 'Customer' }).selectOption({ label: kase.name });
    const widget = page.getByRole('form', { name: 'Write as the customer' });
    await widget.getByLabel('File to attach').setInputFiles([photo, bill]);
    await widget.getByText('bill.txt').waitFor();
    const box = widget.getByRole('textbox');
    await box.fill('See the photo');
    await box.press('Enter');

    for (const { name } of [photo, bill]) await hands.thread.locator('.file', { hasText: name }).waitFor();
    await hands.thread.getByLabel('File to attach').setInputFiles({ ...bill, name: 'credit.txt' });
    await hands.thread.getByText('credit.txt').waitFor();
    await hands.reply('We are sorry');
    const seen = page.getByRole('log', { name: 'What the customer sees' });
    await seen.locator('.file', { hasText: 'credit.txt' }).waitFor();
    expect(await seen.locator('.file').allTextContents()).toHaveLength(3);
    expect([...stage.acquire.account.mails.values()].filter(({ caseId }) => caseId === kase.id)).toHaveLength(4);
    expect(hands.troubles).toEqual([]);
  });

  test('a guest is refused at every door, and nothing is done', async () => {
    const kase = await hands.newCase();
    await hands.page.getByRole('radio', { name: /Gus Guest/ }).check();
    await hands.openThread(kase);
    await hands.card.getByRole('button', { name: 'Claim' }).click();
    await hands.page
      .locator('article.private')
      .getByText(/not an agent|only .*agents/i)
      .last()
      .waitFor();
    await hands.reply('Hello from a guest');
    await hands.page.getByRole('radio', { name: 'Anna Agent' }).check();

    expect(written(hands, kase)).toEqual(['Is anybody there?']);
    expect(await hands.card.getByText('Taken by').count()).toBe(0);
  });

  test('a member attaches a file, and the customer gets it behind the words', async () => {
    const kase = await hands.newCase();
    const file = { name: 'label.txt', mimeType: 'text/plain', buffer: Buffer.from('Return label') };
    await hands.thread.getByLabel('File to attach').setInputFiles(file);
    await hands.thread.getByText('label.txt').waitFor();
    await hands.reply('Print this, please');

    await arrives(hands, kase, 'Print this, please');
    await arrives(hands, kase, 'label.txt');
    expect(hands.troubles).toEqual([]);
  });

  test('a member edits a reply and deletes another, and so it is with the customer', async () => {
    const kase = await hands.newCase();
    const first = await hands.reply('On Mondey');
    const second = await hands.reply('Or never');
    await arrives(hands, kase, 'Or never');

    await hands.fromMenu(first, 'Edit message');
    const edit = hands.page.getByRole('dialog').filter({ has: hands.page.getByRole('textbox') });
    await edit.getByRole('textbox').fill('On Monday');
    await edit.getByRole('button').last().click();
    await hands.fromMenu(second, 'Delete message');
    await hands.page.locator('dialog[open]').getByRole('button').last().click();

    await until(() => written(hands, kase).join() === 'Is anybody there?,On Monday', 'the change in the case');
    expect(hands.troubles).toEqual([]);
  });

  test('a colleague in Acquire joins, answers, writes a note, closes and reopens', async () => {
    const { page } = hands;
    const kase = await hands.newCase();
    await page.getByRole('navigation', { name: 'Cases' }).getByRole('button', { name: kase.name }).click();
    const screen = page.getByRole('region', { name: 'Case', exact: true });
    await screen.getByRole('button', { name: 'Join' }).click();
    await screen.getByRole('button', { name: 'Joined' }).waitFor();
    const box = screen.getByRole('textbox', { name: 'Write as an agent in Acquire' });
    await box.fill('I take over');
    await box.press('Enter');
    await hands.thread.getByText('I take over').waitFor();
    await screen.getByRole('button', { name: 'Close' }).click();
    await hands.card.getByRole('button', { name: 'Reopen' }).waitFor();
    await screen.getByRole('button', { name: 'Reopen' }).click();

    await hands.card.getByRole('button', { name: 'Close' }).waitFor();
    expect(stateOf(hands, kase)).toBe('active');
  });

  test('the customer writes in the widget, and the thread shows it', async () => {
    const { page } = hands;
    const kase = await hands.newCase();
    await page.getByRole('combobox', { name: 'Customer' }).selectOption({ label: kase.name });
    const box = page.getByRole('textbox', { name: 'Write as the customer' });
    await box.fill('Still there?');
    await box.press('Enter');

    await hands.thread.getByText('Still there?').waitFor();
    expect(hands.troubles).toEqual([]);
  });

  test('App Home claims, snoozes, wakes, releases and leads to details', async () => {
    const kase = await hands.newCase();
    await hands.page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: 'casebridge' }).click();
    const home = hands.page.getByRole('region', { name: 'App Home' });
    const line = (heading: RegExp, button: string) =>
      home
        .getByText(heading)
        .locator(
          `xpath=following::button[contains(., "${kase.name}")][1]/following::button[normalize-space()="${button}"][1]`,
        );
    await line(/^Nobody has taken/, 'Claim').click();
    await line(/^Your cases/, 'Snooze…').click();
    await hands.submit('Snooze', {}, 'Snooze');
    await line(/^Snoozed/, 'End snooze').click();
    await home.getByText('No case is snoozed.').waitFor();
    await line(/^Your cases/, 'Details…').click();
    await hands.dialog('Case').filter({ hasText: kase.name }).waitFor();
    await hands.leaveWindows();
    await line(/^Your cases/, 'Release').click();

    await home.getByText('You have taken no open case.').waitFor();
    expect(hands.troubles).toEqual([]);
  });

  test('what waits for a person is settled below, by the same button as in Slack', async () => {
    const refusal = { method: 'POST', path: '/crm/messenger/chat/add-message', answer: { status: 422 } };
    const kase: Case = await hands.newCase();
    const undo = hands.stage.acquire.faults.add(refusal);
    await hands.reply('Once more from below');
    const stuck = hands.page.getByRole('list', { name: 'Waits for a person' }).getByRole('listitem');
    const retry = stuck.filter({ hasText: 'dead' }).getByRole('button', { name: 'Retry' });
    await retry.waitFor();
    undo();
    await retry.click();

    await arrives(hands, kase, 'Once more from below');
    await stuck.waitFor({ state: 'hidden' });
    expect(hands.troubles).toEqual([]);
  });

  test('a rehearsal is played and ends in a verdict', { timeout: 60_000 }, async () => {
    const { page } = hands;
    await page.getByRole('tab', { name: 'Rehearsals' }).click();
    await page.getByRole('button', { name: 'Play: A reply is refused, and sent again by its author' }).click();

    const played = page.getByRole('region', { name: 'The rehearsal' });
    await played.getByRole('status').getByText('Nothing lost, nothing twice').waitFor({ timeout: 45_000 });
    expect(await played.getByLabel('did not come true').count()).toBe(0);
  });
});
