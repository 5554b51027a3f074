import { expect, test } from 'vitest';
import { createFloodGuard } from '../../src/bridge/cases/flood.ts';

test('a round starts twenty threads and alarms for the rest, also when another round comes between', () => {
  const alarms: string[] = [];
  const mayStart = createFloodGuard((key) => alarms.push(key));
  const links = Array.from({ length: 25 }, (_, index) => `link ${index}`);

  const started = links.filter((link, index) => (index === 10 ? mayStart(2, 'another') : true) && mayStart(1, link));

  expect(started).toHaveLength(20);
  expect(alarms).toEqual(['flood:1']);
  expect(mayStart(1, 'link 3')).toBe(true);
  expect(mayStart(null, 'nudged')).toBe(true);
});
