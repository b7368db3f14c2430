import { type Crm, isWantedMatter, Refused, Unanswered } from '../../server/crm.ts';
import type { LentConsents, Vault } from '../../server/vault.ts';
import type { World } from '../../server/world.ts';
import { openAgents } from './agents.ts';
import { salesforceBook } from './book.ts';
import { wrongAmong } from './defaults.ts';
import { describeTask, standardFields, taskDecidedBy } from './describe.ts';
import { draftTask, lockedBy, unfitForTask } from './draft.ts';
import { exchange, maxRecords } from './exchange.ts';
import { identityOf } from './identity.ts';
import { draftMarks, draftReopening } from './marks.ts';
import { writableFields } from './mapped.ts';
import { draftMatter, matterDecidedBy, repointed, unfitForMatter } from './matter.ts';
import {
  describeMade,
  describePersons,
  draftPerson,
  fieldsOf,
  type MadeShape,
  matterKinds,
  type MatterShape,
  personDecidedBy,
  type PersonShape,
  unfitForPerson,
} from './person.ts';
import { readableBy } from './readable.ts';
import { readQueues, readUsers } from './users.ts';
import { openPubSub, pubsubFor } from './events/pubsub.ts';
import { countedAs, openApi } from './request.ts';
import { credentialsOf, openSession } from './session.ts';
import { readSettings, type SalesforceSettings } from './settings.ts';
import { salesforceSetup } from './setup/setup.ts';
import { openTransport } from './transport.ts';

const isMatter = (object: string) => matterKinds.some((kind) => kind === object.toLowerCase());

/** What takes activities is asked anew after so long: who allows them for an object expects it the same day. */
const believedForMs = 4 * 3_600_000;

export type SalesforceCrm = Crm & {
  /** Fields left out because this user doesn't see them or may not write them. */
  readonly missing: readonly string[];
  readonly orgId: string;
};

/**
 * Connects one org: signs in, reads what its tasks look like to this user, and is ready. Throws `Refused` (`admin`: the settings
 * or the org need a person; `time`: try again) or `Unanswered`. `onLog` gets one line per request, without secrets or personal data. `vault`
 * keeps the consent of whoever signed in; the other ways need none. `lent`: of agents who let us write in their name.
 */
