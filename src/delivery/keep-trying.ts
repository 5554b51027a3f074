import { NotStored } from './errors.ts';
import type { Instant } from './ports.ts';

const AGAIN_MS = 200;

/** Repeats a write while the store is out of order, until the claim it belongs to is over anyway. */
export async function keepTrying(
  write: () => Promise<void>,
  clock: { until: Instant; now: () => Instant },
): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (!(error instanceof NotStored) || clock.now() >= clock.until) throw error;
      await pause();
    }
  }
}

/** Holds up no process that is about to end: the attempt is then looked up after the next start. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, AGAIN_MS).unref();
  });
}
