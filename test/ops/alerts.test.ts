import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/http/metrics.ts';

const Rule = z.strictObject({
  alert: z.string().regex(/^Casebridge[A-Za-z]+$/u),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/u)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), action: z.string() }),
});
const Rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule) })),
});

const rules = Rules.parse(parse(readFileSync('ops/alerts.yml', 'utf8'))).groups.flatMap((group) => group.rules);
const operations = readFileSync('docs/operations.md', 'utf8');

/** What an expression names, and whether it is PromQL at all. */
const readExpression = (expression: string) => {
  const names: string[] = [];
  const matchers: { label: string; value: string }[] = [];
  const grouped: string[] = [];
  let broken = false;
  parser.parse(expression).iterate({
    enter: (node) => {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) broken = true;
      if (node.name === 'VectorSelector') names.push(/^[\w:]+/u.exec(text)?.[0] ?? text);
      if (node.name === 'UnquotedLabelMatcher') {
        const [, label = '', value = ''] = /^(\w+)\s*(?:=~|=|!=)\s*"(.*)"$/u.exec(text) ?? [];
        matchers.push({ label, value });
      }
      if (node.name === 'GroupingLabels') grouped.push(...(text.match(/\w+/gu) ?? []));
    },
  });
  return { names, matchers, grouped, broken };
};

const page = await createMetrics().render(
  async () => ({
    deliveries: { owed: 0, held: 0, dead: 0, unknown: 0 },
    events: { owed: 0, timer: 0, dead: 0 },
    late: 0,
    sides: ['slack', 'acquire'].map(
      (side) => [side, { owed: 0, oldestOwedMs: null, parkedLanes: 0, closed: false, closedMs: 0 }] as const,
    ),
    closedGates: 0,
    openLinks: 0,
    bytes: 0,
  }),
  {
    sides: [
      ['slack', true],
      ['acquire', true],
    ],
    slackConnected: true,
    pollAgeMs: 0,
    readsWaiting: 0,
  },
);

/** Metrics that the code has, a histogram with its three parts. */
const known = new Set(
  [...page.matchAll(/^# TYPE (\w+) (\w+)$/gmu)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
const linesOf = (name: string): string =>
  page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .join('\n');
/** Prometheus's own, of each process that it scrapes. */
known.add('up');
/** Prometheus adds these itself when it scrapes; `le` belongs to every histogram. */
const ADDED = ['job', 'instance', 'le'];

test.each(rules)('$alert asks for what the code measures, in PromQL', ({ expr }) => {
  const { names, matchers, grouped, broken } = readExpression(expr);

  expect(broken, expr).toBe(false);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    expect(known).toContain(name);
    const lines = linesOf(name);
    for (const label of grouped.filter((one) => !ADDED.includes(one))) expect(lines).toContain(`${label}="`);
    for (const { label, value } of matchers.filter((one) => !ADDED.includes(one.label)))
      expect(lines).toContain(`${label}="${value}"`);
  }
});

test.each(rules)('$alert says what to do, there and in the operations guide', ({ alert, annotations }) => {
  expect(annotations.action.length).toBeGreaterThan(30);
  expect(operations).toContain(`\`${alert}\``);
});

test('an expression that is no PromQL, or names what is not there, would be noticed', () => {
  expect(readExpression('sum by (job (x) > 1').broken).toBe(true);
  expect(known).not.toContain('casebridge_nonsense');
  expect(readExpression('sum by (job) (rate(a_total{b="c"}[5m])) > 0')).toEqual({
    names: ['a_total'],
    matchers: [{ label: 'b', value: 'c' }],
    grouped: ['job'],
    broken: false,
  });
});
