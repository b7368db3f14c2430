import { z } from 'zod';
import { type CrmQueue, type CrmUser, Refused, Unanswered } from '../../server/crm.ts';
import type { Api } from './request.ts';
import { allRows } from './setup/rows.ts';

const Users = z.looseObject({
  nextRecordsUrl: z
    .string()
    .regex(/^\/services\/data\//)
    .nullish(),
  records: z.array(
    z.looseObject({
      Id: z.string(),
      Name: z.string().nullish(),
      Email: z.string().nullish(),
      Extension: z.string().nullish(),
      FederationIdentifier: z.string().nullish(),
      EmployeeNumber: z.string().nullish(),
      PermissionSetAssignments: z.looseObject({ totalSize: z.number() }).nullish(),
      TimeZoneSidKey: z.string(),
      IsActive: z.boolean(),
    }),
  ),
});

/** Who the users are besides, as far as the connected user may see it. */
const besides = [
  'FederationIdentifier',
  'EmployeeNumber',
  "(SELECT Id FROM PermissionSetAssignments WHERE PermissionSet.Name = 'Cordboard')",
];
/** What the org says of a field or a list that this user doesn't see. */
const unseen = new Set(['INVALID_FIELD', 'INVALID_TYPE']);

/** Integration and automation users share addresses and own nothing: only standard users are asked for (salesforce.md §3.3). */
export async function readUsers(api: Pick<Api, 'base' | 'call'>): Promise<CrmUser[]> {
  try {
    return await usersWith(api, besides);
  } catch (error) {
    if (error instanceof Refused && unseen.has(error.failure.code)) return usersWith(api, []);
    throw error;
  }
}

async function usersWith(api: Pick<Api, 'base' | 'call'>, fields: readonly string[]): Promise<CrmUser[]> {
  const columns = ['Id', 'Name', 'Email', 'Extension', 'TimeZoneSidKey', 'IsActive', ...fields].join(', ');
  const soql = `SELECT ${columns} FROM User WHERE IsActive = true AND UserType = 'Standard' ORDER BY Id`;
  const users: CrmUser[] = [];
  let path: string | null | undefined = `${api.base}/query?q=${encodeURIComponent(soql)}`;
  while (path) {
    const page = Users.safeParse((await api.call({ method: 'GET', path })).json);
    if (!page.success)
      throw new Unanswered(`Salesforce listed its users in a way we can't read (${page.error.issues[0]?.path.join('.')}).`);
    for (const user of page.data.records)
      if (user.Email)
        users.push({
          id: user.Id,
          name: user.Name ?? user.Email,
          email: user.Email,
          zone: user.TimeZoneSidKey,
          active: user.IsActive,
          ...(user.Extension && { extension: user.Extension }),
          ...(user.FederationIdentifier && { federationId: user.FederationIdentifier }),
          ...(user.EmployeeNumber && { employeeNumber: user.EmployeeNumber }),
          // null: asked, and nothing found
          ...(user.PermissionSetAssignments !== undefined && { permitted: (user.PermissionSetAssignments?.totalSize ?? 0) > 0 }),
        });
    path = page.data.nextRecordsUrl;
  }
  return users;
}

const kinds: Readonly<Record<string, 'activity' | 'lead'>> = { Task: 'activity', Lead: 'lead' };
const Row = z.looseObject({
  QueueId: z.string(),
  SobjectType: z.string(),
  Queue: z.looseObject({ Name: z.string().nullish() }).nullish(),
});

/** Queues that take tasks or leads; a queue of cases alone owns nothing of ours. */
export async function readQueues(api: Pick<Api, 'base' | 'call'>): Promise<CrmQueue[]> {
  const soql =
    "SELECT QueueId, Queue.Name, SobjectType FROM QueueSobject WHERE SobjectType IN ('Task', 'Lead') ORDER BY QueueId, SobjectType";
  const rows = Map.groupBy(await allRows(api, soql, Row), ({ QueueId }) => QueueId);
  return [...rows].map(([id, its]) => ({
    id,
    name: its[0]?.Queue?.Name ?? id,
    takes: its.flatMap(({ SobjectType }) => kinds[SobjectType] ?? []),
  }));
}
