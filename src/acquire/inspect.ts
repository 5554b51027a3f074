import { z } from 'zod';
import { ChainId } from '../core/ids.ts';
import { Failure } from '../delivery/errors.ts';
import { connect } from './http.ts';
import { readersOf } from './readers.ts';
import { checkKey } from './refusals.ts';
import { CaseRow, pageOf } from './schema.ts';
import { type Subscription, subscriptionsBy } from './subscriptions.ts';

/** What can be found out about an account by asking Acquire; nothing is changed by it. */

const TIMEOUT_MS = 8_000;

/** Lists that a key needs a right for, beside cases; documented by name only (acquire.md 1). */
const LISTS = {
  contacts: 'crm/objects/contact',
  users: 'account/user',
  departments: 'account/department',
} as const;

/** In the order of `readersOf`. */
const READERS = [
  'the list of messages, filtered by case',
  'the list of messages, with their cases',
  'the case with its messages',
  'the messages of a conversation',
  'all messages of the account, because filters do nothing here',
];

export type FoundReader = { readonly case: string; readonly reader: string | null; readonly complete: boolean };

/** Every method rejects with `Failure`. */
export type AcquireInspection = {
  /** Proves host, key, and the right to read cases. */
  key(): Promise<void>;
  canRead(list: keyof typeof LISTS): Promise<boolean>;
  /** Tries each way of reading messages on the newest case; null when there is no case yet. */
  messageReader(): Promise<FoundReader | null>;
  /** Webhooks of the account; null where the account does not show them. */
  subscriptions(): Promise<readonly Subscription[] | null>;
};

export const inspectAcquire = ({
  origin,
  apiKey,
}: {
  readonly origin: string;
  readonly apiKey: string;
}): AcquireInspection => {
  const call = connect({ origin, apiKey, timeoutMs: TIMEOUT_MS, now: Date.now });

  return {
    key: () => checkKey(call),
    canRead: (list) => isGranted(call({ verb: 'GET', path: LISTS[list], query: [['limit', '1']] }, z.unknown())),
    async messageReader() {
      const query = [
        ['relations', 'contact'],
        ['limit', '1'],
      ] as const;
      const { good } = await call({ verb: 'GET', path: 'crm/objects/case', query }, pageOf(CaseRow));
      const [row] = good;
      if (row === undefined) return null;
      const { id, contact } = row;
      const chain = row.threadId ?? row.parentId ?? ChainId.parse(id);
      for (const [index, reader] of readersOf(call).entries()) {
        const found = await reader({ id, chain, contact: contact.id });
        if (found !== null) return { case: id, reader: READERS[index] ?? `way ${index + 1}`, complete: found.complete };
      }
      return { case: id, reader: null, complete: false };
    },
    subscriptions: () => subscriptionsBy(call).list(),
  };
};

const isGranted = async (answer: Promise<unknown>): Promise<boolean> => {
  try {
    await answer;
    return true;
  } catch (error) {
    if (error instanceof Failure && (error.facts.kind === 'permanent' || error.facts.kind === 'not_found'))
      return false;
    throw error;
  }
};
