import { z } from 'zod';
import { Failure } from '../delivery/errors.ts';
import type { Call, Request } from './http.ts';
import { pageOf } from './schema.ts';

/**
 * Whose refusal a 403 is: the key's (then everything waits for a person), or this one request's. Neither its body nor
 * its word tells: Acquire's page of errors has one word for both, and no sample of a body was ever published.
 */

const FORBIDDEN = 403;
const CONTROL = { verb: 'GET', path: 'crm/objects/case', query: [['limit', '1']] } as const satisfies Request;

/** What no bridge can do without; departments, the documented example, need a right to settings besides. */
export const checkKey = async (call: Call): Promise<void> => {
  await call(CONTROL, pageOf(z.unknown()));
};

export const judgingRefusals = (call: Call): Call => {
  // What each way of writing was refused for since it last worked.
  const refused = new Map<string, Set<string>>();

  const isKeys = async (request: Request): Promise<boolean> => {
    if (request.path === CONTROL.path) return true;
    try {
      await checkKey(call);
    } catch (error) {
      if (isRefusedKey(error)) return true;
      // Not to be told from an outage: nothing was done, and the request may be made again.
      if (error instanceof Failure && (error.facts.kind === 'transient' || error.facts.kind === 'rate_limited'))
        throw new Failure({ ...error.facts, effect: 'none' });
    }
    return isWritingOfCases(request) && isRefusedForSeveral(request);
  };

  /** One case may be closed to us; a second one, with no success between them, shows that the key has lost the right. */
  const isRefusedForSeveral = (request: Request): boolean => {
    const about = refused.get(request.path) ?? new Set();
    refused.set(request.path, about.add(request.id ?? request.about ?? ''));
    return about.size > 1;
  };

  return async (request, data) => {
    try {
      const answer = await call(request, data);
      refused.delete(request.path);
      return answer;
    } catch (error) {
      if (!(error instanceof Failure) || error.facts.status !== FORBIDDEN) throw error;
      throw new Failure({ ...error.facts, kind: (await isKeys(request)) ? 'auth' : 'permanent' });
    }
  };
};

const isRefusedKey = (error: unknown): boolean =>
  error instanceof Failure && (error.facts.kind === 'auth' || error.facts.status === FORBIDDEN);

/** Mail and telephony are rights of their own: a key without them must not keep chats waiting. */
const isWritingOfCases = ({ verb, path, readsOnly }: Request): boolean =>
  verb !== 'GET' && readsOnly !== true && path.startsWith('crm/');
