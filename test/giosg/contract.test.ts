import { AccountId } from '../../src/core/ids.ts';
import { createGiosg } from '../../src/giosg/client.ts';
import { SANDBOX_SIGNING_KEY, type Variants } from '../../src/sandbox/giosg/options.ts';
import { startGiosg } from '../../src/sandbox/giosg/server.ts';
import { type CaseFacts, visitorCasesContract, type VisitorCasesWorld } from './contract.ts';

const openWith = (variants: Partial<Variants>) => async (): Promise<VisitorCasesWorld> => {
  const room = await startGiosg({ variants });
  const owner = room.agent({ name: 'Avery Agent' });
  const toChange = ({ owned, ...facts }: CaseFacts) => ({
    ...facts,
    ...(owned === undefined ? {} : { owner: owned ? owner.id : null }),
  });
  return {
    cases: createGiosg({
      account: AccountId.parse('giosg:example'),
      organization: room.organizationId,
      origin: room.url,
      apiToken: room.token,
      signingKey: SANDBOX_SIGNING_KEY,
    }),
    meet: (visitor) => void room.visitor(visitor),
    opens: (visitor, facts) => room.openCase(visitor, toChange(facts)).id,
    changes: (id, facts) => void room.changeCase(id, toChange(facts)),
    noCase: variants.ids === 'number' ? '999999' : '00000000-0000-4000-8000-000000000000',
    ownerName: variants.users === 'none' ? null : 'Avery Agent',
    stop: room.stop,
  };
};

visitorCasesContract('as giosg documents them', openWith({}));
visitorCasesContract('whose pages are of any size', openWith({ pageSizes: [1, 3, 2] }));
visitorCasesContract(
  'with numbers for ids, and 400 where 404 was expected',
  openWith({ ids: 'number', unknownCase: 400, unknownCursor: 400, errorBody: 'list' }),
);
visitorCasesContract(
  'of which only half is said',
  openWith({ users: 'none', leavesNullsOut: true, zoneless: true, errorBody: 'empty' }),
);
visitorCasesContract('with whole users, and errors for people', openWith({ users: 'whole', errorBody: 'html' }));
