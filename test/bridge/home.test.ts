import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Bridge } from '../../src/bridge/context.ts';
import { answerOnDesk } from '../../src/bridge/doors/home.ts';
import { AccountId, ChannelId, linkKey, MemberId, TeamId } from '../../src/core/ids.ts';
import { type Notice, say } from '../../src/core/notice.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { owe, paceOf } from '../../src/bridge/lanes.ts';
import { drawPart, fit, limits } from '../../src/slack/blocks.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { openStore } from '../../src/store/open.ts';
import { linkWith } from '../core/link-with.ts';

const CASES = 1000;
const LONG = 'Ünbelievably long words 🧦 without any end, '.repeat(100);
const CHANNEL = ChannelId.parse('C1');
const ANNA = MemberId.parse('U0ANNA');

const contact = { id: '5', name: LONG, email: LONG, phone: LONG };
const links = Array.from({ length: CASES }, (_, at) =>
  linkWith(
    'open',
    { chain: String(at + 1), waitingSince: 1, snoozedUntil: 5, claimedBy: at % 2 === 0 ? ANNA : null },
    { id: String(at + 1), title: LONG, contact },
  ),
);

test('the desk of a thousand open cases, with the longest words, is drawn within Slack’s limits and at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-home-'));
  const store = await openStore({ kind: 'sqlite', path: join(folder, 'store.db') }, { pace: paceOf });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await store.deliveries.put([{ key: 'start', lane: 'start', payload: null }]);
  const [event] = await store.deliveries.claimEvents(1, 30_000);
  if (event === undefined) throw new Error('no event');
  const held = Array.from({ length: 50 }, (_, at) =>
    owe({
      id: `reply:${at}`,
      effect: {
        do: 'add_message',
        link: linkKey(links[0] ?? linkWith('open')),
        kind: 'reply',
        via: 'chat',
        text: LONG,
        html: null,
        member: ANNA,
        source: null,
        insisted: false,
      },
      held: 'crossed_customer',
    }),
  );
  await store.deliveries.settleEvent(event, {
    outcome: 'handled',
    changes: [],
    events: [],
    deliveries: held,
    records: links.flatMap((link) => [
      { namespace: 'link', key: linkKey(link), value: JSON.parse(JSON.stringify(link)) },
      { namespace: 'open_case', key: linkKey(link), value: { version: 1, case: link.case.id } },
    ]),
  });
  const homes: Notice[] = [];
  const bridge = {
    chat: {
      team: TeamId.parse('T1'),
      publishHome: async (_member: MemberId, notice: Notice) => void homes.push(notice),
    },
    helpdesk: { account: AccountId.parse('acquire:acme'), caseUrl: () => `https://acme.example/${'x'.repeat(500)}` },
    channels: () => channelsOf(CHANNEL, new Map([[CHANNEL, defaultSettings]])),
    store: store.deliveries,
    records: {
      get: (namespace: string, key: string) => store.records(namespace).get(key),
      async *entries(namespace: string) {
        const iterator = store.records(namespace).iterator;
        if (iterator !== undefined) yield* iterator(undefined);
      },
    },
    health: () => ({ slack: 'ok', acquire: 'degraded', giosg: null }),
    command: '/case',
    now: () => Date.now(),
  };
  const to = { team: TeamId.parse('T1'), channel: CHANNEL, member: ANNA, thread: null, responseUrl: null, home: true };

  const began = performance.now();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the desk asks for nothing else
  await answerOnDesk(bridge as unknown as Bridge, to, say(LONG));

  expect(performance.now() - began).toBeLessThan(5000);
  const parts = homes[0]?.parts ?? [];
  const blocks = fit(
    parts.flatMap((part) => drawPart(part, 'views.publish')),
    limits.blocksInView,
    'views.publish',
  );
  expect(blockFaults(JSON.parse(JSON.stringify(blocks)), 'home')).toEqual([]);
  expect(JSON.stringify(blocks).length).toBeLessThan(250_000);
  const titles = parts.flatMap((part) => (part.part === 'title' ? [part.text] : []));
  expect(titles).toEqual([
    'Not sent (50)',
    'Your cases (500)',
    'Nobody has taken (500)',
    'Waiting longest (1000)',
    'Snoozed (1000)',
  ]);
});
