import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** The Slack app's manifest for one installation: manifest.yml with its addresses, or without any in Socket Mode. */

const FILE = new URL('../../manifest.yml', import.meta.url);
const PLACE = 'https://HOST/';

export type Installation = {
  /** Ends in a slash; null in Socket Mode, where Slack needs no address. */
  readonly publicUrl: string | null;
  readonly command: string;
};

export type Manifest = {
  readonly yaml: string;
  /** Opens Slack's page for a new app, filled in. */
  readonly link: string;
};

/** Where addresses stand, which Socket Mode has no use for. */
const ADDRESSES: readonly (readonly (string | number)[])[] = [
  ['features', 'slash_commands', 0, 'url'],
  ['settings', 'event_subscriptions', 'request_url'],
  ['settings', 'interactivity', 'request_url'],
  ['settings', 'interactivity', 'message_menu_options_url'],
];

export const manifestFor = ({ publicUrl, command }: Installation): Manifest => {
  // The comment at its top is for whoever fills the file in by hand.
  const document = parseDocument(readFileSync(FILE, 'utf8').replace(/^(?:#.*\n)+/u, ''));
  document.setIn(['features', 'slash_commands', 0, 'command'], command);
  document.setIn(['settings', 'socket_mode_enabled'], publicUrl === null);
  for (const path of ADDRESSES) {
    const address = z.string().parse(document.getIn(path));
    if (publicUrl === null) document.deleteIn(path);
    else document.setIn(path, address.replace(PLACE, publicUrl));
  }
  const json = JSON.stringify(document.toJS());
  return {
    yaml: document.toString({ lineWidth: 0 }),
    link: `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(json)}`,
  };
};
