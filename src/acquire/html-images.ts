import type { Element } from './html-looks.ts';

/** Pictures, in words. */

/** What is smaller is there to be fetched, not to be seen. */
const LEAST_PIXELS = 3;
const SIGN = /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u;
const LETTER = /\p{L}/u;

/** '' for what shows nothing: pixels that tell when a mail is read, and parts of the mail that nobody described. */
export const wordsOfImage = ({ attributes, style }: Element): string => {
  const source = attributes.get('src')?.trim() ?? '';
  if (source === '' || isTiny(attributes.get('width'), style.get('width'))) return '';
  if (isTiny(attributes.get('height'), style.get('height'))) return '';
  const described = (attributes.get('alt') ?? '').replaceAll(/\s+/g, ' ').trim();
  if (described === '') return /^cid:/i.test(source) ? '' : '[image]';
  // Chats show their signs as pictures.
  return SIGN.test(described) && !LETTER.test(described) ? described : `[${described}]`;
};

const isTiny = (attribute: string | undefined, style: string | undefined): boolean => {
  const pixels = /^(\d+(?:\.\d+)?)(?:px)?$/.exec((style ?? attribute ?? '').trim())?.[1];
  return pixels !== undefined && Number(pixels) < LEAST_PIXELS;
};
