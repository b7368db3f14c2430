import type { Answer } from '../call.ts';
import { apiDisabled, notImplemented, Refusal } from '../errors.ts';
import type { Identity } from '../identity/identity.ts';
import { rightsFor } from '../rights/seen.ts';
import type { Store } from '../store.ts';
import { mayUseMetadata } from './access.ts';
import type { Catalog } from './catalog.ts';
import { DeployRefusal, isDone, type Deployments } from './deployments.ts';
import { appliedTypes, kinds } from './kinds.ts';
import { apply, nameTaken, takeOut } from './org-catalog.ts';
import { cannot, objectChildren, readManifest } from './package.ts';
import { deployDetails, deployResult, readOptions } from './result.ts';
import { ofTheOrg, propertiesOf, readComponent, standardObjects } from './retrieve.ts';
import { Problem, readAny, readTyped } from './documents.ts';
import { child, childText, childTexts, metadataNamespace, parseXml, writeXml, XmlBroken, type Doc, type Xml } from './xml.ts';

// /services/Soap/m/NN.0: the Metadata API as jsforce, the Salesforce CLI and Ant speak it. Who asks says so in the envelope.

class Fault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 500) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.status = status;
  }
}

const envelope = (body: string, namespaces = ` xmlns="${metadataNamespace}"`): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"${namespaces} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
const headers = { 'content-type': 'text/xml; charset=utf-8' };

/** A refusal as SOAP says it: HTTP 500, the code before the text [C recorded INVALID_SESSION_ID, INSUFFICIENT_ACCESS]. */
export function soapFault(code: string, message: string, status = 500): Answer {
  const qualified = code.includes(':') ? code : `sf:${code}`;
  const text = code.includes(':') || message.startsWith(`${code}: `) ? message : `${code}: ${message}`;
  return {
    status,
    headers,
    body: envelope(
      `<soapenv:Fault>${writeXml({ faultcode: qualified, faultstring: text })}</soapenv:Fault>`,
      ` xmlns:sf="${metadataNamespace}"`,
    ),
  };
}

type Asked = {
  readonly version: string;
  readonly userId: string;
  readonly store: Store;
  readonly deployments: Deployments;
  readonly allOrNone: boolean;
};
/** A result's elements, several results, or none. */
type Result = string | readonly string[] | undefined;

export type SoapOrg = { readonly store: Store; readonly oauth: Identity; readonly deployments: Deployments };
export const isMetadataSoap = (path: string): boolean => path.startsWith('/services/Soap/m/');

/** Answers one envelope. */
export function metadataSoap(
  org: SoapOrg,
  path: string,
  method: string,
  text: string,
  versions: { oldest: number; newest: number },
): Answer {
  try {
    if (method !== 'POST') throw new Fault('soapenv:Client', 'Only POST is allowed', 405); // guessed
    // Some name the org after the version [C CumulusCI].
    const version = Number(/^\/services\/Soap\/m\/(\d+)(?:\.\d)?(?:\/\w*)?$/.exec(path)?.[1] ?? Number.NaN);
    if (!(version >= versions.oldest && version <= versions.newest))
      throw new Fault('UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL');
    const root = parseXml(text);
    const body = child(root, 'Body');
    if (root.name !== 'Envelope' || !body) throw new Fault('soapenv:Client', 'content is not a SOAP envelope');
    const operation = body.children[0];
    if (!operation) throw new Fault('soapenv:Client', 'No operation available for request');
    const header = child(root, 'Header');
    const asked: Asked = {
      version: `${version}.0`,
      userId: sessionOf(org, childText(child(header, 'SessionHeader'), 'sessionId')),
      store: org.store,
      deployments: org.deployments,
      allOrNone: childText(child(header, 'AllOrNoneHeader'), 'allOrNone') === 'true',
    };
    const answer = operations[operation.name];
    if (!answer) throw new Fault('soapenv:Client', `No operation available for request {${metadataNamespace}}${operation.name}`);
    if (!mayUseMetadata(org.store, asked.userId))
      throw new Fault(
        'INSUFFICIENT_ACCESS',
        'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
      );
    const result = answer(operation, asked);
    const results = (result === undefined ? [] : typeof result === 'string' ? [result] : result)
      .map((one) => `<result>${one}</result>`)
      .join('');
    const name = `${operation.name}Response`;
    return { status: 200, headers, body: envelope(results === '' ? `<${name}/>` : `<${name}>${results}</${name}>`) };
  } catch (cause) {
    if (cause instanceof Fault) return soapFault(cause.code, cause.message, cause.status);
    if (cause instanceof XmlBroken) return soapFault('soapenv:Client', `${cause.message} (${cause.place.line}:${cause.place.column})`);
    if (cause instanceof DeployRefusal) return soapFault(cause.code, cause.message);
    if (cause instanceof Refusal) return soapFault(cause.code, cause.message, cause.status === 501 ? 501 : 500);
    throw cause;
  }
}

