import type { CallType } from '../call/call.ts';
import { type FieldDefaults, personKinds } from '../crm.ts';
import { closedLeadChoices, defaultRules, type MatchRules, personAccountChoices, tieBreaks } from '../match/match.ts';

export { kindsOf } from '../match/match.ts';
import { type CampaignRules, campaignsIn, defaultCampaigns } from './campaigns.ts';
import {
  type CaseRules,
  casesReader,
  checkCases,
  defaultCases,
  defaultOpportunities,
  opportunitiesReader,
  type OpportunityRules,
} from './cases.ts';
import { type CommentRules, commentsReader, defaultComments } from './comments.ts';
import { crmIdIn } from './crm-id.ts';
import type { HoursRules } from './hours.ts';
import { lay } from './layers.ts';
import { checkLayers, layersGiven, layersIn } from './read-layers.ts';
import { defaultMessages, type MessageRules, messagesReader } from './message-rules.ts';
import { checkPeople, defaultPeople, peopleIn, type PeopleRules } from './people.ts';
import { checkHours, hoursIn, readZone } from './read-hours.ts';
import type { OwnerChain } from './owner-chain.ts';
import { checkRows, ownerChainIn, rowsIn } from './read-rows.ts';
import type { Row } from './rows.ts';
import { type AttributionRules, attributionReader, defaultAttribution } from './attribution.ts';
import { type FieldRules, fieldsReader } from './fields.ts';
import { defaultTask, type Moment, moments, type StatusRules, statusReader, type TaskRules, taskReader } from './task.ts';
import { type NameOrder, nameOrders } from './names.ts';
import { descriptions } from './policy-descriptions.ts';
import { described, type JsonSchema, type Mistake, type ReadValue, say, SettingsReader } from './settings.ts';
import { subjectReader, type Texts, textsReader } from './templates.ts';
import { languages, type Language } from './words.ts';

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
  /** The master switch (DP-05): off, nothing is read from the CRM or written to it, and calls are kept. Of a line: its calls are kept. */
  readonly enabled: boolean;
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
  /** Templates by language and type of call, before all others. */
  readonly texts?: Texts;
  readonly comments?: CommentRules;
  /** Once somebody talked with the number of an unanswered call, its open log is completed (D4). */
  readonly closeWhenCalledBack: boolean;
  /** A user or queue of the CRM: owns what no mapped agent owns. */
  readonly defaultOwnerId?: string;
  /** ISO 3166: where a number without a country code is dialled, unless the record says. Left out: where the org is. */
  readonly country?: string;
  /** When the log is written; whenever that is, it is put right at the end (MT-13). */
  readonly moment: Moment;
  readonly status: StatusRules;
  readonly task: TaskRules;
  /** What else of a call goes into which fields. */
  readonly fields: FieldRules;
  /** Where a caller came from, in leads that are there (RS-02, RS-55). */
  readonly attribution: AttributionRules;
  readonly match: MatchRules;
  readonly stranger: StrangerRules;
  readonly followUp: FollowUpRules;
  readonly hours: HoursRules;
  readonly messages: MessageRules;
  /** Whose a log is, before all else; left out: the agent's (DP-60), or as `followUp` has it. */
  readonly owner?: OwnerChain;
  /** What is different in which situation: the first row that says a thing counts. The other settings are what holds where no row does. */
  readonly rows: readonly Row[];
  readonly cases: CaseRules;
  readonly opportunities: OpportunityRules;
  readonly budget: BudgetRules;
  readonly people: PeopleRules;
  readonly campaigns: CampaignRules;
  /**
   * What a field gets when a record is created and the CRM insists on a value, by the CRM's names: `{"Task": {"Region__c": "EMEA"}}`. Unlike the
   * rest of the policy it isn't pinned with a call: it is for records that could not be written without it.
   */
  readonly defaults: FieldDefaults;
  /** A duplicate rule of the CRM found somebody when a record for a stranger was to be made. Not pinned either. */
  readonly duplicates: (typeof duplicateChoices)[number];
  /** Settings that no line, queue, team or agent may give: `logging.missed`, or a whole section. */
  readonly locked: readonly string[];
  /** What is different for a line, by its id or its number; its id counts more. */
  readonly lines: Readonly<Record<string, Layer>>;
  /** For a queue, by its id or its name. */
  readonly queues: Readonly<Record<string, Layer>>;
  /** For a team. Its members: agents by id or e-mail, unless the directory names their team. */
  readonly teams: Readonly<Record<string, Layer & { readonly members?: readonly string[] }>>;
  /** For an agent, by id or e-mail, in small letters. */
  readonly agents: Readonly<Record<string, Layer>>;
};

