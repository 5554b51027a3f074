import { z } from 'zod';
import { strict } from './strict.ts';

/** How a visitor is named to the case system: by a signed token, whose details its vendor does not publish. */

const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512'] as const;

const MIN_LIFETIME_S = 10;
const MAX_LIFETIME_S = 3_600;
const MAX_BACKDATED_S = 300;

const claimName = z.string().min(1).max(100);

/** Settings of the identity token, under the names that an operator writes; `.partial()` is what may be written. */
export const IdentityRules = z.strictObject({
  algorithm: z.enum(ALGORITHMS),
  /** How the configured key is written; for `RS…` it decodes to a private key in PEM or PKCS #8. */
  key_encoding: z.enum(['text', 'base64', 'hex']),
  /** `kid` in the token's header; null leaves it out. */
  key_id: z.string().min(1).max(200).nullable(),
  /** The claim that holds the visitor's external id. */
  claim: claimName,
  /** Claims that go along, the same in every token. */
  extra_claims: z.record(claimName, z.json()),
  lifetime_seconds: z.int().min(MIN_LIFETIME_S).max(MAX_LIFETIME_S),
  /** How far `iat` lies in the past, for a vendor whose clock is behind ours. */
  backdate_seconds: z.int().min(0).max(MAX_BACKDATED_S),
});
export type IdentityRules = z.infer<typeof IdentityRules>;

const { algorithm, key_encoding, key_id, claim, extra_claims, lifetime_seconds, backdate_seconds } =
  IdentityRules.shape;

/** What an account says otherwise; what it does not say must not stand in the place of what is assumed. */
export const IdentityChoices = strict({
  algorithm: algorithm.exactOptional(),
  key_encoding: key_encoding.exactOptional(),
  key_id: key_id.exactOptional(),
  claim: claim.exactOptional(),
  extra_claims: extra_claims.exactOptional(),
  lifetime_seconds: lifetime_seconds.exactOptional(),
  backdate_seconds: backdate_seconds.exactOptional(),
}) satisfies z.ZodType<Partial<IdentityRules>>;
export type IdentityChoices = z.infer<typeof IdentityChoices>;
