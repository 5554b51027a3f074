import type { EventOf } from '../../core/event.ts';
import { SlackTs } from '../../core/ids.ts';
import { say } from '../../core/notice.ts';
import type { VisitorCaseId } from '../../core/visitor-case.ts';
import { type CasePlace, NONE } from '../../core/visitor-doors.ts';
import { changesBetween, isNews, keptOf, type VisitorLink } from '../../core/visitor-link.ts';
import { backTold, changesTold, goneTold, noSuchVisitorCase } from '../../core/visitor-words.ts';
import { line } from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe, slackLane } from '../lanes.ts';
import { writeRecord } from '../records.ts';
import { type Consequence, handled, ignored } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { refreshCard } from '../threads/links.ts';
import { NOWHERE } from '../threads/threads.ts';
import { whereItIs } from '../threads/whereabouts.ts';
import { findVisitorCase } from '../visitors/visitor-asking.ts';
import {
  pollKeyOf,
  type StoredVisitorLink,
  visitorLinkByKey,
  visitorLinkOf,
  writeVisitorLink,
} from '../visitors/visitor-links.ts';
import { firstDue } from '../visitors/visitor-pace.ts';
import { answer, type Asked, notOurChannel } from './actions.ts';

/** Threads that watch a visitor's case: how they begin and end, and what is told in them. */

/** Starts a thread in this channel that tells what becomes of a case, or says where that thread is. */
export const linkVisitorCase = async (bridge: Bridge, asked: Asked, place: CasePlace): Promise<Consequence> => {
  const { visitors } = bridge;
  const { channel, member, team } = asked.to;
  if (visitors === null) return {};
  if (!bridge.channels().all.has(channel)) return answer(asked, notOurChannel(bridge));
  const looked = await findVisitorCase(bridge, visitors, place);
  if ('notice' in looked) return answer(asked, looked.notice);
  if (looked.found === null) return answer(asked, noSuchVisitorCase(visitors, place.visitor));
  const known = await visitorLinkOf(bridge, looked.found.id);
  if (known?.value.state === 'on')
    return answer(asked, await whereItIs(bridge, known.key, `Case ${looked.found.number} is watched already`));
  const now = bridge.now();
  const link: VisitorLink = {
    version: 1,
    team,
    account: visitors.account,
    visitor: place.visitor,
    state: 'on',
    generation: (known?.value.generation ?? 0) + 1,
    channel,
    case: keptOf(looked.found),
    gone: false,
    revision: (known?.value.revision ?? 0) + 1,
    changedAt: now,
    by: member,
  };
  return begun(bridge, asked, { link, known, now });
};

type Begun = { readonly link: VisitorLink; readonly known: StoredVisitorLink | null; readonly now: number };

const begun = (bridge: Bridge, asked: Asked, { link, known, now }: Begun): Consequence => {
  const written = writeVisitorLink(link, known);
  const key = written[0]?.key ?? '';
  const poll = pollKeyOf(bridge, link.visitor);
  return {
    records: [
      ...written,
      ...(poll === null ? [] : [writeRecord('visitor_poll', poll, { version: 1, due: firstDue(now) })]),
    ],
    deliveries: [
      owe({
        id: `thread:${key}:${link.generation}`,
        effect: { do: 'start_thread', link: key, channel: link.channel, tell: asked.to },
        position: '',
        // A store that was lost may have begun one, which is taken up again.
        ...(known === null ? { suspect: { ...NOWHERE, above: bornAt(link.case) } } : {}),
      }),
    ],
  };
};

/** Clocks may differ by so much. */
const CLOCKS_MS = 10 * 60_000;

/** No thread of a case is older than the case. */
const bornAt = ({ createdAt }: VisitorLink['case']): SlackTs | null => {
  const ms = (createdAt ?? 0) - CLOCKS_MS;
  return ms <= 0 ? null : (SlackTs.safeParse(`${Math.floor(ms / 1000)}.000000`).data ?? null);
};

/** Nothing more is read or told of it. */
export const unlinkVisitorCase = async (bridge: Bridge, asked: Asked, id: VisitorCaseId): Promise<Consequence> => {
  const link = await visitorLinkOf(bridge, id);
  if (link === null || link.value.state === 'ended')
    return answer(asked, say(`The case ${id} is not watched in any thread. Nothing was done.`));
  const { number } = link.value.case;
  return {
    records: writeVisitorLink({ ...link.value, state: 'ended', revision: link.value.revision + 1 }, link),
    endedLanes: [slackLane(link.key)],
    deliveries: [
      inThread(link, `unlink:${asked.key}`, line({ member: asked.to.member }, ' stopped watching this case.')),
      refreshCard(link.key, asked.key),
      ...(answer(asked, say(`Case ${number} is no longer watched.`)).deliveries ?? []),
    ],
  };
};

/** What was seen of a case, against what its thread was told: a reading that says nothing new is let go. */
export const onVisitorCaseChanged = async (
  bridge: Bridge,
  event: EventOf<'visitor_case_changed'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const link = await visitorLinkByKey(bridge, event.link);
  if (link === null || link.value.state === 'ended') return ignored('this case is not watched any more');
  if (!isNews(link.value, event.case)) return ignored('nothing on this case is new');
  const { value } = link;
  const next: VisitorLink = {
    ...value,
    case: event.case === null ? value.case : keptOf(event.case),
    gone: event.case === null,
    revision: value.revision + 1,
    changedAt: bridge.now(),
  };
  const system = (bridge.visitors ?? NONE).system;
  const changes = changesBetween(value.case, next.case);
  const told = [
    ...(next.gone ? [goneTold(system)] : []),
    ...(value.gone && !next.gone ? [backTold(system)] : []),
    ...(changes.length === 0 ? [] : [changesTold(system, changes)]),
  ];
  return handled({
    records: writeVisitorLink(next, link),
    deliveries: [
      ...told.map((notice, index) => inThread(link, `visitor:${index}:${claimed.key}`, notice)),
      refreshCard(link.key, claimed.key),
    ],
  });
};
