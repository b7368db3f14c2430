/** Forms of a language's plural (https://cldr.unicode.org/index/cldr-spec/plural-rules); `#` stands for the number. */
type Forms = { readonly other: string } & { readonly [form in Exclude<Intl.LDMLPluralRule, 'other'>]?: string };

/** Says a count in a language: `counted('pl', { one: '# wpis', few: '# wpisy', many: '# wpisów', other: '# wpisu' })(5)` is “5 wpisów”. */
export function counted(locale: string, forms: Forms): (count: number) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count) => (forms[rules.select(count)] ?? forms.other).replaceAll('#', numbers.format(count));
}

/** The same, with something else in the sentence; `{what}` stands for it. */
export function countedWith(locale: string, forms: Forms): (count: number, what: string) => string {
  const say = counted(locale, forms);
  return (count, what) => say(count).replaceAll('{what}', () => what);
}
