import type { Locator } from 'playwright-core';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { Playing } from './playing.ts';
import { until } from './playing.ts';

/** What a person's hands do on the page, by the names that the page has for everybody. */
export interface Hands extends Playing {
  /** A customer writes; the thread stands open. */
  readonly newCase: (words?: string, about?: Customer) => Promise<Case>;
  readonly openThread: (of: Case, channel?: string) => Promise<void>;
  readonly goTo: (channel: string) => Promise<void>;
  readonly thread: Locator;
  /** The first message of the open thread. */
  readonly card: Locator;
  readonly dialog: (title: string) => Locator;
  /** Closes what is open, such as the hub after a button in it. */
  readonly leaveWindows: () => Promise<void>;
  readonly command: (words: string, channel?: string) => Promise<void>;
  /** What only the member sees, in answer to what is done. */
  readonly answerTo: (doing: () => Promise<void>) => Promise<Locator>;
  /** Types a command, and gives its private answer. */
  readonly ask: (words: string, channel?: string) => Promise<Locator>;
  readonly reply: (words: string) => Promise<Locator>;
  /** From the menu of a message. */
  readonly fromMenu: (message: Locator, title: string) => Promise<void>;
  readonly react: (message: Locator, emoji: string) => Promise<void>;
  /** The window with every action of the case of the open thread. */
  readonly hub: () => Promise<Locator>;
  /** Fills a form by the labels of its fields, and submits it. */
  readonly submit: (title: string, values: Readonly<Record<string, string>>, button: string) => Promise<void>;
}

export interface Customer {
  readonly email?: string;
  readonly customer_number?: string;
  readonly channel?: 'chat' | 'mail';
}

export interface Case {
  readonly id: number;
  readonly name: string;
}

let customers = 0;
export const newName = (): string => `Customer ${(customers += 1)}`;

export function handsOn(playing: Playing): Hands {
  const { page, stage } = playing;
  const thread = page.getByRole('region', { name: 'Thread', exact: true });
  const rows = thread.getByRole('log').getByRole('article');
  const dialog = (title: string): Locator => page.getByRole('dialog', { name: title, exact: true });
  const hands: Hands = {
    ...playing,
    thread,
    card: rows.first(),
    dialog,
    leaveWindows: async () => {
      const open = page.locator('dialog[open]');
      while ((await open.count()) > 0) {
        await page.keyboard.press('Escape');
        await page.waitForTimeout(50);
      }
    },
    newCase: async (words = 'Is anybody there?', { channel = 'chat', ...about } = {}) => {
      await hands.leaveWindows();
      const name = newName();
      const contact = stage.acquire.contact({ name, ...about });
      const { id } = stage.acquire.openCase(contact.id, { text: words, channel });
      await hands.openThread({ id, name });
      return { id, name };
    },
    openThread: async ({ name }, channel = 'support') => {
      await hands.goTo(channel);
      const start = page
        .getByRole('region', { name: `Channel ${channel}` })
        .getByRole('article', { name: `casebridge: ${name}:` });
      await start.waitFor();
      await start.focus();
      await start.getByRole('button', { name: 'Reply in thread' }).click();
      await hands.card.getByText(name).first().waitFor();
    },
    goTo: async (channel) => {
      const button = page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: channel });
      if ((await button.getAttribute('aria-current')) !== 'page') await button.click();
      await page.getByRole('region', { name: `Channel ${channel}` }).waitFor();
    },
    command: async (words, channel = 'support') => {
      await hands.goTo(channel);
      const box = page.getByRole('textbox', { name: `Message #${channel}` });
      await box.fill(`/case ${words}`);
      await box.press('Enter');
    },
    answerTo: async (doing) => {
      const known = stage.slack.ephemerals(U.anna).length;
      await doing();
      const { ts } = await until(() => stage.slack.ephemerals(U.anna)[known], 'a private answer');
      return page.locator(`article.private[data-row="${ts}"]`);
    },
    ask: (words, channel) => hands.answerTo(() => hands.command(words, channel)),
    reply: async (words) => {
      const box = thread.getByRole('textbox', { name: 'Reply in the thread' });
      await box.fill(words);
      await box.press('Enter');
      const own = rows.filter({ hasText: words }).last();
      await own.waitFor();
      return own;
    },
    fromMenu: async (message, title) => {
      // By the mouse: a dialog that has just closed may still give the focus back to where it was.
      await message.hover();
      await message.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: title }).click();
    },
    react: async (message, emoji) => {
      await message.hover();
      await message.getByRole('button', { name: 'Add reaction' }).click();
      await page.getByRole('menuitem', { name: emoji }).click();
    },
    hub: async () => {
      await hands.card.getByRole('button', { name: 'Details…' }).click();
      const actions = dialog('Case').locator('.view');
      await actions.getByRole('button').first().waitFor();
      return actions;
    },
    submit: async (title, values, button) => {
      const form = dialog(title);
      await form.waitFor();
      for (const [label, value] of Object.entries(values)) await fill(form, label, value);
      await form.getByRole('button', { name: button, exact: true }).click();
      await form.waitFor({ state: 'hidden' });
    },
  };
  return hands;
}

async function fill(form: Locator, label: string, value: string): Promise<void> {
  const choices = form.getByRole('group', { name: label });
  if ((await choices.count()) > 0) return choices.getByLabel(value).check();
  const field = form.locator('input, textarea, select').and(form.getByLabel(label));
  const tag = await field.evaluate((element) => element.tagName);
  if (tag === 'SELECT') await field.selectOption({ label: value });
  else await field.fill(value);
}

const TYPES = { message: ['message', 'sms'], note: ['note'] };

/** What stands in the case in Acquire, oldest first, over all cases of its chain. */
export const written = ({ stage }: Playing, { id }: Case, type: 'message' | 'note' = 'message'): readonly string[] => {
  const { cases, messages } = stage.acquire.account;
  const chain = cases.get(id)?.threadId;
  return [...messages.values()]
    .filter((row) => cases.get(row.caseId)?.threadId === chain && TYPES[type].includes(row.type))
    .map(({ text }) => text);
};

export const arrives = (playing: Playing, of: Case, words: string, type: 'message' | 'note' = 'message') =>
  until(() => written(playing, of, type).some((text) => text.includes(words)), `“${words}” in the case`);

/** The newest case of the chain. */
export const stateOf = ({ stage }: Playing, { id }: Case): string => {
  const { cases } = stage.acquire.account;
  const chain = cases.get(id)?.threadId;
  return [...cases.values()].findLast(({ threadId }) => threadId === chain)?.status ?? '';
};

export const becomes = (playing: Playing, of: Case, state: string) =>
  until(() => stateOf(playing, of) === state, `case ${of.id} being ${state}`);

/** Threads of casebridge's in a channel, by the words of their first message. */
export const threadsIn = ({ stage }: Playing, name: string, channel: string = C.support): number =>
  stage.slack.messages(channel).filter(({ text, bot_id: bot }) => bot !== undefined && text.startsWith(`${name}:`))
    .length;
