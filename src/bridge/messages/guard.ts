import type { EffectOf } from '../../core/effect.ts';
import { type Crossing, crossingOf, type Said } from '../../core/guard.ts';
import { type CaseId, compareIds } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { CaseMessage } from '../../core/message.ts';
import { settingsOf } from '../../core/settings.ts';
import type { DeliveryView, Instant } from '../../delivery/ports.ts';
import { postId } from '../cases/case-events.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane } from '../lanes.ts';
import { readRecord } from '../records.ts';
import { caseMessageKey, memberMessageKey } from '../telling.ts';
import type { StoredLink } from '../threads/links.ts';
import { typedParts } from './message-parts.ts';
import { messagesAmong } from './questions.ts';

/** Looks, just before a reply goes out, for what its author could not have read when they wrote it. */

const SECOND = 1000;
/** What was said last; everything before has been read long since. */
const ROWS = 20;
const REPLIES = 20;

type Reply = {
  /** Its delivery. */
  readonly id: string;
  readonly effect: EffectOf<'add_message'>;
  readonly written: Instant;
  readonly link: StoredLink;
  readonly case: CaseId;
};

export const crossing = async (bridge: Bridge, reply: Reply): Promise<Crossing | null> => {
  const { guard } = settingsOf(bridge.channels(), reply.link.value);
  // What was begun is finished: half a message would be worse.
  if (guard === 'off' || (await isFollowUp(bridge, reply))) return null;
  const said = [...(await saidInSlack(bridge, reply)), ...(await saidInCase(bridge, reply))];
  return crossingOf(guard, reply.written, said);
};

const isFollowUp = async (bridge: Bridge, { id, effect: { source } }: Reply): Promise<boolean> => {
  if (source === null) return typedParts(id)[0] !== id;
  const key = memberMessageKey({ ...source, team: bridge.chat.team });
  const message = await readRecord(bridge.records, 'member_message', key);
  return message !== null && message.value.deliveries[0] !== id;
};

/** Answers of other members. One that was written later is held in its own turn. */
const saidInSlack = async (bridge: Bridge, { effect: { member }, written, link }: Reply): Promise<readonly Said[]> => {
  const lane = helpdeskLane(link.key);
  const sent = messagesAmong(await bridge.store.list({ lane, states: ['delivered'], limit: REPLIES }));
  return sent
    .filter(({ effect }) => effect.kind === 'reply' && effect.member !== member)
    .map(({ view, effect }): Said & { shownAt: number } => ({ by: 'agent', shownAt: shownAt(view, effect) }))
    .filter((one) => one.shownAt <= written);
};

/** What was written in a form is shown once it has arrived. */
const shownAt = (view: DeliveryView, { source }: EffectOf<'add_message'>): number =>
  source === null ? (view.settledAt ?? view.createdAt) : Number(source.ts) * SECOND;

/** Words of the customer and of agents in the helpdesk: read now, for the news of them may not have come yet. */
const saidInCase = async (bridge: Bridge, { link, case: id }: Reply): Promise<readonly Said[]> => {
  const reading = await bridge.helpdesk.readCase(id);
  const rows = (reading?.messages ?? []).filter(
    ({ type, marker, sender }) => type === 'message' && marker === null && sender.side in SPEAKERS,
  );
  const said = await Promise.all(rows.slice(-ROWS).map((row) => saidBy(bridge, link.value, row)));
  return said.filter((one) => one !== null);
};

const SPEAKERS = { contact: 'customer', agent: 'agent' } as const;

const saidBy = async (bridge: Bridge, link: Link, row: CaseMessage): Promise<Said | null> => {
  const by = row.sender.side === 'contact' ? 'customer' : 'agent';
  const stored = await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row));
  if (stored !== null) {
    // What we wrote ourselves has no place in Slack.
    const { ts } = stored.value;
    return ts === null ? null : { by, shownAt: Number(ts) * SECOND };
  }
  if (link.floor !== null && compareIds(row.id, link.floor) <= 0) return null;
  if (link.cursor === null || compareIds(row.id, link.cursor) > 0) return { by, shownAt: null };
  const post = await bridge.store.view(postId(link, { key: row.id }));
  return post?.state === 'owed' ? { by, shownAt: null } : null;
};
