import { z } from 'zod';
import { Refused, Unanswered } from '../../../server/crm.ts';
import type { World } from '../../../server/world.ts';
import type { Api } from '../request.ts';
import type { Session } from '../session.ts';
import { isOneOf, quoted } from '../soql.ts';
import { getTogether } from '../together.ts';

/** What asking an org about itself needs. */
export type Asking = {
  readonly api: Api;
  readonly session: Pick<Session, 'redact'>;
  readonly world: World;
  readonly selfId: string;
};

const Field = z.looseObject({
  name: z.string(),
  type: z.string(),
  length: z.number().nullish(),
  createable: z.boolean(),
  updateable: z.boolean(),
  nillable: z.boolean().nullish(),
  defaultedOnCreate: z.boolean().nullish(),
  externalId: z.boolean().nullish(),
  unique: z.boolean().nullish(),
  custom: z.boolean().nullish(),
  restrictedPicklist: z.boolean().nullish(),
  inlineHelpText: z.string().nullish(),
});
const Describe = z.looseObject({ createable: z.boolean(), updateable: z.boolean(), fields: z.array(Field) });
export type Described = z.infer<typeof Describe>;

const Global = z.looseObject({ sobjects: z.array(z.looseObject({ name: z.string(), queryable: z.boolean().nullish() })) });
const rows = <S extends z.ZodRawShape>(shape: S) => z.looseObject({ records: z.array(z.looseObject(shape)) });
const text = z.string().nullish();
const flag = z.boolean().nullish();

const Organizations = rows({
  Name: text,
  OrganizationType: text,
  IsSandbox: flag,
  IsReadOnly: flag,
  TrialExpirationDate: text,
  TimeZoneSidKey: text,
  DefaultAccountAccess: text,
  DefaultContactAccess: text,
  DefaultLeadAccess: text,
});
const Users = rows({ Name: text, ProfileId: text, Profile: z.looseObject({ Name: text }).nullish() });
const Assigned = rows({ PermissionSet: z.record(z.string(), z.unknown()).nullish(), PermissionSetId: text });
const OfProfile = z.looseObject({ records: z.array(z.record(z.string(), z.unknown())) });
const Queues = rows({ Queue: z.looseObject({ Name: text }).nullish() });
const Logins = rows({ LoginTime: text });
const Sets = rows({ Id: z.string() });
const Views = rows({ SobjectType: text });
const Rules = rows({ SobjectType: text, MasterLabel: text, Name: text });
const Counted = z.looseObject({ totalSize: z.number() });
const Twice = rows({});
const Layouts = z.looseObject({
  layouts: z.array(z.looseObject({ id: text, relatedLists: z.array(z.looseObject({ name: text })).nullish() })),
});
const Pages = rows({ Id: z.string(), MasterLabel: text, EntityDefinitionId: text });
const PageMetadata = z.looseObject({ records: z.array(z.looseObject({ Metadata: z.unknown() })) });
const Limits = z.looseObject({ DailyApiRequests: z.looseObject({ Max: z.number(), Remaining: z.number() }).nullish() });

/** Rights that matter here, as the PermissionSet object names them, and as Setup calls them. */
export const rights = {
  ModifyAllData: 'Modify All Data',
  ViewAllData: 'View All Data',
  ModifyMetadata: 'Modify Metadata Through Metadata API Functions',
  CustomizeApplication: 'Customize Application',
  AssignPermissionSets: 'Assign Permission Sets',
  ManageProfilesPermissionsets: 'Manage Profiles and Permission Sets',
} as const;
export type Right = keyof typeof rights;

/** What could not be looked at: this user may not, or the org has no such thing. */
export type Unseen = { readonly unseen: string };
export const isUnseen = (given: unknown): given is Unseen => typeof given === 'object' && given !== null && 'unseen' in given;

