/**
 * What the org says no with. Each text carries its source: [D address] documentation, [C repository] recorded or quoted in public code,
 * [K] engineer's knowledge, "guessed" where nothing was found. truth/ledger has each.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Present for errors about a record; `undefined` leaves the key out, as the org does for errors about the request. */
  readonly fields: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** What stands beside the error in a whole answer. */
  besides: Readonly<Record<string, unknown>> = {};
  /** More that is wrong with the same record. */
  also: readonly Refusal[] = [];

  constructor(status: number, code: string, message: string, fields?: readonly string[], headers?: Readonly<Record<string, string>>) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }

  /** The body of a whole answer: an array, also for one error [D api_rest errorcodes]. */
  body(): unknown {
    return [this, ...this.also].map(({ besides, message, code, fields }) => ({
      ...besides,
      message,
      errorCode: code,
      ...(fields ? { fields } : {}),
    }));
  }

  /** One row of a collection's answer: `statusCode`, not `errorCode` [D resources_composite_sobjects_collections]. */
  row(): RowError {
    return { statusCode: this.code, message: this.message, fields: this.fields ?? [] };
  }
  rows(): RowError[] {
    return [this, ...this.also].map((one) => one.row());
  }
}
export type RowError = { readonly statusCode: string; readonly message: string; readonly fields: readonly string[] };

/** What the stand-in cannot do it says it cannot do. Never a plausible 200. */
export const notImplemented = (what: string) =>
  new Refusal(501, 'STAND_IN_CANNOT', `The stand-in org does not do this: ${what}. See docs/reference/org.md`);

const request = (status: number, code: string, message: string) => new Refusal(status, code, message);
const record = (code: string, message: string, fields: readonly string[] = []) => new Refusal(400, code, message, fields);

