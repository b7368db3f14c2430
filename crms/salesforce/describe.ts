import { z } from 'zod';
import { Refused, Unanswered } from '../../server/crm.ts';
import { type DescribedField, fingerprint } from './defaults.ts';
import type { Answer, Api } from './request.ts';

/** Names of our own fields on Activity, without which Cordboard still works (reduced form, W8). */
export type FieldNames = { readonly name: string; readonly call: string; readonly link: string; readonly waitSeconds: string };

const Describe = z.looseObject({
  createable: z.boolean(),
  updateable: z.boolean(),
  fields: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string().optional(),
      type: z.string(),
      length: z.number().nullish(),
      digits: z.number().nullish(),
      precision: z.number().nullish(),
      scale: z.number().nullish(),
      createable: z.boolean(),
      updateable: z.boolean(),
      nillable: z.boolean().nullish(),
      defaultedOnCreate: z.boolean().nullish(),
      externalId: z.boolean().nullish(),
      unique: z.boolean().nullish(),
      restrictedPicklist: z.boolean().nullish(),
      referenceTo: z.array(z.string()).nullish(),
      picklistValues: z.array(z.looseObject({ value: z.string(), active: z.boolean() })).nullish(),
    }),
  ),
});
type TaskField = z.infer<typeof Describe>['fields'][number];
const Statuses = z.looseObject({
  records: z.array(z.looseObject({ ApiName: z.string(), IsDefault: z.boolean(), IsClosed: z.boolean() })).min(1),
});

/** What this user of this org can do with a Task. Read once; a changed permission set shows after a reconnect. */
export type TaskShape = {
  readonly form: 'unique' | 'reduced';
  /** Why the form is reduced, in words; undefined when it isn't. */
  readonly reducedBecause: string | undefined;
  readonly names: FieldNames;
  /** The field the name is kept in: ours, or CallObject. */
  readonly nameField: string;
  has(field: string): boolean;
  canCreate(field: string): boolean;
  canUpdate(field: string): boolean;
  /** Characters the field takes; undefined when it isn't text. */
  lengthOf(field: string): number | undefined;
  /** May this value be written? A restricted picklist refuses the whole record for one unknown value. */
  takes(field: string, value: string): boolean;
  /** ApiNames of TaskStatus: orgs rename and translate them (salesforce.md §3.1). */
  readonly status: { readonly open: string; readonly completed: string };
  isClosed(status: string): boolean;
  /** Objects WhatId may refer to: they take activities (MT-17). */
  readonly relatedTo: readonly string[];
  readonly statuses: readonly { readonly name: string; readonly closed: boolean }[];
  readonly fields: readonly DescribedField[];
  /** Another one whenever something of all this changes. */
  readonly fingerprint: string;
  /** Fields of ours and of Task that this user doesn't see or may not write; they are left out. */
  readonly missing: readonly string[];
};

/** What we write of a standard Task. */
export const standardFields = [
  'Subject',
  'Status',
  'OwnerId',
  'WhoId',
  'WhatId',
  'ActivityDate',
  'Description',
  'TaskSubtype',
  'CallType',
  'CallDurationInSeconds',
  'CallDisposition',
  'CallObject',
  'IsReminderSet',
  'ReminderDateTime',
] as const;
/** Where the policy decides what stands in these; a field that is filled by two is filled by chance. */
const decidedBy: Readonly<Record<string, string>> = {
  Subject: 'texts',
  Description: 'texts',
  Status: 'status',
  OwnerId: 'defaultOwnerId and followUp',
  WhoId: 'match',
  WhatId: 'match',
  ActivityDate: 'followUp',
  IsReminderSet: 'followUp',
  ReminderDateTime: 'followUp',
  TaskSubtype: 'task.subtype',
  Type: 'task.type',
  CallObject: 'the call itself',
};
export const taskDecidedBy = (field: string, names: FieldNames): string | undefined =>
  Object.hasOwn(decidedBy, field) ? decidedBy[field] : Object.values(names).includes(field) ? 'Cordboard itself' : undefined;

/** `cb1` and 40 hex digits (W1). */
const nameLength = 43;

export async function describeTask(
  api: Api,
  names: FieldNames,
  chosen: { readonly open?: string | undefined; readonly completed?: string | undefined },
): Promise<TaskShape> {
  const task = read(Describe, await api.call({ method: 'GET', path: `${api.base}/sobjects/Task/describe` }));
  if (!task.createable || !task.updateable)
    throw new Refused({
      mendedBy: 'admin',
      code: 'TASKS_READ_ONLY',
      message: 'The connected user may not create or edit tasks: give it the permission "Edit Tasks".',
    });
  const soql = 'SELECT ApiName, IsDefault, IsClosed FROM TaskStatus ORDER BY SortOrder';
  const { records: statuses } = read(Statuses, await api.call({ method: 'GET', path: `${api.base}/query?q=${encodeURIComponent(soql)}` }));
  return shapeOf(task, statuses, names, chosen);
}

