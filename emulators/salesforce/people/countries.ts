// Five countries, as far as a phone book needs them: how people and companies are called there, and which numbers exist.

export type CountryCode = 'PL' | 'UA' | 'JP' | 'US' | 'FR';
/** A kind of number without calling code and trunk prefix: what it may begin with (all of one length), and how people group its digits. */
export type Range = { readonly begins: readonly string[]; readonly groups: readonly number[] };
export type Country = {
  readonly code: CountryCode;
  readonly name: string;
  readonly callingCode: string;
  /** Dialled before a number inside the country. */
  readonly trunk: string;
  readonly mobile: Range;
  readonly landline: Range;
  /** "extension" as people there write it behind a number. */
  readonly extension: string;
  /** What stands beside a number when somebody wrote down whose it is. */
  readonly remarks: readonly string[];
  readonly firstNames: readonly Name[];
  readonly lastNames: readonly Name[];
  readonly cities: readonly string[];
  readonly company: (lastName: Name, trade: Name, city: string) => Name;
  readonly trades: readonly Name[];
};
/** As written there, and in plain letters for an e-mail address. */
export type Name = { readonly written: string; readonly plain: string };

const plainOf = (written: string): string =>
  written
    .normalize('NFD')
    .replaceAll('ł', 'l')
    .replaceAll('Ł', 'L')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
const latin = (words: string): Name[] => words.split(', ').map((written) => ({ written, plain: plainOf(written) }));
const paired = (words: string): Name[] =>
  words.split(', ').map((pair) => {
    const [written = '', plain = ''] = pair.split('=');
    return { written, plain };
  });
const list = (words: string): string[] => words.split(', ');
/** Every beginning with every digit of `digits` behind it. */
const followedBy = (begins: string, digits: string): string[] => list(begins).flatMap((begin) => [...digits].map((digit) => begin + digit));

const poland: Country = {
  code: 'PL',
  name: 'Poland',
  callingCode: '48',
  trunk: '',
  mobile: { begins: followedBy('50, 51, 53, 57, 60, 66, 69, 72, 73, 78, 79, 88', '0123456789'), groups: [3, 3, 3] },
  landline: {
    begins: list('12, 22, 32, 42, 52, 58, 61, 71, 81, 85, 91').flatMap((area) => followedBy(area, '23456789')),
    groups: [2, 3, 2, 2],
  },
  extension: 'wew.',
  remarks: ['(żona)', '(księgowość)', '- sekretariat', 'po 16:00'],
  firstNames: latin(
    'Anna, Maria, Katarzyna, Małgorzata, Agnieszka, Barbara, Ewa, Krystyna, Magdalena, Elżbieta, Joanna, Zofia, Aleksandra, Monika, Julia, Hanna, Piotr, Krzysztof, Tomasz, Paweł, Andrzej, Michał, Marcin, Jan, Jakub, Adam, Łukasz, Stanisław, Mateusz, Grzegorz, Wojciech, Rafał, Szymon, Bartosz, Kamil, Sławomir',
  ),
  lastNames: latin(
    'Nowak, Wójcik, Kowalczyk, Woźniak, Mazur, Krawczyk, Kaczmarek, Zając, Król, Wieczorek, Wróbel, Stępień, Dudek, Adamczyk, Pawlak, Sikora, Walczak, Baran, Michalak, Szewczyk, Pietrzak, Marciniak, Bąk, Duda, Włodarczyk, Kubiak, Wilk, Lis, Kaźmierczak, Sobczak, Andrzejczak, Kozak, Mróz, Tomczyk, Kołodziej, Urban, Gajda, Musiał, Czech, Kurek, Banaś, Bielak, Żak, Ślusarczyk, Kruk, Wrona, Gołąb, Maj, Ptak, Sroka',
  ),
  cities: list('Warszawa, Kraków, Łódź, Wrocław, Poznań, Gdańsk, Szczecin, Bydgoszcz, Lublin, Katowice, Białystok, Rzeszów'),
  trades: latin(
    'Piekarnia, Transport, Budownictwo, Stolarnia, Apteka, Księgarnia, Hurtownia, Instal, Meble, Logistyka, Drukarnia, Okna, Serwis, Ogrody, Elektro, Mechanika',
  ),
  company: (lastName, trade, city) => ({
    written: `${trade.written} ${lastName.written} ${city} Sp. z o.o.`,
    plain: `${trade.plain}-${lastName.plain}`,
  }),
};

