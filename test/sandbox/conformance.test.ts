import { describe, expect, test } from 'vitest';
import { SLACK_METHODS } from '../../src/sandbox/slack/api.ts';
import { differences, methodOf, played } from './conformance-comparison.ts';
import { DEVIATIONS } from './conformance-deviations.ts';
import { scenarios } from './conformance-scenarios.ts';
import { bothSides, emulatorFor } from './conformance-sides.ts';

/** Our Slack beside `emulate`, which somebody else wrote from the same pages: what both serve, they answer alike. */

/** What `emulate` does not serve; our own tests are all that these have. */
const ALONE = [
  'apps.connections.open',
  'emoji.list',
  'usergroups.list',
  'usergroups.users.list',
  'users.conversations',
];

interface Comparison {
  readonly found: ReadonlyMap<string, readonly string[]>;
  readonly asked: ReadonlySet<string>;
}

const listed = DEVIATIONS.flatMap((deviation) => deviation.found);

let comparison: Promise<Comparison> | undefined;

/** Played once, by the test that needs it first. */
const compared = (): Promise<Comparison> => (comparison ??= compare());

async function compare(): Promise<Comparison> {
  const found = new Map<string, readonly string[]>();
  const asked = new Set<string>();
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { ours, theirs } = await bothSides();
    const answers = await played(scenario, ours);
    found.set(name, differences(answers, await played(scenario, theirs)));
    for (const { call } of answers) asked.add(methodOf(call));
  }
  return { found, asked };
}

describe('our Slack and an independent one', () => {
  test.each(Object.keys(scenarios))('answer alike, but for what is listed: %s', async (name) => {
    const { found } = await compared();

    expect(found.get(name)?.filter((one) => !listed.includes(one))).toEqual([]);
  });

  test('differ in all that is listed', async () => {
    const { found } = await compared();
    const seen = new Set([...found.values()].flat());

    expect(listed.filter((one) => !seen.has(one))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('are compared on every method that both serve', async () => {
    const { asked } = await compared();
    const emulator = await emulatorFor();
    const served = SLACK_METHODS.filter((method) => !ALONE.includes(method));

    expect(served.filter((method) => !asked.has(method))).toEqual([]);
    for (const method of ALONE) {
      expect((await fetch(`${emulator}/api/${method}`, { method: 'POST' })).status, method).toBe(404);
    }
  });
});
