import type { FieldWish, FieldWishes } from '../crm.ts';
import { httpsLink, singleLine } from './plain-text.ts';
import { codeOf, type Known, type RawValue, renderLine, sayValue, valueOf } from './merge.ts';
import { localDate } from './local-date.ts';
import { described, type ReadValue, say, type SettingsReader } from './settings.ts';
import { isMergeField, mergeFields, type MergeField, subjectReader } from './templates.ts';

/** What an admin types: it stands for itself. */
export type Constant = string | number | boolean;
/** Where the value of one field comes from: a value of the call, a template, or a constant. One of the three. */
export type FieldSource = {
  readonly from?: MergeField;
  readonly text?: string;
  readonly value?: Constant;
  /** What it is where the call has nothing. */
  readonly default?: Constant;
  /** By what the value reads as, or by its word in events; `*` for the rest. Without `*` the rest stays as it is. */
  readonly map?: Readonly<Record<string, Constant>>;
  /** Nothing is sent, or the field is emptied (MT-44). */
  readonly ifEmpty?: (typeof emptyChoices)[number];
  /** Of a lead's field, where attribution keeps both: of the first visit it is kept, of the last it is renewed. */
  readonly touch?: (typeof touches)[number];
};
/** By the CRM's names of the object and of the field. */
export type FieldRules = Readonly<Record<string, Readonly<Record<string, FieldSource>>>>;

const emptyChoices = ['leave', 'clear'] as const;
const touches = ['first', 'last'] as const;
/** Of an object or a field of the CRM. */
const apiName = /^[A-Za-z]\w{0,78}$/;

export function fieldsReader(reader: SettingsReader): ReadValue<FieldRules> {
  const text = reader.line(255);
  const constant: ReadValue<Constant> = described(
    { anyOf: [text.schema ?? {}, { type: 'number' }, { type: 'boolean' }] },
    (path, given) => {
      if (typeof given === 'string') return text(path, given);
      if (typeof given === 'boolean' || (typeof given === 'number' && Number.isFinite(given))) return given;
      return reader.wrong(path, `Give a text, a number, true or false, not ${say(given)}.`);
    },
  );
  const source = reader.object<FieldSource>(
    {
      from: described({ enum: Object.keys(mergeFields) }, (path, given) =>
        typeof given === 'string' && isMergeField(given)
          ? given
          : reader.wrong(path, `Give the name of a value of the call, such as CUSTOMER_NUMBER, not ${say(given)}.`),
      ),
      text: subjectReader(reader),
      value: constant,
      default: constant,
      map: reader.map('an object with a value for each value', (path, _key, given) => constant(path, given), {
        values: constant.schema,
      }),
      ifEmpty: reader.oneOf(emptyChoices),
      touch: reader.oneOf(touches),
    },
    'an object such as {"from": "CUSTOMER_NUMBER"}',
  );
  const ofObject = reader.map<FieldSource>(
    'an object with a source for each field',
    (path, field, given) => {
      if (!apiName.test(field)) reader.wrong(path, 'Give the API name of a field, such as Region__c.');
      const read = source(path, given);
      if (!read) return undefined;
      const named = (['from', 'text', 'value'] as const).filter((key) => read[key] !== undefined);
      if (named.length !== 1 && !reader.mistakes.some((mistake) => mistake.path.startsWith(`${path}.`)))
        reader.clash(path, `Give one of from, text and value, not ${named.length === 0 ? 'none' : named.join(' and ')}.`);
      if (read.value !== undefined && read.map) reader.clash(`${path}.map`, 'A constant is what it is: leave the map out.');
      return read;
    },
    { values: source.schema, keys: apiName },
  );
  return reader.map(
    `an object with the CRM's objects, such as {"Task": {"Caller__c": {"from": "FROM"}}}`,
    (path, object, given) => {
      if (!apiName.test(object)) reader.wrong(path, 'Give the API name of an object, such as Task.');
      const read = ofObject(path, given);
      for (const field of twice(Object.keys(read ?? {})))
        reader.clash(`${path}.${field}`, 'It stands there twice; capital letters make no difference.');
      return read;
    },
    { values: ofObject.schema, keys: apiName },
  );
}

