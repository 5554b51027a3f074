import { writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { openPage } from '../src/sandbox/open-page.ts';
import { setStage } from '../src/sandbox/stage.ts';
import { launchChromium } from './chromium.ts';
import { withPalette } from './pictures/palette.ts';

/**
 * `npm run pictures:sandbox`: plays a little on the sandbox's page, in a real Chromium, and writes what it looks like
 * then: docs/sandbox.png with an outage, docs/sandbox-rehearsal.png with a verdict. Times differ with every run.
 */

const VIEWPORT = { width: 1400, height: 900 };
/** For what is only drawn, after everything that is waited for is there. */
const SETTLING_MS = 1_500;

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: typeof name === 'string' });

async function newCustomer(page: Page, by: Readonly<Record<string, string>>): Promise<void> {
  const form = page.getByRole('dialog', { name: 'A new customer writes' });
  await button(page, /Let a customer write|New customer/)
    .last()
    .click();
  if (by['Subject'] !== undefined) await form.getByRole('radio', { name: 'E-mail' }).check();
  for (const [label, words] of Object.entries(by)) await form.getByRole('textbox', { name: label }).fill(words);
  await button(form, 'Send').click();
  await form.waitFor({ state: 'hidden' });
}

async function write(page: Page, box: string, words: string): Promise<void> {
  await page.getByRole('textbox', { name: box }).fill(words);
  await page.keyboard.press('Enter');
}

const inThread = (page: Page, words: string): Locator =>
  page.getByRole('log', { name: 'Messages in the thread' }).getByText(words);

/** A conversation, and then Acquire goes down while the agent answers. */
async function playOutage(page: Page): Promise<void> {
  await newCustomer(page, {
    Name: 'Oskar Berg',
    'E-mail': 'oskar@example.com',
    Subject: 'Lamp came broken',
    'First message': 'The shade of my lamp came broken.\n\nKind regards,\nOskar',
  });
  await inThread(page, 'The shade of my lamp').waitFor();
  await newCustomer(page, {
    Name: 'Maya Virtanen',
    'E-mail': 'maya@example.com',
    'First message': 'Hi! My order 1042 has not arrived yet. Where is it?',
  });
  await inThread(page, 'My order 1042').waitFor();
  await button(page.getByRole('region', { name: 'Thread' }), 'Claim').click();
  await inThread(page, 'took this case').waitFor();
  await write(page, 'Reply in the thread', 'Hi Maya! It left our warehouse this morning.');
  await button(page.getByRole('log', { name: 'Messages in the thread' }), 'white_check_mark 1').waitFor();
  await page.getByRole('group', { name: 'Acquire' }).getByRole('switch', { name: 'Down' }).click();
  await write(page, 'Reply in the thread', 'You will have it tomorrow before noon.');
  await button(page.getByRole('log', { name: 'Messages in the thread' }), 'hourglass_flowing_sand 1').waitFor();
}

const REHEARSAL = 'Play: Slack is down while a customer writes';

async function playRehearsal(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Rehearsals' }).click();
  await button(page, REHEARSAL).click();
  await page.getByText('Nothing lost, nothing twice').waitFor({ timeout: 60_000 });
}

async function picture(file: string, play: (page: Page) => Promise<void>): Promise<void> {
  const stage = await setStage({ inherited: process.env, socketMode: false, messageWebhooks: false, keep: null });
  const served = await openPage(stage, 0);
  const browser = await launchChromium('--disable-lcd-text');
  try {
    const page = await browser.newPage({ viewport: VIEWPORT, locale: 'en-GB', colorScheme: 'light' });
    await page.goto(served.url);
    await play(page);
    // Nothing is pointed at.
    await page.mouse.move(0, 0);
    await page.waitForTimeout(SETTLING_MS);
    const small = withPalette(await page.screenshot({ animations: 'disabled' }));
    writeFileSync(file, small);
    process.stdout.write(`${styleText('green', '✓')} ${file} (${Math.ceil(small.length / 1000)} kB)\n`);
  } finally {
    await browser.close();
    await served.close();
    await stage.stop();
  }
}

await picture('docs/sandbox.png', playOutage);
await picture('docs/sandbox-rehearsal.png', playRehearsal);