/** What lines, queues, teams and agents may say differently: sections, and single settings. */
const overridable = [
  'language',
  'zone',
  'logging',
  'minutes',
  'subject',
  'texts',
  'comments',
  'closeWhenCalledBack',
  'moment',
  'status',
  'task',
  'fields',
  'attribution',
  'defaultOwnerId',
  'owner',
  'stranger',
  'followUp',
  'messages',
  'hours',
  'campaigns',
  'cases',
  'opportunities',
] as const satisfies readonly (keyof Policy)[];
export type Overridable = (typeof overridable)[number];
/** What a line alone may say: who else has the call isn't known when phones ring. */
const lineOnly = ['enabled', 'match'] as const satisfies readonly (keyof Policy)[];
export type LineOnly = (typeof lineOnly)[number];
type Some<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [Key in keyof T]?: Some<T[Key]> } : T;
/** What is different at a level: each setting alone. The record is looked for when phones ring, so only a line may match differently. */
export type Settings = { readonly [Key in Overridable | LineOnly]?: Some<Policy[Key]> };
export type Layer = Settings & { readonly locked?: readonly string[] };

/** What reading the book may take of the org's API calls of 24 hours. */
export type BudgetRules = {
  /** Of what others, our writes and the reserve leave: 0 to 1. */
  readonly bookShare: number;
  /** Of the whole allocation: 0 to 1. The book never counts on it. */
  readonly reserve: number;
  /** So many calls the book has in any case. */
  readonly bookAtLeast: number;
};

const counts = ['clock', 'business hours'] as const;
/** What is left to do after a call, and whose it is (RS-41…50). */
export type FollowUpRules = {
  /** Whose a call nobody took is: the owner's of the record that has the number (RS-46), or the default owner's at once. */
  readonly missedFor: 'record owner' | 'default owner';
  /** A user or queue: who has to hand out what is nobody's (RS-40, RS-44). */
  readonly seniorManagerId?: string;
  /** A user or queue: whose missed calls and voicemails are (DP-53), before the owner of the record. */
  readonly missedOwnerId?: string;
  /** Open tasks are due so long after the end of the call (RS-43). */
  readonly dueHours: number;
  readonly count: (typeof counts)[number];
  /** Whose hours are counted, by the clock of whoever owns the task. Left out: the line's. */
  readonly calendar?: string;
  readonly reminder: boolean;
  /** Calls a colleague of the record's owner had: the owner gets a task to look at them (RS-49). */
  readonly review: 'never' | 'inbound' | 'always';
  /** Calls at a phone that is nobody's: a task to look at the settings (RS-44, RS-50). */
  readonly checkSetup: boolean;
};

/** Wait for a person; take the one that was found, if it has the number; make another, if the rule lets people do so. */
const duplicateChoices = ['park', 'use', 'save'] as const;