// About the request.
/** [D api_rest errorcodes] */
export const sessionInvalid = () => request(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
/** [C restforce#489, #594, #811] */
export const authHeaderInvalid = () => request(401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE');
/** [C wadewegner/Force.com-Toolkit-for-NET#150 for an org without the API; that a user without "API Enabled" hears the same: xgeek-net/salesforce-mass-editor#8] */
export const apiDisabled = () => request(403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.');
/** [D api_rest errorcodes; C recorded answers] */
export const notFound = () => request(404, 'NOT_FOUND', 'The requested resource does not exist');
/** [C quoted in several public clients] */
export const noSuchExternalField = (name: string) =>
  request(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
/** [C quoted; K for the status] the daily allocation. Same code as the next one: only the text tells hours from seconds. */
export const dailyLimit = () => request(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
/** [C quoted] */
export const concurrentLimit = () => request(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
/** [C restforce#156 for code and words; D errorcodes for the status] */
export const serverUnavailable = () => request(503, 'SERVER_UNAVAILABLE', 'Server too busy');
/** [C forcedotcom and OpenFn documents quote it; which method stands first differs from resource to resource] */
export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  new Refusal(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed. Allowed are ${allowed.join(',')}`, undefined, {
    Allow: allowed.join(','),
  });
/** [D errorcodes for 415; C kevinohara80/nforce#74, heroku/sf-functions-python#91 for the words; of none guessed] */
export const unsupportedMediaType = (type: string) =>
  request(415, 'UNSUPPORTED_MEDIA_TYPE', `MediaType of '${type.replace(/;.*/s, '').trim()}' is not supported by this resource`);
/** [D: a retired version answers 410; code and text K] */
export const versionRetired = () =>
  request(410, 'UNSUPPORTED_API_VERSION', 'The requested API version is no longer available. Use a version from 31.0 on.');
/** [K for the shape, the parser's own words differ] */
export const jsonBroken = (why: string) => request(400, 'JSON_PARSER_ERROR', why);
/** [C recorded for dates, moments, yes or no, names of lists and an object where a text belongs; the place at its end, "at [line:1, column:2]", is left out] */
export const jsonWrongType = (type: string, token: string, value: unknown) =>
  request(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${type} from ${token} value ${String(value)} or request may be missing a required field`,
  );
/** [C recorded] */
export const noSuchColumn = (field: string, object: string) =>
  request(400, 'INVALID_FIELD', `No such column '${field}' on sobject of type ${object}`);
/** [D resources_sobject_retrieve, example answer; C the same for an external id field] */
export const keyInBody = (field: string) =>
  request(400, 'INVALID_FIELD', `The ${field} field should not be specified in the sobject data.`);
/** [K] */
export const noSuchType = (name: string) =>
  request(
    400,
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
/** [C sorenkrabbe/Chrome-Salesforce-inspector#134] */
export const tooManyRecords = () =>
  request(400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records into this call');
/** [C guardian/support-service-lambdas#766 for "25 operations"; other words guessed after it] */
export const tooManySubrequests = (most: number, of: string) =>
  request(400, 'LIMIT_EXCEEDED', `The request can’t contain more than ${most} ${of}.`);
/** [K] */
export const cursorInvalid = () => request(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');

// About a record.
/** [C recorded: two public logs of users without the right on the object] */
export const cannotInsert = (label: string) => record('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${label}`);
/** [C recorded] */
export const cannotUpdate = (label: string) => record('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be updated: ${label}`);
/** [C recorded: a deletion without the right on the object, a change of what one may only read] */
export const insufficientAccess = () => record('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
/** [C recorded] */
export const requiredMissing = (fields: readonly string[]) =>
  record('REQUIRED_FIELD_MISSING', `Required fields are missing: [${fields.join(', ')}]`, fields);
/** [C recorded] */
export const tooLong = (label: string, field: string, value: string, max: number) =>
  record('STRING_TOO_LONG', `${label}: data value too large: ${value} (max length=${max})`, [field]);
/** [C public REST tests for Task: the label, not the name] */
export const badPicklist = (label: string, field: string, value: string) =>
  record('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `${label}: bad value for restricted picklist field: ${value}`, [field]);
/** [C jsforce#1006; SalesforceLabs/actionplansv4#51] */
export const wrongIdType = (label: string, field: string, id: string) =>
  record('FIELD_INTEGRITY_EXCEPTION', `${label}: id value of incorrect type: ${id}`, [field]);
/** [C quoted] */
export const malformedId = (label: string, field: string, id: string) =>
  record('MALFORMED_ID', `${label}: id value of incorrect type: ${id}`, [field]);
/** [C quoted] */
export const noSuchReference = (field?: string) =>
  record('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', field ? [field] : []);
/** [C quoted; for a change of what one may not see, too] */
export const noAccess = (id: string) =>
  record('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', `insufficient access rights on cross-reference id: ${id}`);
/** [C rioeducation.com, zynbit.com for the rule; text guessed, the exact words were not found] */
export const leadWithWhat = () =>
  record('FIELD_INTEGRITY_EXCEPTION', 'Related To ID: a lead cannot be related to another record through an activity', ['WhoId', 'WhatId']);
/** [C recorded: gravityplus/Gravity-Forms-Salesforce#342] */
export const convertedLead = () => record('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
/** [C quoted] */
export const inactiveOwner = (userId: string, object: string) =>
  record('INACTIVE_OWNER_OR_USER', `operation performed with inactive user [${userId.slice(0, 15)}] as owner of ${object.toLowerCase()}`, [
    'OwnerId',
  ]);
/** [C recorded] */
export const notWriteable = (field: string) =>
  record(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    [field],
  );
/** [C sorenkrabbe/Chrome-Salesforce-inspector#38; D Help 000386207: Name of a person account] */
export const badFieldNames = (object: string, fields: readonly string[]) =>
  record('INVALID_FIELD_FOR_INSERT_UPDATE', `${object}: bad field names on insert/update call: ${fields.join(', ')}`, fields);
/** [C quoted] */
export const duplicateValue = (field: string, id: string) =>
  record('DUPLICATE_VALUE', `duplicate value found: ${field} duplicates value on record with id: ${id}`);
/** [C "Salesforce rejects every row sharing a key within one request", quoted by a public loader] */
export const duplicateInBatch = (key: string) => record('DUPLICATE_VALUE', `Duplicate external id specified: ${key}`);
/** [C quoted by several public clients] */
export const manyForKey = (label: string, field: string, ids: readonly string[]) =>
  record('DUPLICATE_EXTERNAL_ID', `${label}: more than one record found for external id field: [${ids.join(', ')}]`, [field]);
/** [C Apache Camel and xively tests: answers of real orgs]; the fields at its end guessed */
export const noSuchForeignKey = (key: string, field: string, object: string) =>
  record('INVALID_FIELD', `Foreign key external ID: ${key} not found for field ${field} in entity ${object}`);
/** [K] */
export const keyMissing = (field: string) => record('MISSING_ARGUMENT', `${field} not specified`, [field]);
/** [D errorcodes; C: 404 alone, 400 inside a collection] */
export const entityIsDeleted = () => new Refusal(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
/** "UNDELETE_FAILED: Entity is not in the recycle bin": also of what was deleted along with something else [D Help 000386040; C] */
export const notInBin = () => record('UNDELETE_FAILED', 'Entity is not in the recycle bin');
/** [C recorded; with the ids of what was locked "or 1 records: 001…", quoted in several public reports] */
export const rowLocked = (ids: readonly string[] = []) =>
  record(
    'UNABLE_TO_LOCK_ROW',
    `unable to obtain exclusive access to this record${ids.length > 0 ? ` or ${ids.length} records: ${ids.join(',')}` : ''}`,
  );
/** [C recorded: Help 000385276 and several public reports] */
export const entityIsLocked = () => record('ENTITY_IS_LOCKED', 'the entity is locked for editing');
/** [D validation rules: the admin's own words] */
export const validationFailed = (message: string, field?: string) =>
  record('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, field ? [field] : []);
/** [C quoted in several public test suites of Salesforce's screens] */
export const numberOutOfRange = (label: string, field: string, value: number) =>
  record('NUMBER_OUTSIDE_VALID_RANGE', `${label}: value outside of valid range on numeric field: ${value}`, [field]);
/** [C forcedotcom/CustomMetadataLoader#68] */
export const emailInvalid = (label: string, field: string, value: string) =>
  record('INVALID_EMAIL_ADDRESS', `${label}: invalid email address: ${value}`, [field]);
/** [C quoted in many clients] */
export const rolledBack = () =>
  record(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  );
/** [D resources_composite_composite_post; C apache/camel tests assert the same words] */
export const processingHalted = () =>
  request(400, 'PROCESSING_HALTED', 'The transaction was rolled back since another operation in the same transaction failed.');
