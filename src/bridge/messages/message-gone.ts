import type { EventOf } from '../../core/event.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { handled, ignored } from '../settlement.ts';
import { memberMessageKey } from '../telling.ts';
import { rootOf } from '../threads/links.ts';

/** Deletions that do not say whose message is gone. */

/** The message itself may still wait in the inbox: it is looked for again after these times. */
const AGAIN_MS = [1_000, 5_000, 30_000];

type Gone = EventOf<'message_gone'>;

export const onMessageGone = async (bridge: Bridge, event: Gone, claimed: ClaimedEvent): Promise<Settlement> => {
  const known = await readRecord(bridge.records, 'member_message', memberMessageKey(event));
  if (known === null) return lookAgain(event, claimed);
  const root = await rootOf(bridge, known.value.link);
  if (root === null || root.channel !== event.channel) return ignored('its thread is no longer here');
  const { team, channel, ts, at } = event;
  const deleted: EventOf<'member_deleted'> = {
    type: 'member_deleted',
    team,
    channel,
    member: known.value.author,
    ts,
    thread: root.ts,
    at,
  };
  return handled({ events: [{ key: `${claimed.key}:deleted`, lane: claimed.lane, payload: deleted }] });
};

const lookAgain = (event: Gone, claimed: ClaimedEvent): Settlement => {
  const [key = '', turn = '0'] = claimed.key.split('|');
  const afterMs = AGAIN_MS[Number(turn)];
  if (afterMs === undefined) return ignored('not a message of a case');
  const due = claimed.receivedAt + afterMs;
  return handled({ events: [{ key: `${key}|${Number(turn) + 1}`, lane: claimed.lane, payload: { ...event }, due }] });
};
