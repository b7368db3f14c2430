import { z } from 'zod';
import type { CrmSetup, InstallAsk, OnStep, Outcome, Removal } from '../../../server/crm-setup.ts';
import { Refused, Unanswered } from '../../../server/crm.ts';
import { describeTask, type FieldNames, type TaskShape } from '../describe.ts';
import { getTogether } from '../together.ts';
import { type Assignment, assignmentsOf, giveBack, takeAway } from './assignments.ts';
import { deploy, type Deployed, nameOfPart } from './deploy.ts';
import { type CustomField, fieldFor, seenAs } from './field.ts';
import { judge } from './findings.ts';
import {
  fieldsOf,
  type Member,
  type Package,
  packageOf,
  permissionSetOf,
  type FieldRights,
  isOursByName,
  type Project,
  publicAddress,
  readProject,
  removalOf,
  whoseRights,
} from './package.ts';
import { allRows } from './rows.ts';
import { type Asking, lookAt, rights } from './seen.ts';
import { createAll, fieldIds, makeFields, makePermissionSet, permissionSetId } from './tooling.ts';
import { refusalOf, verify } from './verify.ts';
import { currentVersion } from './version.ts';

export type SetupParts = Asking & {
  readonly apiVersion: string;
  readonly names: FieldNames;
  readonly statuses: { readonly open?: string | undefined; readonly completed?: string | undefined };
};
/** `label`: as far as the connected user sees it. */
type Extra = { readonly object: string; readonly name: string; readonly label: string | undefined };
/** `others`: what somebody else has opened by our permission set, such as a field of the org's own. */
type Found = { readonly extra: Extra[]; readonly others: FieldRights[] };
type Draft = { -readonly [Key in keyof Outcome]: Outcome[Key] };

const Global = z.looseObject({ sobjects: z.array(z.looseObject({ name: z.string() })) });
const Counted = z.looseObject({ totalSize: z.number() });
const Permitted = z.looseObject({ Field: z.string(), PermissionsRead: z.boolean(), PermissionsEdit: z.boolean() });
const Describe = z.looseObject({ fields: z.array(z.looseObject({ name: z.string(), label: z.string().nullish() })) });

/** Objects an admin may have a field made on. */
const extraObjects = ['Activity', 'Lead', 'Contact', 'Account', 'Case', 'Opportunity'] as const;
const notAllowed = new Set(['INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY', 'API_DISABLED_FOR_ORG', 'FUNCTIONALITY_NOT_ENABLED']);

