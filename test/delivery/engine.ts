import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, vi } from 'vitest';
import type {
  DeliveryLog,
  DeliveryStore,
  DeliveryView,
  Json,
  NewDelivery,
  Settlement,
  Worker,
} from '../../src/delivery/ports.ts';
import { openStore } from '../../src/store/open.ts';

/** A real store, the workers that a test starts on it, and a clock that can be put forward. */
export type Engine = {
  readonly store: DeliveryStore;
  readonly lines: Line[];
  readonly log: DeliveryLog;
  readonly now: () => number;
  readonly skip: (ms: number) => void;
  start<W extends Worker>(worker: W): W;
  /** Settles an event of its own with these parts. */
  readonly follow: (parts: Partial<Settlement>) => Promise<void>;
  readonly owe: (...deliveries: readonly Partial<NewDelivery>[]) => Promise<void>;
  readonly settled: (id: string) => Promise<DeliveryView>;
};

type Line = { readonly facts: Readonly<Record<string, unknown>>; readonly message: string };

function createLog(lines: Line[]): DeliveryLog {
  const write = (facts: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ facts, message });
  };
  return { info: write, warn: write, error: write };
}

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

export async function openEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-'));
  let skew = 0;
  let causes = 0;
  const now = (): number => Date.now() + skew;
  const { deliveries: store } = await openStore({ kind: 'sqlite', path: join(folder, 'store.db') }, { now });
  const workers: Worker[] = [];
  const lines: Line[] = [];
  endings.push(async () => {
    await Promise.all(workers.map((worker) => worker.stop(100)));
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const follow = async (parts: Partial<Settlement>): Promise<void> => {
    causes += 1;
    const lane = `cause ${causes}`;
    await store.put([{ key: lane, lane, payload: null }]);
    const event = (await store.claimEvents(100, 60_000)).find((claimed) => claimed.lane === lane);
    if (event === undefined) throw new Error('the cause was not claimable');
    const nothing = { deliveries: [], changes: [], records: [], events: [] };
    await store.settleEvent(event, { outcome: 'handled', ...nothing, ...parts });
  };

  return {
    store,
    lines,
    log: createLog(lines),
    now,
    skip: (ms) => {
      skew += ms;
    },
    start: (worker) => {
      workers.push(worker);
      worker.start();
      return worker;
    },
    follow,
    owe: (...deliveries) =>
      follow({ deliveries: deliveries.map((parts, n) => ({ ...delivery(`${causes + 1}.${n}`), ...parts })) }),
    settled: (id) =>
      vi.waitFor(
        async () => {
          const view = await store.view(id);
          expect(view?.settledAt).toEqual(expect.any(Number));
          if (view === null) throw new Error('gone');
          return view;
        },
        { timeout: 5_000, interval: 5 },
      ),
  };
}

function delivery(id: string): NewDelivery {
  const effect: Json = { text: `text of ${id}` };
  const way = { lane: 'a', mode: 'fifo', position: null, gates: ['side'], tell: 'nothing', keyFor: 'lane' } as const;
  return { id, effect, state: 'owed', ...way };
}
