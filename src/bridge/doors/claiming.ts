import type { Agent } from '../../core/case.ts';
import type { MemberId } from '../../core/ids.ts';
import { type Inline, say } from '../../core/notice.ts';
import { line } from '../../core/words.ts';
import { Failure } from '../../delivery/errors.ts';
import type { NewDelivery } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { acquireUserOf } from '../people.ts';
import { type Consequence, joined } from '../settlement.ts';
import { changeLink, type StoredLink } from '../threads/links.ts';
import { answer, type Asked, told } from './actions.ts';

/** Who has a case is casebridge's own record: to Acquire, everything that a key does is done by one user. */

export const claimCase = async (bridge: Bridge, asked: Asked, link: StoredLink): Promise<Consequence> => {
  const { member } = asked.to;
  const before = link.value.claimedBy;
  if (before === member) return answer(asked, say('You have this case already.'));
  const from: readonly Inline[] = before === null ? ['.'] : [' from ', { member: before }, '.'];
  return joined(
    await ownedBy(bridge, asked, { link, owner: member }),
    told(asked, link, {
      name: 'claim',
      there: line({ member }, ' took this case', ...from),
      here: say(`You have case ${link.value.case.id} now.`),
    }),
  );
};

export const releaseCase = (asked: Asked, link: StoredLink): Consequence => {
  const { member } = asked.to;
  const before = link.value.claimedBy;
  if (before === null) return answer(asked, say('Nobody has this case. Nothing was done.'));
  const whose: readonly Inline[] = before === member ? ['.'] : [', which ', { member: before }, ' had.'];
  return joined(
    changeLink({ ...link.value, claimedBy: null }, link, asked.key),
    told(asked, link, {
      name: 'release',
      there: line({ member }, ' released this case', ...whose),
      here: say(`Nobody has case ${link.value.case.id} now.`),
    }),
  );
};

type Handing = { readonly link: StoredLink; readonly to: MemberId };

export const assignCase = async (bridge: Bridge, asked: Asked, { link, to }: Handing): Promise<Consequence> => {
  if (to === asked.to.member) return claimCase(bridge, asked, link);
  const { id } = link.value.case;
  if (link.value.claimedBy === to) return answer(asked, say({ member: to }, ` has case ${id} already.`));
  const standing = await standingOf(bridge, to, { at: bridge.now(), channel: link.value.channel });
  if (standing.is === 'unchecked')
    return answer(
      asked,
      say(
        'casebridge could not check that ',
        { member: to },
        ' is an agent, so nothing was done. Try again in a minute.',
      ),
    );
  if (standing.is === 'stranger')
    return answer(
      asked,
      say(
        { member: to },
        ' is not an agent, so the case was not handed over. Choose a full member of this workspace who is in a casebridge channel (and in the agents’ group, if one is set).',
      ),
    );
  return joined(
    await ownedBy(bridge, asked, { link, owner: to }),
    told(asked, link, {
      name: 'assign',
      there: say({ member: asked.to.member }, ' handed this case over to ', { member: to }, '.'),
      here: say({ member: to }, ` has case ${id} now.`),
    }),
  );
};

type Owning = { readonly link: StoredLink; readonly owner: MemberId };

const ownedBy = async (bridge: Bridge, asked: Asked, { link, owner }: Owning): Promise<Consequence> =>
  joined(changeLink({ ...link.value, claimedBy: owner }, link, asked.key), {
    deliveries: await offerTo(bridge, asked, { link, owner }),
  });

/** The user of Acquire that the new owner is finds the case offered there as well. */
const offerTo = async (bridge: Bridge, asked: Asked, { link, owner }: Owning): Promise<readonly NewDelivery[]> => {
  const agent = await agentIfKnown(bridge, owner);
  if (agent === null || link.value.case.agents.includes(agent.name)) return [];
  const { to, key } = asked;
  return [
    owe({
      id: `offer:${key}`,
      effect: {
        do: 'invite_agents',
        link: link.key,
        agents: [agent.id],
        departments: [],
        why: 'owner',
        member: to.member,
        tell: to,
      },
    }),
  ];
};

/** A claim is our own record: it needs no word from either side. */
const agentIfKnown = async (bridge: Bridge, member: MemberId): Promise<Agent | null> => {
  try {
    return await acquireUserOf(bridge, member);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};
