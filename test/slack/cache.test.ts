import { expect, test } from 'vitest';
import { createCache } from '../../src/slack/cache.ts';

const setUp = (limit = 10) => {
  let time = 0;
  const asked: string[] = [];
  const cache = createCache<string>({ keepMs: 60_000, limit, now: () => time });
  return {
    asked,
    get: (key: string) =>
      cache.get(key, async () => {
        asked.push(key);
        return `${key} at ${time}`;
      }),
    cache,
    passes: (ms: number) => void (time += ms),
  };
};

test('an answer is kept for its time', async () => {
  const { get, passes } = setUp();
  await get('a');

  passes(59_999);
  expect(await get('a')).toBe('a at 0');

  passes(1);
  expect(await get('a')).toBe('a at 60000');
});

test('an older answer stands in for a while when asking again fails', async () => {
  let time = 0;
  let fails = false;
  const cache = createCache<string>({ keepMs: 1_000, failingMs: 10_000, limit: 10, now: () => time });
  const get = () =>
    cache.get('a', async () => {
      if (fails) throw new Error('away');
      return `at ${time}`;
    });
  await get();
  fails = true;

  time = 5_000;
  expect(await get()).toBe('at 0');
  time = 10_001;
  await expect(get()).rejects.toThrow('away');
  fails = false;
  expect(await get()).toBe('at 10001');
});

test('who asks while a question is under way shares it', async () => {
  const { get, asked } = setUp();

  await Promise.all([get('a'), get('a'), get('b')]);

  expect(asked).toEqual(['a', 'b']);
});

test('the oldest answers go when there are too many', async () => {
  const { get, asked } = setUp(2);
  for (const key of ['a', 'b', 'c']) await get(key);

  await get('c');
  await get('a');

  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

test('what is forgotten is asked again', async () => {
  const { get, asked, cache } = setUp();
  await get('a');

  cache.forget('a');
  await get('a');

  expect(asked).toEqual(['a', 'a']);
});

test('a failure is told and not kept', async () => {
  const { get, cache } = setUp();

  await expect(cache.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');

  expect(await get('a')).toBe('a at 0');
});
