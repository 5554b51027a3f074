import { z } from 'zod';
import { Start, type Called, type Condition, type Escalation, type Mentions, type Route } from './route.ts';
import type { Hours } from './hours.ts';
import { HoursOfTeam } from './hours-file.ts';
import { AgentId, ChannelId, MemberId } from './ids.ts';
import { ChannelSettings, type GiosgSettings } from './settings.ts';
import { strict } from './strict.ts';
import { IdentityChoices } from './visitor-identity.ts';

/** The routes file as people write it. Every message says what is wrong and what would be right; none shows a value. */

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE };
const MOST_WAIT_MS = 30 * 24 * 60 * MINUTE;

const Channel = z
  .string({ error: 'is not a channel id; expected one such as C0123456789' })
  .regex(/^[CG][A-Z0-9]+$/, 'is not a channel id; expected one such as C0123456789 (names change)')
  .pipe(ChannelId);

/** The same for what is only named: a name, a rule, hours. */
const Name = z
  .string({ error: 'is not a name; expected a word or a few' })
  .regex(/^[^\s@](?:[^@\n]{0,38}[^\s@])?$/u, 'is not a name; expected at most 40 characters, without @');

const Wait = z
  .string({ error: 'is not a span of time; expected one such as 10m, 2h or 1d' })
  .transform((text, context) => {
    const [, amount = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
    const ms = Number(amount) * (UNITS[unit] ?? 0);
    if (ms > 0 && ms <= MOST_WAIT_MS) return ms;
    context.addIssue('is not a span of time; expected one such as 10m, 2h or 1d, at most 30d');
    return z.NEVER;
  });

const Called = z
  .string({ error: 'is not somebody to mention; expected a member id such as U0123 or a user group id such as S0123' })
  .transform((id, context): Called => {
    if (/^S[A-Z0-9]+$/.test(id)) return { group: id };
    if (/^[UW][A-Z0-9]+$/.test(id)) return { member: MemberId.parse(id) };
    context.addIssue('is not somebody to mention; expected a member id such as U0123 or a user group id such as S0123');
    return z.NEVER;
  });

const oneOrMore = <T>(one: z.ZodType<T>, most = 50): z.ZodType<readonly T[]> =>
  z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]),
    z.array(one).min(1, 'is empty; expected at least one').max(most),
  );

const Turns = strict({
  turns: z
    .array(
      Called.refine(
        (called) => 'member' in called,
        'is no member; only members take turns, expected ids such as U0123',
      ),
    )
    .min(2, 'names fewer than two members; expected those who take turns'),
});

const Mentions = z.unknown().transform((given, context): Mentions => {
  const hasTurns = typeof given === 'object' && given !== null && !Array.isArray(given);
  const read = hasTurns ? Turns.safeParse(given) : oneOrMore(Called).safeParse(given);
  if (!read.success) {
    pass(read.error, context);
    return z.NEVER;
  }
  return 'turns' in read.data ? { turns: true, who: read.data.turns } : { turns: false, who: read.data };
});

/** Problems of an inner value, where they are. */
const pass = ({ issues }: z.ZodError, context: z.core.$RefinementCtx): void => {
  for (const issue of issues) context.issues.push({ ...issue, input: undefined });
};

const WAYS = 'expected text, or a list of texts, in which * stands for anything';
const Pattern = z
  .union([z.string(), z.number(), z.boolean()], { error: `is no text; ${WAYS}` })
  .transform(String)
  .refine((text) => text.trim() !== '', `is empty; ${WAYS}`);
const Patterns = oneOrMore(Pattern, 500);

/** What Acquire tells of a case, where any other value would never come. */
const oneOfMany = (fits: RegExp, problem: string): z.ZodType<readonly string[]> =>
  oneOrMore(
    Pattern.refine((text) => text.includes('*') || fits.test(text.trim()), problem),
    500,
  );

