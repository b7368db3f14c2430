import type { Call } from '../call/call.ts';
import type { Agent } from '../call/event.ts';
import type { WantedActivity } from '../crm.ts';
import { customerOf, lineOf } from './call-words.ts';
import type { DecideFacts } from './decide.ts';
import { dueAfterEnd } from './due.ts';
import { lay } from './layers.ts';
import { correctedMs } from './local-date.ts';
import { type Known, renderLine } from './merge.ts';
import { chooseByChain, chooseFollowUpOwner, nameOf, type OwnerChoice, spareOwner } from './owner.ts';
import { personOf, type Inputs } from './pin.ts';
import { cut, httpsLink, singleLine } from './plain-text.ts';
import type { RowTask } from './rows.ts';
import { ownerOfRecord, sayCalledBack } from './wanted-log.ts';
import { words } from './words.ts';

/** Something to do about a call, besides its log. */
export type ToDo = {
  readonly role: 'review' | 'check-setup' | 'task';
  /** Tells tasks apart: the name its row gives it. */
  readonly qualifier: string;
  readonly record: WantedActivity;
  readonly because: readonly string[];
};

/**
 * What is left to do: after an answered call (RS-44, RS-49, RS-50), and what rows of the policy ask for. `log`: what this call's log will be.
 * `calledBack`: the talk that settled what a row asked for (D4).
 */
export function toDosOf(
  call: Call,
  inputs: Inputs,
  facts: DecideFacts,
  log: WantedActivity,
  asked: readonly (RowTask & { readonly row: string })[] = [],
  calledBack?: Call['calledBack'],
): ToDo[] {
  const ofRows = asked.map((task) => taskOf(call, inputs, facts, log, task, calledBack));
  if (call.type !== 'inbound-answered' && call.type !== 'outbound-answered') return ofRows;
  const agent = call.direction === 'outbound' ? (call.dialledBy ?? call.answeredBy) : call.answeredBy;
  return [...reviewOf(call, inputs, facts, log, agent), ...checkSetupOf(call, inputs, facts, log, agent), ...ofRows];
}

/** A task that a row of the policy asks for, and names. */
function taskOf(
  call: Call,
  given: Inputs,
  facts: DecideFacts,
  log: WantedActivity,
  { name, row, owner: chain, subject, due }: RowTask & { readonly row: string },
  calledBack: Call['calledBack'],
): ToDo {
  const { hours, count } = due ?? {};
  const policy = lay(given.policy, {
    followUp: { ...(hours !== undefined && { dueHours: hours }), ...(count !== undefined && { count }) },
  });
  const inputs = { ...given, policy };
  const recordOwnerId = ownerOfRecord(inputs, log);
  const usual = () => chooseFollowUpOwner(call, inputs, recordOwnerId);
  const owner = chain ? chooseByChain(chain, call, inputs, recordOwnerId, usual) : usual();
  const { date, zone } = dueAfterEnd(call, inputs, owner);
  const known: Known = {
    ...{ call, inputs, facts, owner, date, zone },
    clockMs: correctedMs(0, inputs.clockOffsetMs),
    recordName: (log.who ?? log.what)?.name,
  };
  const worded = subject === undefined ? '' : renderLine(subject, known);
  const title = worded || `${name}: ${singleLine(known.recordName ?? '') || customerOf(call, languageOf(inputs))}`;
  const because = [`The row “${row}” asks for the task “${name}”.`, ...owner.because];
  const asked = toDo('task', call, inputs, facts, log, owner, title, because, name);
  return calledBack ? settledBy(asked, sayCalledBack(calledBack, inputs, zone)) : asked;
}
function settledBy({ record, because, ...toDo }: ToDo, settled: ReturnType<typeof sayCalledBack>): ToDo {
  const { remindAtMs: _, ...rest } = record;
  return {
    ...toDo,
    record: { ...rest, status: 'completed', system: [settled.line, ...record.system] },
    because: [settled.because, ...because],
  };
}
const languageOf = ({ policy }: Inputs) => words[policy.language];

/** A colleague had the call: whose record it is shall look at it. */
function reviewOf(call: Call, inputs: Inputs, facts: DecideFacts, log: WantedActivity, agent: Agent | undefined): ToDo[] {
  const { followUp } = inputs.policy;
  if (followUp.review === 'never' || (followUp.review === 'inbound' && call.direction === 'outbound') || !agent) return [];
  const person = personOf(inputs, agent);
  const ownerId = ownerOfRecord(inputs, log);
  const owner = ownerId !== undefined && Object.hasOwn(inputs.named, ownerId) ? inputs.named[ownerId] : undefined;
  if (!person || !owner || owner.crmUserId === person.crmUserId) return [];
  const say = words[inputs.policy.language];
  const choice = { ownerId: owner.crmUserId, zone: owner.zone };
  return [
    toDo(
      'review',
      call,
      inputs,
      facts,
      log,
      choice,
      say.review(singleLine((log.who ?? log.what)?.name ?? '') || customerOf(call, say), nameOf(agent)),
      [`${nameOf(agent)} had the call, and the record is ${owner.name}'s, who shall look at it (RS-49).`],
    ),
  ];
}

/** Whoever answered is nobody the CRM knows: somebody shall see to the settings, and hand out the call. */
function checkSetupOf(call: Call, inputs: Inputs, facts: DecideFacts, log: WantedActivity, agent: Agent | undefined): ToDo[] {
  if (!inputs.policy.followUp.checkSetup || (agent && (personOf(inputs, agent) !== null || inputs.leftOut?.includes(agent.id)))) return [];
  const say = words[inputs.policy.language];
  const endpoint = singleLine(agent ? nameOf(agent) : (call.people.find(({ answered }) => answered)?.endpoint ?? ''), 80);
  const owner = chooseFollowUpOwner(call, inputs, undefined);
  return [
    toDo('check-setup', call, inputs, facts, log, owner, say.checkSetup(endpoint), [
      `${endpoint || 'Whoever answered'} is no user of the CRM (RS-44, RS-50).`,
      ...owner.because,
    ]),
  ];
}

function toDo(
  role: ToDo['role'],
  call: Call,
  inputs: Inputs,
  facts: DecideFacts,
  log: WantedActivity,
  owner: Pick<OwnerChoice, 'ownerId' | 'zone'>,
  subject: string,
  because: readonly string[],
  qualifier = '',
): ToDo {
  const say = words[inputs.policy.language];
  const due = dueAfterEnd(call, inputs, owner);
  const link = httpsLink(facts.link);
  return {
    role,
    qualifier,
    record: {
      kind: 'activity',
      about: 'to-do',
      subject: cut(singleLine(subject), 255),
      status: 'open',
      direction: undefined,
      ownerId: owner.ownerId,
      ...spareOwner(owner.ownerId, inputs),
      who: log.who,
      what: log.what,
      dueDate: due.date,
      ...(inputs.policy.followUp.reminder ? { remindAtMs: due.atMs } : {}),
      durationSeconds: 0,
      waitSeconds: 0,
      result: '',
      memo: '',
      system: [
        `${say.customer}${say.colon}${customerOf(call, say)}`,
        ...(lineOf(call) ? [`${say.line}${say.colon}${lineOf(call)}`] : []),
        ...(link === undefined ? [] : [`${say.call}${say.colon}${link}`]),
      ],
      callKey: call.id,
      link,
    },
    because: [...because, due.because],
  };
}
