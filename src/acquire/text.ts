/**
 * What a message says, as plain text. Acquire does not say whether its texts are HTML, so a text is taken for HTML only
 * when it cannot well be anything else; `a < b`, `&lt;` and "write <b> here" are what somebody typed.
 */

const TAG = /<(\/?)([a-z][a-z0-9]{0,9})(?:\s[^<>]*)?\/?>/gi;
const HTML_NAMES = new Set(
  'a b blockquote br code div em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s span strong table tbody td th tr u ul'.split(
    ' ',
  ),
);
const ENDS_LINE = new Set('blockquote br div h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul'.split(' '));
const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

// System lines carry a mark for the translator over REST, and lack it in webhooks (seen in Acquire's samples).
const TRANSLATE_MARK = /\|translate$/;

export const plainText = (raw: string): string => {
  const text = raw.replace(TRANSLATE_MARK, '');
  return looksLikeHtml(text) ? fromHtml(text) : text;
};

const looksLikeHtml = (text: string): boolean => {
  const opened = new Set<string>();
  for (const [, slash, given] of text.matchAll(TAG)) {
    const name = (given ?? '').toLowerCase();
    if (!HTML_NAMES.has(name)) continue;
    if (name === 'br' || (slash === '/' && opened.has(name))) return true;
    if (slash === '') opened.add(name);
  }
  return false;
};

const fromHtml = (html: string): string => {
  const out: string[] = [];
  const links: string[] = [];
  let from = 0;
  for (const match of html.matchAll(TAG)) {
    const [tag, slash, given] = match;
    const name = (given ?? '').toLowerCase();
    if (!HTML_NAMES.has(name)) continue;
    out.push(decodeEntities(html.slice(from, match.index)));
    from = match.index + tag.length;
    if (name === 'a' && slash === '') links.push(addressIn(tag));
    if (name === 'a' && slash === '/') out.push(shownAddress(links.pop(), out.at(-1)));
    if (ENDS_LINE.has(name) && (slash === '/' || name === 'br' || name === 'hr')) out.push('\n');
  }
  out.push(decodeEntities(html.slice(from)));
  const lines = out.join('').split('\n');
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
};

const addressIn = (tag: string): string => {
  const [, double, single] = HREF.exec(tag) ?? [];
  return decodeEntities(double ?? single ?? '');
};

const shownAddress = (address: string | undefined, label: string | undefined): string =>
  address === undefined || address === '' || address === label?.trim() ? '' : ` (${address})`;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const LAST_CODE_POINT = 0x10ffff;

const decodeEntities = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
  });
