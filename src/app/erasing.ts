import { z } from 'zod';
import type { Config } from '../config.ts';
import { Link } from '../core/link.ts';
import { ExternalId } from '../core/visitor-case.ts';
import { VisitorLink } from '../core/visitor-link.ts';
import { Conflict } from '../delivery/errors.ts';
import type { Json, RecordWrite } from '../delivery/ports.ts';
import { createDisk } from '../files/disk.ts';
import { openStore, type Store } from '../store/open.ts';
import { StoreLocked } from '../store/unusable.ts';

/** Takes out what is kept about a person, as `npm run data -- erase` has found it: by the app, which alone writes. */

const Key = z.object({ namespace: z.string(), key: z.string() });

export const ErasureOrder = z.object({
  order: z.literal('erase'),
  /** Their words go, and they end; what stays of them keeps their messages from being carried over again. */
  links: z.array(z.string()),
  /** The same for threads that watch the cases of a visitor. */
  visitorLinks: z.array(z.string()).default([]),
  deliveries: z.array(z.string()),
  events: z.array(z.string()),
  records: z.array(Key),
  /** Keys of bytes on our disk. */
  files: z.array(z.string()),
});
export type ErasureOrder = z.infer<typeof ErasureOrder>;

export const isErasure = (order: Json): boolean => ErasureOrder.safeParse(order).success;

export type Erases = {
  readonly store: Pick<Store, 'erase' | 'records'>;
  readonly removeFile: (key: string) => Promise<void>;
};

const ROUNDS = 5;

/** The answer says what could not go yet. */
export const eraser =
  ({ store, removeFile }: Erases) =>
  async (order: Json): Promise<Json> => {
    const { links, visitorLinks, deliveries, events, records, files } = ErasureOrder.parse(order);
    for (const key of files) await removeFile(key);
    for (let round = 1; ; round += 1) {
      try {
        const ended = await Promise.all([
          ...links.map((key) => endedLink(store, key)),
          ...visitorLinks.map((key) => endedVisitorLink(store, key)),
        ]);
        const gone = records.map(({ namespace, key }): RecordWrite => ({ namespace, key, value: null }));
        const left = await store.erase({ deliveries, events, records: [...ended.flat(), ...gone] });
        return { done: true, left };
      } catch (error) {
        // A link was changed meanwhile: it is read again.
        if (!(error instanceof Conflict) || round === ROUNDS) throw error;
      }
    }
  };

export type Erasing = { readonly erase: (order: ErasureOrder) => Promise<Json>; readonly close: () => Promise<void> };

/** Without the app; null when it runs on this file, and must do it itself. */
export const openErasing = async ({ database }: Config, removeFile: Erases['removeFile']): Promise<Erasing | null> => {
  try {
    const store = await openStore(database);
    const erase = eraser({ store, removeFile });
    return { erase, close: store.close };
  } catch (error) {
    if (error instanceof StoreLocked) return null;
    throw error;
  }
};

/** Nobody's name, address or words, only what tells that this case was known and how far it was read. */
const endedLink = async (store: Pick<Store, 'records'>, key: string): Promise<readonly RecordWrite[]> => {
  const was: unknown = await store.records('link').get(key);
  const parsed = Link.safeParse(was);
  if (!parsed.success) return [];
  const { data: link } = parsed;
  const { id, chain, contact, channel, state, status, createdAt, updatedAt, closedBy } = link.case;
  const kept = { id, chain, channel, state, status, createdAt, updatedAt, closedBy };
  // Parsed, so that what is not said here is empty.
  const value = Link.parse({
    ...link,
    state: 'ended',
    case: { ...kept, contact: { id: contact.id, name: null, email: null, phone: null }, title: null, agents: [] },
    waitingSince: null,
    answered: null,
    claimedBy: null,
    doneBy: null,
    snoozedUntil: null,
  });
  return [{ namespace: 'link', key, value, was: asJson(was) }];
};

const NOBODY = ExternalId.parse('erased');

/** Ids of the case alone: should it be watched again, its new thread must be told from this one. */
const endedVisitorLink = async (store: Pick<Store, 'records'>, key: string): Promise<readonly RecordWrite[]> => {
  const was: unknown = await store.records('visitor_link').get(key);
  const parsed = VisitorLink.safeParse(was);
  if (!parsed.success) return [];
  const { data: link } = parsed;
  const { id, number, state, status } = link.case;
  const value: VisitorLink = {
    ...link,
    state: 'ended',
    visitor: NOBODY,
    case: {
      id,
      number,
      subject: null,
      description: null,
      state,
      status,
      priority: null,
      priorityLabel: null,
      owner: null,
      contact: null,
      channel: null,
      waiting: null,
      unread: null,
      createdAt: null,
      updatedAt: null,
      closedAt: null,
    },
  };
  return [{ namespace: 'visitor_link', key, value, was: asJson(was) }];
};

const asJson = (value: unknown): Json => z.json().parse(value);

/** Takes bytes from the disk. */
export const fileRemover = (config: Config): Erases['removeFile'] => {
  const { folder, quota } = config.files;
  return createDisk({ folder, quota, now: Date.now }).remove;
};
