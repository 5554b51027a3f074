import { describe, expect, test } from 'vitest';
import { leaksIn, leaksInWords, LeakRules, outgoingText } from '../../src/core/leaks.ts';

/** In one piece it would look like a real key to whoever searches the sources for some. */
const parted = (...pieces: readonly string[]): string => pieces.join('');

const rules = (more: object = {}): LeakRules => LeakRules.parse(more);
const foundIn = (text: string, more: object = {}) => leaksIn(text, rules(more));

describe('what should stay inside is found:', () => {
  test.each([
    ['a permalink', 'see https://acme.slack.com/archives/C0123/p1700000000000100'],
    ['one of a grid', 'acme.enterprise.slack.com/archives/C0123'],
    ['a file of Slack', 'https://files.slack.com/files-pri/T1-F1/plan.pdf'],
    ['the client', 'https://app.slack.com/client/T1/C1'],
  ])('%s', (_what, text) => {
    expect(foundIn(text)).toEqual(['slack']);
  });

  test.each([
    ['a bot token', parted('xox', 'b-12345678901-abcdefghijkl')],
    ['an access key of AWS', parted('use AKIA', 'ABCDEFGHIJKLMNOP please')],
    ['a token of GitHub', `ghp_${'a1B2'.repeat(9)}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
    ['a JWT, in an address too', parted('https://x.example/?t=eyJ', 'hbGciOiJI.eyJ', 'zdWIiOiIx.SflKxwRJSMeKKF2QT4')],
    ['a long sum', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['random letters', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY1'],
  ])('%s', (_what, text) => {
    expect(foundIn(text)).toEqual(['key']);
  });

  test.each([
    ['a host', 'look at https://WIKI.acme.com/page'],
    ['a host below', 'db1.eu.corp.acme.com is down'],
    ['a host without a dot', 'http://jira/browse/X-1'],
  ])('%s of the settings', (_what, text) => {
    expect(foundIn(text, { hosts: ['wiki.acme.com', '*.corp.acme.com', 'jira'] })).toEqual(['host']);
  });

  test('a pattern of the settings', () => {
    const patterns = ['INT-####', 'project * falcon', 'a+b(c)'];
    expect(foundIn('this is int-2041', { patterns })).toEqual(['pattern']);
    expect(foundIn('Project “Grey” Falcon', { patterns })).toEqual(['pattern']);
    expect(foundIn('A+B(C)', { patterns })).toEqual(['pattern']);
    expect(foundIn('project\nfalcon, int-20, aab', { patterns })).toEqual([]);
  });
});

test.each([
  'Your order 100200300400500600700800900 is on its way',
  'https://shop.example/reset?token=wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY12',
  'https://slack.com/help and https://acme.slack.com are fine',
  'Donaudampfschifffahrtsgesellschaftskapitänsmütze',
  'jo@wiki.acme.com answers, jira too, notcorp.acme.com.example also',
  '550e8400-e29b-41d4-a716-446655440000',
  'file_2026-11-21_final_version_of_the_invoice_for_customer.pdf',
  '=========================================',
])('everyday words are left alone: %s', (text) => {
  expect(foundIn(text, { hosts: ['wiki.acme.com', 'jira', '*.corp.acme.com'] })).toEqual([]);
});

test('a link is found under whatever words cover it', () => {
  const url = 'https://acme.slack.com/archives/C1/p1';
  const rich = [{ block: 'paragraph' as const, spans: [{ url, label: 'our talk' }], quote: 0 }];
  expect(leaksIn(outgoingText(rich), rules())).toEqual(['slack']);
});

test('nothing is asked about where the check is off', () => {
  expect(foundIn('https://acme.slack.com/archives/C1', { check: false })).toEqual([]);
});

test('the words say what was found, and repeat none of it', () => {
  const secret = parted('xox', 'b-12345678901-abcdefghijkl');
  const words = leaksInWords(foundIn(`${secret} https://acme.slack.com/archives/C1`));
  expect(words).toBe('It holds a link into Slack (customers cannot open it) and what looks like a key or a password.');
  expect(words).not.toContain('acme');
});

test('patterns that would stop everything, and hosts that are none, are refused', () => {
  expect(LeakRules.safeParse({ patterns: ['*a*'] }).success).toBe(false);
  expect(LeakRules.safeParse({ patterns: ['x'.repeat(201)] }).success).toBe(false);
  expect(LeakRules.safeParse({ hosts: ['https://acme.com/'] }).success).toBe(false);
});

test.each(['a', 'a.', 'eyJ', 'eyJa.', '-----BEGIN A', 'a-b.slack', '/', '@a', 'xoxb-', 'INT-1', 'é.', 'AKIA'])(
  'half a megabyte of “%s” is searched at once',
  (piece) => {
    const text = piece.repeat(Math.ceil(500_000 / piece.length));
    const began = performance.now();
    foundIn(text, { hosts: ['*.acme.com', 'x.y'], patterns: ['INT-#####', 'a*b*c*d', '*aaaa*aaab*'] });
    expect(performance.now() - began).toBeLessThan(3000);
  },
);
