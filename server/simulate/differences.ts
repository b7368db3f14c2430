import type { WantedRecord } from '../store/simulate-store.ts';

/** How one field of one record differs; the value is left out where there is none. `field` undefined: the whole record is there or isn't. */
export type RecordDifference = {
  readonly role: string;
  /** Of several records of one role; '' of the only one. */
  readonly qualifier: string;
  readonly field?: string;
  readonly before?: unknown;
  readonly after?: unknown;
};

/** What is no wish about the record, but about who writes it or what it is found by. */
const unsaid: ReadonlySet<string> = new Set(['kind', 'callKey']);

/** What two decisions want of the org differently: record by record, and field by field where both want it. In our words. */
export function recordDifferences(before: readonly WantedRecord[], after: readonly WantedRecord[]): RecordDifference[] {
  const [former, later] = [byPlace(before), byPlace(after)];
  return [...new Set([...former.keys(), ...later.keys()])].flatMap((key): RecordDifference[] => {
    const [was, is] = [former.get(key), later.get(key)];
    const { role, qualifier } = (was ?? is)!;
    const place = { role, qualifier };
    if (!was) return [{ ...place, after: is!.record }];
    if (!is) return [{ ...place, before: was.record }];
    return fieldDifferences(was.record, is.record).map((one) => ({ ...place, ...one }));
  });
}

/** Fields of two records with other values, by the alphabet. What is null, undefined or not there is one thing. */
function fieldDifferences(before: object, after: object): { field: string; before?: unknown; after?: unknown }[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((field) => !unsaid.has(field) && plain(was.get(field)) !== plain(is.get(field)))
    .toSorted()
    .map((field) => ({ field, ...some('before', was.get(field)), ...some('after', is.get(field)) }));
}

const byPlace = (records: readonly WantedRecord[]) => new Map(records.map((one) => [`${one.role}/${one.qualifier}`, one]));
const some = <K extends string>(key: K, value: unknown) => (value === undefined || value === null ? {} : { [key]: value });

/** The same text for the same value: one side has been through the database, which keeps no order of keys. */
function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** In one line: `log.status: "open" → "completed"`, `review: not wanted → wanted`. `nameOf`: of an owner, by id, where it is known. */
export function sayDifference(
  { role, qualifier, field, before, after }: RecordDifference,
  nameOf: (id: string) => string | undefined = () => undefined,
): string {
  const record = qualifier ? `${role} ${qualifier}` : role;
  if (field === undefined)
    return `${record}: ${before === undefined ? 'not wanted' : 'wanted'} → ${after === undefined ? 'not wanted' : 'wanted'}`;
  const say = (value: unknown) => (/owner/i.test(field) && typeof value === 'string' ? (nameOf(value) ?? value) : sayValue(value));
  return `${record}.${field}: ${say(before)} → ${say(after)}`;
}

const mostSaid = 200;
function sayValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = isNamed(value) ? `${value.kind} ${value.name ?? value.id}` : JSON.stringify(value);
  return text.length > mostSaid ? `${text.slice(0, mostSaid)}…` : text;
}
const isNamed = (value: unknown): value is { kind: string; id: string; name?: string } =>
  typeof value === 'object' && value !== null && 'kind' in value && 'id' in value;
