import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { openStore } from '../../src/store/open.ts';
import { both, run, sees, started } from '../support/running.ts';

const Finding = z.strictObject({
  group: z.string(),
  item: z.string(),
  result: z.enum(['proven', 'wrong', 'open']),
  found: z.string(),
  fix: z.string().optional(),
});
type Finding = z.infer<typeof Finding>;
type Env = Readonly<Record<string, string>>;
type Both = Awaited<ReturnType<typeof both>>;

const examine = async (env: Env): Promise<{ code: number | null; findings: readonly Finding[]; said: string }> => {
  const { code, out, err } = await run(['src/cli.ts', 'doctor', '--json'], env).ended;
  expect(err).toBe('');
  return { code, findings: z.array(Finding).parse(JSON.parse(out)), said: out };
};

const about = (findings: readonly Finding[], item: string): Finding | undefined =>
  findings.find((finding) => finding.item === item);

const listWrong = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ result }) => result === 'wrong').map(({ item }) => item);

test('on a sound installation nothing is wrong, and what it cannot prove says what to do', async () => {
  const { env, acquire } = await both();
  acquire.openCase(acquire.contact({ name: 'Jo Customer' }).id, { text: 'Where is my parcel?' });

  const { code, findings, said } = await examine(env);

  expect(listWrong(findings)).toEqual([]);
  expect(code).toBe(0);
  for (const item of ['variables', 'routes file', 'writable', 'token', 'scopes', `channel ${C.support}`, 'host', 'key'])
    expect(about(findings, item)?.result, item).toBe('proven');
  expect(about(findings, 'message reader')?.result).toBe('proven');
  expect(about(findings, 'clock')?.result).toBe('proven');
  expect(about(findings, 'Delayed Events')?.result).toBe('open');
  expect(about(findings, 'Slack reaches us')).toMatchObject({ result: 'open', found: 'never seen' });
  for (const { result, fix } of findings) expect(fix === undefined).toBe(result === 'proven');
  for (const secret of [env.SLACK_BOT_TOKEN, env.SLACK_SIGNING_SECRET, env.ACQUIRE_API_KEY])
    expect(said).not.toContain(secret);
});

test('for people it is a line each with its mark, and the sums', async () => {
  const { env } = await both();

  const { code, out } = await run(['src/cli.ts', 'doctor'], { ...env, PORT: 'http' }).ended;

  expect(code).toBe(1);
  expect(out).toMatch(/^ {2}✗ PORT +is not a whole number\n +→ set it to a port from 0/mu);
  expect(out).toMatch(/^ {2}✓ token +bot of the workspace/mu);
  expect(out).toMatch(/^ {2}\? Delayed Events /mu);
  expect(out).toMatch(/^\d+ proven, 1 wrong, \d+ not provable from here$/mu);
});