const phoneFields = ['phone', 'mobile', 'by number type'] as const;
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
  /** When a call makes its record: when it is there, when somebody takes it, or when it is over (RS-12, RS-38). */
  readonly moment: Moment;
  /** How a name that the phone system tells goes into first and last name (AC-20); `whole`: all of it is the last name. */
  readonly names: 'whole' | NameOrder;
  /** By language: the last name of whom no name is known of, instead of the number. */
  readonly unnamed?: Partial<Readonly<Record<Language, string>>>;
  /** Where a lead's or contact's number goes: a mobile one into its own field, or all into one (AC-21). */
  readonly phoneField: (typeof phoneFields)[number];
  /** A lead's status when it is made, and its record type by the CRM's name (RS-13). Left out: as the CRM has it. */
  readonly status?: string;
  readonly recordType?: string;
  /** A lead's company, instead of the language's own words (DP-36). */
  readonly company?: string;
  /** A user, or a queue that takes leads: owns who called in vain (DP-36); else whoever owns what is nobody's (RS-40). */
  readonly ownerId?: string;
  /** Whose it is, before all else. */
  readonly owner?: OwnerChain;
  /** Of a lead: whoever is decided here, or whom the CRM's own assignment rules choose. */
  readonly leadsOwnedBy: 'decision' | 'assignment rules';
  /** A person deleted the record we made: is one made again when the number calls again (P2)? */
  readonly afterDeletion: 'nothing' | 'again';
};

export function defaultPolicy(language: Language): Policy {
  return {
    enabled: true,
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
    moment: 'end',
    status: {},
    task: defaultTask,
    fields: {},
    attribution: defaultAttribution,
    match: defaultRules,
    // nobody is made unless somebody said so (DP-31); the log then stands alone (MT-02)
    stranger: {
      missed: 'nothing',
      answered: 'nothing',
      outbound: 'nothing',
      moment: 'answer',
      names: 'whole',
      phoneField: 'phone',
      leadsOwnedBy: 'decision',
      afterDeletion: 'nothing',
    },
    followUp: { missedFor: 'record owner', dueHours: 4, count: 'clock', reminder: true, review: 'never', checkSetup: false },
    hours: { calendars: {}, calls: 'always', messages: 'always' },
    messages: defaultMessages,
    rows: [],
    cases: defaultCases,
    opportunities: defaultOpportunities,
    budget: { bookShare: 0.5, reserve: 0.2, bookAtLeast: 100 },
    people: defaultPeople,
    campaigns: defaultCampaigns,
    defaults: {},
    duplicates: 'park',
    locked: [],
    lines: {},
    queues: {},
    teams: {},
    agents: {},
  };
}

/** A policy document with everything that is wrong in it, so that it is mended in one go. */
export class PolicyMistakes extends Error {
  readonly mistakes: readonly Mistake[];
  constructor(mistakes: readonly Mistake[]) {
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

/** Reads a policy document; throws `PolicyMistakes` naming every mistake. What is left out takes its default, so that a document of last year can still be read. */
export function parsePolicy(document: unknown): Policy {
  const reader = new SettingsReader();
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new PolicyMistakes([{ path: '(document)', message: `Give an object, not ${say(document)}.` }]);
  const checked = policyIn(reader)('', Object.hasOwn(document, 'language') ? document : { ...document, language: undefined }) ?? {};
  checkHours(reader, checked);
  checkLayers(reader, checked);
  checkRows(reader, checked);
  checkPeople(reader, checked);
  checkCases(reader, checked);
  checkReopening(reader, checked);
  if (reader.mistakes.length > 0) throw new PolicyMistakes(reader.mistakes);
  return { ...defaultPolicy(checked.language ?? 'en'), ...checked };
}

/** A lead that is opened again isn't closed. */
function checkReopening(reader: SettingsReader, policy: Partial<Policy>): void {
  const company = policy.match ?? defaultRules;
  for (const { at, rules } of layersGiven(policy)) {
    const { reopenedLeadStatus: status, closedLeadStatuses } = lay(company, at === '' ? {} : (rules.match ?? {}));
    const isGiven = at === '' || (rules.match?.reopenedLeadStatus ?? rules.match?.closedLeadStatuses) !== undefined;
    if (isGiven && status !== undefined && closedLeadStatuses.includes(status))
      reader.clash(
        `${at === '' ? '' : `${at}.`}match.reopenedLeadStatus`,
        `“${status}” is among match.closedLeadStatuses: name an open one.`,
      );
  }
}

/** What a policy document may hold, for editors and other programs: JSON Schema 2020-12, made of the readers themselves. */
export function policySchema(): JsonSchema & { readonly $schema: string; readonly title: string } {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Policy of Cordboard',
    description: 'What an admin chose for the calls of one org. What is left out takes its default.',
    ...explained(policyIn(new SettingsReader()).schema ?? {}, [], defaultPolicy('en')),
    required: ['language'],
  };
}

/** With what each setting is for, and what it is if it is left out. A level's settings are the company's, and without defaults: they take the company's. */
function explained(schema: JsonSchema, path: readonly string[], byDefault: unknown): JsonSchema {
  const { properties, additionalProperties, items } = schema;
  const ofCompany = levelsGiven.has(path[0] ?? '') && path.length > 2 ? path.slice(2) : path;
  const description = [path, ofCompany].map((one) => one.join('.')).find((one) => Object.hasOwn(descriptions, one));
  const defaults = typeof byDefault === 'object' && byDefault !== null ? new Map(Object.entries(byDefault)) : new Map<string, unknown>();
  const isSection = properties !== undefined;
  return {
    ...(description !== undefined && { description: descriptions[description] }),
    ...schema,
    // a language has to be chosen
    ...(!isSection && byDefault !== undefined && path.join('.') !== 'language' && { default: byDefault }),
    ...(isSection && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, inner]) => [key, explained(inner, [...path, key], defaults.get(key))]),
      ),
    }),
    ...(items && { items: explained(items, [...path, '*'], undefined) }),
    ...(additionalProperties && { additionalProperties: explained(additionalProperties, [...path, '*'], undefined) }),
  };
}

