import { CsvReader, piecesOf, quotedCell } from '../csv.ts';
import type { IngestJob, Job, JobStore, PartKind } from '../job-store.ts';

type RowResult = { readonly id: string; readonly created: boolean; readonly error: string | undefined };

const rowsIn = (jobs: JobStore, job: Job, kind: PartKind, part: number): (readonly string[])[] => {
  const text = jobs.part(job, kind, part)?.text ?? '';
  return [...new CsvReader('COMMA').read(text, true)].map(({ values }) => values ?? []);
};

/** What came of each row, in the order of the batch: "the results are in the same order as the rows" [D Bulk API guide, batch results]. */
function* rowResults(jobs: JobStore, job: IngestJob): Generator<RowResult> {
  for (let part = jobs.partFrom(job, 'order', 0); part; part = jobs.partFrom(job, 'order', part.part + 1)) {
    const [good, bad] = [rowsIn(jobs, job, 'good', part.part).values(), rowsIn(jobs, job, 'bad', part.part).values()];
    for (const which of part.text) {
      const [id = '', second = ''] = (which === 'g' ? good : bad).next().value ?? [];
      yield which === 'g' ? { id, created: second === 'true', error: undefined } : { id: '', created: false, error: second };
    }
  }
}

/** `"Id","Success","Created","Error"` [D Bulk API guide, batch results, example]. */
export function* resultsCsv(jobs: JobStore, job: IngestJob): Generator<string> {
  const line = (values: readonly string[]) => `${values.map(quotedCell).join(',')}\n`;
  yield line(['Id', 'Success', 'Created', 'Error']);
  for (const { id, created, error } of rowResults(jobs, job)) yield line([id, String(error === undefined), String(created), error ?? '']);
}

/** The same for a batch of JSON [D Bulk API guide, batch results, JSON example]. */
export const resultsJson = (jobs: JobStore, job: IngestJob): unknown[] =>
  [...rowResults(jobs, job)].map(({ id, created, error }) => {
    const [, statusCode, message, fields] = /^([A-Z_]+):([\s\S]*):([^:]*?) ?--$/.exec(error ?? '') ?? [];
    return {
      success: error === undefined,
      created,
      id: id === '' ? null : id,
      errors:
        error === undefined
          ? []
          : [
              {
                message: message ?? error,
                fields: fields === undefined || fields === '' ? [] : fields.split(','),
                statusCode: statusCode ?? 'UNKNOWN_EXCEPTION',
                extendedErrorDetails: null,
              },
            ],
    };
  });

const spelled = (value: unknown): string => (value === null ? '#N/A' : typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Records of JSON as the rows they would be in a CSV; a parent by its key is a column `Account.Key__c`. Undefined: no list of records. */
export function csvOfJson(text: string): string | undefined {
  const records: unknown = JSON.parse(text);
  const isRecord = (one: unknown): one is Record<string, unknown> => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!Array.isArray(records) || !records.every(isRecord)) return undefined;
  const flat = records.map((record) =>
    Object.fromEntries(
      Object.entries(record).flatMap(([name, value]): [string, string][] => {
        if (name === 'attributes') return [];
        if (!isRecord(value)) return [[name, spelled(value)]];
        return Object.entries(value)
          .filter(([key]) => key !== 'attributes')
          .map(([key, inner]) => [`${name}.${key}`, spelled(inner)]);
      }),
    ),
  );
  const columns = [...new Set(flat.flatMap((record) => Object.keys(record)))];
  return [columns, ...flat.map((record) => columns.map((name) => record[name] ?? ''))]
    .map((row) => `${row.map(quotedCell).join(',')}\n`)
    .join('');
}

export function keepData(jobs: JobStore, job: Job, data: string): void {
  let part = 0;
  for (const piece of piecesOf(data)) jobs.addPart(job, 'data', part++, 0, piece);
}
export function* keptData(jobs: JobStore, job: Job): Generator<string> {
  for (let part = jobs.partFrom(job, 'data', 0); part; part = jobs.partFrom(job, 'data', part.part + 1)) yield part.text;
}
