import type { Language } from '../decide/words.ts';
import type { Never } from '../match/spelling.ts';

type Column = 'link' | 'kind' | 'id' | 'name' | 'owner' | 'field' | 'written' | 'because';
type Kind = 'contact' | 'lead' | 'account' | 'person-account';
/** The report of numbers that can never match, for whoever mends them in Salesforce. */
export type UnmatchableWords = {
  readonly columns: Readonly<Record<Column, string>>;
  /** As Salesforce calls them in this language. */
  readonly kinds: Readonly<Record<Kind, string>>;
  readonly because: Readonly<Record<Exclude<Never, 'empty'>, string>>;
};

export const unmatchableWords: Readonly<Record<Language, UnmatchableWords>> = {
  en: {
    columns: {
      link: 'Record',
      kind: 'Object',
      id: 'Id',
      name: 'Name',
      owner: 'Owner',
      field: 'Field',
      written: 'What is written there',
      because: 'Why nobody can be found by it',
    },
    kinds: { contact: 'Contact', lead: 'Lead', account: 'Account', 'person-account': 'Person account' },
    because: {
      'no digits': 'There are no digits in it.',
      'too short': 'Too few digits for a whole number. Perhaps the area code is missing, or it is an extension.',
      'too long': 'It is longer than any phone number.',
      'a fax': 'It is a fax, as it says itself.',
      'a date': 'It is a date.',
      'an amount': 'It is an amount of money.',
      'part of a code': 'Letters stand right beside the digits, as in a code.',
      'an address': 'It is an e-mail or web address.',
      withheld: 'It is what networks send when a caller hides the number.',
      'not a number of any country': 'No country has numbers like this one.',
    },
  },
  ja: {
    columns: {
      link: 'レコード',
      kind: 'オブジェクト',
      id: 'ID',
      name: '名前',
      owner: '所有者',
      field: '項目',
      written: '入力されている内容',
      because: '検索に使えない理由',
    },
    kinds: { contact: '取引先責任者', lead: 'リード', account: '取引先', 'person-account': '個人取引先' },
    because: {
      'no digits': '数字が含まれていません。',
      'too short': '桁数が足りません。市外局番が抜けているか、内線番号の可能性があります。',
      'too long': '電話番号としては長すぎます。',
      'a fax': 'FAX 番号と書かれています。',
      'a date': '日付です。',
      'an amount': '金額です。',
      'part of a code': '数字の直前または直後に文字があり、コードのように見えます。',
      'an address': 'メールアドレスまたは Web アドレスです。',
      withheld: '発信者が番号を通知しないときに通信網が送る番号です。',
      'not a number of any country': 'どの国の電話番号にも当てはまりません。',
    },
  },
  fr: {
    columns: {
      link: 'Fiche',
      kind: 'Objet',
      id: 'Identifiant',
      name: 'Nom',
      owner: 'Propriétaire',
      field: 'Champ',
      written: 'Ce qui y est écrit',
      because: 'Pourquoi personne ne peut être retrouvé ainsi',
    },
    kinds: { contact: 'Contact', lead: 'Piste', account: 'Compte', 'person-account': 'Compte personnel' },
    because: {
      'no digits': 'Il ne contient aucun chiffre.',
      'too short': 'Trop peu de chiffres pour un numéro complet. L’indicatif manque peut-être, ou c’est un poste interne.',
      'too long': 'C’est plus long qu’un numéro de téléphone.',
      'a fax': 'C’est un fax, comme il est écrit.',
      'a date': 'C’est une date.',
      'an amount': 'C’est un montant.',
      'part of a code': 'Des lettres touchent les chiffres, comme dans un code.',
      'an address': 'C’est une adresse e-mail ou web.',
      withheld: 'C’est ce que les réseaux envoient quand l’appelant masque son numéro.',
      'not a number of any country': 'Aucun pays n’a de numéros de cette forme.',
    },
  },
  ru: {
    columns: {
      link: 'Запись',
      kind: 'Объект',
      id: 'ID',
      name: 'Имя',
      owner: 'Ответственный',
      field: 'Поле',
      written: 'Что там записано',
      because: 'Почему по этому номеру никого не найти',
    },
    kinds: { contact: 'Контакт', lead: 'Лид', account: 'Организация', 'person-account': 'Личный аккаунт' },
    because: {
      'no digits': 'В поле нет цифр.',
      'too short': 'Слишком мало цифр для полного номера. Возможно, не хватает кода города или это внутренний номер.',
      'too long': 'Это длиннее любого телефонного номера.',
      'a fax': 'Указано, что это факс.',
      'a date': 'Это дата.',
      'an amount': 'Это сумма денег.',
      'part of a code': 'Вплотную к цифрам стоят буквы, как в коде.',
      'an address': 'Это адрес электронной почты или сайта.',
      withheld: 'Такое число сеть передаёт, когда звонящий скрывает номер.',
      'not a number of any country': 'Таких номеров нет ни в одной стране.',
    },
  },
  pl: {
    columns: {
      link: 'Rekord',
      kind: 'Obiekt',
      id: 'ID',
      name: 'Nazwa',
      owner: 'Właściciel',
      field: 'Pole',
      written: 'Co tam wpisano',
      because: 'Dlaczego nikogo nie da się po tym znaleźć',
    },
    kinds: { contact: 'Kontakt', lead: 'Lead', account: 'Konto', 'person-account': 'Konto osobiste' },
    because: {
      'no digits': 'Nie ma w nim cyfr.',
      'too short': 'Za mało cyfr na cały numer. Być może brakuje numeru kierunkowego albo to numer wewnętrzny.',
      'too long': 'To dłuższe niż jakikolwiek numer telefonu.',
      'a fax': 'To faks, jak tam napisano.',
      'a date': 'To data.',
      'an amount': 'To kwota.',
      'part of a code': 'Tuż obok cyfr stoją litery, jak w kodzie.',
      'an address': 'To adres e-mail lub adres strony.',
      withheld: 'Taki numer przesyła sieć, gdy dzwoniący ukrywa własny.',
      'not a number of any country': 'Żaden kraj nie ma takich numerów.',
    },
  },
};
