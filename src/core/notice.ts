import { z } from 'zod';
import { MemberId } from './ids.ts';
import { RichText } from './rich-text.ts';

/**
 * What casebridge says in Slack, as a small document. All words are chosen in core; the Slack room only draws. Text
 * is literal everywhere: nothing in it is markup, whoever wrote it.
 */

export const Inline = z.union([
  z.string(),
  z.object({ strong: z.string() }),
  z.object({ code: z.string() }),
  z.object({ member: MemberId }),
  /** A user group: everybody in it is called. */
  z.object({ group: z.string() }),
  z.object({ url: z.string(), label: z.string() }),
  /** A moment (ms), which each reader sees by their own clock. */
  z.object({ at: z.number() }),
]);
export type Inline = z.infer<typeof Inline>;

export const Button = z.object({
  action: z.string(),
  label: z.string(),
  value: z.string(),
  style: z.enum(['plain', 'primary', 'danger']),
  /** Slack's own dialog before the press counts. */
  confirm: z.object({ title: z.string(), text: z.string(), yes: z.string() }).nullable(),
});
export type Button = z.infer<typeof Button>;

export const Part = z.discriminatedUnion('part', [
  z.object({ part: z.literal('title'), text: z.string() }),
  /** Line breaks inside a piece of text are kept. */
  z.object({ part: z.literal('text'), text: z.array(Inline) }),
  /** What somebody else wrote, with its styles. A link in it shows where it leads. */
  z.object({ part: z.literal('rich'), blocks: RichText }),
  /** What somebody else wrote, set apart. */
  z.object({ part: z.literal('quote'), text: z.array(Inline) }),
  /** Small grey line. */
  z.object({ part: z.literal('small'), text: z.array(Inline) }),
  z.object({ part: z.literal('fields'), fields: z.array(z.object({ label: z.string(), value: z.array(Inline) })) }),
  z.object({ part: z.literal('list'), items: z.array(z.array(Inline)) }),
  z.object({ part: z.literal('buttons'), buttons: z.array(Button) }),
  z.object({ part: z.literal('divider') }),
]);
export type Part = z.infer<typeof Part>;

export const Notice = z.object({
  /** What a notification and a screen reader say; plain text. */
  summary: z.string(),
  parts: z.array(Part),
});
export type Notice = z.infer<typeof Notice>;

/** Under whose name a message appears, where Slack grants that; otherwise the name leads the text. */
export const PostAs = z.object({ name: z.string(), icon: z.enum(['contact', 'agent', 'bot', 'note']) });
export type PostAs = z.infer<typeof PostAs>;

export const Choice = z.object({ value: z.string(), label: z.string() });
export type Choice = z.infer<typeof Choice>;

/** A field of a form. `field` is the name under which its value comes back (`FormSubmitted.fields`). */
export const Field = z.object({
  part: z.literal('field'),
  field: z.string(),
  label: z.string(),
  hint: z.string().nullable(),
  optional: z.boolean(),
  input: z.discriminatedUnion('input', [
    z.object({ input: z.literal('line'), initial: z.string() }),
    z.object({ input: z.literal('lines'), initial: z.string() }),
    z.object({ input: z.literal('choice'), choices: z.array(Choice), initial: z.string().nullable() }),
    /** Choices are asked for while the member types. */
    z.object({ input: z.literal('search') }),
    /** `most`: how many may be chosen. */
    z.object({ input: z.literal('members'), most: z.number().int().nullable().default(null) }),
    z.object({ input: z.literal('channel'), initial: z.string().nullable() }),
  ]),
});
export type Field = z.infer<typeof Field>;

/** A modal. Without `submit` it only shows. */
export const Form = z.object({
  form: z.string(),
  title: z.string(),
  submit: z.string().nullable(),
  /** Comes back with the submission; ids only. */
  context: z.string(),
  parts: z.array(z.union([Field, Part])),
});
export type Form = z.infer<typeof Form>;

/** A notice of one paragraph. */
export const say = (...text: readonly Inline[]): Notice => ({
  summary: text.map(plainInline).join(''),
  parts: [{ part: 'text', text: [...text] }],
});

export const plainInline = (inline: Inline): string => {
  if (typeof inline === 'string') return inline;
  if ('strong' in inline) return inline.strong;
  if ('code' in inline) return inline.code;
  if ('member' in inline) return 'a member';
  if ('group' in inline) return 'a group';
  if ('at' in inline) return moment(inline.at);
  return inline.label;
};

/** A moment for people of any time zone: `2026-11-21 14:05 UTC`. */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
