import { card, caseTitle, contactName } from '../../core/card.ts';
import type { Case } from '../../core/case.ts';
import { firstWord } from '../../core/command-words.ts';
import type { Link, Root } from '../../core/link.ts';
import { type Inline, type Notice, type Part, say } from '../../core/notice.ts';
import { button, span } from '../../core/words.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { eachRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { linkByKey, rootOf, type StoredLink } from '../threads/links.ts';
import { answer, type Asked, findTypedCase } from './actions.ts';

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
      text: [[link.value.case.id, contactName(link.value.case.contact), caseTitle(link.value.case)].join(' · ')],
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
    { part: 'title', text: caseTitle(found) },
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

export type KnownLink = Pick<StoredLink, 'key' | 'value'>;

/** A case in a list: the way to its thread, how long its customer waits, who has it. */
export const row = async (bridge: Bridge, link: KnownLink): Promise<Inline[]> => {
  const root = await rootOf(bridge, link.key);
  const name = `${link.value.case.id} ${contactName(link.value.case.contact)}`;
  const url = (root === null ? null : await wayTo(bridge, root)) ?? bridge.helpdesk.caseUrl(link.value.case.id);
  return [{ url, label: name }, ` · ${standing(link.value, bridge.now())}`, ...claimed(link.value)];
};

/** Null where Slack does not say it now, or any more: a list must not fail for one of its rows. */
const wayTo = async (bridge: Bridge, { channel, ts }: Root): Promise<string | null> => {
  try {
    return await bridge.chat.permalink(channel, ts);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

const claimed = (link: Link): readonly Inline[] => (link.claimedBy === null ? [] : [' · ', { member: link.claimedBy }]);
const standing = (link: Link, now: number): string => {
  if (link.case.state === 'closed') return 'closed';
  return link.waitingSince === null ? 'answered' : `waits ${span(Math.max(0, now - link.waitingSince))}`;
};

export const status = async ({ bridge, asked }: Command): Promise<Consequence> => {
  const { slack, acquire, giosg } = bridge.health();
  const { deliveries, oldestOwed } = await bridge.store.counts();
  const oldest = oldestOwed === null ? '' : `, the oldest for ${span(Math.max(0, bridge.now() - oldestOwed))}`;
  return answer(asked, {
    summary: `Slack ${slack}, Acquire ${acquire}${giosg === null ? '' : `, giosg ${giosg}`}`,
    parts: [
      {
        part: 'fields',
        fields: [
          { label: 'Slack', value: [slack] },
          { label: 'Acquire', value: [acquire] },
          ...(giosg === null ? [] : [{ label: 'giosg', value: [`${giosg}, ${await watchedCases(bridge)}`] }]),
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

const watchedCases = async (bridge: Bridge): Promise<string> => {
  let count = 0;
  for await (const _ of eachRecord(bridge.records, 'watched_case')) count += 1;
  return count === 1 ? '1 case is watched' : `${count} cases are watched`;
};
