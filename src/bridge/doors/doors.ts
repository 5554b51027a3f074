import { titleOf } from '../../core/command-words.ts';
import { ToSlack } from '../../core/effect.ts';
import type { EventOf, SlackText } from '../../core/event.ts';
import { messageForm } from '../../core/forms.ts';
import { type Notice, type Part, say } from '../../core/notice.ts';
import { typed } from '../../core/submitted.ts';
import { notAnAgent } from '../../core/words.ts';
import { Failure, isPassing } from '../../delivery/errors.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { isBusy } from '../reads.ts';
import { handled, ignored } from '../settlement.ts';
import { linkOfThread } from '../threads/found-again.ts';
import { reasonOf } from '../verdicts.ts';
import { answer, type Asked } from './actions.ts';
import { notDone, onButton } from './buttons.ts';
import { onCommand } from './commands.ts';
import { fill, formFor, onForm, openFormFor } from './forms.ts';
import { withHub } from './hub.ts';
import { onReaction, reactedCase } from './reacting.ts';
import { formBesideLinks } from './visitors.ts';

/** The doors into the actions: command, button, shortcut, form, reaction. Behind each stands the same check of who asks. */

export type Asking =
  | EventOf<'command'>
  | EventOf<'button'>
  | EventOf<'shortcut'>
  | EventOf<'form'>
  | EventOf<'reaction'>;

