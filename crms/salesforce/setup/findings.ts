import type { CheckAsk, Finding, Installed } from '../../../server/crm-setup.ts';
import type { PersonKind } from '../../../server/crm.ts';
import { type FieldNames, standardFields } from '../describe.ts';
import { publicAddress } from './package.ts';
import { type Described, isUnseen, type Right, rights, type Seen } from './seen.ts';
import { currentVersion, versionIn } from './version.ts';

export type Judged = { readonly findings: readonly Finding[]; readonly installed: Installed };
type Area = Finding['area'];
type Problem = NonNullable<Finding['problem']>;
type Params = Finding['params'];
type Mender = NonNullable<Finding['mendedBy']>;

const objectOf = {
  ...{ lead: 'Lead', contact: 'Contact' },
  ...{ account: 'Account', 'person-account': 'Account' },
} as const satisfies Record<PersonKind, string>;
/** Without these a task says nothing; without the others it says less. */
const needed = new Set(['Subject', 'Status', 'OwnerId', 'ActivityDate']);
/** Sent when a person is made; others that the org requires would refuse it (person.ts). */
const sentOf: Readonly<Record<string, readonly string[]>> = {
  Lead: ['LastName', 'Company', 'Phone', 'OwnerId'],
  Contact: ['LastName', 'Phone', 'OwnerId'],
  // a company has the one name, a person the other
  Account: ['Name', 'LastName', 'Phone', 'OwnerId'],
};
/** What an org may not have, or this user may not see; what needs it is then no option (DP-04). */
const optional = ['Lead', 'Case', 'Opportunity', 'Campaign'] as const;
/** Editions that have the API as an extra, and other limits on permission sets. */
const smallEditions = /^(Professional|Team|Group|Personal|Essentials|Starter)/;
const dayMs = 86_400_000;
/** `cb1` and 40 hex digits (W1). */
const nameLength = 43;

/** Where something may be told beside what is well. */
const noted: ReadonlySet<Area> = new Set(['user', 'tasks', 'rules']);

