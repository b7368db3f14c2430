import type { Call, Message } from '../call/call.ts';
import type { DecideFacts, Decision, Desired, Rule, Step, Verdict } from './decide.ts';
import { disagreement, type Facts, undoneBy } from './facts.ts';
import { judgeMessage, type Judgement } from './hours-of-call.ts';
import { inputsOfCall, narrowest, type Provenance, sayOff, sayProvenance } from './layers.ts';
import { chooseMatter, type MatterChoice } from './matter.ts';
import { withMeant } from './meant.ts';
import { messageLog } from './message-log.ts';
import { zoneOfMessages } from './message-day.ts';
import type { Inputs } from './pin.ts';
import { singleLine } from './plain-text.ts';
import type { Logging } from './policy.ts';
import { chooseReopening, type ReopeningChoice } from './reopen.ts';
import { applyRows, type RowsGive, ruleOfRow } from './rows.ts';
import { type Situation, situationOf } from './situation.ts';
import { chooseStranger } from './stranger.ts';
import { toDosOf } from './to-do.ts';
import { aboutOf } from './wanted-log.ts';

/**
 * The records a conversation's day should have, and why (AC-38): one, or one for each message. Each message is judged by itself; a day goes by
 * its first that is logged. Pure and total like `decide`, whose rules these are as far as they are about messages too.
 */
