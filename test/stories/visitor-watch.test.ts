import { copyFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answersTo, command, form } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage } from './stage.ts';
import { saidIn } from './talk.ts';
import { callsOn, cardsIn, lastAnswer, VISITOR, type Visiting, visiting, type VisitingOptions } from './visiting.ts';

/** Threads that watch a case of giosg: what is told in them, once, and what is sent from them: nothing. */

const MINUTE = 60_000;
/** Longer than the pause between two looks at what is due. */
const TICKS_MS = 1_300;

type Watching = Visiting & { readonly made: { id: string; number: string }; readonly root: string };

const watching = async (options: VisitingOptions = {}): Promise<Watching> => {
  const world = await visiting({ webhook: false, ...options });
  const made = world.giosg.openCase(VISITOR, { subject: 'Lamp arrived broken', unread: 0 });
  await command(world.stage, `link giosg:${made.id} ${VISITOR}`);
  const root = await world.stage.sees(() => cardsIn(world.stage)[0]?.ts, 'its first message');
  return { ...world, made, root };
};

/** Lets the clock go on until the next reading is due, and waits for it. */
const nextReading = async ({ stage, giosg, clock }: Visiting, ms = MINUTE + 1): Promise<void> => {
  const before = callsOn(giosg);
  clock.ms += ms;
  await stage.sees(() => callsOn(giosg) > before, 'a reading of the watched case');
};

const threadOf = (root: string): OpenThread => ({ root, caseId: 0, contactId: 0 });
/** What was told in a thread, its pieces joined by single blanks. */
const saidBelow = (stage: Stage, root: string): readonly string[] =>
  saidIn(stage, threadOf(root)).map((words) => words.replaceAll(/\s+/gu, ' '));
const told = ({ stage, root }: Watching): readonly string[] => saidBelow(stage, root);
const cardOf = ({ stage, root }: Watching): string => cardsIn(stage).find(({ ts }) => ts === root)?.words ?? '';

test('/case link starts a thread whose first message says that nothing written there is sent', async () => {
  const world = await watching();

  for (const words of ['Lamp arrived broken', 'Open', 'is sent nowhere', 'Stop watching', 'All their cases'])
    expect(cardOf(world)).toContain(words);
  for (const action of ['case_claim', 'case_close', 'case_reply', 'case_snooze', 'case_invite'])
    expect(cardOf(world)).not.toContain(action);
  expect((await command(world.stage, `link giosg:${world.made.number} ${VISITOR}`)).words).toContain(
    'is watched already',
  );
  expect((await command(world.stage, `link giosg:${world.made.id} customer-2`)).words).toContain('no such case');
  expect(cardsIn(world.stage)).toHaveLength(1);
});

test('status, owner, priority and unread messages are told once when they change', async () => {
  const world = await watching();
  const agent = world.giosg.agent({ name: 'Olivia Owner' });

  world.giosg.changeCase(world.made.id, { status: 'In Progress', owner: agent.id, priority: 5, unread: 2 });
  await nextReading(world);
  await world.stage.sees(() => told(world).length > 0, 'what changed');
  await world.stage.sees(() => cardOf(world).includes('Olivia Owner'), 'the card shows it');
  await nextReading(world);
  await nextReading(world);

  expect(told(world)).toEqual([
    'giosg: Status Open → In Progress · Owner nobody → Olivia Owner · Priority Normal → Critical · Unread 0 → 2',
  ]);
});

test('what comes back to what it was is told again', async () => {
  const world = await watching();
  for (const [at, unread] of [1, 0, 1].entries()) {
    world.giosg.changeCase(world.made.id, { unread });
    await nextReading(world);
    await world.stage.sees(() => told(world).length > at, `change ${at}`);
  }

  expect(told(world)).toEqual(['giosg: Unread 0 → 1', 'giosg: Unread 1 → 0', 'giosg: Unread 0 → 1']);
});

test('a change of anything else only changes the first message', async () => {
  const world = await watching();

  world.giosg.changeCase(world.made.id, { subject: 'Lamp replaced', waiting: true });
  await nextReading(world);
  await world.stage.sees(() => cardOf(world).includes('Lamp replaced'), 'the new subject');

  expect(told(world)).toEqual([]);
});

