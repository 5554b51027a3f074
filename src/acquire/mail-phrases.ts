/** What mail programs write around the mails they answer and below the ones they send, in the languages of our customers. */

const words = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('|');
/** A word is not part of a longer one; `\b` knows only English letters. */
const whole = (text: string): string => `(?<!\\p{L})(?:${words(text)})(?!\\p{L})`;

const WROTE = new RegExp(
  whole(`
    wrote|writes
    kirjoitti
    skrev
    schrieb
    a écrit
    escribió
    ha scritto
    schreef|het volgende geschreven
    escreveu
    napisał(?:a|\\(a\\))?
    kirjutas
    написал(?:а|\\(а\\))?|пишет
    napsal(?:a|\\(a\\))?
    írta
  `),
  'iu',
);
/** As Gmail does in languages where it writes no such word: date, time, name and address. */
const DATED_ADDRESS = /\d{1,2}[:.]\d{2}.*<[^<>\s]+@[^<>\s]+>\s*:$/u;
const LONGEST_ATTRIBUTION = 400;

/** “On Tue, 3 Mar 2026 at 10:00, Support <support@example.com> wrote:” */
export const isAttribution = (text: string): boolean => {
  if (text.length > LONGEST_ATTRIBUTION || !/\d/.test(text) || !/(?::|：|-{2,})$/u.test(text)) return false;
  return WROTE.test(text) || DATED_ADDRESS.test(text);
};

/** A line that may be the first of such words has a moment or an address in it. */
export const beginsAttribution = (text: string): boolean => /\d{4}|\d[:.]\d{2}|\d\/\d|@/.test(text);

export const hasAddress = (text: string): boolean => /[^\s<>()@]@[^\s<>()@]+\.[a-z]{2}/iu.test(text);

const label = (names: string): RegExp => new RegExp(`^[*\\s]*(?:${words(names)})\\s?[:：]`, 'iu');

const FROM = label(`
  from|von|van|från|fra|lähettäjä|de|da|od|saatja|expéditeur|remitente|absender|от|差出人|发件人
`);
const SENT = label(`
  sent|date|gesendet|datum|skickat|skickades|lähetetty|päivämäärä|päiväys|envoyé(?: le)?|enviado(?: el)?|enviada(?: em)?
  fecha|inviato|data|sendt|dato|verzonden|wysłano|saadetud|kuupäev|отправлено|дата|送信日時|发送时间
`);
const TO_OR_ABOUT = label(`
  to|an|till|til|vastaanottaja|à|a|para|aan|do|kellele|кому|宛先|收件人
  subject|betreff|ämne|aihe|objet|asunto|oggetto|emne|onderwerp|assunto|temat|teema|тема|件名|主题
`);
const LINES_OF_HEADER = 8;

/** The first lines of the mail that is answered: from whom, when, to whom or about what. */
export const isHeader = (lines: readonly string[]): boolean => {
  const [first = ''] = lines;
  if (!FROM.test(first) && !SENT.test(first)) return false;
  const header = lines.slice(0, LINES_OF_HEADER);
  return [FROM, SENT, TO_OR_ABOUT].every((named) => header.some((line) => named.test(line)));
};

