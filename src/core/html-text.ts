import { DEEPEST } from './plain-text.ts';
import { type Block, isOpenable, type RichText, type Span, type Styles, shownAddress } from './rich-text.ts';

/** A text as HTML that every mail program and chat window draws: tags only, no styles, scripts or pictures. */

export type Medium = 'chat' | 'mail';

/** A fragment: whoever sends it adds what a whole document needs. */
export const htmlOf = (rich: RichText, { for: medium }: { readonly for: Medium }): string => {
  const nest = createNest();
  for (const block of joined(rich)) {
    if (block.block === 'item') nest.item(block, linesOf(block.spans, medium).join('<br>'));
    else {
      const html = block.block === 'code' ? codeHtml(block.text) : paragraphHtml(block.spans, medium);
      // A blank line parts two lists or quotations, too.
      nest.add(block.quote, html);
    }
  }
  const html = nest.end();
  return medium === 'mail' && RIGHT_TO_LEFT.test(html) ? `<div dir="auto">${html}</div>` : html;
};

/** A mail program starts every line at the left unless it is told to look at the letters; chat windows look. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Neighbouring paragraphs are one text with line breaks. */
const joined = (rich: RichText): RichText => {
  const out: RichText = [];
  for (const block of rich) {
    const last = out.at(-1);
    if (block.block === 'paragraph' && last?.block === 'paragraph' && last.quote === block.quote) {
      last.spans.push({ text: '\n' });
      for (const span of block.spans) last.spans.push(span);
    } else out.push(block.block === 'paragraph' ? { ...block, spans: [...block.spans] } : block);
  }
  return out;
};

type Item = Extract<Block, { block: 'item' }>;
type List = { readonly tag: 'ul' | 'ol'; readonly indent: number; next: number };

/** Opens and closes quotes and lists around what is put into them, however deep they are. */
const createNest = () => {
  const out: string[] = [];
  const lists: List[] = [];
  let quotes = 0;

  const endList = () => out.push(`</li></${lists.pop()?.tag ?? 'ul'}>`);
  const endListsBeyond = (indent: number) => {
    while ((lists.at(-1)?.indent ?? -1) > indent) endList();
  };
  const toQuote = (level: number) => {
    const wanted = Math.min(level, DEEPEST);
    if (wanted === quotes) return;
    endListsBeyond(-1);
    for (; quotes > wanted; quotes -= 1) out.push('</blockquote>');
    for (; quotes < wanted; quotes += 1) out.push('<blockquote>');
  };

  return {
    add(quote: number, html: string) {
      toQuote(quote);
      endListsBeyond(-1);
      out.push(html);
    },
    item({ quote, number, indent: given }: Item, html: string) {
      const tag = number === null ? 'ul' : 'ol';
      const indent = Math.min(given, DEEPEST);
      toQuote(quote);
      endListsBeyond(indent);
      if (lists.at(-1)?.indent === indent && lists.at(-1)?.tag !== tag) endList();
      const list = lists.at(-1);
      if (list?.indent === indent) {
        out.push(number === null || number === list.next ? '</li><li>' : `</li><li value="${number}">`);
        list.next = (number ?? 0) + 1;
      } else {
        out.push(number === null || number === 1 ? `<${tag}><li>` : `<${tag} start="${number}"><li>`);
        lists.push({ tag, indent, next: (number ?? 0) + 1 });
      }
      out.push(html);
    },
    end() {
      toQuote(0);
      endListsBeyond(-1);
      return out.join('');
    },
  };
};

const codeHtml = (code: string): string => `<pre><code>${escapeHtml(code)}</code></pre>`;

const paragraphHtml = (spans: readonly Span[], medium: Medium): string => {
  const lines = linesOf(spans, medium);
  const from = lines.findIndex((line) => line !== '');
  const shown = from < 0 ? [] : lines.slice(from, lines.findLastIndex((line) => line !== '') + 1);
  return medium === 'chat' ? shown.join('<br>') : inParagraphs(shown);
};

const inParagraphs = (lines: readonly string[]): string => {
  const groups: string[][] = [];
  for (const [at, line] of lines.entries()) {
    if (line === '') continue;
    if (at === 0 || lines[at - 1] === '') groups.push([line]);
    else groups.at(-1)?.push(line);
  }
  return groups.map((group) => `<p>${group.join('<br>')}</p>`).join('');
};

/** Tags open and close within a line, so that lines can be put where they are needed. A blank line is ''. */
const linesOf = (spans: readonly Span[], medium: Medium): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  let isBlank = true;
  for (const span of spans) {
    if (!('text' in span)) {
      line += linkHtml(span, medium);
      isBlank = false;
      continue;
    }
    for (const [at, html] of spaced(escapeHtml(span.text)).split('\n').entries()) {
      if (at > 0) {
        lines.push(isBlank ? '' : line);
        line = '';
        isBlank = true;
      }
      const hasInk = html !== '' && html.replaceAll('&nbsp;', '').trim() !== '';
      line += hasInk ? styled(html, span) : html;
      isBlank &&= !hasInk;
    }
  }
  return [...lines, isBlank ? '' : line];
};

const TAGS = [
  ['code', 'code'],
  ['strike', 's'],
  ['italic', 'i'],
  ['bold', 'b'],
] as const;

const styled = (html: string, styles: Styles): string =>
  TAGS.reduce((inner, [style, tag]) => (styles[style] ? `<${tag}>${inner}</${tag}>` : inner), html);

const linkHtml = (span: Extract<Span, { url: string }>, medium: Medium): string => {
  const words = span.label === '' ? shownAddress(span.url) : span.label.replaceAll('\n', ' ');
  if (!isOpenable(span.url)) return styled(escapeHtml(words), span);
  // In a chat window an address that is opened in place would end the conversation.
  const place = medium === 'chat' ? ' target="_blank" rel="noopener"' : '';
  return styled(`<a href="${escapeHtml(span.url)}"${place}>${escapeHtml(words)}</a>`, span);
};

/** HTML draws many blanks as one. */
const spaced = (html: string): string => html.replaceAll('\t', '    ').replaceAll(/ (?= )/gu, '&nbsp;');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/gu, (sign) => ENTITIES[sign] ?? sign);
