import type { EventOf } from './event.ts';
import { kindOf } from './kind.ts';
import { saysTime, TIME_EXAMPLES, timeProblem } from './times.ts';

/** What was filled into a form, and what is wrong with it. */

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;
const PHONE = /^\+?[\d\s().-]{5,25}$/u;

export const typed = (event: EventOf<'form'>, name: string): string => chosen(event, name)[0] ?? '';

/** All values of a field that takes several. */
export const chosen = (event: EventOf<'form'>, name: string): readonly string[] => {
  const value = event.fields[name] ?? [];
  return (typeof value === 'string' ? [value] : value).map((one) => one.trim()).filter((one) => one !== '');
};

/** What is wrong with a submitted form, by field; empty when nothing is. */
export const errorsOf = (event: EventOf<'form'>): Readonly<Record<string, string>> => {
  const at = (name: string): string => typed(event, name);
  if (event.form === 'reply' || event.form === 'note') {
    if (at('text') === '') return { text: 'Nothing is written here yet.' };
    return event.form === 'reply' && isPrivate(at('text')) ? { text: PRIVATE } : {};
  }
  switch (event.form) {
    case 'snooze':
      return snoozeErrors(event);
    case 'invite':
      return ['members', 'agent', 'department'].every((name) => at(name) === '')
        ? { members: 'Choose somebody: a member, an agent or a department.' }
        : {};
    case 'assign':
      return at('to') === '' ? { to: 'Choose a member.' } : {};
    case 'open':
      return openErrors(at);
    default:
      return {};
  }
};

/** The habit of the thread: who begins so does not mean the customer, whatever form is open. */
const isPrivate = (text: string): boolean => kindOf(text, 'reply').kind !== 'reply';
const PRIVATE =
  'This begins like a note, or like what stays in Slack, but would go to the customer. Use “Internal note”, or begin it otherwise.';

const snoozeErrors = (event: EventOf<'form'>): Readonly<Record<string, string>> => {
  const until = typed(event, 'until');
  if (until !== '' && !saysTime(until)) return { until: timeProblem(until, 'unknown') };
  return until === '' && typed(event, 'for') === '' ? { until: `Say until when: ${TIME_EXAMPLES}.` } : {};
};

const openErrors = (at: (name: string) => string): Readonly<Record<string, string>> => {
  const errors: Record<string, string> = {};
  const isNew = at('new_name') !== '' || at('new_email') !== '' || at('new_phone') !== '';
  if (at('contact') === '' && !isNew) errors['contact'] = 'Choose a contact, or fill in a new one below.';
  if (at('contact') !== '' && isNew)
    errors['new_name'] = 'Either choose a contact above or fill in a new one, not both.';
  if (isNew && at('new_name') === '') errors['new_name'] = 'A new contact needs a name.';
  if (isNew && at('new_email') === '' && at('new_phone') === '')
    errors['new_email'] = 'A new contact needs an e-mail address or a phone number.';
  if (at('new_email') !== '' && !EMAIL.test(at('new_email')))
    errors['new_email'] = 'This is not an e-mail address, e.g. jo@example.com.';
  if (at('new_phone') !== '' && !PHONE.test(at('new_phone')))
    errors['new_phone'] = 'This is not a phone number, e.g. +358 40 123 4567.';
  if (at('title') === '') errors['title'] = 'A subject is needed.';
  if (isPrivate(at('first'))) errors['first'] = PRIVATE;
  return errors;
};