/** What is well in an org and what isn't, in the order of the page. Pure. */
export function judge(seen: Seen, ask: CheckAsk, names: FieldNames, nowMs: number): Judged {
  const findings: Finding[] = [];
  const add = (area: Area, level: Finding['level'], problem?: Problem, params: Params = {}, mendedBy?: Mender) =>
    void findings.push({
      area,
      level,
      ...(problem === undefined ? {} : { problem }),
      params,
      ...(mendedBy === undefined ? {} : { mendedBy }),
      doc: problem === undefined ? 'org.md' : `org.md#${problem}`,
    });
  const well = (area: Area, params: Params = {}) => {
    const isNote = ({ level }: Finding) => level === 'off' && noted.has(area);
    if (!findings.some((finding) => finding.area === area && !isNote(finding))) add(area, 'ok', undefined, params);
  };
  const list = (values: readonly string[]) => values.join(', ');
  const task = seen.described.get('Task');
  const has = (right: Right) => !isUnseen(seen.rights) && (seen.rights.has(right) || seen.rights.has('ModifyAllData'));

  judgeOrg();
  judgeApi();
  judgeUser();
  judgeTasks();
  judgeNameField();
  const installed = judgeVersion();
  judgeRights();
  judgePersons();
  judgeBook();
  judgeRest();
  return { findings, installed };

  function judgeOrg() {
    const { organization: org } = seen;
    if (isUnseen(org)) return well('org');
    if (org.IsReadOnly === true) add('org', 'bad', 'org-read-only', {}, 'time');
    const endsInDays = org.TrialExpirationDate ? Math.ceil((Date.parse(org.TrialExpirationDate) - nowMs) / dayMs) : undefined;
    if (endsInDays !== undefined && endsInDays <= 14) add('org', 'warn', 'org-trial-ends', { days: Math.max(0, endsInDays) }, 'org-admin');
    if (smallEditions.test(org.OrganizationType ?? ''))
      add('org', 'warn', 'org-edition', { edition: org.OrganizationType ?? '' }, 'org-admin');
    well('org', { org: org.Name ?? '', edition: org.OrganizationType ?? '', sandbox: org.IsSandbox === true ? 'sandbox' : '' });
    if (org.TimeZoneSidKey && org.TimeZoneSidKey !== ask.zone)
      add('zone', 'warn', 'zone-differs', { org: org.TimeZoneSidKey, policy: ask.zone }, 'admin');
    else well('zone', { zone: ask.zone });
  }

  function judgeApi() {
    if (!seen.api) return;
    const { used, max } = seen.api;
    const percent = Math.round((100 * used) / max);
    if (percent >= 80) add('api', 'warn', 'api-nearly-spent', { used, max, percent }, 'org-admin');
    // Each call is written and changed once, twice if somebody has been at it; the book reads a few thousand times a day.
    const forecast = ask.callsPerDay * 3 + 5_000;
    if (forecast > max) add('api', 'warn', 'api-too-small', { calls: ask.callsPerDay, forecast, max }, 'org-admin');
    well('api', { used, max });
  }

  function judgeUser() {
    if (has('ModifyAllData')) {
      const profile = isUnseen(seen.user) ? '' : (seen.user.profile ?? '');
      add('user', 'warn', 'user-is-admin', { user: isUnseen(seen.user) ? '' : seen.user.name, profile }, 'org-admin');
    }
    if (ask.selfIsAgent) add('user', 'warn', 'user-is-agent', { user: isUnseen(seen.user) ? '' : seen.user.name }, 'admin');
    const login = seen.lastPageLogin;
    if (isUnseen(login)) add('user', 'off', 'logins-unseen');
    else if (login !== undefined && nowMs - Date.parse(login) < 30 * dayMs) add('user', 'warn', 'user-works', { when: login }, 'org-admin');
    well('user', { user: isUnseen(seen.user) ? '' : seen.user.name });
  }

  function judgeTasks() {
    if (!task?.createable || !task.updateable) return add('tasks', 'bad', 'tasks-read-only', {}, 'org-admin');
    const fields = fieldsOf(task);
    const writable = (name: string) => {
      const field = fields.get(name.toLowerCase());
      return field?.createable === true && (field.updateable || name === 'TaskSubtype');
    };
    const hidden = standardFields.filter((name) => !writable(name));
    // Our own fields are told of under the version, unless only this user lacks them.
    const ours = [names.call, names.link, names.waitSeconds].filter((name) => fields.has(name.toLowerCase()) && !writable(name));
    const all = [...hidden, ...ours];
    if (all.length > 0)
      add('tasks', hidden.some((name) => needed.has(name)) ? 'bad' : 'warn', 'fields-hidden', { fields: list(all) }, 'org-admin');
    const sent = new Set([...standardFields, names.name, names.call, names.link, names.waitSeconds].map((name) => name.toLowerCase()));
    const required = requiredOf(task, sent);
    if (required.length > 0) add('tasks', 'bad', 'fields-required', { object: 'Task', fields: list(required) }, 'org-admin');
    const restricted = task.fields.filter((field) => field.type === 'multipicklist' && field.restrictedPicklist).map(({ name }) => name);
    if (restricted.length > 0) add('tasks', 'off', 'picklists-restricted', { fields: list(restricted) }, 'org-admin');
    well('tasks');
  }

  function judgeNameField() {
    const field = task && fieldsOf(task).get(names.name.toLowerCase());
    const lost = () => add('name-field', 'bad', 'name-field-lost', { field: names.name }, 'admin');
    if (!field) {
      if (ask.wasUnique) lost();
      else add('name-field', 'warn', 'name-field-absent', { field: names.name }, 'admin');
    } else {
      const lacks = [
        field.externalId ? '' : 'External ID',
        field.unique ? '' : 'Unique',
        (field.length ?? 0) < nameLength ? `Length ≥ ${nameLength}` : '',
        field.createable ? '' : 'Edit',
      ].filter(Boolean);
      if (lacks.length > 0 && ask.wasUnique) lost();
      else if (lacks.length > 0) add('name-field', 'warn', 'name-field-unfit', { field: field.name, lacks: list(lacks) }, 'org-admin');
    }
    for (const [object, count] of seen.foreignNames)
      add('name-field', 'warn', 'names-of-others', { object, count, field: names.name }, 'org-admin');
    if (seen.doubleNames > 0) add('name-field', 'bad', 'names-twice', { count: seen.doubleNames, field: names.name }, 'org-admin');
    well('name-field', { field: names.name });
  }

  function judgeVersion(): Installed {
    const field = task && fieldsOf(task).get(names.name.toLowerCase());
    const version = versionIn(field?.inlineHelpText);
    const state = !field
      ? 'missing'
      : version === undefined
        ? 'by-hand'
        : version < currentVersion
          ? 'outdated'
          : version > currentVersion
            ? 'newer'
            : 'current';
    const params = { installed: version ?? 0, current: currentVersion };
    if (state === 'missing') add('version', 'warn', 'not-installed', params, 'admin');
    if (state === 'outdated') add('version', 'warn', 'installed-outdated', params, 'admin');
    if (state === 'newer') add('version', 'warn', 'installed-newer', params, 'operator');
    if (state === 'by-hand') add('version', 'off', 'installed-by-hand', params, 'admin');
    const set = seen.permissionSet;
    if (set && !isUnseen(set) && !set.assigned) add('version', 'warn', 'permission-set-unassigned', {}, 'admin');
    well('version', params);
    return { state, ...(version === undefined ? {} : { version }), current: currentVersion };
  }

  function judgeRights() {
    if (isUnseen(seen.rights)) return add('rights', 'off', 'rights-unseen', {}, 'org-admin');
    const lacks = (['ModifyMetadata', 'CustomizeApplication', 'AssignPermissionSets'] as const).filter((right) => !has(right));
    // Only an install needs them; afterwards they are better taken away again.
    if (lacks.length > 0) add('rights', 'off', 'rights-to-install', { rights: list(lacks.map((right) => rights[right])) }, 'org-admin');
    well('rights');
  }

  function judgePersons() {
    const account = seen.described.get('Account');
    if (ask.persons.includes('person-account') && account && !fieldsOf(account).has('ispersonaccount'))
      add('persons', 'bad', 'person-hidden', { object: 'Person Account' }, 'org-admin');
    for (const object of new Set(ask.persons.map((kind) => objectOf[kind]))) {
      const shape = seen.described.get(object);
      if (!shape) {
        add('persons', 'bad', 'person-hidden', { object }, 'org-admin');
        continue;
      }
      if (!shape.createable) add('persons', 'bad', 'person-not-creatable', { object }, 'org-admin');
      const field = fieldsOf(shape).get(names.name.toLowerCase());
      if (!field?.externalId || !field.unique || !field.createable || (field.length ?? 0) < nameLength)
        add('persons', 'bad', 'person-name-field', { object, field: names.name }, 'admin');
      const required = requiredOf(shape, new Set([...(sentOf[object] ?? []), names.name].map((name) => name.toLowerCase())));
      if (required.length > 0) add('persons', 'bad', 'person-required', { object, fields: list(required) }, 'org-admin');
      const rules = isUnseen(seen.duplicateRules) ? [] : (seen.duplicateRules.get(object) ?? []);
      if (rules.length > 0) add('rules', 'warn', 'duplicate-rules', { object, rules: list(rules) }, 'org-admin');
    }
    if (ask.persons.length > 0) well('persons', { objects: list([...new Set(ask.persons.map((kind) => objectOf[kind]))]) });
    if (!isUnseen(seen.assignmentRules) && seen.assignmentRules.length > 0)
      add('rules', 'off', 'assignment-rules', { objects: list(seen.assignmentRules) });
    well('rules');
  }

  function judgeBook() {
    const object: Readonly<Record<string, string>> = objectOf;
    const unread = ask.kinds.filter((kind) => kind !== 'person-account' && !seen.objects.has(object[kind] ?? kind));
    if (unread.length > 0)
      add('book', 'bad', 'book-kind-unread', { objects: list(unread.map((kind) => object[kind] ?? kind)) }, 'org-admin');
    well('book', { objects: list(ask.kinds) });
    const narrow = (['Contact', 'Lead', 'Account'] as const).filter((name) => seen.described.has(name) && !seesAll(name));
    if (narrow.length > 0) add('sharing', 'warn', 'sees-not-all', { objects: list(narrow) }, 'org-admin');
    else well('sharing');
  }

  /** By a right, or because the org hides none of them from anybody. */
  function seesAll(object: 'Contact' | 'Lead' | 'Account'): boolean {
    if (isUnseen(seen.rights) || has('ViewAllData') || (!isUnseen(seen.viewsAll) && seen.viewsAll.has(object))) return true;
    if (isUnseen(seen.organization)) return false;
    const { DefaultAccountAccess: account, DefaultContactAccess: contact, DefaultLeadAccess: lead } = seen.organization;
    const access = object === 'Lead' ? lead : object === 'Account' ? account : contact === 'ControlledByParent' ? account : contact;
    return access !== undefined && access !== null && !['None', 'ControlledByParent'].includes(access);
  }

  function judgeRest() {
    const account = seen.described.get('Account');
    const absent = [
      ...optional.filter((name) => !seen.objects.has(name)),
      ...(account && !fieldsOf(account).has('ispersonaccount') ? ['Person Account'] : []),
    ];
    if (absent.length > 0) add('objects', 'off', 'objects-absent', { objects: list(absent) });
    else well('objects');

    const without = [...seen.layouts].flatMap(([object, found]) => (!isUnseen(found) && found.without > 0 ? [object] : []));
    if (without.length > 0) add('layouts', 'warn', 'layouts-without-activities', { objects: list(without) }, 'org-admin');
    if (!isUnseen(seen.pages) && seen.pages.length > 0)
      add('layouts', 'warn', 'pages-without-activities', { pages: list(seen.pages) }, 'org-admin');
    const unseen = [...seen.layouts].flatMap(([object, found]) => (isUnseen(found) ? [object] : []));
    if (unseen.length > 0) add('layouts', 'off', 'layouts-unseen', { objects: list(unseen) }, 'org-admin');
    else well('layouts');

    if (!isUnseen(seen.queues) && seen.queues.length === 0) add('queues', 'off', 'no-task-queue', {}, 'org-admin');
    else if (!isUnseen(seen.queues)) well('queues', { queues: list(seen.queues) });

    if (publicAddress(ask.publicUrl) === undefined) add('address', 'off', 'no-public-address', {}, 'operator');
    else well('address', { address: ask.publicUrl ?? '' });
  }
}

const fieldsOf = (shape: Described) => new Map(shape.fields.map((field) => [field.name.toLowerCase(), field]));
/** What the org wants in every record, gives itself no value, and we don't send. */
const requiredOf = (shape: Described, sent: ReadonlySet<string>): string[] =>
  shape.fields
    .filter(
      (field) =>
        field.createable &&
        field.nillable === false &&
        field.defaultedOnCreate !== true &&
        field.type !== 'boolean' &&
        !sent.has(field.name.toLowerCase()),
    )
    .map(({ name }) => name);
