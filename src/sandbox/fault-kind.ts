import type { AppProcess } from './app-process.ts';
import type { Fault as AcquireFault } from './acquire/faults.ts';
import type { WebhookChoice } from './acquire/options.ts';
import type { AcquireSimulator } from './acquire/server.ts';
import type { Weather } from './acquire/webhooks.ts';
import type { EventFaultRule } from './slack/events.ts';
import type { FaultRule } from './slack/faults.ts';
import type { SlackSimulator } from './slack/server.ts';

/** What a fault of this stage is, and the ways in which one begins and ends. */

export interface World {
  readonly slack: SlackSimulator;
  readonly acquire: AcquireSimulator;
  readonly app: AppProcess;
  /** Where Acquire tells the app of cases, when nothing is wrong. */
  readonly webhook: WebhookChoice;
}

export type FaultSide = 'Slack' | 'Acquire' | 'Events of Slack' | 'Webhooks of Acquire' | 'The app';

export interface FaultKind {
  readonly id: string;
  readonly side: FaultSide;
  readonly name: string;
  /** What will happen, and why nothing is lost. */
  readonly says: string;
  /** Where it cannot be played, it is not offered. */
  readonly isPossible?: () => boolean;
  /** `hit`: called each time that something meets the fault. */
  readonly begin: (world: World, hit: () => void) => Begun | Promise<Begun>;
}

export interface Begun {
  readonly end: () => unknown;
  /** For what dies with the process: called when the app runs again. */
  readonly again?: () => void;
}

export const onSlack =
  (rule: Omit<FaultRule, 'matches'>): FaultKind['begin'] =>
  ({ slack }, hit) => ({ end: slack.faults.add({ ...rule, matches: counted(hit) }) });

export const onAcquire =
  (fault: AcquireFault) =>
  ({ acquire }: World, hit: () => void): Begun => ({ end: acquire.faults.add({ ...fault, when: counted(hit) }) });

export const onEvents =
  (action: EventFaultRule['action']): FaultKind['begin'] =>
  ({ slack }, hit) => {
    const end = slack.eventFault({
      action,
      matches: ({ type, bot_id }) => type === 'message' && bot_id === undefined && counted(hit)(),
    });
    return { end };
  };

export const onWebhooks =
  (weather: Weather): FaultKind['begin'] =>
  ({ acquire }, hit) => {
    const { webhooks } = acquire;
    webhooks.weather = { ...webhooks.weather, ...weather };
    let seen = webhooks.log.length;
    const unsubscribe = acquire.subscribe(() => {
      for (; seen < webhooks.log.length; seen += 1) hit();
    });
    const end = (): void => {
      unsubscribe();
      const rest = Object.entries(webhooks.weather).filter(([kind]) => !(kind in weather));
      webhooks.weather = Object.fromEntries(rest);
    };
    return { end };
  };

function counted(hit: () => void): () => true {
  return () => {
    hit();
    return true;
  };
}

/** What was written is neither read nor told of, until the fault ends. */
export const unseenByAcquire =
  (fault: AcquireFault): FaultKind['begin'] =>
  (world, hit) => {
    const { end } = onAcquire({ ...fault, stale: { ms: Number.POSITIVE_INFINITY, untold: true } })(world, hit);
    return {
      end: () => {
        end();
        world.acquire.showAll();
      },
    };
  };
