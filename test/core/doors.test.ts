import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { card } from '../../src/core/card.ts';
import { ACTIONS, actionNames, buttonDoor, doorsTable, hubButtons } from '../../src/core/doors.ts';
import { formTitle } from '../../src/core/forms.ts';
import { ChannelId, MemberId, TeamId } from '../../src/core/ids.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { messageShortcuts } from '../../src/slack/manifest.ts';
import { linkWith } from './link-with.ts';

const DOCS = new URL('../../docs/slack.md', import.meta.url);
const channel = ChannelId.parse('C1');
const channels = channelsOf(channel, new Map([[channel, defaultSettings]]));

test('docs/slack.md shows every door as it is (made anew by vitest --update)', async () => {
  const written = readFileSync(DOCS, 'utf8');
  const [before = '', after = ''] = written.split(/(?<=<!-- doors: [^\n]*-->\n)[\s\S]*(?=<!-- end of doors -->)/);

  await expect(`${before}\n${doorsTable('/case')}\n\n${after}`).toMatchFileSnapshot(DOCS.pathname);
});

test.each(['open', 'closed'])('the first message of a case that is %s offers buttons of the table', (state) => {
  const parts = card(linkWith(state), channels, 'https://acme.example').parts;
  const shown = parts.flatMap((part) => (part.part === 'buttons' ? part.buttons.map(({ action }) => action) : []));
  const named = actionNames
    .filter((name) => ACTIONS[name].fits !== (state === 'open' ? 'closed' : 'open'))
    .flatMap((name) => ACTIONS[name].buttons.filter(({ at }) => at.includes('card')).map(({ id }) => id));

  expect(shown.toSorted()).toEqual(named.toSorted());
});

test('the shortcuts of the table are those of the manifest', () => {
  const ids = actionNames.flatMap((name) => ACTIONS[name].shortcut?.id ?? []);

  expect(ids.toSorted()).toEqual(Object.keys(messageShortcuts).toSorted());
});

test('a button stands for one action', () => {
  const ids = actionNames.flatMap((name) => ACTIONS[name].buttons.map(({ id }) => id));

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(buttonDoor(id)?.button.id).toBe(id);
});

test('the hub offers what fits the case, and nothing that is of no use', () => {
  const idsFor = (change: object): readonly string[] =>
    hubButtons(linkWith('open', change), 'key').map(({ action }) => action);

  expect(idsFor({})).not.toContain('case_unclaim');
  expect(idsFor({ claimedBy: 'U1' })).toContain('case_unclaim');
  expect(idsFor({ snoozedUntil: 1 })).toContain('case_wake');
  expect(hubButtons(linkWith('closed'), 'key').map(({ action }) => action)).toEqual([
    'case_note',
    'case_reopen',
    'case_unlink',
  ]);
});

test('only `open` alone opens a form by command', () => {
  const to = {
    team: TeamId.parse('T1'),
    channel,
    member: MemberId.parse('U1'),
    thread: null,
    responseUrl: null,
  };
  const titleFor = (text: string): string | null => formTitle({ type: 'command', to, text });

  expect(titleFor(' Open ')).toBe('Open a case');
  expect(titleFor('open jo@example.com')).toBeNull();
  expect(titleFor('snooze 72')).toBeNull();
});