export function decideMessages(call: Call, messages: NonNullable<Call['messages']>, given: Inputs, known: DecideFacts): Decision {
  const levels = inputsOfCall(call, withMeant(call, given));
  const { policyVersion } = levels.inputs;
  const zone = zoneOfMessages(call.line, given.policy);
  const judged = messages.map((message) => judgeOne(call, message, levels.inputs, known.cameWhileOff?.includes(message.id) === true));
  const open = judged.filter(({ left }) => left === undefined);
  const cameWhileOn = judged.filter(({ left }) => left !== 'switched off');
  const lead = open[0] ?? cameWhileOn[0] ?? judged[0];
  if (!lead) throw new Error('A conversation has at least one message.');
  const { inputs, rows, hours } = lead;
  const { policy } = inputs;
  const provenance = narrowest([...levels.provenance, ...rows.provenance]);
  const facts: Facts = {
    partOf: call.partOf === undefined ? 'nothing' : 'another call',
    phase: 'ended',
    integration: cameWhileOn.length === 0 ? 'off' : 'on',
    type: 'messages',
    hours: hours.is,
    setting: open.length === 0 ? 'skip' : lead.as,
    record: call.linked?.who || call.linked?.what ? 'chosen by a person' : 'not chosen',
    memo: call.noted ? 'saved by an agent' : 'none',
    callBack: 'not looked for',
    undone: undoneBy(call, policyVersion) ? 'by a person' : 'no',
    moment: 'not reached',
  };
  const usual: Rule = { rule: 'messages', when: { type: 'messages' }, outcome: isLogging(levels.inputs) ? 'completed' : 'skip' };
  const byRow: readonly Rule[] = rows.log ? [{ rule: ruleOfRow(rows.log.row), when: {}, outcome: rows.log.as }] : [];
  const before: readonly Rule[] = [
    { rule: 'part of another call', when: { partOf: 'another call' }, outcome: 'part-of' },
    { rule: 'undone by a person', when: { undone: 'by a person' }, outcome: 'skip' },
    // DP-05: kept, and written when somebody asks for it
    ...(facts.integration === 'on' ? [] : [{ rule: 'switched off', when: { integration: 'off' }, outcome: 'skip' } as const]),
    { rule: 'a person chose the record', when: { setting: 'skip', record: 'chosen by a person' }, outcome: 'completed' },
    { rule: 'an agent saved a memo', when: { setting: 'skip', memo: 'saved by an agent' }, outcome: 'completed' },
    { rule: 'out of hours', when: { hours: 'out of hours' }, outcome: 'skip' },
  ];
  const fired = [...before, ...byRow, usual].find((rule) => !disagreement(rule, facts));
  if (!fired) throw new Error('No rule covers these messages. Add a row to the rules.');

  // What somebody explicitly links or saves is written as a whole, but for what is kept.
  const isChosen = fired.outcome === 'completed' && open.length === 0;
  const logged = isChosen ? cameWhileOn.map((one) => ({ ...one, as: 'completed' as const })) : open;
  const kept = facts.integration === 'on' ? judged.length - cameWhileOn.length : 0;
  const judgedSo = verdictOf(fired, call, { policyVersion, hours, provenance });
  const verdict = kept > 0 && (judgedSo.is === 'wants' || judgedSo.is === 'skipped') ? { ...judgedSo, kept } : judgedSo;
  // They hang on what is there, as calls do (AC-12); nothing is made for a message.
  const attaching: Inputs = {
    ...inputs,
    policy: { ...policy, cases: { ...policy.cases, create: 'never' }, opportunities: { ...policy.opportunities, create: 'never' } },
  };
  const isWanted = verdict.is === 'wants';
  const matter: MatterChoice = isWanted ? chooseMatter(call, attaching, known, aboutOf(inputs, known.made)) : { wants: [], because: [] };
  const isAlone = policy.messages.log === 'per message';
  const groups: readonly (readonly Judged[])[] = isAlone ? logged.map((one) => [one]) : [logged];
  const logs = !isWanted
    ? []
    : groups.map((group, place) => {
        const [first = lead] = group;
        const told = group.map(({ message }) => message);
        const wording = { alone: isAlone, withMemo: place === 0, zone, matter: matter.what, status: first.as };
        return { group, qualifier: isAlone ? first.message.id : '', ...messageLog(first.conversation, told, first.inputs, known, wording) };
      });
  const asked = new Set<string>();
  const toDos = logs.flatMap(({ group, record }) =>
    group.flatMap((one) => {
      const tasks = one.rows.tasks.filter(({ name }) => !asked.has(name));
      for (const { name } of tasks) asked.add(name);
      return toDosOf(one.conversation, one.inputs, known, record, tasks);
    }),
  );
  const stranger = isWanted ? chooseStranger(call, inputs, known) : { because: [] };
  const reopening: ReopeningChoice = isWanted ? chooseReopening(call, inputs, known, aboutOf(inputs, known.made).who) : { because: [] };
  const awaitsPerson =
    stranger.person !== undefined &&
    (known.made === undefined || known.made.state === 'waiting' || known.made.generation < stranger.person.generation);
  const because = [
    ...(verdict.is === 'skipped' ? [verdict.undone ? `It was ${verdict.because} (W9).` : verdict.because] : []),
    ...(isWanted ? sayLeftOut(judged, isChosen) : []),
    ...new Set([...logs, ...toDos].flatMap((one) => one.because)),
    ...matter.because,
    ...stranger.because,
    ...reopening.because,
    ...sayProvenance(provenance),
  ];
  const firedStep = (outcome: Rule['outcome'], gave?: readonly string[]): Step => ({
    ...{ rule: fired.rule, fired: true, outcome, because },
    ...(gave && { gave }),
    ...(provenance.length > 0 && { provenance }),
  });
  const earlier = (rule: Step['rule']): Step => ({ rule, blockedBy: { fact: 'earlier rule', wanted: 'none', held: fired.rule } });
  const stepOf = ({ rule, when, outcome }: Rule): Step => {
    if (rule === fired.rule) return firedStep(outcome);
    const blockedBy = disagreement({ when }, facts);
    return blockedBy ? { rule, blockedBy } : earlier(rule);
  };
  const unasked = isLogging(levels.inputs) ? [] : levels.inputs.policy.rows;
  const rowSteps = rows.steps.map((step): Step => {
    const rule = ruleOfRow(step.row);
    if ('blockedBy' in step) return { rule, blockedBy: step.blockedBy };
    if (rule === fired.rule) return firedStep(fired.outcome, step.gave);
    return isWanted ? { rule, fired: true, outcome: 'adds', because: [], gave: step.gave } : earlier(rule);
  });
  return {
    wants: [...logs.map(({ qualifier, record }) => ({ role: 'log' as const, qualifier, record })), ...toDos].map(
      ({ role, qualifier, record }): Desired => ({ role, qualifier, record, rule: fired.rule, ...(awaitsPerson && { awaitsPerson }) }),
    ),
    matters: [],
    ...(matter.what && { matter: matter.what }),
    ...(stranger.person && { person: stranger.person }),
    ...(reopening.record && { reopening: reopening.record }),
    ...((stranger.unsettled || reopening.unsettled) && { unsettled: true as const }),
    // a row says nothing where none are logged
    trace: [...before.map(stepOf), ...rowSteps, stepOf(usual), ...unasked.map(({ name }) => earlier(ruleOfRow(name)))],
    verdict,
    facts,
    situation: lead.situation,
  };
}

