import { z } from 'zod';
import { type Crm, type CrmUser, Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import { salesforceBook } from './book.ts';
import { describeTask } from './describe.ts';
import { draftTask, lockedBy } from './draft.ts';
import { exchange, maxRecords } from './exchange.ts';
import { describePersons, draftPerson, type PersonShape } from './person.ts';
import { readableBy } from './readable.ts';
import { type Api, openApi } from './request.ts';
import { clientCredentials, isSafeBase, openSession } from './session.ts';
import { openTransport } from './transport.ts';

const apiName = z.string().regex(/^[A-Za-z]\w{0,78}$/, 'must be the API name of a field, such as Cordboard_Name__c');

/** What an admin enters for one org. */
export const SalesforceSettings = z.strictObject({
  /** My Domain address: the client credentials flow isn't served by login.salesforce.com (salesforce.md §1.2). */
  loginUrl: z
    .string()
    .refine(isSafeBase, 'must be the https: address of your My Domain, such as https://acme.my.salesforce.com')
    .transform((url) => new URL(url).origin),
  clientId: z.string().trim().min(1, 'must be the consumer key of the external client app'),
  clientSecret: z.string().trim().min(8, 'must be the consumer secret of the external client app'),
  /** Summer '26. Salesforce keeps a version for years; a newer one needs these tests first. */
  apiVersion: z
    .string()
    .regex(/^\d{2}\.0$/, 'must look like 67.0')
    .default('67.0'),
  /** Milliseconds until an answer is given up. Salesforce itself works on a request for up to ten minutes. */
  requestLimitMs: z.number().int().min(100).max(600_000).default(120_000),
  /** Custom fields on Activity. */
  fields: z
    .strictObject({
      name: apiName.default('Cordboard_Name__c'),
      call: apiName.default('Cordboard_Call__c'),
      link: apiName.default('Cordboard_Link__c'),
      waitSeconds: apiName.default('Cordboard_Wait_Seconds__c'),
    })
    .prefault({}),
  /** API names of task statuses, where the org's own order doesn't say which ones are meant. */
  statuses: z.strictObject({ open: z.string().min(1).optional(), completed: z.string().min(1).optional() }).prefault({}),
  /** `unique` once the org has been connected so: a permission lost later must not make us forget the names we have given. */
  form: z.enum(['unique']).optional(),
});

export type SalesforceCrm = Crm & {
  /** Fields left out because this user doesn't see them or may not write them. */
  readonly missing: readonly string[];
  readonly orgId: string;
};

/**
 * Connects one org: signs in, reads what its tasks look like to this user, and is ready. Throws `Refused` (`admin`: the settings
 * or the org need a person; `time`: try again) or `Unanswered`. `onLog` gets one line per request, without secrets or personal data.
 */
export async function connectSalesforce(
  settings: z.input<typeof SalesforceSettings>,
  world: World,
  onLog: (line: string) => void = () => undefined,
): Promise<SalesforceCrm> {
  const { loginUrl, clientId, clientSecret, apiVersion, requestLimitMs, fields, statuses, form } = readSettings(settings);
  const transport = openTransport(world);
  try {
    const session = openSession(loginUrl, clientCredentials(clientId, clientSecret), transport, world, onLog);
    const api = openApi(session, transport, world, { apiVersion, requestLimitMs }, onLog);
    const shape = await describeTask(api, fields, statuses);
    if (form === 'unique' && shape.form !== 'unique')
      throw new Refused({
        mendedBy: 'admin',
        code: 'NAME_FIELD_LOST',
        message: `${shape.reducedBecause} It was there before: restore it or the permission set, then reconnect.`,
        fields: [shape.names.name],
      });
    const { instanceUrl, userId, orgId } = await session.grant();
    onLog(
      `crm.connected org=${orgId} form=${shape.form}${shape.missing.length > 0 ? ` missing=${shape.missing.join(',')}` : ''}${shape.reducedBecause ? ` because="${shape.reducedBecause}"` : ''}`,
    );
    let persons: Promise<readonly PersonShape[]> | undefined;
    const connection = {
      api,
      shape,
      session,
      selfId: userId,
      world,
      persons: () => {
        persons ??= describePersons(api, shape.names.name, world.chance);
        const asked = persons;
        const forget = () => persons === asked && (persons = undefined);
        // What is missing may have been added since: it is looked at again for the next one.
        asked.then((shapes) => shapes.some(({ closedBecause }) => closedBecause !== undefined) && forget(), forget);
        return asked;
      },
    };
    return {
      form: shape.form,
      shared: [
        'Subject',
        'Status',
        'OwnerId',
        'WhoId',
        'WhatId',
        'ActivityDate',
        'Description',
        'IsReminderSet',
        'ReminderDateTime',
      ].filter((field) => shape.has(field)),
      textField: 'Description',
      maxRecords,
      missing: shape.missing,
      orgId,
      locks: (record, creating) => lockedBy(record, creating, shape),
      draft: (wanted) => (wanted.kind === 'activity' ? draftTask(wanted, shape) : draftPerson(wanted)),
      exchange: (ask, signal) => exchange(connection, ask, signal),
      users: () => readUsers(api),
      self: async () => ({ id: (await session.grant()).userId }),
      book: salesforceBook({ api, session, world }),
      readable: (asked) => readableBy({ api, session, world }, asked),
      usage: () => api.usage(),
      // Salesforce leads from here to the record's page in whichever interface the person uses.
      recordUrl: (id) => `${instanceUrl}/${encodeURIComponent(id)}`,
      close: () => transport.close(),
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** All mistakes at once, without the values: one of them is the secret. */
function readSettings(settings: z.input<typeof SalesforceSettings>): z.output<typeof SalesforceSettings> {
  const read = SalesforceSettings.safeParse(settings);
  if (read.success) return read.data;
  const mistakes = read.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
  throw new Refused({
    mendedBy: 'admin',
    code: 'SETTINGS',
    message: mistakes.join('; '),
    fields: read.error.issues.map((issue) => issue.path.join('.')),
  });
}

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
      TimeZoneSidKey: z.string(),
      IsActive: z.boolean(),
    }),
  ),
});

/** Integration and automation users share addresses and own nothing: only standard users are asked for (salesforce.md §3.3). */
async function readUsers(api: Api): Promise<CrmUser[]> {
  const soql =
    "SELECT Id, Name, Email, Extension, TimeZoneSidKey, IsActive FROM User WHERE IsActive = true AND UserType = 'Standard' ORDER BY Id";
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
        });
    path = page.data.nextRecordsUrl;
  }
  return users;
}
