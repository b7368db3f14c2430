import { z } from 'zod';
import { type CrmIdentity, Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import type { Api } from './request.ts';
import type { Session } from './session.ts';
import { quoted } from './soql.ts';
import { getTogether } from './together.ts';

const OneOrg = z.looseObject({ records: z.array(z.looseObject({ Name: z.string() })).min(1) });
const OneUser = z.looseObject({ records: z.array(z.looseObject({ Name: z.string(), Username: z.string() })).min(1) });

/** The org and the connected user by their names, in one API call: ids tell an admin nothing. */
export async function identityOf(connection: {
  readonly api: Api;
  readonly session: Pick<Session, 'redact' | 'grant'>;
  readonly world: World;
}): Promise<CrmIdentity> {
  const { api, session } = connection;
  const { orgId, userId, instanceUrl } = await session.grant();
  const answers = await getTogether(
    connection,
    ['SELECT Name FROM Organization', `SELECT Name, Username FROM User WHERE Id = ${quoted(userId)}`].map(
      (soql) => `${api.base}/query?q=${encodeURIComponent(soql)}`,
    ),
  );
  for (const answer of answers) if (answer instanceof Refused) throw answer;
  const [org, user] = [OneOrg.safeParse(answers[0]), OneUser.safeParse(answers[1])];
  if (!org.success || !user.success) throw new Unanswered('Salesforce told its own name, or the user’s, in a way we can’t read.');
  const [{ Name: orgName }] = org.data.records as [{ Name: string }];
  const [{ Name: userName, Username: login }] = user.data.records as [{ Name: string; Username: string }];
  return { orgId, orgName, userId, userName, login, host: new URL(instanceUrl).host };
}
