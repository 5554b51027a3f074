import { expect, onTestFinished, test } from 'vitest';
import { createAcquire } from '../../src/acquire/client.ts';
import { acquireUserOf } from '../../src/bridge/people.ts';
import { AccountId, MemberId } from '../../src/core/ids.ts';
import { parseRoutes } from '../../src/routes.ts';
import { startAcquire } from '../../src/sandbox/acquire/server.ts';
import { U } from '../../src/sandbox/slack/seed.ts';
import { openRoom } from '../slack/room.ts';

/** Which user of Acquire a member is, by both real rooms. */

const EMAIL = 'anna@casebridge-sandbox.example';

const opened = async (people = '{}') => {
  const slack = await openRoom();
  const acquire = await startAcquire({ agents: [] });
  onTestFinished(async () => {
    await slack.close();
    await acquire.stop();
  });
  const read = parseRoutes(`people: ${people}`, { path: 'routes.yml', caseChannel: 'C0HOME' });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const helpdesk = createAcquire({
    account: AccountId.parse('acquire:acme'),
    origin: acquire.url,
    apiKey: acquire.key,
  });
  const bridge = { helpdesk, chat: slack.slack.chat, channels: () => read.channels, now: Date.now };
  const userOf = async (member: string) => (await acquireUserOf(bridge, MemberId.parse(member)))?.name ?? null;
  return { acquire, workspace: slack.simulator.workspace, userOf };
};

test('a member is the user with the same e-mail, whatever its case', async () => {
  const { acquire, userOf } = await opened();
  acquire.agent({ name: 'Anna A', email: 'Anna@Casebridge-Sandbox.example' });
  acquire.agent({ name: 'Somebody Else', email: 'else@example.com' });

  expect(await userOf(U.anna)).toBe('Anna A');
});

test('who matches nobody, or more than one, is nobody there', async () => {
  const { acquire, userOf } = await opened();
  acquire.agent({ name: 'Anna A', email: EMAIL });
  acquire.agent({ name: 'Anna B', email: EMAIL });

  expect(await userOf(U.anna)).toBeNull();
  expect(await userOf(U.ben)).toBeNull();
});

test('the routes file comes before e-mails, and names nobody who is not there', async () => {
  const { acquire, userOf } = await opened(`{ ${U.anna}: 4, ben@casebridge-sandbox.example: 3, ${U.admin}: 9999 }`);
  acquire.agent({ name: 'Same Address', email: EMAIL });
  acquire.agent({ name: 'Ada', email: 'ada@casebridge-sandbox.example' });

  expect([await userOf(U.anna), await userOf(U.ben)]).toEqual(['Ada', 'Same Address']);
  expect(await userOf(U.admin)).toBeNull();
});

test('guests, people of other companies and bots never are anybody, whatever their profile or the file says', async () => {
  const { acquire, workspace, userOf } = await opened(`{ ${U.guest}: 2, ${U.stranger}: 2, ${U.otherBot}: 2 }`);
  acquire.agent({ name: 'Gus', email: 'gus@casebridge-sandbox.example' });
  acquire.agent({ name: 'Sam', email: 'sam@example.com' });
  const sam = workspace.users.get(U.stranger);
  if (sam !== undefined) sam.profile.email = 'sam@example.com';

  for (const member of [U.guest, U.stranger, U.otherBot, U.deleted]) expect(await userOf(member), member).toBeNull();
});

test('an address that its member has not confirmed proves nothing', async () => {
  const { acquire, workspace, userOf } = await opened();
  acquire.agent({ name: 'Anna A', email: EMAIL });
  const anna = workspace.users.get(U.anna);
  if (anna !== undefined) anna.is_email_confirmed = false;

  expect(await userOf(U.anna)).toBeNull();
});

test('bots and keys of Acquire are no people', async () => {
  const { acquire, userOf } = await opened();
  for (const user of acquire.account.users.values()) if (user.role !== 'agent') user.email = EMAIL;
  acquire.variants.clientsListed = true;

  expect(await userOf(U.anna)).toBeNull();
});
