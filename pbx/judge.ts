import type { Task } from '../chaos/judge.ts';
import { agents } from './agents.ts';
import { type AttemptEnd, type ExpectedCall } from './calls/named-call.ts';

/** What the Task of one call must hold; what is left out is not asked for. Seconds may be off by one. */
export type ExpectedTask = {
  /** As it stands there: +15551230001, or that it is withheld. */
  readonly customer?: string;
  readonly callType?: 'Inbound' | 'Outbound';
  readonly disposition?: string;
  readonly status?: 'Completed' | 'Not Started';
  readonly talkSeconds?: number;
  readonly waitSeconds?: number;
  /** Extension of the user whose call it was; null: nobody's, so it is the connected user's. */
  readonly owner?: string | null;
  readonly line?: string | null;
  readonly queue?: string | null;
  readonly digits?: string | null;
  readonly voicemail?: boolean;
  /** A recording is linked. */
  readonly recording?: boolean;
  /** `101→102`. */
  readonly transfers?: readonly string[];
  /** `101 no answer`. */
  readonly rangInVain?: readonly string[];
};
/** A person of the org, as it exports them. */
export type Owner = { readonly id: string; readonly name: string; readonly extension: string | null };

const withheld = 'number withheld';
const endInWords: Readonly<Partial<Record<AttemptEnd, string>>> = { stopped: 'caller hung up' };
const inboundResult: Readonly<Partial<Record<ExpectedCall['outcome'], string>>> = {
  answered: 'Answered',
  abandoned: 'Missed (caller hung up)',
  closed: 'Missed (out of hours)',
  voicemail: 'Voicemail',
};
const outboundResult: Readonly<Partial<Record<ExpectedCall['outcome'], string>>> = {
  answered: 'Answered',
  'no answer': 'No answer',
  cancelled: 'No answer (given up)',
};
/** 101w is Ann's, too. */
const extensionOf = (endpoint: string) => endpoint.replace(/w$/, '');

const isAmerican = (number: string | undefined) => number !== undefined && /^1\d{10}$/.test(number);

/** What a call that was played has to be in Salesforce; undefined: calls between colleagues are not logged. */
export function taskOf(call: ExpectedCall): ExpectedTask | undefined {
  if (call.direction === 'internal') return undefined;
  const inbound = call.direction === 'inbound';
  const answered = call.outcome === 'answered';
  const sum = Object.values(call.talkSeconds).reduce((total, seconds) => total + seconds, 0);
  const whose = inbound ? call.answeredBy : call.dialledBy;
  return {
    customer: call.customer === 'withheld' ? withheld : `${isAmerican(call.customer) ? '+' : ''}${call.customer}`,
    callType: inbound ? 'Inbound' : 'Outbound',
    disposition: inbound ? (inboundResult[call.outcome] ?? 'Missed') : (outboundResult[call.outcome] ?? `No answer (${call.outcome})`),
    status: inbound && !answered ? 'Not Started' : 'Completed',
    talkSeconds: call.togetherSeconds ?? sum,
    waitSeconds: call.waitSeconds,
    owner: whose === undefined || whose === 'outside' ? null : extensionOf(whose),
    line: inbound ? call.dialled : null,
    queue: call.queue ?? null,
    digits: call.digits ?? null,
    voicemail: call.mailbox !== undefined,
    transfers: call.transfers.map(({ from, to }) => `${from}→${to}`),
    rangInVain: call.attempts.flatMap(({ who, how }) =>
      who === 'outside' || how === 'answered' || how === 'elsewhere' ? [] : [`${extensionOf(who)} ${endInWords[how] ?? how}`],
    ),
  };
}