test('one customer is read at most once a minute, and seldomer the longer nothing changes', async () => {
  const world = await watching();
  const second = world.giosg.openCase(VISITOR, { subject: 'Another' });
  await command(world.stage, `link giosg:${second.id} ${VISITOR}`);
  const readings = async (minutes: number): Promise<number> => {
    const before = callsOn(world.giosg);
    for (let at = 0; at < minutes; at += 1) {
      world.clock.ms += MINUTE;
      await new Promise((resolve) => setTimeout(resolve, TICKS_MS));
    }
    return callsOn(world.giosg) - before;
  };

  // Both cases stand on one page.
  const often = await readings(3);
  expect(often).toBeGreaterThanOrEqual(2);
  expect(often).toBeLessThanOrEqual(3);
  await nextReading(world, 75 * MINUTE);
  expect(await readings(4)).toBe(0);
}, 60_000);

test('it goes on after a restart, without reading again at once', async () => {
  const world = await watching();
  const before = callsOn(world.giosg);
  await world.stage.stop();
  world.giosg.changeCase(world.made.id, { status: 'Closed' });
  await world.stage.start();
  const probed = callsOn(world.giosg);
  expect(probed - before).toBe(1);

  await nextReading(world);
  await world.stage.sees(() => told(world).includes('giosg: Status Open → Closed'), 'the closing');
  expect(told(world)).toHaveLength(1);
});

test('what was seen and not yet told when the process died is told once', async () => {
  const world = await watching();
  world.stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'error', error: 'internal_error' } });
  world.giosg.changeCase(world.made.id, { unread: 4 });
  await nextReading(world);
  await world.stage.stop();
  world.stage.slack.faults.clear();
  await world.stage.start();
  await nextReading(world);

  await world.stage.sees(() => told(world).length > 0, 'what changed');
  await nextReading(world);
  expect(told(world)).toEqual(['giosg: Unread 0 → 4']);
});

test('trouble in giosg costs no change and says nothing wrong', async () => {
  const world = await watching();
  for (const status of [500, 429, 403, 400]) {
    const mended = world.giosg.faults.add({ path: /cases/, answer: { status } });
    const before = callsOn(world.giosg);
    await nextReading(world);
    // After a 400 to the case, the list is asked whose fault it was.
    await world.stage.sees(() => callsOn(world.giosg) - before >= (status === 400 ? 2 : 1), 'all that is asked');
    mended();
  }
  world.giosg.changeCase(world.made.id, { unread: 1 });
  await nextReading(world);

  await world.stage.sees(() => told(world).length > 0, 'what changed');
  expect(told(world)).toEqual(['giosg: Unread 0 → 1']);
});

