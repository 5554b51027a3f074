import type { GiosgSimulator } from './server.ts';

/** What the sandbox has in giosg from the start: nobody there writes by themselves. */

export const SANDBOX_VISITOR = 'customer-8812';

export function seedGiosg(giosg: GiosgSimulator): void {
  const owner = giosg.agent({ name: 'Olivia Owner' });
  giosg.openCase(SANDBOX_VISITOR, {
    subject: 'Invoice shows the old address',
    description: 'We moved in March. Please send invoices to the new address.',
    status: 'Closed',
    owner: owner.id,
    channel: 'email',
  });
  giosg.openCase(SANDBOX_VISITOR, {
    subject: 'Parcel has not arrived',
    description: 'Ordered two weeks ago, and the tracking page says nothing.',
    status: 'In Progress',
    priority: 4,
    owner: owner.id,
    channel: 'whatsapp',
    unread: 2,
    waiting: true,
  });
  giosg.openCase(SANDBOX_VISITOR, { subject: 'Question about returns', channel: 'webchat', unread: 1 });
}
