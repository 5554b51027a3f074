import type { Door, Doors } from './doors.ts';
import { becomes, type Hands, stateOf } from './hands.ts';
import { until } from './playing.ts';

/** Who has a case, when it rests, who is asked into it, and its end: by every door. */

const taken = ({ card }: Hands, by = 'Anna Agent') =>
  card.filter({ hasText: 'Taken by' }).filter({ hasText: by }).waitFor();
const free = ({ card }: Hands) => card.getByText('Taken by').waitFor({ state: 'hidden' });
const rests = ({ card }: Hands) => card.getByText('Snoozed until').waitFor();
const isAwake = ({ card }: Hands) => card.getByText('Snoozed until').waitFor({ state: 'hidden' });

const onCard =
  (label: string, then: (hands: Hands) => Promise<unknown>): Door =>
  async (hands) => {
    await hands.newCase();
    await hands.card.getByRole('button', { name: label }).click();
    await then(hands);
  };

const inHub =
  (label: string, then: (hands: Hands) => Promise<unknown>): Door =>
  async (hands) => {
    await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: label }).click();
    await then(hands);
  };

const asked = (hands: Hands, id: number) =>
  until(
    () => hands.stage.acquire.account.cases.get(id)?.users.some(({ type }) => type === 'user'),
    'somebody asked into the case',
  );

const invitesAvery = async (hands: Hands, id: number): Promise<void> => {
  await hands.submit('Invite agents', { 'Or an agent in Acquire': 'Avery Agent' }, 'Invite');
  await asked(hands, id);
};

const claims: Doors = {
  'claim: command': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`claim ${id}`);
    await taken(hands);
  },
  'claim: case_claim (card)': onCard('Claim', taken),
  'claim: case_claim (hub)': inHub('Claim', taken),
  'claim: reaction': async (hands) => {
    await hands.newCase();
    await hands.react(hands.card, 'eyes');
    await taken(hands);
  },
  'release: command': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`claim ${id}`);
    await taken(hands);
    await hands.command(`release ${id}`);
    await free(hands);
  },
  'release: case_unclaim (hub)': async (hands) => {
    await hands.newCase();
    await hands.card.getByRole('button', { name: 'Claim' }).click();
    await taken(hands);
    await (await hands.hub()).getByRole('button', { name: 'Release' }).click();
    await free(hands);
  },
  'assign: command': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`assign ${id} @ben`);
    await taken(hands, 'Ben Berg');
  },
  'assign: case_assign (hub)': inHub('Assign…', async (hands) => {
    await hands.submit('Assign', { To: 'Ben Berg' }, 'Hand over');
    await taken(hands, 'Ben Berg');
  }),
};

const rest: Doors = {
  'snooze: command': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`snooze ${id} 2h`);
    await rests(hands);
  },
  'snooze: case_snooze (card)': onCard('Snooze…', async (hands) => {
    await hands.submit('Snooze', { 'Or until': 'tomorrow 9:00' }, 'Snooze');
    await rests(hands);
  }),
  'snooze: case_snooze (hub)': inHub('Snooze…', async (hands) => {
    await hands.submit('Snooze', {}, 'Snooze');
    await rests(hands);
  }),
  'snooze: case_wake (hub)': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`snooze ${id} 2h`);
    await rests(hands);
    await (await hands.hub()).getByRole('button', { name: 'End snooze' }).click();
    await isAwake(hands);
  },
  'snooze: reaction': async (hands) => {
    await hands.newCase();
    await hands.react(hands.card, 'zzz');
    await rests(hands);
  },
};

const invitations: Doors = {
  'invite: command': async (hands) => {
    const { id } = await hands.newCase();
    await hands.command(`invite ${id} Avery Agent`);
    await asked(hands, id);
  },
  'invite: case_invite (card)': async (hands) => {
    const { id } = await hands.newCase();
    await hands.card.getByRole('button', { name: 'Invite…' }).click();
    await invitesAvery(hands, id);
  },
  'invite: case_invite (hub)': async (hands) => {
    const { id } = await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: 'Invite…' }).click();
    await invitesAvery(hands, id);
  },
};

const confirmed = ({ dialog }: Hands) => dialog('Close this case?').getByRole('button', { name: 'Close it' }).click();

const ends: Doors = {
  'close: command': async (hands) => {
    const kase = await hands.newCase();
    await hands.command(`close ${kase.id}`);
    await becomes(hands, kase, 'closed');
  },
  'close: case_close (card)': async (hands) => {
    const kase = await hands.newCase();
    await hands.card.getByRole('button', { name: 'Close' }).click();
    if (stateOf(hands, kase) === 'closed') throw new Error('it was closed before it was confirmed');
    await confirmed(hands);
    await becomes(hands, kase, 'closed');
  },
  'close: case_close (hub)': async (hands) => {
    const kase = await hands.newCase();
    await (await hands.hub()).getByRole('button', { name: 'Close' }).click();
    await confirmed(hands);
    await becomes(hands, kase, 'closed');
  },
  'close: case_close (shortcut)': async (hands) => {
    const kase = await hands.newCase();
    await hands.fromMenu(hands.card, 'Close case');
    await hands.submit('Close case', {}, 'Close it');
    await becomes(hands, kase, 'closed');
  },
  'close: reaction': async (hands) => {
    const kase = await hands.newCase();
    await hands.react(hands.card, 'lock');
    await becomes(hands, kase, 'closed');
  },
};

const closed = async (hands: Hands) => {
  const kase = await hands.newCase();
  hands.stage.acquire.agentCloses(hands.stage.acquire.agent({ name: 'Carla' }).id, kase.id);
  await hands.card.getByRole('button', { name: 'Reopen' }).waitFor();
  return kase;
};

const again: Doors = {
  'reopen: command': async (hands) => {
    const kase = await closed(hands);
    await hands.command(`reopen ${kase.id}`);
    await becomes(hands, kase, 'active');
  },
  'reopen: case_reopen (card)': async (hands) => {
    const kase = await closed(hands);
    await hands.card.getByRole('button', { name: 'Reopen' }).click();
    await becomes(hands, kase, 'active');
  },
  'reopen: case_reopen (hub)': async (hands) => {
    const kase = await closed(hands);
    await (await hands.hub()).getByRole('button', { name: 'Reopen' }).click();
    await becomes(hands, kase, 'active');
  },
};

export const doorsOfCases: Doors = { ...claims, ...rest, ...invitations, ...ends, ...again };
