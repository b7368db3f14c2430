import type { CrmField, CrmFieldType } from '../crm.ts';
import type { Constant, FieldSource } from './fields.ts';
import type { Making, Policy } from './policy.ts';
import { mergeFields, type MergeField, type ValueType } from './templates.ts';

/** What is to be said of a setting once it is known what the CRM takes. `warns`: it can be used all the same. */
export type Remark = {
  readonly path: string;
  readonly object: string;
  readonly field: string;
  readonly message: string;
  readonly warns?: true;
};
/** What the CRM says of itself; `fields` of an object that isn't there: none that we write. */
export type KnownCrm = {
  readonly fields: ReadonlyMap<string, readonly CrmField[]>;
  readonly statuses: readonly { readonly name: string; readonly closed: boolean }[];
};
type Checked = Pick<Policy, 'fields' | 'status' | 'task' | 'stranger' | 'match' | 'messages' | 'rows'>;

/** Everything these settings make of a number, with the path that says so. */
const makingsIn = ({ stranger, messages, rows }: Checked): { readonly path: string; readonly making: Making | undefined }[] => [
  ...(['missed', 'answered', 'outbound'] as const).map((one) => ({ path: `stranger.${one}`, making: stranger[one] })),
  { path: 'messages.create', making: messages.create },
  ...rows.map(({ then }, place) => ({ path: `rows[${place}].then.person.make`, making: then.person?.make })),
];

/** The objects whose fields have to be known for this policy's remarks, in lower case. */
export function objectsToKnow(policy: Checked): ReadonlySet<string> {
  const { fields, status, task, stranger, match } = policy;
  const made = [stranger.missed, stranger.answered, stranger.outbound].filter((one) => one !== 'nothing');
  return new Set([
    ...Object.keys(fields).map((object) => object.toLowerCase()),
    ...(task.type === undefined && Object.keys(status).length === 0 ? [] : ['task']),
    ...(stranger.status === undefined && match.closedLead !== 'reopen' ? [] : ['lead']),
    ...(stranger.recordType === undefined ? [] : made),
    ...(makingsIn(policy).some(({ making }) => making === 'person-account') ? ['person-account'] : []),
  ]);
}

/** Everything in these settings that the CRM would refuse, or take otherwise than meant (MT-21, MT-24, MT-31). Pure. */
export function remarksOn(policy: Checked, crm: KnownCrm): Remark[] {
  return [
    ...onStatus(policy, crm),
    ...onTask(policy, crm),
    ...onStranger(policy, crm),
    ...onReopening(policy, crm),
    ...onPersonAccounts(policy, crm),
    ...onFields(policy, crm),
  ];
}

function onStatus({ status }: Checked, { statuses }: KnownCrm): Remark[] {
  return (['completed', 'open'] as const).flatMap((which) => {
    const chosen = status[which];
    const fitting = statuses.filter(({ closed }) => closed === (which === 'completed'));
    if (chosen === undefined || fitting.some(({ name }) => name === chosen)) return [];
    const isOther = statuses.some(({ name }) => name === chosen);
    const why = isOther ? `“${chosen}” is ${which === 'completed' ? 'not ' : ''}a closed status.` : `There is no status “${chosen}”.`;
    const names = fitting.map(({ name }) => name).join(', ');
    return [{ path: `status.${which}`, object: 'Task', field: 'Status', message: `${why} Choose one of ${names}.` }];
  });
}

function onTask({ task }: Checked, crm: KnownCrm): Remark[] {
  if (task.type === undefined) return [];
  const remark = (message: string): Remark[] => [{ path: 'task.type', object: 'Task', field: 'Type', message }];
  const field = fieldOf(crm, 'task', 'Type');
  if (!field) return remark('Tasks of this org have no field Type, or the connected user may not write it.');
  return field.choices && !field.choices.includes(task.type) ? remark(`Choose one of ${field.choices.join(', ')}.`) : [];
}

