import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { says, seesMark, toCustomer, toldAlone } from './talk.ts';

/** What stories about edits and deletions share: a clock that can be put forward, and what both ends see. */

export const clock = { ms: 0 };

export const stageWith = (options: StageOptions = {}): Promise<Stage> => {
  clock.ms = 0;
  return stageFor({ pace: () => null, attemptMs: 800, now: () => Date.now() + clock.ms, ...options });
};

/** Nobody edits twice in one second, and Slack dates edits by whole seconds: each comes a little later. */
export const edits = (stage: Stage, ts: string, text: string): void => {
  clock.ms += 1500;
  stage.slack.edit(ANNA, CHANNEL, ts, text);
};

/** Writes a reply or note and waits until the other side has it. */
export const sent = async (stage: Stage, thread: OpenThread, text: string): Promise<string> => {
  const ts = says(stage, thread, text);
  await seesMark(stage, ts, text.startsWith('note:') ? 'memo' : 'white_check_mark');
  return ts;
};

export const reads = (stage: Stage, thread: OpenThread, texts: readonly string[]) =>
  stage.sees(() => toCustomer(stage, thread).join('|') === texts.join('|'), `the customer reads “${texts.join('|')}”`);

export const toldOf = (stage: Stage, words: string) =>
  stage.sees(() => toldAlone(stage).find((text) => text.includes(words)), `Anna is told “${words}”`);

export const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' } as const;
export const UPDATING = { method: 'POST', path: '/crm/messenger/chat/message/*' } as const;
export const DELETING = { method: 'DELETE', path: '/crm/objects/case-message/*' } as const;

/** Calls of this kind that Acquire got. */
export const calls = ({ acquire }: Pick<Stage, 'acquire'>, { method, path }: typeof UPDATING | typeof DELETING) =>
  acquire.requests.filter((one) => one.method === method && one.path.startsWith(path.replace('*', '')));
