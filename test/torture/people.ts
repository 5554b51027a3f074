import { setTimeout as pause } from 'node:timers/promises';
import type { CaseRecord } from '../../src/sandbox/acquire/state.ts';
import { type Chance, chanceOf } from './chance.ts';
import { textAt } from './text-at.ts';
import { DOOMED } from './weather.ts';
import { CHANNEL, MEMBERS, type World } from './world.ts';

/** Customers, members and Acquire's own agents, who write at random; and what was written in Slack, to be held against. */

export type Kind = 'reply' | 'note' | 'kept';

/** One version of a member's message, as it would reach the case. */
export type Version = { readonly kind: Kind; readonly text: string; readonly edition: string };

export type Said = {
  readonly ts: string;
  readonly member: string;
  readonly root: string;
  /** Number of the chain of cases that its thread belongs to. */
  readonly chain: number;
  readonly versions: Version[];
  readonly isDoomed: boolean;
  isDeleted: boolean;
};

export type People = {
  readonly said: readonly Said[];
  /** First messages of the threads there are, by chain. */
  readonly threads: ReadonlyMap<number, string>;
  /** The first customers come while all is well; resolves when their threads are there. */
  arrive(): Promise<void>;
  write(until: number): Promise<void>;
};

const EQUAL = ['Yes', 'ok', 'Thanks', 'One moment please'] as const;
const ARRIVAL_MS = 20_000;
const IS_EQUAL = 0.45;
const PREFIXES: Readonly<Record<Kind, string>> = { reply: '', note: 'note: ', kept: '// ' };
/** Longer than one message to the helpdesk may be. */
const LONG = 'a long sentence that goes on and on, '.repeat(150);

