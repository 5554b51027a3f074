import { z } from 'zod';
import { startFor } from '../../core/carry.ts';
import { Effect, type EffectOf } from '../../core/effect.ts';
import type { AnswerTo, EventOf } from '../../core/event.ts';
import { CaseId } from '../../core/ids.ts';
import type { Inline, Notice } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import { plainRichText } from '../../core/rich-text.ts';
import { line, reasonInWords } from '../../core/words.ts';
import type { ClaimedEvent, DeliveryState, Settlement } from '../../delivery/ports.ts';
import { carriedConsequence } from '../cases/case-events.ts';
import type { Bridge } from '../context.ts';
import { withHub } from '../doors/hub.ts';
import { invitedTold } from '../doors/inviting.ts';
import { onFileAttached, onFileOut } from '../files/file-outcomes.ts';
import { owe, threadGate } from '../lanes.ts';
import { onChangeNews } from '../messages/change-outcomes.ts';
import { onMessageNews } from '../messages/message-outcomes.ts';
import { partsOfTyped } from '../messages/message-parts.ts';
import { type Consequence, handled, ignored } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { carryContext, changeLink, linkByKey, linkOfChain, type StoredLink } from '../threads/links.ts';
import { whereItIs } from '../threads/whereabouts.ts';

/** What follows from what became of our own deliveries: receipts, questions, words, and the next step. */

type Told = EventOf<'delivery'>;
type News<D extends Effect['do']> = Omit<Told, 'effect'> & { readonly effect: EffectOf<D> };
type StateNews = News<'close_case' | 'reopen_case'>;

export const onDelivery = async (bridge: Bridge, event: Told, claimed: ClaimedEvent): Promise<Settlement> => {
  const parsed = Effect.safeParse(event.effect);
  if (!parsed.success) return ignored('the content of this delivery is no longer kept');
  const effect = parsed.data;
  const settlement = await follow(bridge, { event, effect }, claimed);
  // It was asked from there, and only now something came of it.
  return 'link' in effect && 'tell' in effect && effect.tell !== null
    ? withHub(settlement, { to: effect.tell, link: effect.link, cause: claimed.key })
    : settlement;
};

type Followed = { readonly event: Told; readonly effect: Effect };

const follow = async (bridge: Bridge, { event, effect }: Followed, claimed: ClaimedEvent): Promise<Settlement> => {
  switch (effect.do) {
    case 'add_message':
      return onMessageNews(bridge, { ...event, effect }, claimed);
    case 'update_message':
    case 'delete_message':
      return onChangeNews(bridge, { ...event, effect }, claimed);
    case 'fetch_file':
      return onFileOut(bridge, { ...event, effect }, claimed);
    case 'share_file':
      return onFileOut(bridge, { ...event, effect }, claimed);
    case 'attach_file':
      return onFileAttached(bridge, { ...event, effect }, claimed);
    case 'create_case':
      return onCreated(bridge, { ...event, effect }, claimed);
    case 'close_case':
    case 'reopen_case':
      return onStateChange(bridge, { ...event, effect }, claimed);
    case 'invite_agents':
      return onInvited(bridge, { ...event, effect }, claimed);
    case 'start_thread':
      return onThreadStarted(bridge, { ...event, effect }, claimed);
    default:
      return event.state === 'dead' ? onLost(bridge, event, effect) : ignored('nothing follows from this');
  }
};

const answer = (to: AnswerTo, id: string, notice: Notice) =>
  owe({ id: `answer:${id}`, effect: { do: 'answer', to, notice } });

/** Whoever asked for something that did not happen is told so, with the reason. */
const notDone = (to: AnswerTo, event: Pick<Told, 'id' | 'state' | 'reason'>, what: string): Consequence => ({
  deliveries: [
    answer(
      to,
      `${event.id}:${event.state}`,
      event.state === 'unknown'
        ? say(`It cannot be determined whether ${what} worked. Look in Acquire before you try again.`)
        : say(
            `Not done: ${what} failed (${reasonInWords(event.reason)}). Nothing was changed. Try again, or do it in Acquire.`,
          ),
    ),
  ],
});