function read<T>(schema: z.ZodType<T>, answer: Answer): T {
  const read = schema.safeParse(answer.json);
  if (!read.success)
    throw new Unanswered(`Salesforce described its tasks in a way we can't read (${read.error.issues[0]?.path.join('.')}).`);
  return read.data;
}

type Status = z.infer<typeof Statuses>['records'][number];

function shapeOf(
  task: z.infer<typeof Describe>,
  statuses: readonly Status[],
  asked: FieldNames,
  chosen: { readonly open?: string | undefined; readonly completed?: string | undefined },
): TaskShape {
  const fields = new Map(task.fields.map((field) => [field.name, field]));
  // API names are blind to case in requests, but answers use the org's own spelling.
  const spelling = new Map(task.fields.map((field) => [field.name.toLowerCase(), field.name]));
  const spelt = (name: string) => spelling.get(name.toLowerCase()) ?? name;
  const names: FieldNames = {
    name: spelt(asked.name),
    call: spelt(asked.call),
    link: spelt(asked.link),
    waitSeconds: spelt(asked.waitSeconds),
  };
  const reducedBecause = whyReduced(fields.get(names.name), names.name);
  const ours = [names.call, names.link, names.waitSeconds];
  const missing = [
    ...(reducedBecause === undefined ? [] : [names.name]),
    ...[...standardFields, ...ours].filter(
      (name) => !fields.get(name)?.createable || !(fields.get(name)?.updateable || name === 'TaskSubtype'),
    ),
  ];
  const closed = new Set(statuses.filter((status) => status.IsClosed).map((status) => status.ApiName));
  return {
    form: reducedBecause === undefined ? 'unique' : 'reduced',
    reducedBecause,
    names,
    nameField: reducedBecause === undefined ? names.name : 'CallObject',
    has: (name) => fields.has(name),
    canCreate: (name) => fields.get(name)?.createable ?? false,
    canUpdate: (name) => fields.get(name)?.updateable ?? false,
    lengthOf: (name) => fields.get(name)?.length || undefined,
    takes(name, value) {
      const field = fields.get(name);
      return !field?.restrictedPicklist || (field.picklistValues ?? []).some((entry) => entry.active && entry.value === value);
    },
    status: { open: openStatus(statuses, chosen.open), completed: closedStatus(statuses, chosen.completed) },
    isClosed: (status) => closed.has(status),
    relatedTo: fields.get('WhatId')?.referenceTo ?? [],
    statuses: statuses.map(({ ApiName, IsClosed }) => ({ name: ApiName, closed: IsClosed })),
    fields: task.fields,
    fingerprint: fingerprint([
      task.fields.map(
        ({ name, type, length, precision, scale, createable, updateable, nillable, restrictedPicklist, picklistValues, referenceTo }) => [
          name,
          type,
          length,
          precision,
          scale,
          createable,
          updateable,
          nillable,
          restrictedPicklist,
          (picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value),
          referenceTo,
        ],
      ),
      statuses,
    ]),
    missing,
  };
}

function whyReduced(field: TaskField | undefined, name: string): string | undefined {
  if (!field) return `The field ${name} doesn't exist on tasks, or the connected user can't see it.`;
  if (!field.externalId) return `The field ${name} isn't an external id.`;
  if (!field.unique) return `The field ${name} isn't unique.`;
  if (!field.createable) return `The connected user may not write the field ${name}.`;
  if ((field.length ?? 0) < nameLength) return `The field ${name} is shorter than ${nameLength} characters.`;
  return undefined;
}

function openStatus(statuses: readonly Status[], chosen: string | undefined): string {
  const open = statuses.filter((status) => !status.IsClosed);
  const status = chosen === undefined ? (open.find((entry) => entry.IsDefault) ?? open[0]) : open.find((entry) => entry.ApiName === chosen);
  if (!status) throw new Refused(wrongStatus('open', chosen, open));
  return status.ApiName;
}

/** Where an org has several closed statuses ("Cancelled" sorts before "Completed"), the one Salesforce ships is meant, if it is there. */
function closedStatus(statuses: readonly Status[], chosen: string | undefined): string {
  const closed = statuses.filter((status) => status.IsClosed);
  const status =
    chosen === undefined
      ? (closed.find((entry) => entry.ApiName === 'Completed') ?? closed[0])
      : closed.find((entry) => entry.ApiName === chosen);
  if (!status) throw new Refused(wrongStatus('closed', chosen, closed));
  return status.ApiName;
}

const wrongStatus = (kind: string, chosen: string | undefined, there: readonly Status[]) =>
  ({
    mendedBy: 'admin',
    code: 'NO_SUCH_STATUS',
    message:
      chosen === undefined
        ? `Tasks of this org have no ${kind} status: add one.`
        : `Tasks of this org have no ${kind} status with the API name “${chosen}”: choose one of ${there.map((entry) => entry.ApiName).join(', ')}.`,
  }) as const;