/** What one Task says, read from the org's own export. */
function read(task: Task, owners: readonly Owner[]): Required<ExpectedTask> {
  const lines = String(task['Description'] ?? '').split('\n');
  const fact = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const owner = owners.find(({ id }) => sameId(id, String(task['OwnerId'])));
  const transferred = lines.flatMap((line) => {
    const [, from, to] = /^Transferred from (.+) to (.+)$/.exec(line) ?? [];
    return from === undefined || to === undefined ? [] : [`${numberOf(from)}→${numberOf(to)}`];
  });
  const rang = fact('Rang')?.split(', ') ?? [];
  const unmapped = fact('Answered by') ?? fact('Called by');
  return {
    customer: customerOf(task),
    callType: task['CallType'] as 'Inbound' | 'Outbound',
    disposition: String(task['CallDisposition']),
    status: task['Status'] as 'Completed' | 'Not Started',
    talkSeconds: Number(task['CallDurationInSeconds']),
    waitSeconds: Number(task['Cordboard_Wait_Seconds__c']),
    // Who has no user in the org is named in the comments.
    owner: unmapped === null ? (owner?.extension ?? null) : numberOf(unmapped.replace(/ \(no user in the CRM\)$/, '')),
    line: fact('Line'),
    queue: fact('Queue'),
    digits: fact('Keys pressed'),
    voicemail: lines.some((line) => line === 'Voicemail' || line.startsWith('Voicemail')),
    recording: lines.some((line) => /^Recording.*: https:/.test(line)),
    transfers: transferred,
    rangInVain: rang.map((one) => {
      const [, who = one, how = ''] = /^(.+) \((.+)\)$/.exec(one) ?? [];
      return `${numberOf(who)} ${how}`;
    }),
  };
}
/** Number or words; a name may stand before it. */
export function customerOf(task: Task): string {
  const [, said = ''] = /^Customer: (?:.*, )?(.*)$/m.exec(String(task['Description'] ?? '')) ?? [];
  return said;
}
/** A number in national form is still that number; that it isn't the one of the contact is a mistake of its own. */
export const digitsIn = (text: string): string => text.replaceAll(/\D/g, '') || text;
const sameId = (a: string, b: string) => a.slice(0, 15) === b.slice(0, 15);
/** An agent is shown by name, where the PBX told it. */
const numberOf = (shown: string) => agents.find(({ name }) => name === shown)?.number ?? shown;

/** Where a Task doesn't say what it must, in words. */
function mistakesIn(expected: ExpectedTask, task: Task, owners: readonly Owner[]): string[] {
  const held = read(task, owners);
  return Object.entries(expected).flatMap(([field, wanted]) => {
    const there = held[field as keyof ExpectedTask];
    const same = typeof wanted === 'number' ? Math.abs(Number(there) - wanted) <= 1 : JSON.stringify(there) === JSON.stringify(wanted);
    return same ? [] : [`${field} is ${JSON.stringify(there)}, not ${JSON.stringify(wanted)}`];
  });
}

/** What was played in a stretch of time, and the Tasks of the calls that began in it. */
export type Played = { readonly name: string; readonly expected: readonly ExpectedTask[]; readonly tasks: readonly Task[] };
export type Verdict = { readonly due: number; readonly lost: string[]; readonly doubled: string[]; readonly wrong: string[] };

/** Exactly one Task for each call that must have one, and none besides. */
export function judge({ name, expected, tasks }: Played, owners: readonly Owner[]): Verdict {
  const verdict: Verdict = { due: expected.length, lost: [], doubled: [], wrong: [] };
  const left = new Set(tasks);
  for (const one of expected) {
    // Numbers tell calls apart; where they don't, whichever fits best.
    const fitting = [...left]
      .filter((task) => one.customer === undefined || digitsIn(customerOf(task)) === digitsIn(one.customer))
      .map((task) => ({ task, mistakes: mistakesIn(one, task, owners) }))
      .toSorted((a, b) => a.mistakes.length - b.mistakes.length);
    const [best] = fitting;
    if (!best) {
      verdict.lost.push(`${name}: ${one.customer}`);
      continue;
    }
    left.delete(best.task);
    if (best.mistakes.length > 0) verdict.wrong.push(`${name} (${best.task['Cordboard_Call__c']}): ${best.mistakes.join('; ')}`);
  }
  for (const task of left) verdict.doubled.push(`${name}: one Task too many, ${task['Cordboard_Call__c']} (${task['Subject']})`);
  return verdict;
}
export const together = (verdicts: readonly Verdict[]): Verdict => ({
  due: verdicts.reduce((sum, { due }) => sum + due, 0),
  lost: verdicts.flatMap(({ lost }) => lost),
  doubled: verdicts.flatMap(({ doubled }) => doubled),
  wrong: verdicts.flatMap(({ wrong }) => wrong),
});
export const sayVerdict = ({ due, lost, doubled, wrong }: Verdict): string =>
  `${due} due, ${lost.length} lost, ${doubled.length} doubled, ${wrong.length} wrong`;
export const complaintsOf = ({ lost, doubled, wrong }: Verdict): string[] => [
  ...lost.map((words) => `lost: ${words}`),
  ...doubled.map((words) => `doubled: ${words}`),
  ...wrong.map((words) => `wrong: ${words}`),
];