const isOver = (state: DeliveryState): boolean => state === 'dead' || state === 'unknown' || state === 'held';

const CreatedReceipt = z.object({ case: CaseId });

const onCreated = async (bridge: Bridge, event: News<'create_case'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const { effect } = event;
  if (isOver(event.state)) return handled(notDone(effect.tell, event, 'the opening of the case'));
  if (event.state !== 'delivered') return ignored('not decided yet');
  const { case: id } = CreatedReceipt.parse(event.receipt);
  const { reading } = await bridge.reads.readSoon(id, { urgency: 'nudged', since: claimed.receivedAt });
  if (reading === null)
    return handled(
      notDone(effect.tell, { ...event, state: 'dead', reason: 'the new case cannot be read' }, 'the thread'),
    );
  const link = await linkOfChain(bridge, reading.case.chain);
  if (link?.value.state === 'on') return handled(...(await goOnIn(bridge, event, link)));
  const context = await carryContext(bridge, reading, null);
  const carried = startFor(reading, link?.value ?? null, { ...context, home: effect.channel });
  const opened = { ...carried, link: { ...carried.link, claimedBy: effect.member } };
  const consequence = await carriedConsequence(bridge, opened, {
    was: link,
    cause: claimed.key,
    tell: effect.tell,
    round: null,
  });
  return handled(consequence, await wordsOf(bridge, event, { key: startKey(consequence), value: opened.link }));
};

const startKey = (consequence: Consequence): string => {
  const start = consequence.deliveries
    ?.map((delivery) => Effect.parse(delivery.effect))
    .find((effect) => effect.do === 'start_thread');
  return start?.do === 'start_thread' ? start.link : '';
};

/** The chain had a thread already: the case goes on there. */
const goOnIn = async (
  bridge: Bridge,
  event: News<'create_case'>,
  link: StoredLink,
): Promise<readonly Consequence[]> => [
  await wordsOf(bridge, event, link),
  {
    deliveries: [
      answer(
        event.effect.tell,
        event.id,
        await whereItIs(bridge, link.key, 'This contact’s case goes on in its thread'),
      ),
    ],
  },
];

/** The note and the first message that were given with the order to open. */
const wordsOf = async (
  bridge: Bridge,
  event: News<'create_case'>,
  link: Pick<StoredLink, 'key' | 'value'>,
): Promise<Consequence> => {
  const { effect } = event;
  const { parts: note } =
    effect.note === null
      ? { parts: [] }
      : await partsOfTyped(bridge, {
          key: event.id,
          link,
          kind: 'note',
          member: effect.member,
          body: plainRichText(effect.note),
          insisted: true,
        });
  const first =
    effect.firstMessage === null
      ? []
      : [
          inThread(link, `shown:${event.id}`, {
            summary: 'The first message was sent to the customer',
            parts: [
              { part: 'small', text: [{ member: effect.member }, ' opened the case with:'] },
              { part: 'quote', text: [effect.firstMessage] },
            ],
          }),
        ];
  return { deliveries: [...note, ...first] };
};

const ClosedReceipt = z.object({ closed: z.boolean() });
const AlreadyReceipt = z.object({ already: z.literal(true) });

