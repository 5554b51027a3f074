import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describe } from 'vitest';
import { CHROMIUM, hasChromium, launchChromium } from '../../scripts/chromium.ts';
import { openPage } from '../../src/sandbox/open-page.ts';
import { setStage, type Stage } from '../../src/sandbox/stage.ts';

/** The sandbox's page in a real Chromium, over a real stage: one of each for the tests of a file. */

const isMissing = !hasChromium();
const ADVICE = `there is no Chromium at ${CHROMIUM}: install Debian's (apt-get install chromium) or name one in CHROMIUM`;
if (isMissing && process.env['CI'] !== undefined) throw new Error(ADVICE);
if (isMissing) process.stderr.write(`The tests in a browser are skipped: ${ADVICE}.\n`);
const SKIPPED = isMissing ? ` (skipped: ${ADVICE})` : '';

/** Where there is no browser, its tests are skipped, with the reason in their name; in CI they fail. */
export const describeInChromium = (what: string, tests: () => void) =>
  describe.skipIf(isMissing)(`${what}${SKIPPED}`, () => {
    tests();
  });

export interface Shown {
  readonly page: Page;
  /** What no page of ours may do: errors, and requests that leave the machine. */
  readonly troubles: readonly string[];
}

export interface Playing extends Shown {
  readonly stage: Stage;
  readonly url: string;
  readonly browser: Browser;
  readonly stop: () => Promise<void>;
}

/** Nothing takes long; a machine with other work may. */
const PATIENCE_MS = 30_000;
const DESKTOP = { width: 1400, height: 900 };

export async function startPlaying(): Promise<Playing> {
  const [stage, browser] = await Promise.all([
    // Told of each message, for what is only found by reading takes as long as there are cases to read.
    setStage({ inherited: process.env, socketMode: false, messageWebhooks: true, keep: null }),
    launchChromium(),
  ]);
  const served = await openPage(stage, 0);
  const stop = async (): Promise<void> => {
    await browser.close();
    await served.close();
    await stage.stop();
  };
  return { stage, url: served.url, browser, ...(await show(browser, served.url)), stop };
}

/** The page, opened and connected. */
export async function show(browser: Browser, url: string, look: BrowserContextOptions = {}): Promise<Shown> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...look });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const troubles: string[] = [];
  page.on('pageerror', (error) => void troubles.push(`error: ${error.message}`));
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') troubles.push(`console ${said.type()}: ${said.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) troubles.push(`left the page: ${request.url()}`);
  });
  await page.goto(url);
  await page.getByRole('region', { name: 'Slack, simulated' }).waitFor();
  return { page, troubles };
}

/** Looks again until there is something to see. */
export async function until<Found>(
  find: () => Found | undefined | false,
  what: string,
  patience = PATIENCE_MS,
): Promise<Found> {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error(`never saw ${what}`);
}
