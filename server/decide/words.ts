import type { RingEnd } from '../call/event.ts';
import type { CallType } from '../call/call.ts';

/** The languages a record can be written in; one per policy, so that everybody reads the same word for the same thing (AC-01). */
export const languages = ['en', 'ja', 'fr', 'ru', 'pl'] as const;
export type Language = (typeof languages)[number];

/** The type of a call, and `unknown` for one that nobody answered and whose direction was never told. */
export type KnownType = CallType | 'unknown';

/** Everything we write into a record, said once in each language. Values come in cleaned; no phrase declines them. */
export type Words = {
  /** Title of DP-49; merge fields as in templates.ts. */
  readonly subject: string;
  /** Subject of a case made for a call. */
  readonly caseSubject: string;
  /** The type of a call in full, where direction and outcome stand in one word. */
  readonly callType: Readonly<Record<KnownType, string>>;
  readonly direction: Readonly<Record<KnownType, string>>;
  readonly outcome: Readonly<Record<KnownType, string>>;
  readonly units: {
    readonly hour: string;
    readonly minute: string;
    readonly second: string;
    /** Between a number and its unit. */ readonly gap: string;
    /** Between two units. */ readonly between: string;
  };
  /** Between what a line is about and what it says. French puts a no-break space before the colon. */
  readonly colon: string;
  readonly customer: string;
  readonly withheld: string;
  readonly unknownCustomer: string;
  /** The company of a lead made for a number (DP-36, in the tenant's language), after a call in vain and after a talk. */
  readonly companyMissed: string;
  readonly companyUnknown: string;
  readonly line: string;
  readonly waited: string;
  readonly queue: string;
  /** Whose phones rang in vain, each with how it ended. */
  readonly rang: string;
  readonly ringEnd: Readonly<Record<RingEnd, string>>;
  /** Why nobody of ours answered, or nobody of theirs: said with the outcome. */
  readonly closed: string;
  readonly givenUp: string;
  readonly digits: string;
  readonly answeredBy: string;
  readonly calledBy: string;
  readonly noCrmUser: string;
  readonly transferred: (from: string, to: string) => string;
  readonly voicemail: string;
  readonly recording: string;
  readonly transcript: string;
  readonly score: string;
  readonly summary: string;
  readonly tags: string;
  readonly endCause: string;
  readonly endPresumed: string;
  /** Ends a text we had to cut. */
  readonly truncated: string;
  readonly linesLeftOut: (count: number) => string;
  /** Begins the line that says why a record no longer holds (D2). */
  readonly superseded: string;
  readonly partOf: (call: string) => string;
  readonly internal: string;
  readonly notLogged: (type: string) => string;
  readonly noRule: string;
  /** D4: we called, and talked. The date is ISO. */
  readonly calledBack: (by: string | undefined, date: string) => string;
  /** D4: the customer called again, and was answered. */
  readonly calledAgain: (by: string | undefined, date: string) => string;
  /** What is to be done about a call that a colleague of the record's owner had (RS-49). */
  readonly review: (customer: string, agent: string) => string;
  /** … and about one at a phone that is nobody's; the phone may be unknown (RS-44). */
  readonly checkSetup: (endpoint: string) => string;
  /** Before a link to the call's page. */
  readonly call: string;
  /** Titles of tasks of text messages, and what is said of them (AC-38). */
  readonly messages: {
    readonly several: (product: string) => string;
    readonly received: (product: string) => string;
    readonly sent: (product: string) => string;
    /** A picture alone, say. */ readonly noText: string;
    readonly notLogged: string;
  };
  /** W9 */
  readonly undone: (by: string, policyVersion: number) => string;
};

