import { randomBytes } from 'node:crypto';
import { setUpWebhook } from '../app/webhook-setup.ts';
import { envSample, readConfig } from '../config.ts';
import { aboutVariable, type Variable, VARIABLES } from '../environment.ts';
import { type Asker, createAsker } from './ask.ts';
import { type Around, CommandFailed, EXIT_CONFIG, readWords } from './command.ts';
import { examineIn } from './doctor.ts';
import { EnvFileUnusable, readEnvFile, writeEnvFile } from './env-file.ts';
import { type Environment, MADE_UP } from './given.ts';
import { manifestFor } from './manifest.ts';
import { ACQUIRE_QUESTIONS, ADDRESS, askFor, type Question, readTyped, slackQuestions } from './setup-questions.ts';

/** From nothing to a configuration that works: asks, writes `.env`, shows what to do by hand, and calls the doctor. */

type SetupOptions = {
  /** Values from flags: they are not asked for. */
  readonly given: ReadonlyMap<Variable, string>;
  readonly socket: boolean;
  /** Ask nothing. */
  readonly yes: boolean;
  readonly envFile: string;
};

const USAGE = `usage: npm run setup -- [options]

  --socket          Slack's Socket Mode: no public address is needed
  --yes             ask nothing; what is needed comes from flags or the present .env
  --file PATH       instead of .env
  --VARIABLE VALUE  any variable in small letters, such as --public-url https://casebridge.example.com`;

const SECRET_BYTES = 24;

const NO_ADDRESS = 'PUBLIC_URL is missing; give --public-url https://…, or --socket for Slack’s Socket Mode';

/** Resolves to the doctor's exit code. */
export const setup = async (args: readonly string[], around: Around): Promise<number> => {
  try {
    return await setUp(readOptions(args), around);
  } catch (error) {
    if (error instanceof EnvFileUnusable) throw new CommandFailed(error.message, EXIT_CONFIG);
    throw error;
  }
};

const setUp = async (options: SetupOptions, { env, print }: Around): Promise<number> => {
  const { envFile } = options;
  const before = readEnvFile(envFile);
  const known: Environment = { ...env, ...before };
  complainOf(problemsNow(options, known));
  const answers = await answersTo(options, known, print);
  const values = new Map([...usedFrom(env, before), ...answers]);
  const all: Environment = { ...known, ...Object.fromEntries(values) };
  const read = readConfig(all);
  complainOf(problemsOf(read.ok ? [] : read.problems, options, all));
  if (!read.ok) return EXIT_CONFIG;
  const written = writeEnvFile(envFile, values, envSample);
  print(`${envFile} was ${written}; only its owner may read it.`);
  const inFile = readEnvFile(envFile);
  for (const name of VARIABLES)
    if ((env[name] ?? '') !== '' && inFile[name] !== undefined && env[name] !== inFile[name])
      print(`${name} is also set in the environment, differently: there it comes before ${envFile}, so take it out.`);
  for (const line of await webhookSteps(read.config, options)) print(line);
  print('');
  return examineIn({ env: { ...env, ...inFile }, named: Object.keys(inFile) }, { json: false, print });
};

const complainOf = (problems: readonly string[]): void => {
  if (problems.length > 0) throw new CommandFailed(problems.join('\n'), EXIT_CONFIG);
};

/** What is wrong whatever will be answered: nobody should have to answer first. What is missing may still come. */
const problemsNow = ({ given, yes }: SetupOptions, known: Environment): readonly string[] => {
  const all: Environment = { ...known, ...Object.fromEntries(given) };
  const standIns = ANSWERED.filter((name) => (all[name]?.trim() ?? '') === '' || (!yes && !given.has(name))).map(
    (name) => [name, MADE_UP[name]] as const,
  );
  const read = readConfig({ ...all, ...Object.fromEntries(standIns) });
  return read.ok ? [] : read.problems;
};

/** Asked for, or made. */
const ANSWERED: readonly Variable[] = [
  ...[ADDRESS, ...slackQuestions(true), ...slackQuestions(false), ...ACQUIRE_QUESTIONS].map(({ variable }) => variable),
  'ACQUIRE_WEBHOOK_SECRET',
];

/** In Socket Mode a signing secret is not enough, and not needed. */
const problemsOf = (problems: readonly string[], { socket }: SetupOptions, all: Environment): readonly string[] => {
  if (!socket || (all['SLACK_APP_TOKEN']?.trim() ?? '') !== '') return problems;
  const { right } = aboutVariable('SLACK_APP_TOKEN');
  return [
    `SLACK_APP_TOKEN is missing (required with --socket); expected ${right.replace(/, or nothing$/u, '')}`,
    ...problems.filter((line) => !line.startsWith('SLACK_SIGNING_SECRET is missing')),
  ];
};

/** What says where the sides are, and who we are there: the proof at the end would be of something else without it. */
const usedFrom = (env: Environment, file: Environment): readonly (readonly [Variable, string])[] =>
  VARIABLES.filter((name) => /^(?:SLACK|ACQUIRE|GIOSG)_/u.test(name) && (file[name] ?? '') === '').flatMap((name) => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });

