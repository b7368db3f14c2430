import type { SetupWords } from './words.ts';

export const pl: SetupWords = {
  title: 'Sprawdzenie i instalacja',
  explained: 'Co ma Twoja organizacja Salesforce, czego jej brakuje do Cordboard i kto może temu zaradzić.',
  loading: 'Sprawdzamy organizację …',
  failed: 'Nie udało się:',
  retry: 'Spróbuj ponownie',
  check: {
    title: 'Sprawdzenie',
    at: 'Sprawdzono {when}',
    again: 'Sprawdź ponownie',
    allWell: 'Niczego nie brakuje.',
    more: 'Więcej o tym',
    levels: { ok: 'W porządku', warn: 'Do obejrzenia', bad: 'Do naprawienia', off: 'Do wiadomości' },
    menders: {
      'org-admin': 'Może to naprawić administrator Salesforce.',
      admin: 'Możesz to naprawić tutaj.',
      operator: 'Może to naprawić osoba prowadząca ten serwer.',
      time: 'Minie samo.',
    },
    areas: {
      connection: 'Połączenie',
      org: 'Organizacja i edycja',
      api: 'Wywołania API',
      user: 'Podłączony użytkownik',
      rights: 'Prawa do instalacji',
      tasks: 'Zadania i ich pola',
      'name-field': 'Pole na naszą nazwę',
      version: 'Co zainstalował Cordboard',
      persons: 'Rekordy dla nieznajomych',
      book: 'Rekordy z numerami telefonów',
      sharing: 'Co widzi użytkownik',
      objects: 'Obiekty tej organizacji',
      layouts: 'Działania na stronach',
      queues: 'Kolejki zadań',
      rules: 'Reguły duplikatów i przypisania',
      zone: 'Strefa czasowa',
      address: 'Adres publiczny',
    },
    problems: {
      'not-connected': 'Organizacja nie jest podłączona. {because}',
      'org-read-only':
        'Salesforce serwisuje organizację: można ją czytać, ale nic nie można zapisać. Połączenia są przechowywane i zostaną zapisane później.',
      'org-trial-ends': 'Okres próbny tej organizacji kończy się za {days} dni. Do tego czasu kup ją lub podłącz inną.',
      'org-edition':
        'W edycji {edition} API jest dodatkiem, a zestawy uprawnień są ograniczone. Teraz działa; upewnij się w Salesforce, że tak zostanie.',
      'api-nearly-spent':
        'Zużyto {percent} % wywołań API z ostatnich 24 godzin ({used} z {max}). Gdy się skończą, połączenia czekają na wolne. Sprawdź w Ustawieniach, kto je zużywa.',
      'api-too-small':
        'Przy {calls} połączeniach dziennie Cordboard może potrzebować około {forecast} wywołań API, a cała organizacja ma ich {max}. Dokup je lub podłącz mniej linii.',
      'user-is-admin':
        'Cordboard jest podłączony jako {user}, który może zmieniać wszystko ({profile}). Bezpieczniejszy jest osobny użytkownik z licencją Salesforce Integration i tylko potrzebnymi prawami.',
      'user-works':
        'Ktoś zalogował się jako podłączony użytkownik {when}. Daj Cordboard użytkownika, z którego nikt nie korzysta: jego zmian nie da się odróżnić od zmian Cordboard.',
      'user-is-agent': '{user} jest jednym z agentów, a zarazem podłączonym użytkownikiem Cordboard. Podłącz innego.',
      'logins-unseen': 'Nie udało się sprawdzić, czy ktoś pracuje jako podłączony użytkownik.',
      'rights-unseen': 'Nie udało się odczytać praw podłączonego użytkownika. Pozwala na to „View Setup and Configuration”.',
      'rights-to-install':
        'Do instalacji stąd podłączony użytkownik potrzebuje: {rights}. Nadaj je na czas instalacji albo wdróż folder przez Salesforce CLI.',
      'tasks-read-only': 'Podłączony użytkownik nie może tworzyć ani zmieniać zadań. Nadaj mu „Edit Tasks”.',
      'fields-hidden': 'Podłączony użytkownik nie może zapisywać tych pól Task, pozostaną puste: {fields}. Nadaj prawo do ich edycji.',
      'fields-required':
        'W tej organizacji każdy rekord {object} musi mieć {fields}, a Cordboard ich nie wypełnia. Ustaw je jako opcjonalne albo nadaj wartość domyślną.',
      'picklists-restricted':
        'Te listy wielokrotnego wyboru są ograniczone: {fields}. Etykieta spoza listy zostanie odrzucona; odznacz „Restrict picklist to the values defined in the value set”.',
      'name-field-absent':
        'Zadania nie mają pola {field} albo podłączony użytkownik go nie widzi. Bez niego Cordboard działa w formie zredukowanej: szuka własnych zadań przed zapisem, co kosztuje więcej wywołań API, a po awarii jedno połączenie na bardzo wiele może dostać dwa zadania; rekordy dla nieznajomych nie powstają. Zainstaluj je.',
      'name-field-unfit':
        'Polu {field} brakuje: {lacks}. Do tego czasu Cordboard działa w formie zredukowanej. Zmień pole w Object Manager → Activity.',
      'name-field-lost':
        'Utracono unikalne pole {field}: zniknęło albo je zmieniono, albo podłączony użytkownik nie widzi go lub nie może w nim pisać. Do czasu jego powrotu nic nie jest zapisywane, bo rozmowy mogłyby zostać zapisane dwa razy. Zainstaluj ponownie, nadaj temu użytkownikowi zestaw uprawnień albo odinstaluj, aby działać dalej bez tego pola.',
      'names-of-others':
        'Do {field} pisze ktoś inny: rekordów {object} z cudzą wartością jest {count}. Znajdź Flow lub import, który to robi, i zatrzymaj go.',
      'names-twice': 'Nazw, które stoją w {field} więcej niż jednego zadania: {count}. Usuń kopie, inaczej pole nie może być unikatowe.',
      'not-installed': 'Pola Cordboard nie są zainstalowane (dostępna wersja {current}).',
      'installed-outdated': 'Zainstalowana jest wersja {installed}, dostępna {current}. Zainstaluj ją.',
      'installed-newer': 'Zainstalowana jest wersja {installed}, a ten Cordboard zna {current}: zaktualizuj Cordboard.',
      'installed-by-hand': 'Pola utworzono ręcznie lub innym narzędziem: wersja jest nieznana. Po instalacji będą aktualizowane.',
      'permission-set-unassigned':
        'Zestaw uprawnień Cordboard jest w organizacji, ale podłączony użytkownik go nie ma. Zainstaluj ponownie albo przypisz go.',
      'person-hidden':
        'Nieznajomi mają stawać się rekordami {object}, których podłączony użytkownik nie widzi. Nadaj dostęp albo zmień reguły.',
      'person-not-creatable': 'Podłączony użytkownik nie może tworzyć rekordów {object}. Nadaj mu „Create”.',
      'person-name-field':
        '{object} nie ma unikatowego pola {field}, które podłączony użytkownik może zapisać. Bez niego jeden nieznajomy mógłby stać się dwoma, więc nic nie powstaje. Zainstaluj je.',
      'person-required':
        'W tej organizacji każdy rekord {object} musi mieć {fields}, a Cordboard ich nie wypełnia: rekordy nieznajomych są odrzucane. Ustaw pola jako opcjonalne albo nadaj wartość domyślną.',
      'book-kind-unread':
        'Te rekordy mają być dopasowywane, a nie można ich odczytać: {objects}. Nadaj prawo odczytu albo usuń je z reguł.',
      'sees-not-all':
        'Podłączony użytkownik widzi tylko część rekordów: {objects}. Dzwoniący z pozostałych będą nieznani. Prawo „View All” do obiektów pokazuje wszystkie; jeśli to celowe, zostaw.',
      'objects-absent': 'Ta organizacja lub ten użytkownik nie ma: {objects}. To, co od nich zależy, jest wyłączone.',
      'layouts-without-activities':
        'Niektóre układy stron nie pokazują działań: {objects}. Połączenia są tam zapisywane, ale nikt ich nie widzi. Dodaj do układów „Activity History” i „Open Activities”.',
      'pages-without-activities': 'Te strony Lightning nie mają komponentu „Activities”: {pages}. Przeciągnij go tam w App Builder.',
      'layouts-unseen': 'Nie udało się sprawdzić, czy strony pokazują działania: {objects}. Otwórz po jednym rekordzie i zobacz.',
      'no-task-queue':
        'Żadna kolejka nie przyjmuje zadań. Nieodebrane połączenia można wtedy dawać tylko użytkownikom. Aby to zmienić, utwórz kolejkę i dodaj do niej Task.',
      'duplicate-rules':
        '{object} pilnują reguły duplikatów: {rules}. Reguła blokująca może odrzucić rekord nieznajomego; takie połączenia widać wraz z przyczyną. Pozwól regule na zapis albo wyłącz z niej podłączonego użytkownika.',
      'assignment-rules':
        'Działają reguły przypisania ({objects}). Cordboard prosi Salesforce, by ich nie stosował: właściciele są tacy, jak mówią reguły tutaj.',
      'zone-differs': 'Organizacja jest w {org}, reguły mówią {policy}. Daty połączeń bez właściciela idą za regułami.',
      'no-public-address':
        'Ten serwer nie ma publicznego adresu https, więc telefon agentów i jego zaufany adres URL nie są instalowane. Ustaw CORDBOARD_PUBLIC_URL i zainstaluj ponownie.',
    },
  },
  install: {
    title: 'Pola i zestaw uprawnień',
    states: {
      missing: 'Nie zainstalowano: Cordboard działa w formie zredukowanej.',
      current: 'Zainstalowano, wersja {version}.',
      outdated: 'Zainstalowano wersję {version}; dostępna jest wersja {current}.',
      newer: 'Wersję {version} zainstalował nowszy Cordboard.',
      'by-hand': 'Pola są, ale nie zainstalował ich Cordboard.',
    },
    explained:
      'Jeden przycisk tworzy pola, zestaw uprawnień, call center i zaufany adres URL, nadaje zestaw uprawnień podłączonemu użytkownikowi i robi próbę jednym zadaniem, które od razu usuwa. Można go naciskać dowolnie często.',
    install: 'Zainstaluj',
    update: 'Zaktualizuj',
    again: 'Zainstaluj ponownie',
    running: { install: 'Instalujemy …', uninstall: 'Odinstalowujemy …', 'add-field': 'Tworzymy pole …' },
    steps: {
      begin: 'Patrzymy, co już jest',
      send: 'Wysyłamy pakiet',
      deploy: 'Salesforce go wdraża',
      fields: 'Tworzymy pola po jednym',
      assign: 'Nadajemy zestaw uprawnień podłączonemu użytkownikowi',
      verify: 'Zapisujemy i usuwamy jedno zadanie',
      unassign: 'Odbieramy wszystkim zestaw uprawnień',
      reconnect: 'Łączymy się od nowa',
      check: 'Sprawdzamy',
    },
    progress: '{done} z {total}',
    ended: {
      install: 'Zainstalowano.',
      uninstall: 'Odinstalowano: Cordboard działa dalej w formie zredukowanej.',
      'add-field': 'Pole zostało utworzone.',
    },
    notEnded: {
      failed: 'Nie doszło do końca.',
      interrupted: 'Przerwano: serwer, który nad tym pracował, stanął na „{step}”. Zacznij od nowa; nic nie dzieje się dwa razy.',
    },
    verified: 'Zapisano zadanie, znaleziono je po nazwie i usunięto.',
    byFields: 'Podłączony użytkownik nie może wdrażać, więc pola utworzono po jednym.',
    lacks: 'Podłączonemu użytkownikowi brakuje: {rights}. Administrator Salesforce może je nadać zestawem uprawnień.',
    refusals: 'Co odrzucił Salesforce:',
    leftOut: 'Pominięto: {part}. {because}',
    parts: { 'call-center': 'call center', 'trusted-site': 'zaufany adres URL' },
    because: {
      'no-public-address': 'Ten serwer nie ma publicznego adresu https (CORDBOARD_PUBLIC_URL).',
      'by-fields': 'Wymaga to prawa do wdrażania.',
    },
  },
  remove: {
    title: 'Odinstalowanie',
    explained: 'Usuwa wszystko, co zainstalował Cordboard. Zadania zostają; wartości tych pól przepadają.',
    parts: 'Usuwane: {parts}',
    fields: 'Także pola utworzone tutaj: {fields}',
    stays: 'Cudze pola, które zostają, lecz bez dostępu z zestawu uprawnień: {fields}',
    tasks: 'Zadania, które stracą nazwę, odnośnik i czas oczekiwania: {count}',
    people: 'Osoby, które stracą zestaw uprawnień: {count}',
    back: 'Usunięte pola Salesforce trzyma 15 dni w Object Manager → Deleted Fields; zestaw uprawnień znika od razu.',
    confirm: 'Aby potwierdzić, wpisz nazwę organizacji: {name}',
    remove: 'Odinstaluj',
    cancel: 'Anuluj',
  },
  fields: {
    title: 'Utwórz pole',
    explained:
      'Własne pole na etykiety, czasy lub cokolwiek, co mają nieść połączenia. Pola zadań tworzy się na Activity. Listy przyjmują każdą wartość.',
    object: 'Obiekt',
    objects: {
      activity: 'Activity (zadania)',
      lead: 'Potencjalny klient',
      contact: 'Kontakt',
      account: 'Konto',
      case: 'Sprawa',
      opportunity: 'Szansa',
    },
    label: 'Etykieta',
    type: 'Typ',
    types: {
      text: 'Tekst',
      'long-text': 'Długi tekst',
      number: 'Liczba',
      date: 'Data',
      'date-time': 'Data i godzina',
      checkbox: 'Pole wyboru',
      url: 'Adres (URL)',
      phone: 'Numer telefonu',
      picklist: 'Lista wyboru',
      'multi-picklist': 'Lista wielokrotnego wyboru (etykiety)',
    },
    name: 'Nazwa API',
    nameExplained: 'Pozostawiona pusta powstaje z etykiety.',
    add: 'Utwórz pole',
    layouts: 'Nie ma go jeszcze na żadnej stronie: dodaj je do układów stron.',
  },
};
