import { expect, test } from 'vitest';
import { createReadTurns, type Urgency } from '../../src/bridge/reads.ts';

const work = async (): Promise<void> => undefined;

test('the requests of a piece of work beyond its first are paid by those who come after it', async () => {
  let now = 0;
  const turns = createReadTurns({ perSecond: 100, burst: 4 }, () => now);

  await turns.within('nudged', async () => {
    for (let count = 0; count < 6; count += 1) turns.spent();
  });
  const next = turns.within('nudged', work);

  expect(turns.waiting()).toBe(1);
  now += 30;
  await next;
});

test('requests outside such work cost the reading nothing', async () => {
  const turns = createReadTurns({ perSecond: 1, burst: 1 }, () => 0);

  for (let count = 0; count < 50; count += 1) turns.spent();

  await expect(turns.within('list', work)).resolves.toBeUndefined();
});

test('nudged cases come first, but the least urgent is not forgotten', async () => {
  let now = 0;
  const turns = createReadTurns({ perSecond: 1000, burst: 1 }, () => now);
  await turns.within('sweep', work);
  const served: Urgency[] = [];
  const ask = (urgency: Urgency) =>
    turns.within(urgency, async () => {
      served.push(urgency);
    });

  const asked = [ask('list'), ...Array.from({ length: 8 }, () => ask('nudged'))];
  const clock = setInterval(() => {
    now += 1;
  }, 1);
  await Promise.all(asked);
  clearInterval(clock);

  expect(served[0]).toBe('nudged');
  expect(served.indexOf('list')).toBeLessThan(8);
});

test('who still waits when reading stops is told so', async () => {
  const turns = createReadTurns({ perSecond: 0.001, burst: 1 }, () => 0);
  await turns.within('nudged', work);
  const waiting = turns.within('nudged', work);

  turns.stop();

  await expect(waiting).rejects.toThrow('while the app stops');
});