/** Every variable is a flag: `--acquire-api-key` for ACQUIRE_API_KEY. */
const readOptions = (args: readonly string[]): SetupOptions => {
  const flag = (name: Variable): string => name.toLowerCase().replaceAll('_', '-');
  const { values } = readWords(USAGE, {
    args: [...args],
    options: {
      ...Object.fromEntries(VARIABLES.map((name) => [flag(name), { type: 'string' as const }])),
      socket: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      // Node itself takes --env-file, wherever it stands.
      file: { type: 'string', default: '.env' },
    },
  });
  const words: Readonly<Record<string, unknown>> = values;
  const given = VARIABLES.flatMap((name): [Variable, string][] => {
    const value = words[flag(name)];
    return typeof value === 'string' ? [[name, readTyped(name, value)]] : [];
  });
  return { given: new Map(given), socket: values.socket, yes: values.yes, envFile: values.file };
};

const answersTo = async (
  options: SetupOptions,
  known: Environment,
  print: Around['print'],
): Promise<ReadonlyMap<Variable, string>> => {
  const values = new Map<Variable, string>(options.given);
  const asker = options.yes ? null : createAsker();
  try {
    const publicUrl = await addressFrom(asker, values, known);
    const hasAppToken = (values.get('SLACK_APP_TOKEN') ?? known['SLACK_APP_TOKEN'] ?? '') !== '';
    const socket = options.socket || hasAppToken;
    if (publicUrl === null && !socket && asker === null) throw new CommandFailed(NO_ADDRESS, EXIT_CONFIG);
    const slackUrl = socket ? null : publicUrl;
    const command = values.get('SLACK_COMMAND') ?? known['SLACK_COMMAND'] ?? '/case';
    for (const line of slackSteps(slackUrl, command)) print(line);
    await fill(asker, slackQuestions(slackUrl === null), { values, known });
    await fill(asker, withoutAddress(ACQUIRE_QUESTIONS, values, known), { values, known });
    if (publicUrl !== null) keepSecret(values, known);
    return values;
  } finally {
    asker?.close();
  }
};

type Answers = { readonly values: Map<Variable, string>; readonly known: Environment };

const fill = async (asker: Asker | null, questions: readonly Question[], { values, known }: Answers): Promise<void> => {
  for (const question of questions) {
    const { variable } = question;
    if (values.has(variable)) continue;
    const present = known[variable]?.trim() ?? '';
    const value = asker === null ? present : await askFor(asker, question, present);
    if (value !== '') values.set(variable, value);
  }
};

/** Ends in a slash; null when there is none. */
const addressFrom = async (
  asker: Asker | null,
  values: Map<Variable, string>,
  known: Environment,
): Promise<string | null> => {
  await fill(asker, [ADDRESS], { values, known });
  const address = values.get('PUBLIC_URL');
  if (address === undefined) return null;
  return address.endsWith('/') ? address : `${address}/`;
};

/** Whoever gives an address of Acquire needs no account's name. */
const withoutAddress = (
  questions: readonly Question[],
  values: ReadonlyMap<Variable, string>,
  known: Environment,
): readonly Question[] =>
  (values.get('ACQUIRE_BASE_URL') ?? known['ACQUIRE_BASE_URL'] ?? '') === ''
    ? questions
    : questions.filter(({ variable }) => variable !== 'ACQUIRE_ACCOUNT_ID');

const keepSecret = (values: Map<Variable, string>, known: Environment): void => {
  const present = known['ACQUIRE_WEBHOOK_SECRET']?.trim() ?? '';
  if (!values.has('ACQUIRE_WEBHOOK_SECRET'))
    values.set('ACQUIRE_WEBHOOK_SECRET', present === '' ? randomBytes(SECRET_BYTES).toString('hex') : present);
};

function* slackSteps(publicUrl: string | null, command: string): Generator<string> {
  const { yaml, link } = manifestFor({ publicUrl, command });
  yield '';
  yield 'The Slack app, once:';
  yield '  1. Open this link, choose your workspace and press Create. It holds the manifest below.';
  yield '';
  yield link;
  yield '';
  yield* yaml
    .trimEnd()
    .split('\n')
    .map((line) => `     ${line}`);
  yield '';
  yield '  2. "Install App": install it to the workspace.';
  yield '  3. "Event Subscriptions" > "Delayed Events": on. No manifest can do this; without it Slack drops late events.';
  if (publicUrl === null)
    yield '  4. "Basic Information" > "App-Level Tokens": make one with connections:write, for Socket Mode.';
  yield `  ${publicUrl === null ? 5 : 4}. In the channel of your choice: /invite @casebridge`;
  yield '';
}

type Configured = Extract<ReturnType<typeof readConfig>, { ok: true }>['config'];

const webhookSteps = async ({ http, acquire, secrets }: Configured, { yes }: SetupOptions): Promise<string[]> => {
  const { acquireWebhook: secret } = secrets;
  if (http.publicUrl === undefined || secret === undefined)
    return ['Without a public address there is no webhook: casebridge reads Acquire every few seconds instead.'];
  const url = new URL('webhooks/acquire', http.publicUrl).href;
  const account = { origin: acquire.origin, apiKey: secrets.acquireApiKey };
  const outcome = await setUpWebhook(account, { url, secret });
  if (outcome.done !== null) return [`The webhook in Acquire was ${outcome.done}: ${url}`];
  return [
    '',
    `The webhook in Acquire, once, by hand (${outcome.reason}):`,
    '  "Settings > For Developers > Webhooks > Create Webhook"',
    '  Flow: Outbound · Status: Active · Format: JSON · all case events',
    `  URL: ${url}`,
    // Shown to whoever sits there, not to the log of an automatic run.
    `  Secret key: ${yes ? 'the value of ACQUIRE_WEBHOOK_SECRET' : secret}`,
  ];
};
