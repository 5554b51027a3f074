import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The real app, started as its own process on the simulators: what it may see, and its life and death. */

/** All that comes from outside. What configures an app, or Node itself, does not. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SystemRoot'] as const;
const ENTRY = fileURLToPath(new URL('../main.ts', import.meta.url));
const READY_LIMIT_MS = 30_000;
const READY_LOOK_MS = 50;
const STOP_LIMIT_MS = 11_000;
const LINES_KEPT = 200;

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where the app finds the simulators. */
export interface AppSettings {
  readonly slack: { readonly apiUrl: string; readonly botToken: string };
  /** Socket Mode with an app token, HTTP with a signing secret. */
  readonly transport: { readonly appToken: string } | { readonly signingSecret: string };
  readonly acquire: { readonly origin: string; readonly key: string; readonly webhookSecret: string };
  /** The second case system; none when absent. */
  readonly giosg?: {
    readonly origin: string;
    readonly organization: string;
    readonly token: string;
    readonly key: string;
  };
  readonly caseChannel: string;
  /** Settings of the channels; none when absent. */
  readonly routesPath?: string;
  readonly storePath: string;
  readonly port: number;
}

/** What any program needs to run, and nothing that would lead ours to somebody's real accounts. */
export function bareEnvironment(inherited: Variables): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = inherited[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export const databaseUrl = (storePath: string): string => `sqlite:${storePath}`;

export function appEnvironment(inherited: Variables, settings: AppSettings): Record<string, string> {
  const { slack, transport, acquire, giosg } = settings;
  return {
    ...bareEnvironment(inherited),
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    ...('appToken' in transport
      ? { SLACK_APP_TOKEN: transport.appToken }
      : { SLACK_SIGNING_SECRET: transport.signingSecret }),
    ACQUIRE_ACCOUNT_ID: 'sandbox',
    ACQUIRE_BASE_URL: acquire.origin,
    ACQUIRE_API_KEY: acquire.key,
    ACQUIRE_WEBHOOK_SECRET: acquire.webhookSecret,
    ...(giosg && {
      GIOSG_BASE_URL: giosg.origin,
      GIOSG_ORGANIZATION_ID: giosg.organization,
      GIOSG_API_TOKEN: giosg.token,
      GIOSG_SIGNING_KEY: giosg.key,
    }),
    CASE_CHANNEL: settings.caseChannel,
    ...(settings.routesPath && { ROUTES_FILE: settings.routesPath }),
    DATABASE_URL: databaseUrl(settings.storePath),
    FILES_DIR: `${settings.storePath}.files`,
    PUBLIC_URL: `http://127.0.0.1:${settings.port}/`,
    HOST: '127.0.0.1',
    PORT: String(settings.port),
  };
}

export interface AppProcessOptions {
  readonly environment: Record<string, string>;
  readonly port: number;
  /** An empty folder: a `.env` beside the sources is not read from there. */
  readonly folder: string;
  readonly logPath: string;
  /** Every line of the log as it comes. */
  readonly onLine?: (line: string) => void;
  /** What is run instead of the app as it is shipped: for tests that take a guard out of it. */
  readonly entry?: string;
}

/** An end of the app that nobody asked for. `code` is null when a signal ended it. */
export interface Death {
  readonly code: number | null;
  readonly signal: string | null;
}

export type AppState = 'down' | 'starting' | 'ready' | 'frozen';

export class AppProcess {
  readonly url: string;
  readonly logPath: string;
  /** Told of every change of `state`, and of an end that nobody asked for. */
  onChange: () => void = () => undefined;
  onDeath: (death: Death) => void = () => undefined;
  readonly #options: AppProcessOptions;
  readonly #log: WriteStream;
  #lines: string[] = [];
  #child: ChildProcess | undefined;
  #state: AppState = 'down';
  #wanted = false;

  constructor(options: AppProcessOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
    this.logPath = options.logPath;
    this.#log = createWriteStream(options.logPath, { flags: 'a', mode: 0o600 });
  }

  get state(): AppState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  lastLines(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  /** Resolves when the app says that it is ready; rejects when it ends before that. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the app runs already');
    this.#wanted = true;
    const { environment, folder, entry = ENTRY } = this.#options;
    // A group of its own: Ctrl-C in a terminal reaches us alone, and we end the app in order.
    const child = spawn(process.execPath, [entry], {
      env: environment,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    this.#become('starting');
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#note(line));
    }
    const lastResort = () => child.kill('SIGKILL');
    process.once('exit', lastResort);
    child.once('exit', (code, signal) => {
      process.off('exit', lastResort);
      if (this.#child !== child) return;
      this.#child = undefined;
      const wasWanted = this.#wanted && this.#state !== 'starting';
      this.#become('down');
      if (wasWanted) this.onDeath({ code, signal });
    });
    await this.#untilReady(child);
    this.#become('ready');
  }

  /** In order, as a new version is brought in. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  /** As a machine that stands still: nothing ends, nothing goes on, and nobody is told. */
  freeze(): void {
    if (this.#state !== 'ready') throw new Error('the app does not run, so it cannot be frozen');
    this.#child?.kill('SIGSTOP');
    this.#become('frozen');
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#child?.kill('SIGCONT');
    this.#become('ready');
  }

  /** As a power cut would: nothing is finished and nothing handed back. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await new Promise<void>((resolve) => {
      this.#log.end(resolve);
    });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (signal === 'SIGTERM') this.thaw();
    const ended = once(child, 'exit');
    const lastResort = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.kill(signal);
    await ended;
    clearTimeout(lastResort);
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the app ended with ${ending({ code: child.exitCode, signal: child.signalCode })}`);
      }
      if (await says200(`${this.url}/readyz`)) return;
      await pause(READY_LOOK_MS);
    }
    throw new Error(`the app was not ready within ${READY_LIMIT_MS / 1000} s`);
  }

  #become(state: AppState): void {
    this.#state = state;
    this.onChange();
  }

  #note(line: string): void {
    this.#lines = [...this.#lines.slice(1 - LINES_KEPT), line];
    if (!this.#log.writableEnded) this.#log.write(`${line}\n`);
    this.#options.onLine?.(line);
  }
}

export const ending = ({ code, signal }: Death): string =>
  signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;

async function says200(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}
