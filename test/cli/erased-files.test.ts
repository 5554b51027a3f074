import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, type Ended, run, sees, started } from '../support/running.ts';

/** Files of an erased contact are gone from the disk, and whoever has the link to one gets nothing any more. */

type Env = Readonly<Record<string, string>>;

const erase = (env: Env, contact: number): Promise<Ended> =>
  run(['src/cli.ts', 'data', 'erase', '--contact', String(contact)], env).ended;

const PUBLIC = 'https://files.example.com';
const LINK = /https:\/\/files\.example\.com(\/files\/\S+)/;
const LONG = 'a very long answer '.repeat(3_000);

/** Two customers who were sent a file each, the first one a long text, too. */
const sent = async () => {
  const given = await both();
  const { slack, acquire, folder } = given;
  const files = `${folder}/files`;
  const env = { ...given.env, PUBLIC_URL: PUBLIC, FILES_DIR: files };
  const app = run(['src/main.ts'], env);
  const url = await started(app, slack);
  const ask = async (name: string, ...words: readonly string[]) => {
    const contact = acquire.contact({ name });
    const { id } = acquire.openCase(contact.id, { text: `I am ${name}` });
    const isTheirs = (ts: string) => slack.thread(C.support, ts).some(({ text }) => text.includes(`I am ${name}`));
    const root = (await sees(() => slack.messages(C.support).find(({ ts }) => isTheirs(ts)), 'the thread')).ts;
    slack.say(U.anna, C.support, 'Your map', {
      threadTs: root,
      files: [{ name: 'map.png', content: `for ${name}` }],
    });
    for (const text of words) slack.say(U.anna, C.support, text, { threadTs: root });
    const links = () =>
      acquire
        .snapshot()
        .messages.filter(({ caseId }) => caseId === id)
        .flatMap(({ text }) => LINK.exec(text ?? '')?.[1] ?? []);
    await sees(() => links().length === 1 + words.length, 'links to files');
    return { contact: contact.id, links: links().map((path) => `${url}${path}`) };
  };
  const jo = await ask('Jo', LONG);
  const kim = await ask('Kim');
  const onDisk = (): number =>
    readdirSync(files, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  return { env, app, jo, kim, onDisk };
};

const statuses = (links: readonly string[]): Promise<readonly number[]> =>
  Promise.all(links.map(async (link) => (await fetch(link)).status));

test('a file and a long text that were sent by link are gone at once, while the app runs; others stay', {
  timeout: 90_000,
}, async () => {
  const { env, jo, kim, onDisk } = await sent();
  expect(await statuses([...jo.links, ...kim.links])).toEqual([200, 200, 200]);
  expect(onDisk()).toBe(3);

  const erased = await erase(env, jo.contact);

  expect(erased).toMatchObject({ code: 0, err: '' });
  expect(erased.out).toMatch(/ 1 links and 2 files were taken out$/m);
  expect(await statuses([...jo.links, ...kim.links])).toEqual([404, 404, 200]);
  expect(onDisk()).toBe(1);
});

test('they go without the app, too', { timeout: 90_000 }, async () => {
  const { env, app, jo, onDisk } = await sent();
  app.kill('SIGTERM');
  await app.ended;

  expect(await erase(env, jo.contact)).toMatchObject({ code: 0, err: '' });

  expect(onDisk()).toBe(1);
});