test('a case that cannot be read keeps no other of the same customer from being told, and is alarmed once', async () => {
  const world = await watching({ giosg: { variants: { pageSizes: [1] } } });
  const { stage, giosg, made } = world;
  const other = giosg.openCase(VISITOR, { subject: 'Second lamp' });
  await command(stage, `link giosg:${other.id} ${VISITOR}`);
  const root = await stage.sees(() => cardsIn(stage).find(({ words }) => words.includes('Second lamp'))?.ts, 'both');
  const mended = giosg.faults.add({ path: new RegExp(`/cases/${made.id}$`), answer: { status: 200, body: {} } });
  giosg.changeCase(made.id, { unread: 7 });
  for (const unread of [1, 2]) {
    giosg.changeCase(other.id, { unread });
    await nextReading(world);
    await stage.sees(() => saidBelow(stage, root).length === unread, 'what changed in the other');
  }

  expect(told(world)).toEqual([]);
  expect([...stage.logged().matchAll(/"alarm":"giosg:case:[^"]+"/gu)]).toHaveLength(1);
  mended();
  await nextReading(world);
  await stage.sees(() => told(world).length > 0, 'what changed in the one that can be read again');
  expect(told(world)).toEqual(['giosg: Unread 0 → 7']);
});

test('a case that is not shown any more is told once, and so is its return', async () => {
  const world = await watching();
  const vanishes = world.giosg.faults.add({ path: /cases/, answer: { status: 404 } });
  await nextReading(world);
  await world.stage.sees(() => told(world).length > 0, 'that it is gone');
  await world.stage.sees(() => cardOf(world).includes('does not show this case any more'), 'the card says so');
  await nextReading(world);
  vanishes();
  await nextReading(world);
  await world.stage.sees(() => told(world).length > 1, 'that it is back');

  expect(told(world).map((words) => words.slice(0, 20))).toEqual(['giosg does not show ', 'giosg shows this cas']);
});

test('who answers there is told that it goes nowhere, once; what starts with // is theirs', async () => {
  const world = await watching();
  const { stage, root } = world;
  const says = (member: string, text: string) => stage.slack.say(member, CHANNEL, text, { threadTs: root });
  const answers = (member: string) => answersTo(stage, member).filter(({ words }) => words.includes('sent nowhere'));

  says(BEN, '// between us');
  says(ANNA, 'We send a new one');
  await stage.sees(() => answers(ANNA).length > 0, 'the word to Anna');
  says(ANNA, 'tomorrow');
  says(BEN, 'note: agreed');
  await stage.sees(() => answers(BEN).length > 0, 'the word to Ben');

  expect(answers(ANNA)).toHaveLength(1);
  expect(answers(BEN)).toHaveLength(1);
  expect(stage.acquire.snapshot().messages).toEqual([]);
});

test('the message menu offers what giosg can do, and says what it cannot', async () => {
  const { stage, root } = await watching();

  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_reply');
  expect((await form(stage, 'message')).words).toContain('can only be listed, shown and watched');
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_details');
  expect((await form(stage, 'visitor_case')).words).toContain('Lamp arrived broken');
});

test('unlinking ends it, and linking again starts a new thread', async () => {
  const world = await watching();
  const { stage, giosg, made, clock } = world;

  expect((await command(stage, `unlink giosg:${made.id}`)).words).toContain('is no longer watched');
  await stage.sees(() => cardOf(world).includes('No longer watched'), 'the card says so');
  const before = callsOn(giosg);
  clock.ms += 20 * MINUTE;
  giosg.changeCase(made.id, { status: 'Closed' });
  await new Promise((resolve) => setTimeout(resolve, TICKS_MS));
  expect(callsOn(giosg)).toBe(before);

  await command(stage, `link giosg:${made.id} ${VISITOR}`);
  await stage.sees(() => cardsIn(stage).length === 2, 'a second thread');
});

test('a thread whose first message was deleted goes on in a new one', async () => {
  const world = await watching();
  const { stage, giosg, made, root } = world;
  const ours = stage.slack.messages(CHANNEL).find(({ ts }) => ts === root)?.user ?? '';
  stage.slack.remove(ours, CHANNEL, root);

  giosg.changeCase(made.id, { status: 'Pending' });
  await nextReading(world);

  const tells = (ts: string): boolean => saidBelow(stage, ts).some((words) => words.includes('Status Open → Pending'));
  const next = await stage.sees(
    () => cardsIn(stage).find(({ ts }) => ts !== root && tells(ts)),
    'the change in a new thread',
  );
  expect(next.words).toContain('is sent nowhere');
});

test('buttons lead from the list to a thread and out of it again', async () => {
  const { stage, giosg } = await visiting({ webhook: false });
  giosg.openCase(VISITOR, { subject: 'Lamp arrived broken' });
  const list = await command(stage, `visitor ${VISITOR}`);
  const details = list.buttons.find(({ label }) => label === 'Details…');
  const at = { channel: CHANNEL, ts: list.ts, actionId: details?.actionId ?? '', value: details?.value ?? '' };
  await stage.slack.click(ANNA, at);
  const { id, buttons } = await form(stage, 'visitor_case');
  const [watch] = buttons;

  await stage.slack.click(ANNA, { viewId: id, actionId: watch?.actionId ?? '', value: watch?.value ?? '' });
  const card = await stage.sees(() => cardsIn(stage)[0], 'its first message');
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: card.ts, actionId: 'case_visitor_unlink' });

  await stage.sees(() => cardsIn(stage)[0]?.words.includes('No longer watched'), 'the card says so');
  expect(cardsIn(stage)).toHaveLength(1);
});