function sessionOf(org: SoapOrg, sessionId: string | undefined): string {
  // Text guessed
  if (sessionId === undefined || sessionId === '') throw new Fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: null');
  try {
    const userId = org.oauth.authenticate(`Bearer ${sessionId}`);
    if (!rightsFor(org.store, userId).has('ApiEnabled')) throw new Fault(apiDisabled().code, apiDisabled().message);
    return userId;
  } catch (cause) {
    if (cause instanceof Refusal) throw new Fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
    throw cause;
  }
}

const need = (xml: Xml, name: string): string => {
  const value = childText(xml, name);
  if (value === undefined || value === '') throw new Fault('MISSING_ARGUMENT', `${name} not specified`); // guessed
  return value;
};
const noReference = () => new Fault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');

const operations: Readonly<Record<string, (xml: Xml, asked: Asked) => Result>> = {
  deploy(xml, { deployments, userId }) {
    const given = child(xml, 'DeployOptions');
    const tests = childTexts(given, 'runTests');
    const options = readOptions({ ...(given ? readAny(given) : {}), ...(tests.length > 0 ? { runTests: tests } : {}) });
    if (typeof options === 'string') throw new Fault('soapenv:Client', options);
    if (options.performRetrieve) throw notImplemented('performRetrieve');
    const zip = (childText(xml, 'ZipFile') ?? '').replace(/\s/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(zip)) throw new Fault('soapenv:Client', 'ZipFile is not base64'); // guessed
    const { id } = deployments.start(userId, Buffer.from(zip, 'base64'), options);
    return writeXml({ done: false, id, state: 'Queued' });
  },
  checkDeployStatus(xml, { store, deployments }) {
    const found = deployments.get(need(xml, 'asyncProcessId'));
    if (!found) throw noReference();
    const { checkOnly, completedDate, createdBy, createdByName, createdDate, canceledBy, canceledByName, ...rest } = deployResult(
      store,
      found,
    );
    // Also asked for without details it has the element, with nothing but the tests in it [C recorded: Pending].
    const details =
      childText(xml, 'includeDetails') === 'true'
        ? deployDetails(found, false)
        : { runTestResult: deployDetails(found, false)['runTestResult'] };
    return writeXml({ canceledBy, canceledByName, checkOnly, completedDate, createdBy, createdByName, createdDate, details, ...rest });
  },
  cancelDeploy(xml, { deployments, userId }) {
    const found = deployments.cancel(childText(xml, 'String') ?? need(xml, 'id'), userId);
    return writeXml({ done: isDone(found.status), id: found.id });
  },
  deployRecentValidation: (xml, { deployments, userId }) => deployments.startValidated(userId, need(xml, 'validationId')).id,
  retrieve(xml, { deployments, userId, version }) {
    // jsforce calls it `request` and is answered all the same [C jsforce metadata tests].
    const request = child(xml, 'retrieveRequest') ?? child(xml, 'request');
    if (!request) throw new Fault('MISSING_ARGUMENT', 'retrieveRequest not specified'); // guessed
    const unpackaged = child(request, 'unpackaged');
    if (child(request, 'specificFiles')) throw notImplemented('specificFiles of a retrieve');
    const id = deployments.startRetrieve(userId, {
      apiVersion: childText(request, 'apiVersion') || version,
      packageNames: childTexts(request, 'packageNames').filter((name) => name !== ''),
      singlePackage: childText(request, 'singlePackage') === 'true',
      unpackaged: unpackaged && readManifest(unpackaged),
    });
    return writeXml({ done: false, id, state: 'Queued' });
  },
  checkRetrieveStatus(xml, { deployments }) {
    const found = deployments.retrieved(need(xml, 'asyncProcessId'));
    if (!found) throw noReference();
    if (!found.done) return `${writeXml({ done: false, id: found.id, status: 'InProgress', success: false })}<zipFile xsi:nil="true"/>`;
    const files = deployments.files(found.id);
    if (!files || files.error)
      return (
        writeXml({
          done: true,
          errorMessage: files?.error?.message,
          errorStatusCode: files?.error?.code,
          id: found.id,
          status: 'Failed',
          success: false,
        }) + '<zipFile xsi:nil="true"/>'
      );
    const zip = childText(xml, 'includeZip') === 'false' || files.zip === undefined ? undefined : Buffer.from(files.zip).toString('base64');
    const told = writeXml({
      done: true,
      fileProperties: [...files.properties],
      id: found.id,
      messages: [...files.messages],
      status: 'Succeeded',
      success: true,
    });
    return zip === undefined ? `${told}<zipFile xsi:nil="true"/>` : told + writeXml({ zipFile: zip });
  },
  /** Of old; both kinds of id [D checkStatus(), deprecated since 31.0; C jsforce and CumulusCI still ask]. */
  checkStatus(xml, { deployments }) {
    const id = need(xml, 'asyncProcessId');
    const deployed = deployments.get(id);
    const done = deployed ? isDone(deployed.status) : deployments.retrieved(id)?.done;
    if (done === undefined) throw noReference();
    return writeXml({ done, id: deployed?.id ?? id, state: done ? 'Completed' : 'InProgress' });
  },
  describeMetadata: () =>
    writeXml({
      metadataObjects: appliedTypes
        .filter((type) => type !== 'CustomField')
        .map((type) => ({
          ...(type === 'CustomObject' ? { childXmlNames: objectChildren } : {}),
          directoryName: kinds.get(type)?.folder ?? '',
          inFolder: false,
          metaFile: false,
          suffix: kinds.get(type)?.suffix ?? '',
          xmlName: type,
        })),
      organizationNamespace: '',
      partialSaveAllowed: true,
      testRequired: false,
    }),
  /** "up to three" queries a call [D listMetadata()] */
  listMetadata(xml, { store, deployments, userId }) {
    const queries = xml.children.filter((one) => one.name === 'queries').map((one) => childText(one, 'type') ?? '');
    if (queries.length > 3) throw new Fault('LIMIT_EXCEEDED', 'at most 3 queries'); // guessed
    const catalog = deployments.catalog(userId);
    return queries.flatMap((type) => {
      if (!kinds.has(type)) throw new Fault('INVALID_TYPE', `Unknown type:${type}`); // guessed
      if (!appliedTypes.includes(type)) throw new Fault('STAND_IN_CANNOT', notImplemented(`metadata of type ${type}`).message, 501);
      const own = catalog.list(type).map((one) => propertiesOf(store, one));
      const standard = type === 'CustomObject' ? standardObjects(catalog) : [];
      return [
        ...own.map((one) => writeXml(one)),
        ...standard.map((fullName) => writeXml(ofTheOrg(type, fullName, `objects/${fullName}.object`, userId))),
      ];
    });
  },
  readMetadata(xml, { deployments, userId }) {
    const type = knownType(need(xml, 'type'));
    const names = childTexts(xml, 'fullNames');
    atMost(names.length);
    const catalog = deployments.catalog(userId);
    return names
      .map((name) => {
        const doc = readComponent(catalog, type, name);
        return doc ? `<records xsi:type="${type}">${writeXml(doc)}</records>` : '<records xsi:nil="true"/>';
      })
      .join('');
  },
  createMetadata: (xml, asked) => save(xml, asked, 'create'),
  updateMetadata: (xml, asked) => save(xml, asked, 'update'),
  upsertMetadata: (xml, asked) => save(xml, asked, 'upsert'),
  deleteMetadata(xml, asked) {
    const type = knownType(need(xml, 'type'));
    const names = childTexts(xml, 'fullNames');
    atMost(names.length);
    return change(
      asked,
      names.map((fullName) => ({
        fullName,
        run: (catalog) => {
          if (!takeOut(asked.store, catalog, type, fullName))
            throw new Problem(`no ${type} named ${fullName} found`, undefined, 'INVALID_CROSS_REFERENCE_KEY');
          return {};
        },
      })),
    );
  },
  renameMetadata: () => {
    throw notImplemented('renameMetadata');
  },
  describeValueType: () => {
    throw notImplemented('describeValueType');
  },
};

