import { expect, onTestFinished } from 'vitest';
import type { GiosgOptions } from '../../src/sandbox/giosg/options.ts';
import { SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { type GiosgSimulator, startGiosg } from '../../src/sandbox/giosg/server.ts';
import { leaksIn } from '../support/leaks.ts';
import { answersTo } from './asking.ts';
import { ANNA, CHANNEL, type Stage, type StageOptions, stageFor } from './stage.ts';

/** The stage with giosg as a second case system beside it. */

export const VISITOR = 'customer-1001';

export type Visiting = { readonly stage: Stage; readonly giosg: GiosgSimulator; readonly clock: { ms: number } };

export type VisitingOptions = Omit<StageOptions, 'now'> & { readonly giosg?: GiosgOptions };

export const visiting = async ({ giosg: simulated, env, ...options }: VisitingOptions = {}): Promise<Visiting> => {
  const clock = { ms: 0 };
  const now = (): number => Date.now() + clock.ms;
  const giosg = await startGiosg({ now, ...simulated });
  onTestFinished(() => giosg.stop());
  const stage = await stageFor({
    pace: () => null,
    ...options,
    now,
    env: {
      GIOSG_ORGANIZATION_ID: giosg.organizationId,
      GIOSG_API_TOKEN: giosg.token,
      GIOSG_SIGNING_KEY: SANDBOX_SIGNING_KEY,
      GIOSG_BASE_URL: giosg.url,
      ...env,
    },
  });
  onTestFinished(async () => {
    const metrics = await fetch(`${stage.url()}/metrics`).then(
      (page) => page.text(),
      () => '',
    );
    const { visitors, cases } = giosg.snapshot();
    const texts = cases.flatMap(({ subject, description }) => [subject ?? '', description ?? '']);
    // Shorter ones may stand in a sentence of ours by chance.
    const said = texts.filter((text) => text.length >= 10);
    const names = visitors.map(({ externalId }) => externalId);
    const secrets = [giosg.token, SANDBOX_SIGNING_KEY, 'eyJ', ...tokensIn(giosg)];
    expect(leaksIn(`${stage.logged()}${metrics}`, [...secrets, ...names, ...said])).toEqual([]);
  });
  return { stage, giosg, clock };
};

/** The identity tokens that went over the wire. */
const tokensIn = ({ requests }: GiosgSimulator): readonly string[] => [
  ...new Set(requests.flatMap(({ identityToken }) => identityToken ?? [])),
];

/** Calls about this visitor's cases that giosg has got. */
export const callsOn = ({ requests }: GiosgSimulator): number =>
  requests.filter(({ path }) => path.includes('/external-visitors/')).length;

/** First messages of the channel, with what their blocks hold. */
export const cardsIn = (stage: Stage) =>
  stage.slack
    .messages(CHANNEL)
    .filter(({ ts, thread_ts: thread }) => thread === undefined || thread === ts)
    .map(({ ts, blocks }) => ({ ts, words: JSON.stringify(blocks ?? []) }));

export const lastAnswer = (stage: Stage, member = ANNA) => answersTo(stage, member).at(-1);
