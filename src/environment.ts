import { z } from 'zod';

/** What people are told about a variable: in a problem line, in `.env.sample` and in README's table. */
export interface About {
  /** One sentence for the table and the sample. */
  readonly meaning: string;
  /** What a right value looks like, for the line that refuses a wrong one. */
  readonly right: string;
  /** In words, when the app cannot start without it. */
  readonly needed?: string;
  /** The value used when none is given, as somebody would write it. */
  readonly fallback?: string;
  /** How the default reads when it is not a fixed value. */
  readonly fallbackInWords?: string;
}

const about = z.registry<About>();

/** Every variable gets a schema object of its own: the registry goes by identity, and building blocks are shared. */
const variable = <Schema extends z.ZodType>(schema: Schema, facts: About): Schema => {
  const own = schema.clone();
  about.add(own, facts);
  return own;
};

const MAX_PORT = 65_535;
const MAX_POLL_SECONDS = 3_600;
const MAX_EDIT_WINDOW_DAYS = 30;
const MAX_FILE_MB = 1_000;
const MAX_QUOTA_MB = 10_000_000;
const MAX_LINK_DAYS = 365;

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const text = z.string({ error: 'is missing' });
const word = text
  .regex(/^[!-~]+$/, 'contains a blank or a character outside ASCII')
  // Docker's --env-file takes them along.
  .regex(/^(?!(["'`]).*\1$)/, 'stands in quotes');
const startingWith = (prefix: string) => word.startsWith(prefix, `does not start with ${prefix}`);
const wholeNumber = (max: number) =>
  text
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value <= max, `is more than ${max}`);
const channelId = word.regex(/^[CG][A-Z0-9]+$/, 'is not a channel id (a name is not enough: names change)');

/** A base address: https, or http on this machine only; comes out with a trailing slash. */
const webAddress = text.transform((value, context) => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!URL.canParse(value)) return refuse('is not a web address');
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('is not a web address');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return refuse('is http, which is for this machine only');
  if (url.username !== '' || url.password !== '') return refuse('contains a user name or password');
  if (url.search !== '' || url.hash !== '') return refuse('has a query or a fragment');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

const origin = webAddress
  .refine((href) => new URL(href).pathname === '/', 'has a path: give the origin alone')
  .transform((href) => new URL(href).origin);

const duration = text.transform((value, context) => {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (amount === undefined || !isUnit(unit)) {
    context.addIssue({ code: 'custom', message: 'is not a duration' });
    return z.NEVER;
  }
  const ms = Number(amount) * UNITS_MS[unit];
  if (ms > MAX_EDIT_WINDOW_DAYS * UNITS_MS.d) {
    context.addIssue({ code: 'custom', message: `is longer than ${MAX_EDIT_WINDOW_DAYS} days` });
  }
  return ms;
});

const isUnit = (unit: string | undefined): unit is keyof typeof UNITS_MS => unit !== undefined && unit in UNITS_MS;

/** `url` holds the database's password: it is handed to the driver and to nobody else. */
export type Database =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

const database = text.transform((value, context): Database => {
  if (/^postgres(ql)?:\/\/\S+$/.test(value)) return { kind: 'postgres', url: value };
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(value)?.[1];
  if (path !== undefined && path !== ':memory:') return { kind: 'sqlite', path };
  context.addIssue({ code: 'custom', message: 'is neither a SQLite file nor a PostgreSQL address' });
  return z.NEVER;
});

/** Every variable casebridge reads, in the order in which README and `.env.sample` list them. */
export const Environment = z.object({
  SLACK_BOT_TOKEN: variable(startingWith('xoxb-'), {
    needed: 'required',
    meaning: 'the bot token, `xoxb-…`',
    right: 'the bot token from the Slack app page, "OAuth & Permissions", such as xoxb-…',
  }),
  SLACK_SIGNING_SECRET: variable(word.regex(/^(?!xox|xapp-)/, 'is a token').optional(), {
    needed: 'required without `SLACK_APP_TOKEN`',
    meaning: "HTTP mode: checks Slack's signature",
    right: 'the signing secret from the Slack app page, "Basic Information" (or SLACK_APP_TOKEN for Socket Mode)',
  }),
  SLACK_APP_TOKEN: variable(startingWith('xapp-').optional(), {
    meaning: '`xapp-…`; when set, Socket Mode is used instead of HTTP for Slack',
    right: 'an app-level token with connections:write, such as xapp-…, or nothing',
  }),
  SLACK_API_URL: variable(webAddress, {
    fallback: 'https://slack.com/api/',
    meaning: "base of the Web API; when set, its origin counts as Slack's host for files and `response_url` too",
    right: 'an https address such as https://slack.com/api/',
  }),
  SLACK_COMMAND: variable(text.regex(/^\/[^\s/]{1,31}$/, 'is not the name of a slash command'), {
    fallback: '/case',
    meaning: 'the slash command (names are not namespaced in Slack)',
    right: 'a slash and at most 31 characters, such as /case',
  }),
  AGENT_GROUP: variable(word.regex(/^S[A-Z0-9]+$/, 'is not the id of a user group').optional(), {
    meaning: 'user group id; when set, only its members are agents',
    right: 'the id of a Slack user group, such as S0123ABCD',
  }),
  ACQUIRE_ACCOUNT_ID: variable(
    text
      .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/, 'is not a subdomain')
      .toLowerCase()
      .optional(),
    {
      needed: 'required without `ACQUIRE_BASE_URL`',
      meaning: 'subdomain of the Acquire account',
      right: 'the subdomain alone: acme for https://acme.acquire.io',
    },
  ),
  ACQUIRE_BASE_URL: variable(origin.optional(), {
    fallbackInWords: '`https://{account}.acquire.io`',
    meaning: 'origin of the Acquire account; `/api/v1` is appended',
    right: 'an https origin such as https://acme.acquire.io',
  }),
  ACQUIRE_API_KEY: variable(word, {
    needed: 'required',
    meaning: 'bearer key',
    right: 'the key from Acquire, "Settings > For Developers > API Key(s)"',
  }),
  ACQUIRE_WEBHOOK_SECRET: variable(word.optional(), {
    needed: 'required unless polling is on',
    meaning: 'HMAC key of `x-acquire-signature`; without it the route answers 404',
    right: "the secret of Acquire's webhook (or ACQUIRE_POLL_SECONDS above 0)",
  }),
  ACQUIRE_POLL_SECONDS: variable(wholeNumber(MAX_POLL_SECONDS), {
    fallback: '15',
    meaning: 'how often open cases are read (active ones more often); `0` turns it off',
    right: `a whole number of seconds from 0 to ${MAX_POLL_SECONDS}`,
  }),
  ACQUIRE_USER_TYPE_PARAM: variable(text.regex(/^[\w-]{1,40}$/, 'is not the name of a parameter'), {
    fallback: '-x-user-type',
    meaning: "how a side is named in calls; Acquire's pages spell it in several ways",
    right: 'the name of a query parameter, such as -x-user-type',
  }),
  AGENT_KEYS_FILE: variable(text.optional(), {
    meaning: "YAML file: agent's e-mail → own Acquire key, so that customers see who answers",
    right: 'the path of a YAML file',
  }),
  GIOSG_ORGANIZATION_ID: variable(word.optional(), {
    meaning: 'giosg case look-up, off when unset',
    right: 'the id of the giosg organization; all of the GIOSG variables or none',
  }),
  GIOSG_API_TOKEN: variable(word.optional(), {
    meaning: 'giosg API token; set with the organization',
    right: 'a giosg API token; all of the GIOSG variables or none',
  }),
  GIOSG_SIGNING_KEY: variable(word.optional(), {
    meaning: "giosg API signing key, for visitors' identity tokens; set with the organization",
    right: "the organization's API signing key; all of the GIOSG variables or none",
  }),
  GIOSG_BASE_URL: variable(origin.optional(), {
    fallbackInWords: '`https://service.giosg.com`',
    meaning: "origin of giosg's API",
    right: 'an https origin such as https://service.giosg.com',
  }),
  CASE_CHANNEL: variable(channelId.optional(), {
    needed: 'required unless `ROUTES_FILE` covers every case',
    meaning: 'Slack channel id where threads of new cases start',
    right: "the channel's id, such as C0123ABCD (or ROUTES_FILE)",
  }),
  ALERT_CHANNEL: variable(channelId.optional(), {
    meaning: 'where alarms for operators go, besides the log',
    right: "the channel's id, such as C0123ABCD",
  }),
  ROUTES_FILE: variable(text.optional(), {
    meaning: 'YAML file: which cases go to which channel, and how each is worked (docs/routes.md)',
    right: 'the path of a YAML file',
  }),
  DATABASE_URL: variable(database, {
    fallback: 'sqlite:data/casebridge.db',
    meaning: '`sqlite:PATH` on one machine, `postgres://…` for several replicas',
    right: 'sqlite:data/casebridge.db or postgres://user:password@host/database',
  }),
  PUBLIC_URL: variable(webAddress.optional(), {
    meaning: 'how the outside reaches us; links to files for customers begin with it, without it there are none',
    right: 'an https address such as https://casebridge.example.com',
  }),
  FILES_DIR: variable(text, {
    fallback: 'data/files',
    meaning: 'folder for files on their way and behind links; replicas share it',
    right: 'the path of a folder',
  }),
  FILE_LIMIT_MB: variable(
    wholeNumber(MAX_FILE_MB).refine((value) => value > 0, 'is zero'),
    {
      fallback: '25',
      meaning: 'size of the largest file that is carried, either way',
      right: `a whole number of megabytes from 1 to ${MAX_FILE_MB}`,
    },
  ),
  FILES_QUOTA_MB: variable(
    wholeNumber(MAX_QUOTA_MB).refine((value) => value > 0, 'is zero'),
    {
      fallback: '2000',
      meaning: 'size of all files in `FILES_DIR` together; beyond it files wait, messages do not',
      right: `a whole number of megabytes from FILE_LIMIT_MB (25 when it is not set) to ${MAX_QUOTA_MB}`,
    },
  ),
  FILE_LINK_DAYS: variable(
    wholeNumber(MAX_LINK_DAYS).refine((value) => value > 0, 'is zero'),
    {
      fallback: '30',
      meaning: 'how long a link to a file works',
      right: `a whole number of days from 1 to ${MAX_LINK_DAYS}`,
    },
  ),
  HOST: variable(word, {
    fallback: '0.0.0.0',
    meaning: 'address the one HTTP server listens on',
    right: 'an address of this machine, such as 0.0.0.0 or 127.0.0.1',
  }),
  PORT: variable(wholeNumber(MAX_PORT), {
    fallback: '3000',
    meaning: 'port of the one HTTP server',
    right: `a port from 0 (any free one) to ${MAX_PORT}`,
  }),
  LOG_LEVEL: variable(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { error: 'is not a log level' }),
    {
      fallback: 'info',
      meaning: 'pino level; JSON lines on stdout, pretty on a terminal when `pino-pretty` is installed',
      right: 'trace, debug, info, warn, error, fatal or silent',
    },
  ),
  EDIT_WINDOW: variable(duration, {
    fallback: '10m',
    meaning:
      'how long edits and deletions of sent messages are carried over; later ones are recorded as an internal note',
    right: 'a number and s, m, h or d, such as 10m',
  }),
  METRICS_TOKEN: variable(word.optional(), {
    meaning: 'bearer token of `/metrics`; without it only loopback is answered',
    right: 'a word without blanks, long enough not to be guessed',
  }),
});
export type Environment = z.infer<typeof Environment>;

export type Variable = keyof Environment;

export const isVariable = (name: PropertyKey | undefined): name is Variable =>
  name !== undefined && Object.hasOwn(Environment.shape, name);

export const VARIABLES: readonly Variable[] = Object.keys(Environment.shape).filter(isVariable);

export function aboutVariable(name: Variable): About {
  const found = about.get(Environment.shape[name]);
  if (found === undefined) throw new Error(`${name} is not described`);
  return found;
}
