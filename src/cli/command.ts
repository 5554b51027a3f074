import { z } from 'zod';
import type { Json } from '../delivery/ports.ts';
import type { StoreReader } from '../store/read.ts';

/** What the operator's commands share: how they end, what they print, and how they ask the app that runs. */

export const EXIT_USAGE = 2;
export const EXIT_FAILED = 1;
/** sysexits.h EX_CONFIG, as the app itself ends with. */
export const EXIT_CONFIG = 78;
const ORDER_WAIT_MS = 5_000;

export class CommandFailed extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.name = 'CommandFailed';
    this.code = code;
  }
}

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
