import { isFileLong, previewOf } from '../../core/outgoing.ts';
import { plainTextOf } from '../../core/plain-text.ts';
import type { RichText } from '../../core/rich-text.ts';
import type { Via } from '../../core/via.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { textLink } from './file-links.ts';

/** A reply that is too long to be read as a message: its beginning, with a link to the whole as a file. */

const NAME = 'message.txt';

/** The words as they go: where there are no links, or the file cannot be stored, the whole goes in parts. A mail takes any length. */
export const shortened = async (
  bridge: Bridge,
  body: RichText,
  { via, link }: { readonly via: Via; readonly link: string },
): Promise<RichText> => {
  if (via === 'mail' || !isFileLong(body)) return body;
  const text = plainTextOf(body);
  try {
    const url = await textLink(bridge, link, { name: NAME, text });
    if (url === null) return body;
    const words = `\nThe whole message (${Math.round(text.length / 1000)},000 characters): `;
    return [...previewOf(body), { block: 'paragraph', spans: [{ text: words }, { url, label: '' }], quote: 0 }];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    bridge.log.warn({ error }, 'a long text could not be stored as a file and goes in parts');
    return body;
  }
};
