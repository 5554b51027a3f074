import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ACQUIRE_ROUTES } from '../../src/sandbox/acquire/door.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { GIOSG_ROUTES } from '../../src/sandbox/giosg/routes.ts';
import { SLACK_METHODS } from '../../src/sandbox/slack/api.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';
import { textOf } from '../../src/sandbox/slack/wire.ts';
import type { Received } from './slack-support.ts';
import { appFor, button, call, modal, posted, slackFor } from './slack-support.ts';

/** docs/simulators.md, held to the code: a row for everything that is served, and none for what is not. */

interface Row {
  readonly name: string;
  readonly page: string;
}

const VENDORS = ['docs.slack.dev', 'developer.acquire.io', 'docs.giosg.com'];
const page = readFileSync('docs/simulators.md', 'utf8');

/** The rows of the tables of one section, without those of the sections in it. */
function rowsOf(section: string): readonly Row[] {
  const text = page.split(/^(?=#+ )/m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \|/gm)].map(([, name = '', link = '']) => ({
    name,
    page: link,
  }));
}

const namesIn = (section: string): readonly string[] => rowsOf(section).map(({ name }) => name);

describe('the page about the simulators', () => {
  test('has every method of Slack’s that is served, and no other', () => {
    expect(namesIn('### Web API')).toEqual(SLACK_METHODS);
  });

  test('has every event that people cause, and no other', async () => {
    const slack = await slackFor();
    const told = new Set<string>();
    slack.workspace.emit = ({ type }) => void told.add(type);

    doEverything(slack);

    expect([...told].toSorted()).toEqual(namesIn('### Events'));
  });

  test('has every payload of what people do, and no other', async () => {
    const slack = await slackFor();
    const isQuestion = ({ body }: Received) => body['type'] === 'block_suggestion';
    const received = await appFor(slack, (one) => (isQuestion(one) ? { body: { options: [] } } : {}));

    await pressEverything(slack, received);

    const kinds = received.map(({ body }) => (body['command'] === undefined ? textOf(body['type']) : 'slash_commands'));
    const events = new Set(['event_callback', 'url_verification']);
    expect(new Set(kinds.filter((kind) => !events.has(kind)))).toEqual(new Set(namesIn('### What people do')));
  });

  test('has every endpoint of Acquire’s that is served, and no other', () => {
    expect(namesIn('## Acquire').toSorted()).toEqual(ACQUIRE_ROUTES.toSorted());
  });

  test('has every webhook of Acquire’s, and no other', async () => {
    const acquire = await startAcquire();
    onTestFinished(() => acquire.stop());
    const told = new Set<string>();
    acquire.account.announce = ({ event }) => void told.add(event);
    const asked = [...acquire.account.users.values()].find(({ role }) => role === 'agent')?.id ?? 0;

    const kase = acquire.openCase(acquire.contact().id, { text: 'Hello', asked: [asked] });
    acquire.agentJoins(asked, kase.id);
    acquire.agentIs(asked, false);

    expect(told).toEqual(new Set(namesIn('### Webhooks')));
  });

  test('has every endpoint of giosg’s that is served, and no other', () => {
    expect(namesIn('## giosg').toSorted()).toEqual(GIOSG_ROUTES.toSorted());
  });

  test('names a page of the vendor in every row', () => {
    const sections = ['### Web API', '### Events', '### What people do', '## Acquire', '### Webhooks', '## giosg'];
    const rows = sections.flatMap(rowsOf);

    expect(rows.filter(({ page: link }) => !VENDORS.includes(new URL(link).host))).toEqual([]);
    expect(rows.length).toBeGreaterThan(90);
  });
});

function doEverything(slack: SlackSimulator): void {
  const { ts } = slack.say(U.anna, C.support, 'Hello @casebridge');
  slack.edit(U.anna, C.support, ts, 'Hello');
  slack.react(U.anna, C.support, ts, 'eyes');
  slack.unreact(U.anna, C.support, ts, 'eyes');
  slack.say(U.anna, C.support, 'See', { files: [{ name: 'a.txt', content: 'a' }] });
  slack.join(U.singleChannelGuest, C.support);
  slack.leave(U.singleChannelGuest, C.support);
  slack.rename(U.admin, C.support, 'help');
  slack.archive(U.admin, C.support);
  slack.unarchive(U.admin, C.support);
  slack.changeChannelId(C.partners, 'C0OURS');
  slack.leave(U.app, C.general);
  slack.deleteChannel(U.admin, C.support);
  slack.changeUser(U.anna, { is_admin: true });
  slack.openHome(U.anna);
  slack.uninstall();
}

async function pressEverything(slack: SlackSimulator, received: readonly Received[]): Promise<void> {
  const actions = [{ type: 'actions', elements: [button('go')] }];
  const ts = await posted(slack, { channel: C.support, text: 'Hello', blocks: actions });
  await slack.click(U.anna, { channel: C.support, ts, actionId: 'go' });
  await slack.messageShortcut(U.anna, C.support, ts, 'case_details');
  await slack.globalShortcut(U.anna, 'case_open');
  const find = { type: 'external_select', action_id: 'find', min_query_length: 0 };
  const view = modal([{ type: 'actions', elements: [find] }], { notify_on_close: true });
  const opened = async (): Promise<string> => {
    await slack.command(U.anna, C.support, '/case', 'list');
    await call(slack, 'views.open', { trigger_id: textOf(received.at(-1)?.body['trigger_id']), view });
    return slack.viewsOf(U.anna).at(-1)?.id ?? '';
  };
  const first = await opened();
  await slack.suggest(U.anna, first, 'find', 'any');
  await slack.submitView(U.anna, first);
  await slack.closeView(U.anna, await opened());
}