export async function connectSalesforce(
  settings: SalesforceSettings,
  world: World,
  onLog: (line: string) => void = () => undefined,
  vault?: Vault,
  lent?: LentConsents,
): Promise<SalesforceCrm> {
  const read = readSettings(settings);
  const { loginUrl, apiVersion, requestLimitMs, fields, statuses, pubsubUrl } = read;
  const transport = openTransport(world);
  const session = openSession(loginUrl, credentialsOf(read, vault), transport, world, onLog, read.orgId);
  const close = async () => {
    await session.close();
    await transport.close();
  };
  try {
    const api = openApi(session, transport, world, { apiVersion, requestLimitMs }, onLog);
    let shape = await describeTask(countedAs(api, 'sign-in'), fields, statuses);
    const { instanceUrl, userId, orgId } = await session.grant();
    onLog(
      `crm.connected org=${orgId} form=${shape.form}${shape.missing.length > 0 ? ` missing=${shape.missing.join(',')}` : ''}${shape.reducedBecause ? ` because="${shape.reducedBecause}"` : ''}`,
    );
    const eventsAt = pubsubUrl ?? pubsubFor(loginUrl);
    const pubsub = eventsAt === 'off' ? undefined : openPubSub(eventsAt, session, world);
    const agents = openAgents({
      loginUrl,
      orgId,
      client: { clientId: read.auth.clientId, clientSecret: read.auth.clientSecret },
      lent,
      transport,
      world,
      api: countedAs(api, 'write'),
      onLog,
      async lacks(theirs) {
        const they = await describeTask(theirs, fields, statuses);
        // A field that is gone for everybody is no right of theirs.
        const we = await describeTask(countedAs(api, 'write'), fields, statuses);
        return they.missing.filter((field) => !we.missing.includes(field));
      },
    });
    let describedAtMs = world.monotonic();
    let persons: Promise<readonly PersonShape[]> | undefined;
    /** As last described, for what is drafted meanwhile. */
    let personsKnown: readonly PersonShape[] | undefined;
    const personShape = (kind: string) => personsKnown?.find((one) => one.kind === kind);
    let matters: Promise<readonly MatterShape[]> | undefined;
    let mattersKnown: readonly MatterShape[] | undefined;
    const matterShape = (kind: string) => mattersKnown?.find((one) => one.kind === kind);
    /** What is missing may have been added since: it is looked at again for the next one. */
    const whileComplete = (asked: Promise<readonly MadeShape[]>, forget: () => unknown) =>
      void asked.then((shapes) => shapes.some(({ closedBecause, absent }) => closedBecause !== undefined && !absent) && forget(), forget);
    const connection = {
      api: countedAs(api, 'write'),
      get shape() {
        return shape;
      },
      session,
      selfId: userId,
      world,
      agents,
      arePersonsKnown: () => personsKnown !== undefined,
      persons: () => {
        persons ??= describePersons(api, shape.names.name, world.chance);
        const asked = persons;
        asked.then(
          (shapes) => (personsKnown = shapes),
          () => undefined,
        );
        whileComplete(asked, () => persons === asked && (persons = undefined));
        return asked;
      },
      areMattersKnown: () => mattersKnown !== undefined,
      matters: () => {
        matters ??= describeMade(api, shape.names.name, world.chance, matterKinds);
        const asked = matters;
        asked.then(
          (shapes) => (mattersKnown = shapes),
          () => undefined,
        );
        whileComplete(asked, () => matters === asked && (matters = undefined));
        return asked;
      },
      async lookAgain() {
        try {
          persons = undefined;
          matters = undefined;
          const now = await describeTask(countedAs(api, 'write'), fields, statuses);
          // Names we have given are not forgotten (W8): without their field nothing more is written until it is back.
          if (now.form !== shape.form || now.fingerprint === shape.fingerprint) return false;
          shape = now;
          onLog(`crm.changed org=${orgId} missing=${shape.missing.join(',')}`);
          return true;
        } catch (error) {
          if (error instanceof Refused || error instanceof Unanswered) return false; // what was answered stands
          throw error;
        }
      },
    };
    return {
      form: shape.form,
      reducedBecause: shape.reducedBecause,
      async relatedTo() {
        if (world.monotonic() - describedAtMs >= believedForMs) {
          describedAtMs = world.monotonic();
          await connection.lookAgain();
        }
        return shape.relatedTo;
      },
      get shared() {
        return shared.filter((field) => shape.has(field));
      },
      get shape() {
        return shape.fingerprint;
      },
      textField: 'Description',
      maxRecords,
      get missing() {
        return shape.missing;
      },
      async wrongDefaults(defaults) {
        const isTask = (object: string) => object.toLowerCase() === 'task';
        const named = Object.keys(defaults);
        const others = [
          ...(named.every((object) => isTask(object) || isMatter(object)) ? [] : await connection.persons()),
          ...(named.some(isMatter) ? await connection.matters() : []),
        ];
        return wrongAmong(defaults, (object) => (isTask(object) ? shape.fields : fieldsOf(others, object)));
      },
      async fields(object) {
        const meant = object.toLowerCase();
        // Who asks has perhaps just added one.
        await connection.lookAgain();
        if (meant === 'task')
          return writableFields(shape.fields, (field) => taskDecidedBy(field, shape.names), [
            ...standardFields,
            ...Object.values(shape.names),
          ]);
        if (isMatter(object)) {
          const matter = (await connection.matters()).find((one) => one.object.toLowerCase() === meant)!;
          const { fields: described, kind, nameField, recordTypes } = matter;
          const usual = ['SuppliedPhone', 'SuppliedName', nameField];
          return writableFields(described, (field) => matterDecidedBy(kind, field, nameField), usual, [...recordTypes.values()]).map(
            (field) =>
              // no setting of its own names the record type, so it is given by id as any lookup
              field.name === 'RecordTypeId' ? { ...field, only: true } : field,
          );
        }
        const persons = await connection.persons();
        const person =
          persons.find(({ kind, absent }) => kind === meant && !absent) ?? persons.find((one) => one.object.toLowerCase() === meant);
        return (
          person &&
          writableFields(
            person.kind === 'account' ? fieldsOf(persons, person.object)! : person.fields,
            (field) => personDecidedBy(field, person.nameField),
            ['Name', 'LastName', 'Company', 'Phone', 'Email', 'PersonEmail', 'OwnerId', person.nameField],
            [...person.recordTypes.keys()],
          )
        );
      },
      get statuses() {
        return shape.statuses;
      },
      unfit(wanted) {
        if (wanted.kind === 'activity') return unfitForTask(wanted, shape);
        if (isWantedMatter(wanted)) return unfitForMatter(wanted, matterShape(wanted.kind));
        if (wanted.kind === 'reopening') return draftReopening(wanted, personShape('lead')).unfit;
        return wanted.kind === 'marks' ? draftMarks(wanted, personShape('lead')).unfit : unfitForPerson(wanted, personShape(wanted.kind));
      },
      orgId,
      locks: (record, creating) => lockedBy(record, creating, shape),
      repointed,
      draft(wanted) {
        if (wanted.kind === 'activity') return draftTask(wanted, shape);
        if (isWantedMatter(wanted)) return draftMatter(wanted, matterShape(wanted.kind));
        if (wanted.kind === 'reopening') return draftReopening(wanted, personShape('lead')).fields;
        return wanted.kind === 'marks' ? draftMarks(wanted, personShape('lead')).fields : draftPerson(wanted, personShape(wanted.kind));
      },
      exchange: (ask, signal) => exchange(connection, ask, signal),
      mayActAs: (user) => agents.mayActAs(user),
      proveAgent: (user) => agents.prove(user),
      users: () => readUsers(countedAs(api, 'users')),
      queues: () => readQueues(countedAs(api, 'users')),
      self: async () => ({ id: (await session.grant()).userId }),
      identity: () => identityOf({ api: countedAs(api, 'sign-in'), session, world }),
      signedInAtMs: () => session.sinceMs(),
      prove: () => session.prove(),
      book: salesforceBook({ api: countedAs(api, 'poll'), session, world, ...(pubsub && { pubsub }) }),
      readable: (asked) => readableBy({ api: countedAs(api, 'rights'), session, world }, asked),
      setup: salesforceSetup({ api, session, world, selfId: userId, apiVersion, names: shape.names, statuses }),
      usage: () => api.usage(),
      spent: () => api.spent(),
      // Salesforce leads from here to the record's page in whichever interface the person uses.
      recordUrl: (id) => `${instanceUrl}/${encodeURIComponent(id)}`,
      async close() {
        pubsub?.close();
        await agents.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What people edit of a task (W3). */
const shared = [
  'Subject',
  'Status',
  'OwnerId',
  'WhoId',
  'WhatId',
  'ActivityDate',
  'Description',
  'IsReminderSet',
  'ReminderDateTime',
] as const;
