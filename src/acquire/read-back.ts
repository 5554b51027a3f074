import { normalised } from '../core/message.ts';
import { plainText } from './text.ts';

/**
 * What a message that we write may look like when it is read again. Acquire does not say which of text and HTML it
 * shows, nor whether a text is read as HTML: `<b>` in a plain text may be taken for a tag.
 */
export const readBack = ({
  text,
  html,
}: {
  readonly text: string;
  readonly html: string | null;
}): readonly string[] => {
  const shown = [text, plainText(text), ...(html === null ? [] : [plainText(html)])];
  return [...new Set(shown.map(normalised))];
};
