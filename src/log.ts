import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import type PinoPretty from 'pino-pretty';

/**
 * Facts of a log line, flat. The names that every room shares:
 *
 * - `event`, `delivery`: the key of an inbox event, the id of a delivery
 * - `lane`, `link`: what is owed in order; the thread and case that belong together
 * - `case`, `thread`, `channel`: Acquire's case id; Slack's thread and channel
 * - `attempt`: which try at a delivery it is
 * - `outcome`: what came of it (delivered, retry, snooze, dead, unknown, held, ignored)
 * - `ms`: how long it took
 * - `error`: what was thrown; only its safe facts are written
 *
 * The message is a constant sentence. Message text, names, addresses, numbers and tokens are never facts.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** What rooms may do with the log: pino, cut down to what we use. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  fatal(fields: Fields, message: string): void;
  child(fields: Fields): Log;
}

export interface LogOptions {
  readonly level: string;
  /** Made for people; by default when stdout is a terminal. Needs pino-pretty, else lines stay JSON. */
  readonly pretty?: boolean;
  /** Where lines go instead of stdout. */
  readonly destination?: DestinationStream;
}

/** Fields that hold text of people or secrets, should one ever be logged by mistake. */
const NEVER_LOGGED: ReadonlySet<string> = new Set(
  (
    'text body content payload blocks title email phone ' +
    'token secret secrets apiKey password authorization headers config env'
  ).split(' '),
);

/**
 * Values that must not leave even inside a longer string: Slack tokens, bearer keys, passwords, e-mails, phones. They
 * are looked for in the finished JSON line, so none may begin inside an escape such as `\n`.
 */
const SCRUBBED: readonly (readonly [RegExp, string])[] = [
  [/x(?:ox[a-z]|app)(?:\.[a-z]+)?-[\w-]+/gi, '[token]'],
  [/bearer\s+[\w.~+/=-]+/gi, 'Bearer [token]'],
  // A JSON Web Token, which may be a segment of an address.
  [/(?<!\\(?:u[0-9a-f]{0,3})?)eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[token]'],
  [/(:\/\/[^\s:@/"]*):[^\s@/"]+@/g, '$1:[password]@'],
  [/(?<!\\(?:u[0-9a-f]{0,3})?)[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
  [/\+\d(?:[ -]?\d){6,14}\b/g, '[phone]'],
];

/** Every one of them holds one of these: most lines are looked through once, not six times. */
const SUSPICIOUS = /xox|xapp|bearer|eyj|:\/\/|@|\+\d/i;

export function createLog(options: LogOptions): Log {
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    errorKey: 'error',
    formatters: {
      level: (level) => ({ level }),
      log: (facts) => censored(facts),
      bindings: (facts) => censored(facts),
    },
    serializers: { error: safeError },
    hooks: { streamWrite: scrub },
  };
  const pretty = options.pretty ?? process.stdout.isTTY;
  const destination = options.destination ?? (pretty ? prettyStdout() : undefined);
  return held(destination === undefined ? pino(settings) : pino(settings, destination));
}

/** A child's facts are written once, when it is made, past what looks at those of a line. */
const held = (log: Logger): Log => ({
  debug: (fields, message) => log.debug(fields, message),
  info: (fields, message) => log.info(fields, message),
  warn: (fields, message) => log.warn(fields, message),
  error: (fields, message) => log.error(fields, message),
  fatal: (fields, message) => log.fatal(fields, message),
  child: (fields) => held(log.child(censored(fields))),
});

/** pino-pretty is a development dependency: a production install goes without it. */
function prettyStdout(): DestinationStream | undefined {
  const require = createRequire(import.meta.url);
  try {
    const pretty: typeof PinoPretty = require('pino-pretty');
    return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss' });
  } catch {
    return undefined;
  }
}

const MAX_DEPTH = 8;

/**
 * Without what is never logged. By hand: pino's own way takes each line apart for every name of the list, which took as long
 * as the rest of logging.
 */
function censored<T extends object>(facts: T, depth = MAX_DEPTH): T {
  let copy: T | null = null;
  for (const [name, value] of Object.entries(facts)) {
    // Written by its serializer.
    if (name === 'error' && depth === MAX_DEPTH) continue;
    const kept = NEVER_LOGGED.has(name) ? '[redacted]' : innerOf(value, depth);
    if (kept === value) continue;
    copy ??= Object.assign(Array.isArray(facts) ? [] : {}, facts);
    Object.assign(copy, { [name]: kept });
  }
  return copy ?? facts;
}

const innerOf = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return safeError(value);
  return depth === 0 ? '[too deep]' : censored(value, depth - 1);
};

const scrub = (line: string): string => (SUSPICIOUS.test(line) ? scrubbed(line) : line);

const scrubbed = (line: string): string =>
  SCRUBBED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);

const MAX_FRAMES = 5;
const MAX_CAUSES = 3;

/** Facts that our own errors carry, besides `name` and `code`; everything else of an error may be a vendor's prose. */
const SAFE_FACTS = new Set([
  'code',
  'status',
  'method',
  'errorWord',
  'kind',
  'side',
  'attempted',
  'word',
  'retryAfterMs',
]);

/**
 * An error as it may be logged: its name, its machine-readable facts, where in the code it arose, and the same of its
 * causes. Never its message: vendors' messages quote what was sent to them.
 */
function safeError(error: unknown, causes = MAX_CAUSES): Fields {
  if (!(error instanceof Error)) return { name: `thrown ${typeof error}` };
  const facts = { ...factsOf(error), ...('facts' in error ? factsOf(error.facts) : {}) };
  const cause = error.cause === undefined || causes === 0 ? {} : { cause: safeError(error.cause, causes - 1) };
  return { name: factOrNothing(error.name) ?? 'Error', ...facts, at: frames(error), ...cause };
}

function factsOf(bearer: unknown): Fields {
  if (typeof bearer !== 'object' || bearer === null) return {};
  const known = Object.entries(Object.getOwnPropertyDescriptors(bearer))
    .filter(([name]) => SAFE_FACTS.has(name))
    .map(([name, property]): [string, unknown] => [name, factOrNothing(property.value)]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** A fact is a number or a short word or path; a sentence with a blank after each word is prose. */
function factOrNothing(value: unknown): string | number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^(?:[A-Z]{3,7} )?[\w./:{}-]{1,100}$/.test(value) ? value : undefined;
}

/** The places alone, read from the end of the stack: its beginning repeats the message. */
function frames(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n');
  const last = lines.findLastIndex((line) => !/^\s+at .+\)?$/.test(line));
  return lines.slice(last + 1, last + 1 + MAX_FRAMES).map((line) => line.trim().replace(/^at /, ''));
}
