import { expect, test } from 'vitest';
import { crossingOf } from '../../src/core/guard.ts';

const WRITTEN = 1_000_000;
const agent = (before: number) => ({ by: 'agent', shownAt: WRITTEN - before }) as const;
const customer = (before: number) => ({ by: 'customer', shownAt: WRITTEN - before }) as const;

test('what stood in the thread for a while was read', () => {
  expect(crossingOf('all', WRITTEN, [agent(11_000), customer(6000)])).toBeNull();
});

test.each([
  ['an answer of a colleague a moment before', agent(9000), 'crossed_agent'],
  ['one that does not stand in the thread yet', { by: 'agent', shownAt: null } as const, 'crossed_agent'],
  ['a message of the customer a moment before', customer(4000), 'crossed_customer'],
  ['one that was shown after the reply was written', customer(-60_000), 'crossed_customer'],
  ['one that does not stand in the thread yet', { by: 'customer', shownAt: null } as const, 'crossed_customer'],
])('%s was not', (_what, said, crossing) => {
  expect(crossingOf('all', WRITTEN, [said])).toBe(crossing);
  expect(crossingOf('agents', WRITTEN, [said])).toBe(said.by === 'agent' ? crossing : null);
  expect(crossingOf('off', WRITTEN, [said])).toBeNull();
});

test('that somebody else answered weighs more than that the customer wrote', () => {
  expect(crossingOf('all', WRITTEN, [customer(0), agent(0)])).toBe('crossed_agent');
});