const levelsGiven = new Set(['lines', 'queues', 'teams', 'agents']);

function policyIn(reader: SettingsReader): ReadValue<Partial<Policy>> {
  const id = crmIdIn(reader);
  // in any language: sections know none
  const byDefault = defaultPolicy('en');
  const stranger = reader.object<StrangerRules>({
    missed: reader.oneOf(makings),
    answered: reader.oneOf(makings),
    outbound: reader.oneOf(makings),
    moment: reader.oneOf(moments),
    names: reader.oneOf(['whole', ...nameOrders]),
    unnamed: reader.object<Record<Language, string>>(
      Object.fromEntries(languages.map((one) => [one, subjectReader(reader)])) as Record<Language, ReadValue<string>>,
      'an object with a template for each language',
      'There is no such language.',
    ),
    phoneField: reader.oneOf(phoneFields),
    status: reader.line(255),
    recordType: reader.line(80),
    company: reader.line(255),
    ownerId: id,
    owner: ownerChainIn(reader),
    leadsOwnedBy: reader.oneOf(['decision', 'assignment rules']),
    afterDeletion: reader.oneOf(['nothing', 'again']),
  });
  const hours = hoursIn(reader);
  const fields = reader.map<string | number | boolean>(
    'an object with a value for each field',
    (path, field, given) => {
      if (!apiName.test(field)) reader.wrong(path, 'Give the API name of a field, such as Region__c.');
      if (typeof given === 'string') return reader.line(255)(path, given);
      if (typeof given === 'boolean' || (typeof given === 'number' && Number.isFinite(given))) return given;
      return reader.wrong(path, `Give a text, a number, true or false, not ${say(given)}.`);
    },
    { values: { anyOf: [reader.line(255).schema ?? {}, { type: 'number' }, { type: 'boolean' }] }, keys: apiName },
  );
  const numbers = reader.list(e164, 'numbers such as "+48221234567"');
  const company = {
    enabled: reader.truth,
    language: reader.oneOf(languages),
    product: reader.line(80),
    zone: readZone(reader),
    logging: over(
      reader.object<Policy['logging']>(
        Object.fromEntries(callTypeSettings.map((type) => [type, reader.oneOf(loggings)])) as Record<CallTypeSetting, ReadValue<Logging>>,
        'an object with an answer for each type of call',
        'There is no such type of call.',
      ),
      byDefault.logging,
    ),
    skipInternal: described({ enum: [true] }, (path, value) =>
      value === true ? true : reader.wrong(path, `Internal calls are never logged (DP-52); leave it true, not ${say(value)}.`),
    ),
    minutes: reader.oneOf(roundings),
    subject: subjectReader(reader),
    texts: textsReader(reader, callTypeSettings),
    comments: over(commentsReader(reader), defaultComments),
    closeWhenCalledBack: reader.truth,
    moment: reader.oneOf(moments),
    status: statusReader(reader),
    task: over(taskReader(reader), defaultTask),
    fields: fieldsReader(reader),
    attribution: over(attributionReader(reader), defaultAttribution),
    defaultOwnerId: id,
    country: reader.matching(/^[A-Z]{2}$/, 'the two capital letters of a country (ISO 3166), such as "PL"'),
    match: over(
      reader.object<MatchRules>({
        kinds: reader.list(/^[A-Za-z][A-Za-z-]*$|^\w+__[cC]$/, `kinds of records, such as ${defaultRules.kinds.join(', ')} or Site__c`),
        tieBreak: reader.oneOf(tieBreaks),
        clicked: reader.truth,
        shown: reader.truth,
        remembered: reader.truth,
        personAccounts: reader.oneOf(personAccountChoices),
        ownNumbers: numbers,
        sharedNumbers: numbers,
        sharedAbove: reader.number('a whole number', 1, mostShared, true),
        closedLeadStatuses: reader.list(/\S/, 'statuses of leads'),
        closedLead: reader.oneOf(closedLeadChoices),
        reopenedLeadStatus: reader.line(255),
      }),
      defaultRules,
    ),
    stranger: over(stranger, byDefault.stranger),
    followUp: over(
      reader.object<FollowUpRules>({
        missedFor: reader.oneOf(['record owner', 'default owner']),
        seniorManagerId: id,
        missedOwnerId: id,
        dueHours: reader.number('hours', 0, 720),
        count: reader.oneOf(counts),
        calendar: reader.line(64),
        reminder: reader.truth,
        review: reader.oneOf(['never', 'inbound', 'always']),
        checkSetup: reader.truth,
      }),
      byDefault.followUp,
    ),
    hours: over(hours.org, byDefault.hours, hours.line),
    messages: over(messagesReader(reader, makings), defaultMessages),
    owner: ownerChainIn(reader),
    rows: rowsIn(reader, { loggings, makings, counts }),
    cases: over(casesReader(reader), defaultCases),
    opportunities: over(opportunitiesReader(reader), defaultOpportunities),
    budget: over(
      reader.object<BudgetRules>({
        bookShare: reader.number('a number', 0, 1),
        reserve: reader.number('a number', 0, 1),
        bookAtLeast: reader.number('a whole number', 0, 1_000_000, true),
      }),
      byDefault.budget,
    ),
    people: over(peopleIn(reader), defaultPeople),
    campaigns: over(campaignsIn(reader), defaultCampaigns),
    defaults: reader.map(
      `an object with the CRM's objects, such as {"Task": {"Region__c": "EMEA"}}`,
      (path, object, value) => {
        if (!apiName.test(object)) reader.wrong(path, 'Give the API name of an object, such as Task.');
        return fields(path, value);
      },
      { values: fields.schema, keys: apiName },
    ),
    duplicates: reader.oneOf(duplicateChoices),
  };
  return reader.object<Policy>({ ...company, ...layersIn(reader, company, { overridable, lineOnly }) });
}

/** What is given, over what is so by default. `below`: what a line, queue, team or agent may give, if it is less. */
const over = <T extends object>(read: ReadValue<Partial<T>>, defaults: T, below: ReadValue<object> = read): ReadValue<T> =>
  Object.assign(
    described(read.schema ?? {}, (path, value) => {
      const given = read(path, value);
      return given && { ...defaults, ...given };
    }),
    { alone: below },
  );

/** A policy that a former release read, with what it didn't know of as it is by default. */
export const completed = (policy: Policy): Policy => lay(defaultPolicy(policy.language), policy);
