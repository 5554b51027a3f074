import { setTimeout as pause } from 'node:timers/promises';
import { faultKinds } from '../faults.ts';
import { until } from '../sights.ts';
import { U } from '../slack/seed.ts';
import { seesDelivered, seesInThread } from './play.ts';
import type { Rehearsal } from './rehearsal.ts';
import { killAndStart } from './waits.ts';

/** The app dies, stands still, or cannot write. */

/** Longer than a lease (30 s): by then others could have taken over. */
const FROZEN_MS = 32_000;
const FULL_MS = 3_000;
const DEATHS = 4;

const canFill = (): boolean => faultKinds().some(({ id }) => id === 'store_full');

export const processes = (): readonly Rehearsal[] => [killed, frozen, ...(canFill() ? [full] : [])];

const killed: Rehearsal = {
  id: 'killed-again-and-again',
  name: 'kill -9, again and again',
  does: `The app is killed ${DEATHS} times while both sides write.`,
  expects: 'Everything that was said before, between and during its lives arrives once and in order.',
  seconds: 25,
  play: async (play) => {
    const { stage, step, open } = play;
    const talk = await open('Is my parcel lost?');
    const answers = Array.from({ length: DEATHS }, (_, at) => `Answer ${at + 1}`);
    const questions = Array.from({ length: DEATHS }, (_, at) => `Question ${at + 1}`);
    for (const [at, answer] of answers.entries()) {
      await step(`Death ${at + 1} of ${DEATHS}, in the middle of it`, () => {
        talk.customerWrites(questions[at] ?? '');
        talk.agentWrites(at % 2 === 0 ? U.anna : U.ben, answer);
        return killAndStart(play);
      });
    }
    await step(
      'Everything arrives',
      async () => {
        await seesInThread(stage, talk, questions);
        return seesDelivered(stage, talk, answers);
      },
      'what was under way at a death is looked up when its time is over',
    );
  },
};

const frozen: Rehearsal = {
  id: 'frozen',
  name: 'The process stands still past its lease',
  does: `The app is frozen for ${FROZEN_MS / 1000} s in the middle of a call, while both sides write; then it goes on.`,
  expects: 'It sends nothing under the claim that ran out; what was under way is looked up, and all arrives once.',
  seconds: 40,
  play: async ({ stage, step, open, fault }) => {
    const talk = await open('Is there a discount?');
    await fault('acquire_silent', true);
    await step('A reply is under way', async () => {
      talk.agentWrites(U.anna, 'Ten percent.');
      await until(
        () => talk.shown().atCustomer.length > 0,
        () => 'the reply at the customer’s',
        () => 'nothing there',
      );
      return 'the customer has it, and the app waits to hear so';
    });
    await fault('app_frozen', true);
    await fault('acquire_silent', false);
    await step(
      'The app stands still while both sides write',
      async () => {
        talk.customerWrites('On everything?');
        talk.agentWrites(U.ben, 'Until Friday.');
        await pause(FROZEN_MS);
        return `nothing happened for ${FROZEN_MS / 1000} s`;
      },
      `frozen for ${FROZEN_MS / 1000} s`,
    );
    await fault('app_frozen', false);
    await step(
      'It goes on',
      async () => {
        await seesInThread(stage, talk, ['On everything?']);
        return seesDelivered(stage, talk, ['Ten percent.', 'Until Friday.']);
      },
      'Slack tells again what it could not tell',
    );
  },
};

const full: Rehearsal = {
  id: 'disk-full',
  name: 'The disk is full',
  does: 'The app can write to no file while both sides write; then there is room again.',
  expects: 'Nothing is acknowledged meanwhile, so that it is told again; then all arrives once, without a restart.',
  seconds: 12,
  play: async ({ stage, step, open, fault }) => {
    const talk = await open('Can I pay later?');
    await fault('store_full', true);
    await step('Nothing can be stored, and both sides write', async () => {
      talk.customerWrites('By invoice, for instance.');
      talk.agentWrites(U.anna, 'Within thirty days.');
      await pause(FULL_MS);
      const refused = stage.slack.deliveries.at(-1)?.attempts.at(-1);
      return `Slack was answered ${refused?.status ?? refused?.reason ?? 'nothing'}`;
    });
    await fault('store_full', false);
    await step(
      'There is room again',
      async () => {
        await seesInThread(stage, talk, ['By invoice, for instance.']);
        return seesDelivered(stage, talk, ['Within thirty days.']);
      },
      'Slack tells again what was refused',
    );
  },
};
