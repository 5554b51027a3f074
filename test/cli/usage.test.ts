import { expect, test } from 'vitest';
import { both, type Ended, run, sees, started } from '../support/running.ts';

/** How the operator's commands answer whoever mistypes, or asks. */

const cli = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  run(['src/cli.ts', ...words], env).ended;

test.each([
  [['--help'], 'deliveries | data | doctor | setup'],
  [['-h'], 'deliveries | data | doctor | setup'],
  [['deliveries', '--help'], 'usage: npm run deliveries'],
  [['deliveries', 'list', '-h'], 'usage: npm run deliveries'],
  [['data', '--help'], 'usage: npm run data'],
  [['doctor', '--help'], 'usage: npm run doctor'],
  [['setup', '-h'], 'usage: npm run setup'],
])('%j is answered, and is no fault', async (words, usage) => {
  expect(await cli(words)).toMatchObject({ code: 0, out: expect.stringContaining(usage), err: '' });
});

test.each([
  [['nonsense'], '“nonsense” is not a group of commands'],
  [['deliveries', 'list', 'dead', 'extra'], '“extra” is a word too many for list'],
  [['deliveries', 'watch', 'extra'], '“extra” is a word too many for watch'],
  [['deliveries', 'show', 'one', 'two'], '“two” is a word too many for show'],
  [['deliveries', 'reconcile', '1', '2'], '“2” is a word too many for reconcile'],
  [['deliveries', 'list', '--loud'], "Unknown option '--loud'\n\nusage: npm run deliveries"],
  [['deliveries', 'drop', 'one', '--repair'], '--repair goes with reconcile alone'],
  [['data', 'bogus'], '“bogus” is not a command\n\nusage: npm run data'],
  [['data', 'size', 'extra'], '“extra” is a word too many for size'],
  [['data', 'backup', 'one', 'two'], '“two” is a word too many for backup'],
  [['data', 'backup'], 'say which file: npm run data -- backup <file>'],
  [['data', 'size', '--contact', '5'], '--contact does not go with size'],
  [['data', 'export', '--contact'], "Option '--contact <value>' argument missing\n\nusage: npm run data"],
  [['doctor', '--casse', '7'], "Unknown option '--casse'\n\nusage: npm run doctor"],
  [['doctor', '--case', 'abc'], '“abc” is not a case number'],
])('%j is told what is wrong with it', async (words, said) => {
  expect(await cli(words)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(said) });
});

test('what can be wrong with a wish for data is told by what it is', async () => {
  const { env } = await both();
  await started(run(['src/main.ts'], env));
  const data = async (...words: readonly string[]) => {
    const { code, out, err } = await cli(['data', ...words], env);
    return { code, said: out + err };
  };

  expect(await data('audit')).toEqual({ code: 0, said: '0 entries\n' });
  expect(await data('audit', '--csv')).toEqual({ code: 0, said: expect.stringMatching(/^at,member,.*\n$/) });
  const wrong = async (...words: readonly string[]) => {
    const { code, said } = await data(...words);
    expect(code).toBe(2);
    return said;
  };
  expect(await wrong('audit', '--member', 'anna')).toContain('“anna” is not the id of a member');
  expect(await wrong('audit', '--case', 'abc')).toContain('“abc” is not the number of a case');
  expect(await wrong('export', '--contact', '1', '--visitor', '2')).toContain('say one of both');
});

test('several deliveries are ordered at once, and each is told for itself', async () => {
  const { env, slack } = await both();
  const app = run(['src/main.ts'], env);
  await started(app, slack);

  const ended = await sees(() => cli(['deliveries', 'drop', 'one', 'two'], env), 'an answer');

  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/^one: not done: .*\ntwo: not done: .*\n$/u);
});
