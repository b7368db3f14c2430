import { isWantedMatter, type Wanted } from '../server/crm.ts';
import type { Call } from '../server/call/call.ts';
import { explainStep, type Step } from '../server/decide/decide.ts';
import type { Names } from './names.ts';

type Row = Record<string, unknown>;
type Said = [words: string, detail: string[]];

/** A call as its facts tell it, in a line. */
export function sayCall(row: Row): Said {
  const call = row as unknown as Call & { contradicted?: true; beyondBound?: true }; // the told call, as we stored it
  const who = call.customer.number ?? call.customer.asSent ?? (call.customer.withheld ? 'withheld' : 'nobody known');
  const ended = call.endPresumed ? ' (end presumed)' : '';
  const course =
    call.partOf !== undefined
      ? `part of ${call.partOf}`
      : call.phase !== 'ended'
        ? call.phase
        : call.answeredAt === undefined || call.answeredAt === null
          ? `${call.type} after ${call.waitSeconds} s${ended}`
          : `${call.type} after ${call.waitSeconds} s, talked ${call.talkSeconds} s${call.holdSeconds > 0 ? `, ${call.holdSeconds} s of it on hold` : ''}${ended}`;
  const flags = [call.contradicted && 'one id was told with two contents', call.beyondBound && 'more facts than are folded'].filter(
    Boolean,
  );
  return [`${course.padEnd(40)} ${call.direction ?? 'direction unknown'}, ${who}`, flags.map(String)];
}

/** What was decided, by which rule; of a skipped call also what kept the others from it. */
export function sayDecision(row: Row, nameOf: (id: string) => string): Said {
  const verdict = row['verdict'] as { is: string; because?: string; for?: string; call?: string };
  const trace = row['trace'] as Step[];
  const fired = trace.find((step) => 'fired' in step && step.outcome !== 'adds');
  const words = `rule "${fired?.rule}" under policy ${String(row['policy_version'])}`;
  if (verdict.is === 'waiting' && (row['wants'] as unknown[]).length === 0) return [`${words}: waits for ${verdict.for}`, []];
  if (verdict.is === 'part-of') return [`${words}: part of ${verdict.call}`, []];
  if (verdict.is === 'skipped') return [`${words}: skipped`, trace.map((step) => explainStep(step))];
  const wants = row['wants'] as { role: string; record: Wanted }[];
  const said = wants.map(({ role, record }) => {
    if (record.kind === 'marks') return `${role}: ${Object.keys({ ...record.first, ...record.last }).join(', ')} of ${nameOf(record.id)}`;
    if (record.kind === 'reopening') return `${role}: ${nameOf(record.id)}`;
    if (isWantedMatter(record)) {
      const { kind, ownerId, contactId } = record;
      const called = record.kind === 'case' ? record.subject : `${record.name}, ${record.stage}`;
      return `${role}: ${kind} “${called}”${contactId === undefined ? '' : ` of ${nameOf(contactId)}`}, ${ownerId === undefined ? 'no owner' : nameOf(ownerId)}`;
    }
    if (record.kind !== 'activity') {
      const { kind, name, company, phone, ownerId } = record;
      return `${role}: ${kind} ${name}${kind === 'lead' ? ` of ${company}` : ''}, ${phone}, ${ownerId === undefined ? 'no owner' : nameOf(ownerId)}`;
    }
    const { status, ownerId, dueDate, who, what } = record;
    const links = [who, what].filter((link) => link !== undefined).map(({ id }) => nameOf(id));
    return `${role}: ${status}, ${ownerId === undefined ? 'no owner' : nameOf(ownerId)}, due ${dueDate}${links.length > 0 ? `, about ${links.join(' and ')}` : ''}`;
  });
  return [verdict.is === 'waiting' ? `${words}: waits for ${verdict.for}` : words, said];
}

