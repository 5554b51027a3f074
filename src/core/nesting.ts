/** Deeper than anything that either vendor sends; what is deeper is made to exhaust the stack of whoever reads it. */
const DEEPEST = 200;

/** Whether the brackets of a JSON text go deeper than we follow; looks at the text alone, so that nothing is built. */
export const isNestedTooDeep = (json: string): boolean => {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json.charCodeAt(at);
    if (letter === QUOTE) at = endOfString(json, at);
    else if (letter === CURLY || letter === SQUARE) depth += 1;
    else if (letter === CURLY_END || letter === SQUARE_END) depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CURLY = 0x7b;
const CURLY_END = 0x7d;
const SQUARE = 0x5b;
const SQUARE_END = 0x5d;

/** Long texts are most of a body: they are not looked at letter by letter. */
const endOfString = (json: string, start: number): number => {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    if (!isEscaped(json, at)) return at;
  }
  return json.length;
};

/** Behind an odd number of backslashes. */
const isEscaped = (json: string, at: number): boolean => {
  let before = at - 1;
  while (json.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
};
