/** Something wrong in what an admin wrote; `path` says where, as in `stranger.missed`; `position` at which character of a text, from 1. */
export type Mistake = { readonly path: string; readonly message: string; readonly position?: number };
/** Reads the value at a path. Undefined: it can't be used, and `SettingsReader` has been told why. */
export type ReadValue<T> = (path: string, value: unknown) => T | undefined;

/** Reads settings that a person wrote, and collects everything that is wrong with them, so that it is mended in one go. */
export class SettingsReader {
  readonly mistakes: Mistake[] = [];

  wrong(path: string, message: string, position?: number): undefined {
    this.mistakes.push({ path, message, ...(position !== undefined && { position }) });
  }

  oneOf<const T extends string>(choices: readonly T[]): ReadValue<T> {
    return (path, value) =>
      choices.find((choice) => choice === value) ??
      this.wrong(path, `Choose one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${say(value)}.`);
  }

  /** One line of text. */
  line(atMost: number): ReadValue<string> {
    return (path, value) => {
      if (typeof value !== 'string' || value.trim() === '') return this.wrong(path, `Give a text that isn't empty, not ${say(value)}.`);
      if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return this.wrong(path, 'Give one line without control characters.');
      return value.length > atMost ? this.wrong(path, `Give at most ${atMost} characters, not ${value.length}.`) : value;
    };
  }

  /** `what`: how such a text is called in a message, with an example. */
  matching(pattern: RegExp, what: string): ReadValue<string> {
    return (path, value) =>
      typeof value === 'string' && pattern.test(value) ? value : this.wrong(path, `Give ${what}, not ${say(value)}.`);
  }

  readonly truth: ReadValue<boolean> = (path, value) =>
    typeof value === 'boolean' ? value : this.wrong(path, `Give true or false, not ${say(value)}.`);

  /** `what`: "hours", "a whole number". */
  number(what: string, from: number, to: number, whole = false): ReadValue<number> {
    return (path, value) =>
      typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value))
        ? value
        : this.wrong(path, `Give ${what} from ${from} to ${to}, not ${say(value)}.`);
  }

  /** A list in which nothing stands twice; `what`: what its members are. */
  list(pattern: RegExp, what: string): ReadValue<readonly string[]> {
    return (path, value) => {
      if (!Array.isArray(value)) return this.wrong(path, `Give a list of ${what}, not ${say(value)}.`);
      const bad = value.filter((one) => typeof one !== 'string' || !pattern.test(one));
      for (const one of bad) this.wrong(path, `${say(one)} is none of ${what}.`);
      if (new Set(value).size < value.length) this.wrong(path, 'Something stands there twice.');
      return bad.length === 0 ? (value as string[]) : undefined;
    };
  }

  /** What of an object is given; the rest is left to its defaults. `what`: what it has, for who gave something else. */
  object<T extends object>(
    readers: { readonly [Key in keyof Required<T>]: ReadValue<T[Key]> },
    what = 'an object',
    unknown = 'There is no such setting.',
  ): ReadValue<Partial<T>> {
    const known = Object.keys(readers) as (keyof T & string)[];
    return (path, value) => {
      if (!isObject(value)) return this.wrong(path, `Give ${what}, not ${say(value)}.`);
      const at = (key: string) => (path === '' ? key : `${path}.${key}`);
      for (const key of Object.keys(value).filter((one) => !Object.hasOwn(readers, one)))
        this.wrong(at(key), `${unknown} There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`);
      const given = known.filter((key) => Object.hasOwn(value, key)).map((key) => [key, readers[key](at(key), value[key])] as const);
      return Object.fromEntries(given.filter(([, read]) => read !== undefined)) as Partial<T>;
    };
  }

  /** An object with keys of the admin's own; `read` gets each key as well. */
  map<T>(what: string, read: (path: string, key: string, value: unknown) => T | undefined): ReadValue<Readonly<Record<string, T>>> {
    return (path, value) => {
      if (!isObject(value)) return this.wrong(path, `Give ${what}, not ${say(value)}.`);
      const entries = Object.entries(value).map(([key, one]) => [key, read(`${path}.${key}`, key, one)] as const);
      return Object.fromEntries(entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined));
    };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** What was given, short enough to be read in a sentence. */
export function say(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value) ?? 'undefined';
}
