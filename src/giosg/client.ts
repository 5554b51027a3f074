import type { z } from 'zod';
import type { AccountId } from '../core/ids.ts';
import type {
  CaseAbility,
  ExternalId,
  Ordering,
  PageCursor,
  Probed,
  VisitorCase,
  VisitorCaseId,
  VisitorCasePage,
  VisitorCases,
} from '../core/visitor-case.ts';
import type { IdentityRules } from '../core/visitor-identity.ts';
import { Failure } from '../delivery/errors.ts';
import { ASSUMED } from './assumptions.ts';
import { readLink } from './cursor.ts';
import { connect } from './http.ts';
import { mintFor } from './identity.ts';
import { CasePage, CaseRow, Me } from './schema.ts';

export type GiosgOptions = {
  readonly account: AccountId;
  readonly organization: string;
  /** `https://service.giosg.com`; the path of the API is appended. */
  readonly origin: string;
  readonly apiToken: string;
  /** The organization's API signing key: with it, anybody can be any visitor. */
  readonly signingKey: string;
  /** Where the account's contract for identity tokens differs from what we assume. */
  readonly identity?: Partial<IdentityRules>;
  /** Told of what a page of cases had that could not be used: how many rows, or a link to more. */
  readonly onOdd?: (what: 'rows' | 'link', count: number) => void;
  /** Told of each request, at the moment it is sent. */
  readonly onRequest?: () => void;
  readonly timeoutMs?: number;
  readonly now?: () => number;
};

// docs.giosg.com/api_reference/giosg_live/giosg_http_api/cases: both calls on cases only read.
const ABILITIES: ReadonlySet<CaseAbility> = new Set(['list', 'show', 'watch']);

const ORDERINGS: Readonly<Record<Ordering, string>> = {
  oldest: 'created_at',
  newest: '-created_at',
  stalest: 'updated_at',
  latest: '-updated_at',
};

const CASES = 'orgs/{organization}/external-visitors/{token}/cases';

/** Throws when the signing key and the rules of the identity token do not fit together. */
export const createGiosg = (options: GiosgOptions): VisitorCases => {
  const { account, origin } = options;
  const ask = asking(options);

  const readPage = async (visitor: ExternalId, { ordering, cursor }: PageChoice): Promise<VisitorCasePage> => {
    const query = { ordering: ORDERINGS[ordering], ...(cursor === null ? {} : { cursor }) };
    const { results, next, previous } = await ask.about(visitor, { path: CASES, query }, CasePage);
    const forward = readLink(next, { origin, from: cursor });
    if (results.bad > 0) options.onOdd?.('rows', results.bad);
    if (!forward.followable) options.onOdd?.('link', 1);
    return {
      cases: results.good,
      next: forward.cursor,
      previous: readLink(previous, { origin, from: cursor }).cursor,
      cutOff: !forward.followable,
      unreadable: results.bad,
    };
  };

  /** Throws when it is not the visitor that giosg knows nothing of, but us that it does not listen to. */
  const isKnown = async (visitor: ExternalId): Promise<boolean> =>
    (await orNull(readPage(visitor, FIRST), isMissing)) !== null;

  const casesOf = async (visitor: ExternalId, page: PageChoice): Promise<VisitorCasePage | null> => {
    if (page.cursor === null) return orNull(readPage(visitor, page), isMissing);
    const read = await orNull(readPage(visitor, page), isDoubtful);
    if (read !== null || !(await isKnown(visitor))) return read;
    throw new Failure({
      kind: 'not_found',
      side: 'giosg',
      attempted: `GET ${CASES}`,
      effect: 'none',
      word: 'CURSOR_GONE',
    });
  };

  const getCase = async (visitor: ExternalId, id: VisitorCaseId): Promise<VisitorCase | null> => {
    const request = { path: `${CASES}/{case}`, parts: { case: id } };
    try {
      return await ask.about(visitor, request, CaseRow);
    } catch (error) {
      if (isMissing(error)) return null;
      if (!isDoubtful(error)) throw error;
      await isKnown(visitor);
      return null;
    }
  };

  return {
    account,
    system: 'giosg',
    abilities: ABILITIES,
    casesOf,
    getCase,
    findCase: (visitor, number) => findCase(number, (cursor) => casesOf(visitor, { ordering: 'newest', cursor })),
    probe: async (visitor): Promise<Probed> => ({
      organization: await ask.organization(),
      visitor: (await isKnown(visitor)) ? 'known' : 'unknown',
    }),
  };
};

type PageChoice = { readonly ordering: Ordering; readonly cursor: PageCursor | null };
const FIRST: PageChoice = { ordering: 'newest', cursor: null };

type AboutVisitor = {
  readonly path: string;
  readonly parts?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
};

const asking = (options: GiosgOptions) => {
  const { organization, origin, apiToken, signingKey, now = Date.now, timeoutMs = ASSUMED.timeoutMs } = options;
  const { onRequest = () => undefined } = options;
  const mint = mintFor({ signingKey, rules: { ...ASSUMED.identity, ...options.identity }, now });
  const call = connect({ origin, apiToken, timeoutMs, now, onRequest });
  return {
    /** Each request has a token of its own. */
    about: async <T>(visitor: ExternalId, request: AboutVisitor, answer: z.ZodType<T>): Promise<T> => {
      const token = await mint(visitor);
      return call({ ...request, parts: { ...request.parts, organization, token } }, answer);
    },
    /** Partner organizations may legitimately differ, so this is told and not refused. */
    organization: async (): Promise<Probed['organization']> => {
      const me = await orNull(call({ path: 'users/me', parts: {} }, Me), isForbidden);
      if (me === null) return 'untold';
      return me.organization_id === organization ? 'same' : 'other';
    },
  };
};

/** Numbers are unique in an organization; people type them in any case. */
const findCase = async (
  number: string,
  pageAt: (cursor: PageCursor | null) => Promise<VisitorCasePage | null>,
): Promise<VisitorCase | null> => {
  const wanted = number.trim().toLowerCase();
  let cursor: PageCursor | null = null;
  for (let pages = 0; pages < ASSUMED.maxPages; pages += 1) {
    const page: VisitorCasePage | null = await pageAt(cursor);
    const found = page?.cases.find((one) => one.number.toLowerCase() === wanted);
    if (found !== undefined) return found;
    if (page === null || (page.next === null && !page.cutOff)) return null;
    if (page.next === null) break;
    cursor = page.next;
  }
  // Not "there is none": the list was not read to its end.
  throw new Failure({
    kind: 'permanent',
    side: 'giosg',
    attempted: `GET ${CASES}`,
    effect: 'none',
    word: 'LIST_CUT_OFF',
  });
};

const orNull = async <T>(asked: Promise<T>, isAnswer: (error: unknown) => boolean): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (isAnswer(error)) return null;
    throw error;
  }
};

const statusOf = (error: unknown): number | undefined => (error instanceof Failure ? error.facts.status : undefined);
const isMissing = (error: unknown): boolean => statusOf(error) === 404;
// giosg says so to a token that belongs to no single user (its earlier documentation, "users/me").
const isForbidden = (error: unknown): boolean => statusOf(error) === 403;
const isDoubtful = (error: unknown): boolean => ASSUMED.doubtful.some((status) => status === statusOf(error));
