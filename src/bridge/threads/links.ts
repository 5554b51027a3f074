import type { CarryContext } from '../../core/carry.ts';
import type { CaseReading } from '../../core/event.ts';
import {
  type AccountId,
  type CaseId,
  type ChainId,
  compareIds,
  type LinkRef,
  linkKey,
  type ThreadRef,
  threadKey,
} from '../../core/ids.ts';
import type { Baseline, Link, Root } from '../../core/link.ts';
import { Failure } from '../../delivery/errors.ts';
import type { RecordWrite } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { readRecord, replaceRecord, type Stored, writeRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { wayOf, wayOfLink } from './routing.ts';

/** Finding links, and the records that one link consists of. */

export type StoredLink = Stored<Link> & { readonly key: string };

const caseKey = (account: AccountId, id: CaseId): string => `${account}:${id}`;

export const linkByKey = async (bridge: Bridge, key: string): Promise<StoredLink | null> => {
  const stored = await readRecord(bridge.records, 'link', key);
  return stored === null ? null : { ...stored, key };
};

const linkRef = (bridge: Bridge, chain: ChainId): LinkRef => ({
  team: bridge.chat.team,
  account: bridge.helpdesk.account,
  chain,
});

export const linkOfChain = (bridge: Bridge, chain: ChainId): Promise<StoredLink | null> =>
  linkByKey(bridge, linkKey(linkRef(bridge, chain)));

export const linkOfCase = async (bridge: Bridge, id: CaseId): Promise<StoredLink | null> => {
  const pointer = await readRecord(bridge.records, 'case', caseKey(bridge.helpdesk.account, id));
  return pointer === null ? null : linkByKey(bridge, pointer.value.link);
};

export const rootOf = async (bridge: Bridge, key: string): Promise<Root | null> =>
  (await readRecord(bridge.records, 'root', key))?.value ?? null;

/** The case that a write goes to now: our own create or reopen may be ahead of what was last read. */
export const currentCase = async (bridge: Bridge, link: StoredLink): Promise<{ id: CaseId; closed: boolean }> => {
  const ahead = await readRecord(bridge.records, 'current_case', link.key);
  const read = link.value.case;
  if (ahead !== null && compareIds(ahead.value.case, read.id) > 0) return { id: ahead.value.case, closed: false };
  return { id: read.id, closed: read.state === 'closed' };
};

/** The records that a link consists of, written together; refused when somebody else changed it meanwhile. */
export const writeLink = (link: Link, was: StoredLink | null): readonly RecordWrite[] => {
  const key = linkKey(link);
  const known = was?.value.caseIds ?? [];
  const open = openCaseOf(link);
  return [
    replaceRecord('link', key, { was, value: link }),
    ...link.caseIds
      .filter((id) => !known.includes(id))
      .map((id) => writeRecord('case', caseKey(link.account, id), { version: 1, link: key })),
    ...(was !== null && openCaseOf(was.value) === open
      ? []
      : [writeRecord('open_case', key, open === null ? null : { version: 1, case: open })]),
  ];
};

const openCaseOf = (link: Link): CaseId | null =>
  link.state === 'on' && link.case.state !== 'closed' ? link.case.id : null;

/** A changed link and its card drawn anew. `cause` is the key of the event that changed it. */
export const changeLink = (link: Link, was: StoredLink, cause: string): Consequence => ({
  records: writeLink(link, was),
  deliveries: [refreshCard(was.key, cause)],
});

export const refreshCard = (link: string, cause: string) =>
  owe({ id: `card:${link}:${cause}`, effect: { do: 'refresh_card', link } });

/** What a reading is carried over with. */
export const carryContext = async (bridge: Bridge, reading: CaseReading, link: Link | null): Promise<CarryContext> => {
  const { account } = bridge.helpdesk;
  const way = link?.state === 'on' ? wayOfLink(bridge, link) : wayOf(bridge, reading.case);
  const [ahead, baseline] = await Promise.all([
    readRecord(bridge.records, 'current_case', linkKey(linkRef(bridge, reading.case.chain))),
    baselineOf(bridge),
  ]);
  return {
    team: bridge.chat.team,
    account,
    baseline,
    ...way,
    caseUrl: bridge.helpdesk.caseUrl(reading.case.id),
    ownSenders: bridge.helpdesk.ownSenders(),
    reopenedByUs: ahead?.value.case ?? null,
  };
};

/** What was there when the store was new; until that is known nothing is carried over. */
const baselineOf = async (bridge: Bridge): Promise<Baseline> => {
  const stored = await readRecord(bridge.records, 'baseline', bridge.helpdesk.account);
  if (stored !== null) return stored.value;
  throw new Failure({
    kind: 'transient',
    side: 'acquire',
    attempted: 'carrying news before the first reading of open cases',
    effect: 'none',
  });
};

/** The records that tie a thread to its link, written with the delivery that started it. */
export const rootRecords = (
  { key, value }: { readonly key: string; readonly value: Pick<Link, 'generation'> },
  thread: ThreadRef,
  adopted = false,
): readonly RecordWrite[] => {
  const { channel, ts } = thread;
  return [
    writeRecord('root', key, { version: 1, generation: value.generation, channel, ts, adopted }),
    writeRecord('thread', threadKey(thread), { version: 1, link: key }),
  ];
};
