import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SlackApp } from './slack/workspace.ts';

/** The simulated workspace installs the app from the very manifest that a real one is given. */

const MANIFEST = new URL('../../manifest.yml', import.meta.url);

const Manifest = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    slash_commands: z
      .array(z.object({ command: z.string(), usage_hint: z.string(), should_escape: z.boolean() }))
      .min(1),
    shortcuts: z.array(z.object({ name: z.string(), callback_id: z.string() })),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

export interface Installation {
  readonly app: Pick<SlackApp, 'name' | 'scopes' | 'events' | 'commands' | 'shortcuts' | 'shouldEscape'>;
  /** As people are shown them when they begin to type one. */
  readonly commands: readonly { readonly command: string; readonly usage: string }[];
  /** As people see them in a message's menu. */
  readonly shortcuts: readonly { readonly id: string; readonly name: string }[];
}

export async function readInstallation(): Promise<Installation> {
  const { display_information, features, oauth_config, settings } = Manifest.parse(
    parse(await readFile(MANIFEST, 'utf8')),
  );
  return {
    app: {
      name: display_information.name,
      scopes: oauth_config.scopes.bot,
      events: settings.event_subscriptions.bot_events,
      commands: features.slash_commands.map(({ command }) => command),
      shortcuts: features.shortcuts.map(({ callback_id }) => callback_id),
      shouldEscape: features.slash_commands.every(({ should_escape }) => should_escape),
    },
    commands: features.slash_commands.map(({ command, usage_hint }) => ({ command, usage: usage_hint })),
    shortcuts: features.shortcuts.map(({ callback_id, name }) => ({ id: callback_id, name })),
  };
}
