import type { Call } from '../call/call.ts';
import type { CallId } from '../call/event.ts';
import type { CrmRecord, WantedActivity, WantedMarks, WantedReopening } from '../crm.ts';
import type { MadePerson } from '../match/match.ts';
import { chooseMarks } from './attribution.ts';
import { disagreement, factsOf, undoneBy, type Facts } from './facts.ts';
import { withMeant } from './meant.ts';
import { judgeHours, type Judgement } from './hours-of-call.ts';
import { decideMessages } from './decide-messages.ts';
import { inputsOfCall, narrowest, type Provenance, sayOff, sayProvenance } from './layers.ts';
import { chooseMatter, type MatterChoice, type OwnMatter } from './matter.ts';
import type { Inputs } from './pin.ts';
import { singleLine } from './plain-text.ts';
import { callTypeSettings, type CallTypeSetting, type Logging, type Policy } from './policy.ts';
import { chooseStranger, type StrangerChoice } from './stranger.ts';
import { asOfStranger, chooseReopening, type OwnReopening, type ReopeningChoice } from './reopen.ts';
import { applyRows, ruleOfRow } from './rows.ts';
import { type Situation, type SituationFact, situationOf } from './situation.ts';
import { type ToDo, toDosOf } from './to-do.ts';
import { aboutOf, wantedLog, whoOf } from './wanted-log.ts';

/** What is known of this call outside of it. Links are ours and permanent (S3). */
export type DecideFacts = {
  /** The call's own page. */
  readonly link?: string;
  /** By recordingId. */
  readonly recordingLinks: Readonly<Record<string, string>>;
  readonly voicemailLink?: string;
  /** The record made for its number, by this call or another. */
  readonly made?: MadePerson;
  /** Cases and opportunities this call has begun. */
  readonly matters?: readonly OwnMatter[];
  /** Closed leads this call has had opened. */
  readonly reopenings?: readonly OwnReopening[];
  /** Which record made for its number this call hangs on, or hung on. */
  readonly ownGeneration?: number;
  /** Who the phone system last said has its number, in whatever call (R2). */
  readonly heard?: { readonly name: string; readonly email?: string };
  /** Ids of messages that came while the integration was off (DP-05). */
  readonly cameWhileOff?: readonly string[];
  /** It has ended, and nothing more is expected to be heard of it (D3). */
  readonly settled: boolean;
};

/** The rules by name. The name is what a decision, its trace and its record are remembered by. */
export type RuleName =
  | 'part of another call'
  | 'undone by a person'
  | 'logged while it lasts'
  | 'still live'
  | 'switched off'
  | 'a person chose the record'
  | 'an agent saved a memo'
  | 'internal call'
  | 'out of hours'
  | 'called back'
  | `${'outbound' | 'inbound'} answered`
  | 'outbound unanswered'
  | 'missed'
  | 'voicemail'
  | 'direction unknown'
  | 'messages'
  /** One of the policy's own, by its name. */
  | `row: ${string}`;
/** `adds`: a row that doesn't say what becomes of the log, but other things. */
type Outcome = Logging | 'wait' | 'part-of' | 'adds';
export type Rule = { readonly rule: RuleName; readonly when: Partial<Facts>; readonly outcome: Exclude<Outcome, 'adds'> };

/** Why a rule didn't fire: the first fact that disagreed, or the rule before it that did fire. */
export type Blocked = {
  readonly fact: keyof Facts | SituationFact | 'earlier rule' | 'enabled';
  readonly wanted: string;
  readonly held: string;
};
/** What became of one rule. `because`: what the rule that fired led to, in sentences. */
export type Step = { readonly rule: RuleName } & (
  | {
      readonly fired: true;
      readonly outcome: Outcome;
      readonly because: readonly string[];
      /** Of a row: the things it says first. */ readonly gave?: readonly string[];
      /** The settings of this call that aren't the company's, and whose they are. */ readonly provenance?: readonly Provenance[];
    }
  | { readonly blockedBy: Blocked }
);

