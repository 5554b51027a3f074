import { PageCursor } from '../core/visitor-case.ts';

/**
 * Links to further pages are absolute, and repeat the identity token, which may have expired before anybody turns the
 * page. Only the cursor is taken out of one; the address is made anew.
 */

export type PageLink =
  /** `null` and absence: there is no such page. */
  | { readonly cursor: PageCursor | null; readonly followable: true }
  | { readonly cursor: null; readonly followable: false };

const NONE: PageLink = { cursor: null, followable: true };
const ODD: PageLink = { cursor: null, followable: false };

/** `from`: the cursor of the page that the link was on; one that leads there again would never end. */
export const readLink = (link: unknown, { origin, from }: { origin: string; from: PageCursor | null }): PageLink => {
  if (link === null || link === undefined) return NONE;
  if (typeof link !== 'string' || !URL.canParse(link)) return ODD;
  const url = new URL(link);
  // What somebody else's server says about our list is not to be sent to giosg either.
  if (url.origin !== new URL(origin).origin) return ODD;
  const cursor = PageCursor.safeParse(url.searchParams.get('cursor'));
  return cursor.success && cursor.data !== from ? { cursor: cursor.data, followable: true } : ODD;
};
