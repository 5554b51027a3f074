import { read } from './wire.js';

/** A message's text as its author would type it again: Slack keeps ids for names, and three letters as words. */

const TOKEN = /<([^<>\n]+)>/g;

export const asTyped = (text) =>
  text
    .replaceAll(TOKEN, (_, token) => typedToken(token))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

function typedToken(token) {
  const [target, label] = token.split('|', 2);
  if (target.startsWith('#')) return `#${nameOf(target.slice(1)) ?? label}`;
  const id = /^(?:@|!subteam\^|!)(\w+)$/.exec(target)?.[1];
  if (id === undefined) return target.replace(/^mailto:/, '');
  return read('slack')?.mentions.find((one) => one.id === id)?.handle ?? `@${nameOf(id) ?? id}`;
}

const nameOf = (id) => read('slack')?.names[id];
