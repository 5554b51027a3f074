import { expect, test, vi } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { says, seesMark, toCustomer } from '../stories/talk.ts';
import { type Stage, stageFor } from '../stories/stage.ts';

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

const LINE = /^(?<name>[a-z_]+)(?:\{(?<labels>[^}]*)\})? (?<value>\S+)$/u;

const samplesIn = (text: string): readonly Sample[] =>
  text
    .split('\n')
    .map((line) => LINE.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ name = '', labels = '', value = '' }) => ({
      name,
      value: Number(value),
      labels: Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/gu)].map(([, key, word]) => [key, word])),
    }));

const pageOf = async (stage: Stage): Promise<string> => (await fetch(`${stage.url()}/metrics`)).text();

const valueOf = (page: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
  samplesIn(page).find(
    (sample) =>
      sample.name === `casebridge_${name}` &&
      Object.entries(labels).every(([label, word]) => sample.labels[label] === word),
  )?.value;

/** The page as soon as it shows what is looked for. */
const seesPage = async (stage: Stage, look: (page: string) => void): Promise<string> =>
  vi.waitFor(
    async () => {
      const page = await pageOf(stage);
      look(page);
      return page;
    },
    { timeout: 25_000, interval: 200 },
  );

test('a conversation shows in every figure: taken in, decided, attempted, delivered, answered', async () => {
  const stage = await stageFor();
  const thread = await stage.thread('Where is my parcel?');
  const ts = says(stage, thread, 'It left this morning.');
  await seesMark(stage, ts, 'white_check_mark');

  const page = await seesPage(stage, (seen) => {
    expect(valueOf(seen, 'first_response_seconds_count')).toBe(1);
    expect(valueOf(seen, 'deliveries', { state: 'owed' })).toBe(0);
  });

  expect(toCustomer(stage, thread)).toEqual(['It left this morning.']);
  expect(valueOf(page, 'told_total', { source: 'slack', outcome: 'taken' })).toBe(1);
  expect(valueOf(page, 'told_total', { source: 'acquire', outcome: 'taken' })).toBeGreaterThan(0);
  expect(valueOf(page, 'take_in_seconds_count', { source: 'slack' })).toBe(1);
  expect(valueOf(page, 'events_decided_total', { source: 'slack', outcome: 'handled' })).toBe(1);
  expect(valueOf(page, 'decide_seconds_count', { source: 'slack' })).toBe(1);
  expect(valueOf(page, 'attempts_total', { to: 'acquire', outcome: 'delivered' })).toBe(1);
  expect(valueOf(page, 'attempt_seconds_count', { to: 'acquire' })).toBe(1);
  expect(valueOf(page, 'deliveries_total', { to: 'acquire', outcome: 'delivered' })).toBe(1);
  expect(valueOf(page, 'deliver_seconds_count', { to: 'acquire' })).toBe(1);
  expect(valueOf(page, 'calls_total', { side: 'slack', outcome: 'ok' })).toBeGreaterThan(2);
  expect(valueOf(page, 'acquire_requests_total', { purpose: 'list' })).toBeGreaterThan(0);
  expect(valueOf(page, 'open_links')).toBe(1);
  expect(valueOf(page, 'store_bytes')).toBeGreaterThan(4096);
  expect(valueOf(page, 'poll_age_seconds')).toBeLessThan(30);
  expect(page).toMatch(/^nodejs_eventloop_lag_p99_seconds /mu);
  expect(page).toMatch(/^process_resident_memory_bytes /mu);
});

test('an outage shows: the side is closed, what is owed grows old, and calls fail', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  await stage.acquire.down();
  says(stage, thread, 'Is anybody there?');

  const down = await seesPage(stage, (page) => expect(valueOf(page, 'side_closed', { to: 'acquire' })).toBe(1));
  expect(valueOf(down, 'owed', { to: 'acquire' })).toBe(1);
  expect(valueOf(down, 'owed', { to: 'slack' })).toBe(0);
  expect(valueOf(down, 'side_ok', { side: 'acquire' })).toBe(0);
  expect(valueOf(down, 'calls_total', { side: 'acquire', outcome: 'transient' })).toBeGreaterThan(0);
  await seesPage(stage, (page) => {
    expect(valueOf(page, 'oldest_owed_seconds', { to: 'acquire' })).toBeGreaterThan(0.5);
    expect(valueOf(page, 'parked_lanes', { to: 'acquire' })).toBe(1);
  });

  await stage.acquire.up();
  const up = await seesPage(stage, (page) => expect(valueOf(page, 'side_closed', { to: 'acquire' })).toBe(0));
  expect(valueOf(up, 'side_closed_seconds', { to: 'acquire' })).toBeGreaterThan(0.5);
});

test('a 429 is counted with the time it asks to wait', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  stage.acquire.faults.add({ path: '*add-message*', answer: { status: 429, retryAfter: 2 }, times: 1 });
  says(stage, thread, 'Hello');

  const page = await seesPage(stage, (seen) =>
    expect(valueOf(seen, 'calls_total', { side: 'acquire', outcome: 'rate_limited' })).toBe(1),
  );

  expect(valueOf(page, 'asked_to_wait_seconds_total', { side: 'acquire' })).toBe(2);
});

test('what is held is counted as held', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  says(stage, thread, '@ben what do you think?');

  await seesPage(stage, (page) => expect(valueOf(page, 'deliveries', { state: 'held' })).toBe(1));
});

test('no label ever holds an id, a name or a word of anybody', async () => {
  const stage = await stageFor();
  const thread = await stage.thread('Where is my parcel?');
  await seesMark(stage, says(stage, thread, 'It left this morning.'), 'white_check_mark');
  const ofCase = await pageOf(stage);

  const words = samplesIn(ofCase)
    .filter(({ name }) => name.startsWith('casebridge_'))
    .flatMap(({ labels }) => Object.entries(labels))
    .filter(([label]) => label !== 'le');

  expect(words.length).toBeGreaterThan(20);
  for (const [, word] of words) expect(word).toMatch(/^[a-z_]+$/u);
  expect(ofCase).not.toMatch(/parcel|morning|Jo Customer|C0SUPPORT|xoxb/u);
});

test('while the store cannot be read, what it holds is left out and everything else is shown', async () => {
  const metrics = createMetrics();
  metrics.alarms.inc({ kind: 'store' });
  const present = { sides: [['slack', true]], slackConnected: null, pollAgeMs: null, readsWaiting: 0 } as const;

  const page = await metrics.render(() => Promise.reject(new Error('no')), present);

  expect(valueOf(page, 'store_readable')).toBe(0);
  expect(valueOf(page, 'alarms_total', { kind: 'store' })).toBe(1);
  expect(valueOf(page, 'open_links')).toBeUndefined();
  expect(valueOf(page, 'deliveries', { state: 'owed' })).toBeUndefined();
  expect(valueOf(page, 'poll_age_seconds')).toBeUndefined();
});
