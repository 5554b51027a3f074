import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ExternalId, PageCursor, VisitorCaseId, type VisitorCases } from '../../src/core/visitor-case.ts';
import { Failure } from '../../src/delivery/errors.ts';
import { createLog } from '../../src/log.ts';
import { json } from './server.ts';
import { API_TOKEN, first, giosgAt, listOf, odd, SIGNING_KEY, start, visitor } from './world.ts';

const LIST = '/orgs/*/external-visitors/{token}/cases';
const caseId = VisitorCaseId.parse('5d0c7a14-91be-4f63-8a27-c3e5f7091b2d');

const lookUp = (cases: VisitorCases) => cases.casesOf(visitor, first);

test('a reading names us, the organization and the visitor as documented', async () => {
  const { cases, asked } = await odd((_, response) => json(response, listOf()));

  await lookUp(cases);

  expect(asked[0]?.method).toBe('GET');
  expect(asked[0]?.headers).toMatchObject({ authorization: `Token ${API_TOKEN}`, accept: 'application/json' });
  expect(asked[0]?.url).toMatch(
    /^\/api\/v5\/orgs\/an-organization\/external-visitors\/[\w-]+\.[\w-]+\.[\w-]+\/cases\?ordering=-created_at$/,
  );
});

describe('what an administrator must mend is told apart', () => {
  test('the signing key', async () => {
    const { room, cases } = await start();
    room.identity.key = 'rotated';

    const refused = { facts: { kind: 'auth', status: 400, word: 'IDENTITY_TOKEN_REFUSED' } };
    await expect(lookUp(cases)).rejects.toMatchObject(refused);
    await expect(cases.getCase(visitor, caseId)).rejects.toMatchObject(refused);
    await expect(cases.probe(visitor)).rejects.toMatchObject(refused);
  });

  test('the API token', async () => {
    const { room, cases } = await start();
    room.revokeToken();

    const refused = { facts: { kind: 'auth', status: 401, word: 'API_TOKEN_REFUSED' } };
    await expect(lookUp(cases)).rejects.toMatchObject(refused);
    await expect(cases.probe(visitor)).rejects.toMatchObject(refused);

    room.restoreToken();
    expect(await lookUp(cases)).toBeNull();
  });

  test('a subscription that has ended', async () => {
    const { room, cases } = await start();
    room.setSubscribed(false);

    const refused = { facts: { kind: 'auth', status: 403, word: 'NO_ACCESS_OR_SUBSCRIPTION' } };
    await expect(lookUp(cases)).rejects.toMatchObject(refused);
    await expect(cases.getCase(visitor, caseId)).rejects.toMatchObject(refused);
    await expect(cases.probe(visitor)).rejects.toMatchObject(refused);
  });

  test('an organization that is not ours', async () => {
    const { cases } = await start({ organization: 'somebody-elses' });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'auth', status: 403 } });
  });

  test('an origin where giosg is not', async () => {
    const { cases } = await odd((_, response) => response.writeHead(404).end('<h1>Not found</h1>'));

    await expect(cases.probe(visitor)).rejects.toMatchObject({
      facts: { kind: 'not_found', attempted: 'GET users/me' },
    });
  });

  test('a token of another organization, which may be meant', async () => {
    const { room } = await start();
    room.addToken({ token: 'a-partners', organization: 'partner' });
    const partner = giosgAt(room.url, {
      organization: room.organizationId,
      apiToken: 'a-partners',
      signingKey: String(room.identity.key),
    });

    expect(await partner.probe(visitor)).toEqual({ organization: 'other', visitor: 'unknown' });
  });

  test('a token of no single user does not say whose it is', async () => {
    const { room } = await start();
    room.addToken({ token: 'nobodys', personal: false });
    const cases = giosgAt(room.url, {
      organization: room.organizationId,
      apiToken: 'nobodys',
      signingKey: String(room.identity.key),
    });

    expect(await cases.probe(visitor)).toEqual({ organization: 'untold', visitor: 'unknown' });
  });
});

