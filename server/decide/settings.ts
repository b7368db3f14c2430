/**
 * Something wrong in what an admin wrote; `path` says where, as in `stranger.missed`; `position` at which character of a text, from 1.
 * `together`: each setting is right alone, which is all that a schema can tell; with the others it can't be meant.
 */
export type Mistake = { readonly path: string; readonly message: string; readonly position?: number; readonly together?: true };
/** The part of JSON Schema (2020-12) that settings are told in. */
export type JsonSchema = {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly uniqueItems?: boolean;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: false | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
};
/**
 * Reads the value at a path. Undefined: it can't be used, and `SettingsReader` has been told why. `schema`: the same said to editors and other
 * programs; it takes everything the reader takes, and may take more where words are needed to refuse it. `described` gives one to a reader.
 */
export type ReadValue<T> = {
  (path: string, value: unknown): T | undefined;
  readonly schema?: JsonSchema;
  /** Reads what is given and no more, where this one adds what is so by default. */
  readonly alone?: ReadValue<object>;
};

/** A reader of one's own with its schema beside it. */
export const described = <T>(schema: JsonSchema, read: (path: string, value: unknown) => T | undefined): ReadValue<T> =>
  Object.assign((path: string, value: unknown) => read(path, value), { schema });

/** Breaks a line, or can't be stored: control characters, separators, half a surrogate pair. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
/** One line that isn't empty, without what validators in other languages don't know: \p, flags, looking ahead. */
const oneLine = (() => {
  const controls = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029';
  return `^[^${controls}]*[^\\s${controls}][^${controls}]*$`;
})();
const mostKey = 200;
/** JSON Schema has no flags, so a pattern that has some isn't told there. */
const told = (pattern: RegExp): JsonSchema =>
  /^u?$/.test(pattern.flags) ? { type: 'string', pattern: pattern.source } : { type: 'string' };

/** Reads settings that a person wrote, and collects everything that is wrong with them, so that it is mended in one go. */
export class SettingsReader {
  readonly mistakes: Mistake[] = [];

  wrong(path: string, message: string, position?: number): undefined {
    this.mistakes.push({ path, message, ...(position !== undefined && { position }) });
  }

  /** Of a setting that is right alone. */
  clash(path: string, message: string): undefined {
    this.mistakes.push({ path, message, together: true });
  }

  oneOf<const T extends string>(choices: readonly T[]): ReadValue<T> {
    return described(
      { enum: choices },
      (path, value) =>
        choices.find((choice) => choice === value) ??
        this.wrong(path, `Choose one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${say(value)}.`),
    );
  }

  /** One line of text. */
  line(atMost: number): ReadValue<string> {
    return described({ type: 'string', maxLength: atMost, pattern: oneLine }, (path, value) => {
      if (typeof value !== 'string' || value.trim() === '') return this.wrong(path, `Give a text that isn't empty, not ${say(value)}.`);
      if (unprintable.test(value)) return this.wrong(path, 'Give one line without control characters.');
      return value.length > atMost ? this.wrong(path, `Give at most ${atMost} characters, not ${value.length}.`) : value;
    });
  }

  /** `what`: how such a text is called in a message, with an example. */
  matching(pattern: RegExp, what: string): ReadValue<string> {
    return described(told(pattern), (path, value) =>
      typeof value === 'string' && pattern.test(value) ? value : this.wrong(path, `Give ${what}, not ${say(value)}.`),
    );
  }

  readonly truth: ReadValue<boolean> = described({ type: 'boolean' }, (path, value) =>
    typeof value === 'boolean' ? value : this.wrong(path, `Give true or false, not ${say(value)}.`),
  );

