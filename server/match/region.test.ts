import { getCountries } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { regionOf, type Region } from './region.ts';

test.each<readonly [written: string, region: Region, source: string]>([
  ['PL', 'PL', 'alpha-2, as in Salesforce’s country picklists'],
  [' pl ', 'PL', 'any case, trimmed'],
  ['POL', 'PL', 'alpha-3'],
  ['USA', 'US', 'alpha-3'],
  ['deu', 'DE', 'alpha-3'],
  ['UK', 'GB', 'an alias that is no ISO code'],
  ['EL', 'GR', 'the EU’s code for Greece'],
  ['XKX', 'XK', 'Kosovo’s code by use'],
  ['U.S.A.', 'US', 'dots'],
  ['United States of America', 'US', 'official'],
  ['The Netherlands', 'NL', 'article'],
  ['Gambia, The', 'GM', 'article behind'],
  ['England', 'GB', 'a part people take for the whole'],
  ['Poland', 'PL', 'EN'],
  ['Pologne', 'PL', 'FR'],
  ['ポーランド', 'PL', 'JA'],
  ['Польша', 'PL', 'RU'],
  ['Polska', 'PL', 'PL'],
  ['POLSKA', 'PL', 'any case'],
  ['Польща', 'PL', 'UK'],
  ['Polen', 'PL', 'DE'],
  ['Україна', 'UA', 'local'],
  ['Украина', 'UA', 'RU'],
  ['ウクライナ', 'UA', 'JA'],
  ['日本', 'JP', 'local'],
  ['Japon', 'JP', 'FR'],
  ['アメリカ', 'US', 'JA, short'],
  ['アメリカ合衆国', 'US', 'JA'],
  ['ｱﾒﾘｶ', 'US', 'JA, half-width'],
  ['США', 'US', 'RU'],
  ['Stany Zjednoczone', 'US', 'PL'],
  ['Deutschland', 'DE', 'local'],
  ['Niemcy', 'DE', 'PL'],
  ['Россия', 'RU', 'local'],
  ['Russian Federation', 'RU', 'ISO 3166'],
  ['Osterreich', 'AT', 'without its diacritics'],
  ['Oesterreich', 'AT', 'diacritics spelt out'],
  ['Wlochy', 'IT', 'PL, without its diacritics'],
  ['Svizzera', 'CH', 'one of several languages of the country'],
  ['España', 'ES', 'local'],
  ['México', 'MX', 'local'],
  ['Ελλάδα', 'GR', 'local'],
  ['대한민국', 'KR', 'local'],
  ['中国', 'CN', 'local'],
  ['台灣', 'TW', 'local'],
  ['Türkiye', 'TR', 'local'],
  ['Turkey', 'TR', 'the name until 2022'],
  ['Korea, Republic of', 'KR', 'ISO 3166'],
  ["Korea, Democratic People's Republic of", 'KP', 'ISO 3166'],
  ['Congo, The Democratic Republic of the', 'CD', 'ISO 3166'],
  ['Congo', 'CG', 'ISO 3166'],
  ['Moldova, Republic of', 'MD', 'ISO 3166'],
  ['Republic of Moldova', 'MD', 'ISO 3166, official'],
  ['Tanzania, United Republic of', 'TZ', 'ISO 3166'],
  ['Republic of China', 'TW', 'not China'],
  ["People's Republic of China", 'CN', 'ISO 3166, official'],
  ['Viet Nam', 'VN', 'ISO 3166'],
  ['Bosnia and Herzegovina', 'BA', 'ISO 3166; CLDR writes &'],
  ['COTE D’IVOIRE', 'CI', 'no accent, typographic apostrophe'],
  ["Cote d'Ivoire", 'CI', 'no accent, typewriter apostrophe'],
  ['Saint Lucia', 'LC', 'ISO 3166; CLDR writes St.'],
  ['Czech Republic', 'CZ', 'the name until 2016'],
  ['Hong Kong', 'HK', 'CLDR, short'],
  ['Guernsey', 'GG', 'its own region, one plan with GB'],
  ['Republic of Poland', 'PL', 'the form of the state'],
  ['Kingdom of the Netherlands', 'NL', 'the form of the state, with its article'],
  ['The Federal Republic of Germany', 'DE', 'the form of the state in two words, with an article'],
  ['Poland, Republic of', 'PL', 'the form behind'],
  ['Germany, the Federal Republic of ', 'DE', 'the form behind, with an article'],
  ['St Lucia', 'LC', 'St without a point'],
  ['St. Kitts & Nevis', 'KN', 'St. and &'],
  ['Curacao', 'CW', 'without its cedilla'],
  ['Aland', 'AX', 'without its ring'],
  ['Faeroer', 'FO', 'æ and ø spelt out'],
  ['Bahamas , the', 'BS', 'article behind'],
  ['Bahamas,the ', 'BS', 'article behind, its spaces elsewhere'],
  ['  the  Bahamas', 'BS', 'article before'],
])('%j is %s (%s)', (written, region) => expect(regionOf(written)).toBe(region));

test('a name may have a hundred characters', () => expect(regionOf(`Poland${' '.repeat(94)}`)).toBe('PL'));
test('Namibia is no missing answer', () => expect(regionOf('NA')).toBe('NA'));

test.each([
  undefined,
  null,
  '',
  '  ',
  '-',
  'n/a',
  'N.A.',
  ' n / a ',
  'Po the land',
  'Po, the land',
  'N.a',
  'XX',
  'ZZZ',
  'Poland Sp. z o.o.',
  'Warszawa',
  'New Jersey',
  'EU',
  'Europe',
  'Earth',
  'Republic of',
  '+48',
  '🇵🇱',
  'x'.repeat(10_000),
  `Poland${' '.repeat(95)}`,
])('%j is no region', (written) => expect(regionOf(written)).toBe(undefined));

describe('every region with a numbering plan', () => {
  /** Abbreviations of three letters and fewer are another country's code sooner than this one's. */
  const abbreviations = new Set(['R.-U.', 'É.-U.']);
  test.each(['en', 'fr', 'ja', 'ru', 'pl', 'uk', 'de'])('has its name in %s, long and short', (language) => {
    for (const style of ['long', 'short'] as const) {
      const names = new Intl.DisplayNames([language], { type: 'region', style });
      for (const region of getCountries()) {
        const name = names.of(region)!;
        if (!abbreviations.has(name)) expect([name, regionOf(name), regionOf(name.toUpperCase())]).toEqual([name, region, region]);
      }
    }
  });
  test('has its name in its own language, and its code', () => {
    for (const region of getCountries()) {
      const { language, script } = new Intl.Locale(`und-${region}`).maximize();
      const name = new Intl.DisplayNames([`${language}-${script}`], { type: 'region' }).of(region)!;
      expect([name, regionOf(name)]).toEqual([name, region]);
      expect(regionOf(region.toLowerCase())).toBe(region);
    }
  });
});
