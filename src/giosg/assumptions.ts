import type { IdentityRules } from '../core/visitor-identity.ts';

/**
 * What giosg does not document and we had to choose, each with where the choice comes from. docs/giosg.md lists every
 * entry by its name here, for whoever has an account; the identity's can be set without changing code.
 */
export const ASSUMED = {
  identity: {
    // Recommended for visitor variables, which are signed with the same kind of key (giosg's earlier developer
    // documentation, JavaScript API); launch tokens of giosg apps use it too (giosg/giosgapps_bindings, django/utils.py).
    algorithm: 'HS256',
    // Visitor variables hand the plain text of the key to the HMAC (same page).
    key_encoding: 'text',
    // Nothing mentions one.
    key_id: null,
    // RFC 7519 section 4.1.2. It must hold what the website puts into `window.giosgExternalIdentity`.
    claim: 'sub',
    extra_claims: {},
    // Visitor variables take an optional `exp`, 30 seconds ahead in the example; longer forgives clocks that differ.
    lifetime_seconds: 300,
    backdate_seconds: 0,
  },
  // docs.giosg.com/tutorials/http_status_codes knows neither 429 nor 5xx and no limits: slower than this is an outage.
  timeoutMs: 10_000,
  // Pages have no promised size (docs.giosg.com/api_reference/common_api_guidelines): where a search stops.
  maxPages: 50,
  // An unmentioned case id may get 404 or 400; so may a cursor that has gone (404 is what Django REST framework does).
  // A second question then tells whose fault it was.
  doubtful: [400, 404],
  // Telephony is in `channel_priority` and not among the channels (…/giosg_http_api/cases): lists are not complete, and
  // an unknown word of status counts as open.
  unknownStatus: 'open',
  // "A missing zone is UTC": current samples end in Z, older ones lack it (giosg/java-decrypt-app, example_data).
  zone: 'Z',
} as const satisfies { readonly identity: IdentityRules } & Record<string, unknown>;
