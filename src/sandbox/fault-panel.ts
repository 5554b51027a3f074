import type { Begun, FaultKind, FaultSide, World } from './fault-kind.ts';
import { faultKinds } from './faults.ts';

/** The switches of all faults. They stay as they are when the app ends and starts again. */

export interface ShownFault {
  readonly id: string;
  readonly side: FaultSide;
  readonly name: string;
  readonly says: string;
  readonly on: boolean;
  /** When it was switched on; null while it is off. */
  readonly since: number | null;
  /** How often something met it since then. */
  readonly hits: number;
}

export interface FaultPanel {
  readonly list: () => readonly ShownFault[];
  readonly active: () => readonly string[];
  /** Resolves when it is so. Rejects, with words for people, when it cannot be. */
  readonly set: (id: string, on: boolean) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** To be called when the app runs again: some faults end with the process. */
  readonly appIsBack: () => void;
}

interface Active {
  readonly begun: Begun;
  readonly since: number;
  hits: number;
}

export function createFaultPanel(world: World, tell: () => void): FaultPanel {
  const kinds = faultKinds();
  const active = new Map<string, Active>();
  let turn: Promise<unknown> = Promise.resolve();

  const kindOf = (id: string): FaultKind => {
    const kind = kinds.find((one) => one.id === id);
    if (kind === undefined)
      throw new Error(`there is no fault ${id}; there are: ${kinds.map((one) => one.id).join(', ')}`);
    return kind;
  };

  const begin = async (kind: FaultKind): Promise<void> => {
    const { state } = world.app;
    if (kind.side === 'The app' && state !== 'ready') throw new Error(`this cannot be done now: the app is ${state}`);
    let hits = 0;
    const begun = await kind.begin(world, () => {
      hits += 1;
      const now = active.get(kind.id);
      if (now !== undefined) now.hits = hits;
    });
    active.set(kind.id, { begun, since: Date.now(), hits });
  };

  const end = async (id: string, { begun }: Active): Promise<void> => {
    await begun.end();
    active.delete(id);
  };

  const change = async (id: string, on: boolean): Promise<void> => {
    const kind = kindOf(id);
    const now = active.get(id);
    if (on === (now !== undefined)) return;
    if (now === undefined) await begin(kind);
    else await end(id, now);
    tell();
  };

  /** One after another: to start the app takes a moment, and nothing may come between. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const clear = async (): Promise<void> => {
    for (const [id, one] of [...active].toReversed()) await end(id, one);
    tell();
  };

  return {
    list: () =>
      kinds.map(({ id, side, name, says }) => {
        const { since = null, hits = 0 } = active.get(id) ?? {};
        return { id, side, name, says, on: since !== null, since, hits };
      }),
    active: () => [...active.keys()],
    set: (id, on) => inTurn(() => change(id, on)),
    clear: () => inTurn(clear),
    appIsBack: () => {
      for (const { begun } of active.values()) begun.again?.();
    },
  };
}
