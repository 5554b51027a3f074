import { card, contactName } from '../core/card.ts';
import type { Case } from '../core/case.ts';
import { firstWord } from '../core/command-words.ts';
import type { Link } from '../core/link.ts';
import { type Inline, type Notice, type Part, say } from '../core/notice.ts';
import { button, span } from '../core/words.ts';
import { answer, type Asked, findTypedCase } from './actions.ts';
import type { Bridge } from './context.ts';
import { linkByKey, linkOfCase, rootOf, type StoredLink } from './links.ts';
import { eachRecord } from './records.ts';
import type { Consequence } from './settlement.ts';

/** Look-ups of the slash command: answered privately, they change nothing. */

/** A command with the words that follow its name. */
export type Command = { readonly bridge: Bridge; readonly asked: Asked; readonly rest: string };

/** Rows that one private answer shows. */
export const ROWS = 15;
const PICKS = 10;

/** Links of open cases, the customer who waits longest first. */
export const openLinks = async (bridge: Bridge): Promise<readonly StoredLink[]> => {
  const links: StoredLink[] = [];
  for await (const [key] of eachRecord(bridge.records, 'open_case')) {
    const link = await linkByKey(bridge, key);
    if (link !== null && link.value.state === 'on') links.push(link);
  }
  return links.toSorted(
    (a, b) => (a.value.waitingSince ?? Number.MAX_SAFE_INTEGER) - (b.value.waitingSince ?? Number.MAX_SAFE_INTEGER),
  );
};

/** A private picker of open cases of this channel. */
export const pickCase = async ({ bridge, asked }: Command, action: string): Promise<Consequence> => {
  const here = (await openLinks(bridge)).filter((link) => link.value.channel === asked.to.channel);
  if (here.length === 0)
    return answer(asked, say('There are no open cases in this channel, so nothing was done. Name one by its number.'));
  const parts = here.slice(0, PICKS).flatMap((link): readonly Part[] => [
    {
      part: 'text',
      text: [
        [link.value.case.id, contactName(link.value.case.contact), link.value.case.title]
          .filter((piece) => piece !== null)
          .join(' · '),
      ],
    },
    { part: 'buttons', buttons: [button(action, 'This one', link.key)] },
  ]);
  const more: readonly Part[] =
    here.length > PICKS
      ? [{ part: 'small', text: [`${here.length - PICKS} more are not shown: name one by its number.`] }]
      : [];
  return answer(asked, { summary: 'Which case?', parts: [{ part: 'text', text: ['Which case?'] }, ...parts, ...more] });
};

export const show = async (command: Command): Promise<Consequence> => {
  const { bridge, asked } = command;
  const [word] = firstWord(command.rest);
  if (word === '') return pickCase(command, 'case_show');
  const found = await findTypedCase(bridge, word);
  if ('notice' in found) return answer(asked, found.notice);
  return answer(asked, 'link' in found ? shown(bridge, found.link) : withoutThread(bridge, found.unlinked));
};

/** A case that has no thread: what Acquire says of it, and the way to a thread. */
const withoutThread = (bridge: Bridge, found: Case): Notice => ({
  summary: `Case ${found.id}: ${contactName(found.contact)}`,
  parts: [
    { part: 'title', text: found.title ?? `Case ${found.id}` },
    {
      part: 'fields',
      fields: [
        { label: 'Contact', value: [contactName(found.contact)] },
        { label: 'Channel', value: [found.channel] },
        { label: 'Status', value: [found.status] },
        { label: 'Thread', value: ['none in Slack'] },
      ],
    },
    { part: 'text', text: [{ url: bridge.helpdesk.caseUrl(found.id), label: `Case ${found.id} in Acquire` }] },
    { part: 'buttons', buttons: [button('case_link', 'Start its thread here', found.id)] },
  ],
});

export const shown = (bridge: Bridge, link: StoredLink): Notice => {
  const notice = card(link.value, bridge.channels(), bridge.helpdesk.caseUrl(link.value.case.id));
  return { ...notice, parts: notice.parts.filter((part) => part.part !== 'small') };
};

