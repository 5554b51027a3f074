/** What a member's text is made of, before names are looked up. */
export type Piece =
  | { readonly text: string }
  /** Layout of ours: a quote's or a list item's beginning. */
  | { readonly mark: string }
  | { readonly member: string }
  | { readonly channel: string; readonly name: string | null }
  | { readonly group: string }
  | { readonly broadcast: string };

const openable = /^(?:https?|mailto|tel):/i;

/** A customer may be given web, mail and phone addresses; of any other only the words that cover it. */
export const linkPiece = (url: string, label: string): Piece => {
  if (!openable.test(url)) return { text: label === '' ? url : label };
  const address = url.replace(/^(?:mailto|tel):/i, '');
  return { text: label === '' || sameAddress(url, label) ? address : `${label} (${address})` };
};

/** `example.com` covers `http://example.com/`: Slack's client adds what was not typed. */
const sameAddress = (url: string, label: string): boolean => bare(url) === bare(label);

const bare = (address: string): string =>
  address
    .replace(/^(?:https?:\/\/|mailto:|tel:)/i, '')
    .replace(/\/$/, '')
    .toLowerCase();