/** One record this call should have, under its role. Several of one role are told apart by the qualifier (W1). */
export type Desired = {
  readonly role: 'log' | ToDo['role'];
  /** Which one, where there are several: a task of a row, or of a message. */ readonly qualifier: string;
  readonly record: WantedActivity;
  readonly rule: RuleName;
  /** The record it hangs on is being made: it waits a little for it (D3). */ readonly awaitsPerson?: true;
};
export type Verdict =
  | {
      readonly is: 'wants';
      /** So many records are equally good, and one of them is meant until a person chooses (AC-17). */ readonly choose?: number;
      /** So many messages came while the integration was off, and are written when somebody asks for them (DP-05). */ readonly kept?: number;
    }
  | {
      readonly is: 'skipped';
      readonly rule: RuleName;
      readonly because: string;
      /** As above, where others of the day are not logged. */ readonly kept?: number;
      /** W9: a person took it back; records that people have touched stay as they are. */ readonly undone?: Call['undone'][number];
    }
  | { readonly is: 'waiting'; readonly for: string }
  | { readonly is: 'part-of'; readonly call: CallId };
export type Decision = {
  readonly wants: readonly Desired[];
  /** Cases and opportunities it should have besides. */
  readonly matters: MatterChoice['wants'];
  /** The case or opportunity it is about, also before there is a log: for screens. */
  readonly matter?: CrmRecord;
  /** Who is to be made for its number (P1). */
  readonly person?: NonNullable<StrangerChoice['person']>;
  /** Where the caller came from, for the lead that it hangs on (RS-02). */
  readonly marks?: WantedMarks;
  /** The closed lead that it hangs on is to be opened again (R5). */
  readonly reopening?: WantedReopening;
  /** Something is decided only once nothing more is expected to be heard (D3). */
  readonly unsettled?: true;
  /** Another call is making what this one would hang on: looked for again soon. */
  readonly coming?: true;
  readonly trace: readonly Step[];
  readonly verdict: Verdict;
  readonly facts: Facts;
  readonly situation: Situation;
};

const nameOfType: Readonly<Record<CallTypeSetting, RuleName>> = {
  'outbound-answered': 'outbound answered',
  'outbound-unanswered': 'outbound unanswered',
  'inbound-answered': 'inbound answered',
  missed: 'missed',
  voicemail: 'voicemail',
};

/** First match wins. Together the rows cover every call, so that each has exactly one explanation (D5). */
const rulesOf = (call: Call, policy: Policy, hours: Judgement['is'], row: Rule | undefined): readonly Rule[] => [
  { rule: 'part of another call', when: { partOf: 'another call' }, outcome: 'part-of' },
  // W9: until today's rules are applied, which are another version
  { rule: 'undone by a person', when: { undone: 'by a person' }, outcome: 'skip' },
  // whoever writes at the end has no such rule
  ...(policy.moment === 'end' || !policy.enabled
    ? []
    : [{ rule: 'logged while it lasts', when: { phase: 'live', moment: 'reached' }, outcome: 'open' } as const]),
  { rule: 'still live', when: { phase: 'live' }, outcome: 'wait' },
  // DP-05: kept, and written when somebody asks for it
  ...(policy.enabled ? [] : [{ rule: 'switched off', when: { integration: 'off' }, outcome: 'skip' } as const]),
  // what a person links is written, also where the rule says "do not log": AC-08 and DP-52 against an explicit save
  { rule: 'a person chose the record', when: { setting: 'skip', record: 'chosen by a person' }, outcome: 'completed' },
  ...(call.noted
    ? [{ rule: 'an agent saved a memo', when: { setting: 'skip', memo: 'saved by an agent' }, outcome: 'completed' } as const]
    : []),
  { rule: 'internal call', when: { type: 'internal' }, outcome: 'skip' },
  // a line that is always open has no such rule
  ...(hours === 'not asked' ? [] : [{ rule: 'out of hours', when: { hours: 'out of hours' }, outcome: 'skip' } as const]),
  // D4: the open log is the follow-up, and it has been followed up
  { rule: 'called back', when: { callBack: 'answered since', setting: 'open' }, outcome: 'completed' },
  ...(row ? [row] : []),
  ...callTypeSettings.map((type): Rule => ({ rule: nameOfType[type], when: { type }, outcome: policy.logging[type] })),
  { rule: 'direction unknown', when: { type: 'unknown' }, outcome: policy.logging.missed },
];

