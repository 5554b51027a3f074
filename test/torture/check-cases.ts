import type { MessageRecord } from '../../src/sandbox/acquire/state.ts';
import type { Evidence, Written } from './evidence.ts';
import { disorderOf, type Findings } from './findings.ts';
import type { Kind, Said, Version } from './people.ts';
import type { Terms } from './terms.ts';

/** What members wrote, against what stands in the cases. */

type Row = Written<MessageRecord>;
type Check = { readonly evidence: Evidence; readonly terms: Terms; readonly findings: Findings };

/** From the opening of an attempt to the call: a worker that has begun is not stopped by what is told a moment later. */
const MOMENT_MS = 1500;
const PRIVACY: Readonly<Record<Kind, number>> = { reply: 0, note: 1, kept: 2 };

export const checkCases = (check: Check): void => {
  const { evidence, findings } = check;
  const bySource = Map.groupBy(evidence.rows, ({ delivery }) => sourceOf(delivery));
  for (const message of evidence.said) checkMessage(check, message, bySource.get(message.ts) ?? []);
  const sources = new Set(evidence.said.map(({ ts }) => ts));
  for (const row of evidence.rows) {
    if (!sources.has(sourceOf(row.delivery))) wrong(check, 'doubled', `row ${row.what.id} was written by nobody`);
    checkRecorded(check, row);
  }
  for (const [chain, rows] of Map.groupBy(evidence.rows, ({ what }) => evidence.chainOf(what.caseId))) {
    checkOrder(check, chain, rows);
  }
  findings.toCases = evidence.rows.length;
};

/** `reply:T…:C…:1700000000.000100:1:edition` */
const sourceOf = (delivery: string): string => delivery.split(':')[3] ?? '';

const partOf = (delivery: string): string => delivery.split(':')[4] ?? '';

const wrong = ({ findings }: Check, kind: Findings['wrong'][number]['kind'], what: string): void =>
  void findings.wrong.push({ kind, what });