export const createPeople = (world: World): People => {
  const { slack, acquire, terms } = world;
  const chance = chanceOf(terms.seed, 'people');
  const said: Said[] = [];
  const threads = new Map<number, string>();
  const chains: number[] = [];
  let texts = 0;

  slack.subscribe(({ kind, channel, ts }) => {
    if (kind !== 'message' || channel !== CHANNEL || ts === undefined) return;
    const metadata = slack.workspace.channels.get(CHANNEL)?.messages.get(ts)?.metadata;
    const chain = Number(textAt(metadata, 'event_payload', 'link').split(':').at(-1));
    const isRoot = textAt(metadata, 'event_payload', 'delivery').startsWith('thread:');
    if (isRoot && !threads.has(chain)) threads.set(chain, ts);
  });

  const unique = (what: string): string => `${what} ${(texts += 1)}`;
  const someText = (what: string): string => (chance.hits(IS_EQUAL) ? chance.pick(EQUAL) : unique(what));

  type Thread = readonly [chain: number, root: string];
  const anyThread = (): Thread => chance.pick([...threads]);
  /** Where the last words are the oldest: what is said there is on its way at once. */
  const quietThread = (): Thread => {
    const spoken = new Map(said.map(({ chain }, index) => [chain, index]));
    const [quietest] = [...threads].toSorted(([one], [other]) => (spoken.get(one) ?? -1) - (spoken.get(other) ?? -1));
    return quietest ?? anyThread();
  };

  const say = (kind: Kind, text: string, where = anyThread): Said | null => {
    if (threads.size === 0) return null;
    const [chain, root] = where();
    const member = chance.pick(MEMBERS);
    const { ts } = slack.say(member, CHANNEL, `${PREFIXES[kind]}${text}`, { threadTs: root });
    const one = { ts, member, root, chain, isDoomed: text.includes(DOOMED), isDeleted: false };
    const message: Said = { ...one, versions: [{ kind, text, edition: '' }] };
    said.push(message);
    return message;
  };

  const edit = (message: Said | undefined): void => {
    if (message === undefined || message.isDeleted || message.versions.length > 1) return;
    const kind = chance.pick<Kind>(['reply', 'reply', 'reply', 'reply', 'note', 'kept']);
    const text = unique('Corrected');
    slack.edit(message.member, CHANNEL, message.ts, `${PREFIXES[kind]}${text}`);
    const edition = slack.workspace.channels.get(CHANNEL)?.messages.get(message.ts)?.edited?.ts ?? '';
    message.versions.push({ kind, text, edition });
  };

  const remove = (message: Said | undefined): void => {
    if (message === undefined || message.isDeleted) return;
    slack.remove(message.member, CHANNEL, message.ts);
    message.isDeleted = true;
  };

  /** Soon enough to meet the message on its way. */
  const soon = async (deed: () => void): Promise<void> => {
    await pause(chance.between(0.1, 0.8) * terms.stallMs);
    deed();
  };

  const customerWrites = (): void => {
    const text = chance.hits(0.03) ? unique(LONG) : someText('Question');
    const chain = chance.pick(chains);
    acquire.customerWrites(chain, chance.hits(0.01) ? unique(DOOMED) : text);
  };
  const replies = (): void => void say('reply', chance.hits(0.03) ? unique(LONG) : someText('Answer'));

  const overtaken = (): void => {
    const text = unique('Never mind');
    const delayMs = chance.between(0.2, 1.2) * terms.lateMs;
    slack.eventFault({ times: 1, action: { delayMs }, matches: (event) => event['text'] === text });
    const message = say('reply', text);
    void soon(() => (chance.hits(0.7) ? remove(message ?? undefined) : edit(message ?? undefined)));
  };

  const inAcquire = (): void => {
    const now = newestCase(world, chance.pick(chains));
    const agent = agentOf(world);
    if (now.status === 'closed') return;
    if (chance.hits(0.3)) {
      acquire.agentCloses(agent, now.id);
      return void soon(() => acquire.customerWrites(now.id, unique('I come back to this')));
    }
    acquire.agentWrites(agent, now.id, someText('From Acquire'), chance.hits(0.2) ? { type: 'note' } : {});
  };

  const times = (count: number, deed: () => void): void => {
    for (let index = 0; index < count; index += 1) deed();
  };

  const deeds: readonly (readonly [weight: number, deed: () => void])[] = [
    [30, customerWrites],
    [4, () => times(3, customerWrites)],
    [20, replies],
    [3, () => times(3, replies)],
    [4, () => void say('note', someText('For us'))],
    [3, () => void say('kept', someText('Between us'))],
    [1, () => void say('reply', unique(DOOMED))],
    [14, () => void soonAfter(say('reply', unique('Answer'), quietThread), edit)],
    [14, () => void soonAfter(say('reply', unique('Answer'), quietThread), remove)],
    [2, () => edit(said.at(-chance.whole(1, 40)))],
    [2, () => remove(said.at(-chance.whole(1, 40)))],
    [4, overtaken],
    [6, inAcquire],
  ];
  const soonAfter = (message: Said | null, deed: (message: Said) => void): Promise<void> =>
    message === null ? Promise.resolve() : soon(() => deed(message));

  return {
    said,
    threads,
    async arrive() {
      while (chains.length < terms.cases / 2) chains.push(open(world, chains.length).threadId);
      await slack.sees(() => threads.size === chains.length, 'the first threads', ARRIVAL_MS);
    },
    async write(until) {
      while (chains.length < terms.cases) chains.push(open(world, chains.length).threadId);
      while (Date.now() < until) {
        weighted(chance, deeds)();
        await pause((-Math.log(1 - chance.next()) * 1000) / terms.deedsPerSecond);
      }
    },
  };
};

const weighted = (chance: Chance, deeds: readonly (readonly [number, () => void])[]): (() => void) => {
  let left = chance.next() * deeds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, deed] of deeds) {
    left -= weight;
    if (left < 0) return deed;
  }
  return () => undefined;
};

const open = ({ acquire }: World, index: number): CaseRecord => {
  const contact = acquire.contact({ name: `Customer ${index}`, email: `customer${index}@example.com` });
  return acquire.openCase(contact.id, { text: 'Hello' });
};

const newestCase = ({ acquire }: World, chain: number): CaseRecord => {
  const newest = [...acquire.account.cases.values()].findLast(({ threadId }) => threadId === chain);
  if (newest === undefined) throw new Error(`there is no chain ${chain}`);
  return newest;
};

const agentOf = ({ acquire }: World): number => {
  const agent = [...acquire.account.users.values()].find(({ role }) => role === 'agent');
  if (agent === undefined) throw new Error('the account has no agent');
  return agent.id;
};