const ukraine: Country = {
  code: 'UA',
  name: 'Ukraine',
  callingCode: '380',
  trunk: '0',
  mobile: { begins: list('50, 63, 66, 67, 68, 73, 91, 93, 95, 96, 97, 98, 99'), groups: [2, 3, 4] },
  landline: { begins: list('44, 32, 48, 57, 56').flatMap((area) => followedBy(area, '234567')), groups: [2, 3, 4] },
  extension: 'доб.',
  remarks: ['(дружина)', '(бухгалтерія)', '- офіс', 'після 18'],
  firstNames: paired(
    'Олена=olena, Ірина=iryna, Наталія=nataliia, Оксана=oksana, Тетяна=tetiana, Юлія=yuliia, Анна=anna, Марія=mariia, Світлана=svitlana, Катерина=kateryna, Людмила=liudmyla, Вікторія=viktoriia, Андрій=andrii, Олександр=oleksandr, Сергій=serhii, Дмитро=dmytro, Іван=ivan, Микола=mykola, Володимир=volodymyr, Тарас=taras, Богдан=bohdan, Юрій=yurii, Василь=vasyl, Ярослав=yaroslav, Максим=maksym, Роман=roman, Петро=petro, Олег=oleh',
  ),
  lastNames: paired(
    'Шевченко=shevchenko, Коваленко=kovalenko, Бондаренко=bondarenko, Ткаченко=tkachenko, Кравченко=kravchenko, Олійник=oliinyk, Шевчук=shevchuk, Поліщук=polishchuk, Бойко=boiko, Ткачук=tkachuk, Марченко=marchenko, Лисенко=lysenko, Мельник=melnyk, Руденко=rudenko, Савченко=savchenko, Петренко=petrenko, Кравчук=kravchuk, Клименко=klymenko, Павленко=pavlenko, Савчук=savchuk, Кузьменко=kuzmenko, Левченко=levchenko, Пономаренко=ponomarenko, Василенко=vasylenko, Гончаренко=honcharenko, Мороз=moroz, Карпенко=karpenko, Гаврилюк=havryliuk, Литвиненко=lytvynenko, Романюк=romaniuk, Хоменко=khomenko, Сидоренко=sydorenko, Панченко=panchenko, Іваненко=ivanenko, Юрченко=yurchenko, Дяченко=diachenko',
  ),
  cities: list('Київ, Львів, Одеса, Харків, Дніпро, Вінниця, Полтава, Чернівці, Житомир, Луцьк'),
  trades: paired(
    'Агро=agro, Буд=bud, Транс=trans, Меблі=mebli, Хліб=khlib, Світло=svitlo, Метал=metal, Текстиль=tekstyl, Авто=avto, Скло=sklo, Деревина=derevyna, Фарм=farm',
  ),
  company: (lastName, trade, city) => ({
    written: `ТОВ «${trade.written}-${lastName.written}», ${city}`,
    plain: `${trade.plain}-${lastName.plain}`,
  }),
};

const japan: Country = {
  code: 'JP',
  name: 'Japan',
  callingCode: '81',
  trunk: '0',
  mobile: { begins: followedBy('70, 80, 90', '123456789'), groups: [2, 4, 4] },
  landline: { begins: list('33, 34, 35, 36, 66, 67'), groups: [1, 4, 4] }, // Tokyo and Osaka
  extension: '内線',
  remarks: ['（自宅）', '（代表）', '経理', '夜間のみ'],
  firstNames: paired(
    '陽子=yoko, 美咲=misaki, 恵子=keiko, 直美=naomi, 裕子=yuko, 愛=ai, 真由美=mayumi, 結衣=yui, 葵=aoi, 桜=sakura, 翔太=shota, 健太=kenta, 大輔=daisuke, 誠=makoto, 拓也=takuya, 浩=hiroshi, 蓮=ren, 悠斗=yuto, 隆=takashi, 智也=tomoya, 和也=kazuya, 直樹=naoki, 亮=ryo, 学=manabu',
  ),
  lastNames: paired(
    '佐藤=sato, 鈴木=suzuki, 高橋=takahashi, 田中=tanaka, 伊藤=ito, 渡辺=watanabe, 山本=yamamoto, 中村=nakamura, 小林=kobayashi, 加藤=kato, 吉田=yoshida, 山田=yamada, 佐々木=sasaki, 山口=yamaguchi, 松本=matsumoto, 井上=inoue, 木村=kimura, 林=hayashi, 清水=shimizu, 山崎=yamazaki, 森=mori, 池田=ikeda, 橋本=hashimoto, 阿部=abe, 石川=ishikawa, 前田=maeda, 藤田=fujita, 小川=ogawa, 岡田=okada, 後藤=goto, 長谷川=hasegawa, 村上=murakami',
  ),
  cities: list('東京, 大阪, 横浜, 名古屋, 札幌, 福岡, 神戸, 京都, 仙台, 広島'),
  trades: paired(
    '商事=shoji, 電機=denki, 建設=kensetsu, 運輸=unyu, 印刷=insatsu, 酒造=shuzo, 製作所=seisakusho, 食品=shokuhin, 工業=kogyo, 薬局=yakkyoku',
  ),
  company: (lastName, trade, city) => ({
    written: `株式会社${lastName.written}${trade.written} ${city}`,
    plain: `${lastName.plain}-${trade.plain}`,
  }),
};

