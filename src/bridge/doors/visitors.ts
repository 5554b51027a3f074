import { ACTIONS, type ActionName, actionNames } from '../../core/doors.ts';
import type { EventOf } from '../../core/event.ts';
import { messageForm } from '../../core/forms.ts';
import type { Form, Notice } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import { ExternalId, type Ordering, VisitorCaseId } from '../../core/visitor-case.ts';
import {
  canDo,
  cannotDo,
  type CasePlace,
  type ListPlace,
  NONE,
  readCaseValue,
  readListValue,
} from '../../core/visitor-doors.ts';
import { externalIdOf } from '../../core/visitor-field.ts';
import {
  beginAgain,
  casesNotice,
  firstPlace,
  noSuchVisitor,
  noSuchVisitorCase,
  visitorCaseParts,
  visitorForm,
} from '../../core/visitor-words.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import type { Consequence } from '../settlement.ts';
import { linkByKey, rootOf } from '../threads/links.ts';
import { findVisitorCase, lookUp, NOT_SET_UP } from '../visitors/visitor-asking.ts';
import { visitorLinkOf, visitorLinkOfThread } from '../visitors/visitor-links.ts';
import { answer, type Asked } from './actions.ts';
import { fill } from './forms.ts';
import type { Command } from './lookups.ts';
import { linkVisitorCase, unlinkVisitorCase } from './visitor-threads.ts';

/** Look-ups of visitors' cases, and the doors to them. Who asks was checked before; every answer is private. */

/** How a case of such a system is named where cases of the helpdesk are numbers: `giosg:<case>`. */
const PREFIX = 'giosg:';

const readVisitor = (text: string): ExternalId | null => ExternalId.safeParse(text).data ?? null;

export const visitorCommand = async ({ bridge, asked, rest }: Command): Promise<Consequence> => {
  const { visitors } = bridge;
  if (visitors === null) return answer(asked, NOT_SET_UP);
  const visitor = readVisitor(rest);
  if (visitor === null)
    return answer(
      asked,
      say(
        rest === ''
          ? `Say whose cases: “${bridge.command} visitor customer-8812”, with what your own system calls the customer.`
          : 'This is no customer’s id, so nothing was looked up: an id is at most 200 characters without control characters.',
      ),
    );
  return showList(bridge, asked, { place: firstPlace(visitor), replaces: false });
};

type Turn = {
  readonly place: ListPlace;
  /** The answer takes the place of the one whose button was pressed. */
  readonly replaces: boolean;
};

const showList = async (bridge: Bridge, asked: Asked, { place, replaces }: Turn): Promise<Consequence> => {
  const { visitors } = bridge;
  if (visitors === null) return answer(asked, NOT_SET_UP);
  if (!canDo(visitors, 'visitor')) return answer(asked, say(cannotDo(visitors)));
  const { visitor, ordering, cursor } = place;
  const looked = await lookUp(bridge, visitors, (cases) => cases.casesOf(visitor, { ordering, cursor }));
  const notice =
    'notice' in looked
      ? cursor === null
        ? looked.notice
        : beginAgain(looked.notice, place)
      : looked.found === null
        ? noSuchVisitor(visitors, visitor)
        : casesNotice(visitors, { place, page: looked.found });
  return { deliveries: [owe({ id: `answer:${asked.key}`, effect: { do: 'answer', to: asked.to, notice, replaces } })] };
};

/** The case as it is now, in parts; why not, where it cannot be shown. */
const showCase = async (bridge: Bridge, place: CasePlace): Promise<Notice> => {
  const { visitors } = bridge;
  if (visitors === null) return NOT_SET_UP;
  const looked = await findVisitorCase(bridge, visitors, place);
  if ('notice' in looked) return looked.notice;
  if (looked.found === null) return noSuchVisitorCase(visitors, place.visitor);
  const { found } = looked;
  const link = await visitorLinkOf(bridge, found.id);
  const root = link === null || link.value.state === 'ended' ? null : await rootOf(bridge, link.key);
  const thread = root === null ? null : await bridge.chat.permalink(root.channel, root.ts);
  return {
    summary: `${visitors.system} ${found.number}`,
    parts: visitorCaseParts(visitors, { visitor: place.visitor, found, thread }),
  };
};

/** The window of one case. */
const visitorCaseForm = async (bridge: Bridge, place: CasePlace): Promise<Form> =>
  visitorForm('giosg case', (await showCase(bridge, place)).parts);

const isActionName = (name: string): name is ActionName => actionNames.some((known) => known === name);

