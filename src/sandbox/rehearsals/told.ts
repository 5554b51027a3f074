import { ACCOUNT_EVENTS } from '../acquire/options.ts';
import { U } from '../slack/seed.ts';
import { isObject, textOf } from '../slack/wire.ts';
import type { Stage } from '../stage.ts';
import { seesDelivered, seesInThread } from './play.ts';
import type { Play, Rehearsal } from './rehearsal.ts';
import type { Talk } from './talk.ts';
import { killAndStart, seesHit, seesWaiting } from './waits.ts';

/** What both sides tell the app is lost, comes twice or in the wrong order. */

const FOUND_BY_READING = 'found by reading: active cases every 3 s, the list of open ones every 15 s';
const WORDS = ['It is number 1042.', 'From last week.', 'In blue.'];

export const told: readonly Rehearsal[] = [
  {
    id: 'webhooks-lost',
    name: 'Webhooks are lost',
    does: 'Every webhook of Acquire is sent and never arrives, also that of the new case.',
    expects: 'Case and messages are found by reading; it only takes longer.',
    seconds: 20,
    play: (play) => withoutWebhooks(play, 'webhooks_lost'),
  },
  {
    id: 'webhooks-absent',
    name: 'No webhook is set up',
    does: 'Acquire tells nothing at all; casebridge has reading alone.',
    expects: 'Case and messages are found by reading; it only takes longer.',
    seconds: 20,
    play: (play) => withoutWebhooks(play, 'webhooks_absent'),
  },
  {
    id: 'webhooks-doubled',
    name: 'Webhooks come twice',
    does: 'Each webhook comes twice, also those of single messages.',
    expects: 'Each message is posted once.',
    seconds: 7,
    play: (play) => withEveryWebhook(play, 'webhooks_doubled'),
  },
  {
    id: 'webhooks-reordered',
    name: 'Webhooks come in the wrong order',
    does: 'Webhooks of single messages come in threes, the last first.',
    expects: 'The thread has the messages in the order in which they were written.',
    seconds: 7,
    play: (play) => withEveryWebhook(play, 'webhooks_reordered'),
  },
  {
    id: 'events-doubled',
    name: 'Slack tells everything twice',
    does: 'Every event of a member’s message comes twice.',
    expects: 'The customer has each reply once.',
    seconds: 5,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('How do I return it?');
      await fault('events_doubled', true);
      await step('An agent answers three times', () => {
        for (const text of WORDS) talk.agentWrites(U.anna, text);
        return seesDelivered(stage, talk, WORDS);
      });
    },
  },
  {
    id: 'events-reordered',
    name: 'Slack tells in the wrong order',
    does: 'Acquire is down. Two agents answer and the first edits at once; of these events the last comes first.',
    expects: 'The edit is not lost, and the customer has both answers in the order of the thread.',
    seconds: 6,
    play: async ({ stage, step, open, fault }) => {
      const talk = await open('What do I do with it?');
      await fault('acquire_down', true);
      await fault('events_reordered', true);
      await step('Two agents answer, and the first edits', async () => {
        const first = talk.agentWrites(U.anna, 'Put it into its bxo.');
        talk.agentWrites(U.ben, 'And send it back.');
        talk.agentEdits(first, 'Put it into its box.');
        await seesHit(stage, 'events_reordered', 3);
        await seesWaiting(stage, talk);
        return `Slack told of ${tellings(stage, talk).join(', then of ')}`;
      });
      await fault('events_reordered', false);
      await fault('acquire_down', false);
      await step('Acquire is back', () => seesDelivered(stage, talk, ['Put it into its box.', 'And send it back.']));
    },
  },
  {
    id: 'events-lost',
    name: 'Slack never tells of a reply',
    does: 'The event of a reply is lost. Later the app is restarted, and the agent goes on writing.',
    expects: 'The lost reply is found by reading the thread, and goes out before the later one.',
    seconds: 10,
    play: async (play) => {
      const { stage, step, open, fault } = play;
      const talk = await open('What is your address?');
      await fault('events_lost', true);
      await step('Nobody is told of the first reply', () => {
        talk.agentWrites(U.anna, 'One moment, please.');
        return 'written, and never told';
      });
      await fault('events_lost', false);
      await step('The app starts anew', () => killAndStart(play));
      await step('The agent writes again', () => {
        talk.agentWrites(U.anna, 'Harbour Street 1.');
        return seesDelivered(stage, talk, ['One moment, please.', 'Harbour Street 1.']);
      });
    },
  },
];

async function withoutWebhooks({ stage, step, begin, fault }: Play, id: string): Promise<void> {
  await fault(id, true);
  const talk = begin('Nobody tells of this case.');
  await step(
    'A customer writes, and nobody tells of it',
    () => seesInThread(stage, talk, ['Nobody tells of this case.']),
    FOUND_BY_READING,
  );
  await step(
    'Both sides go on',
    async () => {
      for (const text of WORDS) talk.customerWrites(text);
      talk.agentWrites(U.anna, 'I see it all the same.');
      await seesDelivered(stage, talk, ['I see it all the same.']);
      return seesInThread(stage, talk, WORDS);
    },
    FOUND_BY_READING,
  );
}

/** With webhooks of single messages, too, which no account is known to offer: there is more to confuse. */
async function withEveryWebhook({ stage, step, begin, fault }: Play, id: string): Promise<void> {
  const { acquire, webhook } = stage;
  acquire.setWebhook({ ...webhook, events: [...ACCOUNT_EVENTS, 'case:message:new'] });
  try {
    await fault(id, true);
    const talk = begin('Hello, about my order:');
    await step('A customer writes four times', async () => {
      const before = webhooksSent(stage);
      for (const text of WORDS) talk.customerWrites(text);
      await seesInThread(stage, talk, ['Hello, about my order:', ...WORDS]);
      return `all are in the thread; ${webhooksSent(stage) - before} webhooks arrived`;
    });
  } finally {
    acquire.setWebhook(webhook);
  }
}

const webhooksSent = ({ acquire }: Stage): number =>
  acquire.webhooks.log.reduce((sum, { attempts }) => sum + attempts.length, 0);

/** In the order in which the app was told: of the agents' messages, and of their edits. */
function tellings({ slack }: Stage, talk: Talk): string[] {
  const written = new Map(talk.replies().map(({ ts, text }) => [ts, text]));
  return slack.deliveries
    .flatMap(({ event, attempts: [first] }) => {
      const { message = event } = event;
      const text = isObject(message) ? written.get(textOf(message['ts'])) : undefined;
      if (text === undefined || first === undefined) return [];
      return [{ at: first.at, words: event === message ? `“${text}”` : `the edit of “${text}”` }];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ words }) => words);
}
