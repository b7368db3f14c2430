import { setImmediate as turn } from 'node:timers/promises';
import type { Reply, TestOrg } from './test-org.ts';

export type Info = { id: string; state: string; errorMessage?: string } & Record<string, unknown>;
export const infoOf = (reply: Reply): Info => reply.body as Info;
export const codeOf = (reply: Reply): unknown => (reply.body as { errorCode: string }[])[0]?.errorCode;

/** A bulk client's few steps. */
export function bulkClient(org: TestOrg) {
  const client = {
    ingest: (body: Record<string, unknown>) => org.call('POST', '/jobs/ingest', { contentType: 'CSV', ...body }),
    query: (soql: string, more: Record<string, unknown> = {}) =>
      org.call('POST', '/jobs/query', { operation: 'query', query: soql, ...more }),
    put: (id: string, csv: string) => org.call('PUT', `/jobs/ingest/${id}/batches`, csv, { 'content-type': 'text/csv' }),
    set: (kind: 'ingest' | 'query', id: string, state: string) => org.call('PATCH', `/jobs/${kind}/${id}`, { state }),
    async info(kind: 'ingest' | 'query', id: string): Promise<Info> {
      return infoOf(await org.call('GET', `/jobs/${kind}/${id}`));
    },
    /** Asks until the job is over. */
    async over(kind: 'ingest' | 'query', id: string): Promise<Info> {
      for (;;) {
        const info = await client.info(kind, id);
        if (['JobComplete', 'Failed', 'Aborted'].includes(info.state)) return info;
        await turn();
      }
    },
    /** An ingest job from its creation to its end. */
    async load(body: Record<string, unknown>, csv: string): Promise<Info> {
      const { id } = infoOf(await client.ingest(body));
      await client.put(id, csv);
      await client.set('ingest', id, 'UploadComplete');
      return client.over('ingest', id);
    },
    async outcome(id: string, which: 'successfulResults' | 'failedResults' | 'unprocessedrecords'): Promise<string> {
      return String((await org.call('GET', `/jobs/ingest/${id}/${which}/`)).body);
    },
    async asked(soql: string, more: Record<string, unknown> = {}): Promise<{ info: Info; csv: string }> {
      const info = await client.over('query', infoOf(await client.query(soql, more)).id);
      return { info, csv: String((await org.call('GET', `/jobs/query/${info.id}/results`)).body) };
    },
  };
  return client;
}
