import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ACTIONS, actionNames } from '../../src/core/doors.ts';
import { allSheets } from '../../scripts/pictures/sheets.ts';
import type { Sheet } from '../../scripts/pictures/shown.ts';
import { NAMES, STATE } from '../../scripts/pictures/workspace.ts';

/** The pictures of docs/slack.md, which `npm run pictures` draws. Here they are drawn without a browser. */

/** As much of a document as the renderer needs: what it would show, as text. */
class Drawn {
  readonly tag: string;
  readonly children: (Drawn | string)[] = [];
  readonly facts = new Map<string, string>();
  value = '';

  constructor(tag: string) {
    this.tag = tag;
  }

  setAttribute(name: string, value: string): void {
    this.facts.set(name, value);
  }

  addEventListener(): void {
    // Nobody presses anything here.
  }

  append(...children: readonly (Drawn | string)[]): void {
    this.children.push(...children);
  }

  get words(): string {
    return this.children.map((child) => (child instanceof Drawn ? child.words : child)).join('');
  }

  all(tag: string): readonly Drawn[] {
    const below = this.children.flatMap((child) => (child instanceof Drawn ? child.all(tag) : []));
    return this.tag === tag ? [this, ...below] : below;
  }
}

type Draw = (sheet: Sheet, world: object) => readonly Drawn[];
const Frame = z.object({ drawSheet: z.custom<Draw>((value) => typeof value === 'function') });
const frame = '../../scripts/pictures/frame.js';

let sheets: readonly Sheet[] = [];
let drawSheet: Draw = () => [];

beforeAll(async () => {
  vi.stubGlobal('document', { createElement: (tag: string) => new Drawn(tag) });
  ({ drawSheet } = Frame.parse(await import(frame)));
  sheets = await allSheets();
  return () => vi.unstubAllGlobals();
}, 60_000);

const drawn = (file: string): Drawn => {
  const sheet = sheets.find((one) => one.file === file);
  const whole = new Drawn('body');
  if (sheet !== undefined) whole.append(...drawSheet(sheet, { names: NAMES, state: STATE }));
  return whole;
};

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
    const { words } = drawn(file);

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

  expect(mail.all('ol').map((list) => list.facts.get('start'))).toEqual(['3', '4']);
  expect(mail.all('ul').map((list) => list.facts.get('class'))).toEqual(['mark-circle indent-1']);
});
