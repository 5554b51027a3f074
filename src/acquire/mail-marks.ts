import { type Element, isIndent } from './html-looks.ts';
import type { Role } from './lines.ts';

/** How mail programs mark in HTML what they quote and what they sign. Outlook on the web puts `x_` before foreign names. */

const marked = (names: string): RegExp => new RegExp(`(?:^|[\\s_-])(?:${names})(?:[\\s_-]|$)`, 'i');

const QUOTATION = marked('(?:gmail|protonmail|tutanota|moz|spark|hey|superhuman)_quote|iosymail|airmail_ext|clean_bq');
/** Yahoo, Zoho and Thunderbird's and Gmail's “On … wrote:”. */
const CITED = marked('yahoo_quoted|zmail_extra|moz-cite-prefix|gmail_attr|hey_quote_attribution');
const SIGNATURE = marked(
  'gmail_signature(?:_prefix)?|moz-signature|protonmail_signature_block(?:-user|-proton)?|ms-outlook-mobile-signature|ymail_(?:android|ios)_signature|yahoo[_-]signature|tutanota_signature|k9mail-signature|-x-evo-signature|front-signature',
);
const SIGNATURE_IDS =
  /^(?:x_)*(?:Signature|AppleMailSignature|ms-outlook-mobile-signature|lineBreakAtBeginningOfSignature|_rc_sig|composer_signature|Zm-_Id_-Sgn\d*)$/i;
// Zimbra marks where its signature goes, before or behind what is quoted.
const SIGNATURE_MARKERS = /^__SIG_(?:PRE|POST)__$/;
const REST = marked('OutlookMessageHeader|ms-outlook-mobile-reference-message');
const REST_IDS =
  /^(?:x_)*(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container|ms-outlook-mobile-body-separator-line)$/i;
// The line above the header of the mail that is answered, in the colours that versions of Outlook draw it with.
const RULE_ABOVE = /^(?:solid|1pt|1\.0pt|#e1e1e1|#b5c4df|#b5b5b5|\s)+$/;

/** Null where an element says nothing of its own. `rest`: all that follows is of earlier mails. */
export const markOf = ({ name, attributes, style }: Element): Role | 'rest' | null => {
  const classes = attributes.get('class') ?? '';
  const id = attributes.get('id') ?? '';
  if (REST_IDS.test(id) || REST.test(classes)) return 'rest';
  const above = style.get('border-top');
  if (name === 'div' && style.get('border') === 'none' && above !== undefined && RULE_ABOVE.test(above)) return 'rest';
  if (isSignature({ name, attributes }, id, classes)) return 'signature';
  if (name === 'blockquote') return isQuotation(attributes.get('type'), classes) ? 'cited' : null;
  return CITED.test(classes) || CITED.test(id) ? 'cited' : null;
};

/** Mailspring has an element for it. */
const isSignature = (
  { name, attributes }: Pick<Element, 'name' | 'attributes'>,
  id: string,
  classes: string,
): boolean =>
  name === 'signature' ||
  SIGNATURE_IDS.test(id) ||
  SIGNATURE.test(classes) ||
  SIGNATURE_MARKERS.test(attributes.get('data-marker') ?? '') ||
  attributes.has('data-smartmail');

const isQuotation = (type: string | undefined, classes: string): boolean =>
  type?.toLowerCase() === 'cite' || QUOTATION.test(classes);

/** Gmail indents with a quotation without a border. */
export const isQuote = (element: Element): boolean =>
  element.name === 'blockquote' && (markOf(element) === 'cited' || !isIndent(element.style));