const isLogging = ({ policy }: Inputs): boolean => policy.messages.log !== 'not at all';

/** One message as the rules and rows find it. `left`: why it isn't logged. */
type Judged = {
  readonly message: Message;
  /** Of this message; whose one without a name is, the others of the day tell. */
  readonly conversation: Call;
  readonly situation: Situation;
  readonly rows: RowsGive;
  readonly inputs: Inputs;
  readonly hours: Judgement;
  readonly as: Exclude<Logging, 'skip'>;
  readonly left: 'switched off' | 'messages' | 'out of hours' | `row: ${string}` | undefined;
};

function judgeOne(call: Call, message: Message, given: Inputs, cameWhileOff: boolean): Judged {
  const { direction, at } = message;
  const conversation: Call = { ...call, direction, startedAt: at, endedAt: at, messages: [message, ...(call.messages ?? [])] };
  const situation = situationOf(conversation, given);
  // where none are logged, no row says otherwise: most rows are written with calls in mind
  const rows = applyRows(isLogging(given) ? given.policy : { ...given.policy, rows: [] }, situation);
  const inputs: Inputs = { ...given, policy: rows.policy };
  // a row about closed hours stands before the setting that leaves them out
  const hours: Judgement = situation.isOff && rows.log ? { is: 'not asked' } : judgeMessage(call, at, inputs);
  const left = (): Judged['left'] => {
    if (cameWhileOff || !given.policy.enabled) return 'switched off';
    if (!isLogging(given)) return 'messages';
    if (hours.is === 'out of hours') return 'out of hours';
    return rows.log?.as === 'skip' ? ruleOfRow(rows.log.row) : undefined;
  };
  const as = rows.log?.as === 'open' ? 'open' : 'completed';
  return { message, conversation, situation, rows, inputs, hours, as, left: left() };
}

/** So many for each reason: `1 of 3 messages is left out: …`. `isChosen`: whatever came while the integration was on is written. */
function sayLeftOut(judged: readonly Judged[], isChosen: boolean): string[] {
  const left = judged.filter((one) => (isChosen ? one.left === 'switched off' : one.left !== undefined));
  return [...Map.groupBy(left, (one) => one.left)].map(([why = '', { length }]) => {
    const some = `${length} of ${judged.length} messages`;
    const are = length === 1 ? 'is' : 'are';
    if (why === 'switched off') return `${some} came while the integration was off, and ${are} kept (DP-05).`;
    if (why === 'out of hours') return `${some} came out of hours and are left out (AC-09).`;
    return `${some} ${are} left out: the row “${why.slice(5)}” says not to log such messages (AC-08).`;
  });
}

type Grounds = {
  readonly policyVersion: number;
  readonly hours: Judgement;
  readonly provenance: readonly Provenance[];
};
function verdictOf({ rule, outcome }: Rule, call: Call, { policyVersion, hours, provenance }: Grounds): Verdict {
  if (outcome === 'part-of') return { is: 'part-of', call: call.partOf ?? call.id };
  if (outcome !== 'skip') return { is: 'wants' };
  const undone = rule === 'undone by a person' ? undoneBy(call, policyVersion) : undefined;
  if (undone) return { is: 'skipped', rule, because: `undone by ${singleLine(undone.by)}: policy version ${undone.policyVersion}`, undone };
  if (rule === 'switched off') return { is: 'skipped', rule, because: sayOff(provenance) };
  if (rule === 'out of hours' && hours.is === 'out of hours') return { is: 'skipped', rule, because: hours.because };
  const because = rule.startsWith('row: ')
    ? `The row “${rule.slice(5)}” of version ${policyVersion} of the policy says not to log such messages (AC-08).`
    : `Version ${policyVersion} of the policy says not to log messages (AC-38).`;
  return { is: 'skipped', rule, because };
}
