import type { Call } from '../call/call.ts';
import type { DecideFacts, Decision, Desired, Rule, Verdict } from './decide.ts';
import { disagreement, type Facts, undoneBy } from './facts.ts';
import { judgeMessage } from './hours-of-call.ts';
import { inputsOfCall, type Provenance, sayOff, sayProvenance } from './layers.ts';
import { chooseMatter, type MatterChoice } from './matter.ts';
import { withMeant } from './meant.ts';
import { messageLog } from './message-log.ts';
import { zoneOfMessages } from './message-day.ts';
import type { Inputs } from './pin.ts';
import { singleLine } from './plain-text.ts';
import { chooseReopening, type ReopeningChoice } from './reopen.ts';
import { situationOf } from './situation.ts';
import { chooseStranger } from './stranger.ts';
import { aboutOf } from './wanted-log.ts';

/**
 * The records a conversation's day should have, and why (AC-38): one, or one for each message. Pure and total like `decide`, whose rules these are
 * as far as they are about messages too.
 */
export function decideMessages(call: Call, messages: NonNullable<Call['messages']>, given: Inputs, known: DecideFacts): Decision {
  const { inputs, provenance } = inputsOfCall(call, withMeant(call, given));
  const { policy, policyVersion } = inputs;
  const zone = zoneOfMessages(call.line, given.policy);
  const judged = messages.map((message) => ({ message, hours: judgeMessage(call, message.at, inputs) }));
  const open = judged.filter(({ hours }) => hours.is !== 'out of hours');
  const [first] = judged;
  const hours = open[0]?.hours ?? first?.hours ?? { is: 'not asked' };
  const setting = policy.messages.log === 'not at all' || hours.is === 'out of hours' ? 'skip' : 'completed';
  const facts: Facts = {
    partOf: call.partOf === undefined ? 'nothing' : 'another call',
    phase: 'ended',
    integration: policy.enabled ? 'on' : 'off',
    type: 'messages',
    hours: hours.is,
    setting,
    record: call.linked?.who || call.linked?.what ? 'chosen by a person' : 'not chosen',
    memo: call.noted ? 'saved by an agent' : 'none',
    callBack: 'not looked for',
    undone: undoneBy(call, policyVersion) ? 'by a person' : 'no',
    moment: 'not reached',
  };
  const rules: readonly Rule[] = [
    { rule: 'part of another call', when: { partOf: 'another call' }, outcome: 'part-of' },
    { rule: 'undone by a person', when: { undone: 'by a person' }, outcome: 'skip' },
    // DP-05: kept, and written when somebody asks for it
    ...(policy.enabled ? [] : [{ rule: 'switched off', when: { integration: 'off' }, outcome: 'skip' } as const]),
    { rule: 'a person chose the record', when: { setting: 'skip', record: 'chosen by a person' }, outcome: 'completed' },
    { rule: 'an agent saved a memo', when: { setting: 'skip', memo: 'saved by an agent' }, outcome: 'completed' },
    { rule: 'out of hours', when: { hours: 'out of hours' }, outcome: 'skip' },
    { rule: 'messages', when: { type: 'messages' }, outcome: policy.messages.log === 'not at all' ? 'skip' : 'completed' },
  ];
  const fired = rules.find((rule) => !disagreement(rule, facts));
  if (!fired) throw new Error('No rule covers these messages. Add a row to the rules.');

  // What somebody explicitly links or saves is written as a whole.
  const logged = fired.rule === 'messages' ? open.map(({ message }) => message) : messages;
  const verdict = verdictOf(fired, call, { policyVersion, hours, provenance });
  // They hang on what is there, as calls do (AC-12); nothing is made for a message.
  const attaching: Inputs = {
    ...inputs,
    policy: { ...policy, cases: { ...policy.cases, create: 'never' }, opportunities: { ...policy.opportunities, create: 'never' } },
  };
  const matter: MatterChoice =
    verdict.is === 'wants' ? chooseMatter(call, attaching, known, aboutOf(inputs, known.made)) : { wants: [], because: [] };
  const isAlone = policy.messages.log === 'per message';
  const groups = isAlone ? logged.map((message) => [message]) : [logged];
  const logs =
    verdict.is !== 'wants'
      ? []
      : groups.map((group, place) => ({
          qualifier: isAlone ? (group[0]?.id ?? '') : '',
          ...messageLog(call, group, inputs, known, { alone: isAlone, withMemo: place === 0, zone, matter: matter.what }),
        }));
  const stranger = verdict.is === 'wants' ? chooseStranger(call, inputs, known) : { because: [] };
  const reopening: ReopeningChoice =
    verdict.is === 'wants' ? chooseReopening(call, inputs, known, aboutOf(inputs, known.made).who) : { because: [] };
  const awaitsPerson =
    stranger.person !== undefined &&
    (known.made === undefined || known.made.state === 'waiting' || known.made.generation < stranger.person.generation);
  const late = messages.length - logged.length;
  const because = [
    ...(verdict.is === 'skipped' ? [verdict.undone ? `It was ${verdict.because} (W9).` : verdict.because] : []),
    ...(late > 0 && verdict.is === 'wants' ? [`${late} of ${messages.length} messages came out of hours and are left out (AC-09).`] : []),
    ...new Set(logs.flatMap((log) => log.because)),
    ...matter.because,
    ...stranger.because,
    ...reopening.because,
    ...sayProvenance(provenance),
  ];
  return {
    wants: logs.map(({ qualifier, record }): Desired => ({
      role: 'log',
      qualifier,
      record,
      rule: fired.rule,
      ...(awaitsPerson && { awaitsPerson }),
    })),
    matters: [],
    ...(matter.what && { matter: matter.what }),
    ...(stranger.person && { person: stranger.person }),
    ...(reopening.record && { reopening: reopening.record }),
    ...((stranger.unsettled || reopening.unsettled) && { unsettled: true as const }),
    trace: rules.map(({ rule, when, outcome }) =>
      rule === fired.rule
        ? { rule, fired: true, outcome, because, ...(provenance.length > 0 && { provenance }) }
        : { rule, blockedBy: disagreement({ when }, facts) ?? { fact: 'earlier rule', wanted: 'none', held: fired.rule } },
    ),
    verdict,
    facts,
    situation: situationOf(call, inputs),
  };
}

type Grounds = {
  readonly policyVersion: number;
  readonly hours: ReturnType<typeof judgeMessage>;
  readonly provenance: readonly Provenance[];
};
function verdictOf({ rule, outcome }: Rule, call: Call, { policyVersion, hours, provenance }: Grounds): Verdict {
  if (outcome === 'part-of') return { is: 'part-of', call: call.partOf ?? call.id };
  if (outcome !== 'skip') return { is: 'wants' };
  const undone = rule === 'undone by a person' ? undoneBy(call, policyVersion) : undefined;
  if (undone) return { is: 'skipped', rule, because: `undone by ${singleLine(undone.by)}: policy version ${undone.policyVersion}`, undone };
  if (rule === 'switched off') return { is: 'skipped', rule, because: sayOff(provenance) };
  if (rule === 'out of hours' && hours.is === 'out of hours') return { is: 'skipped', rule, because: hours.because };
  return { is: 'skipped', rule, because: `Version ${policyVersion} of the policy says not to log messages (AC-38).` };
}
