import type { JsonObject } from './wire.ts';

/**
 * What goes wrong with a call. `when` says on which side of the effect: after it, the work was done and only the
 * answer is spoilt, which is the case an idempotent caller has to survive.
 */
export type FaultAction =
  | { kind: 'status'; status: number; when?: 'before' | 'after'; headers?: Record<string, string>; body?: string }
  | { kind: 'error'; error: string; when?: 'before' | 'after' }
  | { kind: 'rateLimit'; retryAfter: number }
  | { kind: 'drop'; when: 'before' | 'after' }
  /** Never answers. After: the effect comes at once, or `effectAfterMs` later. */
  | { kind: 'hang'; when: 'before' | 'after'; effectAfterMs?: number }
  | { kind: 'slow'; ms: number };

export interface FaultRule {
  /** A method's name, with `*` for anything: `chat.postMessage`, `chat.*`. */
  method: string;
  action: FaultAction;
  /** How many calls it hits; for ever when not given. */
  times?: number;
  /** Only calls with such parameters. */
  matches?: (params: JsonObject) => boolean;
}

export interface Faults {
  /** Returns what takes the rule away again. */
  add: (rule: FaultRule) => () => void;
  clear: () => void;
  /** The first rule that fits, counted as used. */
  take: (method: string, params: JsonObject) => FaultAction | undefined;
}

export function createFaults(): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];
  return {
    add: (rule) => {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.push(entry);
      return () => {
        rules = rules.filter((other) => other !== entry);
      };
    },
    clear: () => {
      rules = [];
    },
    take: (method, params) => {
      const entry = rules.find(({ rule, left }) => left > 0 && fits(rule, method) && (rule.matches?.(params) ?? true));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      return entry.rule.action;
    },
  };
}

function fits(rule: FaultRule, method: string): boolean {
  const pattern = rule.method.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${pattern.join('.*')}$`).test(method);
}
