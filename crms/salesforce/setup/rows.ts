import { z } from 'zod';
import { Unanswered } from '../../../server/crm.ts';
import type { Api } from '../request.ts';

/** Every row a query finds, page by page; throws `Refused` or `Unanswered` rather than give some of them. */
export async function allRows<Row>(api: Pick<Api, 'base' | 'call'>, soql: string, row: z.ZodType<Row>): Promise<Row[]> {
  const Page = z.looseObject({
    nextRecordsUrl: z
      .string()
      .regex(/^\/services\/data\//)
      .nullish(),
    records: z.array(row),
  });
  const found: Row[] = [];
  let path: string | null | undefined = `${api.base}/query?q=${encodeURIComponent(soql)}`;
  while (path) {
    const page = Page.safeParse((await api.call({ method: 'GET', path })).json);
    if (!page.success) throw new Unanswered(`Salesforce lists records in a way we can't read (${page.error.issues[0]?.path.join('.')}).`);
    found.push(...page.data.records);
    path = page.data.nextRecordsUrl;
  }
  return found;
}
