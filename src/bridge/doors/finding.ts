import { caseTitle, contactName } from '../../core/card.ts';
import type { Case } from '../../core/case.ts';
import {
  filterNames,
  isListed,
  type ListQuery,
  listQuery,
  listTitle,
  pageNamed,
  pageValue,
} from '../../core/list-words.ts';
import { type Inline, type Part, say } from '../../core/notice.ts';
import { button } from '../../core/words.ts';
import type { Bridge } from '../context.ts';
import { eachRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { linkOfCase } from '../threads/links.ts';
import { answer, type Asked } from './actions.ts';
import { type Command, type KnownLink, openLinks, row, ROWS } from './lookups.ts';

/** Lists of cases and the search among them: answered privately, they change nothing. */

/** Links that one look goes through; a team has fewer in years. */
const LOOKED_THROUGH = 20_000;
const SEARCH_FROM = 2;

export const list = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  const query = listQuery(rest);
  if (!('unknown' in query)) return listed(bridge, asked, query);
  const hint = /^[#@]/u.test(query.unknown)
    ? ' Choose the channel or the member from the list that Slack offers while you type.'
    : '';
  return answer(
    asked,
    say(
      `“${rest}” is not a list. There are: ${filterNames.join(', ')}; a #channel or a @member narrows it down.${hint}`,
    ),
  );
};

/** A button that turns the page. */
export const turnList = async (bridge: Bridge, asked: Asked, value: string): Promise<Consequence> => {
  const query = pageNamed(value);
  return query === null
    ? answer(asked, say('This button is not known to this version of casebridge. Nothing was done.'))
    : listed(bridge, asked, query);
};

const listed = async (bridge: Bridge, asked: Asked, query: ListQuery): Promise<Consequence> => {
  const known: readonly KnownLink[] = query.filter === 'all' ? await everyLink(bridge) : await openLinks(bridge);
  const links = known.filter(({ value }) => isListed(value, query, asked.to.member));
  const isWhole = query.filter === 'open' && query.channel === null && query.member === null;
  const unlinked = isWhole && query.page === 0 ? await openWithoutThread(bridge) : [];
  if (links.length + unlinked.length === 0)
    return answer(asked, say(query.filter === 'mine' ? 'You have taken no open case.' : 'There are no such cases.'));
  const last = Math.max(0, Math.ceil(links.length / ROWS) - 1);
  const page = Math.min(query.page, last);
  const rows = await Promise.all(links.slice(page * ROWS, (page + 1) * ROWS).map((link) => row(bridge, link)));
  const place = last === 0 ? '' : `, page ${page + 1} of ${last + 1}`;
  return answer(asked, {
    summary: counted(links.length + unlinked.length, 'case'),
    parts: [
      { part: 'title', text: `${listTitle(query)} (${links.length}${place})` },
      ...(rows.length === 0 ? [] : [{ part: 'list', items: rows } satisfies Part]),
      ...turns({ ...query, page }, last),
      ...withoutThread(bridge, unlinked),
    ],
  });
};

const turns = (query: ListQuery, last: number): readonly Part[] => {
  const to = (label: string, page: number) => button('case_list', label, pageValue({ ...query, page }));
  const buttons = [
    ...(query.page > 0 ? [to('Previous', query.page - 1)] : []),
    ...(query.page < last ? [to('Next', query.page + 1)] : []),
  ];
  return buttons.length === 0 ? [] : [{ part: 'buttons', buttons }];
};

const withoutThread = (bridge: Bridge, cases: readonly Case[]): readonly Part[] => {
  if (cases.length === 0) return [];
  const items = cases
    .slice(0, ROWS)
    .map((item): Inline[] => [
      { url: bridge.helpdesk.caseUrl(item.id), label: `${item.id} ${contactName(item.contact)}` },
      ` · ${item.status}`,
    ]);
  const more = cases.length - items.length;
  return [
    { part: 'text', text: ['Without a thread:'] },
    { part: 'list', items },
    ...(more > 0 ? [{ part: 'small', text: [`${more} more are not shown.`] } satisfies Part] : []),
  ];
};

/** Open cases of the first page of the helpdesk's list that have no thread. */
const openWithoutThread = async (bridge: Bridge): Promise<readonly Case[]> => {
  const { cases } = await bridge.helpdesk.listOpenCases(0);
  const linked = await Promise.all(
    cases.map(async (item) => (await linkOfCase(bridge, item.id))?.value.state === 'on'),
  );
  return cases.filter((_, index) => linked[index] !== true);
};

/** Also those whose case is closed, the latest first. */
const everyLink = async (bridge: Bridge): Promise<readonly KnownLink[]> => {
  const links: KnownLink[] = [];
  for await (const [key, value] of eachRecord(bridge.records, 'link')) {
    if (value.state === 'on') links.push({ key, value });
    if (links.length >= LOOKED_THROUGH) break;
  }
  return links.toSorted((a, b) => (b.value.activeAt ?? 0) - (a.value.activeAt ?? 0));
};

export const search = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  if (rest.length < SEARCH_FROM)
    return answer(asked, say(`Say what to look for: “${bridge.command} search jo@example.com”.`));
  const contacts = await bridge.helpdesk.findContacts(rest);
  const links = await titled(bridge, rest);
  if (contacts.length + links.length === 0)
    return answer(asked, say(`No contact in Acquire matches “${rest}”, and no case with a thread is called so.`));
  const rows = await Promise.all(links.slice(0, ROWS).map((link) => titledRow(bridge, link)));
  return answer(asked, {
    summary: `${counted(contacts.length, 'contact')}, ${counted(links.length, 'case')}`,
    parts: [
      ...found(`Contacts that match “${rest}” (${bridge.command} open <number> opens a case):`, {
        items: contacts.slice(0, ROWS).map((contact): Inline[] => [{ strong: contact.id }, ` ${contactName(contact)}`]),
        of: contacts.length,
      }),
      ...found(`Cases whose title or contact matches “${rest}”:`, { items: rows, of: links.length }),
    ],
  });
};

const found = (head: string, { items, of }: { readonly items: Inline[][]; readonly of: number }): readonly Part[] => {
  if (items.length === 0) return [];
  const more = of - items.length;
  return [
    { part: 'text', text: [head] },
    { part: 'list', items },
    ...(more > 0 ? [{ part: 'small', text: [`${more} more are not shown: say more of it.`] } satisfies Part] : []),
  ];
};

/** Acquire searches contacts only; titles are known of the cases that have a thread. */
const titled = async (bridge: Bridge, text: string): Promise<readonly KnownLink[]> => {
  const wanted = text.toLowerCase();
  const all = await everyLink(bridge);
  return all.filter(({ value }) =>
    [value.case.title, value.case.contact.name, value.case.contact.email, value.case.contact.phone].some(
      (words) => words?.toLowerCase().includes(wanted) === true,
    ),
  );
};

const titledRow = async (bridge: Bridge, link: KnownLink): Promise<Inline[]> => [
  ...(await row(bridge, link)),
  ` · ${caseTitle(link.value.case)}`,
];

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
