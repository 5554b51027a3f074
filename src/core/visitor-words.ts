import { endOfPiece } from './graphemes.ts';
import type { Button, Form, Inline, Notice, Part } from './notice.ts';
import { say } from './notice.ts';
import type { ExternalId, Ordering, VisitorCase, VisitorCasePage } from './visitor-case.ts';
import { canDo, caseValue, LIST_ROWS, listValue, type ListPlace, type Provider } from './visitor-doors.ts';
import { type Change, ownerName, priorityOf, type VisitorLink } from './visitor-link.ts';
import { button, line } from './words.ts';

/** What people read of a visitor's cases: the list, one of them, and the thread that watches one. */

const FACT_LIMIT = 200;
const DESCRIPTION_LIMIT = 2_500;

const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, endOfPiece(text, 0, limit - 1))}…`;

const short = (text: string, limit = FACT_LIMIT): string => cut(text.replaceAll(/\s+/gu, ' ').trim(), limit);

/** What people call a case. */
const visitorCaseTitle = ({ number, subject }: VisitorCase): string =>
  subject === null ? short(number) : `${short(number)} · ${short(subject)}`;

const ORDERS: Readonly<Record<Ordering, string>> = {
  latest: 'latest change first',
  stalest: 'longest unchanged first',
  newest: 'newest first',
  oldest: 'oldest first',
};
const ORDER_BUTTONS: Readonly<Record<Ordering, readonly [action: string, label: string]>> = {
  latest: ['case_visitor_latest', 'Latest change first'],
  stalest: ['case_visitor_stalest', 'Longest unchanged first'],
  newest: ['case_visitor_newest', 'Newest first'],
  oldest: ['case_visitor_oldest', 'Oldest first'],
};
const ORDERINGS = ['latest', 'stalest', 'newest', 'oldest'] as const satisfies readonly Ordering[];

/** What an answer begins with when nobody asked for another order. */
const FIRST_ORDERING: Ordering = 'latest';

export const firstPlace = (visitor: ExternalId, ordering: Ordering = FIRST_ORDERING): ListPlace => ({
  visitor,
  ordering,
  cursor: null,
  skipped: 0,
});

export const noSuchVisitor = ({ system }: Provider, visitor: ExternalId): Notice =>
  say(`${system} knows no customer with the id “${visitor}”. Check the id: it is what your own system calls them.`);

export const noSuchVisitorCase = ({ system }: Provider, visitor: ExternalId): Notice =>
  say(`${system} shows no such case of “${visitor}”. Check the case and the customer’s id.`);

type Shown = { readonly place: ListPlace; readonly page: VisitorCasePage };

/** A part of a visitor's list, with the ways to the rest. */
export const casesNotice = (provider: Provider, { place, page }: Shown): Notice => {
  const { visitor, ordering, skipped } = place;
  const rows = page.cases.slice(skipped, skipped + LIST_ROWS);
  const isEmpty = page.cases.length === 0 && page.previous === null && page.next === null && !page.cutOff;
  const summary = isEmpty ? `${provider.system} has no cases of “${visitor}”` : `Cases of “${visitor}”`;
  if (isEmpty && page.unreadable === 0) return say(`${summary}.`);
  return {
    summary,
    parts: [
      { part: 'title', text: `${provider.system}: cases of ${short(visitor, 100)}` },
      { part: 'buttons', buttons: orderButtons(visitor, ordering) },
      ...rows.flatMap((found) => rowOf(provider, visitor, found)),
      { part: 'small', text: [footOf(provider, { place, page })] },
      ...pageButtons({ place, page }),
    ],
  };
};

const orderButtons = (visitor: ExternalId, current: Ordering): Button[] =>
  ORDERINGS.map((ordering): Button => {
    const [action, label] = ORDER_BUTTONS[ordering];
    const style = ordering === current ? 'primary' : 'plain';
    return button(action, label, listValue(firstPlace(visitor, ordering)) ?? '', { style });
  });

const rowOf = (provider: Provider, visitor: ExternalId, found: VisitorCase): readonly Part[] => [
  { part: 'text', text: [{ strong: visitorCaseTitle(found) }, '\n', ...factsInLine(found)] },
  ...(canDo(provider, 'show')
    ? [
        {
          part: 'buttons' as const,
          buttons: [button('case_visitor_show', 'Details…', caseValue({ visitor, case: found.id }))],
        },
      ]
    : []),
];

const factsInLine = (found: VisitorCase): readonly Inline[] =>
  factsOf(found).flatMap(({ label, value }, at): Inline[] => [at === 0 ? `${label}: ` : ` · ${label}: `, ...value]);

const footOf = ({ system }: Provider, { place, page }: Shown): string => {
  const count = page.unreadable;
  const left =
    count === 0
      ? ''
      : ` ${count === 1 ? 'One case could not be read and is' : `${count} cases could not be read and are`} left out.`;
  const end = page.cutOff ? ` There are more, but ${system} does not say where: this is not the end of the list.` : '';
  return `In the order ${ORDERS[place.ordering]}.${left}${end}`;
};

const pageButtons = ({ place, page }: Shown): readonly Part[] => {
  const back =
    place.skipped > 0 ? { ...place, skipped: Math.max(0, place.skipped - LIST_ROWS) } : at(place, page.previous);
  const hasMore = page.cases.length > place.skipped + LIST_ROWS;
  const on = hasMore ? { ...place, skipped: place.skipped + LIST_ROWS } : at(place, page.next);
  const buttons = [...turning('case_visitor_back', 'Previous', back), ...turning('case_visitor_page', 'Next', on)];
  return buttons.length === 0 ? [] : [{ part: 'buttons', buttons }];
};

const at = (place: ListPlace, cursor: ListPlace['cursor']): ListPlace | null =>
  cursor === null ? null : { ...place, cursor, skipped: 0 };

const turning = (action: string, label: string, place: ListPlace | null): Button[] => {
  const value = place === null ? null : listValue(place);
  return value === null ? [] : [button(action, label, value)];
};

/** A look-up that failed on the way through a list: what was wrong, and the way back to its beginning. */
export const beginAgain = (notice: Notice, { visitor, ordering }: ListPlace): Notice => ({
  ...notice,
  parts: [...notice.parts, { part: 'buttons', buttons: orderButtons(visitor, ordering) }],
});

type Fact = { readonly label: string; readonly value: Inline[] };

const fact = (label: string, text: string | null): readonly Fact[] =>
  text === null ? [] : [{ label, value: [short(text)] }];

const moment = (label: string, ms: number | null): readonly Fact[] =>
  ms === null ? [] : [{ label, value: [{ at: ms }] }];

/** What is not known is not shown; that nobody has a case is. */
const factsOf = (found: VisitorCase): readonly Fact[] => [
  ...fact('Status', found.status),
  ...fact('Priority', priorityOf(found)),
  ...fact('Owner', ownerName(found.owner)),
  ...fact('Channel', found.channel),
  ...fact('Unread', found.unread === null ? null : String(found.unread)),
  ...fact('Waiting', found.waiting === null ? null : found.waiting ? 'yes' : 'no'),
  ...moment('Updated', found.updatedAt),
];

const allFacts = (visitor: ExternalId, found: VisitorCase): Fact[] => [
  ...factsOf(found),
  ...moment('Opened', found.createdAt),
  ...moment('Closed', found.closedAt),
  { label: 'Customer', value: [short(visitor)] },
  ...fact('Contact', found.contact),
];

type One = {
  readonly visitor: ExternalId;
  readonly found: VisitorCase;
  /** The way to its thread; null where it has none. */
  readonly thread: string | null;
};

/** One case, with everything that can be done about it from here. */
export const visitorCaseParts = (provider: Provider, { visitor, found, thread }: One): Part[] => {
  const value = caseValue({ visitor, case: found.id });
  const watch = thread === null && canDo(provider, 'link');
  return [
    { part: 'title', text: visitorCaseTitle(found) },
    { part: 'fields', fields: allFacts(visitor, found) },
    ...(found.description === null
      ? []
      : [{ part: 'quote' as const, text: [cut(found.description, DESCRIPTION_LIMIT)] }]),
    ...(thread === null ? [] : [{ part: 'text' as const, text: [{ url: thread, label: 'Go to its thread' }] }]),
    { part: 'small', text: [READ_ONLY(provider.system)] },
    ...(watch
      ? [{ part: 'buttons' as const, buttons: [button('case_visitor_link', 'Watch it in this channel', value)] }]
      : []),
  ];
};

export const visitorForm = (title: string, parts: readonly Part[]): Form => ({
  form: 'visitor_case',
  title,
  submit: null,
  context: '',
  parts: [...parts],
});

const READ_ONLY = (system: string): string =>
  `casebridge can only read in ${system}: answer and work on the case there.`;

/** The rule of a thread whose provider takes no replies; what people write in it is theirs. */
const ruleOf = ({ system, abilities }: Provider): string =>
  abilities.has('reply')
    ? ''
    : `What you write in this thread is sent nowhere: casebridge can only read in ${system}. Answer the customer there.`;

const STOPPING: NonNullable<Button['confirm']> = {
  title: 'Stop watching?',
  text: 'Nothing more of this case is told in its thread.',
  yes: 'Stop',
};

/** The first message of a thread that watches a case. */
export const visitorCard = (provider: Provider, link: VisitorLink): Notice => {
  const { visitor, case: found } = link;
  const value = caseValue({ visitor, case: found.id });
  const buttons = [
    ...(canDo(provider, 'show') ? [button('case_visitor_show', 'Details…', value)] : []),
    ...(canDo(provider, 'visitor')
      ? [button('case_visitor_all', 'All their cases', listValue(firstPlace(visitor)) ?? '')]
      : []),
    ...(canDo(provider, 'unlink')
      ? [button('case_visitor_unlink', 'Stop watching', value, { confirm: STOPPING })]
      : []),
  ];
  const gone: Part = {
    part: 'text',
    text: [`${provider.system} does not show this case any more. Below is how it was last.`],
  };
  return {
    summary: `${provider.system} ${visitorCaseTitle(found)}`,
    parts: [
      { part: 'title', text: visitorCaseTitle(found) },
      ...(link.gone ? [gone] : []),
      { part: 'fields', fields: [{ label: 'System', value: [provider.system] }, ...allFacts(visitor, found)] },
      { part: 'buttons', buttons },
      { part: 'small', text: [ruleOf(provider)] },
    ],
  };
};

/** What the first message becomes when its case is not watched any more. */
export const endedVisitorCard = ({ case: found }: VisitorLink): Notice => ({
  summary: `${short(found.number)} is no longer watched`,
  parts: [
    { part: 'title', text: visitorCaseTitle(found) },
    { part: 'text', text: ['No longer watched: nothing more of this case is told here.'] },
  ],
});

/** A line of the thread for what has changed. */
export const changesTold = (system: string, changes: readonly Change[]): Notice =>
  line(
    `${system}: `,
    ...changes.flatMap(({ what, from, to }, index): Inline[] => [
      index === 0 ? '' : ' · ',
      { strong: what },
      ` ${short(from)} → ${short(to)}`,
    ]),
  );

export const goneTold = (system: string): Notice =>
  line(`${system} does not show this case any more. It is looked for again from time to time.`);

export const backTold = (system: string): Notice => line(`${system} shows this case again.`);

export const sentNowhere = ({ system }: Provider): Notice =>
  say(
    `What you write in this thread is sent nowhere: casebridge can only read in ${system}, so the customer does not get it. Answer in ${system}.`,
  );
