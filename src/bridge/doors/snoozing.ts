import type { EventOf } from '../../core/event.ts';
import type { MemberId } from '../../core/ids.ts';
import { type Inline, say } from '../../core/notice.ts';
import { type Clock, readTime, timeProblem } from '../../core/times.ts';
import { line } from '../../core/words.ts';
import { isZone } from '../../core/zones.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { ownersOf } from '../cases/calling.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { changeLink, linkByKey, type StoredLink } from '../threads/links.ts';
import { answer, type Asked, told } from './actions.ts';

/** Letting a case rest. Our timer decides, Acquire's follow-up stands beside it. */

/** The clock on the wall of a member. */
export const clockOf = async (bridge: Bridge, member: MemberId): Promise<Clock> => {
  const zone = (await bridge.chat.member(member))?.timeZone ?? '';
  return { zone: zone !== '' && isZone(zone) ? zone : 'UTC', now: bridge.now() };
};

type Rest = {
  readonly link: StoredLink;
  /** As it was typed or chosen; `off` ends it. */
  readonly words: string;
};

export const snoozeCase = async (bridge: Bridge, asked: Asked, { link, words }: Rest): Promise<Consequence> => {
  if (words.toLowerCase() === 'off') return wakeCase(asked, link);
  const read = readTime(words, await clockOf(bridge, asked.to.member));
  if ('problem' in read) return answer(asked, say(`Not snoozed: ${timeProblem(words, read.problem)}`));
  const { at } = read;
  const { member } = asked.to;
  return joined(
    changeLink({ ...link.value, snoozedUntil: at }, link, asked.key),
    {
      events: [
        {
          key: `snooze:${link.key}:${at}:${asked.key}`,
          lane: link.key,
          payload: { type: 'snooze_ended', link: link.key, until: at, by: member },
          due: at,
        },
      ],
      deliveries: [
        owe({ id: `follow-up:${asked.key}`, effect: { do: 'write_follow_up', link: link.key, at, member } }),
      ],
    },
    told(asked, link, {
      name: 'snooze',
      there: line({ member }, ' snoozed this case until ', { at }, '.'),
      here: say(`Case ${link.value.case.id} is snoozed until `, { at }, ', or until the customer writes.'),
    }),
  );
};

/** Ends it before its time. Acquire lets nobody take its follow-up back. */
export const wakeCase = (asked: Asked, link: StoredLink): Consequence => {
  if (link.value.snoozedUntil === null) return answer(asked, say('This case is not snoozed. Nothing was done.'));
  return joined(
    changeLink({ ...link.value, snoozedUntil: null }, link, asked.key),
    told(asked, link, {
      name: 'wake',
      there: line({ member: asked.to.member }, ' ended the snooze.'),
      here: say(`Case ${link.value.case.id} is not snoozed any more.`),
    }),
  );
};

/** The time has come: its owner is called, else whoever set it. */
export const onSnoozeEnded = async (
  bridge: Bridge,
  event: EventOf<'snooze_ended'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const link = await linkByKey(bridge, event.link);
  if (link === null || link.value.state === 'ended' || link.value.snoozedUntil !== event.until)
    return ignored('this snooze was ended before');
  const owners = ownersOf(bridge, link.value);
  const setter: readonly Inline[] = event.by === undefined ? [] : [{ member: event.by }, ' '];
  const called = owners.length > 0 ? owners : setter;
  const words = called.length === 0 ? line('The snooze is over.') : say(...called, 'the snooze is over.');
  return handled(changeLink({ ...link.value, snoozedUntil: null }, link, claimed.key), {
    deliveries: [inThread(link, `awake:${claimed.key}`, words)],
  });
};