/** Names that differ in capital letters only are one to the CRM. */
const twice = (names: readonly string[]): readonly string[] =>
  names.filter((name, place) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < place);

/** What the fields of an object are to hold, by the policy's spelling of them. What has nothing to say isn't there. */
export function wishesFor(object: string, known: Known, isMeant: (source: FieldSource) => boolean = () => true): FieldWishes {
  const rules = known.inputs.policy.fields;
  const mine = Object.entries(rules).filter(([name]) => name.toLowerCase() === object.toLowerCase());
  return Object.fromEntries(
    mine
      .flatMap(([, fields]) => Object.entries(fields))
      .filter(([, source]) => isMeant(source))
      .flatMap(([field, source]) => {
        const wish = wishOf(source, known);
        return wish ? [[field, wish] as const] : [];
      }),
  );
}
/** Left out of a record where nothing is wished for, so that records without such fields are as they were. */
export const withWishes = (wishes: FieldWishes): { readonly fields?: FieldWishes } =>
  Object.keys(wishes).length === 0 ? {} : { fields: wishes };

function wishOf(source: FieldSource, known: Known): FieldWish | undefined {
  const found = wishBefore(source, known);
  if (found) return found;
  if (source.default !== undefined) return ofConstant(source.default);
  return source.ifEmpty === 'clear' ? { as: 'nothing' } : undefined;
}

/** Undefined: there is nothing to say. */
function wishBefore({ from, text, value, map }: FieldSource, known: Known): FieldWish | undefined {
  if (value !== undefined) return ofConstant(value);
  const found = from === undefined ? ofText(text === undefined ? '' : renderLine(text, known)) : ofValue(from, known);
  if (!found || !map) return found;
  if (found.as === 'list') {
    const list = found.list.flatMap((one) => mapped(map, [one]) ?? one).map(String);
    return { as: 'list', list, text: list.join(', ') };
  }
  const code = from === undefined ? undefined : codeOf(from, known);
  const other = mapped(map, [found.as === 'truth' || found.as === 'nothing' ? '' : found.text, ...(code === undefined ? [] : [code])]);
  return other === undefined ? found : ofConstant(other);
}

/** As it reads, then by its word in events, then whatever is for the rest. */
const mapped = (map: NonNullable<FieldSource['map']>, keys: readonly string[]): Constant | undefined =>
  [...keys, '*'].flatMap((key) => (Object.hasOwn(map, key) ? map[key]! : []))[0];

function ofConstant(value: Constant): FieldWish {
  if (typeof value === 'boolean') return { as: 'truth', truth: value };
  return typeof value === 'number' ? { as: 'number', number: value, text: String(value) } : { as: 'text', text: value };
}
const ofText = (text: string): FieldWish | undefined => (text === '' ? undefined : { as: 'text', text });

function ofValue(from: MergeField, known: Known): FieldWish | undefined {
  const raw = valueOf(from, known);
  if (raw === undefined || (typeof raw !== 'number' && raw.length === 0)) return undefined;
  const text = sayValue(from, known);
  if (typeof raw === 'number') return ofNumber(from, raw, text, known);
  const { type } = mergeFields[from];
  if (type === 'link') return ofText(links(raw)[0] ?? '');
  return typeof raw === 'string' ? ofText(raw) : { as: 'list', list: raw, text };
}
/** A field for a link holds one. */
const links = (raw: Exclude<RawValue, number | undefined>): readonly string[] =>
  (typeof raw === 'string' ? [raw] : raw).flatMap((one) => httpsLink(one) ?? singleLine(one));

function ofNumber(from: MergeField, raw: number, text: string, { zone }: Known): FieldWish {
  const { type } = mergeFields[from];
  if (type !== 'time') return { as: 'number', number: type === 'seconds' ? Math.round(raw) : raw, text };
  return { as: 'time', atMs: raw, date: localDate(raw, zone), text };
}
