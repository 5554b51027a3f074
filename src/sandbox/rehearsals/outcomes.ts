import { Unseen, until } from '../sights.ts';
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
        return `it is a dead letter: ${(await doorIn(stage, talk, 'Retry')).reason}`;
      });
      await fault('acquire_refuses', false);
      await step('Its author presses Retry', async () => {
        await press(stage, talk, 'Retry');
        return seesDelivered(stage, talk, ['Size 42.']);
      });
    },
  },
  {
    id: 'nobody-knows',
    name: 'Nobody can tell whether it arrived',
    does: 'A mail is lost, a text message goes out, and Acquire answers to neither and shows neither.',
    expects: 'Nothing is sent again by itself: their authors are asked, and after a press each customer has it once.',
    seconds: 30,
    play: async ({ stage, step, open, fault }) => {
      const mail = await open('Please send me a quote.', 'mail');
      const text = await open('Are you open now?', 'sms');
      const tries = triesSoFar(stage);
      await fault('acquire_lost', true);
      await step('An agent answers the mail, and it is lost', async () => {
        mail.agentWrites(U.anna, 'Ninety, with postage.');
        await seesHit(stage, 'acquire_lost');
        return 'Acquire was asked to send it, did not, and does not answer';
      });
      await fault('acquire_lost', false);
      await fault('acquire_unseen', true);
      await step('Another answers the text message, and it goes out', async () => {
        text.agentWrites(U.ben, 'Until five.');
        await seesHit(stage, 'acquire_unseen');
        return `the customer has ${await seesAll(text, 'atCustomer', 1)}, and Acquire neither answers nor shows it`;
      });
      await step(
        'Both authors are asked, and nothing was sent twice',
        async () => {
          const isAsked = (): boolean => {
            if (tries() > 2) throw new Unseen('one try of each', `${tries()} tries, without anybody’s word`);
            return [mail, text].every((talk) => asksBoth(stage, talk));
          };
          await until(
            isAsked,
            () => '“It arrived” and “Send again” in both threads',
            () => stuckInWords(stage),
          );
          return `each was sent once; ${stuckInWords(stage)}`;
        },
        LOOKED_UP,
      );
      await step('It is on the customer’s phone: “It arrived”', async () => {
        await press(stage, text, 'It arrived');
        return seesDelivered(stage, text, ['Until five.']);
      });
      await fault('acquire_unseen', false);
      await step('The other customer has no mail: “Send again”', async () => {
        await press(stage, mail, 'Send again');
        return seesDelivered(stage, mail, ['Ninety, with postage.']);
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

/** Counts mails and text messages that were handed to Acquire from now on, whatever it did with them. */
function triesSoFar({ acquire }: Stage): () => number {
  const tries = (): number =>
    acquire.requests.filter(({ path }) => path === '/mail/add-message' || path === '/voip/send-sms').length;
  const before = tries();
  return () => tries() - before;
}

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

interface Asking {
  readonly state: string;
  readonly reason: string;
  readonly press: Press;
}

/** The buttons of that name that an author has in the thread. */
const doorsIn = (stage: Stage, talk: Talk, button: string): Asking[] =>
  stuckOn(stage)
    .filter((one) => talk.owns({ id: one.id, lane: '' }))
    .flatMap((one) => askingBy(one, button));

const doorIn = (stage: Stage, talk: Talk, button: string): Promise<Asking> =>
  until(
    () => doorsIn(stage, talk, button)[0],
    () => `a button “${button}” in the thread of ${talk.customer}`,
    () => stuckInWords(stage),
  );

const asksBoth = (stage: Stage, talk: Talk): boolean =>
  ['It arrived', 'Send again'].every((button) => doorsIn(stage, talk, button).some(({ state }) => state === 'unknown'));

const stuckInWords = (stage: Stage): string =>
  stuckOn(stage)
    .map(({ state, reason }) => `${state}: ${reason ?? 'no reason'}`)
    .join(', ') || 'nothing waits for a person';

const askingBy = ({ state, reason, doors }: Stuck, button: string): Asking[] =>
  doors.flatMap(({ label, act }) =>
    label === button && act.do === 'press' ? [{ state, reason: reason ?? '', press: act }] : [],
  );

async function press(stage: Stage, talk: Talk, button: string): Promise<void> {
  const { member, channel, ts, action, value } = (await doorIn(stage, talk, button)).press;
  await stage.slack.click(member, { channel, ts, actionId: action, value });
}