/** A command on a case that was named as `giosg:<case>`; null for every other command. */
export const onVisitorCase = (command: Command, name: string): Promise<Consequence> | Consequence | null => {
  const { bridge, asked, rest } = command;
  const [, named, more = ''] = /^giosg:(\S*)\s*([\s\S]*)$/iu.exec(rest) ?? [];
  if (named === undefined || !isActionName(name) || ACTIONS[name].usage === null || name === 'visitor') return null;
  const { visitors } = bridge;
  if (visitors === null) return answer(asked, NOT_SET_UP);
  if (!canDo(visitors, name)) return answer(asked, say(cannotDo(visitors)));
  const id = VisitorCaseId.safeParse(named);
  if (!id.success)
    return answer(
      asked,
      say(`“${PREFIX}${named}” names no case. Nothing was done. Expected is the case’s id or number.`),
    );
  if (name === 'unlink') return unlinkVisitorCase(bridge, asked, id.data);
  const visitor = readVisitor(more);
  if (visitor === null)
    return answer(
      asked,
      say(
        `Say whose case it is, so nothing was done: “${bridge.command} ${name} ${PREFIX}${named} customer-8812”, with what your own system calls the customer.`,
      ),
    );
  const place = { visitor, case: id.data };
  return name === 'link' ? linkVisitorCase(bridge, asked, place) : shownPrivately(bridge, asked, place);
};

const shownPrivately = async (bridge: Bridge, asked: Asked, place: CasePlace): Promise<Consequence> =>
  answer(asked, await showCase(bridge, place));

const ORDER_OF: Readonly<Record<string, Ordering>> = {
  case_visitor_latest: 'latest',
  case_visitor_stalest: 'stalest',
  case_visitor_newest: 'newest',
  case_visitor_oldest: 'oldest',
};

const STALE_BUTTON = say('This button is not known to this version of casebridge. Nothing was done.');

export const onVisitorButton = async (bridge: Bridge, event: EventOf<'button'>, asked: Asked): Promise<Consequence> => {
  switch (event.action) {
    case 'case_visitor':
      return listOfContact(bridge, asked, event.value);
    case 'case_visitor_show':
    case 'case_visitor_link':
    case 'case_visitor_unlink':
      return onCaseButton(bridge, event, asked);
    default: {
      const place = readListValue(event.value);
      if (place === null) return answer(asked, STALE_BUTTON);
      const ordering = ORDER_OF[event.action];
      // Only private answers are replaced: the first message of a thread has a button that leads here, too.
      const replaces = event.message === null && event.action !== 'case_visitor_all';
      return showList(bridge, asked, {
        place: ordering === undefined ? place : firstPlace(place.visitor, ordering),
        replaces,
      });
    }
  }
};

const onCaseButton = async (bridge: Bridge, event: EventOf<'button'>, asked: Asked): Promise<Consequence> => {
  const place = readCaseValue(event.value);
  if (event.action === 'case_visitor_show')
    return fill(
      asked,
      place === null ? messageForm('giosg case', STALE_BUTTON.summary) : await visitorCaseForm(bridge, place),
    );
  if (place === null) return answer(asked, STALE_BUTTON);
  if (bridge.visitors === null) return answer(asked, NOT_SET_UP);
  return event.action === 'case_visitor_link'
    ? linkVisitorCase(bridge, asked, place)
    : unlinkVisitorCase(bridge, asked, place.case);
};

/** The cases in the other system of the contact whose thread this is. */
const listOfContact = async (bridge: Bridge, asked: Asked, key: string): Promise<Consequence> => {
  const link = await linkByKey(bridge, key);
  const visitor = link === null ? null : externalIdOf(link.value.case, bridge.channels());
  if (visitor === null)
    return answer(
      asked,
      say('Acquire does not show what this contact is called in your own system, so nothing was looked up.'),
    );
  return showList(bridge, asked, { place: firstPlace(visitor), replaces: false });
};

/** What the message menu opens where no link is: in the thread of a watched case, what its system can do. */
export const formBesideLinks = async (bridge: Bridge, event: EventOf<'shortcut'>): Promise<Form> => {
  const { team, channel } = event.to;
  const link = await visitorLinkOfThread(bridge, { team, channel, ts: event.messageThread });
  if (link === null || link.value.state === 'ended')
    return messageForm(
      'No case here',
      'This message is not in the thread of a case. Nothing was done. “Open a case” makes one of it.',
    );
  if (event.shortcut !== 'case_details') return messageForm('Not done', cannotDo(bridge.visitors ?? NONE));
  const { visitor, case: found } = link.value;
  return visitorCaseForm(bridge, { visitor, case: found.id });
};
