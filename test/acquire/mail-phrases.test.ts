import { expect, test } from 'vitest';
import {
  isAttribution,
  isDeviceLine,
  isForwardMark,
  isHeader,
  isOriginalMark,
} from '../../src/acquire/mail-phrases.ts';

test.each([
  'Sent from my iPhone',
  'Sent from Outlook for iOS',
  'Sent from Mail for Windows',
  'Sent from Yahoo Mail on Android',
  'Sent with Proton Mail secure email.',
  'Get Outlook for Android<https://aka.ms/x>',
  'Yahoo Mail: Search, Organize, Conquer',
  'Lähetetty iPhonesta',
  'Lähetetty Samsung Galaxy -älypuhelimesta',
  'Lähetetty Outlookista iOS:lle',
  'Hanki Outlook for iOS',
  'Skickat från min iPhone',
  'Skickat från Outlook för Android',
  'Hämta Outlook för iOS',
  'Sendt fra min iPhone',
  'Von meinem Samsung Galaxy Smartphone gesendet.',
  'Gesendet von Outlook für iOS',
  'Holen Sie sich Outlook für iOS',
  'Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.',
  'Envoyé de mon iPhone',
  'Obtenez Outlook pour iOS',
  'Enviado desde mi iPhone',
  'Verzonden vanaf mijn iPhone',
  'Inviato da iPhone',
  'Отправлено с iPhone',
])('a device or program wrote: %s', (line) => {
  expect(isDeviceLine(line)).toBe(true);
});

test.each([
  'Get my phone back please',
  'Get the Windows version working',
  'Sent via mail yesterday',
  'Enviado por mail ayer',
  'Sent from the warehouse on Monday',
  'Sent it from my side. My iPhone is broken',
  'Lähetetty eilen postissa',
  'Gesendet am Montag',
])('a person wrote: %s', (line) => {
  expect(isDeviceLine(line)).toBe(false);
});

test.each([
  'On Tue, Mar 3, 2026 at 10:00 AM Support <support@example.com> wrote:',
  'On 3 Mar 2026, at 10:00, Support <support@example.com> wrote:',
  'Tuki <tuki@example.com> kirjoitti 3.3.2026 kello 10.00:',
  'ti 3. maalisk. 2026 klo 10.00 Tuki (tuki@example.com) kirjoitti:',
  'Den tis 3 mars 2026 kl 10:00 skrev Support <support@example.com>:',
  'Am Di., 3. März 2026 um 10:00 Uhr schrieb Support <support@example.com>:',
  'Le mar. 3 mars 2026 à 10:00, Support <support@example.com> a écrit :',
  'El mar, 3 mar 2026 a las 10:00, Soporte (<soporte@example.com>) escribió:',
  'Il giorno mar 3 mar 2026 alle ore 10:00 Support <support@example.com> ha scritto:',
  'Em ter., 3 de mar. de 2026 às 10:00, Support <support@example.com> escreveu:',
  'Op di 3 mrt 2026 om 10:00 schreef Support <support@example.com>:',
  'вт, 3 мар. 2026 г. в 10:00, Support <support@example.com>:',
  '2026年3月3日(火) 10:00 Support <support@example.com>:',
])('an earlier mail is announced by: %s', (line) => {
  expect(isAttribution(line)).toBe(true);
});

test.each(['Your colleague wrote', 'They wrote:', 'At 10:00 it said:', 'My address at 10 is: <jo@example.com>'])(
  'no mail is announced by: %s',
  (line) => {
    expect(isAttribution(line)).toBe(false);
  },
);

test.each([
  ['From: a', 'Sent: b', 'To: c', 'Subject: d'],
  ['*From:* a', '*Date:* b', '*Subject:* d'],
  ['Lähettäjä: a', 'Lähetetty: b', 'Vastaanottaja: c', 'Aihe: d'],
  ['Från: a', 'Skickat: b', 'Till: c', 'Ämne: d'],
  ['Von: a', 'Gesendet: b', 'An: c', 'Betreff: d'],
  ['Gesendet: b', 'Von: a', 'An: c', 'Betreff: d'],
  ['De : a', 'Envoyé : b', 'À : c', 'Objet : d'],
  ['De: a', 'Enviado el: b', 'Para: c', 'Asunto: d'],
  ['От: a', 'Отправлено: b', 'Кому: c', 'Тема: d'],
])('an earlier mail begins with: %s', (...lines) => {
  expect(isHeader(lines)).toBe(true);
});

test.each([
  ['From: Helsinki', 'To: Turku', 'It was cancelled'],
  ['Date: tomorrow', 'To: Turku'],
  ['Hello', 'From: a', 'Sent: b', 'To: c'],
])('no mail begins with: %s', (...lines) => {
  expect(isHeader(lines)).toBe(false);
});

test('a forwarded mail and an answered one are told apart by the words between dashes', () => {
  const forwarded = [
    '---------- Forwarded message ---------',
    'Begin forwarded message:',
    '-------- Välitetty viesti --------',
  ];
  const answered = ['-----Original Message-----', '-----Alkuperäinen viesti-----', '-----Ursprungligt meddelande-----'];

  expect(forwarded.map((line) => [isForwardMark(line), isOriginalMark(line)])).toEqual(
    forwarded.map(() => [true, false]),
  );
  expect(answered.map((line) => [isForwardMark(line), isOriginalMark(line)])).toEqual(
    answered.map(() => [false, true]),
  );
});
