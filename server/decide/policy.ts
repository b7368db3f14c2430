import type { CallType } from '../call/call.ts';
import { type FieldDefaults, personKinds } from '../crm.ts';
import { defaultRules, type MatchRules } from '../match/match.ts';
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
  /** ISO 3166: where a number without a country code is dialled, unless the record says. Left out: where the org is. */
  readonly country?: string;
  readonly match: MatchRules;
  readonly stranger: StrangerRules;
  readonly followUp: FollowUpRules;
  readonly budget: BudgetRules;
  /**
   * What a field gets when a record is created and the CRM insists on a value, by the CRM's names: `{"Task": {"Region__c": "EMEA"}}`. Unlike the
   * rest of the policy it isn't pinned with a call: it is for records that could not be written without it.
   */
  readonly defaults: FieldDefaults;
  /** A duplicate rule of the CRM found somebody when a record for a stranger was to be made. Not pinned either. */
  readonly duplicates: (typeof duplicateChoices)[number];
  /** What is different for a line, by its id or its number. */
  readonly lines: Readonly<Record<string, { readonly stranger?: Partial<StrangerRules> }>>;
};

/** What reading the book may take of the org's API calls of 24 hours. */
export type BudgetRules = {
  /** Of what others, our writes and the reserve leave: 0 to 1. */
  readonly bookShare: number;
  /** Of the whole allocation: 0 to 1. The book never counts on it. */
  readonly reserve: number;
  /** So many calls the book has in any case. */
  readonly bookAtLeast: number;
};

/** What is left to do after a call, and whose it is (RS-41…50). */
export type FollowUpRules = {
  /** Whose a call nobody took is: the owner's of the record that has the number (RS-46), or the default owner's at once. */
  readonly missedFor: 'record owner' | 'default owner';
  /** A user or queue: who has to hand out what is nobody's (RS-40, RS-44). */
  readonly seniorManagerId?: string;
  /** Open tasks are due so long after the end of the call, by the clock (RS-43). */
  readonly dueHours: number;
  readonly reminder: boolean;
  /** Calls a colleague of the record's owner had: the owner gets a task to look at them (RS-49). */
  readonly review: 'never' | 'inbound' | 'always';
  /** Calls at a phone that is nobody's: a task to look at the settings (RS-44, RS-50). */
  readonly checkSetup: boolean;
};

/** Wait for a person; take the one that was found, if it has the number; make another, if the rule lets people do so. */
const duplicateChoices = ['park', 'use', 'save'] as const;

