import { caseTitle } from '../../core/card.ts';
import { startFor } from '../../core/carry.ts';
import { ToSlack } from '../../core/effect.ts';
import { type CaseId, type ChannelId, type MessageId, threadKey } from '../../core/ids.ts';
import { type Notice, say } from '../../core/notice.ts';
import { button, line } from '../../core/words.ts';
import { Failure } from '../../delivery/errors.ts';
import { carriedConsequence } from '../cases/case-events.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane, owe, slackLane } from '../lanes.ts';
import { writeRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { carryContext, linkOfChain, rootOf, type StoredLink, writeLink } from '../threads/links.ts';
import { whereItIs } from '../threads/whereabouts.ts';
import { answer, type Asked, noSuchCase, notOurChannel } from './actions.ts';

/** Tying cases to threads by hand: link, unlink, move. */

/** Ties an existing case to a new thread in a channel, or says where its thread is. */
export const linkCase = async (
  bridge: Bridge,
  asked: Asked,
  where: { readonly case: CaseId; readonly channel: ChannelId },
): Promise<Consequence> => {
  if (!bridge.channels().all.has(where.channel)) return answer(asked, notOurChannel(bridge));
  const { reading } = await bridge.reads.readSoon(where.case, { urgency: 'nudged', since: asked.at });
  if (reading === null) return answer(asked, noSuchCase(where.case));
  const known = await linkOfChain(bridge, reading.case.chain);
  if (known?.value.state === 'on') return answer(asked, await linkedAlready(bridge, known, where.channel));
  const waiting = known === null ? [] : await waitingFor(bridge, known.key);
  const context = { ...(await carryContext(bridge, reading, null)), home: where.channel };
  const newest = reading.messages.at(-1)?.id ?? null;
  // Everything said so far is history: it comes in one post, whatever the age of the case.
  const old = {
    ...context,
    baseline: { version: 1 as const, message: newest, case: reading.case.id, since: Number.MAX_SAFE_INTEGER },
  };
  const own = new Set(waiting.flatMap(({ messages }) => messages));
  const past = { ...reading, messages: reading.messages.filter(({ id }) => !own.has(id)) };
  const carried = startFor(past, known?.value ?? null, old);
  const started = await carriedConsequence(bridge, carried, {
    was: known,
    cause: asked.key,
    tell: asked.to,
    round: null,
  });
  const about = waiting.filter(({ messages }) => messages.length === 0);
  return {
    ...started,
    changes: about.map(({ id }) => ({ type: 'drop', id, reason: 'it was about a thread that was deleted' })),
  };
};

type Waiting = { readonly id: string; readonly messages: readonly MessageId[] };

/**
 * The last words of an ended thread belong into that thread, not into the new one: they are posted first. Where that
 * thread was deleted the case's own messages wait for the new one.
 */
const waitingFor = async (bridge: Bridge, link: string): Promise<readonly Waiting[]> => {
  const isGone = (await rootOf(bridge, link))?.gone === true;
  const owed = await bridge.store.list({ lane: slackLane(link), states: ['owed'], limit: isGone ? 1000 : 1 });
  if (owed.length > 0 && !isGone)
    throw new Failure({
      kind: 'transient',
      side: 'slack',
      attempted: 'linking a case whose last thread is still written to',
      effect: 'none',
    });
  return owed.flatMap(({ id, effect }) => {
    const post = ToSlack.safeParse(effect).data;
    return post?.do === 'post' ? [{ id, messages: post.messages }] : [];
  });
};

const linkedAlready = async (bridge: Bridge, link: StoredLink, channel: ChannelId): Promise<Notice> => {
  const where = await whereItIs(bridge, link.key, `Case ${link.value.case.id} is linked already`);
  if (link.value.channel === channel) return where;
  return {
    ...where,
    parts: [...where.parts, { part: 'buttons', buttons: [button('case_move', 'Move it here', link.key)] }],
  };
};

/** Forgets the link: nothing crosses it any more, what crossed stays known; the next message starts a new thread. */
export const unlinkCase = (asked: Asked, link: StoredLink): Consequence => ({
  records: writeLink({ ...link.value, state: 'ended' }, link),
  endedLanes: [slackLane(link.key), helpdeskLane(link.key)],
  deliveries: [
    inThread(
      link,
      `unlink:${asked.key}`,
      line({ member: asked.to.member }, ' unlinked this thread: nothing written here reaches the customer any more.'),
    ),
    owe({ id: `card:${link.key}:${asked.key}`, effect: { do: 'refresh_card', link: link.key } }),
    owe({
      id: `answer:${asked.key}`,
      effect: { do: 'answer', to: asked.to, notice: say(`Case ${link.value.case.id} is no longer linked.`) },
    }),
  ],
});

/** Starts the thread of a link anew in another channel; the old one belongs to no case any more. */
export const moveLink = async (bridge: Bridge, asked: Asked, link: StoredLink): Promise<Consequence> => {
  const { channel, team } = asked.to;
  if (!bridge.channels().all.has(channel)) return answer(asked, notOurChannel(bridge));
  if (link.value.channel === channel) return answer(asked, say('This case has its thread here already.'));
  const moved = { ...link.value, channel, generation: link.value.generation + 1 };
  const old = await rootOf(bridge, link.key);
  const { url, id } = { url: bridge.helpdesk.caseUrl(link.value.case.id), id: link.value.case.id };
  const card: Notice = {
    summary: `Case ${id} was moved to another channel`,
    parts: [
      { part: 'title', text: caseTitle(link.value.case) },
      {
        part: 'text',
        text: [
          'Moved to another channel: nothing written here reaches the customer. ',
          { url, label: `Case ${id} in Acquire` },
        ],
      },
    ],
  };
  return {
    records: [
      ...writeLink(moved, link),
      ...(old === null ? [] : [writeRecord('thread', threadKey({ team, channel: old.channel, ts: old.ts }), null)]),
    ],
    deliveries: [
      ...(old === null
        ? []
        : [
            owe({
              id: `moved-card:${asked.key}`,
              effect: { do: 'replace_post', channel: old.channel, ts: old.ts, notice: card },
            }),
          ]),
      inThread(
        link,
        `moved:${asked.key}`,
        line(
          { member: asked.to.member },
          ' moved this case to another channel: nothing written here reaches the customer any more.',
        ),
      ),
      owe({
        id: `thread:${link.key}:${moved.generation}`,
        effect: { do: 'start_thread', link: link.key, channel, tell: asked.to },
      }),
    ],
  };
};