/** An org as its connected user sees it. Everything that isn't sure to be readable may be `Unseen`. */
export type Seen = {
  readonly objects: ReadonlySet<string>;
  readonly described: ReadonlyMap<string, Described>;
  readonly organization: z.infer<typeof Organizations>['records'][number] | Unseen;
  readonly user: { readonly name: string; readonly profile: string | undefined } | Unseen;
  readonly rights: ReadonlySet<Right> | Unseen;
  readonly viewsAll: ReadonlySet<string> | Unseen;
  readonly queues: readonly string[] | Unseen;
  /** When the connected user last signed in on a page; undefined: not in the last months. */
  readonly lastPageLogin: string | undefined | Unseen;
  /** Undefined: the org has no permission set of ours. */
  readonly permissionSet: { readonly assigned: boolean } | undefined | Unseen;
  readonly duplicateRules: ReadonlyMap<string, readonly string[]> | Unseen;
  readonly assignmentRules: readonly string[] | Unseen;
  /** Values in the field of our name that aren't ours. */
  readonly foreignNames: ReadonlyMap<string, number>;
  readonly doubleNames: number;
  /** Objects whose layouts were looked at, and how many of these show no activities. */
  readonly layouts: ReadonlyMap<string, { readonly all: number; readonly without: number } | Unseen>;
  /** Lightning record pages without the activities panel. */
  readonly pages: readonly string[] | Unseen;
  readonly api: { readonly used: number; readonly max: number } | undefined;
};

const described = ['Task', 'Lead', 'Contact', 'Account'] as const;
const withLayouts = ['Lead', 'Contact', 'Account'] as const;