/** The records this call should have, and why. Pure and total: the same call and inputs want the same, whenever they are asked. */
export function decide(call: Call, given: Inputs, known: DecideFacts): Decision {
  if (call.messages) return decideMessages(call, call.messages, given, known);
  const levels = inputsOfCall(call, withMeant(call, given));
  const situation = situationOf(call, levels.inputs);
  const rows = applyRows(levels.inputs.policy, situation);
  const inputs: Inputs = { ...levels.inputs, policy: rows.policy };
  const provenance = narrowest([...levels.provenance, ...rows.provenance]);
  // a row about closed hours stands before the setting that leaves them out
  const hours: Judgement = situation.isOff && rows.log !== undefined ? { is: 'not asked' } : judgeHours(call, inputs);
  const facts = factsOf(call, inputs, hours.is, rows.tasks.length > 0);
  const byRow: Rule | undefined = rows.log === undefined ? undefined : { rule: ruleOfRow(rows.log.row), when: {}, outcome: rows.log.as };
  const rules = rulesOf(call, inputs.policy, hours.is, byRow);
  const fired = rules.find((rule) => !disagreement(rule, facts));
  if (!fired) throw new Error(`No rule covers a call of type "${facts.type}". Add a row to the rules.`);

  const verdict = verdictOf(fired, call, inputs, hours, provenance);
  const isDecided = inputs.policy.enabled && (verdict.is === 'wants' || verdict.is === 'waiting');
  const matter: MatterChoice = isDecided ? chooseMatter(call, inputs, known, aboutOf(inputs, known.made)) : { wants: [], because: [] };
  const wanted =
    fired.outcome === 'completed' || fired.outcome === 'open'
      ? wantedLog(call, inputs, known, fired.outcome, fired.rule === 'called back' ? call.calledBack : undefined, matter.what)
      : undefined;
  // AC-08: what isn't logged does nothing in the CRM, unless the admin wants existing leads enriched by all calls (RS-55)
  const isUnlogged = verdict.is === 'skipped' && !verdict.undone && facts.type !== 'internal' && inputs.policy.attribution?.existing;
  const isCustomers = inputs.policy.enabled && (verdict.is === 'wants' || isUnlogged);
  const marks = isCustomers && call.phase === 'ended' ? chooseMarks(call, inputs, known, whoOf(inputs, known.made)) : { because: [] };
  const calledBack = facts.callBack === 'answered since' ? call.calledBack : undefined;
  const toDos = wanted && call.phase === 'ended' ? toDosOf(call, inputs, known, wanted.record, rows.tasks, calledBack) : [];
  const stranger = isDecided ? chooseStranger(call, inputs, known) : { because: [] };
  const reopening: ReopeningChoice = isDecided
    ? chooseReopening(call, asOfStranger(inputs, levels.inputs.policy, situation), known, whoOf(inputs, known.made))
    : { because: [] };
  const because = [
    ...(wanted && hours.is !== 'not asked' ? [hours.because] : []),
    ...(wanted?.because ?? (verdict.is === 'skipped' ? [verdict.undone ? `It was ${verdict.because} (W9).` : verdict.because] : [])),
    ...matter.because,
    ...toDos.flatMap((toDo) => toDo.because),
    ...marks.because,
    ...stranger.because,
    ...reopening.because,
    ...(verdict.is === 'wants' || verdict.is === 'skipped' ? sayProvenance(provenance) : []),
  ];
  const awaitsPerson =
    matter.awaits === true ||
    (stranger.person !== undefined &&
      (known.made === undefined || known.made.state === 'waiting' || known.made.generation < stranger.person.generation));
  const firedStep = (rule: RuleName, outcome: Outcome, gave?: readonly string[]): Step => ({
    ...{ rule, fired: true, outcome, because },
    ...(gave && { gave }),
    ...(provenance.length > 0 && { provenance }),
  });
  const earlier = (rule: RuleName): Step => ({ rule, blockedBy: { fact: 'earlier rule', wanted: 'none', held: fired.rule } });
  const rowsCount = verdict.is === 'wants' || fired === byRow || stranger.person !== undefined;
  const rowSteps = rows.steps.map((step): Step => {
    const rule = ruleOfRow(step.row);
    if ('blockedBy' in step) return { rule, blockedBy: step.blockedBy };
    if (rule === fired.rule) return firedStep(rule, fired.outcome, step.gave);
    return rowsCount ? { rule, fired: true, outcome: 'adds', because: [], gave: step.gave } : earlier(rule);
  });
  return {
    wants: wanted
      ? [{ role: 'log' as const, qualifier: '', record: wanted.record }, ...toDos].map(({ role, qualifier, record }) => ({
          ...{ role, qualifier, record },
          rule: fired.rule,
          ...(awaitsPerson && { awaitsPerson }),
        }))
      : [],
    matters: matter.wants,
    ...(matter.what && { matter: matter.what }),
    ...(stranger.person && { person: stranger.person }),
    ...('record' in marks && { marks: marks.record }),
    ...(reopening.record && { reopening: reopening.record }),
    ...((stranger.unsettled || matter.unsettled || reopening.unsettled) && { unsettled: true as const }),
    ...(matter.coming && { coming: matter.coming }),
    trace: [...rulesOf(call, inputs.policy, hours.is, undefined), 'rows' as const]
      .toSorted((a, b) => placeOf(a) - placeOf(b))
      .flatMap((one): Step[] => {
        if (one === 'rows') return rowSteps;
        const { rule, when, outcome } = one;
        if (rule === fired.rule) return [firedStep(rule, outcome)];
        const blockedBy = disagreement({ when }, facts);
        return [blockedBy ? { rule, blockedBy } : earlier(rule)];
      }),
    verdict,
    facts,
    situation,
  };
}