export const onAsking = async (bridge: Bridge, event: Asking, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key, at: claimed.receivedAt };
  try {
    if (event.type !== 'reaction')
      return await checked(bridge, { event, claimed, asked }, async () =>
        withHub(withWord(asked, await open(bridge, event, claimed)), {
          to: event.to,
          link: linkIn(event),
          cause: claimed.key,
        }),
      );
    const found = await reactedCase(bridge, event);
    if (found === null) return ignored('this reaction stands for nothing');
    const to = { ...event.to, thread: found.thread };
    const inThread = { event: { ...event, to }, claimed, asked: { ...asked, to } };
    return await checked(bridge, inThread, async () => handled(await onReaction(bridge, inThread.asked, found)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return afterFailure(bridge, error, { event, claimed, asked });
  }
};

/** The case that a button of a hub, or a form above it, is about. */
const linkIn = (event: Asking): string => {
  if (event.type === 'button') return event.value;
  return event.type === 'form' ? event.context : '';
};

/** The one check of who asks, behind every door. */
const checked = async (
  bridge: Bridge,
  { event, claimed, asked }: Request,
  run: () => Promise<Settlement>,
): Promise<Settlement> => {
  const standing = await standingOf(bridge, event.to.member, { at: claimed.receivedAt, channel: event.to.channel });
  switch (standing.is) {
    case 'agent':
      return run();
    case 'stranger':
      return refused(asked, event, notAnAgent, 'the member is not an agent');
    case 'unchecked':
      return refused(asked, event, withTyped(event, uncheckedAgent), 'the member could not be checked');
  }
};

const open = (
  bridge: Bridge,
  event: Exclude<Asking, EventOf<'reaction'>>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  switch (event.type) {
    case 'command':
      return onCommand(bridge, event, claimed);
    case 'button':
      return onButton(bridge, event, claimed);
    case 'shortcut':
      return onShortcut(bridge, event, claimed);
    case 'form':
      return onForm(bridge, event, claimed);
  }
};

/** On the home tab nothing else shows that something was done. */
const withWord = (asked: Asked, settlement: Settlement): Settlement => {
  const isShown = settlement.deliveries.some(({ effect }) => SHOWN.has(ToSlack.safeParse(effect).data?.do ?? ''));
  if (asked.to.home !== true || isShown) return settlement;
  const { deliveries = [] } = answer(asked, say('This is on its way. The thread of the case tells what became of it.'));
  return { ...settlement, deliveries: [...settlement.deliveries, ...deliveries] };
};

const SHOWN: ReadonlySet<string> = new Set(['answer', 'fill_form', 'publish_home']);

type Request = { readonly event: Asking; readonly claimed: ClaimedEvent; readonly asked: Asked };

/** So long a side that cannot be reached is tried again before the person who waits is told. */
const PATIENCE_MS = 10_000;
/** One that is only slow, or asked for much by others, does it in its turn. */
const BUSY_PATIENCE_MS = 60_000;
const LATER = ':later';

/** Somebody waits for an answer: look-ups and orders are given up with a word, what was written in a form is kept. */
const afterFailure = (bridge: Bridge, failure: Failure, { event, claimed, asked }: Request): Settlement => {
  const side = failure.facts.side === 'slack' ? 'Slack' : 'Acquire';
  bridge.log.warn({ error: failure, event: claimed.key }, 'a request of a member could not be worked on');
  if (!isPassing(failure)) {
    const words = `${side} refused this (${reasonOf(failure)}), so nothing was done. Check what you asked for, or do it in Acquire.`;
    return refused(asked, event, withTyped(event, say(words)), 'refused');
  }
  const patience = isBusy(failure) ? BUSY_PATIENCE_MS : PATIENCE_MS;
  if (bridge.now() - claimed.receivedAt < patience) throw failure;
  if (event.type !== 'form') {
    const words = `${side} cannot be reached now, so nothing was done. Try again in a few minutes.`;
    return refused(asked, event, say(words), 'a side cannot be reached');
  }
  if (claimed.key.endsWith(LATER)) throw failure;
  return handled(
    answer(
      asked,
      say(`${side} cannot be reached now. What you sent is kept and done as soon as it can be: do not send it again.`),
    ),
    { events: [{ key: `${claimed.key}${LATER}`, lane: claimed.lane, payload: claimed.payload }] },
  );
};

const uncheckedAgent = say(
  'casebridge could not check that you are an agent, so nothing was done. Try again in a minute.',
);

/** What was written in a form that is gone is given back. */
const withTyped = (event: Asking, notice: Notice): Notice => {
  const words = event.type === 'form' ? ['text', 'first', 'note'].map((name) => typed(event, name)) : [];
  return { ...notice, parts: [...notice.parts, ...words.filter((text) => text !== '').map(quote)] };
};

const quote = (text: string): Part => ({ part: 'quote', text: [text] });

/** Said where the person looks: in the modal if one was opened for this, else privately. */
const refused = (asked: Asked, event: Asking, notice: Notice, reason: string): Settlement =>
  ignored(reason, notDone(asked, event, notice));

const onShortcut = async (bridge: Bridge, event: EventOf<'shortcut'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key, at: claimed.receivedAt };
  const words = await textOf(bridge, event.text);
  if (event.shortcut === 'case_open') {
    return handled(fill(asked, openFormFor(bridge, event.to, { title: titleOf(words), note: words })));
  }
  const found = await linkOfThread(bridge, { team: event.to.team, channel: event.to.channel, ts: event.messageThread });
  if (found !== null && 'recover' in found)
    return handled(
      found.recover,
      fill(asked, messageForm('Try again', 'This thread was just found again. Use the menu once more.')),
    );
  if (found === null || found.link.value.state === 'ended') {
    return handled(fill(asked, await formBesideLinks(bridge, event)));
  }
  // Only a note takes over the message: a reply from a menu is always written anew, and the first message is ours.
  const takesOver = event.shortcut === 'case_note' && event.message !== event.messageThread;
  const form = await formFor(bridge, asked, {
    button: event.shortcut,
    link: found.link,
    initial: takesOver ? words : '',
  });
  return form === null ? ignored('unknown shortcut') : handled(fill(asked, form));
};

const textOf = (bridge: Bridge, text: SlackText): Promise<string> =>
  bridge.text.plain(text, {
    member: async () => 'someone',
    channel: async () => 'channel',
    group: async () => 'group',
  });
