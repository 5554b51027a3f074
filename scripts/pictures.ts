import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { withPalette } from './pictures/palette.ts';
import { allSheets } from './pictures/sheets.ts';
import { NOW, type Sheet } from './pictures/shown.ts';
import { NAMES, STATE } from './pictures/workspace.ts';

/**
 * `npm run pictures`: draws every message, modal and view of the app in a real Chromium, by the sandbox's renderer, into
 * docs/pictures. The words come from the code, so a picture shows what Slack's users read. `CHROMIUM` names the browser
 * where it is not Debian's.
 */

const ORIGIN = 'http://pictures.invalid';
const FOLDER = 'docs/pictures';
/** What the page may ask for. */
const READABLE =
  /^\/(?:(?:scripts\/pictures|src\/sandbox\/page)\/[\w-]+|node_modules\/(?:@preact|htm|preact)\/[\w/-]+)\.(html|css|js|mjs)$/;
const WIDTH = 560;
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const open = async (browser: Browser) => {
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: 600 },
    timezoneId: 'Europe/Helsinki',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  // Nothing is fetched from anywhere: what the page asks for is read from the repository.
  await context.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const [, ending = ''] = READABLE.exec(pathname) ?? [];
    if (ending === '') return route.abort();
    return route.fulfill({
      body: readFileSync(`.${pathname}`, 'utf8'),
      contentType: `${TYPES[ending]}; charset=utf-8`,
    });
  });
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${ORIGIN}/scripts/pictures/frame.html`);
  return page;
};

const draw = async (page: Awaited<ReturnType<typeof open>>, sheet: Sheet): Promise<Buffer> => {
  await page.evaluate(`(async () => {
    const { drawSheet } = await import('/scripts/pictures/frame.js');
    const { render } = await import('preact');
    const { sheet, world } = ${JSON.stringify({ sheet, world: { names: NAMES, state: STATE } })};
    render(null, document.body);
    render(drawSheet(sheet, world), document.body);
    await document.fonts.ready;
  })()`);
  return page.locator('body').screenshot({ animations: 'disabled' });
};

const browser = await launchChromium('--disable-lcd-text');
try {
  mkdirSync(FOLDER, { recursive: true });
  const page = await open(browser);
  for (const sheet of await allSheets()) {
    const picture = withPalette(await draw(page, sheet));
    writeFileSync(`${FOLDER}/${sheet.file}`, picture);
    say(`${styleText('green', '✓')} ${FOLDER}/${sheet.file} (${Math.ceil(picture.length / 1000)} kB)`);
  }
} finally {
  await browser.close();
}