const loseStore = async ({ stage }: Visiting): Promise<void> => {
  await stage.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stage.database}${end}`, { force: true });
};

test('a lost store finds its watched cases again by itself, and goes on telling in the same thread', async () => {
  const world = await watching();
  const { stage, giosg, made } = world;
  await loseStore(world);
  giosg.changeCase(made.id, { subject: 'Lamp on its way back' });
  await stage.start();

  await stage.sees(() => cardOf(world).includes('Lamp on its way back'), 'the card as it is now');
  giosg.changeCase(made.id, { status: 'Pending' });
  await nextReading(world);
  await stage.sees(() => told(world).includes('giosg: Status Open → Pending'), 'what changed');

  expect(cardsIn(stage)).toHaveLength(1);
  expect((await command(stage, `link giosg:${made.id} ${VISITOR}`)).words).toContain('is watched already');
});

test('a lost store waits with them until giosg can be asked', async () => {
  const world = await watching();
  const { stage, giosg, made } = world;
  await loseStore(world);
  const mended = giosg.faults.add({ path: /cases/, answer: { status: 503 } });
  const before = callsOn(giosg);
  await stage.start();
  await stage.sees(() => callsOn(giosg) > before + 1, 'it was asked in vain');
  mended();
  giosg.changeCase(made.id, { subject: 'Lamp on its way back' });

  await stage.sees(() => cardOf(world).includes('Lamp on its way back'), 'the card as it is now');
  expect(cardsIn(stage)).toHaveLength(1);
}, 30_000);

test('what was no longer watched stays so when the store is lost', async () => {
  const world = await watching();
  const { stage, giosg, made } = world;
  await command(stage, `unlink giosg:${made.id}`);
  await stage.sees(() => cardOf(world).includes('No longer watched'), 'the card says so');
  await loseStore(world);
  const before = callsOn(giosg);
  await stage.start();

  await command(stage, 'status');
  // The start itself asks for a made-up visitor.
  expect(callsOn(giosg) - before).toBe(1);
  expect(cardsIn(stage)).toHaveLength(1);
});

test('a restored store that does not know the thread finds it when somebody writes there, or links the case', async () => {
  const world = await watching();
  const { stage, giosg, root } = world;
  const copy = `${stage.database}.copy`;
  await stage.stop();
  copyFileSync(stage.database, copy);
  await stage.start();
  const later = giosg.openCase(VISITOR, { subject: 'Second lamp' });
  const other = giosg.openCase(VISITOR, { subject: 'Third lamp' });
  for (const one of [later, other]) await command(stage, `link giosg:${one.id} ${VISITOR}`);
  const rootOf = (words: string) => cardsIn(stage).find((one) => one.words.includes(words))?.ts;
  await stage.sees(() => rootOf('Second lamp') !== undefined && rootOf('Third lamp') !== undefined, 'both threads');
  await loseStore(world);
  copyFileSync(copy, stage.database);
  await stage.start();

  stage.slack.say(ANNA, CHANNEL, 'anything new?', { threadTs: rootOf('Second lamp') ?? '' });
  await stage.sees(() => lastAnswer(stage)?.words.includes('sent nowhere'), 'the word to Anna');
  expect((await command(stage, `link giosg:${later.id} ${VISITOR}`)).words).toContain('is watched already');
  await command(stage, `link giosg:${other.id} ${VISITOR}`);
  giosg.changeCase(other.id, { unread: 3 });
  await nextReading(world);

  await stage.sees(
    () => saidBelow(stage, rootOf('Third lamp') ?? '').some((words) => words.includes('Unread 0 → 3')),
    'what changed, in the old thread',
  );
  expect(cardsIn(stage)).toHaveLength(3);
  expect(rootOf('Lamp arrived broken')).toBe(root);
}, 30_000);
