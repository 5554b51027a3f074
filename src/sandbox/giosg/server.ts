import { Faults } from '../acquire/faults.ts';
import { Door, type GiosgRequest } from './door.ts';
import type { GiosgOptions, IdentityContract, TokenChoice, Variants } from './options.ts';
import { type People, people } from './people.ts';
import { addToken, type Change, createOrganization, type Organization, type TokenRecord } from './state.ts';

/**
 * A simulated giosg organization: the two reading calls on the cases of an external visitor, and `users/me`. It is built
 * from documentation alone.
 *
 * Stricter than the vendor is known to be: only `Token` tokens; only GET, no slash at the end, no unknown or repeated
 * parameter, only the four orderings; a cursor is good only for the visitor and the ordering it came with; JSON only for
 * those who ask for it; an identity token needs `iat` and `exp` in whole seconds, no leeway, at most ten minutes of life.
 * Laxer than the vendor may be: no rate limit and no slowness of its own (a fault can play both); cursors last until they
 * are forgotten; one visitor is one external id for good; permissions within an organization are one flag per token;
 * HTTP instead of HTTPS; nothing but cases is served, and there is no website that would make visitors.
 * Invented, for nobody published them: the contract of identity tokens, bodies of errors, sizes of pages, the status for
 * an unknown case or cursor. `identity` and `variants` choose others.
 */
export interface GiosgSimulator extends People {
  /** The origin; `/api/v5` is below it. */
  readonly url: string;
  readonly port: number;
  readonly organizationId: string;
  /** The first API token. */
  readonly token: string;
  /** Live records: read them freely, change them through the functions. */
  readonly organization: Organization;
  /** May be changed at any time. */
  readonly variants: Variants;
  /** May be changed at any time: another key, another claim. */
  readonly identity: IdentityContract;
  readonly faults: Faults;
  readonly requests: readonly GiosgRequest[];
  addToken: (choice: TokenChoice) => TokenRecord;
  revokeToken: (token?: string) => void;
  restoreToken: (token?: string) => void;
  setSubscribed: (subscribed: boolean) => void;
  forgetCursors: () => void;
  /** Calls back after every change; the returned function ends that. */
  subscribe: (listener: (change: Change) => void) => () => void;
  snapshot: () => Snapshot;
  down: () => Promise<void>;
  up: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startGiosg(options: GiosgOptions = {}): Promise<GiosgSimulator> {
  const organization = createOrganization(options);
  const faults = new Faults(organization.random);
  const door = new Door(organization, faults);
  const [first] = organization.tokens;
  if (!first) throw new Error('The organization needs at least one API token');
  await door.up(options.port ?? 0);
  return {
    ...people(organization),
    url: door.url,
    port: door.port,
    organizationId: organization.id,
    token: first.token,
    organization,
    variants: organization.variants,
    identity: organization.identity,
    faults,
    requests: door.requests,
    addToken: (choice) => addToken(organization, choice),
    revokeToken: (revoked = first.token) => setRevoked(organization, revoked, true),
    restoreToken: (restored = first.token) => setRevoked(organization, restored, false),
    setSubscribed: (subscribed) => {
      organization.subscribed = subscribed;
    },
    forgetCursors: () => organization.cursors.clear(),
    subscribe: (listener) => {
      organization.listeners.add(listener);
      return () => organization.listeners.delete(listener);
    },
    snapshot: () => snapshot(organization),
    down: () => door.down(),
    up: () => door.up(),
    stop: () => door.down(),
  };
}

function setRevoked(organization: Organization, token: string, revoked: boolean): void {
  for (const one of organization.tokens) if (one.token === token) one.revoked = revoked;
}

export type Snapshot = ReturnType<typeof snapshot>;

/** Everything as plain JSON, cut loose from the live records; tokens and keys are left out. */
function snapshot(organization: Organization) {
  return structuredClone({
    users: [...organization.users.values()],
    visitors: [...organization.visitors.values()],
    cases: [...organization.cases.values()],
    subscribed: organization.subscribed,
  });
}
