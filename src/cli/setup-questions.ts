import { aboutVariable, Environment, type Variable } from '../environment.ts';
import type { Asker } from './ask.ts';

/** What setup asks for, each answer checked the moment it is given. */

export type Question = {
  readonly variable: Variable;
  readonly words: string;
  readonly secret?: boolean;
  /** May stay empty. */
  readonly optional?: boolean;
};

/** An id out of a link to a channel, or as Slack copies it out of a message (`<#C…|support>`). */
const channelIn = (typed: string): string =>
  /\/archives\/([CG][A-Z0-9]+)/u.exec(typed)?.[1] ??
  /\/client\/[TE][A-Z0-9]+\/([CG][A-Z0-9]+)/u.exec(typed)?.[1] ??
  /^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$/u.exec(typed)?.[1] ??
  typed;

/** `acme` out of the address of its screens. The host `app` belongs to nobody: Acquire's older product was served there. */
const accountIn = (typed: string): string => {
  const account = /^(?:https:\/\/)?([^./]+)\.acquire\.io(?:[/?#]|$)/u.exec(typed)?.[1];
  return account === undefined || account === 'app' ? typed : account;
};

/** What people paste instead of the value itself. */
const READERS: Partial<Readonly<Record<Variable, (typed: string) => string>>> = {
  CASE_CHANNEL: channelIn,
  ALERT_CHANNEL: channelIn,
  ACQUIRE_ACCOUNT_ID: accountIn,
};

/** A value as it was typed or pasted, also from a file of variables, where it may stand in quotes. */
export const readTyped = (variable: Variable, typed: string): string => {
  const bare = /^(["'`])(.*)\1$/u.exec(typed.trim())?.[2] ?? typed.trim();
  return READERS[variable]?.(bare) ?? bare;
};

const BOT_TOKEN: Question = {
  variable: 'SLACK_BOT_TOKEN',
  words: 'Bot User OAuth Token (xoxb-…, "OAuth & Permissions"):',
  secret: true,
};
const SIGNING_SECRET: Question = {
  variable: 'SLACK_SIGNING_SECRET',
  words: 'Signing Secret ("Basic Information"):',
  secret: true,
};
const APP_TOKEN: Question = {
  variable: 'SLACK_APP_TOKEN',
  words: 'App-level token with connections:write (xapp-…, "Basic Information"):',
  secret: true,
};

export const ADDRESS: Question = {
  variable: 'PUBLIC_URL',
  words: 'Address under which Slack and Acquire reach casebridge (https://…; nothing for Socket Mode):',
  optional: true,
};

export const slackQuestions = (socket: boolean): readonly Question[] => [
  BOT_TOKEN,
  socket ? APP_TOKEN : SIGNING_SECRET,
  {
    variable: 'CASE_CHANNEL',
    words: 'Channel where threads of new cases start (its id, or a link to it):',
  },
];

export const ACQUIRE_QUESTIONS: readonly Question[] = [
  { variable: 'ACQUIRE_ACCOUNT_ID', words: 'Acquire account (acme, or https://acme.acquire.io):' },
  {
    variable: 'ACQUIRE_API_KEY',
    words: 'Acquire API key ("Settings > For Developers > API Key(s)"):',
    secret: true,
  },
];

/** What is wrong with a value, and what a right one looks like; null when it can be used. */
const problemWith = (variable: Variable, value: string): string | null => {
  const parsed = Environment.shape[variable].safeParse(value);
  if (parsed.success) return null;
  return `${parsed.error.issues[0]?.message ?? 'cannot be used'}; expected ${aboutVariable(variable).right}`;
};

/** Asks until the answer can be used; an empty one keeps what is there. */
export const askFor = async (asker: Asker, question: Question, present: string): Promise<string> => {
  const { variable, words, secret = false, optional = false } = question;
  const kept = present === '' ? '' : ` [${secret ? 'keep the present one' : present}]`;
  for (;;) {
    const typed = await asker.ask(`${words}${kept}`, { secret });
    const value = typed === '' ? present : readTyped(variable, typed);
    if (value === '' && optional) return '';
    const problem = value === '' ? 'is needed' : problemWith(variable, value);
    if (problem === null) return value;
    process.stdout.write(`  ${variable} ${problem}\n`);
  }
};
