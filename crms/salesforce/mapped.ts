import { z } from 'zod';
import type { CrmField, CrmFieldType, FieldValue, FieldWish, FieldWishes, Unfit } from '../../server/crm.ts';
import type { DescribedField } from './defaults.ts';
import { cutAt, oneLine } from './text.ts';

const typesOf: Readonly<Record<string, CrmFieldType>> = {
  string: 'text',
  textarea: 'text',
  combobox: 'text',
  encryptedstring: 'text',
  phone: 'phone',
  email: 'email',
  url: 'link',
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'truth',
  date: 'date',
  datetime: 'time',
  picklist: 'choice',
  multipicklist: 'choices',
  reference: 'reference',
};
const typeOf = ({ type }: DescribedField): CrmFieldType => (Object.hasOwn(typesOf, type) ? typesOf[type]! : 'other');

/** What of these an admin may have filled. `decidedBy`: of those that something else of the policy decides. */
export function writableFields(
  described: readonly DescribedField[],
  decidedBy: (field: string) => string | undefined,
  usual: readonly string[],
  recordTypes: readonly string[] = [],
): CrmField[] {
  return described
    .filter(({ createable }) => createable)
    .map((field): CrmField => {
      const decided = decidedBy(field.name);
      const standard = standardOf(field);
      const choices = field.name === 'RecordTypeId' ? recordTypes : field.type.endsWith('picklist') ? offered(field) : undefined;
      return {
        name: field.name,
        label: field.label ?? field.name,
        type: typeOf(field),
        ...(field.length && { length: field.length }),
        ...(choices && { choices }),
        ...(standard !== undefined && { standard }),
        ...(field.restrictedPicklist && { only: true as const }),
        ...(field.updateable === false && { onceOnly: true as const }),
        ...(usual.includes(field.name) && { usual: true as const }),
        ...(decided !== undefined && { decidedBy: decided }),
      };
    });
}
/** What a new record has there if nobody says otherwise. */
export const standardOf = ({ picklistValues }: DescribedField): string | undefined =>
  picklistValues?.find(({ active, defaultValue }) => active && defaultValue)?.value;
const offered = ({ picklistValues }: DescribedField): string[] =>
  (picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value);

/** What the admin wants in the fields of a record, as Salesforce would keep it; `unfit`: what it can't be given, and why. */
export function draftMapped(
  wishes: FieldWishes | undefined,
  described: readonly DescribedField[],
  mayWrite: (field: string) => boolean,
): { readonly fields: Readonly<Record<string, FieldValue>>; readonly unfit: Readonly<Record<string, Unfit>> } {
  const fields: Record<string, FieldValue> = {};
  const unfit: Record<string, Unfit> = {};
  if (!wishes) return { fields, unfit };
  const known = new Map(described.map((field) => [field.name.toLowerCase(), field]));
  for (const [name, wish] of Object.entries(wishes)) {
    const field = known.get(name.toLowerCase());
    // That the policy names one it can't have is said where policies are saved, and by an alert; not once for each call.
    if (!field?.createable || !mayWrite(field.name)) continue;
    const { value, but } = fit(field, wish);
    // The whole wish is remembered with what is sent instead, so that it is tried again once the field takes it.
    if (value !== undefined || but !== undefined) fields[field.name] = but ? but.value : value!;
    if (but) unfit[field.name] = { code: but.code, message: but.message, value: but.value, ...(value !== undefined && { instead: value }) };
  }
  return { fields, unfit };
}

type Fitted = { readonly value?: FieldValue; readonly but?: Omit<Unfit, 'instead'> };
const not = (value: FieldValue, message: string, code = 'NOT_FOR_FIELD'): Fitted => ({ but: { code, message, value } });