/** Looks at a Salesforce org and installs in it what lies in `org/`. */
export function salesforceSetup(parts: SetupParts): CrmSetup {
  const { api, world, names } = parts;
  let known: Project | undefined;
  const project = () => (known ??= readProject());

  return {
    version: currentVersion,
    async check(ask) {
      const seen = await lookAt(parts, { nameField: names.name, permissionSet: permissionSetOf(project()).name });
      return judge(seen, ask, names, world.now());
    },
    install: (ask, onStep, signal) => install(ask, onStep, signal),
    removal: async () => (await findRemoval()).told,
    uninstall: (onStep, signal) => uninstall(onStep, signal),
  };

  async function install(ask: InstallAsk, onStep: OnStep, signal: AbortSignal): Promise<Outcome> {
    const added = ask.add && fieldFor(ask.add);
    const outcome: Draft = { by: 'deploy', parts: [], leftOut: [], failures: [], lacks: [], verified: false };
    await onStep('begin');
    mustBeOurNames();
    const objects = await objectsThere();
    if (added && !objects.has(seenAs(added.object)))
      throw refused('OBJECT_ABSENT', `The org has no ${added.object} records, or the connected user can't see them.`);
    const found = await findFields(objects);
    if (added) mustBeNew(added, found.extra);
    const extra = found.extra.filter((field) => !(added && field.object === added.object && field.name === added.name));
    const pack = (without: ('call-center' | 'trusted-site')[]) =>
      packageOf(project(), parts.apiVersion, {
        publicUrl: ask.publicUrl,
        objects: (name) => objects.has(name),
        extra: [...extra, ...(added ? [{ object: added.object, name: added.name, make: added }] : [])],
        others: found.others,
        without,
      });
    if (publicAddress(ask.publicUrl) === undefined) outcome.leftOut = leftOutBoth('no-public-address');

    const deployed = await deployOrNot(pack, onStep, signal, outcome);
    if (deployed === 'not allowed') {
      outcome.by = 'fields';
      outcome.leftOut = leftOutBoth(publicAddress(ask.publicUrl) === undefined ? 'no-public-address' : 'by-fields');
      const fields = [
        ...fieldsOf(project()).filter(({ object }) => object === 'Activity' || objects.has(object)),
        ...(added ? [added] : []),
      ];
      if (!(await makeOneByOne(fields, extra, onStep, outcome))) return outcome;
    } else {
      outcome.parts = [...deployed.parts];
      outcome.failures = deployed.failures.map(({ part, because }) => ({ part, because }));
      if (!deployed.ok) return outcome;
    }

    await onStep('assign');
    if (!(await assign(outcome))) return outcome;
    await onStep('verify');
    const shape = await describeTask(api, names, parts.statuses);
    if (shape.form === 'unique') await tryToWrite(shape, outcome);
    else outcome.failures = [...outcome.failures, { part: `Task.${names.name}`, because: shape.reducedBecause ?? '' }];
    return outcome;
  }

  async function tryToWrite(shape: TaskShape, outcome: Draft): Promise<void> {
    const failure = await verify(parts, shape);
    outcome.verified = failure === undefined;
    if (failure) outcome.failures = [...outcome.failures, { part: 'Task', because: `${failure.code}: ${failure.message}` }];
  }

  /** Deploys all of it; where only the agents' phone is refused, the rest without it. */
  async function deployOrNot(
    pack: (without: ('call-center' | 'trusted-site')[]) => Package,
    onStep: OnStep,
    signal: AbortSignal,
    outcome: Draft,
  ): Promise<Deployed | 'not allowed'> {
    const phone = { CallCenter: 'call-center', CspTrustedSite: 'trusted-site' } as const;
    const isPhone = (type: string): type is keyof typeof phone => Object.hasOwn(phone, type);
    for (let without: ('call-center' | 'trusted-site')[] = []; ;) {
      await onStep('send');
      let deployed: Deployed;
      try {
        deployed = await deploy(parts, pack(without), (done, total) => onStep('deploy', { done, total }), signal);
      } catch (error) {
        if (!(error instanceof Refused && notAllowed.has(error.failure.code))) throw error;
        outcome.lacks = [rights.ModifyMetadata];
        return 'not allowed';
      }
      const refusedParts = deployed.failures.filter(({ type }) => isPhone(type));
      if (deployed.ok || refusedParts.length < deployed.failures.length || refusedParts.length === 0) return deployed;
      const leftOut = refusedParts.map(({ type, because }) => ({ part: phone[type as keyof typeof phone], because }));
      outcome.leftOut = [...outcome.leftOut, ...leftOut];
      without = [...without, ...leftOut.map(({ part }) => part)];
    }
  }

  async function makeOneByOne(
    fields: readonly CustomField[],
    extra: readonly { readonly object: string; readonly name: string }[],
    onStep: OnStep,
    outcome: Draft,
  ): Promise<boolean> {
    await onStep('fields', { done: 0, total: fields.length });
    try {
      const made = await makeFields(parts, fields, (done, total) => onStep('fields', { done, total }));
      outcome.parts = made.parts;
      outcome.failures = made.failures;
    } catch (error) {
      if (!(error instanceof Refused) || error.failure.mendedBy === 'time') throw error;
      outcome.lacks = [...outcome.lacks, rights.CustomizeApplication];
      outcome.failures = [{ part: 'CustomField', because: error.failure.message }];
      return false;
    }
    await onStep('assign');
    const failures = await makePermissionSet(parts, permissionSetOf(project()), [...fields, ...extra]);
    if (failures.length > 0) outcome.lacks = [...outcome.lacks, rights.ManageProfilesPermissionsets];
    outcome.failures = [...outcome.failures, ...failures];
    return true;
  }

  /** Nobody sees a new field until a permission set says so, whoever deployed it (salesforce.md §7). */
  async function assign(outcome: Draft): Promise<boolean> {
    const { name } = permissionSetOf(project());
    let refusal: string | undefined;
    const unable = await refusalOf(
      (async () => {
        const id = await permissionSetId(parts, name);
        if (id === undefined) return void (refusal = 'The permission set is not there, or the connected user may not see it.');
        // Twice is refused, and then it is there.
        const [row] = await createAll(api, [{ type: 'PermissionSetAssignment', PermissionSetId: id, AssigneeId: parts.selfId }]);
        if (row && 'code' in row && row.code !== 'DUPLICATE_VALUE') refusal = row.because;
      })(),
    );
    refusal ??= unable?.failure.message;
    if (refusal === undefined) return true;
    outcome.lacks = [...new Set([...outcome.lacks, rights.AssignPermissionSets])];
    outcome.failures = [...outcome.failures, { part: `${name} → ${parts.selfId}`, because: refusal }];
    return false;
  }

  async function uninstall(onStep: OnStep, signal: AbortSignal): Promise<Outcome> {
    const outcome: Draft = { by: 'deploy', parts: [], leftOut: [], failures: [], lacks: [], verified: false };
    await onStep('begin');
    mustBeOurNames();
    const { members, set, assignments } = await findRemoval();
    if (members.length === 0) return outcome;
    const backToAll = async () => {
      const lost = set ? await giveBack(parts, set, assignments, signal) : [];
      if (!set || lost.length === 0) return [];
      // What we heard nothing of may have been done after all; then there is nothing to give back.
      if ((await permissionSetId(parts, set.name).catch(() => set.id)) === undefined) return [];
      const having = new Set((await assignmentsOf(api, set).catch(() => [])).map(({ user }) => user));
      return lost.filter(({ user }) => !having.has(user));
    };
    try {
      await onStep('unassign');
      // A permission set that somebody has can't be deleted.
      outcome.failures = set ? await takeAway(api, set, assignments, signal) : [];
      if (outcome.failures.length > 0) outcome.lacks = [rights.AssignPermissionSets];
      else await remove(members, onStep, signal, outcome);
    } catch (error) {
      const lost = await backToAll();
      if (lost.length === 0) throw error;
      const who = lost.map(({ part, because }) => `${part}: ${because}`).join('; ');
      throw new Unanswered(`${(error as Error).message} The permission set could not be given back: ${who}`, { cause: error });
    }
    // What stays is to go on working.
    if (outcome.failures.length > 0) outcome.failures = [...outcome.failures, ...(await backToAll())];
    return outcome;
  }

  async function remove(members: readonly Member[], onStep: OnStep, signal: AbortSignal, outcome: Draft): Promise<void> {
    await onStep('send');
    try {
      const pack = removalOf(members, parts.apiVersion);
      const deployed = await deploy(parts, pack, (done, total) => onStep('deploy', { done, total }), signal);
      outcome.parts = deployed.ok ? members.map(({ type, name }) => nameOfPart(type, name)) : [];
      outcome.failures = deployed.failures.map(({ part, because }) => ({ part, because }));
    } catch (error) {
      if (!(error instanceof Refused && notAllowed.has(error.failure.code))) throw error;
      outcome.lacks = [rights.ModifyMetadata];
      outcome.failures = [{ part: 'deployment', because: error.failure.message }];
    }
  }

  /** What of ours is there, with the fields admins had made; only what is seen can be counted. */
  async function findRemoval(): Promise<{
    members: Member[];
    set: { readonly id: string; readonly name: string } | undefined;
    assignments: Assignment[];
    told: Removal;
  }> {
    const objects = await objectsThere();
    const { extra, others } = await findFields(objects);
    const own = fieldsOf(project()).filter(({ object }) => object === 'Activity' || objects.has(object));
    const { name } = permissionSetOf(project());
    const id = await permissionSetId(parts, name);
    const set = id === undefined ? undefined : { id, name };
    const assignments = set ? await assignmentsOf(api, set) : [];
    const soql = (query: string) => `${api.base}/query?q=${encodeURIComponent(query)}`;
    const [tasks, centers] = await getTogether(parts, [
      soql(`SELECT COUNT() FROM Task WHERE ${names.name} != null`),
      soql("SELECT Id FROM CallCenter WHERE InternalName = 'Cordboard'"),
    ]);
    const [held, center] = [Counted.safeParse(tasks), Counted.safeParse(centers)];
    const fields = [...own, ...extra].map(({ object, name }) => ({ type: 'CustomField', name: `${object}.${name}` }));
    const isThere = set !== undefined || held.success || (await hasAny(own));
    const members: Member[] = isThere
      ? [
          ...fields,
          { type: 'PermissionSet', name },
          // Neither can be asked for by everybody; that it isn't there is no failure.
          ...(center.success && center.data.totalSize > 0 ? [{ type: 'CallCenter', name: 'Cordboard' }] : []),
          { type: 'CspTrustedSite', name: 'Cordboard' },
        ]
      : [];
    return {
      members,
      set,
      assignments,
      told: {
        parts: members
          .filter(({ name }) => !extra.some((field) => `${field.object}.${field.name}` === name))
          .map(({ type, name }) => nameOfPart(type, name)),
        extraFields: extra.map(({ object, name }) => `${object}.${name}`),
        stays: others.map(({ field }) => field),
        people: assignments.length,
        tasks: held.success ? held.data.totalSize : 0,
      },
    };
  }

  /** Fields that nobody sees any more are there all the same. */
  async function hasAny(fields: readonly CustomField[]): Promise<boolean> {
    let isAny = false;
    await refusalOf(fieldIds(api, fields).then((idOf) => (isAny = fields.some((field) => idOf(field) !== undefined))));
    return isAny;
  }

  async function objectsThere(): Promise<ReadonlySet<string>> {
    const global = Global.safeParse((await api.call({ method: 'GET', path: `${api.base}/sobjects` })).json);
    if (!global.success) throw new Unanswered("Salesforce lists its objects in a way we can't read.");
    return new Set(global.data.sobjects.map(({ name }) => name));
  }

  /**
   * Fields admins had made here, as describes show them and as the permission set has them, and fields of others in the permission set. Throws
   * where a permission set of ours is there and can't be read: deploying it anew would take from others what they have opened by it.
   */
  async function findFields(objects: ReadonlySet<string>): Promise<Found> {
    const asked = extraObjects.filter((object) => objects.has(seenAs(object)));
    const own = new Set(fieldsOf(project()).map(({ object, name }) => `${object}.${name}`));
    const described = await getTogether(
      parts,
      asked.map((object) => `${api.base}/sobjects/${seenAs(object)}/describe`),
    );
    const found = new Map<string, string | undefined>();
    described.forEach((answer, place) => {
      const read = Describe.safeParse(answer);
      for (const field of read.success ? read.data.fields : [])
        if (isOursByName(field.name)) found.set(`${asked[place]!}.${field.name}`, field.label ?? '');
    });
    const soql = `SELECT Field, PermissionsRead, PermissionsEdit FROM FieldPermissions WHERE Parent.Name = '${permissionSetOf(project()).name}'`;
    const permitted = await allRows(api, soql, Permitted).catch((error: unknown) => {
      if (!(error instanceof Refused) || error.failure.mendedBy === 'time' || [...found].some(([field]) => own.has(field))) throw error;
      return [];
    });
    const { ours, others } = whoseRights(
      permitted.map(({ Field, PermissionsRead, PermissionsEdit }) => ({
        field: Field,
        readable: PermissionsRead,
        editable: PermissionsEdit,
      })),
    );
    for (const field of ours) if (!found.has(field)) found.set(field, undefined);
    const extra = [...found]
      .filter(([field]) => !own.has(field))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, label]) => ({ object: field.split('.')[0]!, name: field.split('.')[1]!, label }));
    return { extra, others };
  }

  /** The same once more is the same field; another of that name would take its place, with all that stands in it. */
  function mustBeNew({ object, name, metadata }: CustomField, there: readonly Extra[]): void {
    const isOurs = fieldsOf(project()).some((field) => field.object === object && field.name === name);
    const known = there.find((field) => field.object === object && field.name === name);
    if (isOurs || (known?.label !== undefined && known.label !== metadata['label']))
      throw refused('FIELD_EXISTS', `There is a field ${object}.${name} already: give this one an API name of its own.`);
  }

  /** Whoever has given the fields other names has made them, and keeps them. */
  function mustBeOurNames(): void {
    const own = new Set(fieldsOf(project()).map(({ name }) => name.toLowerCase()));
    const other = Object.values(names).filter((name) => !own.has(name.toLowerCase()));
    if (other.length > 0)
      throw refused('OTHER_NAMES', `The connection uses fields of other names (${other.join(', ')}): whoever made them keeps them up.`);
  }
}

const leftOutBoth = (because: string): Outcome['leftOut'] => [
  { part: 'call-center', because },
  { part: 'trusted-site', because },
];
const refused = (code: string, message: string) => new Refused({ mendedBy: 'admin', code, message });