/** Rows stand before the types of calls, and behind all else. */
const placeOf = (one: Rule | 'rows'): number => (one === 'rows' ? 1 : one.when.type === undefined || one.rule === 'internal call' ? 0 : 2);

function verdictOf(
  { rule, outcome }: Rule,
  call: Call,
  { policyVersion, match }: Inputs,
  hours: Judgement,
  provenance: readonly Provenance[],
): Verdict {
  switch (outcome) {
    case 'part-of':
      return { is: 'part-of', call: call.partOf ?? call.id }; // the rule fired, so the call says what it is part of
    case 'wait':
      return { is: 'waiting', for: 'the end of the call' };
    case 'skip': {
      const undone = rule === 'undone by a person' ? undoneBy(call, policyVersion) : undefined;
      if (undone)
        return { is: 'skipped', rule, because: `undone by ${singleLine(undone.by)}: policy version ${undone.policyVersion}`, undone };
      if (rule === 'switched off') return { is: 'skipped', rule, because: sayOff(provenance) };
      if (rule === 'out of hours' && hours.is === 'out of hours') return { is: 'skipped', rule, because: hours.because };
      return {
        is: 'skipped',
        rule,
        because:
          rule === 'internal call'
            ? 'Calls between colleagues are not logged (DP-52).'
            : rule.startsWith('row: ')
              ? `The row “${rule.slice(5)}” of version ${policyVersion} of the policy says not to log such calls (AC-08).`
              : `Version ${policyVersion} of the policy says not to log calls of this type (AC-08).`,
      };
    }
    case 'completed':
    case 'open':
      return { is: 'wants', ...(match.by === 'ask' && match.tied !== undefined && { choose: match.tied }) };
  }
}

const outcomeInWords: Readonly<Record<Outcome, string>> = {
  completed: 'the call is logged as completed',
  open: 'the call is logged as open',
  skip: 'the call is not logged',
  wait: 'the call has to end first',
  'part-of': 'the other call tells its story',
  adds: 'it says something besides the log',
};
const factInWords: Readonly<Record<keyof Facts | SituationFact | 'enabled', string>> = {
  enabled: 'it would have to be switched',
  direction: 'the direction of the call would have to be',
  outcome: 'what became of the call would have to be',
  reason: 'why nobody answered would have to be',
  customer: 'the customer would have to be',
  takenBy: 'who took the call, or made it, would have to be',
  phone: 'the phone would have to be',
  line: 'the line would have to be',
  queue: 'the queue would have to be',
  team: 'the team would have to be',
  agent: 'the agent would have to be',
  campaign: 'the campaign would have to be',
  partOf: 'the call would have to be part of',
  phase: 'the call would have to be',
  integration: 'the integration would have to be',
  type: 'the type of the call would have to be',
  hours: 'the start of the call would have to be',
  setting: 'the setting for this type of call would have to be',
  record: 'the record would have to be',
  memo: 'a memo for its record would have to be',
  callBack: 'a later talk with this number would have to be',
  undone: 'taken back would have to be',
  moment: 'the moment of the log would have to be',
};

/** One step of a trace as a sentence, for the page that answers "why?" and "why not?". */
export function explainStep(step: Step): string {
  if (!('blockedBy' in step)) {
    const gave = step.gave && step.gave.length > 0 ? [`It gives ${step.gave.join(', ')}.`] : [];
    return [`“${step.rule}” fired: ${outcomeInWords[step.outcome]}.`, ...gave, ...step.because].join(' ');
  }
  const { fact, wanted, held } = step.blockedBy;
  if (fact === 'earlier rule') return `“${step.rule}” was not needed: “${held}” stands before it and fired.`;
  return `“${step.rule}” did not fire: ${factInWords[fact]} “${wanted}”, and is “${held}”.`;
}