function onStranger({ stranger }: Checked, crm: KnownCrm): Remark[] {
  const made = new Set([stranger.missed, stranger.answered, stranger.outbound].filter((one) => one !== 'nothing'));
  const choices = (object: string, field: string) => fieldOf(crm, object, field)?.choices;
  const wrong = (setting: 'status' | 'recordType', object: string, field: string): Remark[] => {
    const chosen = stranger[setting];
    const offered = choices(object, field);
    if (chosen === undefined || !crm.fields.has(object) || offered?.some((one) => one.toLowerCase() === chosen.toLowerCase())) return [];
    const message = offered?.length ? `Choose one of ${offered.join(', ')}.` : `A new ${object} has none here.`;
    return [{ path: `stranger.${setting}`, object, field, message }];
  };
  return [...wrong('status', 'lead', 'Status'), ...[...made].flatMap((object) => wrong('recordType', object, 'RecordTypeId'))];
}

function onReopening({ match }: Checked, crm: KnownCrm): Remark[] {
  if (match.closedLead !== 'reopen' || !crm.fields.has('lead')) return [];
  const field = fieldOf(crm, 'lead', 'Status');
  const offered = (field?.choices ?? []).filter((one) => !match.closedLeadStatuses.includes(one));
  const status = match.reopenedLeadStatus ?? field?.standard;
  const remark = (message: string): Remark[] => [{ path: 'match.reopenedLeadStatus', object: 'Lead', field: 'Status', message }];
  if (!field || field.onceOnly) return remark('The connected user may not change the status of leads.');
  if (status !== undefined && offered.includes(status)) return [];
  const why =
    status === undefined
      ? 'New leads have no status of their own here.'
      : `${match.reopenedLeadStatus === undefined ? 'New leads begin closed here' : 'There is no such open status of leads'}.`;
  return remark(`${why} Name one of ${offered.join(', ')}.`);
}

/** They are a feature of the org, and a record type is what makes an account a person. */
function onPersonAccounts(policy: Checked, crm: KnownCrm): Remark[] {
  const types = fieldOf(crm, 'person-account', 'RecordTypeId')?.choices;
  if (types !== undefined && types.length > 0) return [];
  const message = crm.fields.has('person-account')
    ? 'The connected user may use no record type of person accounts.'
    : 'This org has no person accounts: have them enabled, or choose another record.';
  return makingsIn(policy).flatMap(({ path, making }) =>
    making === 'person-account' ? [{ path, object: 'Account', field: 'IsPersonAccount', message }] : [],
  );
}

const fieldOf = ({ fields }: KnownCrm, object: string, name: string): CrmField | undefined =>
  fields.get(object.toLowerCase())?.find((field) => field.name.toLowerCase() === name.toLowerCase());

function onFields({ fields }: Checked, crm: KnownCrm): Remark[] {
  return Object.entries(fields).flatMap(([object, sources]) =>
    Object.entries(sources).flatMap(([field, source]) => {
      const say = (message: string, warns?: true): Remark => ({
        ...{ path: `fields.${object}.${field}`, object, field, message },
        ...(warns && { warns }),
      });
      if (!crm.fields.has(object.toLowerCase()))
        return [say('Cordboard writes no such records: name Task, Lead, Contact, Account, Case or Opportunity.')];
      const found = fieldOf(crm, object, field);
      if (!found) return [say('There is no such field, or the connected user may not write it.')];
      if (found.decidedBy !== undefined) return [say(`What stands there is decided elsewhere: ${found.decidedBy}.`)];
      return [
        ...wrongSource(found, source).map((message) => say(message)),
        ...constantsOf(source).flatMap((value) => wrongConstant(found, value).map((message) => say(message))),
        ...warningsOf(found, source).map((message) => say(message, true)),
      ];
    }),
  );
}

/** Which values of a call a field takes as they are. A box takes all: it is ticked for whatever there is. */
const fitting: Readonly<Record<CrmFieldType, readonly ValueType[] | 'all'>> = {
  text: 'all',
  truth: 'all',
  phone: ['phone'],
  email: ['email'],
  link: ['link'],
  number: ['number', 'seconds'],
  date: ['date', 'time'],
  time: ['time'],
  choice: ['text', 'phone', 'email', 'number', 'date', 'list'],
  choices: ['list', 'text'],
  reference: [],
  other: [],
};
const typeOfValue = (value: MergeField): ValueType => mergeFields[value].type ?? 'text';
const takes = ({ type }: Pick<CrmField, 'type'>, value: MergeField): boolean =>
  fitting[type] === 'all' || fitting[type].includes(typeOfValue(value));
