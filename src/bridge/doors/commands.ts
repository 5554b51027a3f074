import { contactName } from '../../core/card.ts';
import type { Contact } from '../../core/case.ts';
import {
  type Addressed,
  addressed,
  firstWord,
  isSamePhone,
  mentionedIn,
  nearest,
  searchesFor,
  titleOf,
} from '../../core/command-words.ts';
import { ACTIONS, type ActionName, actionNames, LOOKUPS } from '../../core/doors.ts';
import type { EventOf } from '../../core/event.ts';
import { CaseId, ContactId } from '../../core/ids.ts';
import { type Inline, type Notice, say } from '../../core/notice.ts';
import { TIME_EXAMPLES } from '../../core/times.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { type Consequence, handled } from '../settlement.ts';
import type { StoredLink } from '../threads/links.ts';
import { answer, type Asked, linkOfTypedCase, writeMessage } from './actions.ts';
import { act, ifFits } from './case-actions.ts';
import { assignCase } from './claiming.ts';
import { list, search } from './finding.ts';
import { fill, openFormFor } from './forms.ts';
import { invitedByWords, inviteToCase } from './inviting.ts';
import { linkCase } from './linking.ts';
import { type Command, pickCase, ROWS, show, status } from './lookups.ts';
import { openCase } from './opening.ts';
import { snoozeCase } from './snoozing.ts';
import { onVisitorCase, visitorCommand } from './visitors.ts';

/** The slash command: its words are translated into actions; look-ups are answered privately. */

type Run = (command: Command) => Promise<Consequence> | Consequence;

export const onCommand = async (
  bridge: Bridge,
  event: EventOf<'command'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key, at: claimed.receivedAt };
  const [word, rest] = firstWord(event.text);
  const name = word === '' ? 'help' : word.toLowerCase();
  const run = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (run === undefined) return handled(answer(asked, unknownWord(bridge, word)));
  const elsewhere = await onVisitorCase({ bridge, asked, rest }, name);
  if (elsewhere !== null) return handled(elsewhere);
  return handled(await run({ bridge, asked, rest }));
};

const unknownWord = (bridge: Bridge, word: string): Notice => {
  const near = nearest(Object.keys(subcommands), word);
  const hint = near === undefined ? '' : ` Did you mean “${bridge.command} ${near}”?`;
  return say(
    `“${word}” is not something ${bridge.command} knows, so nothing was done.${hint} “${bridge.command} help” lists what it does.`,
  );
};

type OnCase = (command: Command, link: StoredLink, rest: string) => Promise<Consequence> | Consequence;

/** Runs an action on the case that was named, or asks which one: then its button or form goes on. */
const onCase =
  (name: ActionName, pick: string, run: OnCase): Run =>
  async (command) => {
    const [word, rest] = firstWord(command.rest);
    if (word === '') return pickCase(command, pick);
    const found = await linkOfTypedCase(command.bridge, word);
    if ('notice' in found) return answer(command.asked, found.notice);
    return ifFits(command.asked, { name, link: found.link }, () => run(command, found.link, rest));
  };

/** The same for what needs no more than the case. */
const plainly = (name: ActionName, button: string): Run =>
  onCase(name, button, ({ bridge, asked }, link) => act(bridge, asked, { button, name, link }));

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

const startThread = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  const [word] = firstWord(rest);
  if (word === '') return answer(asked, say(`Say which case: “${bridge.command} link 72”.`));
  const id = CaseId.safeParse(word.replace(/^#/, ''));
  if (!id.success)
    return answer(asked, say(`“${word}” is not a case number. Nothing was done. Case numbers are digits, e.g. 72.`));
  return linkCase(bridge, asked, { case: id.data, channel: asked.to.channel });
};

const reopen = async (command: Command): Promise<Consequence> => {
  const { bridge, asked, rest } = command;
  if (rest === '') return answer(asked, say(`Say which case: “${bridge.command} reopen 72”.`));
  return plainly('reopen', 'case_reopen')(command);
};

const note = onCase('note', 'case_note', async ({ bridge, asked }, found, rest) => {
  const { id } = found.value.case;
  if (rest === '') return answer(asked, say(`Say what to note: “${bridge.command} note ${id} called back”.`));
  const written = await writeMessage(bridge, asked, { link: found, kind: 'note', text: rest });
  const told = answer(asked, say(`The note goes to case ${id}; its thread shows it as soon as Acquire has it.`));
  return { deliveries: [...(written.deliveries ?? []), ...(told.deliveries ?? [])] };
});

const snooze = onCase('snooze', 'case_snooze', ({ bridge, asked }, link, words) =>
  words === ''
    ? answer(
        asked,
        say(
          `Say until when, so nothing was done: “${bridge.command} snooze ${link.value.case.id} 2h”. Understood are, by your own clock: ${TIME_EXAMPLES}.`,
        ),
      )
    : snoozeCase(bridge, asked, { link, words }),
);

const invite = onCase('invite', 'case_invite', async ({ bridge, asked }, link, words) =>
  words === ''
    ? answer(
        asked,
        say(
          `Say whom, so nobody was invited: “${bridge.command} invite ${link.value.case.id} @member”, or the name of an agent or a department in Acquire.`,
        ),
      )
    : inviteToCase(bridge, asked, { link, who: await invitedByWords(bridge, words) }),
);

const assign = onCase('assign', 'case_assign', ({ bridge, asked }, link, words) => {
  const { members, rest } = mentionedIn(words);
  const [to, ...more] = members;
  if (to === undefined || more.length > 0 || rest !== '')
    return answer(
      asked,
      say(
        `Say which one member, so the case was not handed over: “${bridge.command} assign ${link.value.case.id} @member”.`,
      ),
    );
  return assignCase(bridge, asked, { link, to });
});

const help = ({ bridge, asked }: Command): Consequence =>
  answer(asked, {
    summary: `What ${bridge.command} does`,
    parts: [
      {
        part: 'text',
        text: [
          'Reply in a case’s thread to answer the customer. Slack has no slash commands inside threads: use the buttons or the message menu there. Without a case number, you are asked which case.',
        ],
      },
      {
        part: 'list',
        items: usages
          .filter(([name]) => name !== 'visitor' || bridge.visitors !== null)
          .map(([name, { usage, does }]): Inline[] => [
            { code: `${bridge.command} ${name}${usage === '' ? '' : ` ${usage}`}` },
            ` ${does}`,
          ]),
      },
    ],
  });

/** Every word that follows the slash command. */
const subcommands: Readonly<Record<string, Run>> = {
  open,
  note,
  claim: plainly('claim', 'case_claim'),
  release: plainly('release', 'case_unclaim'),
  assign,
  snooze,
  invite,
  close: plainly('close', 'case_close'),
  reopen,
  show,
  link: startThread,
  unlink: plainly('unlink', 'case_unlink'),
  visitor: visitorCommand,
  list,
  search,
  status,
  help,
};

const usages: readonly (readonly [name: string, { readonly usage: string; readonly does: string }])[] = [
  ...actionNames.flatMap((name) => {
    const { usage, does } = ACTIONS[name];
    return usage === null ? [] : [[name, { usage, does }] as const];
  }),
  ...Object.entries(LOOKUPS),
];
