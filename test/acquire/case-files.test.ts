import { expect, test } from 'vitest';
import { filesIn } from '../../src/acquire/case-files.ts';
import { attachmentsFor } from '../../src/acquire/mail-attachments.ts';

const ORIGIN = 'https://acme.acquire.io';
const inRow = (row: Partial<Parameters<typeof filesIn>[0]>) =>
  filesIn({ message: '', meta: undefined, attachments: undefined, ...row }, ORIGIN);

const A = { url: 'https://cdn.example.com/x/a.png', name: 'a.png', type: null, size: null };

test.each([
  ['an address', ['https://cdn.example.com/x/a.png']],
  ['an object with an address', [{ url: 'https://cdn.example.com/x/a.png' }]],
  ['the keys of Postmark', [{ Name: 'a.png', URL: 'https://cdn.example.com/x/a.png' }]],
  ['one that is no list', { src: 'https://cdn.example.com/x/a.png' }],
])('an attachment may be %s', (_what, attachments) => expect(inRow({ attachments })).toEqual([A]));

test('an attachment says name, type and size where it can', () => {
  const attachments = [{ filename: 'b c.pdf', mimeType: 'application/pdf', size: 12, link: '/uploads/7/x' }];

  expect(inRow({ attachments })).toEqual([
    { url: `${ORIGIN}/uploads/7/x`, name: 'b c.pdf', type: 'application/pdf', size: 12 },
  ]);
});

test('one without an address is known by name, so that it can be told', () => {
  expect(inRow({ attachments: [{ name: 'lost.pdf' }] })).toEqual([
    { url: '', name: 'lost.pdf', type: null, size: null },
  ]);
});

test.each([
  ['nothing', []],
  ['null', null],
  ['numbers', [1, 2]],
  ['other schemes', ['javascript:alert(1)', 'file:///etc/passwd', { url: 'data:text/plain,x' }]],
])('%s is no file', (_what, attachments) => expect(inRow({ attachments })).toEqual([]));

test('meta is looked through for files, wherever they stand in it', () => {
  const meta = { a: [{ b: { file: { url: 'https://cdn.example.com/x/a.png', type: 'image/png', size: 3 } } }] };

  expect(inRow({ meta })).toEqual([{ ...A, type: 'image/png', size: 3 }]);
});

test.each([
  ['the page that the customer looks at', { page: { url: 'https://shop.example.com/catalogue.pdf' } }],
  ['an address alone', { url: 'https://shop.example.com/a.html' }],
  ['a picture of the customer', { avatar: { url: `${ORIGIN}/me.png`, type: 'image/png' } }],
  ['a session', { sessionId: 3711819272, queues: [], timeline: { id: 5 } }],
])('%s in meta is no file', (_what, meta) => expect(inRow({ meta })).toEqual([]));

test.each([
  ['Acquire’s own', 'see https://files.acquire.io/u/a.png please', 'https://files.acquire.io/u/a.png'],
  ['the account’s own', `${ORIGIN}/u/a.png.`, `${ORIGIN}/u/a.png`],
  ['inside HTML', `<p><img src="${ORIGIN}/u/a.png?x=1&amp;y=2"></p>`, `${ORIGIN}/u/a.png?x=1&y=2`],
])('an address in the text is a file when it is %s', (_what, message, url) =>
  expect(inRow({ message })).toEqual([{ url, name: 'a.png', type: null, size: null }]),
);

test.each([
  'https://example.com/a.png',
  'http://files.acquire.io/a.png',
  'https://acquire.io.example.com/a.png',
  'https://notacquire.io/a.png',
  'https://files.acquire.io/settings',
  'http://127.0.0.1/a.png',
])('a customer’s own link is none: %s', (message) => expect(inRow({ message })).toEqual([]));

test('one file that is named in two places is one file', () => {
  const url = `${ORIGIN}/u/a.png`;

  expect(inRow({ message: url, attachments: [url], meta: { file: url } })).toHaveLength(1);
});

type Deep = { next?: Deep };

test('a row that is made to be endless is looked at for a moment only', () => {
  const deep: Deep = {};
  let at = deep;
  for (let depth = 0; depth < 100_000; depth += 1) {
    at.next = {};
    at = at.next;
  }
  const wide = Array.from({ length: 100_000 }, (_, index) => ({ url: `${ORIGIN}/${index}.png`, type: 'image/png' }));
  const started = Date.now();

  inRow({ meta: deep });
  const found = inRow({ meta: { wide }, message: 'https://'.repeat(130_000) });

  expect(found.length).toBeLessThanOrEqual(20);
  expect(Date.now() - started).toBeLessThan(3000);
});

test('a mail takes files in the form of Postmark', () => {
  expect(attachmentsFor([{ name: 'a.png', type: 'image/png', content: 'eA==' }])).toEqual([
    { Name: 'a.png', ContentType: 'image/png', Content: 'eA==' },
  ]);
});
