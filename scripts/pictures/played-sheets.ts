import type { Ephemeral, Message } from '../../src/sandbox/slack/workspace.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';
import { ANNA, BEN, CHANNEL, ELSEWHERE, type Item, MINUTE, NOW, type Sheet, type ShownMessage } from './shown.ts';

/** What only the app as a whole says: a thread as it goes, look-ups, the home tab. Played against the simulators. */

/** Cases that wait on the home tab, the longest first. */
const CUSTOMERS = [
  { name: 'Jo Lindqvist', email: 'jo@example.com', title: 'Where is my parcel?', text: 'Hello, my parcel is late.' },
  { name: 'Mika Salo', email: 'mika@example.com', title: 'Refund for a broken lamp', text: 'It came broken.' },
  { name: 'Aino Niemi', email: 'aino@example.com', title: 'Invoice has the old address', text: 'We moved in March.' },
  { name: 'Lee Park', email: 'lee@example.com', title: 'Is this lamp dimmable?', text: 'Is it dimmable?' },
] as const;

/** Long, for machines that do much else at the same time. */
const WAIT_MS = 20_000;

type Played = { readonly stage: Rehearsal; readonly roots: readonly string[]; readonly cases: readonly number[] };

export const playedSheets = async (): Promise<readonly Sheet[]> => {
  const stage = await rehearse(NOW - 40 * MINUTE);
  try {
    const played = await begin(stage);
    await answerJo(played);
    stage.later(3 * MINUTE);
    const home = await unsentAndHome(played);
    return [threadOf(played), ...(await lookups(played)), home];
  } finally {
    await stage.end();
  }
};

const begin = async (stage: Rehearsal): Promise<Played> => {
  const roots: string[] = [];
  const cases: number[] = [];
  for (const { name, email, title, text } of CUSTOMERS) {
    const contact = stage.acquire.contact({ name, email });
    cases.push(stage.acquire.openCase(contact.id, { title, text }).id);
    roots.push(await stage.slack.sees(() => rootOf(stage, text), `the thread of “${title}”`, WAIT_MS));
    stage.later(7 * MINUTE);
  }
  return { stage, roots, cases };
};

const rootOf = ({ slack }: Rehearsal, text: string): string | undefined =>
  slack.messages(CHANNEL).find(({ ts }) => slack.thread(CHANNEL, ts).some((reply) => reply.text === text))?.ts;

const [JO, MIKA, AINO] = [0, 1, 2];

/** A thread with each kind of message, and what colleagues read of what was done. */
const answerJo = async (played: Played): Promise<void> => {
  const { stage, roots, cases } = played;
  const thread = roots[JO] ?? '';
  await says(played, { thread, text: 'Hello Jo, I am looking into it.', mark: 'white_check_mark' });
  await says(played, { thread, text: 'note: The carrier lost a van on Friday.', mark: 'memo' });
  await says(played, { thread, text: '// lunch at twelve?', mark: null });
  await commands(played, `claim ${cases[JO]}`);
  stage.acquire.customerWrites(cases[JO] ?? 0, 'Thank you! I am at home until four.');
  await stage.slack.sees(() => has(stage, thread, 'until four'), 'the customer’s answer', WAIT_MS);
  await says(played, { thread, text: '@ben is the van found?', mark: 'raised_hand' });
  await commands(played, `snooze ${cases[JO]} 2h`);
  await commands(played, `claim ${cases[MIKA]}`, { member: BEN });
  await commands(played, `assign ${cases[AINO]} @anna`, { member: BEN });
};

const has = ({ slack }: Rehearsal, thread: string, words: string): boolean =>
  slack.thread(CHANNEL, thread).some(({ text }) => text.includes(words));

type Saying = { readonly thread: string; readonly text: string; readonly mark: string | null };

