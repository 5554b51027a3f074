import { describe, expect, test } from 'vitest';
import { type CarryContext, carry } from '../../src/core/carry.ts';
import type { CaseReading } from '../../src/core/event.ts';
import { CaseReading as Reading } from '../../src/core/event.ts';
import { AccountId, CaseId, ChannelId, MessageId, TeamId } from '../../src/core/ids.ts';
import type { Link } from '../../src/core/link.ts';
import type { Start } from '../../src/core/route.ts';

/** Given a rule and a reading of a case without a thread: whether one starts, where, and with what. */

const context: CarryContext = {
  team: TeamId.parse('T1'),
  account: AccountId.parse('acquire:acme'),
  baseline: { version: 1, message: MessageId.parse('50'), case: CaseId.parse('60'), since: 0 },
  home: ChannelId.parse('C1'),
  start: 'message',
  rule: null,
  broadcast: true,
  caseUrl: 'https://acme.example/?caseId=72',
  ownSenders: new Set(),
  reopenedByUs: null,
};

type Said = readonly (readonly [id: number, side: 'contact' | 'bot' | 'agent'])[];

const reading = (said: Said, { id = '72', state = 'open' } = {}): CaseReading =>
  Reading.parse({
    case: {
      id,
      chain: '60',
      contact: { id: '5', name: 'Jo', email: null, phone: null },
      channel: 'chat',
      state,
      status: state,
      title: null,
      createdAt: 1,
      updatedAt: 1,
      closedBy: null,
      agents: [],
    },
    messages: said.map(([row, side]) => ({
      id: String(row),
      type: 'message',
      sender: { side, id: '5', name: null },
      text: `row ${row}`,
      createdAt: row,
      marker: null,
    })),
    complete: true,
  });

const starts = (start: Start, of: CaseReading, ended: Link | null = null): boolean =>
  carry(of, ended, { ...context, start }) !== null;

const OLD: Said = [[40, 'contact']];
const FRESH: Said = [[100, 'contact']];

describe('a thread starts', () => {
  test.each<readonly [Start, string, CaseReading, boolean]>([
    ['message', 'a message of the customer', reading(FRESH), true],
    ['message', 'a new case without one', reading([]), false],
    ['message', 'words of a bot alone', reading([[100, 'bot']]), false],
    ['message', 'what was there when the store was new', reading(OLD, { id: '55' }), false],
    ['new', 'a new case without a word', reading([]), true],
    ['new', 'a new case that is closed already, without a word', reading([], { state: 'closed' }), false],
    ['new', 'an old case without news', reading(OLD, { id: '55' }), false],
    ['new', 'a new message in an old case', reading(FRESH, { id: '55' }), true],
    ['waiting', 'a new case that waits', reading([], { state: 'waiting' }), true],
    ['waiting', 'a new case that a bot has', reading(FRESH), false],
    ['waiting', 'an old case that waited all the time', reading(OLD, { id: '55', state: 'waiting' }), false],
    ['waiting', 'an old case that waits with a new message', reading(FRESH, { id: '55', state: 'waiting' }), true],
    ['waiting', 'a closed case', reading(FRESH, { state: 'closed' }), false],
    ['never', 'whatever happens', reading(FRESH, { state: 'waiting' }), false],
  ])('at “%s”, %s: %#', (start, _what, of, expected) => expect(starts(start, of)).toBe(expected));

  test('anew after it was unlinked only for what came since', () => {
    const first = carry(reading(FRESH), null, { ...context, start: 'new' });
    const ended: Link | null = first === null ? null : { ...first.link, state: 'ended' };

    expect(starts('new', reading(FRESH), ended)).toBe(false);
    expect(starts('new', reading([...FRESH, [101, 'contact']]), ended)).toBe(true);
    expect(starts('new', reading(FRESH, { id: '80' }), ended)).toBe(true);
  });
});

describe('what a thread of a conversation that waits begins with', () => {
  const postsOf = (said: Said): readonly (readonly string[])[] =>
    (carry(reading(said, { state: 'waiting' }), null, { ...context, start: 'waiting' })?.posts ?? []).map(
      ({ messages }) => messages,
    );

  test('the talk with the bot in one post, the last words of the customer in their own', () => {
    const talk: Said = [
      [100, 'contact'],
      [101, 'bot'],
      [102, 'contact'],
      [103, 'contact'],
    ];
    expect(postsOf(talk)).toEqual([['100', '101'], ['102'], ['103']]);
  });

  test('only words of the customer, when nobody answered', () => {
    expect(postsOf([[100, 'contact']])).toEqual([['100']]);
  });

  test('what a bot says after the customer’s last words stands after them', () => {
    expect(
      postsOf([
        [100, 'contact'],
        [101, 'bot'],
        [102, 'contact'],
        [103, 'bot'],
      ]),
    ).toEqual([['100', '101'], ['102'], ['103']]);
  });
});

test('a thread keeps the name of its rule, unless a person chose another channel', () => {
  const rule = { name: 'vip', channel: context.home };
  const linkIn = (home: string) =>
    carry(reading(FRESH), null, { ...context, rule, home: ChannelId.parse(home) })?.link.route;

  expect(linkIn('C1')).toBe('vip');
  expect(linkIn('C2')).toBeNull();
});
