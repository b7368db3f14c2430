/** The word for something that came over the wire; undefined for what this page has no word for, a method of every object too. */
export const own = (words: Readonly<Record<string, string>>, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(words, key) ? words[key] : undefined;
