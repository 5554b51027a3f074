import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultKinds } from '../../src/sandbox/faults.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { type Case, type Hands, handsOn, written } from './hands.ts';
import { describeInChromium, startPlaying, until } from './playing.ts';

/** Each fault from the panel: what it does while both sides write, and that all of it arrives once, in order. */

interface Expected {
  /** What one sees of it, beside how often it was met. */
  readonly shows?: (hands: Hands) => Promise<unknown>;
  /** Not counted: nothing meets what is not there. */
  readonly uncounted?: true;
  /** Acquire tells of cases, not of messages: here a new one begins. */
  readonly newCase?: true;
  /** What waits long for its outcome has a case of its own, so that the others need not. */
  readonly alone?: true;
  /** Another than chat. */
  readonly channel?: 'mail';
}

const live = ({ page }: Hands): Locator => page.getByRole('region', { name: 'What casebridge does' });
const owed = (hands: Hands) =>
  live(hands)
    .getByText(/^[1-9]\d* owed$/)
    .waitFor();
const closed = (side: string) => (hands: Hands) => live(hands).getByText(`way to ${side} closed`).first().waitFor();
const app =
  (state: string) =>
  ({ page }: Hands) =>
    page.getByRole('status').getByText(`app is ${state}`).waitFor();

const isReady = async ({ stage }: Hands): Promise<boolean> => (await fetch(`${stage.app.url}/readyz`)).ok;
const notReady = async (hands: Hands): Promise<void> => {
  while (await isReady(hands)) await hands.page.waitForTimeout(50);
};

/** In the order in which they are played: what closes a side for long comes last, and a restart ends it. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  events_lost: { alone: true },
  slack_silent: { alone: true },
  acquire_silent: { alone: true },
  acquire_lost: { alone: true },
  acquire_unseen: {
    alone: true,
    channel: 'mail',
    shows: ({ thread }) => thread.getByRole('button', { name: 'It arrived' }).waitFor(),
  },
  acquire_fails: { alone: true },
  acquire_refuses: { alone: true, shows: ({ thread }) => thread.getByRole('button', { name: 'Retry' }).waitFor() },
  slack_slow: {},
  acquire_slow: {},
  slack_limits: {},
  acquire_limits: {},
  events_doubled: {},
  events_reordered: {},
  webhooks_lost: { newCase: true },
  webhooks_doubled: { newCase: true },
  webhooks_reordered: { newCase: true },
  webhooks_absent: { newCase: true, uncounted: true },
  slack_down: { uncounted: true, shows: owed },
  acquire_down: { uncounted: true, shows: owed },
  store_full: { uncounted: true, shows: notReady },
  app_frozen: { uncounted: true, shows: app('frozen') },
  acquire_key: { uncounted: true, shows: closed('acquire') },
  slack_token: { uncounted: true, shows: closed('slack') },
  app_killed: { uncounted: true, shows: app('down') },
};

/** A side that has refused its token or key is asked again after a minute. */
const PATIENCE_MS = 120_000;

const said = (id: string): string => `from outside, under ${id}`;
const answered = (id: string): string => `from inside, under ${id}`;

/** Where a text stands in others, each time that it does. */
const placesOf = (texts: readonly string[], words: string): readonly number[] =>
  texts.flatMap((text, at) =>
    text
      .split('\n')
      .filter((line) => line.trim() === words)
      .map(() => at),
  );

function posts({ stage }: Hands, { name }: Case): readonly string[] {
  const root = stage.slack.messages(C.support).find(({ text }) => text.startsWith(`${name}:`));
  const thread = root === undefined ? [] : stage.slack.thread(C.support, root.ts);
  return thread.filter(({ user }) => user !== U.anna).map(({ text }) => text);
}

describeInChromium('each fault from the panel', () => {
  const kinds = faultKinds();
  const played = Object.keys(EXPECTED).filter((id) => kinds.some((kind) => kind.id === id));
  const cases = new Map<string, Case>();
  let hands: Hands;

  const caseOf = (id: string): Case => {
    const found = cases.get(EXPECTED[id]?.alone ? id : 'all');
    if (found === undefined) throw new Error(`there is no case for ${id}`);
    return found;
  };
  const switchOf = (id: string): Locator => {
    const { side = '', name = '' } = kinds.find((kind) => kind.id === id) ?? {};
    const outages = hands.page.getByRole('region', { name: 'Outages' });
    return outages.getByRole('group', { name: side, exact: true }).getByRole('switch', { name, exact: true });
  };
  const isSwitched = (id: string, on: boolean): Promise<void> =>
    switchOf(id)
      .and(hands.page.locator(`[aria-checked=${on}]`))
      .waitFor();

  beforeAll(async () => {
    hands = handsOn(await startPlaying());
    for (const id of ['all', ...played.filter((one) => EXPECTED[one]?.alone)])
      cases.set(id, await hands.newCase('Is anybody there?', { channel: EXPECTED[id]?.channel ?? 'chat' }));
  }, 60_000);
  afterEach(() => hands.stage.faults.clear());
  afterAll(() => hands.stop());

  test('is played', () => {
    expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(kinds.map(({ id }) => id)));
  });

  test.each(played)('%s shows, and can be switched off', async (id) => {
    const kase = caseOf(id);
    const { shows, newCase = false, uncounted = false } = EXPECTED[id] ?? {};
    await hands.openThread(kase);

    await switchOf(id).click();
    await isSwitched(id, true);
    hands.stage.acquire.customerWrites(kase.id, said(id));
    if (newCase) hands.stage.acquire.openCase(hands.stage.acquire.contact().id, { text: 'Me too' });
    await hands.reply(answered(id));

    await shows?.(hands);
    const words = hands.page.getByRole('region', { name: 'What the faults do' }).locator('.on');
    if (!uncounted) await words.getByText(/^met (once|\d+ times)$/).waitFor();
    await switchOf(id).click();
    await isSwitched(id, false);
    expect(hands.stage.faults.active()).toEqual([]);
  });

  test('costs nothing: all that was written arrives once, in order', { timeout: 180_000 }, async () => {
    const refused = caseOf('acquire_refuses');
    await hands.openThread(refused);
    await hands.thread.getByRole('button', { name: 'Retry' }).click();

    for (const kase of cases.values()) {
      const ids = played.filter((id) => caseOf(id) === kase);
      const isWhole = (texts: readonly string[], words: (id: string) => string) =>
        ids.every((id) => placesOf(texts, words(id)).length > 0);
      await until(() => isWhole(posts(hands, kase), said), `all of ${ids.join()} in the thread`, PATIENCE_MS);
      await until(() => isWhole(written(hands, kase), answered), `all of ${ids.join()} in the case`, PATIENCE_MS);
      expect(ids.map((id) => placesOf(written(hands, kase), answered(id)).length)).toEqual(ids.map(() => 1));
      expect(ids.map((id) => placesOf(posts(hands, kase), said(id)).length)).toEqual(ids.map(() => 1));
      const order = ids.flatMap((id) => placesOf(written(hands, kase), answered(id)));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
    expect(hands.troubles).toEqual([]);
  });
});