const CHANNELS = ['chat', 'mail', 'sms', 'voip', 'audio-call', 'video-call', 'private-form'];
const ChannelPatterns = oneOfMany(
  new RegExp(`^(?:${CHANNELS.join('|')})$`, 'iu'),
  `is no channel of Acquire; expected ${CHANNELS.join(', ')}, or one of your own with a * in it`,
);
const QueuePatterns = oneOfMany(/^\d{1,19}$/u, 'is no number of a queue; expected one such as 15');

const ByKey = z.record(z.string(), Patterns, { error: 'is no map; expected names of fields with their values' });

const When = strict({
  channel: ChannelPatterns.optional(),
  department: Patterns.optional(),
  queue: QueuePatterns.optional(),
  tag: Patterns.optional(),
  title: Patterns.optional(),
  contact: ByKey.optional(),
  fields: ByKey.optional(),
  open: Name.optional(),
  closed: Name.optional(),
});
type When = z.infer<typeof When>;

const ruleShape = {
  name: Name,
  when: When.optional(),
  channel: Channel.optional(),
  start: Start.default('message'),
  mentions: Mentions.optional(),
  hours: Name.optional(),
  remind: Wait.optional(),
  escalate: strict({ after: Wait, channel: Channel, mentions: oneOrMore(Called).optional() }).optional(),
};

/** Defaults belong to the channel: a rule holds only what is written in it. */
const overrides = Object.fromEntries(
  Object.entries(ChannelSettings.shape).map(([name, schema]) => [
    name,
    (schema instanceof z.ZodDefault ? schema.unwrap() : schema).optional(),
  ]),
);

const Rule = strict({ ...overrides, ...ruleShape }).superRefine(({ channel, start }, context) => {
  const message = 'is missing; expected the id of the channel where threads start, or start: never';
  if (channel === undefined && start !== 'never') context.addIssue({ code: 'custom', path: ['channel'], message });
});
type Rule = z.infer<typeof Rule>;

const Person = z
  .string()
  .regex(
    /^(?:[UW][A-Z0-9]+|[^\s@]+@[^\s@]+)$/,
    'is neither a member id nor an e-mail address; expected U0123 or anna@example.com',
  );
const AgentNumber = z
  .union([z.string(), z.number()], { error: 'is no number of an agent; expected the number of a user in Acquire' })
  .transform(String)
  .pipe(z.string().regex(/^[1-9]\d{0,18}$/, 'is no number of an agent; expected the number of a user in Acquire'))
  .pipe(AgentId);

const Giosg = strict({
  identity: IdentityChoices.default({}),
  external_id_field: z
    .string({ error: 'is no name of a field; expected one such as customer_number' })
    .min(1, 'is empty; expected the name of a field such as customer_number')
    .max(60)
    .nullable()
    .default(null),
});

/** What the file holds, with its names resolved. */
export type RoutesContent = {
  readonly channels: ReadonlyMap<ChannelId, ChannelSettings>;
  readonly routes: readonly Route[];
  readonly people: ReadonlyMap<string, AgentId>;
  readonly giosg: GiosgSettings | null;
};

export const RoutesFile: z.ZodType<RoutesContent> = strict({
  channels: z
    .record(Channel, ChannelSettings, { error: 'is no map; expected channel ids with their settings' })
    .default({}),
  hours: z.record(Name, HoursOfTeam, { error: 'is no map; expected names of business hours' }).default({}),
  people: z.record(Person, AgentNumber, { error: 'is no map; expected members with numbers of agents' }).default({}),
  giosg: Giosg.optional(),
  routes: z.array(Rule, { error: 'is no list; expected rules, each with a name and a channel' }).default([]),
}).transform(({ channels, hours, people, giosg, routes }, context): RoutesContent => {
  const named = new Map(Object.entries(hours));
  return {
    channels: new Map(Object.entries(channels).map(([id, settings]) => [ChannelId.parse(id), settings])),
    people: new Map(Object.entries(people).map(([who, agent]) => [who.includes('@') ? who.toLowerCase() : who, agent])),
    giosg: giosg === undefined ? null : { identity: giosg.identity, externalIdField: giosg.external_id_field },
    routes: routes.map((rule, at) => {
      const wrong: Wrong = (path, message) =>
        context.addIssue({ code: 'custom', path: ['routes', at, ...path], message });
      checkRule(rule, { at, all: routes, named, wrong });
      return routeFrom(rule, named);
    }),
  };
});

