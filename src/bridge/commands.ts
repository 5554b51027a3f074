import { contactName } from '../core/card.ts';
import type { Contact } from '../core/case.ts';
import {
  type Addressed,
  addressed,
  firstWord,
  isSamePhone,
  nearest,
  searchesFor,
  titleOf,
} from '../core/command-words.ts';
import type { EventOf } from '../core/event.ts';
import { CaseId, ContactId } from '../core/ids.ts';
import { type Inline, type Notice, say } from '../core/notice.ts';
import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { answer, type Asked, closeCase, linkOfTypedCase, reopenCase, writeMessage } from './actions.ts';
import type { Bridge } from './context.ts';
import { fill, openFormFor } from './forms.ts';
import { linkCase, unlinkCase } from './linking.ts';
import type { StoredLink } from './links.ts';
import { type Command, list, pickCase, ROWS, search, show, status } from './lookups.ts';
import { openCase } from './opening.ts';
import { type Consequence, handled } from './settlement.ts';

/** The slash command: its words are translated into actions; look-ups are answered privately. */

type Subcommand = {
  readonly usage: string;
  readonly does: string;
  run(command: Command): Promise<Consequence> | Consequence;
};

export const onCommand = async (
  bridge: Bridge,
  event: EventOf<'command'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key };
  const [word, rest] = firstWord(event.text);
  const name = word === '' ? 'help' : word.toLowerCase();
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) return handled(answer(asked, unknownWord(bridge, word)));
  return handled(await subcommand.run({ bridge, asked, rest }));
};

const unknownWord = (bridge: Bridge, word: string): Notice => {
  const near = nearest(Object.keys(subcommands), word);
  const hint = near === undefined ? '' : ` Did you mean “${bridge.command} ${near}”?`;
  return say(
    `“${word}” is not something ${bridge.command} knows, so nothing was done.${hint} “${bridge.command} help” lists what it does.`,
  );
};

/** Runs an action on the case that was named, or asks which one. */
const onCase =
  (pick: string, act: (command: Command, link: StoredLink, rest: string) => Promise<Consequence> | Consequence) =>
  async (command: Command): Promise<Consequence> => {
    const [word, rest] = firstWord(command.rest);
    if (word === '') return pickCase(command, pick);
    const found = await linkOfTypedCase(command.bridge, word);
    return 'notice' in found ? answer(command.asked, found.notice) : act(command, found.link, rest);
  };

const open = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  if (rest === '') return fill(asked, openFormFor(bridge, asked.to, { title: '', note: '' }));
  const { who, text, contacts } = await contactsFor(bridge, rest);
  const [contact] = contacts;
  if (contact === undefined)
    return answer(
      asked,
      say(
        `No contact in Acquire matches “${who}”. No case was opened. “${bridge.command} open” alone opens a form that can create one.`,
      ),
    );
  if (contacts.length > 1) return answer(asked, whichContact(who, contacts));
  return openCase(bridge, asked, {
    contact,
    title: text === '' ? `Case for ${contactName(contact)}` : titleOf(text),
    note: text === '' ? null : text,
    firstMessage: null,
    channel: asked.to.channel,
    anyway: false,
  });
};

/** The first reading of the words that somebody answers to. */
const contactsFor = async (
  bridge: Bridge,
  rest: string,
): Promise<Addressed & { readonly contacts: readonly Contact[] }> => {
  const readings = addressed(rest);
  for (const reading of readings) {
    // oxlint-disable-next-line no-await-in-loop -- the likeliest reading first; the next only if nobody answers to it
    const contacts = await contactsNamed(bridge, reading.who);
    if (contacts.length > 0) return { ...reading, contacts };
  }
  return { who: readings[0]?.who ?? rest, text: '', contacts: [] };
};

