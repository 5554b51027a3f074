import type { Stage } from '../stage.ts';
import type { Channel, Talk } from './talk.ts';

/** A scripted fault. Its steps are played by people on both sides; what became of their messages is judged afterwards. */
export interface Rehearsal {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  readonly expects: string;
  /** About how long it takes, as the product's own waits make it. */
  readonly seconds: number;
  readonly play: (play: Play) => Promise<void>;
}

/** What a script is given. */
export interface Play {
  readonly stage: Stage;
  /** `act` answers what was seen; `waits` is what somebody who waits for it is told. */
  readonly step: (title: string, act: () => Promise<string> | string, waits?: string) => Promise<void>;
  /** A step of its own: a customer writes, and a thread starts. */
  readonly open: (text: string, channel?: Channel) => Promise<Talk>;
  /** A conversation that is judged, too; nothing is waited for. */
  readonly begin: (text: string, channel?: Channel) => Talk;
  readonly fault: (id: string, on: boolean) => Promise<void>;
}
