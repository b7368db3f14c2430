import { expect, test } from 'vitest';
import { z } from 'zod';
import { Unanswered } from '../../../server/crm.ts';
import type { Api, Ask } from '../request.ts';
import { allRows } from './rows.ts';

const Row = z.looseObject({ Id: z.string() });
function pages(...given: readonly unknown[]) {
  const asked: string[] = [];
  const call = async ({ path }: Ask) => ({ status: 200, json: given[asked.push(path) - 1], ms: 1 });
  return { api: { base: '/services/data/v67.0', call } as Pick<Api, 'base' | 'call'>, asked };
}

test('a query is read to its end, page by page', async () => {
  const next = '/services/data/v67.0/query/01g-2000';
  const { api, asked } = pages({ nextRecordsUrl: next, records: [{ Id: '1' }] }, { records: [{ Id: '2' }] });
  expect(await allRows(api, 'SELECT Id FROM User', Row)).toEqual([{ Id: '1' }, { Id: '2' }]);
  expect(asked).toEqual(['/services/data/v67.0/query?q=SELECT%20Id%20FROM%20User', next]);
});

test.each<[string, object[]]>([
  ['of which a later page can’t be read', [{ nextRecordsUrl: '/services/data/v67.0/query/01g-1', records: [{ Id: '1' }] }, { error: 'x' }]],
  ['that leads to another host', [{ nextRecordsUrl: 'https://elsewhere.example/', records: [{ Id: '1' }] }]],
])('one %s gives no rows at all', async (_, given) => {
  await expect(allRows(pages(...given).api, 'SELECT Id FROM User', Row)).rejects.toThrow(Unanswered);
});