const makings = [...personKinds, 'nothing'] as const;
export type Making = (typeof makings)[number];
/** What becomes of a number nobody in the CRM has. */
export type StrangerRules = {
  /** Nobody talked with them: missed calls and voicemails (DP-36, AC-10). */
  readonly missed: Making;
  /** Somebody took their call (RS-38). */
  readonly answered: Making;
  /** We called them, whether or not they answered. */
  readonly outbound: Making;
  /** When a call somebody took makes its record: at once, or when it is over (RS-38). */
  readonly moment: 'answer' | 'end';
  /** A lead's company, instead of the language's own words (DP-36). */
  readonly company?: string;
  /** A user, or a queue that takes leads: owns who called in vain (DP-36); else whoever owns what is nobody's (RS-40). */
  readonly ownerId?: string;
  /** Of a lead: whoever is decided here, or whom the CRM's own assignment rules choose. */
  readonly leadsOwnedBy: 'decision' | 'assignment rules';
  /** A person deleted the record we made: is one made again when the number calls again (P2)? */
  readonly afterDeletion: 'nothing' | 'again';
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
    match: defaultRules,
    // nobody is made unless somebody said so (DP-31); the log then stands alone (MT-02)
    stranger: {
      missed: 'nothing',
      answered: 'nothing',
      outbound: 'nothing',
      moment: 'answer',
      leadsOwnedBy: 'decision',
      afterDeletion: 'nothing',
    },
    followUp: { missedFor: 'record owner', dueHours: 4, reminder: true, review: 'never', checkSetup: false },
    budget: { bookShare: 0.5, reserve: 0.2, bookAtLeast: 100 },
    defaults: {},
    duplicates: 'park',
    lines: {},
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

/** Of an object or a field of the CRM. */
const apiName = /^[A-Za-z]\w{0,78}$/;
const e164 = /^\+[1-9]\d{4,14}$/;
/** So many records of one number are looked at, and some more, so that too many can be told from many (server/store/book-store.ts). */
const mostShared = 50;

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
    country: (value) => {
      if (typeof value === 'string' && /^[A-Z]{2}$/.test(value)) return value;
      wrong('country', `Give the two capital letters of a country (ISO 3166), such as "PL", not ${say(value)}.`);
      return undefined;
    },
    match: (value) => {
      const defaults = defaultRules;
      if (!isObject(value)) {
        wrong('match', `Give an object, not ${say(value)}.`);
        return undefined;
      }
      for (const key of unknownKeys(value, Object.keys(defaults)))
        wrong(`match.${key}`, `There is no such setting. There are ${Object.keys(defaults).join(', ')}.`);
      const list = (key: keyof MatchRules, pattern: RegExp, what: string): readonly string[] | undefined => {
        const given = value[key];
        if (!Array.isArray(given)) wrong(`match.${key}`, `Give a list of ${what}, not ${say(given)}.`);
        else {
          const bad = given.filter((one) => typeof one !== 'string' || !pattern.test(one));
          for (const one of bad) wrong(`match.${key}`, `${say(one)} is none of ${what}.`);
          if (new Set(given).size < given.length) wrong(`match.${key}`, 'Something stands there twice.');
          if (bad.length === 0) return given;
        }
        return undefined;
      };
      const numbers = 'numbers such as "+48221234567"';
      const readers: { readonly [Key in keyof MatchRules]: () => MatchRules[Key] | undefined } = {
        kinds: () => list('kinds', /^[a-z][a-z-]*$|^\w+__c$/i, `kinds of records, such as ${defaults.kinds.join(', ')} or Site__c`),
        tieBreak: () => oneOf('match.tieBreak', value['tieBreak'], ['latest', 'oldest']),
        ownNumbers: () => list('ownNumbers', e164, numbers),
        sharedNumbers: () => list('sharedNumbers', e164, numbers),
        sharedAbove: () => {
          const most = value['sharedAbove'];
          if (typeof most === 'number' && Number.isInteger(most) && most >= 1 && most <= mostShared) return most;
          wrong('match.sharedAbove', `Give a whole number from 1 to ${mostShared}, not ${say(most)}.`);
          return undefined;
        },
        closedLeadStatuses: () => list('closedLeadStatuses', /\S/, 'statuses of leads'),
      };
      const given = (Object.keys(readers) as (keyof MatchRules)[]).filter((key) => Object.hasOwn(value, key));
      return { ...defaults, ...Object.fromEntries(given.map((key) => [key, readers[key]()])) };
    },
    stranger: (value) => ({ ...defaultPolicy('en').stranger, ...stranger('stranger', value) }),
    followUp: (value) => {
      if (!isObject(value)) {
        wrong('followUp', `Give an object, not ${say(value)}.`);
        return undefined;
      }
      const truth = (path: string, given: unknown): boolean | undefined => {
        if (typeof given === 'boolean') return given;
        wrong(path, `Give true or false, not ${say(given)}.`);
        return undefined;
      };
      const readers: { readonly [Key in keyof Required<FollowUpRules>]: (at: string, given: unknown) => FollowUpRules[Key] | undefined } = {
        missedFor: (at, given) => oneOf(at, given, ['record owner', 'default owner']),
        seniorManagerId: (at, given) => line(at, given, 64),
        dueHours: (at, given) => {
          if (typeof given === 'number' && given >= 0 && given <= 720) return given;
          wrong(at, `Give hours from 0 to 720, not ${say(given)}.`);
          return undefined;
        },
        reminder: truth,
        review: (at, given) => oneOf(at, given, ['never', 'inbound', 'always']),
        checkSetup: truth,
      };
      for (const key of unknownKeys(value, Object.keys(readers)))
        wrong(`followUp.${key}`, `There is no such setting. There are ${Object.keys(readers).join(', ')}.`);
      const given = (Object.keys(readers) as (keyof FollowUpRules)[]).filter((key) => Object.hasOwn(value, key));
      return {
        ...defaultPolicy('en').followUp,
        ...Object.fromEntries(given.map((key) => [key, readers[key](`followUp.${key}`, value[key])])),
      };
    },
    budget: (value) => {
      if (!isObject(value)) {
        wrong('budget', `Give an object, not ${say(value)}.`);
        return undefined;
      }
      const number = (most: number, whole: boolean) => (at: string, given: unknown) => {
        if (typeof given === 'number' && given >= 0 && given <= most && (!whole || Number.isInteger(given))) return given;
        wrong(at, `Give a ${whole ? 'whole ' : ''}number from 0 to ${most}, not ${say(given)}.`);
        return undefined;
      };
      const readers = { bookShare: number(1, false), reserve: number(1, false), bookAtLeast: number(1_000_000, true) };
      for (const key of unknownKeys(value, Object.keys(readers)))
        wrong(`budget.${key}`, `There is no such setting. There are ${Object.keys(readers).join(', ')}.`);
      const given = (Object.keys(readers) as (keyof BudgetRules)[]).filter((key) => Object.hasOwn(value, key));
      return { ...defaultPolicy('en').budget, ...Object.fromEntries(given.map((key) => [key, readers[key](`budget.${key}`, value[key])])) };
    },
    defaults: (value) => {
      if (!isObject(value)) {
        wrong('defaults', `Give an object with the CRM's objects, such as {"Task": {"Region__c": "EMEA"}}, not ${say(value)}.`);
        return undefined;
      }
      for (const [object, fields] of Object.entries(value)) {
        if (!apiName.test(object)) wrong(`defaults.${object}`, 'Give the API name of an object, such as Task.');
        if (!isObject(fields)) {
          wrong(`defaults.${object}`, `Give an object with a value for each field, not ${say(fields)}.`);
          continue;
        }
        for (const [field, given] of Object.entries(fields)) {
          if (!apiName.test(field)) wrong(`defaults.${object}.${field}`, 'Give the API name of a field, such as Region__c.');
          if (typeof given === 'string') line(`defaults.${object}.${field}`, given, 255);
          else if (typeof given !== 'boolean' && !(typeof given === 'number' && Number.isFinite(given)))
            wrong(`defaults.${object}.${field}`, `Give a text, a number, true or false, not ${say(given)}.`);
        }
      }
      return value as FieldDefaults; // every value has been looked at
    },
    duplicates: (value) => oneOf('duplicates', value, duplicateChoices),
    lines: (value) => {
      if (!isObject(value)) {
        wrong('lines', `Give an object with what is different for each line, not ${say(value)}.`);
        return undefined;
      }
      const read = Object.entries(value).map(([id, rules]) => {
        if (!isObject(rules)) wrong(`lines.${id}`, `Give an object, not ${say(rules)}.`);
        else {
          for (const key of unknownKeys(rules, ['stranger'])) wrong(`lines.${id}.${key}`, 'There is no such setting. There is stranger.');
          const own = Object.hasOwn(rules, 'stranger') ? stranger(`lines.${id}.stranger`, rules['stranger']) : undefined;
          return [id, own === undefined ? {} : { stranger: own }] as const;
        }
        return [id, {}] as const;
      });
      return Object.fromEntries(read);
    },
  };

  const stranger = (path: string, value: unknown): Partial<StrangerRules> | undefined => {
    if (!isObject(value)) {
      wrong(path, `Give an object, not ${say(value)}.`);
      return undefined;
    }
    const readers: { readonly [Key in keyof Required<StrangerRules>]: (at: string, given: unknown) => StrangerRules[Key] | undefined } = {
      missed: (at, given) => oneOf(at, given, makings),
      answered: (at, given) => oneOf(at, given, makings),
      outbound: (at, given) => oneOf(at, given, makings),
      moment: (at, given) => oneOf(at, given, ['answer', 'end']),
      company: (at, given) => line(at, given, 255),
      ownerId: (at, given) => line(at, given, 64),
      leadsOwnedBy: (at, given) => oneOf(at, given, ['decision', 'assignment rules']),
      afterDeletion: (at, given) => oneOf(at, given, ['nothing', 'again']),
    };
    for (const key of unknownKeys(value, Object.keys(readers)))
      wrong(`${path}.${key}`, `There is no such setting. There are ${Object.keys(readers).join(', ')}.`);
    const given = (Object.keys(readers) as (keyof StrangerRules)[]).filter((key) => Object.hasOwn(value, key));
    return Object.fromEntries(given.map((key) => [key, readers[key](`${path}.${key}`, value[key])]));
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
