import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The one browser of pictures and tests: Debian's Chromium, or the one that `CHROMIUM` names. */

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const hasChromium = (): boolean => existsSync(CHROMIUM);

export const launchChromium = (...args: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    // Root, as in most containers, may not use the sandbox; only our own pages are shown.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  });
