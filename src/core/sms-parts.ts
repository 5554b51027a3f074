import { endOfPiece } from './graphemes.ts';

/**
 * How a text travels as short messages. A text in the GSM 7-bit alphabet (3GPP TS 23.038) has room for 160 characters,
 * any other text for 70 UTF-16 units; where one is not enough, each part gives up some room for its place in the row.
 */

const ALONE = { gsm: 160, ucs2: 70 } as const;
const IN_ROW = { gsm: 153, ucs2: 67 } as const;

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Each takes the room of two. */
const EXTENSION = new Set('^{}\\[~]|€\f');

/** Whether every character is of the short alphabet. */
export const isGsm = (text: string): boolean => {
  for (const character of text) if (!BASIC.has(character) && !EXTENSION.has(character)) return false;
  return true;
};

/** Room that a GSM text takes. */
export const septetsOf = (text: string): number => {
  let septets = 0;
  for (const character of text) septets += EXTENSION.has(character) ? 2 : 1;
  return septets;
};

/** The parts a text travels in. They are put together again on the phone, so nothing is taken off between them. */
export const smsPartsOf = (text: string): readonly string[] => {
  if (text === '') return [];
  return isGsm(text) ? gsmParts(text) : ucs2Parts(text);
};

const gsmParts = (text: string): readonly string[] => {
  if (septetsOf(text) <= ALONE.gsm) return [text];
  const parts: string[] = [];
  let from = 0;
  let room: number = IN_ROW.gsm;
  for (let at = 0; at < text.length; at += 1) {
    const septets = EXTENSION.has(text.charAt(at)) ? 2 : 1;
    if (septets > room) {
      parts.push(text.slice(from, at));
      from = at;
      room = IN_ROW.gsm;
    }
    room -= septets;
  }
  return [...parts, text.slice(from)];
};

const ucs2Parts = (text: string): readonly string[] => {
  if (text.length <= ALONE.ucs2) return [text];
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = endOfPiece(text, from, IN_ROW.ucs2);
    parts.push(text.slice(from, end));
    from = end;
  }
  return parts;
};