/** Each fault with what is set for it, the item that must name it, and what must be said of it. */
const FAULTS: readonly [string, (given: Both) => Promise<Env | void> | Env | void, string, RegExp][] = [
  ['a missing variable', () => ({ SLACK_BOT_TOKEN: '' }), 'SLACK_BOT_TOKEN', /is missing/],
  ['a malformed variable', () => ({ CASE_CHANNEL: '#support' }), 'CASE_CHANNEL', /not a channel id/],
  ['no routes file', () => ({ ROUTES_FILE: '/nowhere/routes.yaml' }), 'routes file', /cannot be read/],
  [
    'a wrong routes file',
    ({ folder }) => {
      writeFileSync(`${folder}/routes.yaml`, 'channels:\n  C0SUPPORT: { mode: shout }\n');
      return { ROUTES_FILE: `${folder}/routes.yaml` };
    },
    'routes file',
    /routes\.yaml:2 channels\.C0SUPPORT\.mode/,
  ],
  ['a refused bot token', ({ slack }) => slack.revokeToken(), 'token', /refused by Slack \(token_revoked\)/],
  ['an app that was removed', ({ slack }) => slack.uninstall(), 'token', /account_inactive/],
  ['Slack out of reach', ({ slack }) => slack.down(), 'token', /cannot be asked \(ECONNREFUSED\)/],
  [
    'a missing scope',
    ({ slack }) => {
      slack.workspace.app.scopes = slack.workspace.app.scopes.filter((scope) => scope !== 'groups:history');
    },
    'scopes',
    /missing: groups:history/,
  ],
  [
    'a channel that does not exist',
    () => ({ CASE_CHANNEL: 'C0NOWHERE' }),
    'channel C0NOWHERE',
    /no such channel, or it is a private one/,
  ],
  [
    'a private channel that the app is not in',
    ({ slack }) => {
      slack.leave(U.app, C.secret);
      return { CASE_CHANNEL: C.secret };
    },
    `channel ${C.secret}`,
    /private one that the app is not in/,
  ],
  [
    'a public channel that the app is not in',
    () => ({ CASE_CHANNEL: C.elsewhere }),
    `channel ${C.elsewhere}`,
    /not in #elsewhere/,
  ],
  ['an archived channel', () => ({ CASE_CHANNEL: C.old }), `channel ${C.old}`, /#old is archived/],
  ['a shared channel', () => ({ CASE_CHANNEL: C.partners }), `channel ${C.partners}`, /shared with another company/],
  [
    'an alarm channel without the app',
    () => ({ ALERT_CHANNEL: C.elsewhere }),
    `alarm channel ${C.elsewhere}`,
    /not in/,
  ],
  ['a group that does not exist', () => ({ AGENT_GROUP: 'S0NOBODY' }), 'agents’ group S0NOBODY', /no such user group/],
  [
    'an empty group',
    ({ slack }) => {
      for (const group of slack.workspace.usergroups.values()) group.users = [];
      return { AGENT_GROUP: 'S0AGENTS' };
    },
    'agents’ group S0AGENTS',
    /nobody is in it/,
  ],
  ['a wrong app token', () => ({ SLACK_APP_TOKEN: 'xapp-wrong' }), 'app token', /refused by Slack/],
  ['a revoked key', ({ acquire }) => acquire.revokeKey(), 'key', /refused by Acquire/],
  [
    'a key that may not read cases',
    ({ acquire }) => void acquire.faults.add({ path: '/crm/objects/case', answer: { status: 403 } }),
    'key',
    /may not read cases/,
  ],
  [
    'a key that may not read contacts',
    ({ acquire }) => void acquire.faults.add({ path: '/crm/objects/contact', answer: { status: 403 } }),
    'right to read contacts',
    /refused; needed to open cases/,
  ],
  ['Acquire out of reach', ({ acquire }) => acquire.down(), 'host', /cannot be reached \(ECONNREFUSED\)/],
  [
    'something else in Acquire’s place',
    ({ acquire }) => void acquire.faults.add({ answer: { status: 200, body: '<html>Welcome</html>' } }),
    'host',
    /answers, but not as Acquire does/,
  ],
  [
    'a file of agents’ keys that is none',
    ({ folder }) => {
      writeFileSync(`${folder}/agents.yaml`, 'olga@example.com:\n  - 4711\n');
      return { AGENT_KEYS_FILE: `${folder}/agents.yaml` };
    },
    'agents’ keys',
    /agents\.yaml/,
  ],
  [
    'an agent’s key that is refused',
    ({ folder }) => {
      writeFileSync(`${folder}/agents.yaml`, 'olga@example.com: her-old-key\n');
      return { AGENT_KEYS_FILE: `${folder}/agents.yaml` };
    },
    'agent’s key agents.yaml:1',
    /refused by Acquire/,
  ],
  [
    'a folder for files that cannot be one',
    ({ folder }) => {
      writeFileSync(`${folder}/file`, '');
      return { FILES_DIR: `${folder}/file/files` };
    },
    'folder for files',
    /is not a folder/,
  ],
  [
    'no message reader',
    ({ acquire }) => {
      acquire.openCase(acquire.contact({ name: 'Jo' }).id, { text: 'Hello' });
      acquire.variants.readers = { caseMessage: false, caseRelation: false, chatMessages: false, mails: false };
    },
    'message reader',
    /no way of reading messages works/,
  ],
  [
    'a store of another program',
    ({ folder }) => {
      const other = new DatabaseSync(`${folder}/other.db`);
      other.exec('CREATE TABLE songs (id INTEGER)');
      other.close();
      return { DATABASE_URL: `sqlite:${folder}/other.db` };
    },
    'store',
    /cannot be used/,
  ],
  [
    'a store that is no database',
    ({ folder }) => {
      writeFileSync(`${folder}/text.db`, 'not a database, but a text that is long enough to be read as one');
      return { DATABASE_URL: `sqlite:${folder}/text.db` };
    },
    'store',
    /cannot be used/,
  ],
  [
    'a folder that cannot be one',
    ({ folder }) => {
      writeFileSync(`${folder}/file`, '');
      return { DATABASE_URL: `sqlite:${folder}/file/casebridge.db` };
    },
    'writable',
    /file is not a folder/,
  ],
  [
    'no database server',
    () => ({ DATABASE_URL: 'postgres://casebridge:hunter2@127.0.0.1:1/casebridge' }),
    'store',
    /the store postgres:\/\/127\.0\.0\.1:1\/casebridge \(DATABASE_URL\) cannot be used/,
  ],
];

test.each(FAULTS)('%s is named, with what to do', async (_name, inject, item, words) => {
  const given = await both();
  const env = { ...given.env, ...(await inject(given)) };

  const { code, findings, said } = await examine(env);

  expect(about(findings, item), JSON.stringify(findings, null, 1)).toMatchObject({
    result: 'wrong',
    found: expect.stringMatching(words),
    fix: expect.stringMatching(/.{10}/),
  });
  expect(code).toBe(1);
  expect(said).not.toMatch(/hunter2|xapp-wrong|her-old-key|olga@|4711/);
});

test('one wrong thing keeps nothing else from being looked at', async () => {
  const { env } = await both();

  const { findings } = await examine({ ...env, SLACK_BOT_TOKEN: 'nonsense' });

  expect(listWrong(findings)).toEqual(['SLACK_BOT_TOKEN']);
  expect(about(findings, 'key')?.result).toBe('proven');
  expect(about(findings, 'everything else')).toMatchObject({ group: 'Slack', result: 'open' });
});

test('a slip of the pen in a variable’s name is pointed at', async () => {
  const { env } = await both();

  const { findings } = await examine({ ...env, SLACK_SIGNING_SECRT: 'x' });

  expect(about(findings, 'SLACK_SIGNING_SECRT')).toMatchObject({
    result: 'open',
    fix: expect.stringContaining('SLACK_SIGNING_SECRET'),
  });
});

test('a store of a newer version is told, and left alone', async () => {
  const { env, folder } = await both();
  const app = run(['src/main.ts'], env);
  await started(app);
  app.kill('SIGTERM');
  await app.ended;
  const file = new DatabaseSync(`${folder}/casebridge.db`);
  file.exec('PRAGMA user_version = 999');
  file.close();

  expect(about((await examine(env)).findings, 'version')).toMatchObject({
    result: 'wrong',
    found: expect.stringContaining('newer'),
  });
});

test('a clock that is wrong is measured against those of the others', async () => {
  const { env } = await both();
  const slow = createServer((_request, response) => {
    response.setHeader('date', new Date(Date.now() - 600_000).toUTCString());
    response.end('{"ok":false,"error":"internal_error"}');
  });
  onTestFinished(() => void slow.close());
  const port = await listening(slow);

  const { findings } = await examine({ ...env, SLACK_API_URL: `http://127.0.0.1:${port}/api/` });

  expect(about(findings, 'clock')).toMatchObject({
    result: 'wrong',
    found: expect.stringMatching(/^(599|60[01]) s ahead/),
  });
});

test('a file that cannot be read has no line to be mended', async () => {
  const { env, folder } = await both();

  const { findings } = await examine({ ...env, AGENT_KEYS_FILE: `${folder}/keys.yml`, ROUTES_FILE: folder });

  expect(about(findings, 'agents’ keys')?.fix).toBe(
    'put the path of a file that this user may read into AGENT_KEYS_FILE',
  );
  expect(about(findings, 'routes file')?.fix).toBe('put the path of a file that this user may read into ROUTES_FILE');
});

test('a slip of the pen in the file of variables is found, whatever it begins with', async () => {
  const { env, folder } = await both();
  writeFileSync(
    `${folder}/.env`,
    'POORT=3001\nCASE_CHANEL=C0ONE\nPOSTGRES_PASSWORD=x\nNODE_OPTIONS=\nLOG_LEVEL=warn\n',
  );
  const child = spawn(process.execPath, [resolve('src/start.mjs'), 'doctor', '--json'], {
    cwd: folder,
    env: { ...env, ACQUIRE_ACOUNT_ID: 'acme', POOORT: '1' },
  });

  const findings = z.array(Finding).parse(JSON.parse(await readAll(child.stdout)));

  const slips = findings.filter(({ found }) => found.endsWith('no variable of casebridge'));
  expect(Object.fromEntries(slips.map(({ item, fix }) => [item, /: (\w+) is one$/u.exec(fix ?? '')?.[1]]))).toEqual({
    ACQUIRE_ACOUNT_ID: 'ACQUIRE_ACCOUNT_ID',
    POORT: 'PORT',
    CASE_CHANEL: 'CASE_CHANNEL',
  });
});

test('that somebody saved the request URL on the app’s page is proof enough', async () => {
  const { env, slack } = await both();
  await started(run(['src/main.ts'], env), slack);

  const { findings } = await examine(env);

  expect(about(findings, 'Slack reaches us')).toMatchObject({
    result: 'proven',
    found: expect.stringContaining('fits'),
  });
});

test('secrets, reachability and writing are judged by what really came and went', { timeout: 60_000 }, async () => {
  const given = await both();
  const env = {
    ...given.env,
    ACQUIRE_WEBHOOK_SECRET: 'a-webhook-secret-of-32-characters',
    PORT: String(await freePort()),
  };
  const { slack, acquire } = given;
  const url = await started(run(['src/main.ts'], env), slack);
  acquire.setWebhook({ url: `${url}/webhooks/acquire`, secret: env.ACQUIRE_WEBHOOK_SECRET });
  acquire.openCase(acquire.contact({ name: 'Jo Customer' }).id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  slack.say(U.anna, C.support, 'On its way.', { threadTs: root });
  await sees(() => acquire.snapshot().messages.some(({ text }) => text === 'On its way.'), 'the reply');

  const sound = await sees(async () => {
    const { findings } = await examine(env);
    return about(findings, 'right to write')?.result === 'proven' ? findings : null;
  }, 'what was written');
  expect(about(sound, 'Slack reaches us')).toMatchObject({ result: 'proven', found: expect.stringContaining('fits') });
  expect(about(sound, 'webhooks reach us')?.result).toBe('proven');
  expect(about(sound, 'webhook for each message')?.result).toBe('open');
  expect(about(sound, 'lock')).toMatchObject({ found: expect.stringContaining('casebridge runs') });
  expect(about(sound, 'process')).toMatchObject({ result: 'proven', found: 'runs, and is ok' });

  const other = await examine({ ...env, ACQUIRE_WEBHOOK_SECRET: 'another-one' });
  expect(about(other.findings, 'webhooks reach us')).toMatchObject({
    result: 'open',
    found: expect.stringContaining('with another ACQUIRE_WEBHOOK_SECRET'),
  });

  await knock(url, {});
  expect(about((await examine(env)).findings, 'webhooks reach us')?.found).toMatch(/^it reaches us.* ago$/u);
  await knock(url, SIGNED_BY_A_STRANGER);
  const knocked = await sees(async () => {
    const { findings } = await examine(env);
    return about(findings, 'webhooks reach us')?.found.includes('stranger') === true ? findings : null;
  }, 'the refusal');
  expect(about(knocked, 'Slack reaches us')).toMatchObject({
    result: 'proven',
    found: expect.stringMatching(/fits; last .* a request with a wrong signature came .* by a stranger/u),
  });
});

test('a secret that was never right is told by the first request that bears a signature', async () => {
  const given = await both();
  const env = { ...given.env, ACQUIRE_WEBHOOK_SECRET: 'a-webhook-secret-of-32-characters' };
  const url = await started(run(['src/main.ts'], env));
  await knock(url, SIGNED_BY_A_STRANGER);

  const findings = await sees(async () => {
    const examined = await examine(env);
    return about(examined.findings, 'webhooks reach us')?.result === 'wrong' ? examined.findings : null;
  }, 'the refusal');

  expect(about(findings, 'Slack reaches us')).toMatchObject({
    result: 'wrong',
    found: expect.stringMatching(/wrong signature came .* none has been right/u),
    fix: expect.stringContaining('SLACK_SIGNING_SECRET'),
  });
});

test('a public address is proven behind a proxy that keeps /healthz inside, and not by whatever else answers', async () => {
  const { env } = await both();
  const url = await started(run(['src/main.ts'], env));
  const proxy = createServer((asked, answers) => {
    if (asked.url === '/healthz') answers.writeHead(404).end();
    else
      void fetch(`${url}${asked.url}`, { method: asked.method ?? 'GET' }).then(({ status, headers }) =>
        answers.writeHead(status, Object.fromEntries(headers)).end(),
      );
  });
  const other = createServer((_asked, answers) => answers.writeHead(405).end());
  onTestFinished(() => void proxy.close());
  onTestFinished(() => void other.close());
  const judged = async (server: Server) => {
    const PUBLIC_URL = `http://127.0.0.1:${await listening(server)}`;
    return about((await examine({ ...env, PUBLIC_URL })).findings, 'public address')?.result;
  };

  expect(await judged(proxy)).toBe('proven');
  expect(await judged(other)).toBe('open');
});

test('nothing is said of the default store when another one was meant', async () => {
  const { env, folder } = await both();
  await (await openStore({ kind: 'sqlite', path: `${folder}/data/casebridge.db` })).close();
  const meant = { PATH: process.env['PATH'], ...env, DATABASE_URL: 'mysql://127.0.0.1/casebridge' };

  const doctor = spawn(process.execPath, [resolve('src/cli.ts'), 'doctor', '--json'], { env: meant, cwd: folder });
  const findings = z.array(Finding).parse(await json(doctor.stdout));

  expect(findings.filter(({ group }) => group === 'Store').map(({ item }) => item)).toEqual([
    'everything else',
    'folder for files',
  ]);
});

const SIGNED_BY_A_STRANGER = {
  'x-slack-signature': `v0=${'0'.repeat(64)}`,
  'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
  'x-acquire-signature': '0'.repeat(64),
};

const knock = async (url: string, headers: Readonly<Record<string, string>>): Promise<void> => {
  for (const path of ['slack/events', 'webhooks/acquire'])
    await fetch(`${url}/${path}`, { method: 'POST', headers, body: '{"event":"x","data":{}}' });
};

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
};