export const list = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  const filter = rest === '' ? 'open' : rest.toLowerCase();
  if (!['open', 'mine', 'waiting'].includes(filter))
    return answer(asked, say(`“${rest}” is not a list. There are: open, mine, waiting.`));
  const links = (await openLinks(bridge)).filter(
    ({ value }) =>
      filter === 'open' ||
      (filter === 'mine' && value.claimedBy === asked.to.member) ||
      (filter === 'waiting' && value.waitingSince !== null),
  );
  const unlinked = filter === 'open' ? await openWithoutThread(bridge) : [];
  if (links.length + unlinked.length === 0)
    return answer(asked, say(filter === 'mine' ? 'You have taken no open case.' : 'There are no such cases.'));
  const rows = await Promise.all(links.slice(0, ROWS).map((link) => row(bridge, link)));
  const more = links.length - rows.length;
  return answer(asked, {
    summary: `${links.length + unlinked.length} cases`,
    parts: [
      {
        part: 'title',
        text: { open: 'Open cases', mine: 'Your cases', waiting: 'Customers who wait' }[filter] ?? filter,
      },
      ...(rows.length === 0 ? [] : [{ part: 'list' as const, items: rows }]),
      ...(more > 0 ? [{ part: 'small' as const, text: [`${more} more are not shown.`] }] : []),
      ...(unlinked.length === 0
        ? []
        : [
            { part: 'text' as const, text: ['Without a thread:'] },
            { part: 'list' as const, items: unlinked.slice(0, ROWS).map((item) => unlinkedRow(bridge, item)) },
          ]),
    ],
  });
};

/** Open cases of the first page of the helpdesk's list that have no thread. */
const openWithoutThread = async (bridge: Bridge): Promise<readonly Case[]> => {
  const { cases } = await bridge.helpdesk.listOpenCases(0);
  const linked = await Promise.all(
    cases.map(async (item) => (await linkOfCase(bridge, item.id))?.value.state === 'on'),
  );
  return cases.filter((_, index) => linked[index] !== true);
};

/** A case in a list: the way to its thread, how long its customer waits, who has it. */
export const row = async (bridge: Bridge, link: StoredLink): Promise<Inline[]> => {
  const root = await rootOf(bridge, link.key);
  const name = `${link.value.case.id} ${contactName(link.value.case.contact)}`;
  const url =
    root === null ? bridge.helpdesk.caseUrl(link.value.case.id) : await bridge.chat.permalink(root.channel, root.ts);
  return [{ url, label: name }, ` · ${waits(link.value, bridge.now())}`, ...claimed(link.value)];
};

const claimed = (link: Link): readonly Inline[] => (link.claimedBy === null ? [] : [' · ', { member: link.claimedBy }]);
const waits = (link: Link, now: number): string =>
  link.waitingSince === null ? 'answered' : `waits ${span(Math.max(0, now - link.waitingSince))}`;
const unlinkedRow = (bridge: Bridge, item: Case): Inline[] => [
  { url: bridge.helpdesk.caseUrl(item.id), label: `${item.id} ${contactName(item.contact)}` },
  ` · ${item.status}`,
];

export const search = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  if (rest.length < 2) return answer(asked, say(`Say what to look for: “${bridge.command} search jo@example.com”.`));
  const contacts = (await bridge.helpdesk.findContacts(rest)).slice(0, ROWS);
  if (contacts.length === 0) return answer(asked, say(`No contact in Acquire matches “${rest}”.`));
  return answer(asked, {
    summary: `${contacts.length} contacts`,
    parts: [
      { part: 'text', text: [`Contacts that match “${rest}” (${bridge.command} open <number> opens a case):`] },
      {
        part: 'list',
        items: contacts.map((contact): Inline[] => [{ strong: contact.id }, ` ${contactName(contact)}`]),
      },
    ],
  });
};

export const status = async ({ bridge, asked }: Command): Promise<Consequence> => {
  const { slack, acquire } = bridge.health();
  const { deliveries, oldestOwed } = await bridge.store.counts();
  const oldest = oldestOwed === null ? '' : `, the oldest for ${span(Math.max(0, bridge.now() - oldestOwed))}`;
  return answer(asked, {
    summary: `Slack ${slack}, Acquire ${acquire}`,
    parts: [
      {
        part: 'fields',
        fields: [
          { label: 'Slack', value: [slack] },
          { label: 'Acquire', value: [acquire] },
        ],
      },
      {
        part: 'text',
        text: [
          `${deliveries.owed} deliveries are owed${oldest}; ${deliveries.held} held, ${deliveries.unknown} of unknown outcome, ${deliveries.dead} given up.`,
        ],
      },
    ],
  });
};
