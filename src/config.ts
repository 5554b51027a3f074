import { aboutVariable, type Database, Environment, isVariable, type Variable, VARIABLES } from './environment.ts';

/** What casebridge runs with. Durations are in milliseconds; base addresses of APIs end in a slash, origins do not. */
export interface Config {
  readonly slack: {
    readonly apiUrl: string;
    readonly command: string;
    readonly agentGroup: string | undefined;
  };
  readonly acquire: {
    /** Names the account in keys of the store: its subdomain, or the host of an address that has none. */
    readonly account: string;
    readonly origin: string;
    /** 0 when polling is off. */
    readonly pollMs: number;
    readonly userTypeParam: string;
    readonly agentKeysFile: string | undefined;
  };
  readonly giosg: { readonly organizationId: string; readonly origin: string } | undefined;
  readonly channels: { readonly cases: string | undefined; readonly alerts: string | undefined };
  readonly routesFile: string | undefined;
  readonly database: Database;
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl: string | undefined };
  /** Sizes are in bytes. */
  readonly files: {
    readonly folder: string;
    readonly limit: number;
    readonly quota: number;
    readonly linkMs: number;
  };
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly editWindowMs: number;
  readonly secrets: Secrets;
}

/** Never logged, never shown, handed only to the room that needs each. */
export interface Secrets {
  readonly slackBotToken: string;
  readonly slackTransport: SlackTransport;
  readonly acquireApiKey: string;
  /** Without it the webhook's route answers 404. */
  readonly acquireWebhook: string | undefined;
  readonly giosg: { readonly apiToken: string; readonly signingKey: string } | undefined;
  readonly metricsToken: string | undefined;
}

/** How Slack reaches us, with what proves that it is Slack. */
export type SlackTransport =
  | { readonly kind: 'http'; readonly signingSecret: string }
  | { readonly kind: 'socket'; readonly appToken: string };

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One line per problem, fit to be printed: no line holds a value. */
  | { readonly ok: false; readonly problems: readonly string[] };

const MEGABYTE = 1_000_000;
const DAY_MS = 86_400_000;

type Given = Readonly<Partial<Record<Variable, string>>>;

const GIOSG_ORIGIN = 'https://service.giosg.com';

/** Reads the environment it is handed and reports everything that is wrong with it at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = givenIn(env);
  const parsed = Environment.safeParse({ ...fallbacks(), ...given });
  const wrong = new Map<Variable, string>([...missing(given), ...contradictions(given)]);
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path[0];
    if (isVariable(name) && !wrong.has(name)) wrong.set(name, issue.message);
  }
  const problems = VARIABLES.filter((name) => wrong.has(name)).map(
    (name) => `${name} ${wrong.get(name)}; expected ${aboutVariable(name).right}`,
  );
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: assemble(parsed.data) };
}

/** An empty variable counts as unset, so that a sample can be copied and filled in step by step. */
function givenIn(env: Readonly<Record<string, string | undefined>>): Given {
  return Object.fromEntries(
    VARIABLES.map((name) => [name, env[name]?.trim()] as const).filter(
      ([, value]) => value !== undefined && value !== '',
    ),
  );
}

const fallbacks = (): Given =>
  Object.fromEntries(VARIABLES.map((name) => [name, aboutVariable(name).fallback] as const));

/** What is needed only because of other variables; judged by what was given, so that it is told with all the rest. */
function missing(given: Given): [Variable, string][] {
  const pollingIsOff = Number(given.ACQUIRE_POLL_SECONDS ?? 1) === 0;
  const conditional: [Variable, boolean, string][] = [
    ['SLACK_SIGNING_SECRET', given.SLACK_APP_TOKEN === undefined, 'without SLACK_APP_TOKEN'],
    ['ACQUIRE_ACCOUNT_ID', given.ACQUIRE_BASE_URL === undefined, 'without ACQUIRE_BASE_URL'],
    ['ACQUIRE_WEBHOOK_SECRET', pollingIsOff, 'when polling is off'],
    ['CASE_CHANNEL', given.ROUTES_FILE === undefined, 'without ROUTES_FILE'],
    ...GIOSG.map((name): [Variable, boolean, string] => [
      name,
      wantsGiosg(given),
      'when another GIOSG variable is set',
    ]),
  ];
  return conditional
    .filter(([name, needed]) => needed && given[name] === undefined)
    .map(([name, , when]) => [name, `is missing (required ${when})`]);
}

