import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentKeys } from '../src/agent-keys.ts';
import { both, run, started } from './support/running.ts';

const file = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-agent-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'agents.yaml');
  writeFileSync(path, content);
  return path;
};

const keysIn = (content: string): Readonly<Record<string, string>> => {
  const read = readAgentKeys(file(content));
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return Object.fromEntries(read.keys);
};

test('without a file, and in one of comments alone, nobody has a key', () => {
  expect(readAgentKeys(undefined)).toMatchObject({ ok: true, keys: new Map() });
  expect(keysIn('')).toEqual({});
  expect(keysIn('# later\n')).toEqual({});
});

test('keys are known by e-mail, whatever its case, and kept as they are written', () => {
  const content =
    '# ours\nAnna@Example.com: abcDEF\nben@example.com: 0123456789012345678901\n"eva@example.com": "0x10"\n';

  expect(keysIn(content)).toEqual({
    'anna@example.com': 'abcDEF',
    'ben@example.com': '0123456789012345678901',
    'eva@example.com': '0x10',
  });
});

test.each([
  ['anna: secret-4711\n', [':1 begins with something that is not an e-mail address']],
  ['secret-4711: anna@example.com\n', [':1 begins with']],
  ['anna@example.com:\n', [':1 has no key']],
  ['anna@example.com: secret 4711\n', [':1 has no key, or one with a blank']],
  ['anna@example.com: [secret-4711]\n', [':1 has no key']],
  ['anna@example.com:\n  key: secret-4711\n', [':1 has no key']],
  ['a@example.com: secret-4711\nA@example.com: secret-4712\n', [':2 names an agent a second time']],
  ['a@example.com: secret-4711\nb@example.com: secret-4711\n', [':2 has the key of another agent']],
  ['a@example.com: secret-4711\na@example.com: secret-4712\n', [':2 is not YAML (DUPLICATE_KEY)']],
  ['a@example.com: "secret-4711\n', [' is not YAML (MISSING_CHAR): a quote, bracket, brace or comma is missing']],
  ['- secret-4711\n', [':1 holds no pairs']],
  ['secret-4711\n', [':1 holds no pairs']],
  ['ben: secret-4711\nok@example.com: fine\nanna: secret-4712\n', [':1 begins with', ':3 begins with']],
])('what is wrong with %j is said by its line, without any key', (content, expected) => {
  const read = readAgentKeys(file(content));

  const problems = read.ok ? [] : read.problems;
  expect(problems).toHaveLength(expected.length);
  for (const [index, words] of expected.entries()) expect(problems[index]).toContain(words);
  expect(problems.join('\n')).not.toContain('secret');
});

const APP = ['src/main.ts'];

test('a file that is missing or wrong ends the start with 78 and one line per problem', async () => {
  const { env, folder } = await both();
  const wrong = file('anna: secret-4711\nben: secret-4712\n');

  const missing = await run(APP, { ...env, AGENT_KEYS_FILE: `${folder}/agents.yaml` }).ended;
  const refused = await run(APP, { ...env, AGENT_KEYS_FILE: wrong }).ended;

  expect([missing.code, refused.code]).toEqual([78, 78]);
  expect(missing.err).toMatch(/^AGENT_KEYS_FILE .* cannot be read/);
  expect(refused.err.trim().split('\n')).toHaveLength(2);
  expect(refused.err + refused.out).not.toContain('secret');
});

test('keys that Acquire does not know end the start with 78 and a line for each', async () => {
  const { env, acquire } = await both();
  acquire.addKey({ key: 'a-good-key', name: 'Ben' });
  const path = file('anna@example.com: secret-4711\nben@example.com: a-good-key\neva@example.com: secret-4712\n');

  const { code, err, out } = await run(APP, { ...env, AGENT_KEYS_FILE: path }).ended;

  expect(code).toBe(78);
  const lines = err.trim().split('\n');
  expect(lines.map((line) => /:(\d) is refused by Acquire/.exec(line)?.[1])).toEqual(['1', '3']);
  expect(err + out).not.toMatch(/secret|anna@|eva@/);
});

test('while Acquire cannot be reached no key is called wrong', async () => {
  const { env, slack, acquire } = await both();
  await acquire.down();

  const app = run(APP, { ...env, AGENT_KEYS_FILE: file('anna@example.com: perhaps-a-good-key\n') });
  await started(app, slack);

  app.kill('SIGTERM');
  expect((await app.ended).code).toBe(0);
}, 30_000);
