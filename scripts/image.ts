import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DockerfileParser } from 'dockerfile-ast';

/**
 * `npm run image`: does what the Dockerfile says in a clean folder, where no image can be built, and starts the result
 * as the image would: as a user without rights, everything but the data volume read-only. Exits with 1 when it does not
 * come up, is not healthy, or does not stop within ten seconds.
 */

const NOBODY = 65_534;
const HEALTHY_MS = 20_000;
const STOP_MS = 10_000;

const steps = DockerfileParser.parse(readFileSync('Dockerfile', 'utf8')).getInstructions();
const folder = mkdtempSync(join(tmpdir(), 'casebridge-image-'));
const shims = mkdtempSync(join(tmpdir(), 'casebridge-shims-'));
const isRoot = process.getuid?.() === 0;
/** What the image sets. */
const env: Record<string, string> = { PATH: `${shims}:${process.env['PATH'] ?? ''}` };
/** The way to the registry is this machine's own; npm's cache is not, for the image clears its own. */
const building = {
  ...process.env,
  npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
  npm_config_cache: join(shims, 'cache'),
  HOME: shims,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const give = (message: string): never => {
  throw new Error(message);
};

/** Words of an instruction in its JSON form, or split at blanks. */
const wordsOf = (text: string): readonly string[] => {
  const value: unknown = text.startsWith('[') ? JSON.parse(text) : text.split(/\s+/u);
  return Array.isArray(value) ? value.map(String) : give(`cannot be read: ${text}`);
};

/** What the image may take: `.dockerignore` refuses everything that it does not name. */
const isIgnored = (path: string): boolean => {
  let ignored = false;
  for (const line of readFileSync('.dockerignore', 'utf8').split('\n')) {
    const pattern = line.replace(/^!/u, '');
    if (pattern === '' || pattern.startsWith('#')) continue;
    if (pattern === '*' || path === pattern || path.startsWith(`${pattern}/`)) ignored = !line.startsWith('!');
  }
  return ignored;
};

const copy = (words: readonly string[]): void => {
  const sources = words.slice(0, -1);
  const target = words.at(-1) ?? '.';
  for (const source of sources) {
    if (isIgnored(source)) give(`COPY ${source}: .dockerignore keeps it out`);
    const to = target === './' || target === '.' ? join(folder, source) : join(folder, target);
    cpSync(source, to, { recursive: true, filter: (path) => !isIgnored(path) });
  }
};

const shell = (command: string): void => {
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env: { ...building, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) give(`RUN ${command}: ${stderr.slice(-500)}`);
};

/** The image has a user called node; this machine may not. */
const shimChown = (): void => {
  const change = isRoot ? `exec /bin/chown "${NOBODY}:${NOBODY}" "$@"` : ':';
  writeFileSync(join(shims, 'chown'), `#!/bin/sh\nshift\n${change}\n`, { mode: 0o755 });
};

type Built = { readonly command: readonly string[]; readonly health: readonly string[]; readonly user: string };

const build = (): Built => {
  let [command, health, user] = [[] as readonly string[], [] as readonly string[], 'root'];
  for (const step of steps) {
    const text = (step.getArgumentsContent() ?? '').replaceAll(/\\\n\s*/gu, ' ');
    switch (step.getKeyword()) {
      case 'FROM':
        if (!text.includes(`:${process.versions.node}-`))
          say(`note: the image has ${text}, this is Node ${process.versions.node}`);
        break;
      case 'ENV': {
        const [name = '', value = ''] = text.split('=');
        env[name] = value;
        break;
      }
      case 'COPY':
        copy(wordsOf(text));
        break;
      case 'RUN':
        say(`RUN ${text}`);
        shell(text);
        break;
      case 'USER':
        user = text;
        break;
      case 'HEALTHCHECK':
        health = wordsOf(text.slice(text.indexOf('CMD') + 3).trim());
        break;
      case 'CMD':
        command = wordsOf(text);
        break;
      default:
        break;
    }
  }
  return { command, health, user };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : give('no free port');
};

const start = async ({ command, health, user }: Built): Promise<void> => {
  if (user === 'root') give('the image would run as root');
  const [program = '', ...words] = command;
  // Both vendors are out of reach, which must not keep it from taking events in.
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const running = {
    ...env,
    PORT: String(await freePort()),
    HOST: '127.0.0.1',
    SLACK_BOT_TOKEN: 'xoxb-image',
    SLACK_SIGNING_SECRET: 'image',
    SLACK_API_URL: `${nowhere}/api/`,
    ACQUIRE_BASE_URL: nowhere,
    ACQUIRE_API_KEY: 'image',
    CASE_CHANNEL: 'C0000000000',
  };
  const rights = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const node = program === 'node' ? process.execPath : program;
  const child = spawn(node, words, { cwd: folder, env: running, stdio: ['ignore', 'pipe', 'pipe'], ...rights });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const [, ...probe] = health;
  const isHealthy = (): boolean => spawnSync(process.execPath, probe, { cwd: folder, env: running }).status === 0;
  const until = Date.now() + HEALTHY_MS;
  while (!isHealthy()) {
    if (Date.now() > until || child.exitCode !== null) give(`never healthy: ${said.slice(-1_000)}`);
    await pause(200);
  }
  say('HEALTHCHECK healthy');
  if (isRoot && statSync(join(folder, 'data', 'casebridge.db')).uid !== NOBODY)
    give('the store belongs to another user');
  const asked = performance.now();
  child.kill('SIGTERM');
  const code = await Promise.race([ended, pause(STOP_MS, 'too late' as const)]);
  if (code !== 0) give(`SIGTERM ended with ${code}`);
  say(`SIGTERM ended it with 0 after ${Math.round(performance.now() - asked)} ms`);
};

try {
  mkdirSync(shims, { recursive: true });
  shimChown();
  const built = build();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  say(`${Math.round(bytes / 1024 / 1024)} MB in the image beside Node itself`);
  // The folder above is the user's only as far as the image makes it so.
  if (isRoot) {
    chownSync(folder, 0, 0);
    spawnSync('chmod', ['755', folder]);
  }
  await start(built);
} catch (error) {
  say(error instanceof Error ? error.message : 'failed');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(shims, { recursive: true, force: true });
}
