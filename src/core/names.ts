/** Contract section 5: at most 60 characters. */
const NAME_LIMIT = 60;
// Control, format (bidirectional marks among them), line and paragraph separators, private use; then Slack's markup.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;
const MARKUP = /[<>&*_~`|@#]/gu;

/** How a member signs what goes to a contact; null for not at all. */
export const signatureOf = (how: 'none' | 'first name' | 'full name', fullName: string): string | null => {
  const name = fullName.normalize('NFC').replaceAll(UNSAFE, ' ').replaceAll(/\s+/gu, ' ').trim();
  if (how === 'none' || name === '') return null;
  return how === 'full name' ? name : (name.split(' ')[0] ?? name);
};

/** A foreign name, safe to stand before text in Slack: short, one line, without anything that could be markup. */
export const displayName = (name: string): string => {
  const plain = name.normalize('NFC').replaceAll(UNSAFE, ' ').replaceAll(MARKUP, '').replaceAll(/\s+/gu, ' ').trim();
  const short = [...plain].slice(0, NAME_LIMIT).join('').trim();
  return short === '' ? 'Unknown' : short;
};