/** One row's part in a request, and what the org answered to it. */
export function sayChange(row: Row, names: Names): Said {
  const answer = row['answer'] as {
    id?: string;
    created?: boolean;
    refused?: string;
    unanswered?: string;
    held?: { deleted: boolean; doubles: string[] } | null;
    failure?: { code: string };
  } | null;
  const wire = row['wire'] as { request: string; status: number } | null;
  const record = typeof row['crm_id'] === 'string' ? names.nameOf(row['crm_id']) : '';
  const request = wire ? `${wire.request} ${wire.status}` : '';
  const outcome =
    answer?.unanswered !== undefined
      ? `unanswered: ${answer.unanswered}`
      : row['kind'] === 'read'
        ? answer?.failure
          ? `refused: ${answer.failure.code}`
          : answer?.held
            ? answer.held.deleted
              ? 'is deleted'
              : 'is there'
            : 'is not there'
        : answer?.refused !== undefined
          ? `refused: ${answer.failure?.code ?? answer.refused}`
          : answer?.created
            ? 'created'
            : 'done';
  const inName = row['in_name'] as { of: string; not?: string } | null;
  const words = `${String(row['role'])} ${String(row['kind'])} ${record}`.trimEnd() + (inName && !inName.not ? ` as ${inName.of}` : '');
  return [
    `${words.padEnd(40)} ${outcome}${request ? `  ${request}` : ''}`,
    [
      ...(inName?.not ? [`not as ${inName.of}: ${inName.not}`] : []),
      ...(row['kind'] === 'read' ? [] : sayFields((row['sent'] ?? {}) as Row)),
    ],
  ];
}

/** Fields and values, one a line, as short as they can be read. */
export const sayFields = (fields: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, value]) => `${field} = ${short(value)}`);

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 400 ? text : `${text.slice(0, 200)} … ${text.slice(-60)} (${text.length} characters)`;
};

/** When it was made and changed is told above; what is as in every task says nothing. */
const leftOut = new Set([
  'Id',
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'IsHighPriority',
  'IsClosed',
  'TaskSubtype',
  'AccountId',
]);
const usual: Readonly<Record<string, unknown>> = { Priority: 'Normal', CompletedDateTime: null };

/** A record as the org gives it out. */
export function sayExport(record: Row, names: Names): string[] {
  const deleted = record['IsDeleted'] === true ? ' (deleted)' : '';
  const fields = Object.entries(record).filter(
    ([field, value]) =>
      value !== null &&
      value !== false &&
      !leftOut.has(field) &&
      usual[field] !== value &&
      field !== 'IsDeleted' &&
      field !== 'CompletedDateTime',
  );
  return [
    `  ${names.nameOf(String(record['Id']))}${deleted}`,
    ...fields.flatMap(([field, value]) => {
      const lines = names
        .inText(
          typeof value === 'string'
            ? value.length <= 2_000
              ? value
              : `${value.slice(0, 300)} … ${value.slice(-120)} (${value.length} characters)`
            : String(value),
        )
        .split('\n');
      return [`    ${field.padEnd(26)} ${visible(lines[0]!)}`, ...lines.slice(1).map((line) => `    ${' '.repeat(26)} ${visible(line)}`)];
    }),
  ].map((line) => line.trimEnd());
}

/** What can't be seen is shown by its number, so that a diff shows it too. */
const visible = (text: string): string =>
  text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** A record made for a number, with what tells whose it is. */
export const sayMade = (object: string, record: Row, names: Names): string[] =>
  [
    `  ${names.nameOf(String(record['Id']))}${record['IsDeleted'] === true ? ' (deleted)' : ''}`,
    ...['LastName', 'Name', 'Company', 'Phone', 'Email', 'OwnerId', 'Status']
      .filter((field) => record[field] != null && !(field === 'Name' && object !== 'Account'))
      .map((field) => `    ${field.padEnd(26)} ${visible(names.inText(String(record[field])))}`),
  ].map((line) => line.trimEnd());

/** What is on a person's screen of a call. */
export function sayNotice(body: Row, names: Names): string {
  const records = (body['records'] ?? []) as { id: string }[];
  const who = records.length > 0 ? `, ${records.map(({ id }) => names.nameOf(id)).join(' or ')}` : '';
  const number = body['withheld'] ? 'withheld' : String((body['number'] as string | undefined) ?? 'no number');
  return `${String(body['state'])}: ${number}${who}`;
}