describe('what passes by itself', () => {
  test('a limit says when to come back', async () => {
    const { room, cases } = await start();
    room.faults.add({ path: LIST, answer: { status: 429, retryAfter: 7 } });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'rate_limited', retryAfterMs: 7_000 } });
    expect(room.requests).toHaveLength(1);
  });

  test.each([500, 502, 503, 504])('an outage under %i is tried once, and is never an empty list', async (status) => {
    const { room, cases } = await start();
    room.faults.add({ times: 1, answer: { status } });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', status } });
    expect(room.requests).toHaveLength(1);
    expect(await lookUp(cases)).toBeNull();
  });

  test('a connection that is cut', async () => {
    const { room, cases } = await start();
    room.faults.add({ answer: 'drop' });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', effect: 'none' } });
    expect(room.requests).toHaveLength(1);
  });

  test('a server that does not answer, or stops in the middle', async () => {
    const { room, cases } = await start({ timeoutMs: 100 });
    room.faults.add({ answer: 'hang' });
    const { cases: halfway } = await odd((_, response) => void response.write('{"results":'), { timeoutMs: 100 });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', word: 'TIMEOUT' } });
    await expect(lookUp(halfway)).rejects.toMatchObject({ facts: { kind: 'transient', word: 'TIMEOUT' } });
  });

  test('a server that is down, and comes back', async () => {
    const { room, cases } = await start();
    room.openCase(visitor);
    await room.down();
    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', word: 'ECONNREFUSED' } });

    await room.up();
    expect((await lookUp(cases))?.cases).toHaveLength(1);
  });

  test.each([
    ['a page for people', '<!doctype html><h1>Sign in</h1>'],
    ['nothing', ''],
  ])('%s in place of JSON', async (_name, body) => {
    const { room, cases } = await start();
    room.faults.add({ times: 1, answer: { status: 200, body } });

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', word: 'UNREADABLE_ANSWER' } });
  });

  test('an answer that is too large is given up', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const { cases } = await odd(
      (_, response) => {
        for (let sent = 0; sent < 17; sent += 1) response.write(megabyte);
        response.end();
      },
      { timeoutMs: 5_000 },
    );

    await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'permanent', word: 'ANSWER_TOO_LARGE' } });
  });
});

test('a redirect is not followed with our tokens', async () => {
  const elsewhere = await odd((_, response) => json(response, listOf()));
  const { cases } = await odd((_, response) => response.writeHead(302, { location: elsewhere.origin }).end());

  await expect(lookUp(cases)).rejects.toMatchObject({ facts: { kind: 'transient', status: 302 } });
  expect(elsewhere.asked).toHaveLength(0);
});

test('each request is told of when it is sent', async () => {
  let sent = 0;
  const { room, cases } = await start({ onRequest: () => (sent += 1) });

  await cases.probe(visitor);

  expect(sent).toBe(room.requests.length);
  expect(sent).toBe(2);
});

describe('no failure shows whom it was about, or what lets us in', () => {
  const bait = ExternalId.parse('jo.customer@example.com');

  const seen = (error: unknown): string => {
    const lines: string[] = [];
    createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } }).error(
      { error },
      'a look-up failed',
    );
    return `${inspect(error, { depth: null, showHidden: true })} ${lines.join('')}`;
  };

  test.each([400, 403, 418, 500, 'cut'] as const)('when the other side repeats all it knows: %s', async (answer) => {
    let token = 'no token was seen';
    const { cases } = await odd((request, response) => {
      token = /external-visitors\/([^/]+)/.exec(request.url ?? '')?.[1] ?? token;
      if (request.url?.endsWith('users/me') === true) json(response, { organization_id: 'o' });
      else if (answer === 'cut') request.socket.destroy();
      else json(response, { detail: `${request.url} ${request.headers.authorization} ${bait}` }, answer);
    });

    const asked = [
      cases.casesOf(bait, first),
      cases.casesOf(bait, { ...first, cursor: PageCursor.parse('abc') }),
      cases.getCase(bait, caseId),
      cases.findCase(bait, 'CASE-1'),
      cases.probe(bait),
    ];
    const errors = await Promise.all(asked.map((one) => one.catch((error: unknown) => error)));

    expect(token.split('.')).toHaveLength(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Failure);
      for (const secret of [...token.split('.'), bait, API_TOKEN, SIGNING_KEY])
        expect(seen(error)).not.toContain(secret);
    }
  });
});
