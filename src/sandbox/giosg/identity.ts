import { createHmac, timingSafeEqual, verify } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from './answers.ts';
import type { Algorithm, IdentityContract } from './options.ts';

/**
 * Reads an identity token as a strict verifier does, written apart from the library that makes them: signature first,
 * then every claim. `exp` and `iat` are required, whole seconds, and lie where they should.
 */

const SEGMENT = /^[\w-]+$/;

const Header = z.object({
  alg: z.string(),
  typ: z.literal('JWT').optional(),
  kid: z.string().optional(),
  crit: z.undefined().optional(),
});
const Claims = z.looseObject({ iat: z.int(), exp: z.int() });

/** The external id that the token names. Throws a 400 otherwise. */
export function externalIdIn(token: string, contract: IdentityContract, nowMs: number): string {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const isWhole = rest.length === 0 && [head, body, signature].every((segment) => SEGMENT.test(segment));
  if (!isWhole) throw bad('is not a signed JSON Web Token');
  checkHeader(head, contract, { signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') });
  return checkClaims(body, contract, nowMs / 1000);
}

interface Signed {
  signed: string;
  signature: Buffer;
}

function checkHeader(head: string, contract: IdentityContract, signed: Signed): void {
  const header = Header.safeParse(decode(head));
  if (!header.success) throw bad('has a header that cannot be read');
  const algorithm = contract.algorithms.find((known) => known === header.data.alg);
  if (algorithm === undefined) throw bad('is signed with an algorithm that is not accepted');
  if (contract.keyId !== null && header.data.kid !== contract.keyId) throw bad('names another key');
  if (!isSignedWith(algorithm, contract.key, signed)) throw bad('has a wrong signature');
}

function isSignedWith(algorithm: Algorithm, key: string | Buffer, { signed, signature }: Signed): boolean {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('RS')) return verify(hash, Buffer.from(signed), key, signature);
  const right = createHmac(hash, key).update(signed).digest();
  return right.length === signature.length && timingSafeEqual(right, signature);
}

function checkClaims(body: string, contract: IdentityContract, now: number): string {
  const claims = Claims.safeParse(decode(body));
  if (!claims.success) throw bad('lacks iat or exp');
  const { iat, exp } = claims.data;
  if (exp <= now - contract.leewaySeconds) throw bad('has expired');
  if (iat > now + contract.leewaySeconds) throw bad('was issued in the future');
  if (exp <= iat || exp - iat > contract.longestLifetimeSeconds) throw bad('lives too long');
  for (const [name, value] of Object.entries(contract.requiredClaims)) {
    if (JSON.stringify(claims.data[name]) !== JSON.stringify(value)) throw bad(`lacks the claim ${name}`);
  }
  const id = claims.data[contract.claim];
  if (typeof id !== 'string' || id === '') throw bad(`has no identity in ${contract.claim}`);
  return id;
}

function decode(segment: string): unknown {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const bad = (what: string): Refusal => new Refusal(400, `The external identity token ${what}.`);
