import { parseArgs, type ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import type { Json } from '../delivery/ports.ts';
import type { StoreReader } from '../store/read.ts';

/** What the operator's commands share: how they end, what they print, and how they ask the app that runs. */

export const EXIT_USAGE = 2;
export const EXIT_FAILED = 1;
/** sysexits.h EX_CONFIG, as the app itself ends with. */
export const EXIT_CONFIG = 78;
/** As a shell says of what Ctrl-C ended. */
export const EXIT_STOPPED = 130;
const ORDER_WAIT_MS = 5_000;

export class CommandFailed extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.name = 'CommandFailed';
    this.code = code;
  }
}

/** Somebody wants to know how a group of commands is used; the message says it. */
export class HelpAsked extends Error {
  constructor(usage: string) {
    super(usage);
    this.name = 'HelpAsked';
  }
}

export const misused = (what: string, usage: string): CommandFailed =>
  new CommandFailed(`${what}\n\n${usage}`, EXIT_USAGE);

/** What was typed; what cannot be is named, before the usage. */
export const readWords = <Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> => {
  if (config.args?.some((word) => word === '--help' || word === '-h') === true) throw new HelpAsked(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's first sentence says what is wrong, the others how a program would take it.
    const [sentence = 'this cannot be read'] = error instanceof Error ? error.message.split(/\. |\n/u) : [];
    throw misused(sentence, usage);
  }
};

/** What every group of commands is handed. */
export type Around = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
};

export type Shown = { readonly json: boolean; readonly print: (line: string) => void };

const Words = z.record(z.string(), z.unknown());

export const wordIn = (value: Json, name: string): string | null => {
  const word = Words.safeParse(value).data?.[name];
  return typeof word === 'string' ? word : null;
};

/** The answer of the app to an order that it carried out. */
export const carriedOut = async (reader: StoreReader, order: Json): Promise<Json> => {
  const answer = await reader.answer(await reader.order(order), ORDER_WAIT_MS);
  if (answer === undefined)
    throw new CommandFailed(
      'the order is stored; casebridge does not run on this store now and will carry it out when it does',
      EXIT_FAILED,
    );
  const error = wordIn(answer, 'error');
  if (error !== null) throw new CommandFailed(`not done: ${error}`, EXIT_FAILED);
  return answer;
};