const onStateChange = async (bridge: Bridge, event: StateNews, claimed: ClaimedEvent): Promise<Settlement> => {
  const { effect } = event;
  const closes = effect.do === 'close_case';
  const what = closes ? 'closing the case' : 'reopening the case';
  if (isOver(event.state)) return handled(notDone(effect.tell, event, what));
  if (event.state !== 'delivered') return ignored('not decided yet');
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return ignored('the link of this case is gone');
  if (closes && !ClosedReceipt.parse(event.receipt).closed) {
    return handled({
      deliveries: [
        answer(
          effect.tell,
          event.id,
          say('Acquire did not close the case: other agents are still in it. Only our side left. Close it in Acquire.'),
        ),
      ],
    });
  }
  const already = AlreadyReceipt.safeParse(event.receipt).success;
  if (already && closes) {
    return handled({ deliveries: [answer(effect.tell, event.id, say('This case was closed already.'))] });
  }
  const member = (await bridge.chat.member(effect.member))?.name ?? 'a member';
  const done = closes ? `closed by ${member}` : `reopened by ${member}`;
  const { reading } = await bridge.reads.readSoon(caseAfter(event, link), {
    urgency: 'nudged',
    since: claimed.receivedAt,
  });
  const read = reading?.case ?? link.value.case;
  const next = {
    ...link.value,
    case: closes ? { ...read, state: 'closed' as const } : read,
    caseIds: [...new Set([...link.value.caseIds, read.id])],
    doneBy: done,
    attended: closes ? link.value.attended : false,
    snoozedUntil: null,
  };
  const words: Inline[] = [{ member: effect.member }, closes ? ' closed the case.' : ' reopened the case.'];
  const change = changeLink(already ? { ...next, doneBy: link.value.doneBy } : next, link, claimed.key);
  const told = already ? 'This case was reopened already.' : 'The case is open again.';
  return handled(change, {
    deliveries: [
      ...(already ? [] : [inThread(link, `done:${event.id}`, line(...words))]),
      answer(effect.tell, event.id, say(closes ? 'The case is closed.' : told)),
    ],
  });
};

const ReopenedReceipt = z.object({ case: CaseId });

const caseAfter = (event: StateNews, link: StoredLink): CaseId => {
  const reopened = ReopenedReceipt.safeParse(event.receipt);
  return reopened.success ? reopened.data.case : link.value.case.id;
};

const InvitedReceipt = z.object({
  sent: z.array(z.string()),
  missed: z.array(z.string()),
  unknown: z.array(z.string()).default([]),
});

const onInvited = async (bridge: Bridge, event: News<'invite_agents'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const { effect } = event;
  if (effect.why === 'owner') return ignored('nobody waits for this');
  if (isOver(event.state)) return handled(notDone(effect.tell, event, 'the invitation'));
  if (event.state !== 'delivered') return ignored('not decided yet');
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return ignored('the link of this case is gone');
  const told = await invitedTold(bridge, effect, InvitedReceipt.parse(event.receipt));
  return handled({
    deliveries: [
      inThread(link, `done:${event.id}`, line({ member: effect.member }, ' — ', told.summary)),
      answer(effect.tell, claimed.key, told),
    ],
  });
};

const onThreadStarted = async (
  bridge: Bridge,
  event: News<'start_thread'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const { tell, link } = event.effect;
  if (event.state === 'dead' || event.state === 'unknown') {
    bridge.alarm(
      `thread:${event.id}`,
      `A thread could not be started (${event.reason ?? event.state}). What belongs into it waits: see \`npm run deliveries -- list\`.`,
    );
    return handled(tell === null ? {} : notDone(tell, event, 'the start of the thread'));
  }
  if (event.state !== 'delivered') return ignored('not decided yet');
  // What belongs into the thread may have been waiting for it.
  await bridge.store.openGate(threadGate(link));
  if (tell === null) return ignored('nobody waits for this');
  return handled({ deliveries: [answer(tell, claimed.key, await whereItIs(bridge, link, 'The case has its thread'))] });
};

/** Something that should have appeared in Slack will not: an operator must know. */
const onLost = async (bridge: Bridge, event: Told, effect: Effect): Promise<Settlement> => {
  bridge.alarm(
    `dead:${effect.do}`,
    `A delivery (${effect.do}) was given up: ${event.reason ?? 'no reason known'}. See \`npm run deliveries -- list dead\`.`,
  );
  if (effect.do !== 'post') return handled();
  const link = await linkByKey(bridge, effect.link);
  if (link === null || effect.messages.length === 0) return handled();
  const url = bridge.helpdesk.caseUrl(link.value.case.id);
  const notice: Notice = {
    summary: 'A message could not be shown here',
    parts: [
      {
        part: 'text',
        text: ['A message of this case could not be shown here. ', { url, label: 'Read it in Acquire' }, '.'],
      },
    ],
  };
  return handled({ deliveries: [inThread(link, `lost:${event.id}`, notice)] });
};
