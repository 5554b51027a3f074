import { invalidInput } from './answers.ts';
import type { Account, SenderType } from './state.ts';

/** On whose behalf a call acts. The pages spell the parameter in two ways; an unknown spelling is not noticed at all. */
export function actingSide(account: Account, query: URLSearchParams): SenderType {
  const { userTypeParam } = account.variants;
  if (userTypeParam === 'ignored') return 'user';
  const names = userTypeParam === 'both' ? ['-x-user-type', 'x-user-type'] : [userTypeParam];
  const given = names.map((name) => query.get(name)).find((value) => value !== null);
  if (given === undefined || given === null || given === 'user') return 'user';
  if (given !== 'contact') throw invalidInput('the user type is user or contact');
  return 'contact';
}