const contactsNamed = async (bridge: Bridge, who: string): Promise<readonly Contact[]> => {
  const id = /^#?[1-9]\d*$/u.test(who) ? ContactId.safeParse(who.replace(/^#/u, '')) : null;
  const byId = id?.success === true ? await bridge.helpdesk.getContact(id.data) : null;
  if (byId !== null) return [byId];
  const found = await Promise.all(searchesFor(who).map((text) => bridge.helpdesk.findContacts(text)));
  const contacts = new Map(found.flat().map((contact) => [contact.id, contact]));
  return [...contacts.values()].filter(
    (contact) =>
      contact.email?.toLowerCase() === who.toLowerCase() || (contact.phone !== null && isSamePhone(contact.phone, who)),
  );
};

const whichContact = (who: string, contacts: readonly Contact[]): Notice => ({
  summary: 'Several contacts match',
  parts: [
    {
      part: 'text',
      text: [`${contacts.length} contacts match “${who}”, so no case was opened. Name one by its number:`],
    },
    {
      part: 'list',
      items: contacts
        .slice(0, ROWS)
        .map((contact): Inline[] => [
          { strong: contact.id },
          ` ${contactName(contact)}`,
          contact.phone === null ? '' : ` · ${contact.phone}`,
        ]),
    },
  ],
});

const link = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  const [word] = firstWord(rest);
  if (word === '') return answer(asked, say(`Say which case: “${bridge.command} link 72”.`));
  const id = CaseId.safeParse(word.replace(/^#/, ''));
  if (!id.success)
    return answer(asked, say(`“${word}” is not a case number. Nothing was done. Case numbers are digits, e.g. 72.`));
  return linkCase(bridge, asked, { case: id.data, channel: asked.to.channel });
};

const reopen = async (command: Command): Promise<Consequence> => {
  const [word] = firstWord(command.rest);
  if (word === '') return answer(command.asked, say(`Say which case: “${command.bridge.command} reopen 72”.`));
  const found = await linkOfTypedCase(command.bridge, word);
  return 'notice' in found ? answer(command.asked, found.notice) : reopenCase(command.asked, found.link);
};

const note = onCase('case_note', ({ bridge, asked }, found, rest) => {
  const { id } = found.value.case;
  if (rest === '') return answer(asked, say(`Say what to note: “${bridge.command} note ${id} called back”.`));
  const written = writeMessage(asked, found, { kind: 'note', text: rest });
  const told = answer(asked, say(`The note goes to case ${id}; its thread shows it as soon as Acquire has it.`));
  return { deliveries: [...(written.deliveries ?? []), ...(told.deliveries ?? [])] };
});

const help = ({ bridge, asked }: Command): Consequence =>
  answer(asked, {
    summary: `What ${bridge.command} does`,
    parts: [
      {
        part: 'text',
        text: [
          'Reply in a case’s thread to answer the customer. Slack has no slash commands inside threads: use the buttons or the message menu there.',
        ],
      },
      {
        part: 'list',
        items: Object.entries(subcommands).map(([name, { usage, does }]): Inline[] => [
          { code: `${bridge.command} ${name}${usage === '' ? '' : ` ${usage}`}` },
          ` ${does}`,
        ]),
      },
    ],
  });

/** Every word that follows the slash command. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  open: {
    usage: '[contact number | e-mail | phone] [text]',
    does: 'opens a case and its thread; the text becomes title and internal note',
    run: open,
  },
  close: {
    usage: '[case]',
    does: 'closes a case',
    run: onCase('case_close', ({ bridge, asked }, found) => closeCase(bridge, asked, found)),
  },
  reopen: { usage: '<case>', does: 'reopens a closed case in its thread', run: reopen },
  show: { usage: '[case]', does: 'shows a case to you alone', run: show },
  list: { usage: '[open | mine | waiting]', does: 'lists cases', run: list },
  search: { usage: '<text>', does: 'finds contacts by name, e-mail or phone', run: search },
  link: { usage: '<case>', does: 'starts a thread in this channel for an existing case', run: link },
  unlink: {
    usage: '[case]',
    does: 'forgets the link of a case and its thread',
    run: onCase('case_unlink', ({ asked }, found) => unlinkCase(asked, found)),
  },
  note: { usage: '<case> <text>', does: 'writes an internal note', run: note },
  status: { usage: '', does: 'says how the connections are and what is owed', run: status },
  help: { usage: '', does: 'shows this', run: help },
};
