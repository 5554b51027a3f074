import { z } from 'zod';
import type { MessageRecord } from '../../src/sandbox/acquire/state.ts';
import type { Message } from '../../src/sandbox/slack/workspace.ts';
import type { Evidence, Written } from './evidence.ts';
import { disorderOf, type Findings } from './findings.ts';
import type { Terms } from './terms.ts';
import { textAt } from './text-at.ts';
import { DOOMED } from './weather.ts';
import type { World } from './world.ts';

/** What stands in the cases, against what the threads show. */

type Post = Written<Message>;
type Check = { readonly world: World; readonly evidence: Evidence; readonly terms: Terms; readonly findings: Findings };

/** From the opening of an attempt to the call. */
const MOMENT_MS = 1500;

const ShownRows = z.object({ messages: z.array(z.string()) });

export const checkThreads = (check: Check): void => {
  const { world, evidence, findings } = check;
  const posts = evidence.posts.filter(({ delivery }) => delivery.startsWith('post:'));
  const shown = new Map<number, Post[]>();
  for (const post of posts) {
    for (const id of rowsIn(check, post)) shown.set(id, [...(shown.get(id) ?? []), post]);
  }
  for (const row of world.acquire.account.messages.values()) checkRow(check, row, shown.get(row.id) ?? []);
  checkCopies(check, posts);
  checkRoots(check);
  for (const [root, inThread] of Map.groupBy(posts, ({ what }) => what.thread_ts ?? ''))
    checkOrder(check, root, inThread);
  findings.toThreads = posts.filter((post) => rowsIn(check, post).length > 0).length;
};

const wrong = ({ findings }: Check, kind: Findings['wrong'][number]['kind'], what: string): void =>
  void findings.wrong.push({ kind, what });

/** Rows of the case that a delivery shows. */
const rowsIn = ({ evidence }: Check, { delivery }: Post): readonly number[] => {
  const effect = ShownRows.safeParse(evidence.deliveries.get(delivery)?.effect);
  return effect.success ? effect.data.messages.map(Number) : [];
};

/** The parts of a long row are told apart by what follows its id: `…:323/2`. */
const partOf = ({ delivery }: Post): number => Number(/\/(\d+)$/.exec(delivery)?.[1] ?? 1);

const checkRow = (check: Check, row: MessageRecord, posts: readonly Post[]): void => {
  const { world, evidence } = check;
  const isOurs = row.sender.type === 'user' && row.sender.id === world.acquire.keyUser.id;
  const name = `row ${row.id} of case ${row.caseId} (“${row.text.slice(0, 30)}”)`;
  if (isOurs) {
    // Until one of its calls was answered, the app cannot know under which id Acquire lets its key join a case.
    if (posts.length > 0 && row.type !== 'event')
      wrong(check, 'doubled', `${name} is our own and was shown as somebody else’s`);
    return;
  }
  const root = evidence.threads.get(evidence.chainOf(row.caseId));
  if (posts.some(({ what }) => what.thread_ts !== root)) wrong(check, 'leaked', `${name} is shown in another thread`);
  // Shown by deliveries of different names it is doubled as well.
  for (const [part, copies] of Map.groupBy(posts, partOf)) {
    const names = new Set(copies.map(({ delivery }) => delivery));
    if (names.size > 1) wrong(check, 'doubled', `${name}, part ${part}, is shown by ${[...names].join(' and ')}`);
  }
  if (posts.length > 0 || row.type === 'event') return;
  if (row.text.includes(DOOMED)) check.findings.dead += 1;
  else wrong(check, 'lost', `${name} is not shown in its thread${deliveryOf(check, row)}`);
};

const deliveryOf = ({ evidence }: Check, { id }: MessageRecord): string => {
  const views = [...evidence.deliveries.values()].filter((view) => {
    const effect = ShownRows.safeParse(view.effect);
    return effect.success && effect.data.messages.includes(String(id));
  });
  return views.map((view) => `: ${view.id} ${view.state} (${view.reason ?? ''})`).join('; ') || ': never owed';
};

/** Each delivery has one post, in a thread, and is on our books as delivered. */
const checkCopies = (check: Check, posts: readonly Post[]): void => {
  for (const [delivery, copies] of Map.groupBy(posts, (post) => post.delivery)) {
    if (copies.length > 1)
      wrong(
        check,
        'doubled',
        `${delivery} stands ${copies.length} times: ${copies.map(({ what }) => what.ts).join(', ')}`,
      );
    if (copies.some(({ what }) => what.thread_ts === undefined))
      wrong(check, 'leaked', `${delivery} is outside its thread`);
    const state = check.evidence.deliveries.get(delivery)?.state;
    if (state !== 'delivered') wrong(check, 'doubled', `${delivery} was posted though it is ${state ?? 'not known'}`);
  }
};

const checkRoots = (check: Check): void => {
  const { world, evidence } = check;
  const roots = Map.groupBy(
    evidence.posts.filter(({ delivery }) => delivery.startsWith('thread:')),
    ({ what }) => Number(textAt(what.metadata, 'event_payload', 'link').split(':').at(-1)),
  );
  for (const chain of new Set([...world.acquire.account.cases.values()].map(({ threadId }) => threadId))) {
    const count = roots.get(chain)?.length ?? 0;
    if (count === 0) wrong(check, 'lost', `chain ${chain} has no thread`);
    if (count > 1) wrong(check, 'doubled', `chain ${chain} has ${count} threads`);
  }
};

const checkOrder = (check: Check, root: string, posts: readonly Post[]): void => {
  const { world, evidence, findings } = check;
  const ofRows = posts.filter((post) => rowsIn(check, post).length > 0);
  const rowOf = (post: Post): number => rowsIn(check, post)[0] ?? 0;
  const { late, reordered } = disorderOf(ofRows, {
    place: (post) => rowOf(post) + partOf(post) / 1000,
    owedAt: ({ delivery }) => evidence.owedAt(delivery),
    toldAt: (post) => {
      const row = world.acquire.account.messages.get(rowOf(post));
      return row === undefined ? Number.POSITIVE_INFINITY : evidence.readAt(row);
    },
    inHandMs: MOMENT_MS,
    // Who has read it may die before it is stored.
    workedOnMs: 25_000,
  });
  findings.late += late.length;
  for (const { one, behind } of reordered) {
    wrong(
      check,
      'reordered',
      `thread ${root}: ${one.delivery} is behind ${behind.delivery}, begun ${((behind.startedAt - evidence.owedAt(one.delivery)) / 1000).toFixed(1)} s after the first was owed`,
    );
  }
};
