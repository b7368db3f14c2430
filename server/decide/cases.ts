import { crmIdIn } from './crm-id.ts';
import { lay } from './layers.ts';
import type { Policy } from './policy.ts';
import { layersGiven } from './read-layers.ts';
import { type ReadValue, type SettingsReader } from './settings.ts';
import { subjectReader } from './templates.ts';

const attachings = ['nothing', 'case', 'opportunity', 'case, then opportunity', 'latest of both'] as const;
/** Calls that make no case unless they are named here (FC-29). */
const alsoCalls = ['outbound', 'missed', 'withheld', 'out of hours'] as const;

/** Which case or opportunity a call hangs on, and when a case is made (AC-12…19, FC-29…34). */
export type CaseRules = {
  /** What of the contact's is the log also about (AC-12). */
  readonly attach: (typeof attachings)[number];
  /** AC-14: whose they may be. A lead has none. */
  readonly via: 'contact' | 'contact or account';
  readonly create: 'never' | 'none open' | 'always';
  /** A call nobody took makes its case at its end, unless it was made when it rang. */
  readonly moment: 'ring' | 'answer' | 'end';
  /** AC-15: a contact that was there, one that was made for the number too, or whoever calls. */
  readonly createFor: 'existing contact' | 'any contact' | 'anybody';
  readonly also: readonly (typeof alsoCalls)[number][];
  /** Who owns it: whoever owns the log, or whom the CRM's own assignment rules choose. */
  readonly owner: 'log owner' | 'assignment rules';
  /** A user, or a queue that takes cases: before all others. */
  readonly ownerId?: string;
  readonly origin: string;
  /** Template instead of the log's own subject. */
  readonly subject?: string;
  /** R6: the case is looked for whose number the caller keyed in. */
  readonly code: boolean;
  readonly codeField: string;
  /** Left out: whatever is keyed in for a case, or for nothing that is named. */
  readonly codePurpose?: string;
};
export const defaultCases: CaseRules = {
  attach: 'nothing',
  via: 'contact',
  create: 'never',
  moment: 'answer',
  createFor: 'existing contact',
  also: [],
  owner: 'log owner',
  origin: 'Phone',
  code: false,
  codeField: 'CaseNumber',
};

/** AC-19: no vendor makes opportunities; who wants one says in which stage it begins. */
export type OpportunityRules = {
  readonly create: 'never' | 'none open';
  readonly stage?: string;
  readonly closeDays: number;
  /** Template instead of the record's name. */
  readonly name?: string;
};
export const defaultOpportunities: OpportunityRules = { create: 'never', closeDays: 30 };

const apiName = /^[A-Za-z]\w{0,78}$/;

export const casesReader = (reader: SettingsReader): ReadValue<Partial<CaseRules>> =>
  reader.object<CaseRules>({
    attach: reader.oneOf(attachings),
    via: reader.oneOf(['contact', 'contact or account']),
    create: reader.oneOf(['never', 'none open', 'always']),
    moment: reader.oneOf(['ring', 'answer', 'end']),
    createFor: reader.oneOf(['existing contact', 'any contact', 'anybody']),
    also: reader.someOf(alsoCalls),
    owner: reader.oneOf(['log owner', 'assignment rules']),
    ownerId: crmIdIn(reader),
    origin: reader.line(40),
    subject: subjectReader(reader),
    code: reader.truth,
    codeField: reader.matching(apiName, 'the API name of a field, such as "CaseNumber"'),
    codePurpose: reader.line(64),
  });

export const opportunitiesReader = (reader: SettingsReader): ReadValue<Partial<OpportunityRules>> =>
  reader.object<OpportunityRules>({
    create: reader.oneOf(['never', 'none open']),
    stage: reader.line(255),
    closeDays: reader.number('a whole number of days', 0, 3_650, true),
    name: subjectReader(reader),
  });

/** What only several settings together show. */
export function checkCases(reader: SettingsReader, policy: Partial<Policy>): void {
  const company = { cases: policy.cases ?? defaultCases, opportunities: policy.opportunities ?? defaultOpportunities };
  for (const { at, rules } of layersGiven(policy)) {
    const { cases, opportunities } = at === '' ? company : rules;
    if (cases) checkCase(reader, at, lay(company.cases, cases), cases);
    if (opportunities) checkOpportunity(reader, at, lay(company.opportunities, opportunities));
  }
}

/** `given`: what the level says itself. */
function checkCase(reader: SettingsReader, at: string, cases: CaseRules, given: Partial<CaseRules>): void {
  const path = (setting: string) => `${at === '' ? '' : `${at}.`}cases.${setting}`;
  if (cases.also.includes('withheld') && cases.createFor !== 'anybody' && (given.also ?? given.createFor) !== undefined)
    reader.clash(
      path(given.also ? 'also' : 'createFor'),
      'Who withholds the number is no contact: let cases.createFor be "anybody", or take "withheld" out.',
    );
  if (cases.owner === 'assignment rules' && cases.ownerId !== undefined && (given.owner ?? given.ownerId) !== undefined)
    reader.clash(
      path(given.ownerId === undefined ? 'owner' : 'ownerId'),
      'Whom the assignment rules choose is not named here: take it out, or let cases.owner be "log owner".',
    );
}

function checkOpportunity(reader: SettingsReader, at: string, opportunities: OpportunityRules): void {
  if (opportunities.create === 'none open' && opportunities.stage === undefined)
    reader.clash(
      `${at === '' ? '' : `${at}.`}opportunities.stage`,
      'Name the stage an opportunity begins in, such as "Prospecting": Salesforce makes none without.',
    );
}

/** Which kinds of the org's records these settings need to be read, and by which field a case is found. Nothing is read unasked. */
export function mattersRead({ cases, opportunities }: Pick<Policy, 'cases' | 'opportunities'>): {
  readonly kinds: readonly string[];
  readonly code: string | undefined;
} {
  const { attach, create, code, codeField } = cases;
  const isCase = attach === 'case' || attach === 'case, then opportunity' || attach === 'latest of both' || create === 'none open' || code;
  const isOpportunity = (attach !== 'nothing' && attach !== 'case') || opportunities.create === 'none open';
  return {
    kinds: [...(isCase ? ['case'] : []), ...(isOpportunity ? ['opportunity', 'opportunity-role'] : [])],
    code: code ? codeField : undefined,
  };
}
