import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, run, sees, started } from '../support/running.ts';

/** Every command of docs/operations.md is run as it stands there, on a store in which something is held. */

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

const commands = [...readFileSync('docs/operations.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/gu)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/u, '').trim())
  .filter((line) => line.startsWith('npm '));

/** The program and its words behind `npm run <script> -- …`. */
const wordsOf = (command: string): readonly string[] => {
  const [, script = '', rest = ''] = /^npm run ([\w-]+)(?: -- (.*))?$/u.exec(command) ?? [];
  const [program, ...words] = (scripts[script] ?? '').split(' ');
  expect(program, command).toBe('node');
  const own = words.map((word) => (word === 'src/start.mjs' ? resolve('src/cli.ts') : word));
  return [...own, ...rest.split(' ').filter((word) => word !== '')];
};

const stage = async () => {
  const given = await both();
  const { slack, acquire, env, folder } = given;
  await started(run(['src/main.ts'], env), slack);
  const contact = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  const opened = acquire.openCase(contact.id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  for (const text of ['@ben one', '@ben two', '@ben three']) slack.say(U.anna, C.support, text, { threadTs: root });
  const held = async (): Promise<readonly string[]> => {
    const { out } = await run(['src/cli.ts', 'deliveries', 'list', 'held', '--json'], env).ended;
    return z
      .array(z.object({ id: z.string() }))
      .parse(JSON.parse(out))
      .map(({ id }) => id);
  };
  await sees(async () => (await held()).length === 3, 'three are held');
  const file = `${folder}/copy.jsonl`;
  const fixed = {
    '<case>': String(opened.id),
    '<contact>': String(contact.id),
    '<member>': U.anna,
    '<visitor>': 'customer-8812',
    '<file>': file,
  };
  return { env, held, fixed, folder };
};

/** The made-up channel of the page, and the one reply that is still held, are found: that is what they are for. */
const FINDS_SOMETHING = /C0123ABCD|reconcile/u;

test('there are commands to run, each once', () => {
  expect(commands.length).toBeGreaterThan(15);
  expect(new Set(commands).size).toBe(commands.length);
});

test('each does what the page says', { timeout: 240_000 }, async () => {
  const { env, held, fixed, folder } = await stage();
  for (const command of commands) {
    const [id = 'nothing'] = await held();
    const place = { ...fixed, '<id>': id };
    const words = wordsOf(command).map((word) => Object.entries(place).find(([name]) => name === word)?.[1] ?? word);
    const isSetup = command.includes('run setup');
    // A new store to restore into; a folder of its own for what writes `.env`.
    const around = command.includes('restore') ? { ...env, DATABASE_URL: `sqlite:${folder}/restored.db` } : env;
    const child = run(isSetup ? [...words, '--file', `${folder}/.env`, '--yes', '--socket'] : words, {
      ...around,
      ...(isSetup ? { SLACK_APP_TOKEN: 'xapp-sandbox-app' } : {}),
    });
    if (command.includes('watch')) {
      await sees(() => child.out().includes('held'), command);
      child.kill('SIGTERM');
    }
    const { code, out, err } = await child.ended;
    const expected = command.includes('watch') ? null : FINDS_SOMETHING.test(command) ? 1 : 0;
    expect({ command, code, err: err.replaceAll(/^… .*\n/gmu, '') }).toEqual({ command, code: expected, err: '' });
    expect(out.length, command).toBeGreaterThan(0);
  }
  expect(existsSync(`${folder}/.env`)).toBe(true);
});