/** What may be chosen for a field, in the order of the list. */
export const sourcesFor = (field: Pick<CrmField, 'type'>): MergeField[] =>
  (Object.keys(mergeFields) as MergeField[]).filter((value) => takes(field, value));

const inWords: Readonly<Record<CrmFieldType, string>> = {
  text: 'text',
  truth: 'a tick or none',
  phone: 'telephone numbers',
  email: 'e-mail addresses',
  link: 'links',
  number: 'numbers',
  date: 'dates',
  time: 'times',
  choice: 'a choice of its list',
  choices: 'choices of its list',
  reference: 'the id of a record',
  other: 'nothing that a call has',
};

function wrongSource(field: CrmField, { from, text, map }: FieldSource): string[] {
  if (from !== undefined && !takes(field, from) && map?.['*'] === undefined) {
    const others = sourcesFor(field);
    const offer = others.length > 0 ? ` Choose one of ${others.join(', ')}.` : '';
    return [`It takes ${inWords[field.type]}, and ${from} is ${aValue(from)}.${offer}`];
  }
  const isText = field.type === 'text' || field.type === 'choice' || field.type === 'choices' || field.type === 'truth';
  return text !== undefined && !isText && map?.['*'] === undefined ? [`It takes ${inWords[field.type]}; a template is text.`] : [];
}
const aValue = (value: MergeField): string => {
  const type = typeOfValue(value);
  return (
    { phone: 'a telephone number', email: 'an e-mail address', link: 'a link', seconds: 'a number', text: 'text' }[type as string] ??
    `a ${type}`
  );
};

const constantsOf = ({ value, default: otherwise, map = {} }: FieldSource): Constant[] =>
  [value, otherwise, ...Object.values(map)].filter((one) => one !== undefined);

function wrongConstant({ type, length, choices, only }: CrmField, value: Constant): string[] {
  const shown = JSON.stringify(value);
  if (type === 'truth') return typeof value === 'boolean' ? [] : [`It takes true or false, not ${shown}.`];
  if (type === 'number') return typeof value === 'number' ? [] : [`It takes a number, not ${shown}.`];
  if (typeof value !== 'string') return type === 'text' ? [] : [`It takes ${inWords[type]}, not ${shown}.`];
  if (length !== undefined && value.length > length) return [`It takes at most ${length} characters, not ${value.length}.`];
  if (type === 'date' && !/^\d{4}-\d\d-\d\d$/.test(value)) return [`It takes a date such as 2026-03-31, not ${shown}.`];
  if (type === 'time' && !(/^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))))
    return [`It takes a time such as 2026-03-31T09:00:00Z, not ${shown}.`];
  if (type === 'reference' && !/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(value)) return [`It takes the id of a record, not ${shown}.`];
  if (type === 'other') return ['Fields of this type can’t be filled.'];
  if (!choices || !only) return [];
  const missing = (type === 'choices' ? value.split(';') : [value]).filter((one) => !choices.includes(one));
  return missing.length === 0
    ? []
    : [`Its list doesn't offer ${missing.map((one) => JSON.stringify(one)).join(', ')}, and takes nothing else.`];
}

/** A value may be this long; what isn't named has a bound of its own that every field keeps. */
const longest: Readonly<Record<ValueType, number>> = {
  ...{ text: 255, list: 255, link: 255, email: 80, phone: 16, number: 18, seconds: 30, time: 19, date: 10 },
};

function warningsOf(field: CrmField, source: FieldSource): string[] {
  const warnings: string[] = [];
  const { from, text } = source;
  const most =
    from === undefined ? (text === undefined ? 0 : 255) : mergeFields[from].kind === 'long' ? 32_000 : longest[typeOfValue(from)];
  if (field.type === 'text' && field.length !== undefined && field.length < most)
    warnings.push(`It takes ${field.length} characters: whatever is longer is cut.`);
  const isFree = (from !== undefined || text !== undefined) && source.map?.['*'] === undefined;
  if (field.only && isFree)
    warnings.push('Its list is restricted: what the list does not offer is left out, and said so. Lift the restriction to take any value.');
  if (field.onceOnly) warnings.push('It can be set only when the record is made: what comes later is not put in.');
  return warnings;
}
