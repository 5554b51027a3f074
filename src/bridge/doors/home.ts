import type { AnswerTo, EventOf } from '../../core/event.ts';
import type { MemberId } from '../../core/ids.ts';
import type { Button, Notice, Part } from '../../core/notice.ts';
import { button, notAnAgent } from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { unsentOf } from '../messages/unsent.ts';
import { type Consequence, handled } from '../settlement.ts';
import type { StoredLink } from '../threads/links.ts';
import type { Asked } from './actions.ts';
import { openLinks, row } from './lookups.ts';

/** The home tab: an agent's desk, drawn anew each time it is opened and after each thing done on it. */

/** Rows under one heading of the desk, and on a page of one heading alone: each takes two of Slack's hundred blocks. */
const ROWS = 5;
const PAGE_ROWS = 20;
/** What was just answered stands above; more of it would leave no room. */
const TOLD_PARTS = 10;

type Section = {
  readonly title: string;
  readonly none: string;
  /** Which cases it shows, of those that are open, the longest waiting first. */
  readonly holds: (link: StoredLink, member: MemberId) => boolean;
  /** Beside the way to its details. */
  readonly buttons: (link: StoredLink, member: MemberId) => readonly Button[];
};

const claim = ({ key, value }: StoredLink): readonly Button[] =>
  value.claimedBy === null ? [button('case_claim', 'Claim', key, { style: 'primary' })] : [];

const SECTIONS: Readonly<Record<string, Section>> = {
  mine: {
    title: 'Your cases',
    none: 'You have taken no open case.',
    holds: ({ value }, member) => value.claimedBy === member,
    buttons: ({ key }) => [button('case_snooze', 'Snooze…', key), button('case_unclaim', 'Release', key)],
  },
  unclaimed: {
    title: 'Nobody has taken',
    none: 'Every open case is taken.',
    holds: ({ value }) => value.claimedBy === null,
    buttons: claim,
  },
  waiting: {
    title: 'Waiting longest',
    none: 'No customer waits.',
    holds: ({ value }) => value.waitingSince !== null,
    buttons: claim,
  },
  snoozed: {
    title: 'Snoozed',
    none: 'No case is snoozed.',
    holds: ({ value }) => value.snoozedUntil !== null,
    buttons: ({ key }) => [button('case_wake', 'End snooze', key)],
  },
};

export const onHomeOpened = async (
  bridge: Bridge,
  event: EventOf<'home_opened'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const standing = await standingOf(bridge, event.member, { at: claimed.receivedAt, channel: bridge.channels().home });
  const notice = standing.is === 'agent' ? await desk(bridge, event.member) : notAnAgent;
  return handled(published(claimed.key, event.member, notice));
};

const published = (cause: string, member: MemberId, notice: Notice): Consequence => ({
  deliveries: [owe({ id: `home:${cause}`, effect: { do: 'publish_home', member, notice } })],
});

/** A button of the desk that turns to a page of one heading, or back. */
export const turnPage = async (bridge: Bridge, { to, key }: Asked, value: string): Promise<Consequence> => {
  const [name = '', page = '0'] = value.split(':');
  const section = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined;
  const notice =
    section === undefined
      ? await desk(bridge, to.member)
      : await pageOf(bridge, to.member, { name, section, page: Math.max(0, Math.trunc(Number(page)) || 0) });
  return published(key, to.member, notice);
};

/** What was asked on the desk is answered on it, above everything else. */
export const answerOnDesk = async (bridge: Bridge, to: AnswerTo, told: Notice): Promise<void> => {
  const { summary, parts } = await desk(bridge, to.member);
  const shown = told.parts.slice(0, TOLD_PARTS);
  await bridge.chat.publishHome(
    to.member,
    {
      summary,
      parts: [...shown, { part: 'buttons', buttons: [toDesk('Done')] }, { part: 'divider' }, ...parts],
    },
    bridge.channels().home,
  );
};

const toDesk = (label: string): Button => button('case_home', label, 'desk:0');

const desk = async (bridge: Bridge, member: MemberId): Promise<Notice> => {
  const links = await openLinks(bridge);
  const sections = await Promise.all(
    Object.entries(SECTIONS).map(([name, section]) => sectionOnDesk(bridge, member, { name, section, links })),
  );
  return {
    summary: 'Your cases',
    parts: [
      healthOf(bridge),
      { part: 'buttons', buttons: [toDesk('Refresh')] },
      ...(await unsentOf(bridge, member, ROWS)),
      ...sections.flat(),
      { part: 'divider' },
      { part: 'small', text: [`“${bridge.command} help” lists what you can do.`] },
    ],
  };
};

const healthOf = (bridge: Bridge): Part => {
  const { slack, acquire, giosg } = bridge.health();
  return {
    part: 'small',
    text: [`Slack: ${slack}. Acquire: ${acquire}.${giosg === null ? '' : ` giosg: ${giosg}.`}`],
  };
};

type Shown = { readonly name: string; readonly section: Section };

const sectionOnDesk = async (
  bridge: Bridge,
  member: MemberId,
  { name, section, links }: Shown & { readonly links: readonly StoredLink[] },
): Promise<readonly Part[]> => {
  const found = links.filter((link) => section.holds(link, member));
  const all = button('case_home', `All ${found.length}`, `${name}:0`);
  return [
    { part: 'title', text: `${section.title} (${found.length})` },
    ...(await rowsOf(bridge, member, { section, links: found.slice(0, ROWS) })),
    ...(found.length === 0 ? [{ part: 'small', text: [section.none] } satisfies Part] : []),
    ...(found.length > ROWS ? [{ part: 'buttons', buttons: [all] } satisfies Part] : []),
  ];
};

const rowsOf = async (
  bridge: Bridge,
  member: MemberId,
  { section, links }: { readonly section: Section; readonly links: readonly StoredLink[] },
): Promise<readonly Part[]> => {
  const rows = await Promise.all(links.map((link) => row(bridge, link)));
  return links.flatMap((link, at): readonly Part[] => [
    { part: 'text', text: rows[at] ?? [] },
    {
      part: 'buttons',
      buttons: [button('case_details', 'Details…', link.key), ...section.buttons(link, member)],
    },
  ]);
};

/** Pages that are no more, because cases were closed meanwhile, show the last that is. */
const pageOf = async (
  bridge: Bridge,
  member: MemberId,
  { name, section, page }: Shown & { readonly page: number },
): Promise<Notice> => {
  const found = (await openLinks(bridge)).filter((link) => section.holds(link, member));
  const last = Math.max(0, Math.ceil(found.length / PAGE_ROWS) - 1);
  const at = Math.min(page, last);
  const links = found.slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS);
  const earlier = at > 0 ? [button('case_home', 'Previous', `${name}:${at - 1}`)] : [];
  // An action may stand only once in a row of buttons: they are drawn below each other.
  const later = at < last ? [button('case_home', 'Next', `${name}:${at + 1}`)] : [];
  return {
    summary: section.title,
    parts: [
      healthOf(bridge),
      { part: 'title', text: `${section.title} (${found.length}), page ${at + 1} of ${last + 1}` },
      { part: 'buttons', buttons: [toDesk('Back'), ...earlier, ...later] },
      ...(found.length === 0 ? [{ part: 'small', text: [section.none] } satisfies Part] : []),
      ...(await rowsOf(bridge, member, { section, links })),
    ],
  };
};