const checkMessage = (check: Check, message: Said, rows: readonly Row[]): void => {
  const { evidence } = check;
  if (rows.length === 0) return checkAbsent(check, message);
  const name = nameOf(message);
  const parts = Map.groupBy(rows, ({ delivery }) => partOf(delivery));
  for (const [part, copies] of parts) {
    if (copies.length > 1)
      wrong(
        check,
        'doubled',
        `${name} part ${part} stands ${copies.length} times: rows ${copies.map(({ what }) => what.id).join(', ')}`,
      );
  }
  for (const row of rows) {
    if (evidence.chainOf(row.what.caseId) !== message.chain)
      wrong(check, 'leaked', `${name} is in case ${row.what.caseId}`);
  }
  const sent = [...parts.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  const version = versionOf(message, sent);
  if (version !== undefined) {
    // Its first part decides which version goes out; a copy of that is judged for itself.
    const [first] = rows;
    for (const row of parts.get(partOf(first?.delivery ?? '')) ?? []) checkVersion(check, message, { version, row });
    return;
  }
  // Of a long message that was changed on its way, the rest is withdrawn.
  const mayBePart = message.isDeleted || message.versions.length > 1;
  if (!mayBePart) wrong(check, 'lost', `${name} has not arrived as it was written`);
};

/** The version whose text the parts add up to. */
const versionOf = ({ versions }: Said, parts: readonly Row[]): Version | undefined => {
  const text = parts.toSorted((one, other) => (partOf(one.delivery) < partOf(other.delivery) ? -1 : 1));
  const whole = bare(text.map(({ what }) => what.text).join(' '));
  return versions.find((version) => bare(version.text) === whole);
};

const bare = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The most private of the versions that the app could have seen by then. */
const kindAt = ({ evidence }: Check, message: Said, { version, row }: Sent): Kind => {
  const told = evidence.toldOf(message);
  const [first, ...edits] = message.versions;
  const at = ({ edition }: Version): number => told.versions.get(edition) ?? Number.POSITIVE_INFINITY;
  const seen = edits.slice(0, message.versions.indexOf(version)).filter((edit) => at(edit) + MOMENT_MS < row.startedAt);
  // Found by reading before its event came, a message is known by that reading; an edit shows what was there before.
  const knowsFirst = first !== undefined && (seen.length > 0 || at(first) < evidence.owedAt(row.delivery));
  return [version, ...seen, ...(knowsFirst ? [first] : [])]
    .map(({ kind }) => kind)
    .reduce((one, other) => (PRIVACY[one] >= PRIVACY[other] ? one : other));
};

type Sent = { readonly version: Version; readonly row: Row };

const checkVersion = (check: Check, message: Said, { version, row }: Sent): void => {
  const { evidence } = check;
  const name = nameOf(message);
  const told = evidence.toldOf(message);
  const kind = kindAt(check, message, { version, row });
  if (kind === 'kept') wrong(check, 'leaked', `${name} was to stay in Slack and is row ${row.what.id}`);
  if (kind === 'note' && row.what.type !== 'note')
    wrong(check, 'leaked', `${name} is a note and the customer sees row ${row.what.id}`);
  if (message.versions.every((one) => one.kind === 'reply') && row.what.type !== 'message')
    wrong(check, 'lost', `${name} is a reply and stands as a note`);
  if (told.deleted + MOMENT_MS < row.startedAt)
    wrong(
      check,
      'outdated',
      `${name} was sent ${seconds(row.startedAt - told.deleted)} s after we were told that it is deleted`,
    );
  const newer = message.versions.slice(message.versions.indexOf(version) + 1);
  for (const { edition } of newer) {
    const at = told.versions.get(edition) ?? Number.POSITIVE_INFINITY;
    if (at + MOMENT_MS < row.startedAt)
      wrong(
        check,
        'outdated',
        `${name} was sent ${seconds(row.startedAt - at)} s after we were told of its version ${edition}`,
      );
  }
};

const checkAbsent = (check: Check, message: Said): void => {
  const { evidence, findings } = check;
  if (message.isDeleted || message.versions.some(({ kind }) => kind === 'kept')) return;
  const views = [...evidence.deliveries.values()].filter(
    ({ id }) => sourceOf(id) === message.ts && /^(?:reply|note):/.test(id),
  );
  const states = new Set(views.map(({ state }) => state));
  if (states.has('unknown')) findings.unknown += 1;
  else if (states.has('held')) findings.held += 1;
  // All that kills comes from outside: nothing that is sent may be taken for its cause.
  else if (states.has('dead') && message.isDoomed) findings.dead += 1;
  else {
    const became = views.map(({ id, state, reason }) => `${id} ${state} (${reason ?? ''})`).join('; ');
    const answers = evidence.toldOf(message).answers.join(', ');
    wrong(check, 'lost', `${nameOf(message)}, ${textOf(message)}: ${became || `nothing came of it; told: ${answers}`}`);
  }
};

/** What stands there must be on our books as delivered. */
const checkRecorded = (check: Check, { what, delivery }: Row): void => {
  const view = check.evidence.deliveries.get(delivery);
  if (view?.state === 'delivered' || view?.state === 'unknown') return;
  wrong(
    check,
    'doubled',
    `row ${what.id} was sent though its delivery ${delivery} is ${view?.state ?? 'not known'} (${view?.reason ?? ''})`,
  );
};

const checkOrder = (check: Check, chain: number, rows: readonly Row[]): void => {
  const { evidence, findings, terms } = check;
  const said = new Map(evidence.said.map((message) => [message.ts, message]));
  // What a person released goes to the end of its lane.
  const placed = rows.filter(({ delivery }) =>
    evidence.deliveries.get(delivery)?.position.startsWith(sourceOf(delivery)),
  );
  const { late, reordered } = disorderOf(terms.without === 'order' ? rows : placed, {
    place: ({ delivery }) => `${sourceOf(delivery)}:${partOf(delivery).padStart(4, '0')}`,
    owedAt: ({ delivery }) => evidence.owedAt(delivery),
    toldAt: ({ delivery }) => {
      const message = said.get(sourceOf(delivery));
      return message === undefined ? Number.POSITIVE_INFINITY : Math.min(...evidence.toldOf(message).versions.values());
    },
    inHandMs: MOMENT_MS,
    // While an event of the thread is stored and not worked on, nothing of the thread is sent.
    workedOnMs: MOMENT_MS,
  });
  findings.late += late.length;
  for (const { one, behind } of reordered) {
    wrong(
      check,
      'reordered',
      `chain ${chain}: row ${one.what.id} (${one.delivery}) is behind row ${behind.what.id} (${behind.delivery}), begun ${seconds(behind.startedAt - evidence.owedAt(one.delivery))} s after the first was owed`,
    );
  }
};

const nameOf = ({ ts, chain }: Said): string => `message ${ts} of chain ${chain}`;
const textOf = ({ versions }: Said): string =>
  versions.map(({ kind, text }) => `${kind} “${text.slice(0, 30)}”`).join(' → ');
const seconds = (ms: number): string => (ms / 1000).toFixed(1);
