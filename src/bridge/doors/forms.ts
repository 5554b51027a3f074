import { card, caseTitle, contactName } from '../../core/card.ts';
import type { Contact } from '../../core/case.ts';
import { type ActionName, buttonDoor, misfit } from '../../core/doors.ts';
import type { AnswerTo, EventOf } from '../../core/event.ts';
import {
  assignForm,
  closeForm,
  detailsForm,
  inviteForm,
  messageForm,
  noteForm,
  openForm,
  replyForm,
  snoozeForm,
} from '../../core/forms.ts';
import { AgentId, ChannelId, ContactId, MemberId } from '../../core/ids.ts';
import type { Choice, Form } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import { chosen, typed } from '../../core/submitted.ts';
import { viaOf } from '../../core/via.ts';
import { channelNotTaken } from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { knownAgents } from '../people.ts';
import { type Consequence, handled } from '../settlement.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { answer, type Asked, closeCase, writeMessage } from './actions.ts';
import { ifFits } from './case-actions.ts';
import { assignCase } from './claiming.ts';
import { type Invited, inviteToCase } from './inviting.ts';
import { openCase } from './opening.ts';
import { clockOf, snoozeCase } from './snoozing.ts';

/** Filling the modals that a request opened, and doing what was submitted. */

/** Fills the modal that was opened under the key of this event. */
export const fill = (asked: Asked, form: Form): Consequence => ({
  deliveries: [owe({ id: `form:${asked.key}`, effect: { do: 'fill_form', view: asked.key, form, to: asked.to } })],
});

type Wanted = {
  /** The button or shortcut. */
  readonly button: string;
  readonly link: StoredLink;
  /** What is to stand in it already. */
  readonly initial: string;
};

/** The form that a button or a shortcut asks for; why not, where the action does not fit the case as it is. */
export const formFor = async (bridge: Bridge, asked: Asked, wanted: Wanted): Promise<Form | null> => {
  const door = buttonDoor(wanted.button);
  if (door === null) return null;
  const why = misfit(door.action, wanted.link.value);
  const title = door.button.opens ?? door.button.label;
  return why === null ? formOf(bridge, asked, wanted) : messageForm(title, why);
};

const formOf = async (bridge: Bridge, asked: Asked, { button, link, initial }: Wanted): Promise<Form | null> => {
  const { value, key } = link;
  switch (button) {
    case 'case_reply':
      return (await replyRefusal(bridge, link)) ?? replyForm(key, contactName(value.case.contact), initial);
    case 'case_note':
      return noteForm(key, initial);
    case 'case_close':
      return closeForm(key, caseTitle(value.case));
    case 'case_snooze':
      return snoozeForm(key, await clockOf(bridge, asked.to.member));
    case 'case_assign':
      return assignForm(key);
    case 'case_invite': {
      const [agents, departments] = await Promise.all([knownAgents(bridge), bridge.helpdesk.departments()]);
      return inviteForm(key, { agents, departments });
    }
    case 'case_details':
      return details(bridge, link);
    default:
      return null;
  }
};

const replyRefusal = async (bridge: Bridge, link: StoredLink): Promise<Form | null> => {
  const { channel } = link.value.case;
  const now = await currentCase(bridge, link);
  if (viaOf(channel) === null)
    return {
      ...messageForm('Reply to customer'),
      parts: channelNotTaken(channel, bridge.helpdesk.caseUrl(now.id)).parts,
    };
  return now.closed
    ? messageForm('Reply to customer', 'This case is closed, so nothing can be sent. Reopen it first.')
    : null;
};

export const details = (bridge: Bridge, link: StoredLink): Form => {
  const shown = card(link.value, bridge.channels(), bridge.helpdesk.caseUrl(link.value.case.id));
  return detailsForm(
    link.value,
    link.key,
    shown.parts.filter((part) => part.part !== 'buttons'),
  );
};

/** An empty form for a new case, or one filled from a message. */
export const openFormFor = (
  bridge: Bridge,
  to: AnswerTo,
  draft: { readonly title: string; readonly note: string },
): Form => openForm({ ...draft, channel: bridge.channels().all.has(to.channel) ? to.channel : bridge.channels().home });

export const onForm = async (bridge: Bridge, event: EventOf<'form'>, claimed: ClaimedEvent): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key, at: claimed.receivedAt };
  if (event.form === 'open') return handled(await submitOpening(bridge, asked, event));
  const link = await linkByKey(bridge, event.context);
  if (link === null || link.value.state === 'ended')
    return handled(answer(asked, say('This case is no longer linked to a thread. Nothing was done.')));
  return handled(await submitted(bridge, asked, { event, link }));
};

type Submitted = { readonly event: EventOf<'form'>; readonly link: StoredLink };

/** What was open while its case was closed, or reopened, is told so. */
const submitted = async (bridge: Bridge, asked: Asked, { event, link }: Submitted): Promise<Consequence> => {
  const fits = (name: ActionName, run: () => Promise<Consequence> | Consequence) => ifFits(asked, { name, link }, run);
  switch (event.form) {
    case 'reply':
    case 'note':
      return writeMessage(bridge, asked, { link, kind: event.form, text: typed(event, 'text') });
    case 'close':
      return fits('close', () => closeCase(bridge, asked, link));
    case 'snooze': {
      const until = typed(event, 'until');
      const words = until === '' ? typed(event, 'for') : until;
      return fits('snooze', () => snoozeCase(bridge, asked, { link, words }));
    }
    case 'assign':
      return fits('assign', () => assignCase(bridge, asked, { link, to: MemberId.parse(typed(event, 'to')) }));
    case 'invite':
      return fits('invite', () => inviteToCase(bridge, asked, { link, who: invitedIn(event) }));
    default:
      return answer(asked, say('This form is not known to this version. Nothing was done. Open it again.'));
  }
};

const invitedIn = (event: EventOf<'form'>): Invited => ({
  members: chosen(event, 'members').map((id) => MemberId.parse(id)),
  agents: chosen(event, 'agent').map((id) => AgentId.parse(id)),
  departments: chosen(event, 'department'),
  unknown: [],
});

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
  };
  return openCase(bridge, asked, opening);
};

/** A new contact is created only if nobody has that address: a form replayed after a crash must not make a second one. */
const chosenContact = async (bridge: Bridge, event: EventOf<'form'>): Promise<Contact | null> => {
  const known = typed(event, 'contact');
  if (known !== '') return bridge.helpdesk.getContact(ContactId.parse(known));
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
