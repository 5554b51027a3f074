import { afterEach } from 'vitest';
import { type AcquireOptions, createAcquire } from '../../src/acquire/client.ts';
import { AccountId, CaseId, ContactId } from '../../src/core/ids.ts';
import type { Helpdesk } from '../../src/core/ports.ts';
import type { AcquireOptions as RoomOptions } from '../../src/sandbox/acquire/options.ts';
import type { Opening } from '../../src/sandbox/acquire/people.ts';
import { type AcquireSimulator, startAcquire } from '../../src/sandbox/acquire/server.ts';
import { json, type OddServer, oddServer } from './server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

export const account = AccountId.parse('acquire:acme');

export type World = { readonly room: AcquireSimulator; readonly helpdesk: Helpdesk };

/** A simulated account and our side of it, until the end of the test. */
export const start = async (
  variants: RoomOptions['variants'] = {},
  options: Partial<AcquireOptions> = {},
): Promise<World> => {
  const room = await startAcquire({ variants });
  stops.push(room.stop);
  return {
    room,
    helpdesk: createAcquire({ account, origin: room.url, apiKey: room.key, timeoutMs: 2_000, ...options }),
  };
};

export const opened = (room: AcquireSimulator, text = 'hello', opening: Opening = {}) => {
  const one = room.openCase(room.contact().id, { text, ...opening });
  return { id: CaseId.parse(String(one.id)), contact: ContactId.parse(String(one.contactId)) };
};

/** A server that answers as the test says, for as long as it runs. */
export const odd = async (answer: Parameters<typeof oddServer>[0]): Promise<OddServer & { helpdesk: Helpdesk }> => {
  const server = await oddServer(answer);
  stops.push(server.stop);
  return { ...server, helpdesk: createAcquire({ account, origin: server.origin, apiKey: 'a-key' }) };
};

export const answering = async (body: unknown): Promise<Helpdesk> =>
  (await odd((_, response) => json(response, body))).helpdesk;
