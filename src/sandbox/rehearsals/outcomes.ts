import { until } from '../sights.ts';
import { U } from '../slack/seed.ts';
import type { Stage } from '../stage.ts';
import type { Door, Stuck } from '../stuck.ts';
import { stuckOn } from '../stuck.ts';
import { seesDelivered, seesInThread } from './play.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Talk } from './talk.ts';
import { killAndStart, seesHit, seesWaiting } from './waits.ts';

/** It was done, and nobody heard so; or it was taken back before it was done. */

const LOOKED_UP = 'its outcome is not known: it is looked up when nothing of it can still take effect, after 18 s';

export const outcomes: readonly Rehearsal[] = [
  {
    id: 'slack-silent',
    name: 'Slack posts, but never answers',
    does: 'The customer writes “Yes” twice. Slack shows the first post and hangs.',
    expects: 'It is looked up and found: the thread has “Yes” twice, not three times and not once.',
    seconds: 25,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('May I ask something?');
      await fault('slack_silent', true);
      await step('The customer writes “Yes” twice', () => {
        for (const text of ['Yes', 'Yes']) talk.customerWrites(text);
        return seesHit(stage, 'slack_silent');
      });
      await fault('slack_silent', false);
      await step('Both are there', () => seesAll(talk, 'inThread', 3), LOOKED_UP);
    },
  },
  {
    id: 'acquire-silent',
    name: 'Acquire stores, but never answers',
    does: 'An agent answers “Yes” twice. Acquire stores the first and hangs.',
    expects: 'It is looked up and found: the customer has “Yes” twice, not three times and not once.',
    seconds: 25,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Is it in stock? And can you reserve it?');
      await fault('acquire_silent', true);
      await step('An agent answers “Yes” twice', () => {
        for (const text of ['Yes', 'Yes']) talk.agentWrites(U.anna, text);
        return seesHit(stage, 'acquire_silent');
      });
      await fault('acquire_silent', false);
      await step('The customer has both', () => seesAll(talk, 'atCustomer', 2), LOOKED_UP);
    },
  },
  {
    id: 'killed-unheard',
    name: 'kill -9 between the call and its record',
    does: 'A post and a reply are done on the other side; the app dies before it hears so, and starts again.',
    expects: 'Its successor looks both up and does neither again.',
    seconds: 30,
    play: async (play) => {
      const { stage, step, open, fault } = play;
      const talk = await open('When are you open?');
      await fault('slack_silent', true);
      await fault('acquire_silent', true);
      await step('Both sides write, and both have it', async () => {
        talk.customerWrites('And on Saturdays?');
        talk.agentWrites(U.anna, 'From nine to five.');
        await seesAll(talk, 'inThread', 2);
        return seesAll(talk, 'atCustomer', 1);
      });
      await step('The app dies before it heard so', () => killAndStart(play));
      await fault('slack_silent', false);
      await fault('acquire_silent', false);
      await step('The reply is found', () => seesDelivered(stage, talk, ['From nine to five.']), LOOKED_UP);
    },
  },
  {
    id: 'deleted-while-waiting',
    name: 'A reply is deleted, another edited, while they wait',
    does: 'Acquire is down; an agent writes three replies, deletes the first and edits the second; Acquire comes back.',
    expects: 'The customer never sees the first, and the second only as it was edited.',
    seconds: 6,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('How much is it?');
      await fault('acquire_down', true);
      await step('Three replies wait', () => {
        const first = talk.agentWrites(U.anna, 'Ninety nine, I think.');
        const second = talk.agentWrites(U.anna, 'It is nintey.');
        talk.agentWrites(U.anna, 'Plus postage.');
        talk.agentDeletes(first);
        talk.agentEdits(second, 'It is ninety.');
        return seesWaiting(stage, talk);
      });
      await fault('acquire_down', false);
      await step('Acquire is back', () => seesDelivered(stage, talk, ['It is ninety.', 'Plus postage.']));
    },
  },
  {
    id: 'refused-and-retried',
    name: 'A reply is refused, and sent again by its author',
    does: 'Acquire refuses a reply for what it is. Its author presses Retry when Acquire takes it.',
    expects: 'It is a dead letter with a reason and a button, not lost; after the press the customer has it once.',
    seconds: 5,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Which size do I need?');
      await fault('acquire_refuses', true);
      await step('The reply is refused', async () => {
        talk.agentWrites(U.anna, 'Size 42.');
        return `it is a dead letter: ${(await retryIn(stage, talk)).reason}`;
      });
      await fault('acquire_refuses', false);
      await step('Its author presses Retry', async () => {
        const { member, channel, ts, action, value } = (await retryIn(stage, talk)).press;
        await stage.slack.click(member, { channel, ts, actionId: action, value });
        return seesDelivered(stage, talk, ['Size 42.']);
      });
    },
  },
  {
    id: 'slow',
    name: 'Both sides are slow',
    does: 'Every call takes 2.5 s, while both sides write.',
    expects: 'Everything arrives once and in order; it only takes longer.',
    seconds: 35,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('Do you take cards?');
      await fault('slack_slow', true);
      await fault('acquire_slow', true);
      await step('Both sides write', async () => {
        for (const text of ['Yes, all of them.', 'Cash, too.']) talk.agentWrites(U.ben, text);
        for (const text of ['Thank you.', 'One more thing.']) talk.customerWrites(text);
        await seesInThread(stage, talk, ['Thank you.', 'One more thing.']);
        return seesDelivered(stage, talk, ['Yes, all of them.', 'Cash, too.']);
      });
    },
  },
];

/** As many as there should be, whatever they say. */
async function seesAll(talk: Talk, side: 'inThread' | 'atCustomer', count: number): Promise<string> {
  await until(
    () => talk.shown()[side].length >= count,
    () => `${count} messages`,
    () => `${talk.shown()[side].length}`,
  );
  const shown = talk.shown()[side];
  return shown.map((text) => `“${text}”`).join(', ');
}

type Press = Extract<Door['act'], { do: 'press' }>;

/** The button that the author of a dead letter has in the thread. */
function retryIn(stage: Stage, talk: Talk): Promise<{ readonly reason: string; readonly press: Press }> {
  return until(
    () =>
      stuckOn(stage)
        .filter((one) => talk.owns({ id: one.id, lane: '' }))
        .flatMap(retryOf)[0],
    () => `a Retry button in the thread of ${talk.customer}`,
    () =>
      stuckOn(stage)
        .map(({ state, reason }) => `${state}: ${reason ?? 'no reason'}`)
        .join(', ') || 'nothing is dead',
  );
}

const retryOf = ({ reason, doors }: Stuck): { reason: string; press: Press }[] =>
  doors.flatMap(({ label, act }) =>
    label === 'Retry' && act.do === 'press' ? [{ reason: reason ?? '', press: act }] : [],
  );
