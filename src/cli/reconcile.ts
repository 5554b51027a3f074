import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Compared, type Difference } from '../core/difference.ts';
import { CaseId } from '../core/ids.ts';
import type { StoreReader } from '../store/read.ts';
import { CommandFailed, EXIT_FAILED, EXIT_USAGE, type Shown } from './command.ts';
import { showProgress } from './progress.ts';

/** Compares threads with their cases, one after another, by asking the app that runs. */

/** Reading a long thread and all cases of it within the budgets of both sides. */
const COMPARE_WAIT_MS = 120_000;
/** Finding the links takes no more; after it nobody seems to be there. */
const LINKED_WAIT_MS = 15_000;
/** Slack lets a thread be read fifty times a minute, and the app reads too. */
const BETWEEN_MS = 1_500;
/** A side that asks to wait is asked again so often. */
const TRIES = 3;
const MOST_WAIT_MS = 60_000;

const Linked = z.object({ links: z.array(z.object({ link: z.string(), case: CaseId })) });
type Link = z.infer<typeof Linked>['links'][number];

const Failed = z.object({ error: z.string(), retryAfterMs: z.number().optional() });

/** One case: what was found, or why it could not be compared. */
type Outcome = Compared | { readonly case: CaseId; readonly error: string };

type Asked = { readonly case: string | undefined; readonly repair: boolean };

/** Resolves to the exit code: 0 when nothing is missing and everything could be compared. */
export const reconcile = async (reader: StoreReader, asked: Asked, { json, print }: Shown): Promise<number> => {
  const id = CaseId.safeParse(asked.case);
  if (asked.case !== undefined && !id.success)
    throw new CommandFailed(
      `“${asked.case}” is not the number of a case: npm run deliveries -- reconcile 72`,
      EXIT_USAGE,
    );
  const links = await linksOf(reader, id.data ?? null);
  const outcomes: Outcome[] = [];
  const stop = showProgress(() => `compared ${outcomes.length} of ${links.length} ${plural(links.length, 'case')}`);
  try {
    for (const [index, link] of links.entries()) {
      if (index > 0) await pause(BETWEEN_MS);
      outcomes.push(await compareOne(reader, link, asked.repair));
    }
  } finally {
    stop();
  }
  if (json) print(JSON.stringify(outcomes));
  else for (const line of inWords(outcomes)) print(line);
  return outcomes.some((one) => 'error' in one || gapsOf(one).length > 0) ? EXIT_FAILED : 0;
};

const linksOf = async (reader: StoreReader, id: CaseId | null): Promise<readonly Link[]> => {
  const answer = await reader.answer(await reader.order({ order: 'linked', case: id }), LINKED_WAIT_MS);
  if (answer === undefined)
    throw new CommandFailed('casebridge does not run on this store now, and only it can read both sides', EXIT_FAILED);
  const failed = Failed.safeParse(answer).data;
  if (failed !== undefined) throw new CommandFailed(`not done: ${failed.error}`, EXIT_FAILED);
  return Linked.parse(answer).links;
};

const compareOne = async (reader: StoreReader, { link, case: id }: Link, repair: boolean): Promise<Outcome> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await reader.answer(await reader.order({ order: 'reconcile', link, repair }), COMPARE_WAIT_MS);
    if (answer === undefined) return { case: id, error: 'casebridge did not answer in time' };
    const failed = Failed.safeParse(answer).data;
    if (failed === undefined) return Compared.parse(answer);
    const { error, retryAfterMs } = failed;
    if (retryAfterMs === undefined || tries === TRIES) return { case: id, error };
    await pause(Math.min(retryAfterMs, MOST_WAIT_MS));
  }
};

const gapsOf = ({ differences }: Compared): readonly Difference[] => differences.filter(({ gap }) => gap);

function* inWords(outcomes: readonly Outcome[]): Generator<string> {
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      yield `case ${outcome.case}: could not be compared (${outcome.error})`;
      continue;
    }
    const { length } = gapsOf(outcome);
    const read = `${outcome.messages} ${plural(outcome.messages, 'message')}, ${outcome.replies} ${plural(outcome.replies, 'reply', 'replies')}`;
    const found = length === 0 ? 'nothing is missing' : `${length} ${plural(length, 'gap')}`;
    const thread = outcome.thread === null ? ', no thread' : '';
    const repaired = outcome.repaired === 0 ? '' : `, ${outcome.repaired} put on the way again`;
    yield `case ${outcome.case}: ${found} (${read}${thread})${repaired}`;
    for (const difference of outcome.differences) yield `  ${differenceInWords(difference)}`;
  }
  const compared = outcomes.flatMap((one) => ('error' in one ? [] : [one]));
  const gaps = compared.reduce((sum, one) => sum + gapsOf(one).length, 0);
  yield `${compared.length} ${plural(compared.length, 'case')} compared, ${gaps} ${plural(gaps, 'gap')}`;
}

const WHERE: Readonly<Record<Difference['what'], string>> = {
  message: 'thread lacks message',
  reply: 'case lacks reply',
  delivery: 'delivery',
  case: 'case',
  thread: 'thread',
};

const differenceInWords = ({ what, id, by, at, gap, state }: Difference): string =>
  [
    gap ? 'gap ' : 'note',
    `${gap || what !== 'message' ? WHERE[what] : 'message'} ${id}`,
    ...(by === null ? [] : [by]),
    ...(at === null ? [] : [new Date(at).toISOString()]),
    state,
  ].join(' · ');

const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);
