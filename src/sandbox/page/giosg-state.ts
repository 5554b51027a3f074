import type { Stage } from '../stage.ts';
import type { Part } from './parts.ts';

/** What the page shows of the second case system: who visits, who works there, and each visitor's cases. */

export const giosgParts = ({ giosg }: Stage): readonly Part[] => {
  const { users, visitors, cases } = giosg.organization;
  const externalOf = new Map([...visitors.values()].map(({ id, externalId }) => [id, externalId]));
  return [
    [
      'giosg',
      {
        agents: [...users.values()].map(({ id, name }) => ({ id, name })),
        visitors: [...visitors.keys()],
        cases: [...cases.values()].map((one) => ({
          id: one.id,
          number: one.number,
          visitor: externalOf.get(one.visitorId) ?? '',
          subject: one.subject,
          description: one.description,
          status: one.status,
          owner: one.ownerId,
          channel: one.channel,
          priority: one.priority,
          waiting: one.waiting,
          unread: one.unread,
          updatedAt: one.updatedAt,
        })),
      },
    ],
  ];
};
