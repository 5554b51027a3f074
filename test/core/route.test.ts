import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Case } from '../../src/core/case.ts';
import { explainRoute, fits, routeFor } from '../../src/core/route.ts';
import { parseRoutes } from '../../src/routes.ts';

/** Given rules and a case: the rule that takes it, and why. */

const MONDAY_NOON = Date.parse('2026-11-23T12:00:00Z');
const SUNDAY = Date.parse('2026-11-22T12:00:00Z');

const routesIn = (content: string) => {
  const read = parseRoutes(content, { path: 'routes.yml', caseChannel: 'C0HOME' });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.channels.routes;
};

const caseWith = (change: object = {}, contact: object = {}): Case =>
  Case.parse({
    id: '72',
    chain: '72',
    contact: {
      id: '5',
      name: 'Jo Customer',
      email: 'jo@acme.com',
      phone: '+358401234567',
      fields: { city: 'Oulu' },
      ...contact,
    },
    channel: 'chat',
    state: 'open',
    status: 'active',
    title: 'A refund for order 7',
    createdAt: 1,
    updatedAt: 1,
    closedBy: null,
    agents: [],
    departments: ['Sales', 'Support'],
    queues: ['15'],
    tags: ['vip', 'Gold'],
    fields: { plan: 'Pro' },
    ...change,
  });

const takes = (when: string, of: Case = caseWith(), now = MONDAY_NOON): boolean =>
  routeFor(
    of,
    routesIn(`
hours: { office: { zone: Europe/Helsinki, days: { mon-fri: 8-16 } } }
routes: [{ name: one, when: ${when}, channel: C0ONE }]`),
    now,
  ) !== null;

describe('a rule takes a case', () => {
  test.each([
    '{ channel: chat }',
    '{ channel: [mail, CHAT] }',
    '{ department: support }',
    '{ queue: 15 }',
    '{ tag: gold }',
    "{ tag: 'v*' }",
    "{ tag: '*' }",
    '{ title: REFUND }',
    "{ title: 'refund*order' }",
    "{ contact: { email: '*@acme.com' } }",
    '{ contact: { id: 5 } }',
    '{ contact: { phone: +358401234567 } }',
    "{ contact: { phone: '+358*' } }",
    '{ contact: { city: oulu, name: jo customer } }',
    '{ fields: { plan: [free, pro] } }',
    '{ open: office }',
    '{}',
  ])('with %s', (when) => expect(takes(when)).toBe(true));
});

describe('a rule leaves a case', () => {
  test.each([
    '{ channel: mail }',
    "{ department: 'Sup' }",
    '{ queue: 1 }',
    '{ tag: silver }',
    '{ title: order 8 }',
    "{ contact: { email: 'acme.com' } }",
    "{ contact: { country: '*' } }",
    '{ fields: { plan: [free], tier: pro } }',
    '{ tag: vip, channel: sms }',
    '{ closed: office }',
  ])('with %s', (when) => expect(takes(when)).toBe(false));

  test('outside its hours', () => {
    expect(takes('{ open: office }', caseWith(), SUNDAY)).toBe(false);
    expect(takes('{ closed: office }', caseWith(), SUNDAY)).toBe(true);
  });

  test('that has nothing of what is asked for', () => {
    const bare = caseWith({ departments: [], tags: [], queues: [], fields: {}, title: null }, { email: null });
    for (const when of ["{ tag: '*' }", "{ department: '*' }", "{ title: '*' }", "{ contact: { email: '*' } }"])
      expect(takes(when, bare), when).toBe(false);
  });
});

const RULES = `
hours: { office: { zone: Europe/Helsinki, days: { mon-fri: 8-16 } } }
routes:
  - { name: silver, when: { channel: chat, tag: silver }, channel: C0ONE }
  - { name: night, when: { closed: office }, channel: C0TWO }
  - { name: sales, when: { department: Sales }, channel: C0THREE }
  - { name: rest, channel: C0FOUR }
`;

test('the first rule that fits counts, and it is said why not the ones before', () => {
  expect(routeFor(caseWith(), routesIn(RULES), MONDAY_NOON)?.name).toBe('sales');
  expect(explainRoute(caseWith(), routesIn(RULES), MONDAY_NOON)).toEqual([
    { route: 'silver', result: 'passed over', why: 'tag must be silver; it is vip, Gold' },
    { route: 'night', result: 'passed over', why: 'office is open now' },
    { route: 'sales', result: 'taken', why: null },
    { route: 'rest', result: 'not reached', why: null },
  ]);
});

test('no rule fits: then none is taken, and each says why', () => {
  const steps = explainRoute(caseWith({ departments: [] }), routesIn(RULES).slice(0, 3), MONDAY_NOON);

  expect(steps.map(({ result }) => result)).toEqual(['passed over', 'passed over', 'passed over']);
  expect(steps[2]?.why).toBe('department must be Sales; it is not there');
});

describe('a pattern', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acb', false],
    ['*b*', 'abc', true],
    ['ab*ba', 'aba', false],
    ['*a*a*', 'a', false],
    ['', 'a', false],
    ['caf\u00e9', 'CAFE\u0301', true],
    ['a.c', 'abc', false],
  ])('%j on %j: %s', (pattern, value, expected) => expect(fits(pattern, value)).toBe(expected));

  test('fits like the expression it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        expect(fits(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'su').test(text));
      }),
    );
  });

  test('takes no longer than its text is long', () => {
    expect(fits(`${'*a'.repeat(2_000)}b`, 'a'.repeat(200_000))).toBe(false);
  });
});