/** "up to 10 metadata components" [D createMetadata() and its like] */
function atMost(count: number): void {
  if (count > 10) throw new Fault('LIMIT_EXCEEDED', `You can't process more than 10 components in one call: ${count}`); // text guessed
}
function knownType(type: string): string {
  if (!kinds.has(type)) throw new Fault('INVALID_TYPE', `This type of metadata is not available for this organization: ${type}`); // guessed
  if (!appliedTypes.includes(type)) throw new Fault('STAND_IN_CANNOT', notImplemented(`metadata of type ${type}`).message, 501);
  return type;
}

type Change = { readonly fullName: string; readonly run: (catalog: Catalog) => Doc };

/** Each component by itself; with the AllOrNoneHeader all or none [D metadata guide, headers]. */
function change({ deployments, userId, allOrNone }: Asked, changes: readonly Change[], upsert = false): string[] {
  const before = deployments.catalog(userId);
  let after = before.copy();
  const results = changes.map(({ fullName, run }): { fullName: string; more: Doc; problem?: Problem } => {
    const next = after.copy();
    try {
      const more = run(next);
      after = next;
      return { fullName, more };
    } catch (cause) {
      if (cause instanceof Problem) return { fullName, more: {}, problem: cause };
      throw cause;
    }
  });
  const undone = allOrNone && results.some(({ problem }) => problem !== undefined);
  if (!undone) deployments.write(before, after, userId);
  return results.map(({ fullName, more, problem: own }) => {
    const problem =
      own ??
      (undone
        ? new Problem(
            'Record rolled back because not all records were valid and the request was using AllOrNone header',
            undefined,
            'ALL_OR_NONE_OPERATION_ROLLED_BACK',
          )
        : undefined);
    if (!problem) return writeXml({ ...more, fullName, success: true });
    return writeXml({
      ...(upsert ? { created: false } : {}),
      errors: { message: problem.message, statusCode: problem.code },
      fullName,
      success: false,
    });
  });
}

