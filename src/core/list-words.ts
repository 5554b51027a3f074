import { ChannelId, MemberId } from './ids.ts';
import type { Link } from './link.ts';

/** Which cases somebody asks to see: the words behind `list`, and the value of the buttons that turn its pages. */

const FILTERS = {
  open: 'Open cases',
  mine: 'Your cases',
  waiting: 'Customers who wait',
  snoozed: 'Snoozed cases',
  unclaimed: 'Cases that nobody has',
  all: 'All cases with a thread',
} as const;
export type Filter = keyof typeof FILTERS;

export const filterNames = Object.keys(FILTERS);

const isFilter = (word: string): word is Filter => Object.hasOwn(FILTERS, word);

export type ListQuery = {
  readonly filter: Filter;
  readonly channel: ChannelId | null;
  readonly member: MemberId | null;
  readonly page: number;
};

const CHANNEL = /^<#(C[A-Z0-9]+|G[A-Z0-9]+)>$/u;
const MEMBER = /^<@([UW][A-Z0-9]+)>$/u;

/** What the words ask for, or the word that no list knows. */
export const listQuery = (words: string): ListQuery | { readonly unknown: string } => {
  let filter: Filter = 'open';
  let channel: ChannelId | null = null;
  let member: MemberId | null = null;
  for (const word of words.split(/\s+/u).filter(Boolean)) {
    const [, channelId] = CHANNEL.exec(word) ?? [];
    const [, memberId] = MEMBER.exec(word) ?? [];
    const name = word.toLowerCase();
    if (channelId !== undefined) channel = ChannelId.parse(channelId);
    else if (memberId !== undefined) member = MemberId.parse(memberId);
    else if (isFilter(name)) filter = name;
    else return { unknown: word };
  }
  return { filter, channel, member, page: 0 };
};

/** What a button carries, and back. */
export const pageValue = ({ filter, channel, member, page }: ListQuery): string =>
  [filter, channel ?? '', member ?? '', page].join('|');

export const pageNamed = (value: string): ListQuery | null => {
  const [filter = '', channel = '', member = '', page = ''] = value.split('|');
  if (!isFilter(filter) || !/^\d{1,6}$/u.test(page)) return null;
  return {
    filter,
    channel: channel === '' ? null : ChannelId.parse(channel),
    member: member === '' ? null : MemberId.parse(member),
    page: Number(page),
  };
};

export const listTitle = ({ filter }: ListQuery): string => FILTERS[filter];

/** Whether a link belongs into the list that `asker` wants. */
export const isListed = (link: Link, { filter, channel, member }: ListQuery, asker: MemberId): boolean => {
  if (channel !== null && link.channel !== channel) return false;
  if (member !== null && link.claimedBy !== member) return false;
  switch (filter) {
    case 'mine':
      return link.claimedBy === asker;
    case 'waiting':
      return link.waitingSince !== null;
    case 'snoozed':
      return link.snoozedUntil !== null;
    case 'unclaimed':
      return link.claimedBy === null;
    case 'open':
    case 'all':
      return true;
  }
};
