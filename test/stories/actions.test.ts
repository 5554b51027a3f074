import { expect, test } from 'vitest';
import { ACTIONS, type ActionName, actionNames } from '../../src/core/doors.ts';
import { answersTo, command, form, modalOf } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';

/** Every action on a case through every door that the table names, with the same result. */

type Door = { readonly name: string; readonly use: (stage: Stage, thread: OpenThread) => Promise<unknown> };

const REACTIONS: Partial<Record<ActionName, string>> = { claim: 'eyes', close: 'lock', snooze: 'zzz' };
const settings = { reactions: Object.fromEntries(Object.entries(REACTIONS).map(([name, emoji]) => [emoji, name])) };

/** What is typed behind the number of the case. */
const TYPED: Partial<Record<ActionName, string>> = {
  note: 'by hand',
  assign: `<@${BEN}>`,
  snooze: '2h',
  invite: `<@${BEN}>`,
};
const FILLED: Readonly<Record<string, Record<string, string | string[]>>> = {
  reply: { text: 'by hand' },
  note: { text: 'by hand' },
  assign: { to: [BEN] },
  snooze: { until: '2h' },
  invite: { members: [BEN] },
  close: {},
};
/** What must have been done before. */
const BEFORE: Readonly<Record<string, string>> = {
  release: 'claim',
  reopen: 'close',
  case_wake: 'snooze',
};
const TOLD: Readonly<Record<string, string>> = {
  reply: 'A reply was sent',
  note: 'internal note',
  claim: 'took this case',
  release: 'released this case',
  assign: 'handed this case over',
  snooze: 'snoozed this case until',
  case_wake: 'ended the snooze',
  invite: 'Invited: Ben Berg',
  close: 'closed the case',
  reopen: 'reopened the case',
  unlink: 'unlinked this thread',
};

const doorsOf = (name: ActionName): readonly Door[] => {
  const { usage, buttons, shortcut, form: formName, reaction } = ACTIONS[name];
  const fill = async (stage: Stage, opens: boolean): Promise<void> => {
    if (!opens || formName === null) return;
    const { id } = await form(stage, formName);
    await stage.slack.submitView(ANNA, id, FILLED[formName] ?? {});
  };
  return [
    ...(usage === null
      ? []
      : [
          {
            name: 'command',
            use: (stage: Stage, { caseId }: OpenThread) => command(stage, `${name} ${caseId} ${TYPED[name] ?? ''}`),
          },
        ]),
    ...buttons.flatMap(({ id, at, opens }): Door[] =>
      at.flatMap((spot): Door[] => {
        if (spot !== 'card' && spot !== 'hub') return [];
        const use = async (stage: Stage, thread: OpenThread): Promise<void> => {
          await (spot === 'card' ? pressOnCard : pressInHub)(stage, thread, id);
          await fill(stage, opens !== undefined);
        };
        return [{ name: `${id} (${spot})`, use }];
      }),
    ),
    ...(shortcut === null
      ? []
      : [
          {
            name: 'shortcut',
            use: async (stage: Stage, { root }: OpenThread) => {
              await stage.slack.messageShortcut(ANNA, CHANNEL, root, shortcut.id);
              await fill(stage, true);
            },
          },
        ]),
    ...(reaction
      ? [
          {
            name: 'reaction',
            use: async (stage: Stage, { root }: OpenThread) =>
              stage.slack.react(ANNA, CHANNEL, root, REACTIONS[name] ?? ''),
          },
        ]
      : []),
  ];
};

const pressOnCard = async (stage: Stage, { root }: OpenThread, id: string): Promise<void> => {
  await stage.sees(() => cardOf(stage, root).includes(`"${id}"`), `${id} on the first message`);
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: id });
};

const pressInHub = async (stage: Stage, { root }: OpenThread, id: string): Promise<void> => {
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_details');
  const hub = await form(stage, 'details');
  await stage.slack.click(ANNA, { viewId: hub.id, actionId: id });
};

const cardOf = (stage: Stage, root: string): string =>
  JSON.stringify(stage.slack.thread(CHANNEL, root).find(({ ts }) => ts === root)?.blocks ?? []);

const timesTold = (stage: Stage, { root }: OpenThread, words: string): number =>
  stage.slack.thread(CHANNEL, root).filter(({ ts, text }) => ts !== root && text.includes(words)).length;

/** Everything is off the screen before the next door. */
const closeModals = async (stage: Stage): Promise<void> => {
  for (let modal = modalOf(stage); modal !== undefined; modal = modalOf(stage))
    await stage.slack.closeView(ANNA, modal.id);
};

const onCases = actionNames.filter((name) => name in TOLD);

test.each(onCases)('%s does the same through every door, also after a restart', { timeout: 60_000 }, async (action) => {
  const stage = await stageFor({ pace: () => null, settings });
  stage.acquire.agent({ name: 'Ben Berg', email: stage.slack.workspace.users.get(BEN)?.profile.email ?? '' });
  const doors = doorsOf(action);
  expect(doors.length).toBeGreaterThan(0);

  for (const [at, door] of doors.entries()) {
    const deed = door.name.split(' ')[0] ?? '';
    const thread = await stage.thread(`Hello ${at}`, { fields: { email: `jo${at}@example.com` } });
    const before = BEFORE[deed] ?? BEFORE[action];
    if (before !== undefined) await command(stage, `${before} ${thread.caseId} ${before === 'snooze' ? '1h' : ''}`);
    if (at === 1) {
      await stage.stop();
      await stage.start();
    }
    await door.use(stage, thread);
    const words = TOLD[deed] ?? TOLD[action] ?? '';
    await stage.sees(() => timesTold(stage, thread, words) > 0, `“${words}” by ${door.name}`);
    expect(timesTold(stage, thread, words)).toBe(1);
    await closeModals(stage);
  }
});

test('a case is shown through every door', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();

  expect((await command(stage, `show ${thread.caseId}`)).words).toContain('Jo Customer');
  await pressOnCard(stage, thread, 'case_details');
  expect((await form(stage, 'details')).words).toContain('Jo Customer');
  await closeModals(stage);
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_details');
  expect((await form(stage, 'details')).words).toContain('Jo Customer');
  expect(answersTo(stage, ANNA)).toHaveLength(1);
});

test('an action that does not fit the state of its case says so at every door', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await command(stage, `close ${caseId}`);

  for (const name of actionNames.filter((one) => ACTIONS[one].fits === 'open' && ACTIONS[one].usage !== null))
    expect((await command(stage, `${name} ${caseId} ${TYPED[name] ?? ''}`)).words).toContain('This case is closed');
  for (const shortcut of ['case_reply', 'case_close']) {
    await stage.slack.messageShortcut(ANNA, CHANNEL, root, shortcut);
    expect((await form(stage, 'message')).words).toContain('This case is closed');
    await closeModals(stage);
  }
});
