import type { Agent, Department } from '../../core/case.ts';
import { mentionedIn, namedIn, type Named } from '../../core/command-words.ts';
import type { EffectOf } from '../../core/effect.ts';
import type { AgentId, MemberId } from '../../core/ids.ts';
import type { Inline, Notice } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { acquireUserOf, knownAgents } from '../people.ts';
import type { Consequence } from '../settlement.ts';
import type { StoredLink } from '../threads/links.ts';
import { answer, type Asked } from './actions.ts';

/** Asking colleagues into a case in Acquire. */

export type Invited = {
  readonly members: readonly MemberId[];
  readonly agents: readonly AgentId[];
  /** By their numbers. */
  readonly departments: readonly string[];
  /** Words that name nobody. */
  readonly unknown: readonly string[];
};

type Invitation = { readonly link: StoredLink; readonly who: Invited };

export const inviteToCase = async (bridge: Bridge, asked: Asked, { link, who }: Invitation): Promise<Consequence> => {
  const users = await Promise.all(who.members.map(async (id) => ({ id, user: await acquireUserOf(bridge, id) })));
  const strangers = users.filter(({ user }) => user === null).map(({ id }) => id);
  const agents = [...new Set([...users.flatMap(({ user }) => (user === null ? [] : [user.id])), ...who.agents])];
  const left = leftOut(strangers, who.unknown);
  if (agents.length + who.departments.length === 0)
    return answer(
      asked,
      say(
        'Nobody was invited. ',
        ...(left.length > 0 ? left : ['Say whom: @member, or the name of an agent or a department in Acquire.']),
      ),
    );
  const { to, key } = asked;
  const departments = [...who.departments];
  return {
    deliveries: [
      owe({
        id: `invite:${key}`,
        effect: { do: 'invite_agents', link: link.key, agents, departments, why: 'asked', member: to.member, tell: to },
      }),
      ...(left.length === 0
        ? []
        : [owe({ id: `left-out:${key}`, effect: { do: 'answer', to, notice: say(...left) } })]),
    ],
  };
};

/** Who was not invited, and what would help. */
const leftOut = (strangers: readonly MemberId[], unknown: readonly string[]): readonly Inline[] => [
  ...strangers.flatMap((member): Inline[] => [{ member }, ' ']),
  ...(strangers.length === 0
    ? []
    : [
        `${strangers.length === 1 ? 'was' : 'were'} not invited: no agent in Acquire has the same e-mail address. Name the agent in Acquire instead, or let whoever runs casebridge set it (people in the routes file). `,
      ]),
  ...unknown.map((words) => `“${words}” names no one agent or department in Acquire, so was not invited. `),
];

/** What was typed behind the command: mentions, and names of agents and departments. */
export const invitedByWords = async (bridge: Bridge, words: string): Promise<Invited> => {
  const { members, rest } = mentionedIn(words);
  if (rest === '') return { members, agents: [], departments: [], unknown: [] };
  const [agents, departments] = await Promise.all([knownAgents(bridge), bridge.helpdesk.departments()]);
  const { found, unknown } = namedIn(rest, [
    ...agents.filter(({ bot }) => !bot).map(asNamed),
    ...departments.map(asNamed),
  ]);
  return {
    members,
    agents: agents.filter((agent) => found.includes(agent)).map(({ id }) => id),
    departments: departments.filter((department) => found.includes(department)).map(({ id }) => id),
    unknown,
  };
};

const asNamed = (one: Agent | Department): Named<Agent | Department> => ({
  is: one,
  names: 'email' in one && one.email !== null ? [one.name, one.email] : [one.name],
});

/** What Acquire says of each. */
export type InviteResult = {
  readonly sent: readonly string[];
  readonly missed: readonly string[];
  readonly unknown: readonly string[];
};

export const invitedTold = async (
  bridge: Bridge,
  { departments }: EffectOf<'invite_agents'>,
  { sent, missed, unknown }: InviteResult,
): Promise<Notice> => {
  const [agents, all] = await Promise.all([
    knownAgents(bridge),
    departments.length === 0 ? [] : bridge.helpdesk.departments(),
  ]);
  const names = (ids: readonly string[], from: readonly { readonly id: string; readonly name: string }[]): string =>
    ids.map((id) => from.find((one) => one.id === id)?.name ?? `number ${id}`).join(', ');
  return say(
    [
      ...(departments.length > 0 ? [`Asked into the case: ${names(departments, all)}.`] : []),
      ...(sent.length > 0 ? [`Invited: ${names(sent, agents)}.`] : []),
      ...(missed.length > 0 ? [`Not reached, because they are offline in Acquire: ${names(missed, agents)}.`] : []),
      ...(unknown.length > 0 ? [`Acquire says nothing of: ${names(unknown, agents)}. Look there.`] : []),
    ].join(' '),
  );
};
