import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { FailureFacts, FailureKind, PossibleEffect } from '../delivery/errors.ts';
import { Failure } from '../delivery/errors.ts';

export const SIDE = 'slack';

/** Slack says how long to wait only in the header of a 429. */
const RETRY_AFTER_UNSAID_MS = 30_000;

const kinds: Partial<Record<FailureKind, ReadonlySet<string>>> = {
  rate_limited: new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']),
  auth: new Set([
    'access_denied',
    'account_inactive',
    'enterprise_is_restricted',
    'invalid_auth',
    'missing_scope',
    'no_permission',
    'not_allowed_token_type',
    'not_authed',
    'org_login_required',
    'team_access_not_granted',
    'token_expired',
    'token_revoked',
    'two_factor_setup_required',
  ]),
  place: new Set([
    'cannot_reply_to_message',
    'channel_is_archived',
    'channel_not_found',
    'channel_type_not_supported',
    'ekm_access_denied',
    'is_archived',
    'is_inactive',
    'messages_tab_disabled',
    'not_in_channel',
    'thread_locked',
    'thread_not_found',
    'user_not_in_channel',
  ]),
  not_found: new Set([
    'message_not_found',
    'no_such_subteam',
    'not_found',
    'subteam_not_found',
    'user_not_found',
    'user_not_visible',
    'users_not_found',
    'view_not_found',
  ]),
  permanent: new Set([
    'as_user_not_supported',
    'cant_broadcast_message',
    'cant_delete_message',
    'cant_update_message',
    'duplicate_external_id',
    'edit_window_closed',
    'exchanged_trigger_id',
    'expired_trigger_id',
    'external_id_already_exists',
    'hash_conflict',
    'invalid_arg_name',
    'invalid_arguments',
    'invalid_array_arg',
    'invalid_attachments',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'invalid_name',
    'invalid_trigger_id',
    'markdown_text_conflict',
    'message_too_long',
    'metadata_must_be_sent_from_app',
    'metadata_too_large',
    'msg_blocks_too_long',
    'msg_too_long',
    'no_dual_broadcast_content_update',
    'no_text',
    'push_limit_reached',
    'slack_connect_blocked_file_type',
    'slack_connect_file_upload_sharing_blocked',
    'too_many_attachments',
    'too_many_contact_cards',
    'trigger_exchanged',
    'trigger_expired',
    'view_too_large',
  ]),
  transient: new Set([
    'accesslimited',
    'fatal_error',
    'internal_error',
    'request_timeout',
    'service_unavailable',
    'team_added_to_org',
  ]),
};

/** "Some aspect of the operation succeeded", says the page of every method. https://docs.slack.dev/reference/methods/chat.postMessage */
const halfDone: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
]);

/** The request never left, or nobody was there to take it. */
const neverSent: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Every error of the SDK, or of a call of ours beside it, as what the caller will do next. */
export const failureOf = (error: unknown, attempted: string): Failure => {
  if (error instanceof Failure) return error;
  const facts = { side: SIDE, attempted, cause: error };
  if (error instanceof WebAPIRateLimitedError) {
    return new Failure({
      ...facts,
      kind: 'rate_limited',
      effect: 'none',
      status: 429,
      retryAfterMs: Math.max(error.retryAfter, 1) * 1000,
    });
  }
  if (error instanceof WebAPIPlatformError) return new Failure({ ...facts, ...ofWord(error.data.error) });
  if (error instanceof WebAPIHTTPError) return new Failure({ ...facts, ...ofStatus(error.statusCode) });
  const sent = error instanceof WebAPIRequestError ? error.original : error;
  return new Failure({ ...facts, kind: 'transient', effect: neverLeft(sent) ? 'none' : 'possible' });
};

type Sorted = Pick<FailureFacts, 'kind' | 'effect' | 'word' | 'status' | 'retryAfterMs'>;

export const ofWord = (said: string): Sorted => {
  // What is not JSON comes back from the SDK as an "error" that holds the whole body.
  if (!/^[a-z][a-z0-9_.]{1,79}$/.test(said)) return { kind: 'transient', effect: 'possible', word: 'not_json' };
  const kind = kindOf(said);
  const effect: PossibleEffect = halfDone.has(said) ? 'possible' : 'none';
  if (kind !== 'rate_limited') return { kind, effect, word: said };
  return { kind, effect, word: said, retryAfterMs: RETRY_AFTER_UNSAID_MS };
};

const kindOf = (word: string): FailureKind => {
  // restricted_action, restricted_action_read_only_channel, _thread_locked, …
  if (word.startsWith('restricted_action')) return 'place';
  for (const [kind, words] of Object.entries(kinds)) {
    if (words.has(word)) return isKind(kind) ? kind : 'unheard_of';
  }
  return 'unheard_of';
};

const isKind = (kind: string): kind is FailureKind => kind in kinds;

/** Slack itself answers 200 and 429; other codes come from what stands in between, perhaps after Slack did it. */
export const ofStatus = (status: number): Sorted => {
  if (status === 429) return { kind: 'rate_limited', effect: 'none', status, retryAfterMs: RETRY_AFTER_UNSAID_MS };
  return { kind: 'transient', effect: 'possible', status };
};

const neverLeft = (error: unknown): boolean => {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && neverSent.has(at.code)) return true;
  }
  return false;
};
