import { expect, test } from 'vitest';
import { ANNA, CHANNEL, stageFor } from './stage.ts';

test('a customer’s message becomes a thread, and the agent’s answer in it reaches the customer', async () => {
  const stage = await stageFor();
  const { root, caseId } = await stage.thread('Where is my parcel?');

  const answer = stage.slack.say(ANNA, CHANNEL, 'It left this morning.', { threadTs: root });

  await stage.sees(() => texts(stage, caseId).includes('It left this morning.'), 'the answer at the customer’s');
  await stage.sees(
    () => stage.slack.reactions(CHANNEL, answer.ts).some((mark) => mark.name === 'white_check_mark'),
    'the receipt',
  );
  expect(texts(stage, caseId).filter((text) => text === 'It left this morning.')).toHaveLength(1);
});

const texts = (stage: Awaited<ReturnType<typeof stageFor>>, caseId: number): string[] =>
  stage.acquire
    .snapshot()
    .messages.filter((message) => message.caseId === caseId)
    .map((message) => message.text);
