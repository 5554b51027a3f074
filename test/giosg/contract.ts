import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExternalId, type Ordering, VisitorCaseId, type VisitorCases } from '../../src/core/visitor-case.ts';

/** What every `VisitorCases` keeps. A world is one case system with one visitor's life in the test's hands. */

export type CaseFacts = {
  readonly number?: string;
  readonly subject?: string | null;
  readonly status?: string;
  readonly priority?: number;
  readonly owned?: boolean;
  readonly waiting?: boolean;
  readonly unread?: number;
};

export type VisitorCasesWorld = {
  readonly cases: VisitorCases;
  /** Makes the visitor known, without cases. */
  readonly meet: (visitor: ExternalId) => void;
  /** Each case is opened later than the one before. */
  readonly opens: (visitor: ExternalId, facts: CaseFacts) => string;
  readonly changes: (id: string, facts: CaseFacts) => void;
  /** An id of the right form that no case has. */
  readonly noCase: string;
  readonly ownerName: string | null;
  readonly stop: () => Promise<void>;
};

const robin = ExternalId.parse('robin-1');
const sasha = ExternalId.parse('sasha-2');
const first = (ordering: Ordering) => ({ ordering, cursor: null });

export const visitorCasesContract = (name: string, open: () => Promise<VisitorCasesWorld>): void => {
  describe(`the cases of a visitor, ${name}`, () => {
    let world: VisitorCasesWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.stop());

    /** Subjects of all pages in order. */
    const subjects = async (ordering: Ordering, visitor = robin): Promise<(string | null)[]> => {
      const seen: (string | null)[] = [];
      let page = await world.cases.casesOf(visitor, first(ordering));
      for (;;) {
        seen.push(...(page?.cases ?? []).map(({ subject }) => subject));
        if (page === null || page.next === null) return seen;
        page = await world.cases.casesOf(visitor, { ordering, cursor: page.next });
      }
    };
    const openThree = () =>
      ['first', 'second', 'third'].map((subject) => world.opens(robin, { subject, status: 'Open' }));

    test('a visitor whom nobody knows is an answer', async () => {
      expect(await world.cases.casesOf(robin, first('newest'))).toBeNull();
      expect(await world.cases.getCase(robin, VisitorCaseId.parse(world.noCase))).toBeNull();
      expect(await world.cases.findCase(robin, 'CASE-1')).toBeNull();
    });

    test('a visitor without cases has an empty page', async () => {
      world.meet(robin);

      const page = await world.cases.casesOf(robin, first('newest'));

      expect(page).toEqual({ cases: [], next: null, previous: null, cutOff: false, unreadable: 0 });
    });

    test('a case shows what the list needs', async () => {
      const facts = { number: 'CASE-7', subject: 'Wrong invoice', status: 'Pending', priority: 4, unread: 2 };
      const id = world.opens(robin, { ...facts, owned: true, waiting: true });

      const page = await world.cases.casesOf(robin, first('newest'));

      expect(page?.cases).toMatchObject([
        {
          id,
          number: 'CASE-7',
          subject: 'Wrong invoice',
          state: 'pending',
          status: 'Pending',
          priority: 4,
          priorityLabel: 'High',
          owner: { id: expect.stringMatching(/./), name: world.ownerName },
          waiting: true,
          unread: 2,
          updatedAt: expect.any(Number),
        },
      ]);
    });

    test.each([
      ['newest', ['third', 'second', 'first']],
      ['oldest', ['first', 'second', 'third']],
      ['latest', ['first', 'third', 'second']],
      ['stalest', ['second', 'third', 'first']],
    ] as const)('the whole list comes %s first', async (ordering, expected) => {
      const [id = ''] = openThree();
      world.changes(id, { unread: 1 });

      expect(await subjects(ordering)).toEqual(expected);
    });

    test('each visitor has their own list', async () => {
      openThree();
      world.opens(sasha, { subject: 'somebody else’s' });

      expect(await subjects('newest', sasha)).toEqual(['somebody else’s']);
    });

    test('a page can be turned back', async () => {
      for (let made = 0; made < 25; made += 1) world.opens(robin, { subject: `${made}` });
      const one = await world.cases.casesOf(robin, first('oldest'));
      const two = await world.cases.casesOf(robin, { ordering: 'oldest', cursor: one?.next ?? null });

      const back = await world.cases.casesOf(robin, { ordering: 'oldest', cursor: two?.previous ?? null });

      expect(one?.previous).toBeNull();
      expect(two?.cases[0]?.subject).toBe(`${one?.cases.length}`);
      expect(back?.cases.at(-1)).toEqual(one?.cases.at(-1));
    });

    test('one case is read by its id, and found by its number however it is typed', async () => {
      const [id = ''] = openThree();
      world.opens(robin, { number: 'CASE-77', subject: 'the one' });

      expect(await world.cases.getCase(robin, VisitorCaseId.parse(id))).toMatchObject({ id, subject: 'first' });
      expect(await world.cases.findCase(robin, ' case-77')).toMatchObject({ subject: 'the one' });
      expect(await world.cases.findCase(robin, 'CASE-7')).toBeNull();
    });

    test('a case of somebody else is none of this visitor’s', async () => {
      world.meet(robin);
      const id = world.opens(sasha, {});

      expect(await world.cases.getCase(robin, VisitorCaseId.parse(id))).toBeNull();
      expect(await world.cases.getCase(robin, VisitorCaseId.parse(world.noCase))).toBeNull();
    });

    test('what changes in a case is seen in the next reading', async () => {
      const id = world.opens(robin, { status: 'Open', priority: 3 });
      const before = await world.cases.getCase(robin, VisitorCaseId.parse(id));

      world.changes(id, { status: 'Closed', priority: 5, owned: true, unread: 3 });

      const after = await world.cases.getCase(robin, VisitorCaseId.parse(id));
      expect(before).toMatchObject({ state: 'open', owner: null, unread: 0, closedAt: null });
      expect(after).toMatchObject({
        state: 'closed',
        priorityLabel: 'Critical',
        unread: 3,
        closedAt: expect.any(Number),
      });
      expect(after?.owner).not.toBeNull();
      expect(after?.updatedAt).toBeGreaterThan(before?.updatedAt ?? Number.NaN);
    });

    test('a probe with a made-up visitor proves that we are let in', async () => {
      expect(await world.cases.probe(robin)).toEqual({ organization: 'same', visitor: 'unknown' });
      world.meet(robin);
      expect(await world.cases.probe(robin)).toEqual({ organization: 'same', visitor: 'known' });
    });

    test('what can be done with a case is reading alone', () => {
      expect([...world.cases.abilities].toSorted()).toEqual(['list', 'show', 'watch']);
    });
  });
};
