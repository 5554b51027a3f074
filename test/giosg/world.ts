import { afterEach } from 'vitest';
import { AccountId } from '../../src/core/ids.ts';
import { ExternalId, type Ordering, type VisitorCase, type VisitorCases } from '../../src/core/visitor-case.ts';
import { createGiosg, type GiosgOptions } from '../../src/giosg/client.ts';
import { type GiosgOptions as RoomOptions, SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { type GiosgSimulator, startGiosg } from '../../src/sandbox/giosg/server.ts';
import { fixture, json, type OddServer, oddServer } from './server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

export const visitor = ExternalId.parse('customer-1001');
export const API_TOKEN = 'an-api-token-that-nobody-may-see';
export const SIGNING_KEY = 'a-signing-key-that-nobody-may-see';

export type World = { readonly room: GiosgSimulator; readonly cases: VisitorCases };

/** A simulated organization and our side of it, until the end of the test. */
export const start = async (options: Partial<GiosgOptions> = {}, simulated: RoomOptions = {}): Promise<World> => {
  const room = await startGiosg(simulated);
  stops.push(room.stop);
  const usual = {
    account: AccountId.parse('giosg:example'),
    organization: room.organizationId,
    origin: room.url,
    apiToken: room.token,
    signingKey: SANDBOX_SIGNING_KEY,
  };
  return { room, cases: createGiosg({ ...usual, ...options }) };
};

/** A server that answers as the test says, for as long as it runs. */
export const odd = async (
  answer: Parameters<typeof oddServer>[0],
  options: Partial<GiosgOptions> = {},
): Promise<OddServer & { cases: VisitorCases }> => {
  const server = await oddServer(answer);
  stops.push(server.stop);
  return { ...server, cases: giosgAt(server.origin, options) };
};

export const giosgAt = (origin: string, options: Partial<GiosgOptions> = {}): VisitorCases =>
  createGiosg({
    account: AccountId.parse('giosg:example'),
    organization: 'an-organization',
    origin,
    apiToken: API_TOKEN,
    signingKey: SIGNING_KEY,
    ...options,
  });

export const answering = async (body: unknown, options: Partial<GiosgOptions> = {}): Promise<VisitorCases> =>
  (await odd((_, response) => json(response, body), options)).cases;

/** One case as the fixture has it, with changes; what is undefined is left out. */
export const row = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
  const base = fixture('case.open');
  return { ...(typeof base === 'object' ? base : {}), ...changes };
};

export const listOf = (...results: readonly unknown[]) => ({ next: null, previous: null, results });

/** All pages, as somebody who turns them one by one sees them. */
export const everyPage = async (
  cases: VisitorCases,
  ordering: Ordering = 'newest',
): Promise<readonly (readonly VisitorCase[])[]> => {
  const pages: (readonly VisitorCase[])[] = [];
  for (let cursor = null, more = true; more; ) {
    const page: Awaited<ReturnType<VisitorCases['casesOf']>> = await cases.casesOf(visitor, { ordering, cursor });
    pages.push(page?.cases ?? []);
    cursor = page?.next ?? null;
    more = cursor !== null;
  }
  return pages;
};

export const first = { ordering: 'newest', cursor: null } as const;
