import type { Fields, FieldValue, WantedActivity } from '../../server/crm.ts';
import { taskDecidedBy, type TaskShape } from './describe.ts';
import { draftMapped } from './mapped.ts';
import { cutAt, oneLine } from './text.ts';

/** CallDurationInSeconds has 8 digits. */
const maxDurationSeconds = 99_999_999;
const callTypes = { inbound: 'Inbound', outbound: 'Outbound', internal: 'Internal' } as const;

/**
 * The call's Task in Salesforce's words, as Salesforce would keep it: what is read back equals what was drafted, so that
 * a difference always means that somebody changed something (W3). Fields this user can't see are left out.
 */
export function draftTask(wanted: WantedActivity, shape: TaskShape): Fields {
  const text = (field: string, value: string, otherwise = 255): FieldValue =>
    cutAt(oneLine(value), shape.lengthOf(field) ?? otherwise) || null;
  const choice = (field: string, value: string | undefined): FieldValue =>
    value !== undefined && shape.takes(field, value) ? value : null;
  const { names } = shape;
  const isCall = wanted.about === undefined || wanted.about === 'call';
  const drafted: Record<string, FieldValue> = {
    Subject: text('Subject', wanted.subject),
    Status: statusOf(wanted, shape),
    // Without an owner Salesforce takes the connected user at creation, and keeps the owner there is at a change.
    ...(wanted.ownerId === undefined ? {} : { OwnerId: wanted.ownerId }),
    WhoId: wanted.who?.id ?? null,
    // A lead has no account or case yet: Salesforce refuses both at once (salesforce.md §3.1).
    WhatId: wanted.who && isLead(wanted.who) ? null : (wanted.what?.id ?? null),
    ActivityDate: wanted.dueDate ?? null,
    ...(isCall && !wanted.plain && shape.takes('TaskSubtype', 'Call') ? { TaskSubtype: 'Call' } : {}),
    ...(wanted.type === undefined ? {} : { Type: choice('Type', wanted.type) }),
    CallType: choice('CallType', wanted.direction && callTypes[wanted.direction]),
    CallDurationInSeconds: isCall ? wholeSeconds(wanted.durationSeconds) : null,
    CallDisposition: text('CallDisposition', wanted.result),
    // In reduced form CallObject holds the name, which only the exchange knows.
    ...(shape.form === 'unique' ? { CallObject: text('CallObject', wanted.callKey) } : {}),
    [names.call]: text(names.call, wanted.callKey),
    [names.link]: link(wanted.link, shape.lengthOf(names.link) ?? 255),
    [names.waitSeconds]: isCall ? wholeSeconds(wanted.waitSeconds) : null,
    // A reminder has a time of day, which ActivityDate has not (salesforce.md §3.1).
    IsReminderSet: wanted.remindAtMs !== undefined,
    ReminderDateTime: wanted.remindAtMs === undefined ? null : new Date(wanted.remindAtMs).toISOString(),
  };
  const mapped = draftMapped(wanted.fields, shape.fields, (field) => mayMap(field, shape));
  return Object.fromEntries(Object.entries({ ...drafted, ...mapped.fields }).filter(([field]) => shape.canCreate(field)));
}

export const unfitForTask = ({ fields }: WantedActivity, shape: TaskShape) =>
  draftMapped(fields, shape.fields, (field) => mayMap(field, shape)).unfit;

const mayMap = (field: string, { names }: TaskShape): boolean => taskDecidedBy(field, names) === undefined;

/** The admin's own, if it is there and shows the log where it belongs: under Past Activity or Upcoming (MT-19, MT-20). */
function statusOf({ status, statuses }: WantedActivity, shape: TaskShape): string {
  const own = statuses?.[status];
  const isRight = shape.statuses.some(({ name, closed }) => name === own && closed === (status === 'completed'));
  return own !== undefined && isRight ? own : shape.status[status];
}

const isLead = (who: { kind: string; id: string }) => who.kind === 'lead' || who.id.startsWith('00Q');
const wholeSeconds = (seconds: number) => Math.min(Math.max(Number.isFinite(seconds) ? Math.round(seconds) : 0, 0), maxDurationSeconds);
/** Half a link leads nowhere, and only `https:` is linked (S3). */
const link = (url: string | undefined, length: number) => (url?.startsWith('https://') && url.length <= length ? oneLine(url) : null);

/**
 * Ids whose rows Salesforce locks. Inserting a task locks its account, who and what unless it is closed or has no date;
 * updating always locks them ("Data Architect Certification Guide", task locks; salesforce.md §2.4). `AccountId` is among
 * the fields that were read, not among those we write.
 */
export function lockedBy(fields: Fields, creating: boolean, shape: Pick<TaskShape, 'isClosed'>): string[] {
  const { ContactId, AccountId, WhoId, WhatId } = fields;
  // A case or an opportunity locks whose it is.
  if (ContactId || 'Origin' in fields || 'StageName' in fields) return idsAmong([ContactId, AccountId]);
  if (creating && (!fields['ActivityDate'] || shape.isClosed(String(fields['Status'])))) return [];
  return idsAmong([WhoId, WhatId, AccountId]);
}
const idsAmong = (ids: readonly (FieldValue | undefined)[]): string[] => [
  ...new Set(ids.filter((id): id is string => typeof id === 'string' && id !== '')),
];
