import { z } from 'zod';
import { type RecordStore, readRecord } from '../bridge/records.ts';
import { readEvent } from '../core/event.ts';
import { ChannelId, SlackTs, TeamId, threadKey } from '../core/ids.ts';
import type { ClaimedEvent, Settlement, Worker } from '../delivery/ports.ts';

/**
 * Who did and looked up what from Slack. An entry is stored in the transaction of the deed itself; it holds ids and our
 * own words, never what somebody typed.
 */

export const AuditEntry = z.object({
  version: z.literal(1),
  at: z.number(),
  member: z.string(),
  /** The door that was used. */
  did: z.enum(['wrote', 'edited', 'deleted', 'command', 'button', 'shortcut', 'form', 'reaction', 'home', 'looked up']),
  /** The command, button or form; what a message became. */
  what: z.string(),
  /** The id that was named, of a case, contact or visitor. */
  about: z.string().nullable(),
  link: z.string().nullable(),
  channel: z.string().nullable(),
  thread: z.string().nullable(),
  outcome: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AUDIT = 'audit';

const KEPT_MS = 365 * 24 * 3_600_000;
const KEEPING_MS = 3_600_000;
const FORGOTTEN_AT_ONCE = 500;
/** A search asks anew with each letter: one entry stands for all of them. */
const LOOKUP_EVERY_MS = 60_000;

/** Sorts by time. */
const auditKey = (at: number, cause: string): string => `${new Date(at).toISOString()}:${cause}`;

type Handle = (event: ClaimedEvent) => Promise<Settlement>;
type Around = { readonly records: RecordStore; readonly now: () => number };

export const audited =
  (handle: Handle, { records, now }: Around): Handle =>
  async (claimed) => {
    const settlement = await handle(claimed);
    const deed = deedOf(claimed);
    if (deed === null || (isMessage(deed) && settlement.outcome === 'ignored')) return settlement;
    const { team, ...known } = deed;
    const link = linkIn(settlement) ?? (await linkOf(records, { ...known, team }));
    const at = now();
    const value: AuditEntry = {
      version: 1,
      at,
      ...known,
      what: known.what === '' ? whatBecame(settlement) : known.what,
      link,
      outcome: settlement.reason === undefined ? settlement.outcome : `${settlement.outcome}: ${settlement.reason}`,
    };
    return {
      ...settlement,
      records: [...settlement.records, { namespace: AUDIT, key: auditKey(at, claimed.key), value }],
    };
  };

/** Contacts that were looked for while somebody typed: no event, so it is noted apart. */
export const noteLookup = ({ records, now }: Around) => {
  const noted = new Map<string, number>();
  return async (member: string, channel: string | null): Promise<void> => {
    const at = now();
    for (const [key, before] of noted) if (at - before >= LOOKUP_EVERY_MS) noted.delete(key);
    if (noted.has(member)) return;
    noted.set(member, at);
    const value: AuditEntry = {
      version: 1,
      at,
      member,
      did: 'looked up',
      what: 'contacts',
      about: null,
      link: null,
      channel,
      thread: null,
      outcome: 'handled',
    };
    await records.set(AUDIT, auditKey(at, `lookup:${member}`), value);
  };
};

/** Forgets entries that are old enough. */
export const createAuditKeeper = (
  forget: (namespace: string, before: string, limit: number) => Promise<number>,
  now: () => number,
): Worker => {
  let timer: NodeJS.Timeout | undefined;
  const keep = async (): Promise<void> => {
    const before = auditKey(now() - KEPT_MS, '');
    const forgotten = await forget(AUDIT, before, FORGOTTEN_AT_ONCE).catch(() => 0);
    timer = setTimeout(() => void keep(), forgotten === FORGOTTEN_AT_ONCE ? 0 : KEEPING_MS);
    timer.unref();
  };
  return {
    start: () => void keep(),
    stop: async () => clearTimeout(timer),
  };
};

type Deed = Omit<AuditEntry, 'version' | 'at' | 'link' | 'outcome'> & { readonly team: string };

const DONE = {
  member_wrote: 'wrote',
  member_edited: 'edited',
  member_removed_files: 'edited',
  member_deleted: 'deleted',
} as const;

const deedOf = (claimed: ClaimedEvent): Deed | null => {
  const event = readEvent(claimed.payload).data;
  switch (event?.type) {
    case 'member_wrote':
    case 'member_edited':
    case 'member_removed_files':
    case 'member_deleted': {
      const { team, member, channel, thread } = event;
      const did = DONE[event.type];
      return { team, member, did, what: '', about: null, channel, thread };
    }
    case 'command': {
      const { team, member, channel, thread } = event.to;
      return { team, member, did: 'command', ...askedFor(event.text), channel, thread };
    }
    case 'button': {
      const { team, member, channel, thread } = event.to;
      return {
        team,
        member,
        did: 'button',
        what: event.action,
        about: visitorOn(event.action, event.value),
        channel,
        thread: thread ?? event.message,
      };
    }
    case 'shortcut': {
      const { team, member, channel } = event.to;
      return { team, member, did: 'shortcut', what: event.shortcut, about: null, channel, thread: event.messageThread };
    }
    case 'form': {
      const { team, member, channel, thread } = event.to;
      return { team, member, did: 'form', what: event.form, about: null, channel, thread };
    }
    case 'reaction': {
      const { team, member, channel, thread } = event.to;
      return {
        team,
        member,
        did: 'reaction',
        what: event.reaction,
        about: null,
        channel,
        thread: thread ?? event.message,
      };
    }
    case 'home_opened':
      return { team: event.team, member: event.member, did: 'home', what: 'home', about: null, ...NOWHERE };
    default:
      return null;
  }
};

/** Most of what members write, or react to, is not in our threads, and none of our business. */
const isMessage = ({ did }: Deed): boolean =>
  did === 'wrote' || did === 'edited' || did === 'deleted' || did === 'reaction';

const NOWHERE = { channel: null, thread: null } as const;

/** Anything else that somebody types there is theirs, perhaps a name or an address. */
const COMMANDS = new Set(
  'open close reopen show list search link unlink note claim release snooze invite assign visitor help status'.split(
    ' ',
  ),
);
const ID = /^(?:\d{1,19}|giosg:[\w.:~-]{1,100})$/i;
/** Whose cases were looked up must be known afterwards; what has no digit, or looks like an address, may be a name. */
const VISITOR = /^(?=\D*\d)[A-Za-z\d][\w.:~-]{0,199}$/;

const askedFor = (text: string): Pick<Deed, 'what' | 'about'> => {
  const [first = '', second = ''] = text.trim().split(/\s+/);
  const word = first.toLowerCase();
  const id = word === 'visitor' ? VISITOR : ID;
  return { what: COMMANDS.has(word) ? word : 'other', about: id.test(second) ? second : null };
};

/** Buttons on visitors’ cases name the visitor first. */
const visitorOn = (action: string, value: string): string | null => {
  const [, visitor = ''] = (action.startsWith('case_visitor') ? /^\["([^"\\]*)"/.exec(value) : null) ?? [];
  return VISITOR.test(visitor) ? visitor : null;
};

const Effect = z.object({ do: z.string(), link: z.string().optional(), kind: z.string().optional() });

/** A message of a member is known by what is owed because of it. */
const whatBecame = ({ deliveries, changes }: Settlement): string => {
  const kind = deliveries.map(({ effect }) => Effect.safeParse(effect).data?.kind).find((one) => one !== undefined);
  return kind ?? (changes.length > 0 ? 'changed' : 'kept');
};

const linkIn = ({ deliveries, records }: Settlement): string | null =>
  deliveries.map(({ effect }) => Effect.safeParse(effect).data?.link).find((link) => link !== undefined) ??
  records.find(({ namespace }) => namespace === 'link')?.key ??
  null;

const ThreadRef = z.object({ team: TeamId, channel: ChannelId, ts: SlackTs });

const linkOf = async (records: RecordStore, { team, channel, thread }: Deed): Promise<string | null> => {
  if (channel === null || thread === null) return null;
  const where = ThreadRef.safeParse({ team, channel, ts: thread }).data;
  return where === undefined ? null : ((await readRecord(records, 'thread', threadKey(where)))?.value.link ?? null);
};
