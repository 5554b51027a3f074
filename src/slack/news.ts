import type { Failure } from '../delivery/errors.ts';
import type { Identity } from './api.ts';
import type { OwnPost } from './told.ts';

/** What the room notices beside events: the app counts it, logs it or raises an alarm. */
export type SlackNews =
  /** Acknowledged without being stored. */
  | { readonly type: 'ignored'; readonly reason: string }
  /** Slack asked, signed, whether the request URL is ours: it does when somebody saves it on the app's page. */
  | { readonly type: 'verified' }
  /** A post of ours as Slack tells it. */
  | { readonly type: 'own'; readonly post: OwnPost }
  /** A request was answered so. One that bears no signature at all was not even meant to be Slack's. */
  | { readonly type: 'refused'; readonly status: number; readonly reason: string; readonly bearsSignature: boolean }
  | { readonly type: 'identified'; readonly identity: Identity }
  /** Of Socket Mode. */
  | { readonly type: 'connection'; readonly up: boolean; readonly error: Failure | null }
  | { readonly type: 'tokens_revoked' }
  | { readonly type: 'uninstalled' }
  /** Slack held events back, because there were too many. */
  | { readonly type: 'events_limited' }
  /** We are in a channel again: nobody told us what was written there meanwhile. */
  | { readonly type: 'returned' }
  /** Slack told something again: others may have been lost. */
  | { readonly type: 'retried'; readonly attempt: number }
  /** `what` is ours and may be logged. */
  | { readonly type: 'failed'; readonly what: string; readonly error: unknown };
