import { describe, expect, test } from 'vitest';
import { languages, sayDuration, words } from './words.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [0.4, '0 s'],
  [0.5, '1 s'],
  [59.4, '59 s'],
  [59.5, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [3_605, '1 h 5 s'],
  [7_380, '2 h 3 min'],
  [90_061, '25 h 1 min 1 s'],
])('%d seconds are “%s”', (seconds, said) => expect(sayDuration(seconds, words.en)).toBe(said));
test('units stand as each language writes them', () =>
  expect(languages.map((language) => [sayDuration(3_725, words[language]), sayDuration(0, words[language])])).toEqual([
    ['1 h 2 min 5 s', '0 s'],
    ['1時間2分5秒', '0秒'],
    ['1\u00a0h 2\u00a0min 5\u00a0s', '0\u00a0s'],
    ['1 ч 2 мин 5 с', '0 с'],
    ['1 godz. 2 min 5 s', '0 s'],
  ]));

describe('sentences with names in them', () => {
  const said = languages.map((language) => {
    const say = words[language];
    return {
      transferred: say.transferred('Anna', 'Ben'),
      left: say.linesLeftOut(7),
      part: say.partOf('c-40'),
      notLogged: say.notLogged(say.outcome.missed),
      undone: say.undone('Olga', 8),
    };
  });
  test('of what happened to a call, and to its record', () =>
    expect(said).toEqual([
      {
        transferred: 'Transferred from Anna to Ben',
        left: '… (7 more lines on the page of the call)',
        part: 'this call is part of call c-40; see there.',
        notLogged: 'calls of this type (Missed) are set not to be logged.',
        undone: 'undone by Olga: policy version 8.',
      },
      {
        transferred: '転送: Anna → Ben',
        left: '…(ほか 7 行は通話ページをご覧ください)',
        part: 'この通話は通話 c-40 の一部です。そちらをご覧ください。',
        notLogged: 'この種類の通話 (不在着信) は記録しない設定です。',
        undone: 'Olga がポリシー バージョン 8 の書き込みを取り消しました。',
      },
      {
        transferred: 'Transféré de Anna à Ben',
        left: '… (7\u00a0lignes de plus sur la page de l’appel)',
        part: 'cet appel fait partie de l’appel c-40\u00a0; voir celui-ci.',
        notLogged: 'selon les réglages, les appels de ce type (Manqué) ne sont pas enregistrés.',
        undone: 'annulé par Olga\u00a0: version 8 des règles.',
      },
      {
        transferred: 'Перевод звонка: Anna → Ben',
        left: '… (ещё строк: 7, на странице звонка)',
        part: 'этот звонок — часть звонка c-40; смотрите там.',
        notLogged: 'по настройкам звонки этого типа (Пропущен) не регистрируются.',
        undone: 'отменено (Olga): версия правил 8.',
      },
      {
        transferred: 'Przekazanie połączenia: Anna → Ben',
        left: '… (pozostałe wiersze: 7, na stronie połączenia)',
        part: 'to połączenie jest częścią połączenia c-40; zobacz tamto.',
        notLogged: 'zgodnie z ustawieniami połączenia tego typu (Nieodebrane) nie są rejestrowane.',
        undone: 'cofnięte (Olga): wersja reguł 8.',
      },
    ]));
  test('D4: who has talked with the customer since, if the phone system says who', () =>
    expect(
      languages.map((language) => {
        const { calledBack, calledAgain } = words[language];
        return [
          calledBack('Anna', '2026-03-03'),
          calledBack(undefined, '2026-03-04'),
          calledAgain('Ben', '2026-03-05'),
          calledAgain(undefined, '2026-03-06'),
        ];
      }),
    ).toEqual([
      [
        'Called back by Anna on 2026-03-03',
        'Called back on 2026-03-04',
        'Called again and was answered by Ben on 2026-03-05',
        'Called again and was answered on 2026-03-06',
      ],
      [
        '2026-03-03 に Anna が折り返し済み',
        '2026-03-04 に折り返し済み',
        '2026-03-05 に再度着信、Ben が応答済み',
        '2026-03-06 に再度着信、応答済み',
      ],
      [
        'Rappelé par Anna le 2026-03-03',
        'Rappelé le 2026-03-04',
        'Nouvel appel du client, pris par Ben le 2026-03-05',
        'Nouvel appel du client, pris le 2026-03-06',
      ],
      [
        'Перезвонили: Anna, 2026-03-03',
        'Перезвонили: 2026-03-04',
        'Клиент позвонил снова, ответ: Ben, 2026-03-05',
        'Клиент позвонил снова, звонок отвечен: 2026-03-06',
      ],
      [
        'Oddzwoniono: Anna, 2026-03-03',
        'Oddzwoniono: 2026-03-04',
        'Klient zadzwonił ponownie, odebrano: Ben, 2026-03-05',
        'Klient zadzwonił ponownie, odebrano: 2026-03-06',
      ],
    ]));
  test('RS-44, RS-49: what is left to do, also at a phone of which nothing is known', () =>
    expect(
      languages.map((language) => {
        const { review, checkSetup } = words[language];
        return [review('Hanako', 'Anna'), checkSetup('101'), checkSetup('')];
      }),
    ).toEqual([
      [
        'Look at this call: Hanako talked with Anna',
        'Answered by unassigned 101: check the set-up and hand out the call',
        'Answered by unassigned phone: check the set-up and hand out the call',
      ],
      [
        '通話の確認: Hanako（対応者: Anna）',
        '未割り当ての101が応答しました。設定を確認し、担当者を決めてください',
        '未割り当ての電話が応答しました。設定を確認し、担当者を決めてください',
      ],
      [
        'Appel à vérifier : Hanako a parlé avec Anna',
        'Réponse d’un poste non attribué (101) : vérifiez la configuration et attribuez l’appel',
        'Réponse d’un poste non attribué (inconnu) : vérifiez la configuration et attribuez l’appel',
      ],
      [
        'Проверьте звонок: Hanako, разговор вёл Anna',
        'Ответил неназначенный номер (101): проверьте настройки и распределите звонок',
        'Ответил неназначенный номер (неизвестен): проверьте настройки и распределите звонок',
      ],
      [
        'Sprawdź rozmowę: Hanako rozmawiał z Anna',
        'Odebrał nieprzypisany telefon (101): sprawdź ustawienia i przydziel rozmowę',
        'Odebrał nieprzypisany telefon (nieznany): sprawdź ustawienia i przydziel rozmowę',
      ],
    ]));
  test('AC-38: titles of messages', () =>
    expect(
      languages.map((language) => {
        const { several, received, sent } = words[language].messages;
        return [several('Acme'), received('Acme'), sent('Acme')];
      }),
    ).toEqual([
      ['Acme messages', 'Acme message received', 'Acme message sent'],
      ['Acme メッセージ', 'Acme メッセージ受信', 'Acme メッセージ送信'],
      ['Messages Acme', 'Message Acme reçu', 'Message Acme envoyé'],
      ['Сообщения Acme', 'Сообщение Acme - входящее', 'Сообщение Acme - исходящее'],
      ['Wiadomości Acme', 'Wiadomość Acme - odebrana', 'Wiadomość Acme - wysłana'],
    ]));
});