export const words: Readonly<Record<Language, Words>> = {
  en: {
    subject: '{PRODUCT} call - {DIRECTION} / ({MINUTES}) min',
    caseSubject: 'Call: {CUSTOMER}',
    callType: {
      'outbound-answered': 'Outbound answered',
      'outbound-unanswered': 'Outbound unanswered',
      'inbound-answered': 'Inbound answered',
      missed: 'Missed',
      voicemail: 'Voicemail',
      internal: 'Internal',
      unknown: 'Direction unknown',
    },
    direction: {
      'outbound-answered': 'Outbound',
      'outbound-unanswered': 'Outbound',
      'inbound-answered': 'Inbound',
      missed: 'Missed',
      voicemail: 'Voicemail',
      internal: 'Internal',
      unknown: 'Direction unknown',
    },
    outcome: {
      'outbound-answered': 'Answered',
      'outbound-unanswered': 'No answer',
      'inbound-answered': 'Answered',
      missed: 'Missed',
      voicemail: 'Voicemail',
      internal: 'Internal',
      unknown: 'No answer',
    },
    units: { hour: 'h', minute: 'min', second: 's', gap: ' ', between: ' ' },
    colon: ': ',
    customer: 'Customer',
    withheld: 'number withheld',
    unknownCustomer: 'unknown',
    companyMissed: 'Missed call',
    companyUnknown: 'Caller',
    line: 'Line',
    waited: 'Waiting time',
    queue: 'Queue',
    rang: 'Rang',
    ringEnd: {
      answered: 'answered',
      'no answer': 'no answer',
      busy: 'busy',
      declined: 'declined',
      forwarded: 'forwarded',
      'do not disturb': 'do not disturb',
      'no such number': 'no such number',
      unreachable: 'not reachable',
      stopped: 'caller hung up',
      elsewhere: 'answered elsewhere',
    },
    closed: 'out of hours',
    givenUp: 'given up',
    digits: 'Keys pressed',
    answeredBy: 'Answered by',
    calledBy: 'Called by',
    noCrmUser: 'no user in the CRM',
    transferred: (from, to) => `Transferred from ${from} to ${to}`,
    voicemail: 'Voicemail',
    recording: 'Recording',
    transcript: 'Transcript',
    score: 'Score',
    summary: 'Summary',
    tags: 'Tags',
    endCause: 'Reason given by the phone system',
    endPresumed: 'The phone system never reported the end of this call; it was presumed.',
    truncated: '… (truncated)',
    linesLeftOut: (count) => `… (${count} more lines on the page of the call)`,
    superseded: 'No longer valid',
    partOf: (call) => `this call is part of call ${call}; see there.`,
    internal: 'it was an internal call; those are not logged.',
    notLogged: (type) => `calls of this type (${type}) are set not to be logged.`,
    noRule: 'the rules no longer ask for this record.',
    calledBack: (by, date) => (by === undefined ? `Called back on ${date}` : `Called back by ${by} on ${date}`),
    calledAgain: (by, date) =>
      by === undefined ? `Called again and was answered on ${date}` : `Called again and was answered by ${by} on ${date}`,
    review: (customer, agent) => `Look at this call: ${customer} talked with ${agent}`,
    checkSetup: (endpoint) => `Answered by unassigned ${endpoint || 'phone'}: check the set-up and hand out the call`,
    call: 'Call',
    messages: {
      several: (product) => `${product} messages`,
      received: (product) => `${product} message received`,
      sent: (product) => `${product} message sent`,
      noText: '(no text)',
      notLogged: 'messages are set not to be logged.',
    },
    undone: (by, version) => `undone by ${by}: policy version ${version}.`,
  },
  ja: {
    subject: '{PRODUCT} 通話 - {DIRECTION} / ({MINUTES})分',
    caseSubject: '通話: {CUSTOMER}',
    callType: {
      'outbound-answered': '発信・応答あり',
      'outbound-unanswered': '発信・応答なし',
      'inbound-answered': '着信・応答済み',
      missed: '不在着信',
      voicemail: 'ボイスメール',
      internal: '内線',
      unknown: '方向不明',
    },
    direction: {
      'outbound-answered': '発信',
      'outbound-unanswered': '発信',
      'inbound-answered': '着信',
      missed: '不在着信',
      voicemail: 'ボイスメール',
      internal: '内線',
      unknown: '方向不明',
    },
    outcome: {
      'outbound-answered': '応答あり',
      'outbound-unanswered': '応答なし',
      'inbound-answered': '応答済み',
      missed: '不在着信',
      voicemail: 'ボイスメール',
      internal: '内線',
      unknown: '応答なし',
    },
    units: { hour: '時間', minute: '分', second: '秒', gap: '', between: '' },
    colon: ': ',
    customer: '顧客',
    withheld: '番号非通知',
    unknownCustomer: '不明',
    companyMissed: '未応答',
    companyUnknown: '電話の相手',
    line: '回線',
    waited: '待ち時間',
    queue: 'キュー',
    rang: '呼び出し',
    ringEnd: {
      answered: '応答',
      'no answer': '応答なし',
      busy: '話し中',
      declined: '拒否',
      forwarded: '転送',
      'do not disturb': '着信拒否設定',
      'no such number': '番号なし',
      unreachable: '接続不可',
      stopped: '発信者が切断',
      elsewhere: '別の電話で応答',
    },
    closed: '営業時間外',
    givenUp: '発信取消',
    digits: '入力された番号',
    answeredBy: '応答者',
    calledBy: '発信者',
    noCrmUser: 'CRM ユーザーなし',
    transferred: (from, to) => `転送: ${from} → ${to}`,
    voicemail: 'ボイスメール',
    recording: '通話録音',
    transcript: '文字起こし',
    score: 'スコア',
    summary: '要約',
    tags: 'タグ',
    endCause: '電話システムからの理由',
    endPresumed: '電話システムから通話終了の通知がなかったため、終了したものとみなしました。',
    truncated: '…(以下省略)',
    linesLeftOut: (count) => `…(ほか ${count} 行は通話ページをご覧ください)`,
    superseded: 'この記録は無効になりました',
    partOf: (call) => `この通話は通話 ${call} の一部です。そちらをご覧ください。`,
    internal: '社内通話は記録の対象外です。',
    notLogged: (type) => `この種類の通話 (${type}) は記録しない設定です。`,
    noRule: 'ルール上、この記録は不要になりました。',
    calledBack: (by, date) => (by === undefined ? `${date} に折り返し済み` : `${date} に ${by} が折り返し済み`),
    calledAgain: (by, date) => (by === undefined ? `${date} に再度着信、応答済み` : `${date} に再度着信、${by} が応答済み`),
    review: (customer, agent) => `通話の確認: ${customer}（対応者: ${agent}）`,
    checkSetup: (endpoint) => `未割り当ての${endpoint || '電話'}が応答しました。設定を確認し、担当者を決めてください`,
    call: '通話',
    messages: {
      several: (product) => `${product} メッセージ`,
      received: (product) => `${product} メッセージ受信`,
      sent: (product) => `${product} メッセージ送信`,
      noText: '(本文なし)',
      notLogged: 'メッセージは記録しない設定です。',
    },
    undone: (by, version) => `${by} がポリシー バージョン ${version} の書き込みを取り消しました。`,
  },
  fr: {
    subject: 'Appel {PRODUCT} - {DIRECTION} / ({MINUTES}) min',
    caseSubject: 'Appel : {CUSTOMER}',
    callType: {
      'outbound-answered': 'Sortant avec réponse',
      'outbound-unanswered': 'Sortant sans réponse',
      'inbound-answered': 'Entrant avec réponse',
      missed: 'Manqué',
      voicemail: 'Message vocal',
      internal: 'Interne',
      unknown: 'Sens inconnu',
    },
    direction: {
      'outbound-answered': 'Sortant',
      'outbound-unanswered': 'Sortant',
      'inbound-answered': 'Entrant',
      missed: 'Manqué',
      voicemail: 'Message vocal',
      internal: 'Interne',
      unknown: 'Sens inconnu',
    },
    outcome: {
      'outbound-answered': 'Avec réponse',
      'outbound-unanswered': 'Sans réponse',
      'inbound-answered': 'Avec réponse',
      missed: 'Manqué',
      voicemail: 'Message vocal',
      internal: 'Interne',
      unknown: 'Sans réponse',
    },
    units: { hour: 'h', minute: 'min', second: 's', gap: '\u00a0', between: ' ' },
    colon: '\u00a0: ',
    customer: 'Client',
    withheld: 'numéro masqué',
    unknownCustomer: 'inconnu',
    companyMissed: 'Appel manqué',
    companyUnknown: 'Appel',
    line: 'Ligne',
    waited: 'Temps d’attente',
    queue: 'File d’attente',
    rang: 'A sonné chez',
    ringEnd: {
      answered: 'répondu',
      'no answer': 'pas de réponse',
      busy: 'occupé',
      declined: 'refusé',
      forwarded: 'renvoyé',
      'do not disturb': 'ne pas déranger',
      'no such number': 'numéro inexistant',
      unreachable: 'injoignable',
      stopped: 'l’appelant a raccroché',
      elsewhere: 'répondu ailleurs',
    },
    closed: 'hors horaires',
    givenUp: 'abandonné',
    digits: 'Touches saisies',
    answeredBy: 'Pris par',
    calledBy: 'Appelé par',
    noCrmUser: 'aucun utilisateur dans le CRM',
    transferred: (from, to) => `Transféré de ${from} à ${to}`,
    voicemail: 'Message vocal',
    recording: 'Enregistrement',
    transcript: 'Transcription',
    score: 'Score',
    summary: 'Résumé',
    tags: 'Tags',
    endCause: 'Motif donné par le système téléphonique',
    endPresumed: 'Le système téléphonique n’a pas signalé la fin de cet appel\u00a0; elle a été présumée.',
    truncated: '… (tronqué)',
    linesLeftOut: (count) => `… (${count}\u00a0lignes de plus sur la page de l’appel)`,
    superseded: 'N’est plus valable',
    partOf: (call) => `cet appel fait partie de l’appel ${call}\u00a0; voir celui-ci.`,
    internal: 'c’était un appel interne\u00a0; ces appels ne sont pas enregistrés.',
    notLogged: (type) => `selon les réglages, les appels de ce type (${type}) ne sont pas enregistrés.`,
    noRule: 'les règles ne demandent plus cet enregistrement.',
    calledBack: (by, date) => (by === undefined ? `Rappelé le ${date}` : `Rappelé par ${by} le ${date}`),
    calledAgain: (by, date) =>
      by === undefined ? `Nouvel appel du client, pris le ${date}` : `Nouvel appel du client, pris par ${by} le ${date}`,
    review: (customer, agent) => `Appel à vérifier : ${customer} a parlé avec ${agent}`,
    checkSetup: (endpoint) => `Réponse d’un poste non attribué (${endpoint || 'inconnu'}) : vérifiez la configuration et attribuez l’appel`,
    call: 'Appel',
    messages: {
      several: (product) => `Messages ${product}`,
      received: (product) => `Message ${product} reçu`,
      sent: (product) => `Message ${product} envoyé`,
      noText: '(sans texte)',
      notLogged: 'selon les réglages, les messages ne sont pas enregistrés.',
    },
    undone: (by, version) => `annulé par ${by}\u00a0: version ${version} des règles.`,
  },
  ru: {
    subject: 'Звонок {PRODUCT} - {DIRECTION} / ({MINUTES}) мин',
    caseSubject: 'Звонок: {CUSTOMER}',
    callType: {
      'outbound-answered': 'Исходящий отвеченный',
      'outbound-unanswered': 'Исходящий без ответа',
      'inbound-answered': 'Входящий отвеченный',
      missed: 'Пропущенный',
      voicemail: 'Голосовое сообщение',
      internal: 'Внутренний',
      unknown: 'Направление неизвестно',
    },
    direction: {
      'outbound-answered': 'Исходящий',
      'outbound-unanswered': 'Исходящий',
      'inbound-answered': 'Входящий',
      missed: 'Пропущенный',
      voicemail: 'Голосовое сообщение',
      internal: 'Внутренний',
      unknown: 'Направление неизвестно',
    },
    outcome: {
      'outbound-answered': 'Отвечен',
      'outbound-unanswered': 'Без ответа',
      'inbound-answered': 'Отвечен',
      missed: 'Пропущен',
      voicemail: 'Голосовое сообщение',
      internal: 'Внутренний',
      unknown: 'Без ответа',
    },
    units: { hour: 'ч', minute: 'мин', second: 'с', gap: ' ', between: ' ' },
    colon: ': ',
    customer: 'Клиент',
    withheld: 'номер скрыт',
    unknownCustomer: 'неизвестен',
    companyMissed: 'Пропущенный',
    companyUnknown: 'Звонок',
    line: 'Линия',
    waited: 'Время ожидания',
    queue: 'Очередь',
    rang: 'Звонил у',
    ringEnd: {
      answered: 'ответ',
      'no answer': 'нет ответа',
      busy: 'занято',
      declined: 'отклонён',
      forwarded: 'переадресован',
      'do not disturb': 'не беспокоить',
      'no such number': 'нет такого номера',
      unreachable: 'недоступен',
      stopped: 'звонивший повесил трубку',
      elsewhere: 'ответил другой',
    },
    closed: 'в нерабочее время',
    givenUp: 'отменён',
    digits: 'Набранные цифры',
    answeredBy: 'Ответивший сотрудник',
    calledBy: 'Звонивший сотрудник',
    noCrmUser: 'нет пользователя в CRM',
    transferred: (from, to) => `Перевод звонка: ${from} → ${to}`,
    voicemail: 'Голосовое сообщение',
    recording: 'Запись разговора',
    transcript: 'Расшифровка',
    score: 'Оценка',
    summary: 'Краткое содержание',
    tags: 'Теги',
    endCause: 'Причина по данным телефонной системы',
    endPresumed: 'Телефонная система не сообщила об окончании звонка; он считается завершённым.',
    truncated: '… (сокращено)',
    linesLeftOut: (count) => `… (ещё строк: ${count}, на странице звонка)`,
    superseded: 'Запись больше не действительна',
    partOf: (call) => `этот звонок — часть звонка ${call}; смотрите там.`,
    internal: 'это внутренний звонок; такие звонки не регистрируются.',
    notLogged: (type) => `по настройкам звонки этого типа (${type}) не регистрируются.`,
    noRule: 'правила больше не требуют этой записи.',
    calledBack: (by, date) => (by === undefined ? `Перезвонили: ${date}` : `Перезвонили: ${by}, ${date}`),
    calledAgain: (by, date) =>
      by === undefined ? `Клиент позвонил снова, звонок отвечен: ${date}` : `Клиент позвонил снова, ответ: ${by}, ${date}`,
    review: (customer, agent) => `Проверьте звонок: ${customer}, разговор вёл ${agent}`,
    checkSetup: (endpoint) => `Ответил неназначенный номер (${endpoint || 'неизвестен'}): проверьте настройки и распределите звонок`,
    call: 'Звонок',
    messages: {
      several: (product) => `Сообщения ${product}`,
      received: (product) => `Сообщение ${product} - входящее`,
      sent: (product) => `Сообщение ${product} - исходящее`,
      noText: '(без текста)',
      notLogged: 'по настройкам сообщения не регистрируются.',
    },
    undone: (by, version) => `отменено (${by}): версия правил ${version}.`,
  },
  pl: {
    subject: 'Połączenie {PRODUCT} - {DIRECTION} / ({MINUTES}) min',
    caseSubject: 'Połączenie: {CUSTOMER}',
    callType: {
      'outbound-answered': 'Wychodzące odebrane',
      'outbound-unanswered': 'Wychodzące bez odpowiedzi',
      'inbound-answered': 'Przychodzące odebrane',
      missed: 'Nieodebrane',
      voicemail: 'Wiadomość głosowa',
      internal: 'Wewnętrzne',
      unknown: 'Kierunek nieznany',
    },
    direction: {
      'outbound-answered': 'Wychodzące',
      'outbound-unanswered': 'Wychodzące',
      'inbound-answered': 'Przychodzące',
      missed: 'Nieodebrane',
      voicemail: 'Wiadomość głosowa',
      internal: 'Wewnętrzne',
      unknown: 'Kierunek nieznany',
    },
    outcome: {
      'outbound-answered': 'Odebrane',
      'outbound-unanswered': 'Bez odpowiedzi',
      'inbound-answered': 'Odebrane',
      missed: 'Nieodebrane',
      voicemail: 'Wiadomość głosowa',
      internal: 'Wewnętrzne',
      unknown: 'Bez odpowiedzi',
    },
    units: { hour: 'godz.', minute: 'min', second: 's', gap: ' ', between: ' ' },
    colon: ': ',
    customer: 'Klient',
    withheld: 'numer zastrzeżony',
    unknownCustomer: 'nieznany',
    companyMissed: 'Nieodebrane',
    companyUnknown: 'Rozmowa',
    line: 'Linia',
    waited: 'Czas oczekiwania',
    queue: 'Kolejka',
    rang: 'Dzwonił u',
    ringEnd: {
      answered: 'odebrane',
      'no answer': 'brak odpowiedzi',
      busy: 'zajęte',
      declined: 'odrzucone',
      forwarded: 'przekierowane',
      'do not disturb': 'nie przeszkadzać',
      'no such number': 'nie ma takiego numeru',
      unreachable: 'nieosiągalny',
      stopped: 'dzwoniący się rozłączył',
      elsewhere: 'odebrane gdzie indziej',
    },
    closed: 'poza godzinami',
    givenUp: 'przerwane',
    digits: 'Wybrane cyfry',
    answeredBy: 'Połączenie odebrane przez',
    calledBy: 'Połączenie wykonane przez',
    noCrmUser: 'brak użytkownika w CRM',
    transferred: (from, to) => `Przekazanie połączenia: ${from} → ${to}`,
    voicemail: 'Wiadomość głosowa',
    recording: 'Nagranie rozmowy',
    transcript: 'Transkrypcja',
    score: 'Ocena',
    summary: 'Podsumowanie',
    tags: 'Tagi',
    endCause: 'Powód podany przez system telefoniczny',
    endPresumed: 'System telefoniczny nie zgłosił końca połączenia; przyjęto, że się zakończyło.',
    truncated: '… (skrócono)',
    linesLeftOut: (count) => `… (pozostałe wiersze: ${count}, na stronie połączenia)`,
    superseded: 'Wpis nieaktualny',
    partOf: (call) => `to połączenie jest częścią połączenia ${call}; zobacz tamto.`,
    internal: 'było to połączenie wewnętrzne; takie połączenia nie są rejestrowane.',
    notLogged: (type) => `zgodnie z ustawieniami połączenia tego typu (${type}) nie są rejestrowane.`,
    noRule: 'reguły nie wymagają już tego wpisu.',
    calledBack: (by, date) => (by === undefined ? `Oddzwoniono: ${date}` : `Oddzwoniono: ${by}, ${date}`),
    calledAgain: (by, date) =>
      by === undefined ? `Klient zadzwonił ponownie, odebrano: ${date}` : `Klient zadzwonił ponownie, odebrano: ${by}, ${date}`,
    review: (customer, agent) => `Sprawdź rozmowę: ${customer} rozmawiał z ${agent}`,
    checkSetup: (endpoint) => `Odebrał nieprzypisany telefon (${endpoint || 'nieznany'}): sprawdź ustawienia i przydziel rozmowę`,
    call: 'Rozmowa',
    messages: {
      several: (product) => `Wiadomości ${product}`,
      received: (product) => `Wiadomość ${product} - odebrana`,
      sent: (product) => `Wiadomość ${product} - wysłana`,
      noText: '(bez treści)',
      notLogged: 'zgodnie z ustawieniami wiadomości nie są rejestrowane.',
    },
    undone: (by, version) => `cofnięte (${by}): wersja reguł ${version}.`,
  },
};

/** “1 h 15 min 5 s”, “1時間15分5秒”. Units of zero are left out, except that nothing at all is “0 s”. Sources tell fractions. */
export function sayDuration(seconds: number, { units }: Words): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), units.hour],
    [Math.floor(whole / 60) % 60, units.minute],
    [whole % 60, units.second],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${units.gap}${unit}`);
  return said.join(units.between) || `0${units.gap}${units.second}`;
}