const unitedStates: Country = {
  code: 'US',
  name: 'USA',
  callingCode: '1',
  trunk: '',
  mobile: { begins: exchanges('201, 303, 310, 404, 415, 512, 602, 617, 646, 702, 713, 786, 818, 917'), groups: [3, 3, 4] },
  landline: { begins: exchanges('206, 212, 213, 214, 305, 312, 313, 412, 503, 504, 614, 716, 816, 901'), groups: [3, 3, 4] },
  extension: 'x',
  remarks: ['(wife)', '(billing)', '- front desk', 'after 5pm'],
  firstNames: latin(
    'Mary, Patricia, Jennifer, Linda, Elizabeth, Barbara, Susan, Jessica, Karen, Sarah, Nancy, Lisa, Emily, Grace, James, Robert, John, Michael, David, William, Richard, Joseph, Thomas, Carlos, Daniel, Anthony, Mark, Jose, Steven, Andrew',
  ),
  lastNames: latin(
    "Smith, Johnson, Williams, Brown, Jones, Garcia, Miller, Davis, Rodriguez, Martinez, Hernandez, Lopez, Gonzalez, Wilson, Anderson, Thomas, Taylor, Moore, Jackson, Martin, Lee, Perez, Thompson, White, Harris, Sanchez, Clark, Ramirez, Lewis, Robinson, Walker, Young, O'Neil, O'Brien, Nguyen, King, Wright, Scott, Torres, Hill",
  ),
  cities: list('New York, Los Angeles, Chicago, Houston, Phoenix, Boston, Portland, Denver, Miami, Seattle, Austin, Atlanta'),
  trades: latin('Supply, Roofing, Dental, Bakery, Logistics, Plumbing, Law, Motors, Books, Foods, Electric, Travel, Homes, Fitness'),
  company: (lastName, trade, city) => ({
    written: `${lastName.written} ${trade.written} of ${city}, LLC`,
    plain: `${lastName.plain}-${trade.plain}`,
  }),
};

const france: Country = {
  code: 'FR',
  name: 'France',
  callingCode: '33',
  trunk: '0',
  mobile: { begins: list('60, 61, 62, 64, 65, 66, 67, 68, 76, 77, 78'), groups: [1, 2, 2, 2, 2] },
  landline: { begins: list('14, 15, 22, 23, 24, 32, 34, 38, 42, 44, 47, 49, 53, 55, 56'), groups: [1, 2, 2, 2, 2] },
  extension: 'poste',
  remarks: ['(épouse)', '(compta)', '- accueil', 'après 18h'],
  firstNames: latin(
    'Marie, Jeanne, Françoise, Monique, Catherine, Nathalie, Isabelle, Jacqueline, Sylvie, Camille, Léa, Chloé, Inès, Jean, Pierre, Michel, André, Philippe, Alain, Bernard, Luc, Nicolas, Julien, Hugo, Louis, Jérôme, Benoît, Étienne',
  ),
  lastNames: latin(
    "Martin, Bernard, Thomas, Petit, Robert, Richard, Durand, Dubois, Moreau, Laurent, Simon, Michel, Lefèvre, Leroy, Roux, David, Bertrand, Morel, Fournier, Girard, Bonnet, Dupont, Lambert, Fontaine, Rousseau, Vincent, Müller, Lefort, Faure, André, Mercier, Blanc, Guérin, Boyer, Garnier, Chevalier, François, Legrand, Gauthier, D'Angelo",
  ),
  cities: list('Paris, Marseille, Lyon, Toulouse, Nice, Nantes, Strasbourg, Bordeaux, Lille, Rennes'),
  trades: latin(
    'Boulangerie, Transports, Menuiserie, Pharmacie, Librairie, Garage, Électricité, Vins, Imprimerie, Jardins, Conseil, Optique',
  ),
  company: (lastName, trade, city) => ({
    written: `${trade.written} ${lastName.written} ${city} SARL`,
    plain: `${trade.plain}-${lastName.plain}`,
  }),
};

/** Behind the area code stands 2 to 9; N11 is a service. */
function exchanges(areas: string): string[] {
  return list(areas).flatMap((area) =>
    Array.from({ length: 800 }, (_, place) => String(place + 200))
      .filter((exchange) => !exchange.endsWith('11') && exchange !== '555') // 555 is for directory assistance and films
      .map((exchange) => area + exchange),
  );
}

/** With how many of a hundred people live there. */
export const countries: readonly (readonly [Country, number])[] = [
  [poland, 30],
  [ukraine, 20],
  [japan, 20],
  [unitedStates, 18],
  [france, 12],
];
