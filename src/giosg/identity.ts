import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { ExternalId } from '../core/visitor-case.ts';
import type { IdentityRules } from '../core/visitor-identity.ts';

/** Says who a visitor is, for one request: whoever sees the token can read that visitor's cases until it expires. */
export type Mint = (visitor: ExternalId) => Promise<string>;

export type Identity = {
  /** The organization's API signing key as configured; not the API token. */
  readonly signingKey: string;
  readonly rules: IdentityRules;
  readonly now: () => number;
};

/** Throws when the rules contradict each other or the key does not fit them, without a word of the key. */
export const mintFor = ({ signingKey, rules, now }: Identity): Mint => {
  refuseDoubleClaims(rules);
  const key = keyOf(signingKey, rules);
  const header = {
    alg: rules.algorithm,
    typ: 'JWT',
    ...(rules.key_id === null ? {} : { kid: rules.key_id }),
  };
  return async (visitor) => {
    // Loaded by those who use it: a start need not wait for it.
    const { SignJWT } = await import('jose');
    const at = Math.floor(now() / 1_000);
    const iat = at - rules.backdate_seconds;
    const claims = { ...rules.extra_claims, [rules.claim]: visitor, iat, exp: at + rules.lifetime_seconds };
    return new SignJWT(claims).setProtectedHeader(header).sign(key);
  };
};

const refuseDoubleClaims = ({ claim, extra_claims: extra }: IdentityRules): void => {
  const names = [...Object.keys(extra), claim, 'iat', 'exp'];
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw new Error(`giosg identity: the claim ${double} is set twice`);
};

const keyOf = (configured: string, rules: IdentityRules): KeyObject => {
  const bytes = bytesOf(configured, rules.key_encoding);
  if (bytes.length === 0) throw new Error(`the giosg signing key is not ${rules.key_encoding}`);
  return rules.algorithm.startsWith('RS') ? rsaKey(bytes) : createSecretKey(bytes);
};

const HEX = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^[\w+/-]+={0,2}$/;

const bytesOf = (configured: string, encoding: IdentityRules['key_encoding']): Buffer => {
  switch (encoding) {
    case 'text':
      return Buffer.from(configured, 'utf8');
    case 'hex':
      return HEX.test(configured) ? Buffer.from(configured, 'hex') : Buffer.alloc(0);
    case 'base64':
      return BASE64.test(configured) ? Buffer.from(configured, 'base64') : Buffer.alloc(0);
    default:
      return encoding satisfies never;
  }
};

const MIN_RSA_BITS = 2_048;

const rsaKey = (bytes: Buffer): KeyObject => {
  const key = privateKey(bytes);
  if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS)
    throw new Error(`the giosg signing key is not an RSA private key of at least ${MIN_RSA_BITS} bits`);
  return key;
};

const privateKey = (bytes: Buffer): KeyObject | null => {
  try {
    return bytes.includes('-----BEGIN ')
      ? createPrivateKey({ key: bytes, format: 'pem' })
      : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  } catch {
    return null;
  }
};
