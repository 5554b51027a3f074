import { readFileSync } from 'node:fs';
import type { AppsManifestCreateArguments } from '@slack/web-api';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  actionPrefix,
  botEvents,
  botScopes,
  messageShortcuts,
  optionalBotScopes,
  postAsScope,
  slackPath,
  slashCommand,
} from '../src/slack/manifest.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const Manifest = z.object({
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string(), url: z.string(), should_escape: z.boolean() })),
    shortcuts: z.array(z.object({ name: z.string(), type: z.string(), callback_id: z.string() })),
    app_home: z.object({ home_tab_enabled: z.boolean() }),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
    interactivity: z.object({ request_url: z.string(), message_menu_options_url: z.string() }),
  }),
});
const document: unknown = parse(read('../manifest.yml'));
const manifest = Manifest.parse(document);
const { features, settings } = manifest;
const { scopes } = manifest.oauth_config;

/** The compiler refuses a scope or an event that Slack does not know. */
const known = {
  display_information: { name: 'casebridge' },
  oauth_config: { scopes: { bot: [...botScopes], bot_optional: [...optionalBotScopes] } },
  settings: { event_subscriptions: { bot_events: [...botEvents] } },
} satisfies AppsManifestCreateArguments['manifest'];

test('Slack would take the manifest', () => {
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(read('./fixtures/slack/manifest.schema.json')));

  validate(document);

  expect(validate.errors ?? []).toEqual([]);
});

test('the manifest asks for the scopes that the code uses, and no others', () => {
  expect(scopes.bot).toEqual(known.oauth_config.scopes.bot);
  expect(scopes.bot_optional).toEqual(known.oauth_config.scopes.bot_optional);
});

test('an optional scope is a scope', () => {
  expect(scopes.bot).toEqual(expect.arrayContaining(scopes.bot_optional));
  expect(scopes.bot_optional).toContain(postAsScope);
});

test('the manifest subscribes to the events that the code reads, and to no others', () => {
  expect(settings.event_subscriptions.bot_events).toEqual(known.settings.event_subscriptions.bot_events);
});

test('the command and the message shortcuts are those of the code', () => {
  expect(features.slash_commands.map(({ command }) => command)).toEqual([slashCommand]);
  expect(features.shortcuts.map(({ type }) => type)).toEqual(features.shortcuts.map(() => 'message'));
  expect(Object.fromEntries(features.shortcuts.map(({ callback_id, name }) => [callback_id, name]))).toEqual(
    messageShortcuts,
  );
});

test('every callback id has the prefix by which ours are known', () => {
  for (const id of Object.keys(messageShortcuts)) expect(id.startsWith(actionPrefix)).toBe(true);
});

test('everything of Slack’s comes in at one address', () => {
  const addresses = [
    ...features.slash_commands.map(({ url }) => url),
    settings.event_subscriptions.request_url,
    settings.interactivity.request_url,
    settings.interactivity.message_menu_options_url,
  ];

  expect(new Set(addresses)).toEqual(new Set([`https://HOST${slackPath}`]));
});

test('mentions in a command come as ids, and the home tab is there', () => {
  expect(features.slash_commands.every((command) => command.should_escape)).toBe(true);
  expect(features.app_home.home_tab_enabled).toBe(true);
});
