import { z } from 'zod';
import { type BookObject, type BookRecord, type CrmBookWhole, Refused, Unanswered } from '../../server/crm.ts';
import { readCsv } from './csv.ts';
import type { Api } from './request.ts';

/** A job is begun, waits for its turn and is made ready in any case: for fewer records pages are quicker. */
const worthIt = 100_000;
/** Records a page of results: some megabytes, and one transaction's worth of the database's patience. */
const pageSize = 10_000;

const Job = z.looseObject({ id: z.string(), state: z.string() });

/**
 * Bulk API 2.0 query jobs. `soqlOf`: all living records of a kind, with `recordOf` reading what SOQL would have given. Begin, look, page and
 * end are one API call each.
 */
export function bulkRead(
  api: Api,
  soqlOf: (object: BookObject) => string,
  recordOf: (object: BookObject, record: Readonly<Record<string, unknown>>) => BookRecord,
): CrmBookWhole {
  const pathOf = (job: string) => `${api.base}/jobs/query/${encodeURIComponent(job)}`;
  const read = (json: unknown) => {
    const parsed = Job.safeParse(json);
    if (!parsed.success) throw new Unanswered("Salesforce's answer about a bulk job can't be read.");
    return parsed.data;
  };
  return {
    from: worthIt,
    async begin(object) {
      const body = { operation: 'query', query: soqlOf(object) };
      return read((await api.call({ method: 'POST', path: `${api.base}/jobs/query`, body })).json).id;
    },
    async look(job) {
      const answer = await orLost(api.call({ method: 'GET', path: pathOf(job) }));
      if (answer === 'lost') return 'lost';
      const { state } = read(answer.json);
      if (state === 'JobComplete') return 'ready';
      return state === 'Failed' || state === 'Aborted' ? 'lost' : 'under way';
    },
    async page(object, job, place) {
      const query = new URLSearchParams({ maxRecords: String(pageSize), ...(place !== undefined && { locator: place }) });
      const answer = await orLost(api.file({ method: 'GET', path: `${pathOf(job)}/results?${query}`, accept: 'text/csv' }));
      if (answer === 'lost') return 'lost';
      const records: BookRecord[] = [];
      try {
        for (const row of readCsv(answer.text)) records.push(recordOf(object, asJson(row)));
      } catch (error) {
        if (error instanceof Unanswered) throw error;
        throw new Unanswered(`Salesforce's records can't be read: ${(error as Error).message}.`);
      }
      return { records, next: answer.next === undefined || answer.next === 'null' ? undefined : answer.next };
    },
    async end(job) {
      await orLost(api.file({ method: 'DELETE', path: pathOf(job) }));
    },
  };
}

/** Jobs are kept for seven days, and anybody who may can delete them; then their places are nowhere. */
const lost = new Set(['NOT_FOUND', 'INVALIDJOB', 'INVALID_QUERY_LOCATOR', 'INVALIDJOBSTATE']);
async function orLost<T>(work: Promise<T>): Promise<T | 'lost'> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused && lost.has(error.failure.code)) return 'lost';
    throw error;
  }
}

/** As a query would have given it: nothing is null, yes and no are no texts, what stands behind a dot belongs to the parent. */
function asJson(row: Readonly<Record<string, string>>): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const [parent, field] = name.split('.');
    if (field !== undefined) json[parent!] = value === '' ? null : { [field]: value };
    else json[name] = value === '' ? null : name.startsWith('Is') && (value === 'true' || value === 'false') ? value === 'true' : value;
  }
  return json;
}
