/** Delay before the next try: doubles from `firstMs` up to `capMs`, then a share of it is left to chance. */
export type Backoff = {
  readonly firstMs: number;
  readonly capMs: number;
  /** 0: always the full delay. 0.5: between half and all of it, so that many waiting do not come at once. */
  readonly jitter: number;
};

const RETRY: Backoff = { firstMs: 1_000, capMs: 300_000, jitter: 0.3 };

/** Beyond this a power of two says nothing more; any cap is reached before. */
const MAX_DOUBLINGS = 40;

/** `attempt` counts from 1; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number, { firstMs, capMs, jitter }: Backoff = RETRY): number {
  const doublings = Math.min(Math.max(Math.trunc(attempt) - 1, 0), MAX_DOUBLINGS);
  const full = Math.min(firstMs * 2 ** doublings, capMs);

  return Math.round(full * (1 - jitter * random));
}
