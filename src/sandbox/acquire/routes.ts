import { invalidInput, noRoute } from './answers.ts';
import type { Account, UserRecord } from './state.ts';

/** One authorised request, as the routes of every subject see it. */
export interface Call {
  account: Account;
  /** The user that the API key is. */
  user: UserRecord;
  /** The number in the path, where its pattern has one; else 0. */
  id: number;
  query: URLSearchParams;
  body: unknown;
}

/** What a route returns is the `data` of the answer. */
export type Route = readonly [method: string, pattern: string, answer: (call: Call) => unknown];

export interface Match {
  answer: (call: Call) => unknown;
  id: number;
}

export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  for (const [wanted, pattern, answer] of routes) {
    if (wanted !== method) continue;
    if (pattern === path) return { answer, id: 0 };
    const stem = pattern.endsWith('/:id') ? pattern.slice(0, -':id'.length) : undefined;
    if (stem === undefined || !path.startsWith(stem)) continue;
    const last = path.slice(stem.length);
    if (last.includes('/')) continue;
    if (!/^\d{1,9}$/.test(last)) throw invalidInput(`${pattern}: the id must be a number`);
    return { answer, id: Number(last) };
  }
  throw noRoute();
}
