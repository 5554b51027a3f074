import { titleOf } from '../core/command-words.ts';
import type { EventOf, SlackText } from '../core/event.ts';
import { formTitle, messageForm, typed } from '../core/forms.ts';
import { CaseId } from '../core/ids.ts';
import { type Notice, type Part, say } from '../core/notice.ts';
import { notAnAgent } from '../core/words.ts';
import { Failure, isPassing } from '../delivery/errors.ts';
import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { answer, type Asked, claimCase, closeCase, reopenCase } from './actions.ts';
import { standingOf } from './agents.ts';
import { onCommand } from './commands.ts';
import type { Bridge } from './context.ts';
import { decideMessage } from './decisions.ts';
import { fill, formFor, onForm, openFormFor } from './forms.ts';
import { linkByKey, linkOfThread, type StoredLink } from './links.ts';
import { linkCase, moveLink, unlinkCase } from './linking.ts';
import { shown } from './lookups.ts';
import { OpenAnyway, openCase } from './opening.ts';
import { type Consequence, handled, ignored } from './settlement.ts';
import { reasonOf } from './verdicts.ts';

/** The doors into the actions: command, button, shortcut, form. Behind each stands the same check of who asks. */

export type Asking = EventOf<'command'> | EventOf<'button'> | EventOf<'shortcut'> | EventOf<'form'>;

export const onAsking = async (bridge: Bridge, event: Asking, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key };
  const standing = await standingOf(bridge, event.to.member, { at: claimed.receivedAt, channel: event.to.channel });
  if (standing.is === 'stranger') return refused(asked, event, notAnAgent, 'the member is not an agent');
  if (standing.is === 'unchecked') {
    return refused(asked, event, withTyped(event, uncheckedAgent), 'the member could not be checked');
  }
  try {
    return await open(bridge, event, claimed);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return afterFailure(bridge, error, { event, claimed, asked });
  }
};

const open = (bridge: Bridge, event: Asking, claimed: ClaimedEvent): Promise<Settlement> => {
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

type Request = { readonly event: Asking; readonly claimed: ClaimedEvent; readonly asked: Asked };

/** So long a side that cannot be reached is tried again before the person who waits is told. */
const PATIENCE_MS = 10_000;
const LATER = ':later';

/** Somebody waits for an answer: look-ups and orders are given up with a word, what was written in a form is kept. */
const afterFailure = (bridge: Bridge, failure: Failure, { event, claimed, asked }: Request): Settlement => {
  const side = failure.facts.side === 'slack' ? 'Slack' : 'Acquire';
  bridge.log.warn({ error: failure, event: claimed.key }, 'a request of a member could not be worked on');
  if (!isPassing(failure)) {
    const words = `${side} refused this (${reasonOf(failure)}), so nothing was done. Check what you asked for, or do it in Acquire.`;
    return refused(asked, event, withTyped(event, say(words)), 'refused');
  }
  if (bridge.now() - claimed.receivedAt < PATIENCE_MS) throw failure;
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

/** A modal that was opened for the request says it, else a private answer. */
const notDone = (asked: Asked, event: Asking, notice: Notice): Consequence =>
  event.type !== 'form' && formTitle(event) !== null
    ? fill(asked, messageForm('Not done', notice.summary))
    : answer(asked, notice);

const gone = say('This case is no longer linked to a thread. Nothing was done.');
const unknownButton = say('This button is not known to this version of casebridge. Nothing was done.');

const onButton = async (bridge: Bridge, event: EventOf<'button'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key };
  switch (event.action) {
    case 'case_release':
    case 'case_keep':
    case 'case_retry':
    case 'case_arrived':
      return decideMessage(bridge, { action: event.action, subject: event.value, question: event.message, asked });
    case 'case_link': {
      const id = CaseId.safeParse(event.value);
      if (!id.success) return handled(answer(asked, unknownButton));
      return handled(await linkCase(bridge, asked, { case: id.data, channel: event.to.channel }));
    }
    case 'case_open_anyway':
      return handled(await openAnyway(bridge, asked, event.value));
    default: {
      if (!linkButtons.has(event.action)) return handled(answer(asked, unknownButton));
      const link = await linkByKey(bridge, event.value);
      if (link === null || link.value.state === 'ended') return handled(notDone(asked, event, gone));
      return handled(await onLinkButton(bridge, event.action, { asked, link }));
    }
  }
};

const openAnyway = async (bridge: Bridge, asked: Asked, value: string): Promise<Consequence> => {
  const wanted = OpenAnyway.safeParse(jsonOf(value));
  if (!wanted.success) return answer(asked, unknownButton);
  const { contact: id, title, note, origin } = wanted.data;
  const contact = await bridge.helpdesk.getContact(id);
  if (contact === null) return answer(asked, say('This contact no longer exists in Acquire. No case was opened.'));
  const { channel } = asked.to;
  return openCase(bridge, asked, { contact, title, note, firstMessage: null, channel, anyway: true, origin });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Buttons whose value is the key of a link. */
const linkButtons: ReadonlySet<string> = new Set([
  'case_claim',
  'case_close',
  'case_reopen',
  'case_unlink',
  'case_move',
  'case_show',
  'case_snooze',
  'case_invite',
  'case_details',
  'case_reply',
  'case_note',
]);

const onLinkButton = async (
  bridge: Bridge,
  action: string,
  { asked, link }: { readonly asked: Asked; readonly link: StoredLink },
): Promise<Consequence> => {
  switch (action) {
    case 'case_claim':
      return claimCase(asked, link);
    case 'case_close':
      return closeCase(bridge, asked, link);
    case 'case_reopen':
      return reopenCase(asked, link);
    case 'case_unlink':
      return unlinkCase(asked, link);
    case 'case_move':
      return moveLink(bridge, asked, link);
    case 'case_show':
      return answer(asked, shown(bridge, link));
    default: {
      const form = await formFor(bridge, action, link, '');
      return form === null ? answer(asked, unknownButton) : fill(asked, form);
    }
  }
};

const onShortcut = async (bridge: Bridge, event: EventOf<'shortcut'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key };
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
    return handled(
      fill(
        asked,
        messageForm(
          'No case here',
          'This message is not in the thread of a case. Nothing was done. “Open a case” makes one of it.',
        ),
      ),
    );
  }
  // Only a note takes over the message: a reply from a menu is always written anew, and the first message is ours.
  const takesOver = event.shortcut === 'case_note' && event.message !== event.messageThread;
  const form = await formFor(bridge, event.shortcut, found.link, takesOver ? words : '');
  return form === null ? ignored('unknown shortcut') : handled(fill(asked, form));
};

const textOf = (bridge: Bridge, text: SlackText): Promise<string> =>
  bridge.text.plain(text, {
    member: async () => 'someone',
    channel: async () => 'channel',
    group: async () => 'group',
  });
