import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { DomUtils, parseDocument } from 'htmlparser2';
import { renderToString } from 'preact-render-to-string';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ACTIONS, actionNames } from '../../src/core/doors.ts';
import { allSheets } from '../../scripts/pictures/sheets.ts';
import type { Sheet } from '../../scripts/pictures/shown.ts';
import { NAMES, STATE } from '../../scripts/pictures/workspace.ts';

/** The pictures of docs/slack.md, which `npm run pictures` draws. Here they are drawn without a browser. */

type Drawn = Parameters<typeof renderToString>[0];
const Frame = z.object({
  drawSheet: z.custom<(sheet: Sheet, world: object) => Drawn[]>((value) => typeof value === 'function'),
});
const frame = '../../scripts/pictures/frame.js';

let sheets: readonly Sheet[] = [];
let drawSheet: (sheet: Sheet, world: object) => Drawn[] = () => [];

beforeAll(async () => {
  ({ drawSheet } = Frame.parse(await import(frame)));
  sheets = await allSheets();
}, 60_000);

const drawn = (file: string): string =>
  sheets
    .filter((sheet) => sheet.file === file)
    .flatMap((sheet) => drawSheet(sheet, { names: NAMES, state: STATE }))
    .map((node) => renderToString(node))
    .join('');

const wordsOf = (markup: string): string => DomUtils.textContent(parseDocument(markup));

const page = readFileSync('docs/slack.md', 'utf8');
const shownFiles = [...page.matchAll(/!\[[^\]]+\]\(pictures\/([\w-]+\.png)\)/g)].map(([, file = '']) => file);

describe('the pictures', () => {
  test('are all shown in docs/slack.md, and each one there exists', () => {
    const files = sheets.map(({ file }) => file).toSorted();

    expect(shownFiles.toSorted()).toEqual(files);
    expect(readdirSync('docs/pictures').toSorted()).toEqual(files);
    expect(files.filter((file) => !existsSync(`docs/pictures/${file}`))).toEqual([]);
  });

  test.each(shownFiles)('hold nothing that the renderer does not know: %s', (file) => {
    const words = wordsOf(drawn(file));

    expect(words.length).toBeGreaterThan(50);
    expect(words.match(/\(an? (?:block|piece|element) of the type [^)]*\)/g) ?? []).toEqual([]);
    expect(words).not.toMatch(/undefined|null|\[object|NaN/);
  });

  test('show every button that there is', () => {
    const shown = JSON.stringify(sheets);
    const buttons = actionNames.flatMap((name) => ACTIONS[name].buttons);

    const missing = buttons.filter(({ id }) => !shown.includes(`"action_id":"${id}"`)).map(({ id }) => id);

    expect(missing).toEqual([]);
  });
});

test('a list that goes on after a deeper one counts on', () => {
  const mail = drawn('mail.png');

  expect([...mail.matchAll(/<ol [^>]*start="(\d+)"/g)].map(([, start]) => start)).toEqual(['3', '4']);
  expect([...mail.matchAll(/<ul class="([^"]*)"/g)].map(([, look]) => look)).toEqual(['mark-circle indent-1']);
});