/** Reads all of it, in about a dozen API calls. Throws where the org as a whole doesn't answer. */
export async function lookAt(asking: Asking, names: { readonly nameField: string; readonly permissionSet: string }): Promise<Seen> {
  const { api, selfId } = asking;
  const soql = (query: string) => `${api.base}/query?q=${encodeURIComponent(query)}`;
  const global = read(Global, (await api.call({ method: 'GET', path: `${api.base}/sobjects` })).json);
  const objects = new Set(global.sobjects.map(({ name }) => name));
  const present = described.filter((name) => objects.has(name));
  const asked = (Object.keys(rights) as Right[]).map((right) => `Permissions${right}`);
  const self = quoted(selfId);
  const [organization, user, assigned, queues, views, ...describes] = await getTogether(asking, [
    soql(
      'SELECT Name, OrganizationType, IsSandbox, IsReadOnly, TrialExpirationDate, TimeZoneSidKey, DefaultAccountAccess, DefaultContactAccess, DefaultLeadAccess FROM Organization',
    ),
    soql(`SELECT Name, ProfileId, Profile.Name FROM User WHERE Id = ${self}`),
    soql(
      `SELECT PermissionSetId, ${asked.map((right) => `PermissionSet.${right}`).join(', ')} FROM PermissionSetAssignment WHERE AssigneeId = ${self}`,
    ),
    soql("SELECT Queue.Name FROM QueueSobject WHERE SobjectType = 'Task' ORDER BY Queue.Name"),
    soql(
      `SELECT SobjectType FROM ObjectPermissions WHERE PermissionsViewAllRecords = true AND ${isOneOf('SobjectType', withLayouts)} AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = ${self})`,
    ),
    ...present.map((name) => `${api.base}/sobjects/${name}/describe`),
  ]);
  const shapes = new Map<string, Described>(
    present.flatMap((name, place) => {
      const answer = describes[place];
      return answer instanceof Refused ? [] : [[name, read(Describe, answer)] as const];
    }),
  );
  const nameFieldOf = (shape: Described | undefined) =>
    shape?.fields.find(({ name }) => name.toLowerCase() === names.nameField.toLowerCase());
  const who = seen(Users, user, ({ records }) => records[0]);
  const profileId = isUnseen(who) ? '' : (who.ProfileId ?? '');
  const [ofProfile, profileViews, sets, duplicates, assignments] = await getTogether(asking, [
    // A profile's own rights are a permission set too, which isn't always listed among those assigned.
    soql(`SELECT ${asked.join(', ')} FROM PermissionSet WHERE ProfileId = ${quoted(profileId)}`),
    soql(
      `SELECT SobjectType FROM ObjectPermissions WHERE PermissionsViewAllRecords = true AND ${isOneOf('SobjectType', withLayouts)} AND Parent.ProfileId = ${quoted(profileId)}`,
    ),
    soql(`SELECT Id FROM PermissionSet WHERE Name = ${quoted(names.permissionSet)} AND IsOwnedByProfile = false`),
    soql('SELECT SobjectType, MasterLabel FROM DuplicateRule WHERE IsActive = true'),
    soql('SELECT SobjectType, Name FROM AssignmentRule WHERE Active = true'),
  ]);
  const field = nameFieldOf(shapes.get('Task'));
  const foreign =
    field === undefined
      ? []
      : await getTogether(asking, [
          soql(`SELECT COUNT() FROM Task WHERE ${field.name} != null AND (NOT ${field.name} LIKE 'cb1%')`),
          soql(`SELECT COUNT() FROM Event WHERE ${field.name} != null`),
        ]);
  const counts = (['Task', 'Event'] as const).flatMap((object, place) => {
    const answer = Counted.safeParse(foreign[place]);
    return answer.success && answer.data.totalSize > 0 ? [[object, answer.data.totalSize] as const] : [];
  });
  const login = await alone(
    asking,
    soql(`SELECT LoginTime FROM LoginHistory WHERE UserId = ${self} AND LoginType = 'Application' ORDER BY LoginTime DESC LIMIT 1`),
    Logins,
    ({ records }) => ({ at: records[0]?.LoginTime ?? undefined }),
  );
  const limits = await alone(asking, `${api.base}/limits`, Limits, ({ DailyApiRequests: daily }) => daily);

  return {
    objects,
    described: shapes,
    organization: seen(Organizations, organization, ({ records }) => records[0]),
    user: isUnseen(who) ? who : { name: who.Name ?? '', profile: who.Profile?.Name ?? undefined },
    rights: rightsIn(assigned, ofProfile),
    viewsAll: seen(Views, views, ({ records }) => {
      const also = Views.safeParse(profileViews);
      return new Set([...records, ...(also.success ? also.data.records : [])].map((one) => one.SobjectType ?? ''));
    }),
    queues: seen(Queues, queues, ({ records }) => records.map((one) => one.Queue?.Name ?? '')),
    lastPageLogin: isUnseen(login) ? login : login.at,
    permissionSet: setIn(sets, assigned),
    duplicateRules: seen(Rules, duplicates, ({ records }) => {
      const byObject = Map.groupBy(records, (one) => one.SobjectType ?? '');
      return new Map([...byObject].map(([object, list]) => [object, list.map((one) => one.MasterLabel ?? '')]));
    }),
    assignmentRules: seen(Rules, assignments, ({ records }) => [...new Set(records.map((one) => one.SobjectType ?? ''))]),
    foreignNames: new Map(counts),
    doubleNames: field === undefined || field.unique ? 0 : await countDoubles(asking, field.name),
    layouts: new Map(
      await Promise.all(
        withLayouts
          .filter((name) => shapes.has(name))
          .map(
            async (name) => [name, await alone(asking, `${api.base}/sobjects/${name}/describe/layouts`, Layouts, countLayouts)] as const,
          ),
      ),
    ),
    pages: await lookAtPages(asking),
    api: isUnseen(limits) ? api.usage() : { used: limits.Max - limits.Remaining, max: limits.Max },
  };
}

/** Rights of all the permission sets a user has, the profile's own among them. */
function rightsIn(assigned: unknown, ofProfile: unknown): Seen['rights'] {
  const [sets, profile] = [Assigned.safeParse(assigned), OfProfile.safeParse(ofProfile)];
  const all = [
    ...(sets.success ? sets.data.records.map((one) => one.PermissionSet ?? {}) : []),
    ...(profile.success ? profile.data.records : []),
  ];
  if (all.length === 0) return { unseen: 'EMPTY' };
  return new Set((Object.keys(rights) as Right[]).filter((right) => all.some((set) => set[`Permissions${right}`] === true)));
}

