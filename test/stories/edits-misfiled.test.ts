import { describe, expect, test } from 'vitest';
import { DELETING, edits, SENDING, sent, stageWith } from './edited.ts';
import type { OpenThread, Stage } from './stage.ts';
import { press, saidIn, says, seesMark } from './talk.ts';

/** What Acquire stores as another type, or on another side, than was asked for. */

const tells = (stage: Stage, thread: OpenThread, words: string) =>
  stage.sees(() => saidIn(stage, thread).find((text) => text.includes(words)), `the thread says “${words}”`);

describe.each(['other-type', 'other-side'] as const)(
  'where Acquire stores things as something else (%s)',
  (storesAs) => {
    const seen = (stage: Stage): readonly string[] =>
      [...stage.acquire.account.messages.values()].filter(({ type }) => type !== 'event').map(({ text }) => text);

    test.each([
      ['reply', 'For you'],
      ['note', 'note: For us'],
    ])('a %s is taken back at once, its author asked, and it can be sent again', async (_kind, text) => {
      const stage = await stageWith();
      const thread = await stage.thread();
      stage.acquire.variants.storesAs = storesAs;

      const ts = says(stage, thread, text);
      await seesMark(stage, ts, 'warning');
      await stage.sees(() => seen(stage).length === 1, 'only the customer’s words');
      await tells(stage, thread, 'Acquire stored it as something else than asked');
      expect(stage.logged()).toContain('"alarm":"kind"');
      stage.acquire.variants.storesAs = 'asked';
      await press(stage, thread, 'Retry');

      await seesMark(stage, ts, text.startsWith('note:') ? 'memo' : 'white_check_mark');
      expect(seen(stage)).toHaveLength(2);
      expect(saidIn(stage, thread).filter((words) => words === 'For you' || words === 'For us')).toEqual([]);
    });

    test('an edit is taken back with its message, and its author told', async () => {
      const stage = await stageWith();
      const thread = await stage.thread();
      const ts = await sent(stage, thread, 'note: For us');
      stage.acquire.variants.storesAs = storesAs;

      edits(stage, ts, 'note: For us alone');

      await tells(stage, thread, 'Acquire stored your edit as something else');
      await stage.sees(() => seen(stage).length === 1, 'only the customer’s words');
      expect(stage.logged()).toContain('"alarm":"kind"');
    });

    test('what was answered by 500 is found and taken back too', async () => {
      const stage = await stageWith();
      const thread = await stage.thread();
      stage.acquire.variants.storesAs = storesAs;
      stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: { status: 500 }, times: 1 });

      const ts = says(stage, thread, 'note: For us');

      await seesMark(stage, ts, 'warning');
      await stage.sees(() => seen(stage).length === 1, 'only the customer’s words');
      expect(stage.logged()).toContain('"alarm":"kind"');
    });
  },
);

test('what cannot be taken back is told to its author, and to operators', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  stage.acquire.variants.storesAs = 'other-type';
  stage.acquire.faults.add({ ...DELETING, answer: { status: 422 } });

  says(stage, thread, 'note: For us');

  await tells(stage, thread, 'could not be taken back');
  expect(stage.logged()).toContain('could not be taken back (delivery');
});
