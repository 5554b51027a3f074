import { span } from './words.ts';

/** What people are told when a look-up of a visitor's cases fails: what was wrong, what was not done, what to do. */

/** The part of a failure's facts that decides what to say. */
export type LookupTrouble = {
  readonly kind: string;
  readonly status?: number | undefined;
  readonly word?: string | undefined;
  readonly retryAfterMs?: number | undefined;
};

const USUAL_WAIT_MS = 60_000;

/** A sentence or two for the member who asked; `system` is what people call the case system. */
export const lookupTrouble = (system: string, trouble: LookupTrouble): string =>
  `Nothing can be shown: ${whatWasWrong(system, trouble)}`;

const whatWasWrong = (system: string, { kind, status, word, retryAfterMs }: LookupTrouble): string => {
  if (word === 'CURSOR_GONE') return 'this page of the list is no longer there. Begin again with the first one.';
  if (word === 'LIST_CUT_OFF')
    return `${system} did not give the whole list, and the case is not in the part that it gave. Ask for it by its id.`;
  switch (kind) {
    case 'auth':
      return refusal(system, status);
    case 'rate_limited':
      return `${system} asks us to slow down. Try again in ${span(retryAfterMs ?? USUAL_WAIT_MS)}.`;
    case 'transient':
      return `${system} is unavailable right now. Try again shortly.`;
    default:
      return `${system} gave an answer that casebridge cannot read. Tell an administrator: the log has the details.`;
  }
};

const refusal = (system: string, status: number | undefined): string => {
  switch (status) {
    case 400:
      return `${system} rejected our identity token. An administrator must check the signing key and its settings.`;
    case 403:
      return (
        `our ${system} account has no access to this organization, or there is no active subscription. ` +
        'An administrator must check both.'
      );
    default:
      return `${system} rejected the API token. An administrator must replace it.`;
  }
};
