/** Which elements end others, where the tags that would say so are missing. */

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const ENDS_PARAGRAPH = names(
  'address article aside blockquote center details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section table ul',
);
const INSIDE_LINES = names(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var',
);
const IN_HEAD = names('base basefont link meta noscript script style template title');

type Ends = { readonly names: ReadonlySet<string>; readonly within: ReadonlySet<string> };

const ENDED_BY: ReadonlyMap<string, Ends> = new Map(
  Object.entries({
    a: { names: names('a'), within: names('td th table') },
    li: { names: names('li'), within: names('ul ol table td th') },
    dt: { names: names('dt dd'), within: names('dl table') },
    dd: { names: names('dt dd'), within: names('dl table') },
    td: { names: names('td th'), within: names('table') },
    th: { names: names('td th'), within: names('table') },
    tr: { names: names('tr'), within: names('table') },
    tbody: { names: names('thead tbody tfoot'), within: names('table') },
    tfoot: { names: names('thead tbody tfoot'), within: names('table') },
  }),
);

/** The place in the stack of the element that ends where this one begins; null for none. `nameAt` looks into the stack. */
export const closedBy = (name: string, depth: number, nameAt: (at: number) => string): number | null => {
  if (nameAt(depth - 1) === 'head' && !IN_HEAD.has(name)) return depth - 1;
  const ends = ENDED_BY.get(name);
  if (ends !== undefined) {
    const at = lastAt(depth, (index) => ends.names.has(nameAt(index)) || ends.within.has(nameAt(index)));
    return at >= 0 && ends.names.has(nameAt(at)) ? at : null;
  }
  if (!ENDS_PARAGRAPH.has(name)) return null;
  const at = lastAt(depth, (index) => !INSIDE_LINES.has(nameAt(index)));
  return at >= 0 && nameAt(at) === 'p' ? at : null;
};

const lastAt = (depth: number, isIt: (at: number) => boolean): number => {
  let at = depth - 1;
  while (at >= 0 && !isIt(at)) at -= 1;
  return at;
};

const PARTS_OF_TABLES = names('table caption thead tbody tfoot tr td th');
const PAGE = names('html body');

/** Whether a closing tag looks no further than this element for the one it closes. */
export const isBoundary = (name: string, closed: string): boolean => {
  if (PAGE.has(closed)) return true;
  if (closed === 'table') return false;
  if (PARTS_OF_TABLES.has(closed)) return name === 'table';
  return name === 'td' || name === 'th' || name === 'table' || (closed === 'li' && (name === 'ul' || name === 'ol'));
};
