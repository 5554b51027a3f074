import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { both, run } from '../support/running.ts';

/** `npm run doctor -- --case`: which rule of the routes file a case takes. */

const RULES = `
routes:
  - { name: vip, when: { tag: vip }, channel: C0VIP }
  - { name: acme, when: { contact: { email: '*@acme.com' } }, channel: C0ACME, start: new }
  - { name: rest, channel: C0REST }
`;

const asked = async (rules: string, ...args: readonly string[]) => {
  const { env, acquire, folder } = await both();
  const path = join(folder, 'routes.yml');
  writeFileSync(path, rules);
  const { id } = acquire.openCase(acquire.contact({ email: 'jo@acme.com' }).id, { text: 'hello', tags: ['gold'] });
  const given = args.map((word) => (word === 'ID' ? String(id) : word));
  return { id, ...(await run(['src/cli.ts', 'doctor', ...given], { ...env, ROUTES_FILE: path }).ended) };
};

test('it says which rule a case takes, why not the ones before, and what rules can ask about', async () => {
  const { id, out, code } = await asked(RULES, '--case', 'ID');

  expect(code).toBe(0);
  expect(out).toContain(`Case ${id} takes the rule “acme”: its thread starts in C0ACME as soon as there is a case.`);
  expect(out).toContain('✗ vip: tag must be vip; it is gold');
  expect(out).toContain('– rest: not reached');
  expect(out).toContain('contact.email: jo@acme.com');
});

test('for programs it is JSON', async () => {
  const { id, out } = await asked(RULES, '--case', 'ID', '--json');

  expect(JSON.parse(out)).toMatchObject({
    case: String(id),
    takes: { route: 'acme', channel: 'C0ACME', start: 'new' },
    steps: [{ route: 'vip', result: 'passed over' }, { result: 'taken' }, { result: 'not reached' }],
  });
});

test.each([
  [RULES, ['--case', '987654321'], 1, 'there is no case 987654321 in Acquire'],
  [RULES, ['--case', 'seven'], 2, '“seven” is not a case number'],
  [RULES, ['--cases', '7'], 2, 'usage: npm run doctor'],
  ['routes: [{ name: one }]', ['--case', 'ID'], 78, 'rule “one”: channel is missing'],
])('what keeps it from saying so is told (%#)', async (rules, args, code, words) => {
  const ended = await asked(rules, ...args);

  expect(ended.code).toBe(code);
  expect(ended.err).toContain(words);
});