function save(xml: Xml, asked: Asked, how: 'create' | 'update' | 'upsert'): string[] {
  const given = xml.children.filter((one) => one.name === 'metadata');
  atMost(given.length);
  return change(
    asked,
    given.map((one) => {
      const type = (one.attributes['type'] ?? '').replace(/^.*:/, '');
      const fullName = childText(one, 'fullName') ?? '';
      return {
        fullName,
        run(catalog: Catalog) {
          // Guessed
          if (type === '' || !kinds.has(type)) throw new Problem(`Must specify a known xsi:type: '${type}'`, undefined, 'INVALID_TYPE');
          if (!appliedTypes.includes(type)) throw cannot(type);
          if (fullName === '') throw new Problem('Required field is missing: fullName', undefined, 'REQUIRED_FIELD_MISSING');
          const doc = readTyped(type, one);
          const known = readComponent(catalog, type, fullName) !== undefined;
          if (how === 'create' && known) throw nameTaken(type, fullName);
          if (how === 'update' && !known) throw new Problem(`no ${type} named ${fullName} found`, undefined, 'INVALID_CROSS_REFERENCE_KEY');
          const { created } = apply(asked.store, catalog, type, fullName, doc, undefined);
          if (type === 'CustomObject') saveFields(asked.store, catalog, fullName, doc);
          return how === 'upsert' ? { created } : {};
        },
      };
    }),
    how === 'upsert',
  );
}
/** An object may bring its fields along [D CustomObject, fields]. */
function saveFields(store: Store, catalog: Catalog, object: string, doc: Doc): void {
  const fields = doc['fields'];
  for (const field of Array.isArray(fields) ? (fields as Doc[]) : []) {
    const name = field['fullName'];
    if (typeof name === 'string') apply(store, catalog, 'CustomField', `${object}.${name}`, field, undefined);
  }
}