function fit(field: DescribedField, wish: FieldWish): Fitted {
  const type = typeOf(field);
  if (wish.as === 'nothing') return { value: type === 'truth' ? false : null };
  const text = wish.as === 'truth' ? String(wish.truth) : wish.text;
  switch (type) {
    case 'truth':
      return { value: isTrue(wish) };
    case 'number':
      return fitNumber(field, wish, text);
    case 'date':
      if (wish.as === 'time') return { value: wish.date };
      return /^\d{4}-\d\d-\d\d$/.test(text) ? { value: text } : not(text, `“${field.name}” takes a date.`);
    case 'time':
      if (wish.as === 'time') return { value: wholeSecond(wish.atMs) };
      return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))
        ? { value: wholeSecond(Date.parse(text)) }
        : not(text, `“${field.name}” takes a time.`);
    case 'choice':
    case 'choices':
      return fitChoice(field, wish.as === 'list' ? wish.list : [text], type === 'choices');
    case 'email':
      return text.length <= (field.length || 80) && z.email().safeParse(text).success
        ? { value: text }
        : not(text, `“${field.name}” takes an e-mail address.`);
    case 'link':
      // Half a link leads nowhere.
      return text.length <= (field.length || 255)
        ? { value: oneLine(text) }
        : not(text, `“${field.name}” takes ${field.length} characters.`);
    case 'reference':
      return /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(text) ? { value: text } : not(text, `“${field.name}” takes the id of a record.`);
    case 'text':
    case 'phone':
      return { value: cutAt(field.type === 'textarea' ? text.trim() : oneLine(text), field.length || 255) || null };
    case 'other':
      return not(text, `Fields of type ${field.type} can't be filled.`);
  }
}

/** A box is ticked for whatever there is; for the words false and no, and for nought, it isn't. */
function isTrue(wish: Exclude<FieldWish, { as: 'nothing' }>): boolean {
  if (wish.as === 'truth') return wish.truth;
  if (wish.as === 'number') return wish.number !== 0;
  return wish.as !== 'text' || !/^(?:false|no|0|)$/i.test(wish.text.trim());
}

/** A date-time holds whole seconds. */
const wholeSecond = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString();

function fitNumber(field: DescribedField, wish: FieldWish, text: string): Fitted {
  const number = wish.as === 'number' ? wish.number : /^-?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
  if (number === undefined || !Number.isFinite(number)) return not(text, `“${field.name}” takes a number.`);
  const scale = field.type === 'int' || field.type === 'long' ? 0 : (field.scale ?? 0);
  const value = Number(number.toFixed(Math.min(scale, 18)));
  const whole = field.type === 'int' ? field.digits || 9 : (field.precision || 18) - scale;
  return Math.abs(value) < 10 ** whole ? { value } : not(value, `“${field.name}” takes at most ${whole} digits.`);
}

/** As the list has them, what it doesn't offer last: in which order they were chosen says nothing, and need not be kept. */
const ordered = (field: DescribedField, values: readonly string[]): string[] => {
  const places = new Map(offered(field).map((one, place) => [one, place]));
  return values.toSorted((a, b) => (places.get(a) ?? places.size) - (places.get(b) ?? places.size));
};
/** What was read of a multi-select field, in the order we send. */
export const readChoices = (field: DescribedField | undefined, value: FieldValue): FieldValue =>
  field?.type === 'multipicklist' && typeof value === 'string' ? ordered(field, value.split(';')).join(';') : value;

/** A multi-select field holds values with ; between. One of a restricted list that isn't offered would cost the whole record. */
function fitChoice(field: DescribedField, wanted: readonly string[], many: boolean): Fitted {
  const length = field.length || (many ? 4_099 : 255);
  const clean = wanted.map((one) => cutAt(oneLine(many ? one.replaceAll(';', ',') : one), 255)).filter(Boolean);
  const all = [...new Map(clean.map((one) => [one.toLowerCase(), one])).values()];
  const choices = offered(field);
  // Salesforce keeps the spelling of the list, whatever case was sent.
  const spelt = new Map(choices.map((one) => [one.toLowerCase(), one]));
  const known = ordered(
    field,
    all.flatMap((one) => spelt.get(one.toLowerCase()) ?? (field.restrictedPicklist ? [] : one)),
  );
  const joined = (values: readonly string[]) => {
    let text = '';
    for (const one of many ? values : values.slice(0, 1)) {
      const next = text === '' ? one : `${text};${one}`;
      if (next.length > length) break;
      text = next;
    }
    return text;
  };
  const value = joined(known) || undefined;
  const whole = many ? all.join(';') : all[0];
  if (whole === undefined) return {};
  if (known.length === all.length && value === joined(known)) return value === undefined ? {} : { value };
  const left = all.filter((one) => !spelt.has(one.toLowerCase()));
  const but = {
    code: 'NOT_IN_PICKLIST',
    message: `${left.map((one) => `“${one}”`).join(', ')} ${left.length === 1 ? 'is' : 'are'} not offered by the restricted list of ${field.name}: add it there, or lift the restriction.`,
    value: whole,
  };
  return value === undefined ? { but } : { value, but };
}
