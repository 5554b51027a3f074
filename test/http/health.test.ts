import { expect, test } from 'vitest';
import { createHealth } from '../../src/http/health.ts';
import { stageFor } from '../stories/stage.ts';

test('an account at which nothing is found says degraded, whatever else answers', async () => {
  const stage = await stageFor({
    webhook: false,
    before: ({ acquire }) => void acquire.faults.add({ answer: { status: 404 } }),
  });

  const ready = await (await fetch(`${stage.url()}/readyz`)).json();

  expect(ready).toMatchObject({ status: 'degraded', slack: 'ok', acquire: 'degraded' });
}, 30_000);

test('a list that is refused in every form says degraded, and ok once it is read again', async () => {
  const stage = await stageFor();
  const acquire = async (): Promise<unknown> => {
    const body: unknown = await (await fetch(`${stage.url()}/readyz`)).json();
    return typeof body === 'object' && body !== null && 'acquire' in body ? body.acquire : null;
  };
  await expect.poll(acquire, { timeout: 20_000 }).toBe('ok');
  const rule = stage.acquire.faults.add({ path: '/crm/objects/case', answer: { status: 400 } });

  await expect.poll(acquire, { timeout: 20_000 }).toBe('degraded');
  await stage.thread();
  expect(await acquire()).toBe('degraded');
  rule();

  await expect.poll(acquire, { timeout: 20_000 }).toBe('ok');
}, 60_000);

test('a refusal of one thing says nothing about a side', async () => {
  const health = createHealth();
  const side = health.observe('acquire', { get: () => Promise.resolve(1), lost: () => Promise.reject(new Error('x')) });

  await side.lost().catch(() => null);
  expect(health.of('acquire')).toBe('degraded');
  await side.get();
  expect(health.of('acquire')).toBe('ok');
});

test('a connection that stays away leaves its side degraded whatever calls say; one that is renewed does not', async () => {
  let now = 0;
  const health = createHealth(() => now);
  await health.note('slack', Promise.resolve());
  expect(health.isHeard('slack')).toBeNull();

  health.hears('slack', true);
  health.hears('slack', false);
  now += 9_000;
  expect([health.isHeard('slack'), health.of('slack')]).toEqual([false, 'ok']);
  // Another try in vain does not begin anew.
  health.hears('slack', false);
  now += 2_000;
  await health.note('slack', Promise.resolve());
  expect(health.of('slack')).toBe('degraded');
  health.hears('slack', true);

  expect([health.isHeard('slack'), health.of('slack')]).toEqual([true, 'ok']);
});
