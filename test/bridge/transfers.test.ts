import { expect, test } from 'vitest';
import { createTransfers } from '../../src/bridge/files/transfers.ts';
import { Failure } from '../../src/delivery/errors.ts';

const WAIT_MS = 20;
const transfers = (stopping = new AbortController().signal) => createTransfers<string>(stopping, WAIT_MS);
const broken = new Failure({ kind: 'transient', side: 'files', attempted: 'x', effect: 'none' });
const fails = (): Promise<string> => Promise.reject(broken);

test('work that is quick is done when it is first asked for, and is done once', async () => {
  const bytes = transfers();
  let times = 0;
  const work = async (): Promise<string> => `done ${(times += 1)}`;

  expect(await bytes.look('a', work)).toEqual({ is: 'done', value: 'done 1' });
  expect(await bytes.look('a', work)).toEqual({ is: 'done', value: 'done 1' });
});

test('work that takes long is found done later, and nobody waits for it', async () => {
  const bytes = transfers();
  const { promise, resolve } = Promise.withResolvers<string>();

  expect(await bytes.look('a', () => promise)).toEqual({ is: 'running' });
  resolve('done');
  expect(await bytes.look('a', fails)).toEqual({ is: 'done', value: 'done' });
});

test('what failed is begun anew when it is asked for again, ever more rarely', async () => {
  const bytes = transfers();

  const waits = [];
  for (let times = 0; times < 4; times += 1) {
    const looked = await bytes.look('a', fails);
    waits.push(looked.is === 'failed' ? looked.againMs : 0);
  }

  expect(waits[3]).toBeGreaterThan(waits[0] ?? 0);
  expect(await bytes.look('a', async () => 'done')).toEqual({ is: 'done', value: 'done' });
});

test('only four run at once; the others wait for their turn', async () => {
  const bytes = transfers();
  const begun: number[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const work = (index: number) => () => {
    begun.push(index);
    return promise;
  };

  await Promise.all(Array.from({ length: 6 }, (_, index) => bytes.look(String(index), work(index))));
  expect(begun).toEqual([0, 1, 2, 3]);
  resolve('done');

  expect(await bytes.look('5', fails)).toEqual({ is: 'done', value: 'done' });
});

test('the end of the process ends what is under way', async () => {
  const stopping = new AbortController();
  const bytes = transfers(stopping.signal);
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(broken)));

  expect(await bytes.look('a', work)).toEqual({ is: 'running' });
  stopping.abort();

  expect((await bytes.look('a', work)).is).toBe('failed');
});

test('what is known to be done is not begun', async () => {
  const bytes = transfers();

  bytes.know('a', 'known');
  expect(await bytes.look('a', fails)).toEqual({ is: 'done', value: 'known' });
  bytes.forget('a');
  expect((await bytes.look('a', fails)).is).toBe('failed');
});
