import { card, contactName } from '../core/card.ts';
import type { Contact } from '../core/case.ts';
import type { AnswerTo, EventOf } from '../core/event.ts';
import {
  closeForm,
  detailsForm,
  inviteForm,
  messageForm,
  noteForm,
  openForm,
  replyForm,
  snoozeForm,
  typed,
} from '../core/forms.ts';
import { AgentId, ChannelId, ContactId } from '../core/ids.ts';
import { replyChannels } from '../core/case.ts';
import type { Choice, Form } from '../core/notice.ts';
import { say } from '../core/notice.ts';
import { channelNotTaken } from '../core/words.ts';
import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { answer, type Asked, closeCase, inviteAgents, snoozeCase, writeMessage } from './actions.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import { currentCase, linkByKey, type StoredLink } from './links.ts';
import { openCase } from './opening.ts';
import { type Consequence, handled } from './settlement.ts';

/** Filling the modals that a request opened, and doing what was submitted. */

const HOUR = 3_600_000;

/** Fills the modal that was opened under the key of this event. */
export const fill = (asked: Asked, form: Form): Consequence => ({
  deliveries: [owe({ id: `form:${asked.key}`, effect: { do: 'fill_form', view: asked.key, form, to: asked.to } })],
});

/** The form that an action of a linked case asks for. */
export const formFor = async (
  bridge: Bridge,
  action: string,
  link: StoredLink,
  initial: string,
): Promise<Form | null> => {
  const { value, key } = link;
  switch (action) {
    case 'case_reply':
      return (await replyRefusal(bridge, link)) ?? replyForm(key, contactName(value.case.contact), initial);
    case 'case_note':
      return noteForm(key, initial);
    case 'case_close':
      return value.case.state === 'closed'
        ? messageForm('Close case', 'This case is closed already.')
        : closeForm(key, value.case.title ?? `Case ${value.case.id}`);
    case 'case_snooze':
      return snoozeForm(key, bridge.now());
    case 'case_invite':
      return inviteForm(key, await bridge.helpdesk.agents());
    case 'case_details':
      return details(bridge, link);
    default:
      return null;
  }
};

const replyRefusal = async (bridge: Bridge, link: StoredLink): Promise<Form | null> => {
  const { channel } = link.value.case;
  const now = await currentCase(bridge, link);
  if (!replyChannels.has(channel))
    return {
      ...messageForm('Reply to customer'),
      parts: channelNotTaken(channel, bridge.helpdesk.caseUrl(now.id)).parts,
    };
  return now.closed
    ? messageForm('Reply to customer', 'This case is closed, so nothing can be sent. Reopen it first.')
    : null;
};

const details = (bridge: Bridge, link: StoredLink): Form => {
  const shown = card(link.value, bridge.channels(), bridge.helpdesk.caseUrl(link.value.case.id));
  return detailsForm(
    link.key,
    shown.parts.filter((part) => part.part !== 'buttons'),
    link.value.case.state === 'closed',
  );
};

/** An empty form for a new case, or one filled from a message. */
export const openFormFor = (
  bridge: Bridge,
  to: AnswerTo,
  draft: { readonly title: string; readonly note: string },
): Form => openForm({ ...draft, channel: bridge.channels().all.has(to.channel) ? to.channel : bridge.channels().home });

export const onForm = async (bridge: Bridge, event: EventOf<'form'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key };
  if (event.form === 'open') return handled(await submitOpening(bridge, asked, event));
  const link = await linkByKey(bridge, event.context);
  if (link === null || link.value.state === 'ended')
    return handled(answer(asked, say('This case is no longer linked to a thread. Nothing was done.')));
  switch (event.form) {
    case 'reply':
    case 'note':
      return handled(writeMessage(asked, link, { kind: event.form, text: typed(event, 'text') }));
    case 'close':
      return handled(closeCase(bridge, asked, link));
    case 'snooze':
      return handled(snoozeCase(asked, link, bridge.now() + Number(typed(event, 'hours')) * HOUR));
    case 'invite':
      return handled(inviteAgents(asked, link, [AgentId.parse(typed(event, 'agent'))]));
    default:
      return handled(answer(asked, say('This form is not known to this version. Nothing was done. Open it again.')));
  }
};

const submitOpening = async (bridge: Bridge, asked: Asked, event: EventOf<'form'>): Promise<Consequence> => {
  const channel = ChannelId.parse(typed(event, 'channel') === '' ? bridge.channels().home : typed(event, 'channel'));
  const contact = await chosenContact(bridge, event);
  if (contact === null) return answer(asked, say('This contact no longer exists in Acquire. No case was opened.'));
  const orNull = (name: string): string | null => (typed(event, name) === '' ? null : typed(event, name));
  const opening = {
    contact,
    title: typed(event, 'title'),
    note: orNull('note'),
    firstMessage: orNull('first'),
    channel,
    anyway: true,
  };
  return openCase(bridge, asked, opening);
};

/** A new contact is created only if nobody has that address: a form replayed after a crash must not make a second one. */
const chosenContact = async (bridge: Bridge, event: EventOf<'form'>): Promise<Contact | null> => {
  const chosen = typed(event, 'contact');
  if (chosen !== '') return bridge.helpdesk.getContact(ContactId.parse(chosen));
  const draft = { name: typed(event, 'new_name'), email: typed(event, 'new_email'), phone: typed(event, 'new_phone') };
  const found = await bridge.helpdesk.findContacts(draft.email === '' ? draft.phone : draft.email);
  const same = found.find((contact) =>
    draft.email === '' ? contact.phone === draft.phone : contact.email?.toLowerCase() === draft.email.toLowerCase(),
  );
  const emptyIsNull = (value: string): string | null => (value === '' ? null : value);
  return (
    same ??
    bridge.helpdesk.createContact({
      name: draft.name,
      email: emptyIsNull(draft.email),
      phone: emptyIsNull(draft.phone),
    })
  );
};

/** Choices while a member types into a search field. Only agents get any. */
export const suggestContacts = async (bridge: Bridge, query: string): Promise<readonly Choice[]> => {
  const found = await bridge.helpdesk.findContacts(query);
  return found.slice(0, 100).map((contact) => ({
    value: contact.id,
    label: [contactName(contact), contact.name === null ? null : contact.email, contact.phone]
      .filter((part) => part !== null)
      .join(' · '),
  }));
};
