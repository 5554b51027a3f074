import { describe, expect, test } from 'vitest';
import { type CarryContext, carry } from '../../src/core/carry.ts';
import { Case } from '../../src/core/case.ts';
import type { CaseReading } from '../../src/core/event.ts';
import { AccountId, CaseId, ChannelId, TeamId } from '../../src/core/ids.ts';
import type { Link } from '../../src/core/link.ts';
import { CaseMessage } from '../../src/core/message.ts';

const HOUR = 3_600_000;

const context: CarryContext = {
  team: TeamId.parse('T1'),
  account: AccountId.parse('acquire:acme'),
  baseline: { version: 1, message: null, case: null, since: 0 },
  home: ChannelId.parse('C1'),
  start: 'message',
  rule: null,
  broadcast: true,
  caseUrl: 'https://acme.example/?caseId=72',
  ownSenders: new Set(['9']),
  reopenedByUs: null,
};

const contact = { id: '5', name: 'Jo', email: null, phone: null };
const someCase = {
  id: '72',
  chain: '72',
  contact,
  channel: 'chat',
  state: 'open',
  status: 'active',
  title: null,
  createdAt: 1,
  updatedAt: 1,
  closedBy: null,
  agents: [],
};
const caseOf = (change: Partial<Record<keyof Case, unknown>> = {}): Case => Case.parse({ ...someCase, ...change });

const row = (id: number, side: 'contact' | 'agent' | 'self', change: Record<string, unknown> = {}): CaseMessage =>
  CaseMessage.parse({
    id: String(id),
    type: 'message',
    sender: { side, id: side === 'self' ? '9' : '5', name: null },
    text: `row ${id}`,
    createdAt: id,
    marker: null,
    ...change,
  });

const read = (messages: readonly CaseMessage[], change: Partial<CaseReading> = {}): CaseReading => ({
  case: caseOf(),
  messages: [...messages],
  complete: true,
  ...change,
});

/** The link after a first reading. */
const linked = (messages: readonly CaseMessage[] = [row(100, 'contact')]): Link => {
  const carried = carry(read(messages), null, context);
  if (carried === null) throw new Error('no thread was started');
  return carried.link;
};

const keys = (reading: CaseReading, link: Link): readonly string[] =>
  carry(reading, link, context)?.posts.map(({ key }) => key) ?? [];

describe('carrying a reading into its thread', () => {
  test('a case in which no customer spoke starts no thread', () => {
    expect(carry(read([row(1, 'agent')]), null, context)).toBeNull();
  });

  test('the cursor moves only by a complete reading', () => {
    const link = linked();

    expect(
      carry(read([row(100, 'contact'), row(101, 'contact')], { complete: false }), link, context)?.link.cursor,
    ).toBe('100');
    expect(carry(read([row(100, 'contact'), row(101, 'contact')]), link, context)?.link.cursor).toBe('101');
  });

  test('a row that becomes visible below the cursor is carried, under its own key', () => {
    const link = linked([row(100, 'contact'), row(102, 'contact')]);

    expect(keys(read([row(100, 'contact'), row(101, 'contact'), row(102, 'contact')]), link)).toContain('101');
  });

  test('our own rows are never carried', () => {
    expect(keys(read([row(100, 'contact'), row(101, 'self')]), linked())).toEqual(['100']);
  });

  test('what is read of an earlier case of the chain says nothing of how the newer one stands', () => {
    const link = { ...linked(), case: caseOf({ id: '80' }), caseIds: [CaseId.parse('72'), CaseId.parse('80')] };

    const carried = carry(read([row(101, 'contact')], { case: caseOf({ state: 'closed' }) }), link, context);

    expect(carried?.link).toEqual(link);
    expect(carried?.posts.map(({ key }) => key)).toEqual(['101']);
  });

  test('a closing of our own is not told as Acquire’s', () => {
    const closed = { case: caseOf({ state: 'closed', closedBy: '9' }) };

    expect(keys(read([row(100, 'contact')], closed), linked())).toEqual(['100']);
  });

  test('a closing without a system line of its own is told once', () => {
    const closed = read([row(100, 'contact')], { case: caseOf({ state: 'closed', closedBy: '7' }) });
    const carried = carry(closed, linked(), context);

    expect(carried?.posts.map(({ key }) => key)).toEqual(['100', 'state:72:closed:1']);
    expect(carried?.link.doneBy).toBe('closed in Acquire');
    expect(keys(closed, carried?.link ?? linked())).toEqual(['100']);
  });

  test('a customer’s message after eight hours of silence is shown in the channel again', () => {
    const link = { ...linked(), attended: true, activeAt: 100 };
    const loud = (createdAt: number) =>
      carry(read([row(101, 'contact', { createdAt })]), link, context)?.posts[0]?.broadcast;

    expect(loud(8 * HOUR)).toBe(false);
    expect(loud(8 * HOUR + 101)).toBe(true);
  });

  test('a note of a colleague without a name still says that it is a note', () => {
    const carried = carry(read([row(100, 'contact'), row(101, 'agent', { type: 'note' })]), linked(), context);

    expect(carried?.posts.at(-1)?.as).toEqual({ name: 'Agent (note in Acquire)', icon: 'note' });
  });

  test('an older case brings its newest messages in one post, and what is left out is said', () => {
    const old = Array.from({ length: 40 }, (_, index) => row(index + 1, 'contact', { text: 'x'.repeat(3000) }));
    const baseline = { ...context.baseline, message: old.at(-1)?.id ?? null, case: CaseId.parse('72') };

    const carried = carry(read([...old, row(99, 'contact')]), null, { ...context, baseline });

    const [history, now] = carried?.posts ?? [];
    const characters = JSON.stringify(history?.notice).length;
    expect(characters).toBeLessThan(10_000);
    expect(JSON.stringify(history?.notice)).toContain('20 more and full texts');
    expect(now?.key).toBe('99');
  });
});
