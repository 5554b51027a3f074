import { Link } from '../../src/core/link.ts';

/** A link whose case is in this state, changed as told. */
export const linkWith = (state: string, change: object = {}, ofCase: object = {}): Link =>
  Link.parse({
    version: 1,
    team: 'T1',
    account: 'acquire:acme',
    chain: '72',
    state: 'on',
    generation: 1,
    channel: 'C1',
    case: {
      id: '72',
      chain: '72',
      contact: { id: '5', name: 'Jo', email: null, phone: null },
      channel: 'chat',
      state,
      status: 'pending',
      title: 'Late parcel',
      createdAt: 1,
      updatedAt: 1,
      closedBy: null,
      agents: [],
      ...ofCase,
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
