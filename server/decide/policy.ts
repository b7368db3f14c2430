import type { CallType } from '../call/call.ts';
import { isZone } from './local-date.ts';
import { languages, words, type Language } from './words.ts';

/** The five types of AC-04, each with a setting of its own. */
export const callTypeSettings = [
  'outbound-answered',
  'outbound-unanswered',
  'inbound-answered',
  'missed',
  'voicemail',
] as const satisfies readonly CallType[];
export type CallTypeSetting = (typeof callTypeSettings)[number];

/** The three answers of AC-05: under Past Activity, under Next Steps, not at all. */
const loggings = ['completed', 'open', 'skip'] as const;
export type Logging = (typeof loggings)[number];

const roundings = ['ceil', 'floor', 'round'] as const;

/** One versioned document per org: what its admin chose. Which version a call used is pinned with it (D1). */
export type Policy = {
  readonly language: Language;
  /** Named in the subject of every log. */
  readonly product: string;
  /** IANA zone of dates whose owner's zone isn't known. */
  readonly zone: string;
  readonly logging: Readonly<Record<CallTypeSetting, Logging>>;
  /** Calls between colleagues are not logged (DP-52). No other answer yet. */
  readonly skipInternal: true;
  /** How talk time becomes minutes in the subject (DP-49): at least one if the call was answered, none if it wasn't. */
  readonly minutes: (typeof roundings)[number];
  /** Template instead of the language's own title. */
  readonly subject?: string;
  /** Once somebody talked with the number of an unanswered call, its open log is completed (D4). */
  readonly closeWhenCalledBack: boolean;
  /** A user or queue of the CRM: owns what no mapped agent owns. */
  readonly defaultOwnerId?: string;
};

/** What a subject may be made of. */
export const mergeFields = ['PRODUCT', 'DIRECTION', 'MINUTES', 'DATE', 'CUSTOMER', 'LINE', 'AGENT'] as const;
export type MergeField = (typeof mergeFields)[number];

export function defaultPolicy(language: Language): Policy {
  return {
    language,
    product: 'Cordboard',
    zone: 'UTC',
    // AC-05's defaults: what was talked about is past, what nobody took is a next step
    logging: {
      'outbound-answered': 'completed',
      'outbound-unanswered': 'completed',
      'inbound-answered': 'completed',
      missed: 'open',
      voicemail: 'open',
    },
    skipInternal: true,
    minutes: 'ceil',
    closeWhenCalledBack: false,
  };
}

export type PolicyMistake = { readonly path: string; readonly message: string };
/** A policy document with everything that is wrong in it, so that it is mended in one go. */
export class PolicyMistakes extends Error {
  readonly mistakes: readonly PolicyMistake[];
  constructor(mistakes: readonly PolicyMistake[]) {
    super(`The policy can't be used. ${mistakes.map(({ path, message }) => `${path}: ${message}`).join(' ')}`);
    this.name = 'PolicyMistakes';
    this.mistakes = mistakes;
  }
}

type Checked = { -readonly [Key in keyof Policy]?: Policy[Key] };

/** Reads a policy document; throws `PolicyMistakes` naming every mistake. What is left out takes its default, so that a document of last year can still be read. */
export function parsePolicy(document: unknown): Policy {
  const mistakes: PolicyMistake[] = [];
  const wrong = (path: string, message: string) => void mistakes.push({ path, message });
  if (!isObject(document)) throw new PolicyMistakes([{ path: '(document)', message: `Give an object, not ${say(document)}.` }]);

  const oneOf = <const T extends string>(path: string, value: unknown, choices: readonly T[]): T | undefined => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) wrong(path, `Choose one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${say(value)}.`);
    return found;
  };
  const line = (path: string, value: unknown, atMost: number): string | undefined => {
    if (typeof value !== 'string' || value.trim() === '') wrong(path, `Give a text that isn't empty, not ${say(value)}.`);
    else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) wrong(path, 'Give one line without control characters.');
    else if (value.length > atMost) wrong(path, `Give at most ${atMost} characters, not ${value.length}.`);
    else return value;
    return undefined;
  };

  const checks: { readonly [Key in keyof Required<Policy>]: (value: unknown) => Policy[Key] | undefined } = {
    language: (value) => oneOf('language', value, languages),
    product: (value) => line('product', value, 80),
    zone: (value) => {
      if (typeof value === 'string' && isZone(value)) return value;
      wrong('zone', `Give an IANA time zone such as "Europe/Warsaw", not ${say(value)}.`);
      return undefined;
    },
    logging: (value) => {
      if (!isObject(value)) {
        wrong('logging', `Give an object with an answer for each type of call, not ${say(value)}.`);
        return undefined;
      }
      for (const key of unknownKeys(value, callTypeSettings))
        wrong(`logging.${key}`, `There is no such type of call. There are ${callTypeSettings.join(', ')}.`);
      const answers = callTypeSettings
        .filter((type) => Object.hasOwn(value, type))
        .map((type) => [type, oneOf(`logging.${type}`, value[type], loggings)] as const);
      return { ...defaultPolicy('en').logging, ...Object.fromEntries(answers) };
    },
    skipInternal: (value) => {
      if (value === true) return true;
      wrong('skipInternal', `Internal calls are never logged (DP-52); leave it true, not ${say(value)}.`);
      return undefined;
    },
    minutes: (value) => oneOf('minutes', value, roundings),
    subject: (value) => {
      const template = line('subject', value, 255);
      for (const message of template === undefined ? [] : mistakesInTemplate(template)) wrong('subject', message);
      return template;
    },
    closeWhenCalledBack: (value) => {
      if (typeof value === 'boolean') return value;
      wrong('closeWhenCalledBack', `Give true or false, not ${say(value)}.`);
      return undefined;
    },
    defaultOwnerId: (value) => line('defaultOwnerId', value, 64),
  };

  for (const key of unknownKeys(document, Object.keys(checks)))
    wrong(key, `There is no such setting. There are ${Object.keys(checks).join(', ')}.`);
  const read = <Key extends keyof Policy>(key: Key): Checked => {
    const value = Object.hasOwn(document, key) || key === 'language' ? checks[key](document[key]) : undefined;
    return value === undefined ? {} : { [key]: value };
  };
  const checked: Checked = Object.assign({}, ...(Object.keys(checks) as (keyof Policy)[]).map(read));
  if (mistakes.length > 0) throw new PolicyMistakes(mistakes);
  return { ...defaultPolicy(checked.language ?? 'en'), ...checked };
}

/** Braces only ever hold the name of a field (MT-36, MT-37). */
function mistakesInTemplate(template: string): string[] {
  const offered = mergeFields.map((field) => `{${field}}`).join(' ');
  return [...template.matchAll(/\{([^{}]*)\}|[{}]/g)].flatMap(({ 0: found, 1: name, index }) => {
    if (name === undefined) return [`The "${found}" at character ${index + 1} has no partner; braces only hold the name of a field.`];
    return mergeFields.some((field) => field === name)
      ? []
      : [`There is no field ${found} (character ${index + 1}). There are ${offered}.`];
  });
}

/** The title of a log before its fields are filled in. */
export const subjectTemplate = (policy: Policy): string => policy.subject ?? words[policy.language].subject;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const unknownKeys = (value: object, known: readonly string[]) => Object.keys(value).filter((key) => !known.includes(key));
/** What was given, short enough to be read in a sentence. */
function say(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value) ?? 'undefined';
}
