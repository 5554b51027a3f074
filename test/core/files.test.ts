import { expect, test } from 'vitest';
import { leftOutTold, sharedWords } from '../../src/core/file-words.ts';
import { fileName, linkName, sizeInWords } from '../../src/core/files.ts';
import { MemberId } from '../../src/core/ids.ts';

test.each([
  ['report.pdf', 'report.pdf'],
  ['  my   report .pdf ', 'my report.pdf'],
  ['../../etc/passwd', 'etc passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['.htaccess', 'htaccess'],
  ['a\u0000b\nc.txt', 'a b c.txt'],
  ['invoice\u202Efdp.exe', 'invoice fdp.exe'],
  ['<script>"x".js', 'script x.js'],
  ['räkning.pdf', 'räkning.pdf'],
  ['写真.jpg', '写真.jpg'],
  ['', 'file'],
  ['...', 'file'],
  ['.pdf', 'pdf'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(120)}.pdf`],
])('the name “%s” becomes “%s”', (given, name) => expect(fileName(given)).toBe(name));

test.each([
  ['report.pdf', 'report.pdf'],
  ['Übersicht 2026 (final).PDF', 'Ubersicht-2026-final.pdf'],
  ['写真.jpg', 'file.jpg'],
  ['no extension', 'no-extension'],
  ['a/../b.txt', 'a-b.txt'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(60)}.pdf`],
])('a link calls “%s” “%s”', (name, inLink) => expect(linkName(name)).toBe(inLink));

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [15_499, '15 kB'],
  [999_499, '999 kB'],
  [999_600, '1.0 MB'],
  [25_000_000, '25 MB'],
  [1_200_000_000, '1.2 GB'],
  [5_000_000_000_000, '5000 GB'],
])('%s bytes are %s', (bytes, words) => expect(sizeInWords(bytes)).toBe(words));

test('what goes to the customer holds a name as text, never as markup', () => {
  const { text, html } = sharedWords({ name: '<b>&"x".pdf', size: 5 }, 'https://a.example/files/t/x.pdf?a=1&b=2');

  expect(text).toBe('b & x.pdf (5 bytes)\nhttps://a.example/files/t/x.pdf?a=1&b=2');
  expect(html).toBe('<p><a href="https://a.example/files/t/x.pdf?a=1&amp;b=2">b &amp; x.pdf</a> (5 bytes)</p>');
});

test('files that are left out for one reason are told together', () => {
  const told = leftOutTold(MemberId.parse('U1'), [
    { name: 'a.png', why: 'no_link' },
    { name: 'b.png', why: { above: 25_000_000 } },
    { name: 'c.png', why: 'no_link' },
  ]);

  expect(told.summary).toContain('These files were not sent: a.png, c.png (PUBLIC_URL is not set');
  expect(told.summary).toContain('This file was not sent: b.png (larger than 25 MB).');
});
