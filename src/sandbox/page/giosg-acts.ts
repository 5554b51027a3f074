import { z } from 'zod';
import type { Stage } from '../stage.ts';
import type { Act } from './act.ts';
import { act, text } from './act.ts';

/** What happens in giosg, which the app can only read. */

type Side = Pick<Stage, 'giosg'>;

const STATUSES = ['Open', 'In Progress', 'Pending', 'Closed'] as const;

export const giosgActs = {
  giosg_opens: act({ visitor: text, subject: text, description: z.string().trim() }, ({ giosg }: Side, said) => {
    const { id } = giosg.openCase(said.visitor, {
      subject: said.subject,
      description: said.description === '' ? null : said.description,
      unread: 1,
      waiting: true,
    });
    return { case: id };
  }),
  giosg_changes: act(
    {
      case: z.string(),
      status: z.enum(STATUSES).optional(),
      owner: z.string().nullable().optional(),
      waiting: z.boolean().optional(),
    },
    ({ giosg }: Side, { case: id, status, owner, waiting }) => {
      giosg.changeCase(id, {
        ...(status !== undefined && { status }),
        ...(owner !== undefined && { owner }),
        ...(waiting !== undefined && { waiting, unread: waiting ? 1 : 0 }),
      });
      return null;
    },
  ),
} satisfies Record<string, Act<Side>>;
