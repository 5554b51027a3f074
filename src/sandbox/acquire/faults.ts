import type { RequestRecord } from './requests.ts';
import type { Staleness } from './state.ts';

/** Rules that make requests fail. What is done and what is answered are chosen apart, for the worst lies between. */
export interface Fault {
  method?: string;
  /** Path below /api/v1; `*` stands for anything. Absent: every path. */
  path?: string | RegExp;
  /** A closer look, at the body for instance. */
  when?: (request: RequestRecord) => boolean;
  /** How many requests it hits; absent: all until it is cleared. */
  times?: number;
  /** Matching requests that pass unharmed first. */
  skip?: number;
  /** Chance that a matching request is hit, for runs at random. */
  chance?: number;
  /** Whether the request takes effect: not at all, before the answer, or `lateMs` after it came in. */
  effect?: 'none' | 'done' | 'late';
  lateMs?: number;
  /** What it writes is not read for so long, as if `staleReads` were on for this request alone. */
  stale?: Staleness;
  /** `genuine` is what a healthy server says; `drop` cuts the connection, `hang` never answers. */
  answer: 'genuine' | 'drop' | 'hang' | { status: number; retryAfter?: number; body?: unknown };
  /** Waiting time before the answer; the effect, if any, comes first. */
  slowMs?: number;
}

export class Faults {
  readonly #random: () => number;
  readonly #rules = new Map<Fault, { left: number; skip: number }>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The returned function takes the rule out again. */
  add(fault: Fault): () => void {
    this.#rules.set(fault, { left: fault.times ?? Number.POSITIVE_INFINITY, skip: fault.skip ?? 0 });
    return () => this.#rules.delete(fault);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The first rule that hits this request, counted as used. */
  take(request: RequestRecord): Fault | undefined {
    for (const [fault, count] of this.#rules) {
      if (count.left === 0 || !matches(fault, request)) continue;
      if (count.skip > 0) {
        count.skip -= 1;
        continue;
      }
      if (fault.chance !== undefined && this.#random() >= fault.chance) continue;
      count.left -= 1;
      return fault;
    }
    return undefined;
  }
}

function matches(fault: Fault, request: RequestRecord): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.path !== undefined && !pattern(fault.path).test(request.path)) return false;
  return fault.when?.(request) ?? true;
}

function pattern(path: string | RegExp): RegExp {
  if (path instanceof RegExp) return path;
  const parts = path.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}
