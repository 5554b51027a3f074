import { type TestContext, test } from 'vitest';
import { setStage, type Stage } from '../../src/sandbox/stage.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';

/** The app as a process of its own, killed with `kill -9` while a file is on its way. */

const PATIENCE_MS = 90_000;
const PHOTO = { name: 'photo.png', content: 'these are bytes' };

const stageFor = async ({ onTestFinished }: TestContext): Promise<Stage> => {
  const stage = await setStage({ inherited: process.env, socketMode: false, messageWebhooks: true, keep: null });
  onTestFinished(stage.stop);
  return stage;
};

const sees = <T>(stage: Stage, find: () => T | undefined | false, what: string): Promise<T> =>
  stage.slack.sees(find, what, PATIENCE_MS);

const threadFor = async (stage: Stage) => {
  const contact = stage.acquire.contact({ name: 'Jo' });
  const { id } = stage.acquire.openCase(contact.id, { text: 'Hello' });
  const root = await sees(
    stage,
    () =>
      stage.slack
        .messages(C.support)
        .find(({ ts }) => stage.slack.thread(C.support, ts).some(({ text }) => text === 'Hello'))?.ts,
    'the thread',
  );
  return { caseId: id, root };
};

const fromUs = (stage: Stage): readonly string[] =>
  [...stage.acquire.account.messages.values()]
    .filter((row) => row.sender.type === 'user' && row.type === 'message')
    .map((row) => row.text);

const filesIn = (stage: Stage, root: string): readonly string[] =>
  stage.slack
    .thread(C.support, root)
    .flatMap(({ files = [] }) => files)
    .map(({ name }) => String(name));

const asked = (stage: Stage, method: string): boolean =>
  stage.slack.requests.some((request) => request.method === method);

/** What became of each is known. */
const settled = (stage: Stage, does: string, count: number): Promise<unknown> =>
  sees(
    stage,
    () => {
      const all = (stage.deliveries.now()?.deliveries ?? []).filter((one) => one.does === does);
      return all.length >= count && all.every(({ state }) => state === 'delivered');
    },
    `all ${does} delivered`,
  );

/** Gone as in a power cut, then back; what was wrong with the other side is over. */
const dies = async (stage: Stage): Promise<void> => {
  await stage.app.kill();
  stage.slack.faults.clear();
  stage.acquire.faults.clear();
  await stage.app.start();
};

const CHATTING = '/crm/messenger/chat/add-message';

test.concurrent.for(['before', 'between', 'after'] as const)(
  'killed %s the link to a file is sent: the customer gets it once',
  { timeout: PATIENCE_MS * 3 },
  async (when, context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const { root } = await threadFor(stage);
    const calls = (): number => stage.acquire.requests.filter(({ path }) => path === CHATTING).length;
    if (when === 'before') stage.slack.faults.add({ method: 'download', action: { kind: 'hang', when: 'before' } });
    else stage.acquire.faults.add({ path: CHATTING, effect: when === 'after' ? 'done' : 'none', answer: 'hang' });

    stage.slack.say(U.anna, C.support, '', { threadTs: root, files: [PHOTO] });
    if (when === 'before') await sees(stage, () => asked(stage, 'download'), 'the download');
    else await sees(stage, () => calls() > 0, 'the call');
    await dies(stage);

    await sees(stage, () => fromUs(stage).length > 0, 'the link');
    stage.slack.say(U.anna, C.support, 'and words', { threadTs: root });
    await sees(stage, () => fromUs(stage).includes('and words'), 'the next reply');
    const [file = '', ...others] = fromUs(stage);
    await settled(stage, 'share_file', 1);
    expect(others).toEqual(['and words']);
    expect(fromUs(stage)).toHaveLength(2);
    const path = new URL(/http\S+/.exec(file)?.[0] ?? '').pathname;
    expect(await (await fetch(`${stage.app.url}${path}`)).text()).toBe('these are bytes');
  },
);

test.concurrent.for([
  ['while its bytes are fetched', 'acquire', null],
  ['while its bytes are uploaded', 'upload', 'before'],
  ['between upload and showing', 'files.completeUploadExternal', 'before'],
  ['after it was shown', 'files.completeUploadExternal', 'after'],
] as const)(
  'killed %s: a customer’s file stands in the thread once',
  { timeout: PATIENCE_MS * 3 },
  async ([, method, when], context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const { root, caseId } = await threadFor(stage);
    const fetching = (): boolean => stage.acquire.requests.some(({ path }) => path.startsWith('/uploads/'));
    if (when === null) stage.acquire.faults.add({ path: /^\/uploads\//, answer: 'hang' });
    else stage.slack.faults.add({ method, action: { kind: 'hang', when } });

    stage.acquire.customerSends(caseId, PHOTO, { text: 'Look' });
    await sees(stage, () => (when === null ? fetching() : asked(stage, method)), 'the call');
    await dies(stage);

    await sees(stage, () => filesIn(stage, root).length > 0, 'the file');
    stage.acquire.customerSends(caseId, { ...PHOTO, name: 'next.png' }, { text: 'and' });
    await sees(stage, () => filesIn(stage, root).includes('next.png'), 'the next file');
    await settled(stage, 'attach_file', 2);
    expect(filesIn(stage, root).toSorted()).toEqual(['next.png', 'photo.png']);
  },
);
