import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.ts';
import { describeInChromium, show, type Shown } from './playing.ts';

/** The main job on the page that `npm run sandbox` serves: a customer writes, an agent answers, the case is closed. */

describeInChromium('the page of npm run sandbox', () => {
  let sandbox: ChildProcess;
  let browser: Browser;
  let url: string;
  let shown: Shown;

  beforeAll(async () => {
    sandbox = spawn(process.execPath, ['src/sandbox/main.ts'], { stdio: ['ignore', 'pipe', 'inherit'] });
    [url, browser] = await Promise.all([addressOf(sandbox), launchChromium()]);
    shown = await show(browser, url);
  });
  afterAll(async () => {
    await browser.close();
    const ended = once(sandbox, 'exit');
    if (sandbox.exitCode === null && sandbox.kill('SIGTERM')) await ended;
  });

  test('says that it is a simulation, also behind a window', async () => {
    const { page } = shown;
    expect(await page.title()).toMatch(/simulation/i);
    await page.getByRole('banner').getByText('Simulation').waitFor();

    await page.getByRole('button', { name: 'Let a customer write' }).click();
    await dialog(page).waitFor();

    expect(await page.locator('.simulation').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('carries the main job, from both sides of one screen', async () => {
    const { page } = shown;
    const hand = parts(page);
    await page.getByRole('button', { name: 'Let a customer write' }).click();
    await dialog(page).getByLabel('Name').fill('Maya');
    await dialog(page).getByLabel('First message').fill('Where is my order?');
    await dialog(page).getByRole('button', { name: 'Send' }).click();
    await hand.thread.getByText('Where is my order?').waitFor();

    await hand.thread.getByRole('button', { name: 'Claim' }).click();
    await write(hand.reply, 'It left our warehouse this morning.');
    await hand.customerSees.getByText('It left our warehouse this morning.').waitFor();
    await write(hand.reply, 'note: check the address');
    await hand.acquireSees.getByText('check the address').waitFor();
    await write(page.getByRole('textbox', { name: 'Write as the customer' }), 'Thank you!');
    await hand.thread.getByText('Thank you!').waitFor();
    await hand.thread.getByText('Taken by').waitFor();
    expect(await hand.customerSees.getByText('check the address').count()).toBe(0);

    await hand.thread.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('dialog', { name: 'Close this case?' }).getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('region', { name: 'Case', exact: true }).getByRole('button', { name: 'Reopen' }).waitFor();
    expect(shown.troubles).toEqual([]);
  });

  test('carries it by the keyboard alone, with the focus in sight', async () => {
    const { page, troubles } = await show(browser, url);
    const hand = parts(page);
    const walk = walking(page);

    await walk.to(page.getByRole('button', { name: 'New customer' }));
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    await walk.to(dialog(page).getByLabel('Name'));
    await walk.type('Kim');
    await walk.to(dialog(page).getByLabel('First message'));
    await walk.type('Can I change my address?');
    await walk.to(dialog(page).getByRole('button', { name: 'Send' }));
    await page.keyboard.press('Enter');
    await hand.thread.getByText('Can I change my address?').waitFor();

    await walk.to(hand.thread.getByRole('button', { name: 'Claim' }));
    await page.keyboard.press('Enter');
    await hand.thread.getByText('Taken by').waitFor();
    await walk.to(hand.reply);
    await page.keyboard.type('Yes,');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('which one?');
    await page.keyboard.press('Enter');
    await hand.customerSees.getByText('which one?').waitFor();
    await walk.to(hand.thread.getByRole('button', { name: 'Details…' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Case', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Case', exact: true }).waitFor({ state: 'hidden' });

    expect(walk.unseen()).toEqual([]);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('says so when the sandbox is gone', async () => {
    const ended = once(sandbox, 'exit');
    sandbox.kill('SIGTERM');
    await ended;

    const gone = shown.page.getByRole('alert').filter({ hasText: 'The sandbox is gone.' });
    await gone.waitFor();
    expect(await gone.textContent()).toContain('npm run sandbox');
  });
});

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'A new customer writes' });

const parts = (page: Page) => {
  const thread = page.getByRole('region', { name: 'Thread', exact: true });
  return {
    thread,
    reply: thread.getByRole('textbox', { name: 'Reply in the thread' }),
    customerSees: page.getByRole('log', { name: 'What the customer sees' }),
    acquireSees: page.getByRole('log', { name: 'Messages of the case' }),
  };
};

async function write(box: Locator, words: string): Promise<void> {
  await box.fill(words);
  await box.press('Enter');
}

const MOST_STEPS = 150;

/** Goes by Tab alone, and notes where the focus cannot be seen. */
function walking(page: Page) {
  const unseen: string[] = [];
  const look = async (): Promise<void> => {
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) return;
    const hidden = await focused.evaluate((element) => {
      // A box to write in shows its focus around all that belongs to it.
      const shown = [element, element.closest('.composer-box') ?? element].map((one) => getComputedStyle(one));
      const isSeen = shown.some(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none');
      return isSeen ? null : element.outerHTML.slice(0, 120);
    });
    if (hidden !== null) unseen.push(hidden);
  };
  return {
    unseen: () => unseen,
    to: async (target: Locator): Promise<void> => {
      for (let steps = 0; steps < MOST_STEPS; steps += 1) {
        if ((await target.and(page.locator(':focus')).count()) > 0) return;
        await page.keyboard.press('Tab');
        await look();
      }
      throw new Error(`Tab does not lead to ${String(target)}`);
    },
    /** In place of what stands there. */
    type: async (words: string): Promise<void> => {
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(words);
    },
  };
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the sandbox says nothing');
  for await (const line of createInterface({ input: stdout })) {
    const [, address] = /open at\s+(http:\S+)/.exec(line) ?? [];
    if (address !== undefined) {
      stdout.resume();
      return address;
    }
  }
  throw new Error('the sandbox ended without an address');
}
