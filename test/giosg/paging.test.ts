import { describe, expect, test } from 'vitest';
import { type Ordering, PageCursor } from '../../src/core/visitor-case.ts';
import { json } from './server.ts';
import { everyPage, first, listOf, odd, row, start, visitor } from './world.ts';

const small = { variants: { pageSizes: [2] } };

test.each([
  ['oldest', 'created_at'],
  ['newest', '-created_at'],
  ['stalest', 'updated_at'],
  ['latest', '-updated_at'],
] as const)('%s first is asked for as %s, on every page', async (ordering: Ordering, sent) => {
  const { room, cases } = await start({}, small);
  for (let made = 0; made < 3; made += 1) room.openCase(visitor);

  await everyPage(cases, ordering);

  expect(room.requests.map(({ query }) => query['ordering'])).toEqual([sent, sent]);
  expect(room.requests.map(({ query }) => Object.keys(query).length)).toEqual([1, 2]);
});

test('cases that come and go while pages are turned neither double nor hide others', async () => {
  const { room, cases } = await start({}, small);
  const [one, two, three] = ['1', '2', '3', '4'].map((number) => room.openCase(visitor, { number }));
  const page = await cases.casesOf(visitor, { ordering: 'oldest', cursor: null });

  room.removeCase(two?.id ?? '');
  room.removeCase(one?.id ?? '');
  room.openCase(visitor, { number: '5' });
  const next = await cases.casesOf(visitor, { ordering: 'oldest', cursor: page?.next ?? null });

  expect(page?.cases.map(({ number }) => number)).toEqual(['1', '2']);
  expect(next?.cases.map(({ id, number }) => [id, number])).toEqual([
    [three?.id, '3'],
    [expect.any(String), '4'],
  ]);
});

test('a page is turned long after the token of the one before has expired', async () => {
  let now = Date.now();
  const { room, cases } = await start({ now: () => now }, { ...small, now: () => now });
  for (let made = 0; made < 3; made += 1) room.openCase(visitor);
  const page = await cases.casesOf(visitor, first);

  now += 86_400_000;

  expect((await cases.casesOf(visitor, { ...first, cursor: page?.next ?? null }))?.cases).toHaveLength(1);
});

describe('a cursor that giosg does not take', () => {
  const gone = PageCursor.parse('00000000000000000000000000000000');

  test.each([404, 400] as const)('is told apart from an unknown visitor, under %i', async (unknownCursor) => {
    const { room, cases } = await start({}, { variants: { unknownCursor } });
    room.visitor(visitor);

    await expect(cases.casesOf(visitor, { ...first, cursor: gone })).rejects.toMatchObject({
      facts: { kind: 'not_found', word: 'CURSOR_GONE' },
    });
  });

  test('is not blamed when the visitor has gone', async () => {
    const { cases } = await start();

    expect(await cases.casesOf(visitor, { ...first, cursor: gone })).toBeNull();
  });

  test('is not blamed when our token is refused', async () => {
    const { room, cases } = await start();
    room.identity.key = 'rotated';

    await expect(cases.casesOf(visitor, { ...first, cursor: gone })).rejects.toMatchObject({
      facts: { kind: 'auth', word: 'IDENTITY_TOKEN_REFUSED' },
    });
  });

  test('of one ordering is not good for another', async () => {
    const { room, cases } = await start({}, small);
    for (let made = 0; made < 3; made += 1) room.openCase(visitor);
    const page = await cases.casesOf(visitor, first);

    await expect(cases.casesOf(visitor, { ordering: 'oldest', cursor: page?.next ?? null })).rejects.toMatchObject({
      facts: { word: 'CURSOR_GONE' },
    });
  });
});

describe('a link to the next page', () => {
  const linked = (next: (origin: string) => unknown) => {
    const links: string[] = [];
    const server = odd(
      (request, response) =>
        json(response, { ...listOf(row()), next: next(`http://${request.headers.host}`), previous: null }),
      { onOdd: (what) => links.push(what) },
    );
    return server.then((one) => ({ ...one, links }));
  };

  test('is followed by its cursor alone: the address is ours, the token a new one', async () => {
    const { cases, asked } = await linked((origin) => `${origin}/somewhere/old-token/cases?cursor=abc&evil=1#x`);

    const page = await cases.casesOf(visitor, first);
    await cases.casesOf(visitor, { ...first, cursor: page?.next ?? null });

    expect(asked[1]?.url).toMatch(
      /^\/api\/v5\/orgs\/an-organization\/external-visitors\/[\w-]+\.[\w-]+\.[\w-]+\/cases\?ordering=-created_at&cursor=abc$/,
    );
  });

  test.each([
    ['another host', () => 'https://evil.example/api/v5/x/cases?cursor=abc'],
    ['another port', (origin: string) => `${origin}1/cases?cursor=abc`],
    ['another protocol', (origin: string) => `${origin.replace('http', 'https')}/cases?cursor=abc`],
    ['no address', () => 'cursor=abc'],
    ['no cursor', (origin: string) => `${origin}/cases?page=2`],
    ['an empty cursor', (origin: string) => `${origin}/cases?cursor=`],
    ['a cursor without end', (origin: string) => `${origin}/cases?cursor=${'a'.repeat(1_001)}`],
    ['a number', () => 2],
  ])('with %s is not followed, and the list is not called whole', async (_name, next) => {
    const { cases, links } = await linked(next);

    const page = await cases.casesOf(visitor, first);

    expect(page).toMatchObject({ cases: [{ number: 'CASE-1042' }], next: null, cutOff: true });
    expect(links).toEqual(['link']);
  });

  test('that leads to the page it is on ends there', async () => {
    const { cases } = await linked((origin) => `${origin}/cases?cursor=abc`);

    const page = await cases.casesOf(visitor, { ...first, cursor: PageCursor.parse('abc') });

    expect(page).toMatchObject({ next: null, cutOff: true });
  });
});

describe('looking for a number', () => {
  test('goes through all pages', async () => {
    const { room, cases } = await start({}, { variants: { pageSizes: [1] } });
    for (const number of ['A-1', 'A-2', 'A-3']) room.openCase(visitor, { number });

    expect(await cases.findCase(visitor, 'a-1')).toMatchObject({ number: 'A-1' });
    expect(room.requests).toHaveLength(3);
  });

  test('does not say that there is none when the list was cut off', async () => {
    const { room, cases } = await start({}, { variants: { pageSizes: [1], linkOrigin: 'https://behind.example' } });
    for (const number of ['A-1', 'A-2']) room.openCase(visitor, { number });

    await expect(cases.findCase(visitor, 'A-1')).rejects.toMatchObject({ facts: { word: 'LIST_CUT_OFF' } });
  });

  test('ends with a list that does not', async () => {
    let page = 0;
    const { cases, asked } = await odd((request, response) => {
      page += 1;
      json(response, { ...listOf(row()), next: `http://${request.headers.host}/cases?cursor=c${page}` });
    });

    await expect(cases.findCase(visitor, 'A-1')).rejects.toMatchObject({ facts: { word: 'LIST_CUT_OFF' } });
    expect(asked).toHaveLength(50);
  });
});
