import { U } from '../slack/seed.ts';
import { seesDelivered, seesInThread } from './play.ts';
import type { Rehearsal } from './rehearsal.ts';
import { seesHit, seesMark, seesWaiting } from './waits.ts';

/** A side cannot be used for a while. */

const ANSWERS = ['Let me look it up.', 'It left our warehouse today.', 'You will have it tomorrow.'];
const QUESTIONS = ['Is anybody there?', 'It was due on Monday.', 'Hello?'];

export const outages: readonly Rehearsal[] = [
  {
    id: 'slack-down',
    name: 'Slack is down while a customer writes',
    does: 'Slack refuses every connection; the customer goes on writing; Slack comes back.',
    expects: 'Every message is in the thread once, in order. Nobody had to do anything.',
    seconds: 8,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Where is my order 1042?');
      await fault('slack_down', true);
      await step('Slack is down, and the customer writes three times', () => {
        for (const text of QUESTIONS) talk.customerWrites(text);
        return seesWaiting(stage, talk);
      });
      await fault('slack_down', false);
      await step('Slack is back', () => seesInThread(stage, talk, QUESTIONS));
    },
  },
  {
    id: 'acquire-down',
    name: 'Acquire is down while agents answer',
    does: 'Acquire refuses every connection; two agents answer; Acquire comes back.',
    expects: 'The replies wait visibly, then the customer has each once, in order.',
    seconds: 8,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Can I still change my order?');
      await fault('acquire_down', true);
      await step('Acquire is down, and two agents answer', () => {
        for (const [index, text] of ANSWERS.entries()) talk.agentWrites(index === 1 ? U.ben : U.anna, text);
        return seesWaiting(stage, talk);
      });
      await step('The replies show that they wait', () => seesMark(talk, 'hourglass_flowing_sand'));
      await fault('acquire_down', false);
      await step('Acquire is back', () => seesDelivered(stage, talk, ANSWERS));
    },
  },
  {
    id: 'limits',
    name: 'Both sides answer 429',
    does: 'Slack and Acquire tell every call to wait, while both sides write; then they stop.',
    expects: 'Nothing is given up, no tries are used up, and all of it arrives in order.',
    seconds: 15,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Do you deliver on Sundays?');
      // From now on it is known for a while that she is an agent: nobody need be looked up while Slack refuses to tell.
      await step('An agent takes it', () => {
        talk.agentWrites(U.anna, 'I will see.');
        return seesDelivered(stage, talk, ['I will see.']);
      });
      await fault('slack_limits', true);
      await fault('acquire_limits', true);
      await step('Both sides write', async () => {
        for (const text of ANSWERS) talk.agentWrites(U.anna, text);
        for (const text of QUESTIONS) talk.customerWrites(text);
        return `at Acquire ${await seesHit(stage, 'acquire_limits')}, at Slack ${await seesHit(stage, 'slack_limits')}`;
      });
      await step('They are told to wait again and again', async () => {
        const acquire = await seesHit(stage, 'acquire_limits', 4);
        return `at Acquire ${acquire}, at Slack ${await seesHit(stage, 'slack_limits', 3)}`;
      });
      await fault('slack_limits', false);
      await fault('acquire_limits', false);
      await step('The limits are gone', async () => {
        await seesInThread(stage, talk, QUESTIONS);
        return seesDelivered(stage, talk, ANSWERS);
      });
    },
  },
  {
    id: 'key-revoked',
    name: 'Acquire’s key is revoked and restored',
    does: 'Every request is refused for its key while an agent answers; then the key works again.',
    expects: 'The replies wait and nothing is given up; they go out by themselves, at the latest half a minute after.',
    seconds: 35,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Please send me an invoice.');
      await fault('acquire_key', true);
      await step('The key is revoked, and an agent answers', () => {
        for (const text of ANSWERS) talk.agentWrites(U.anna, text);
        return seesWaiting(stage, talk);
      });
      await step('The replies show that they wait', () => seesMark(talk, 'hourglass_flowing_sand'));
      await fault('acquire_key', false);
      await step(
        'The key works again',
        () => seesDelivered(stage, talk, ANSWERS),
        'a refused key is tried again every 30 s, for a person must mend it',
      );
    },
  },
  {
    id: 'burst',
    name: 'Many customers write at once',
    does: 'Five customers write four messages each within a moment, over what Slack takes in a channel.',
    expects: 'Each has a thread, with every message once and in order; an agent’s answers go out beside it.',
    seconds: 30,
    play: async ({ stage, step, begin }) => {
      const texts = ['one', 'two', 'three'].map((word) => `Message ${word}`);
      const talks = Array.from({ length: 5 }, () => begin('Hello, I have a question.'));
      await step('Five customers write four messages each', () => {
        for (const text of texts) for (const talk of talks) talk.customerWrites(text);
        return `${talks.length * (texts.length + 1)} messages in ${talks.length} new cases`;
      });
      await step(
        'The last thread is complete',
        async () => {
          for (const talk of talks) await seesInThread(stage, talk, texts);
          return 'each has all four, one after another';
        },
        'Slack takes one message a second in a channel',
      );
      await step('An agent answers each', async () => {
        for (const talk of talks) talk.agentWrites(U.anna, 'I am on it.');
        for (const talk of talks) await seesDelivered(stage, talk, ['I am on it.']);
        return 'all five have the answer';
      });
    },
  },
];
