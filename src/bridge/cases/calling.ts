import { contactName } from '../../core/card.ts';
import { linkKey, type MemberId } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { Inline } from '../../core/notice.ts';
import type { Mentions } from '../../core/route.ts';
import { routeOf } from '../../core/settings.ts';
import { mentionsIn, startedTold } from '../../core/waiting-words.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { readRecord, replaceRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';

/** Who is called to a thread: when it starts, and when nobody answers in it. */

/** Calls those whom the rule of a new thread names. What is stored makes a second telling call the same member. */
export const callPeople = async (
  bridge: Bridge,
  link: Link,
): Promise<{ readonly link: Link; readonly consequence: Consequence }> => {
  const route = routeOf(bridge.channels(), link);
  const mentions = route?.mentions ?? null;
  if (route === null || mentions === null) return { link, consequence: {} };
  const turn = mentions.turns ? await nextTurn(bridge, route.name, mentions) : null;
  const who = turn === null ? mentions.who : [{ member: turn.member }];
  const key = linkKey(link);
  return {
    link: { ...link, turn: turn?.member ?? null },
    consequence: {
      deliveries: [
        owe({
          id: `call:${key}:${link.generation}`,
          effect: {
            do: 'post',
            link: key,
            as: null,
            notice: startedTold(who, { name: contactName(link.case.contact), isTurn: turn !== null }),
            messages: [],
            broadcast: false,
            // Where the thread was there already, an earlier life of the store has called.
            history: true,
          },
          channel: link.channel,
        }),
      ],
      records: turn?.records ?? [],
    },
  };
};

type Turn = { readonly member: MemberId } & Required<Pick<Consequence, 'records'>>;

/** The one after who was called last; who has left the workspace is passed over. */
const nextTurn = async (bridge: Bridge, route: string, { who }: Mentions): Promise<Turn | null> => {
  const key = `${bridge.chat.team}:${bridge.helpdesk.account}:${route}`;
  const was = await readRecord(bridge.records, 'turn', key);
  const members = who.flatMap((called) => ('member' in called ? [called.member] : []));
  const last = members.findIndex((member) => member === was?.value.member);
  const inOrder = members.map((_, at) => members[(last + 1 + at) % members.length]);
  for (const member of inOrder) {
    // oxlint-disable-next-line no-await-in-loop -- the first who is there, in their order
    if (member === undefined || !(await isThere(bridge, member))) continue;
    return { member, records: [replaceRecord('turn', key, { was, value: { version: 1, member } })] };
  }
  return null;
};

const isThere = async (bridge: Bridge, member: MemberId): Promise<boolean> => {
  try {
    return (await bridge.chat.member(member))?.full === true;
  } catch (error) {
    // A customer's message is not kept back because nobody can say whether a colleague is still there.
    if (error instanceof Failure) return true;
    throw error;
  }
};

/** Whom to remind of a thread: who took it, whose turn it was, else whom its rule names. */
export const ownersOf = (bridge: Bridge, link: Link): readonly Inline[] => {
  const owner = link.claimedBy ?? link.turn;
  if (owner !== null) return mentionsIn([{ member: owner }]);
  const mentions = routeOf(bridge.channels(), link)?.mentions ?? null;
  return mentions === null || mentions.turns ? [] : mentionsIn(mentions.who);
};
