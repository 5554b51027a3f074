import { htmlOf } from './html-text.ts';
import { plainTextOf, SHORT, WRITTEN } from './plain-text.ts';
import type { Block, RichText } from './rich-text.ts';
import { isGsm, septetsOf, smsPartsOf } from './sms-parts.ts';
import { REPLY_LIMIT } from './split.ts';
import { type Measure, splitRich } from './split-rich.ts';

/** A member's words in the shape that the case's channel takes. */

/** How a message reaches its reader. */
export type Way = {
  readonly via: 'chat' | 'mail' | 'sms';
  /** Whether a chat is given HTML besides the text; a mail always has both, a short message never. */
  readonly html: boolean;
  /** Who signs it; null for nobody, and always null for notes. */
  readonly signature: string | null;
};

/** One message as it is sent. */
export type OutgoingPart = { readonly text: string; readonly html: string | null };

/** Text from this length on travels as a file with a preview, where files can be sent. */
export const FILE_FROM = 12_000;
/** What is shown of such a text. */
const PREVIEW = 1000;
/** A mail is one message whatever its length: Slack's own limit is 40,000. */
const MAIL_LIMIT = 1_000_000;
/** Short messages that networks put together again on the phone; of longer rows many lose parts. */
export const SMS_ROW = 10;
const GSM_PART = 153;
const UCS2_PART = 67;

/** The messages that carry a text, in order; none for an empty one. The last is signed. */
export const partsFor = (body: RichText, way: Way): readonly OutgoingPart[] => {
  const parts = way.via === 'sms' ? shortMessages(body, way) : signedParts(body, way, limitsOf[way.via]);
  return parts.map((part) => ({
    text: plainTextOf(part, way.via === 'sms' ? SHORT : WRITTEN).trimEnd(),
    html: htmlFor(part, way),
  }));
};

const limitsOf = { chat: { limit: REPLY_LIMIT }, mail: { limit: MAIL_LIMIT } } as const;

const htmlFor = (part: RichText, { via, html }: Way): string | null => {
  if (via === 'mail') return htmlOf(part, { for: 'mail' });
  return via === 'chat' && html ? htmlOf(part, { for: 'chat' }) : null;
};

const signedParts = (body: RichText, way: Way, measure: Measure): readonly RichText[] => {
  const { limit, widthOf = ({ length }: string) => length } = measure;
  const room = way.signature === null ? 0 : widthOf(`\n\n${signatureOf(way.signature, way)}`);
  const parts = splitRich(body, { ...measure, limit: limit - room });
  return parts.map((part, at) => (at === parts.length - 1 ? signed(part, way) : part));
};

const signed = (part: RichText, way: Way): RichText => {
  if (way.signature === null) return part;
  const last = part.at(-1);
  // Below a list, a quote or code it would look like more of them.
  const apart = way.via === 'mail' || last?.block !== 'paragraph' || last.quote > 0;
  const line: Block = {
    block: 'paragraph',
    spans: [{ text: `${apart ? '\n' : ''}${signatureOf(way.signature, way)}` }],
    quote: 0,
  };
  return [...part, line];
};

/** The long dash is not of a short message's alphabet. */
const signatureOf = (name: string, { via }: Way): string =>
  `${via === 'sms' ? '-' : '–'} ${name.replaceAll(/\s+/gu, ' ').trim()}`;

/** Parts at sensible places, each of a row that phones put together. */
const shortMessages = (body: RichText, way: Way): readonly RichText[] => {
  const plain = plainBlanks(body);
  const gsm = isGsm(plainTextOf(signed(plain, way), SHORT));
  const ruler = gsm ? { marks: SHORT, widthOf: septetsOf } : { marks: SHORT };
  // Parts end before a sign that does not fit, so ten of them may hold less than they could.
  for (let limit = SMS_ROW * (gsm ? GSM_PART : UCS2_PART); ; limit = Math.floor(limit * 0.9)) {
    const parts = signedParts(plain, way, { ...ruler, limit });
    const fits = parts.every((part) => smsPartsOf(plainTextOf(part, SHORT)).length <= SMS_ROW);
    if (fits || limit < LEAST) return parts;
  }
};

const LEAST = 200;

/** Blanks of other kinds are not of the short alphabet, and nobody sees the difference. */
const plainBlanks = (body: RichText): RichText =>
  body.map((block) => {
    if (block.block === 'code') return { ...block, text: plainBlank(block.text) };
    const spans = block.spans.map((span) => ('text' in span ? { ...span, text: plainBlank(span.text) } : span));
    return { ...block, spans };
  });

const plainBlank = (text: string): string => text.replaceAll('\t', '  ').replaceAll(/[^\S\n]/gu, ' ');

/** Too long to be read as a message. */
export const isFileLong = (body: RichText): boolean => plainTextOf(body).length > FILE_FROM;

/** The beginning of a long text, for the message that brings the whole as a file. */
export const previewOf = (body: RichText): RichText => {
  const [first = [], ...more] = splitRich(body, { limit: PREVIEW });
  return more.length === 0 ? first : [...first, { block: 'paragraph', spans: [{ text: '…' }], quote: 0 }];
};
