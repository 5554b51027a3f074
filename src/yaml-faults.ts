import type { YAMLParseError } from 'yaml';

/**
 * What a fault of YAML means to whoever writes the file. The words are ours: those of the library may hold a piece of the
 * file, which may be a secret.
 */

const MEANINGS: Partial<Readonly<Record<YAMLParseError['code'], string>>> = {
  TAB_AS_INDENT: 'a tab stands where the line begins; expected blanks',
  BAD_INDENT: 'the line begins too far to the left or right; expected what belongs together to begin alike',
  BLOCK_AS_IMPLICIT_KEY: 'two names stand in one line; expected a new line, or the value in quotes',
  MULTILINE_IMPLICIT_KEY: 'a name has no colon behind it; expected lines such as name: value',
  BAD_SCALAR_START: 'a value begins with a character that means something; expected it in quotes',
  BAD_DQ_ESCAPE: 'a backslash stands in a value; expected single quotes around it, or two backslashes',
  MISSING_CHAR: 'a quote, bracket, brace or comma is missing; expected each to be closed',
  UNEXPECTED_TOKEN: 'something stands behind a value; expected the value in quotes as a whole',
  BLOCK_IN_FLOW: 'lines stand between brackets or braces; expected commas there',
  DUPLICATE_KEY: 'a name stands there a second time; expected each once',
  MULTIPLE_DOCS: 'a second file begins with ---; expected one',
  BAD_ALIAS: 'a value begins with *; expected it in quotes',
};

/** Behind the place: `is not YAML (…)`, with the meaning where there is one. */
export const faultInWords = ({ code }: Pick<YAMLParseError, 'code'>): string => {
  const meaning = MEANINGS[code];
  return meaning === undefined ? `is not YAML (${code})` : `is not YAML (${code}): ${meaning}`;
};
