import { expect, test } from 'vitest';
import { card } from '../../src/core/card.ts';
import { ChannelId } from '../../src/core/ids.ts';
import { Link } from '../../src/core/link.ts';
import { defaultSettings } from '../../src/core/settings.ts';

const channel = ChannelId.parse('C1');
const channels = { home: channel, all: new Map([[channel, defaultSettings]]) };

const linkWith = (state: string, change: object = {}, status = 'pending'): Link =>
  Link.parse({
    version: 1,
    team: 'T1',
    account: 'acquire:acme',
    chain: '72',
    state: 'on',
    generation: 1,
    channel,
    case: {
      id: '72',
      chain: '72',
      contact: { id: '5', name: 'Jo', email: null, phone: null },
      channel: 'chat',
      state,
      status,
      title: 'Late parcel',
      createdAt: 1,
      updatedAt: 1,
      closedBy: null,
      agents: [],
    },
    caseIds: ['72'],
    floor: null,
    cursor: null,
    waitingSince: 0,
    activeAt: null,
    answered: null,
    attended: false,
    claimedBy: null,
    doneBy: null,
    snoozedUntil: null,
    ...change,
  });

const drawn = (link: Link): string => JSON.stringify(card(link, channels, 'https://acme.example'));

test('the card names an account’s own word for a waiting case', () => {
  expect(drawn(linkWith('waiting'))).toContain('waiting for an agent (pending)');
});

test('the card of a closed case says who closed it, offers Reopen and lets nobody wait', () => {
  const notice = drawn(linkWith('closed', { doneBy: 'closed by Anna' }));

  expect(notice).toContain('closed by Anna');
  expect(notice).toContain('case_reopen');
  expect(notice).not.toContain('case_close');
  expect(notice).not.toContain('Waiting since');
  expect(notice).toContain('sent only after you choose to reopen it');
});

test('the card says since when the customer waits', () => {
  expect(drawn(linkWith('open'))).toContain('1970-01-01 00:00 UTC');
});