/** One name on several tasks: only where the field isn't unique. */
async function countDoubles(asking: Asking, field: string): Promise<number> {
  const soql = `SELECT ${field}, COUNT(Id) FROM Task WHERE ${field} != null GROUP BY ${field} HAVING COUNT(Id) > 1 LIMIT 50`;
  const found = await alone(asking, `${asking.api.base}/query?q=${encodeURIComponent(soql)}`, Twice, ({ records }) => ({
    count: records.length,
  }));
  return isUnseen(found) ? 0 : found.count;
}

function setIn(sets: unknown, assigned: unknown): Seen['permissionSet'] {
  const found = seen(Sets, sets, ({ records }) => ({ id: records[0]?.Id }));
  if (isUnseen(found)) return found;
  if (found.id === undefined) return undefined;
  const ids = seen(Assigned, assigned, ({ records }) => records.map((one) => one.PermissionSetId?.slice(0, 15)));
  return isUnseen(ids) ? ids : { assigned: ids.includes(found.id.slice(0, 15)) };
}

/** The list a page layout has when it shows what was done and what is to be done; Lightning's default pages follow the layout. */
const activityLists = new Set(['OpenActivities', 'ActivityHistories']);
const countLayouts = ({ layouts }: z.infer<typeof Layouts>) => ({
  all: layouts.length,
  without: layouts.filter(({ relatedLists }) => !(relatedLists ?? []).some(({ name }) => activityLists.has(name ?? ''))).length,
});

/** Record pages made in the Lightning App Builder. Each one's contents are a query of its own, so no more than these are looked at. */
const mostPages = 10;
async function lookAtPages(asking: Asking): Promise<Seen['pages']> {
  const tooling = (query: string) => `${asking.api.base}/tooling/query?q=${encodeURIComponent(query)}`;
  const where = `Type = 'RecordPage' AND ${isOneOf('EntityDefinitionId', withLayouts)}`;
  const found = await alone(
    asking,
    tooling(`SELECT Id, MasterLabel, EntityDefinitionId FROM FlexiPage WHERE ${where} LIMIT ${mostPages}`),
    Pages,
    ({ records }) => records,
  );
  if (isUnseen(found)) return found;
  const without: string[] = [];
  for (const page of found) {
    const contents = await alone(
      asking,
      tooling(`SELECT Metadata FROM FlexiPage WHERE Id = ${quoted(page.Id)}`),
      PageMetadata,
      ({ records }) => ({
        text: JSON.stringify(records[0]?.Metadata ?? ''),
      }),
    );
    if (isUnseen(contents)) return contents;
    if (!/"componentName":"runtime_sales_activities:/.test(contents.text)) without.push(page.MasterLabel ?? page.Id);
  }
  return without;
}

/** One part of a composite, or why it couldn't be read. */
function seen<T, R>(schema: z.ZodType<T>, answer: unknown, take: (read: T) => R | undefined): R | Unseen {
  if (answer instanceof Refused) return { unseen: answer.failure.code };
  const found = schema.safeParse(answer);
  const taken = found.success ? take(found.data) : undefined;
  return taken ?? { unseen: 'EMPTY' };
}

/** A request that an org may not know, sent alone so that it can spoil no other. */
async function alone<T, R>(
  { api }: Asking,
  path: string,
  schema: z.ZodType<T>,
  take: (read: T) => R | null | undefined,
): Promise<R | Unseen> {
  try {
    const found = schema.safeParse((await api.call({ method: 'GET', path })).json);
    const taken = found.success ? take(found.data) : undefined;
    return taken ?? { unseen: 'EMPTY' };
  } catch (error) {
    if (error instanceof Refused) return { unseen: error.failure.code };
    if (error instanceof Unanswered) return { unseen: 'UNANSWERED' };
    throw error;
  }
}

function read<T>(schema: z.ZodType<T>, json: unknown): T {
  const found = schema.safeParse(json);
  if (!found.success) throw new Unanswered(`Salesforce tells of itself in a way we can't read (${found.error.issues[0]?.path.join('.')}).`);
  return found.data;
}