const says = async ({ stage }: Played, { thread, text, mark }: Saying): Promise<void> => {
  const { ts } = stage.slack.say(ANNA, CHANNEL, text, { threadTs: thread });
  if (mark === null) return;
  const isMarked = (): boolean => stage.slack.reactions(CHANNEL, ts).some(({ name }) => name === mark);
  await stage.slack.sees(isMarked, `the mark ${mark} on “${text}”`, WAIT_MS);
};

type Asking = { readonly member?: string; readonly channel?: string };

const commands = async ({ stage }: Played, text: string, asking: Asking = {}): Promise<Ephemeral> => {
  const { member = ANNA, channel = CHANNEL } = asking;
  const before = stage.slack.ephemerals(member).length;
  const outcome = await stage.slack.command(member, channel, '/case', text);
  if (!outcome.ok) throw new Error(`Slack refused “/case ${text}”`);
  return stage.slack.sees(() => stage.slack.ephemerals(member)[before], `the answer to “/case ${text}”`, WAIT_MS);
};

const threadOf = ({ stage, roots }: Played): Sheet => ({
  file: 'thread.png',
  alt: 'A thread: the first message, the customer, a reply, a note, what stays in Slack, a question, who took it, a snooze',
  items: stage.slack
    .thread(CHANNEL, roots[JO] ?? '')
    .map((message) => ({ caption: null, as: 'message', message: shownMessage(stage, message) })),
});

const shownMessage = ({ slack }: Rehearsal, message: Message): ShownMessage => {
  const { user = '', username, icons = {}, ts, text, blocks = [], reactions = [] } = message;
  const icon = icons['emoji'];
  return {
    ts,
    name: username ?? slack.workspace.users.get(user)?.real_name ?? user,
    isApp: message.bot_id !== undefined,
    icon: typeof icon === 'string' ? icon : null,
    text,
    blocks,
    reactions: reactions.map(({ name, count }) => ({ name, count })),
  };
};

const lookups = async (played: Played): Promise<readonly Sheet[]> => {
  const { acquire } = played.stage;
  // Nobody has written in it yet, so it has no thread.
  const silent = acquire.openCase(acquire.contact({ name: 'Noa Berg' }).id, { title: 'Wants to be called back' });
  const answer = async (text: string, asking: Asking = {}): Promise<Item> => {
    const { ts, text: words, blocks = [] } = await commands(played, text, asking);
    const author = { name: 'casebridge', icon: null, isApp: true, isPrivate: true };
    return {
      caption: `/case ${text}`.trim(),
      as: 'message',
      message: { ts, ...author, text: words, blocks, reactions: [] },
    };
  };
  return [
    { file: 'help.png', alt: 'What /case help shows', items: [await answer('help')] },
    {
      file: 'lookups.png',
      alt: 'Private answers: a list of cases, a search, the picker of a case, the state of the connections',
      items: [await answer('list'), await answer('search lamp'), await answer('show'), await answer('status')],
    },
    {
      file: 'answers.png',
      alt: 'Private answers: a case, one without a thread, one whose thread is elsewhere, words that are not known',
      items: [
        await answer(`show ${played.cases[JO]}`),
        await answer(`show ${silent.id}`),
        await answer(`link ${played.cases[JO]}`, { channel: ELSEWHERE }),
        await answer('open mika@example.com The lamp came broken'),
        await answer('snoze 3 2h'),
        await answer(`snooze ${played.cases[JO]} someday`),
      ],
    },
  ];
};

/** A reply that is held stands on the home tab until its author decides. */
const unsentAndHome = async ({ stage }: Played): Promise<Sheet> => {
  stage.slack.openHome(ANNA);
  const blocks = await stage.slack.sees(
    () => {
      const home = stage.slack.home(ANNA);
      return home !== undefined && JSON.stringify(home.blocks).includes('Snoozed (1)') ? home.blocks : undefined;
    },
    'the home tab',
    WAIT_MS,
  );
  return {
    file: 'home.png',
    alt: 'The home tab: what was not sent, your cases, what nobody has, who waits longest, what is snoozed',
    items: [{ caption: null, as: 'home', blocks }],
  };
};
