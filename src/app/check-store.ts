import type { Config } from '../config.ts';
import type { Counts } from '../delivery/ports.ts';
import { inspectStore, type StoreFacts } from '../store/inspect.ts';
import { whyNoFolder } from '../store/place.ts';
import { type Judged, open, proven, wrong } from './check.ts';

/** What can be proven about the store without starting on it. */

const MB = 1024 * 1024;
const TOO_LITTLE = 100 * MB;
const LITTLE = 1024 * MB;

export type StoreCheck = { readonly findings: readonly Judged[]; readonly facts: StoreFacts | null };

export const checkStore = async (database: Config['database']): Promise<StoreCheck> => {
  let facts: StoreFacts;
  try {
    facts = await inspectStore(database);
  } catch (error) {
    // Made for people: it names the place and what to do, and no password.
    const [found = '', ...fix] = (error instanceof Error ? error.message : 'cannot be used').split(': ');
    return { facts: null, findings: [wrong('store', found, fix.join(': ') || 'check DATABASE_URL')] };
  }
  return {
    facts,
    findings: [
      writable(facts),
      version(facts),
      ...(database.kind === 'sqlite' ? [lock(facts)] : []),
      ...(facts.freeBytes === null ? [] : [space(facts.freeBytes)]),
    ],
  };
};

/** Where files wait on their way. */
export const checkFiles = (folder: string): Judged => {
  const refused = whyNoFolder(folder);
  return refused === null
    ? proven('folder for files', folder)
    : wrong('folder for files', refused.words, 'let the user that runs casebridge write there, or change FILES_DIR');
};

const writable = ({ unwritable }: StoreFacts): Judged =>
  unwritable === null
    ? proven('writable', 'yes')
    : wrong('writable', unwritable, 'let the user that runs casebridge write there, or change DATABASE_URL');

const version = ({ version: stored, knownVersion }: StoreFacts): Judged => {
  if (stored === null) return proven('version', 'nothing is there yet: the first start creates it');
  if (stored === knownVersion) return proven('version', `schema ${stored}`);
  return stored < knownVersion
    ? proven('version', `schema ${stored}: the next start brings it to ${knownVersion}`)
    : wrong(
        'version',
        `schema ${stored} is of a newer casebridge; this one knows ${knownVersion}`,
        'run the newer version, or restore a backup made before the update',
      );
};

const lock = ({ running }: StoreFacts): Judged =>
  proven('lock', running === true ? 'held: casebridge runs on it' : 'free: casebridge does not run on it');

const space = (free: number): Judged => {
  const amount = `${Math.floor(free / MB)} MB free`;
  if (free < TOO_LITTLE) return wrong('space', amount, 'make room on its disk: without it nothing is acknowledged');
  return free < LITTLE ? open('space', amount, 'make room before it becomes short') : proven('space', amount);
};

/** What people have to decide about is nothing wrong, but nobody should have to look for it. */
export const checkDeliveries = ({ deliveries, events }: Counts): readonly Judged[] => {
  const waiting = [
    [deliveries.dead, 'dead'],
    [deliveries.unknown, 'unknown'],
    [events.dead, 'set aside'],
  ].filter(([count]) => count !== 0);
  return [
    waiting.length === 0
      ? proven('deliveries', `${deliveries.owed} owed, ${deliveries.held} held, none dead or unknown`)
      : open(
          'deliveries',
          waiting.map(([count, what]) => `${count} ${what}`).join(', '),
          'npm run deliveries -- list shows them with their reasons',
        ),
  ];
};