const ORIGINAL = new RegExp(
  `^[-_]{2,}\\s*(?:${words(`
    original message|original appointment|reply message
    alkuperäinen viesti
    ursprungligt meddelande|originalmeddelande
    ursprüngliche nachricht|original-?nachricht
    message d['’]origine|message original
    mensaje original
    messaggio originale
    oorspronkelijk bericht
    opprinnelig melding|oprindelig meddelelse
    mensagem original
    wiadomość oryginalna|oryginalna wiadomość
    algne kiri
    исходное сообщение
  `)})\\s*[-_]{2,}$`,
  'iu',
);
export const isOriginalMark = (text: string): boolean => ORIGINAL.test(text);

const FORWARDED = new RegExp(
  `^[-_=\\s]*(?:${words(`
    forwarded message|begin forwarded message|forwarded by .{1,80}
    välitetty viesti|alkaa välitetty viesti|edelleenlähetetty viesti|välitetyn viestin alku
    vidarebefordrat (?:meddelande|brev|mejl)|börjar vidarebefordrat meddelande
    weitergeleitete (?:nachricht|e-mail)|anfang der weitergeleiteten (?:nachricht|e-mail)
    message (?:transféré|réexpédié)|début du message (?:transféré|réexpédié)
    mensaje reenviado|inicio del mensaje reenviado
    messaggio inoltrato|inizio messaggio inoltrato
    doorgestuurd bericht|begin doorgestuurd bericht
    videresendt (?:melding|meddelelse|besked|e-post)|start på videresendt melding
    mensagem encaminhada|início da mensagem encaminhada
    przekazana wiadomość|wiadomość przekazana
    edastatud kiri
    пересылаемое сообщение|пересланное сообщение
  `)})\\s*:?[-_=\\s]*$`,
  'iu',
);
/** What follows was not in this conversation, so it is the very thing that the customer wants to show. */
export const isForwardMark = (text: string): boolean => FORWARDED.test(text);

const MEANS_WHAT_FOLLOWS = new RegExp(
  whole(`
    (?:answer|repl(?:y|ies)|comment|response)\\p{L}*[^.!?]{0,60}(?:below|in-?line|in (?:red|blue|green|bold|colou?r|the text)|between)
    see (?:my |the )?(?:\\p{L}+ )?(?:below|inline)|(?:mail|e-mail|email|message|conversation) below|fyi|for your information|forward(?:ed|ing)
    (?:vasta|komment)\\p{L}*[^.!?]{0,60}(?:alla|alempana|punaisella|sinisellä|tekstissä|seassa|väliin)
    (?:ks\\.?|katso|kts\\.?) alla|alla olev\\p{L}+|tiedoksi\\p{L}*|välitän|edelleenlähet\\p{L}+
    (?:svar|komment)\\p{L}*[^.!?]{0,60}(?:nedan|i texten|rött|blått)
    se nedan|nedanstående|för kännedom|vidarebefordra\\p{L}*
    (?:antwort|anmerkung|komment)\\p{L}*[^.!?]{0,60}(?:unten|im text|in rot|in blau|rot|blau)
    siehe unten|s\\.u\\.|untenstehend\\p{L}*|zur (?:kenntnis|info\\p{L}*)|weiterleit\\p{L}*|weitergeleitet\\p{L}*
    (?:répon|comment)\\p{L}*[^.!?]{0,60}(?:ci-dessous|dans le texte|en rouge|en bleu)
    voir ci-dessous|ci-dessous|pour info\\p{L}*|transfère\\p{L}*
    (?:respuesta|comentario)\\p{L}*[^.!?]{0,60}(?:abajo|en el texto|en rojo|en azul)
    (?:ver|véase|vea) (?:más )?abajo|a continuación|para su información|reenví\\p{L}*
  `),
  'iu',
);
const LONGEST_POINTER = 600;

/** “My answers are in red below”, “FYI”: short words that would say nothing without what stands under them. */
export const meansWhatFollows = (text: string): boolean =>
  text.length <= LONGEST_POINTER && MEANS_WHAT_FOLLOWS.test(text);

const PRODUCTS = `iphone|ipad|android|samsung|galaxy|huawei|xiaomi|oneplus|pixel|nokia|blackberry|outlook|yahoo|proton
  gmx|web\\.de|bluemail|spark|superhuman|windows|thunderbird|telekom|apple`;
const DEVICES = `phone|mobile|tablet|smartphone|handy|mobil\\p{L}*|puhelim\\p{L}*|älypuhelim\\p{L}*|téléphone|teléfono|móvil|telefoon`;
/** Later in the same sentence. */
const THERE = `[^.!?]*(?:${words(`${PRODUCTS}|${DEVICES}`)})`;
const DEVICE_LINE = new RegExp(
  `^[*_\\s]*(?:${words(`
    (?:this (?:e-?mail|message) was )?sent (?:from (?:my|a|an)|with|via|using) ${THERE}
    sent from (?:${words(PRODUCTS)}|mail for)
    (?:get|download|hanki|lataa|hämta|hent|last ned|hol(?:en sie sich|e? dir)|obten(?:ir|ez)|télécharge[rz]|obt(?:ener|én|enga)|descarg(?:ar?|ue)|scarica) (?:${words(PRODUCTS)})
    (?:outlook|yahoo mail) für (?:ios|android)|yahoo mail:
    (?:tämä viesti (?:on )?)?lähetetty ${THERE}
    skickat (?:från|med|via) ${THERE}
    sendt fra (?:min|mit|outlook)
    (?:diese nachricht wurde )?(?:von mein|gesendet (?:von|mit|über|aus) )${THERE}
    envoyé (?:de(?:puis)?|à partir de|avec) ${THERE}
    enviado (?:desde|con|do) ${THERE}
    (?:verzonden|verstuurd) (?:vanaf|van|met|via) ${THERE}
    inviato da[l]? ${THERE}
    wysłan[eo] z ${THERE}
    отправлено (?:с|из) ${THERE}
  `)})`,
  'iu',
);
const LONGEST_DEVICE_LINE = 110;

/** “Sent from my iPhone”, “Get Outlook for iOS”. */
export const isDeviceLine = (text: string): boolean => text.length <= LONGEST_DEVICE_LINE && DEVICE_LINE.test(text);

const CONFIDENTIAL = new RegExp(
  words(`
    confidential|privileged
    luottamuksel
    konfidentiell|sekretess
    vertraulich
  `),
  'iu',
);
const FOR_WHOM = new RegExp(
  words(`
    intended (?:only |solely )?for|intended recipients?|addressee|received (?:it|this[^.]*) in error
    tarkoitettu (?:vain|ainoastaan)|oikea vastaanottaja|saanut (?:tämän|sen) [^.]*(?:erehdyksessä|vahingossa)
    avsedd? (?:endast|enbart)|avsedda mottagare|av misstag
    ausschließlich für|richtige adressat|irrtümlich
  `),
  'iu',
);
const SHORTEST_DISCLAIMER = 80;

/** What a company's server puts below every mail: that it is confidential, and for whom it is. */
export const isDisclaimer = (text: string): boolean =>
  text.length >= SHORTEST_DISCLAIMER && CONFIDENTIAL.test(text) && FOR_WHOM.test(text);

/** What parts a signature from the text above it, since the days of Usenet. */
export const isSignatureMark = (text: string): boolean => /^--$/u.test(text);

export const isRule = (text: string): boolean => /^[_—–=*-]{3,}$/u.test(text);
