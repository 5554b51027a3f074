import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { describeInChromium, type Playing, show, startPlaying } from './playing.ts';

/** Many threads cost no more than few: what is counted is work, for time says more about the machine. */

const THREADS = 100;
const REPLIES = 20;
/** A message with all that is in it, and the words that count it in its channel. */
const NODES_OF_A_MESSAGE = 60;
const BYTES_OF_A_CHANGE = 8_000;

describeInChromium(`with ${THREADS} threads of ${REPLIES} messages`, () => {
  let playing: Playing;
  const roots: string[] = [];

  beforeAll(async () => {
    playing = await startPlaying();
    const { slack } = playing.stage;
    slack.eventFault({ action: 'lose' });
    for (let thread = 1; thread <= THREADS; thread += 1) {
      const { ts } = slack.say(U.ben, C.general, `Thread ${thread}`);
      for (let reply = 1; reply <= REPLIES; reply += 1) {
        slack.say(U.anna, C.general, `Reply ${reply} in thread ${thread}`, { threadTs: ts });
      }
      roots.push(ts);
    }
    await playing.page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: 'general' }).click();
  });
  afterAll(() => playing.stop());

  const timeline = () => playing.page.getByRole('log', { name: 'Messages in general' }).getByRole('article');

  test('all of them are there, and each opens', async () => {
    const last = timeline().filter({ hasText: new RegExp(`Thread ${THREADS}\\b`) });
    await last.getByRole('button', { name: `${REPLIES} replies` }).click();

    await playing.page.getByRole('log', { name: 'Messages in the thread' }).getByText(`Reply ${REPLIES} in`).waitFor();
    expect(await timeline().count()).toBe(THREADS);
    expect(playing.troubles).toEqual([]);
  });

  test('one more message draws itself, and nothing else', async () => {
    const { page, stage } = playing;
    const thread = page.getByRole('log', { name: 'Messages in the thread' });
    await page.evaluate(`
      window.drawn = 0;
      new MutationObserver((changes) => {
        for (const { addedNodes, removedNodes } of changes)
          for (const node of [...addedNodes, ...removedNodes])
            window.drawn += 1 + (node.querySelectorAll?.('*').length ?? 0);
      }).observe(document.body, { childList: true, subtree: true });
    `);

    stage.slack.say(U.ben, C.general, 'One more', { threadTs: roots.at(-1) ?? '' });
    await thread.getByText('One more').waitFor();

    expect(z.number().parse(await page.evaluate('window.drawn'))).toBeLessThan(NODES_OF_A_MESSAGE);
  });

  test('what is sent to the page of a change does not grow with them', async () => {
    const { page, troubles } = await show(playing.browser, playing.url);
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.enable');
    const sizes: number[] = [];
    wire.on('Network.eventSourceMessageReceived', ({ data }) => sizes.push(data.length));

    playing.stage.slack.say(U.ben, C.general, 'And another', { threadTs: roots[0] ?? '' });
    await page.waitForFunction('true');
    while (sizes.length === 0) await page.waitForTimeout(20);
    await page.waitForTimeout(200);

    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_OF_A_CHANGE);
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});
