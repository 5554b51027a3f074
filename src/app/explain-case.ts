import { createAcquire } from '../acquire/client.ts';
import type { Config } from '../config.ts';
import type { Case } from '../core/case.ts';
import { AccountId, type CaseId } from '../core/ids.ts';
import { explainRoute, type RouteStep, routeFor } from '../core/route.ts';
import type { Channels } from '../core/settings.ts';
import { Failure } from '../delivery/errors.ts';
import { reasonOf } from './check.ts';

/** Which rule a case takes as things are now, and why: for whoever writes the routes file. */

export type Explained = {
  readonly case: string;
  readonly steps: readonly RouteStep[];
  /** What becomes of the case. */
  readonly takes: {
    readonly route: string | null;
    readonly channel: string | null;
    readonly start: string;
  };
  /** What rules can ask about, as it was found. */
  readonly facts: Readonly<Record<string, string>>;
};

/** Reads the case in Acquire. A problem is a sentence for people. */
export const explainCase = async (
  config: Config,
  channels: Channels,
  id: CaseId,
): Promise<Explained | { readonly problem: string }> => {
  const acquire = createAcquire({
    account: AccountId.parse(`acquire:${config.acquire.account}`),
    origin: config.acquire.origin,
    apiKey: config.secrets.acquireApiKey,
    userTypeParam: config.acquire.userTypeParam,
  });
  try {
    const found = await acquire.getCase(id);
    return found === null ? { problem: `there is no case ${id} in Acquire` } : explain(found, channels, Date.now());
  } catch (error) {
    if (error instanceof Failure) return { problem: `Acquire cannot be asked (${reasonOf(error)})` };
    throw error;
  }
};

const explain = (found: Case, channels: Channels, now: number): Explained => {
  const route = routeFor(found, channels.routes, now);
  return {
    case: found.id,
    steps: explainRoute(found, channels.routes, now),
    takes: {
      route: route?.name ?? null,
      channel: route === null ? channels.home : route.channel,
      start: route?.start ?? 'message',
    },
    facts: factsOf(found),
  };
};

const factsOf = ({ contact, ...found }: Case): Readonly<Record<string, string>> => ({
  channel: found.channel,
  title: found.title ?? '',
  department: found.departments.join(', '),
  queue: found.queues.join(', '),
  tag: found.tags.join(', '),
  ...named('fields', found.fields),
  ...named('contact', {
    id: contact.id,
    name: contact.name ?? '',
    email: contact.email ?? '',
    phone: contact.phone ?? '',
    ...contact.fields,
  }),
});

const named = (of: string, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${of}.${key}`, value]));

const STARTS: Readonly<Record<string, string>> = {
  message: 'at the first message of the customer',
  new: 'as soon as there is a case',
  waiting: 'when it waits for a person',
};

/** The same in lines. */
export function* explainedInWords({ case: id, steps, takes, facts }: Explained): Generator<string> {
  const { route, channel, start } = takes;
  const what = route === null ? `Case ${id} takes no rule` : `Case ${id} takes the rule “${route}”`;
  const where =
    channel === null ? 'no thread starts by itself' : `its thread starts in ${channel} ${STARTS[start] ?? 'never'}`;
  yield `${what}: ${start === 'never' ? 'no thread starts by itself' : where}.`;
  for (const { route: name, result, why } of steps) {
    yield `  ${result === 'taken' ? '✓' : result === 'passed over' ? '✗' : '–'} ${name}: ${why ?? result}`;
  }
  yield 'What rules can ask about:';
  for (const [name, value] of Object.entries(facts)) yield `  ${name}: ${value === '' ? '–' : value}`;
}