/** A file of the largest size that is carried would wait for room for ever. */
function contradictions(given: Given): [Variable, string][] {
  const [quota, limit] = (['FILES_QUOTA_MB', 'FILE_LIMIT_MB'] as const).map((name) =>
    Number(given[name] ?? aboutVariable(name).fallback),
  );
  return Number(quota) < Number(limit) && Number(quota) > 0 ? [['FILES_QUOTA_MB', 'is less than FILE_LIMIT_MB']] : [];
}

const GIOSG = ['GIOSG_ORGANIZATION_ID', 'GIOSG_API_TOKEN', 'GIOSG_SIGNING_KEY'] as const;

const wantsGiosg = (given: Given): boolean =>
  given.GIOSG_BASE_URL !== undefined || GIOSG.some((name) => given[name] !== undefined);

function assemble(env: Environment): Config {
  return {
    slack: { apiUrl: env.SLACK_API_URL, command: env.SLACK_COMMAND, agentGroup: env.AGENT_GROUP },
    acquire: {
      ...acquireAccount(env),
      pollMs: env.ACQUIRE_POLL_SECONDS * 1_000,
      userTypeParam: env.ACQUIRE_USER_TYPE_PARAM,
      agentKeysFile: env.AGENT_KEYS_FILE,
    },
    giosg:
      env.GIOSG_ORGANIZATION_ID === undefined
        ? undefined
        : {
            organizationId: env.GIOSG_ORGANIZATION_ID,
            origin: env.GIOSG_BASE_URL ?? GIOSG_ORIGIN,
          },
    channels: { cases: env.CASE_CHANNEL, alerts: env.ALERT_CHANNEL },
    routesFile: env.ROUTES_FILE,
    database: env.DATABASE_URL,
    http: { host: env.HOST, port: env.PORT, publicUrl: env.PUBLIC_URL },
    files: {
      folder: env.FILES_DIR,
      limit: env.FILE_LIMIT_MB * MEGABYTE,
      quota: env.FILES_QUOTA_MB * MEGABYTE,
      linkMs: env.FILE_LINK_DAYS * DAY_MS,
    },
    logLevel: env.LOG_LEVEL,
    editWindowMs: env.EDIT_WINDOW,
    secrets: secretsOf(env),
  };
}

function acquireAccount(env: Environment): Pick<Config['acquire'], 'account' | 'origin'> {
  const origin = env.ACQUIRE_BASE_URL ?? `https://${certain(env.ACQUIRE_ACCOUNT_ID)}.acquire.io`;
  const { hostname, host } = new URL(origin);
  const account = env.ACQUIRE_ACCOUNT_ID ?? /^([^.]+)\.acquire\.io$/.exec(hostname)?.[1] ?? host;
  return { account, origin };
}

function secretsOf(env: Environment): Secrets {
  return {
    slackBotToken: env.SLACK_BOT_TOKEN,
    slackTransport:
      env.SLACK_APP_TOKEN === undefined
        ? { kind: 'http', signingSecret: certain(env.SLACK_SIGNING_SECRET) }
        : { kind: 'socket', appToken: env.SLACK_APP_TOKEN },
    acquireApiKey: env.ACQUIRE_API_KEY,
    acquireWebhook: env.ACQUIRE_WEBHOOK_SECRET,
    giosg:
      env.GIOSG_API_TOKEN === undefined
        ? undefined
        : { apiToken: env.GIOSG_API_TOKEN, signingKey: certain(env.GIOSG_SIGNING_KEY) },
    metricsToken: env.METRICS_TOKEN,
  };
}

/** For a value whose absence `missing` has already refused. */
function certain(value: string | undefined): string {
  if (value === undefined) throw new Error('a required variable was let through without a value');
  return value;
}

/** `.env.sample`: every variable with its meaning; what has a default or may stay empty is commented out. */
export function envSample(): string {
  const blocks = VARIABLES.map((name) => {
    const { meaning, needed, fallback } = aboutVariable(name);
    const line = needed === undefined ? `# ${name}=${fallback ?? ''}` : `${name}=`;
    return `# ${plain(needed === undefined ? meaning : `${meaning} (${needed})`)}\n${line}\n`;
  });
  return ['# Copy to .env and fill in. An empty variable counts as unset.\n', ...blocks].join('\n');
}

/** README's table of the configuration. */
export function configTable(): string {
  const rows = VARIABLES.map((name) => {
    const { meaning, needed, fallback, fallbackInWords } = aboutVariable(name);
    const byDefault = needed ?? fallbackInWords ?? (fallback === undefined ? '–' : `\`${fallback}\``);
    return `| \`${name}\` | ${byDefault} | ${meaning} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

const plain = (markdown: string): string => markdown.replaceAll('`', '');
