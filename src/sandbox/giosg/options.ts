/** What an organization of giosg may look like: where its documentation is silent, a variant chooses. */

export interface Variants {
  ids: 'uuid' | 'number';
  /** Sizes of one page after another, begun anew at the end: the size is not promised. */
  pageSizes: readonly number[];
  /** How a case that is not this visitor's, or does not exist, is refused. */
  unknownCase: 400 | 404;
  /** How a cursor is refused that was made for another list, or that has gone. */
  unknownCursor: 400 | 404;
  errorBody: 'detail' | 'list' | 'html' | 'empty';
  /** Users inside a case: as a page of the users API shows them, as samples elsewhere do, or not at all. */
  users: 'whole' | 'reduced' | 'none';
  /** Attributes that are null are left out altogether. */
  leavesNullsOut: boolean;
  /** Dates as older examples write them. */
  zoneless: boolean;
  /** The origin that links to further pages name, such as that of a server behind a proxy; null: the one asked. */
  linkOrigin: string | null;
}

export type Algorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'RS384' | 'RS512';

/** What this organization takes for an identity token. The real contract is unknown; these are its open questions. */
export interface IdentityContract {
  algorithms: readonly Algorithm[];
  /** A secret, or a public key in PEM for `RS…`. */
  key: string | Buffer;
  claim: string;
  /** Claims that must be there, with these values. */
  requiredClaims: Record<string, unknown>;
  /** Refuses a token whose header names no or another `kid`; null takes any. */
  keyId: string | null;
  leewaySeconds: number;
  longestLifetimeSeconds: number;
}

/** A token is a user's: it can do what that user can. */
export interface TokenChoice {
  token: string;
  /** The organization of its user, where it is a partner's. */
  organization?: string;
  /** Whether the user has access to this organization. */
  access?: boolean;
  /** False: it belongs to no single user, and has no `users/me`. */
  personal?: boolean;
}

export interface GiosgOptions {
  port?: number;
  organization?: string;
  tokens?: readonly TokenChoice[];
  agents?: readonly string[];
  identity?: Partial<IdentityContract>;
  variants?: Partial<Variants>;
  now?: () => number;
  random?: () => number;
}

export const SANDBOX_ORGANIZATION = '5a4db0c5-0000-4000-8000-000000000001';
export const SANDBOX_TOKEN = 'sandbox-giosg-api-token-not-a-real-secret';
export const SANDBOX_SIGNING_KEY = 'sandbox-giosg-signing-key-not-a-real-secret';

export const usualVariants: Variants = {
  ids: 'uuid',
  pageSizes: [10],
  unknownCase: 404,
  unknownCursor: 404,
  errorBody: 'detail',
  users: 'reduced',
  leavesNullsOut: false,
  zoneless: false,
  linkOrigin: null,
};

export const usualContract: IdentityContract = {
  algorithms: ['HS256'],
  key: SANDBOX_SIGNING_KEY,
  claim: 'sub',
  requiredClaims: {},
  keyId: null,
  leewaySeconds: 0,
  longestLifetimeSeconds: 600,
};
