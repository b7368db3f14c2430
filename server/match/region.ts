import { getCountries, type CountryCode } from 'libphonenumber-js/max';
import { alpha3, otherNames } from './country-names.ts';

/** ISO 3166 alpha-2 of a country, or part of one, that has a numbering plan. */
export type Region = CountryCode;

/**
 * The region a country field of Salesforce means: a code of two or three letters, or a name in one of our languages, in the country's own,
 * or as ISO 3166 writes it, in any case, with or without accents. Undefined for whatever else: a guess would make strong keys of it.
 */
export function regionOf(country: string | undefined | null): Region | undefined {
  if (country === undefined || country === null || country.length > longestName || notSaid.test(country)) return undefined;
  names ??= readNames();
  return names.get(keyOf(country)) ?? names.get(withoutForm(country));
}
const longestName = 100;
/** Not Namibia. */
const notSaid = /^\s*n\s*[./]\s*a\.?\s*$/i;

/** What is the same for whoever reads it: `Côte d’Ivoire`, `COTE D'IVOIRE`; `U.S.A.`, `usa`; `St. Lucia`, `Saint Lucia`; `Bosnia & …`, `and`. */
function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFKC') // puts back together what isn't Latin, Cyrillic or Greek: ブ, 한
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[łøđıßæœ]/g, (letter) => alone[letter] ?? letter)
    .replaceAll(/\bst\b\.?/g, 'saint')
    .replace(/^\s*the\s+|,\s*the\s*$/, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');
}
/** Letters of their own in Unicode that people without the keyboard type so. */
const alone: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe' };

/** `Republic of Poland` and `Moldova, Republic of` are Poland and Moldova. Where it isn't so, as in Korea, the whole has a line of its own. */
const withoutForm = (country: string): string => keyOf(country.replace(formBefore, '').replace(formAfter, ''));
const form = "(?:[\\p{L}'’]+\\s)*(?:republic|kingdom|state|federation|principality|commonwealth|sultanate|union) of(?: the)?";
const formBefore = new RegExp(`^\\s*(?:the )?${form} `, 'iu');
const formAfter = new RegExp(`,\\s*(?:the )?${form}\\s*$`, 'iu');

let names: ReadonlyMap<string, Region> | undefined;
/** The languages of our screens and users; each country's own is added. */
const languages = ['en', 'fr', 'ja', 'ru', 'pl', 'uk', 'de', 'es', 'it', 'pt', 'nl'];

/** Once, at the first question. Codes come first, since a short name in some language is another country's code; of two names English wins. */
function readNames(): ReadonlyMap<string, Region> {
  const read = new Map<string, Region>();
  const regions = getCountries();
  const add = (name: string | undefined, region: Region): void => {
    const key = keyOf(name ?? '');
    if (key !== '' && !read.has(key)) read.set(key, region);
  };
  for (const region of regions) add(region, region);
  for (const [, region, code] of alpha3.matchAll(/(..):(...)/g)) add(code, region as Region);
  for (const region of regions) for (const name of otherNames[region]?.split('|') ?? []) add(name, region);

  for (const language of languages)
    for (const style of ['long', 'short'] as const) {
      const inLanguage = new Intl.DisplayNames([language], { type: 'region', style, fallback: 'none' });
      for (const region of regions) {
        const name = inLanguage.of(region);
        if (style === 'long' || !/^[a-z]{0,3}$/.test(keyOf(name ?? ''))) add(name, region); // not R.-U. and É.-U., which look like codes
      }
    }
  for (const region of regions) {
    const { language, script } = new Intl.Locale(`und-${region}`).maximize();
    const own = new Intl.DisplayNames([`${language}-${script ?? 'Latn'}`], { type: 'region', fallback: 'none' }).of(region);
    add(own, region);
  }
  return read;
}