type Wrong = (path: readonly string[], message: string) => void;
type Place = {
  readonly at: number;
  readonly all: readonly Rule[];
  readonly named: ReadonlyMap<string, Hours>;
  readonly wrong: Wrong;
};

const takesAll = ({ when = {} }: Rule): boolean => Object.keys(when).length === 0;

const checkRule = (rule: Rule, { at, all, named, wrong }: Place): void => {
  const before = all.slice(0, at);
  if (before.some(({ name }) => name === rule.name))
    wrong(['name'], 'is the name of an earlier rule; expected one of its own');
  const catchAll = before.find(takesAll);
  if (catchAll !== undefined)
    wrong(['name'], `is never reached: “${catchAll.name}” before it takes every case; expected that one at the end`);
  const known = [...named.keys()];
  const right = known.length === 0 ? 'expected a name that stands under hours' : `expected ${known.join(' or ')}`;
  const check = (path: readonly string[], name: string | undefined): void => {
    if (name !== undefined && !named.has(name)) wrong(path, `names no business hours; ${right}`);
  };
  check(['when', 'open'], rule.when?.open);
  check(['when', 'closed'], rule.when?.closed);
  check(['hours'], rule.hours);
  const waits = rule.remind !== undefined || rule.escalate !== undefined;
  if (waits && rule.hours === undefined && named.size > 1)
    wrong(['hours'], `is missing; expected the hours in which waiting counts, ${known.join(' or ')}`);
};

const routeFrom = (rule: Rule, named: ReadonlyMap<string, Hours>): Route => ({
  name: rule.name,
  conditions: conditionsOf(rule.when ?? {}, named),
  channel: rule.channel ?? null,
  start: rule.start,
  settings: Object.fromEntries(
    Object.entries(rule).filter(([key, value]) => key in overrides && !(key in ruleShape) && value !== undefined),
  ),
  mentions: rule.mentions ?? null,
  remind: rule.remind ?? null,
  escalate: escalationOf(rule),
  hours: hoursOf(rule, named),
});

const escalationOf = ({ escalate }: Rule): Escalation | null =>
  escalate === undefined
    ? null
    : { after: escalate.after, channel: escalate.channel, mentions: escalate.mentions ?? [] };

/** A team with one kind of hours need not name them in every rule. */
const hoursOf = ({ hours }: Rule, named: ReadonlyMap<string, Hours>): Hours | null => {
  if (hours !== undefined) return named.get(hours) ?? null;
  const [only = null] = named.values();
  return named.size === 1 ? only : null;
};

const FACTS = ['channel', 'department', 'queue', 'tag', 'title'] as const;

const conditionsOf = (when: When, named: ReadonlyMap<string, Hours>): readonly Condition[] => {
  const of = (on: 'contact' | 'field', values: When['contact']): Condition[] =>
    Object.entries(values ?? {}).map(([key, patterns]) => ({ on, key, patterns }));
  const at = (open: boolean, name: string | undefined): Condition[] => {
    const hours = name === undefined ? undefined : named.get(name);
    return name === undefined || hours === undefined ? [] : [{ on: 'hours', name, hours, open }];
  };
  return [
    ...FACTS.flatMap((on): Condition[] => {
      const patterns = when[on];
      return patterns === undefined ? [] : [{ on, patterns }];
    }),
    ...of('contact', when.contact),
    ...of('field', when.fields),
    ...at(true, when.open),
    ...at(false, when.closed),
  ];
};
