import { C, U } from '../../src/sandbox/slack/seed.ts';

/** Names behind ids, and what the forms offer to choose from: those of the sandbox's workspace. */

export const NAMES = {
  [U.anna]: 'Anna Agent',
  [U.ben]: 'Ben Berg',
  [C.support]: 'support',
  [C.general]: 'general',
  S0AGENTS: 'agents',
};

const PEOPLE = [U.anna, U.ben];
const CHANNELS = [C.support, C.general] as const;

export const STATE = {
  players: PEOPLE.map((id) => ({ id, name: NAMES[id] })),
  channels: CHANNELS.map((id) => ({ id, name: NAMES[id] })),
};