  /** `what`: "hours", "a whole number". */
  number(what: string, from: number, to: number, whole = false): ReadValue<number> {
    return described({ type: whole ? 'integer' : 'number', minimum: from, maximum: to }, (path, value) =>
      typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value))
        ? value
        : this.wrong(path, `Give ${what} from ${from} to ${to}, not ${say(value)}.`),
    );
  }

  /** A list in which nothing stands twice; `what`: what its members are. */
  list(pattern: RegExp, what: string): ReadValue<readonly string[]> {
    return described({ type: 'array', items: told(pattern), uniqueItems: true }, (path, value) => {
      if (!Array.isArray(value)) return this.wrong(path, `Give a list of ${what}, not ${say(value)}.`);
      const bad = value.filter((one) => typeof one !== 'string' || !pattern.test(one) || unprintable.test(one));
      for (const one of bad) this.wrong(path, `${say(one)} is none of ${what}.`);
      if (new Set(value).size < value.length) this.wrong(path, 'Something stands there twice.');
      return bad.length === 0 ? (value as string[]) : undefined;
    });
  }

  /** A list of objects, each with what it needs; each is read at its place, counted from 0. `what`: what they are. */
  each<T extends object>(
    what: string,
    read: ReadValue<Partial<T>>,
    { needed, atMost }: { readonly needed: readonly (keyof T & string)[]; readonly atMost: number },
  ): ReadValue<readonly T[]> {
    const items = { ...read.schema, required: needed };
    return described({ type: 'array', items }, (path, value) => {
      if (!Array.isArray(value)) return this.wrong(path, `Give a list of ${what}, not ${say(value)}.`);
      if (value.length > atMost) return this.wrong(path, `Give at most ${atMost} ${what}, not ${value.length}.`);
      return value.flatMap((given: unknown, index) => {
        const at = `${path}[${index}]`;
        const one = read(at, given);
        if (one === undefined) return [];
        for (const key of needed.filter((lacking) => !Object.hasOwn(given as object, lacking))) this.wrong(at, `It needs ${key}.`);
        const isWhole = (some: Partial<T>): some is T => needed.every((key) => Object.hasOwn(some, key));
        return isWhole(one) ? [one] : [];
      });
    });
  }

  /** Some of these, each once. */
  someOf<const T extends string>(choices: readonly T[]): ReadValue<readonly T[]> {
    const one = this.oneOf(choices);
    return described({ type: 'array', items: { enum: choices }, uniqueItems: true }, (path, value) => {
      if (!Array.isArray(value))
        return this.wrong(path, `Give a list of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${say(value)}.`);
      if (new Set(value).size < value.length) this.wrong(path, 'Something stands there twice.');
      const read = value.map((each) => one(path, each));
      return read.every((each) => each !== undefined) ? read : undefined;
    });
  }

  /** What of an object is given; the rest is left to its defaults. `what`: what it has, for who gave something else. */
  object<T extends object>(
    readers: { readonly [Key in keyof Required<T>]: ReadValue<T[Key]> },
    what = 'an object',
    unknown = 'There is no such setting.',
  ): ReadValue<Partial<T>> {
    const known = Object.keys(readers) as (keyof T & string)[];
    const properties = Object.fromEntries(known.map((key) => [key, readers[key].schema ?? {}]));
    return described({ type: 'object', properties, additionalProperties: false }, (path, value) => {
      if (!isObject(value)) return this.wrong(path, `Give ${what}, not ${say(value)}.`);
      const at = (key: string) => (path === '' ? key : `${path}.${key}`);
      for (const key of Object.keys(value).filter((one) => !Object.hasOwn(readers, one)))
        this.wrong(at(key), `${unknown} There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`);
      const given = known.filter((key) => Object.hasOwn(value, key)).map((key) => [key, readers[key](at(key), value[key])] as const);
      return Object.fromEntries(given.filter(([, read]) => read !== undefined)) as Partial<T>;
    });
  }

  /** An object with keys of the admin's own; `read` gets each key as well. `schema`: of what stands under a key, and of the keys. */
  map<T>(
    what: string,
    read: (path: string, key: string, value: unknown) => T | undefined,
    schema?: { readonly values: JsonSchema | undefined; readonly keys?: RegExp },
  ): ReadValue<Readonly<Record<string, T>>> {
    const names: JsonSchema = { ...(schema?.keys ? told(schema.keys) : { pattern: oneLine }), maxLength: mostKey };
    return described({ type: 'object', additionalProperties: schema?.values ?? {}, propertyNames: names }, (path, value) => {
      if (!isObject(value)) return this.wrong(path, `Give ${what}, not ${say(value)}.`);
      const entries = Object.entries(value).map(([key, one]) => {
        const at = `${path}.${key}`;
        if (key.trim() === '' || key.length > mostKey || unprintable.test(key))
          this.wrong(at, `Give a name of one line and 1 to ${mostKey} characters, not ${say(key)}.`);
        return [key, read(at, key, one)] as const;
      });
      return Object.fromEntries(entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined));
    });
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
