import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import { cleanText, cutAt } from './text.ts';

/** One error as Salesforce says it: `errorCode` in error bodies, `statusCode` in rows of a collection. */
export type SalesforceError = { readonly code: string; readonly message: string; readonly fields: readonly string[] };

const fields = z.array(z.string()).nullish();
const ErrorBody = z.array(z.looseObject({ errorCode: z.string(), message: z.string().nullish(), fields })).min(1);
const RowErrors = z.array(z.looseObject({ statusCode: z.string(), message: z.string().nullish(), fields })).min(1);

/** An error body is an array, also for one error; undefined when it isn't one (an edge server's page). */
export function readErrorBody(json: unknown): SalesforceError[] | undefined {
  const body = ErrorBody.safeParse(json);
  return body.success ? body.data.map((e) => ({ code: e.errorCode, message: e.message ?? '', fields: e.fields ?? [] })) : undefined;
}
export function readRowErrors(json: unknown): SalesforceError[] | undefined {
  const rows = RowErrors.safeParse(json);
  return rows.success ? rows.data.map((e) => ({ code: e.statusCode, message: e.message ?? '', fields: e.fields ?? [] })) : undefined;
}

type Mend = {
  readonly todo: string;
  /** Where it names a field that isn't essential, the record is written without it (refused-fields.ts). */
  readonly field?: true;
} &
  /** Between `seconds` and twice as many, so that those who were turned away together don't come back together. */
  ({ readonly by: 'time'; readonly seconds: number } | { readonly by: 'admin' | 'us' });
const time = (seconds: number, todo: string): Mend => ({ by: 'time', seconds, todo });
const admin = (todo: string): Mend => ({ by: 'admin', todo });
const us = (todo: string): Mend => ({ by: 'us', todo });
const field = (mend: Mend): Mend & { readonly field: true } => ({ ...mend, field: true });

const grantFields = 'Give the connected user the permission set with our fields, then reconnect.';
const fixAutomation = 'Look at the trigger, flow or package named here, or exempt the connected user from it.';
const report = 'This is our mistake: please report it with this text.';

/**
 * Who can mend what Salesforce refused, one row a code. Codes: REST API guide, errorcodes.md, and the StatusCode and ExceptionCode
 * enumerations of the SOAP API guide (sforce_api_calls_concepts_core_data_objects), as far as they can befall tasks, leads, contacts and
 * accounts; texts: salesforce.md §2.2. A code that isn't here is `us`, loudly, until somebody has read about it.
 * docs/reference/failures.md is printed from it.
 */
export const mends = {
  // passes by itself
  UNABLE_TO_LOCK_ROW: time(1, 'Another change held the record.'),
  REQUEST_LIMIT_EXCEEDED: time(
    300,
    'The org has used its API calls of the last 24 hours; older ones fall out of the window by themselves.',
  ),
  SERVER_UNAVAILABLE: time(10, 'Salesforce is busy or under maintenance.'),
  FUNCTIONALITY_TEMPORARILY_UNAVAILABLE: time(300, 'Salesforce has switched something off for a while.'),
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: time(300, 'Salesforce is under maintenance: nothing is written there meanwhile.'),
  INVALID_READ_ONLY_USER_DML: time(300, 'Salesforce is in read-only mode, as during maintenance.'),
  QUERY_TIMEOUT: time(60, 'Salesforce was too slow to look the records up.'),
  REQUEST_RUNNING_TOO_LONG: time(60, 'Salesforce was too slow, and gave the request up.'),
  TOO_MANY_APEX_REQUESTS: time(5, 'Too many requests ran code of the org at once.'),
  INVALID_SESSION_ID: time(1, 'The session ended; a new one is fetched.'),
  TXN_SECURITY_METERING_ERROR: time(60, 'Transaction security is overloaded.'),

  // somebody who runs the org: the connected user's rights
  API_DISABLED_FOR_ORG: admin('Enable the API for this edition and for the connected user.'),
  // Its name promises that it passes; its words, as people met them, are of the user (the stand-in's ledger has the sources).
  API_CURRENTLY_DISABLED: admin('Give the connected user “API Enabled”.'),
  CLIENT_NOT_ACCESSIBLE_FOR_USER: admin(
    'Let the connected user use the external client app: API access control, profile or permission set.',
  ),
  ORG_LOCKED: admin('Salesforce has locked the org: ask Salesforce.'),
  FUNCTIONALITY_NOT_ENABLED: admin('The org hasn’t got what this needs: enable it, or switch it off here.'),
  INSUFFICIENT_ACCESS: admin('Give the connected user access to tasks and to the API.'),
  INSUFFICIENT_ACCESS_OR_READONLY: admin('Give the connected user the right to edit this record.'),
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: field(admin('Give the connected user access to the linked record.')),
  INVALID_FIELD: field(admin(grantFields)),
  INVALID_FIELD_FOR_INSERT_UPDATE: field(admin(grantFields)),
  FIELD_NOT_UPDATABLE: field(admin(grantFields)),
  INVALID_TYPE: admin('Give the connected user access to tasks.'),
  TRANSFER_REQUIRES_READ: field(admin('Give the new owner the right to read such records.')),
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: field(admin('This user’s licence may not own such a record: choose another owner.')),

  // the org's own rules
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: admin(fixAutomation),
  CANNOT_EXECUTE_FLOW_TRIGGER: admin(fixAutomation),
  APEX_ERROR: admin(fixAutomation),
  SELF_REFERENCE_FROM_TRIGGER: admin(fixAutomation),
  FIELD_CUSTOM_VALIDATION_EXCEPTION: field(admin('Change the validation rule, or exempt the connected user from it.')),
  REQUIRED_FIELD_MISSING: field(
    admin('Give these fields a default in the policy (“defaults”, by object), or make them optional, then write again.'),
  ),
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: field(
    admin('Add the value to the picklist and to the record type, or choose another in the settings.'),
  ),
  UNAVAILABLE_RECORDTYPE_EXCEPTION: admin('Give the connected user’s profile a record type of this object.'),
  INACTIVE_RECORD_TYPE: admin('Activate a record type of this object for the connected user’s profile.'),
  STRING_TOO_LONG: field(admin('Make the field longer.')),
  NUMBER_OUTSIDE_VALID_RANGE: field(admin('Give the field more digits.')),
  INVALID_TYPE_ON_FIELD_IN_RECORD: field(admin('The field is of another type than it should be: deploy our fields anew.')),
  INVALID_CURRENCY_ISO: field(admin('The org doesn’t use this currency.')),
  INVALID_EMAIL_ADDRESS: field(admin('The phone system told something else than an e-mail address.')),
  FIELD_INTEGRITY_EXCEPTION: field(admin('The records can’t be linked like this: choose another record or owner.')),
  FIELD_FILTER_VALIDATION_EXCEPTION: field(admin('A lookup filter refuses the linked record: change the filter or choose another record.')),
  DUPLICATE_VALUE: field(admin('Another record holds this value in a unique field of yours.')),
  DUPLICATE_EXTERNAL_ID: admin('Several records carry one of our names: make the name field unique.'),
  DUPLICATES_DETECTED: admin(
    'A duplicate rule found somebody. Say in the policy (“duplicates”) what is to be done: use the one found, save anyway if the rule lets people do so, or leave it to you.',
  ),
  LIMIT_EXCEEDED: admin('A limit of the org is reached: the message says which.'),
  STORAGE_LIMIT_EXCEEDED: admin('The org’s storage is full: free some, or buy more.'),
  EXCEEDED_QUOTA: admin('The org’s storage is full: free some, or buy more.'),

  // what the record is linked to
  INVALID_CROSS_REFERENCE_KEY: field(admin('A linked record or owner doesn’t exist or can’t be seen: choose another.')),
  INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD: field(admin('A record of this kind can’t be linked there: choose another.')),
  ENTITY_IS_DELETED: field(admin('A linked record or owner was deleted: choose another.')),
  ENTITY_IS_LOCKED: admin('An approval process holds the record: release it.'),
  INACTIVE_OWNER_OR_USER: field(admin('Choose an active user as the owner, or activate this one.')),
  CANNOT_UPDATE_CONVERTED_LEAD: field(admin('The lead was converted: link the contact or the account instead.')),

  // nobody but a programmer
  NOT_FOUND: us(report),
  UNKNOWN_EXCEPTION: us('Salesforce failed inside. If it keeps failing, give Salesforce’s support the ErrorId.'),
  JSON_PARSER_ERROR: us(report),
  MALFORMED_ID: field(us(report)),
  MALFORMED_QUERY: us(report),
  INVALID_ID_FIELD: us(report),
  INVALID_QUERY_LOCATOR: us(report),
  INVALID_ASSIGNMENT_RULE: us(report),
  INVALID_AUTH_HEADER: us(report),
  MISSING_ARGUMENT: us(report),
  METHOD_NOT_ALLOWED: us(report),
  UNSUPPORTED_MEDIA_TYPE: us(report),
  EXCEEDED_MAX_SIZE_REQUEST: us(report),
  EXCEEDED_ID_LIMIT: us(report),
  OPERATION_TOO_LARGE: us(report),
  PROCESSING_HALTED: us(report),
  ALL_OR_NONE_OPERATION_ROLLED_BACK: us(report),
  UNSUPPORTED_API_VERSION: us('Salesforce has retired this version of its API: upgrade Cordboard.'),
} satisfies Record<string, Mend>;

/** Said of the record itself, or of one it refers to: unless a field is named, the same words serve for both. */
export const gone: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
]);

/** The fields an error names: in its list, or in its words where Salesforce leaves the list out. */
export function namedFields({ code, message, fields }: SalesforceError): readonly string[] {
  if (fields.length > 0) return fields;
  const words =
    code === 'INVALID_FIELD'
      ? /No such column '([\w.]+)' on (?:sobject of type|entity)/.exec(message)
      : code === 'INVALID_FIELD_FOR_INSERT_UPDATE'
        ? (/create\/update fields: ([\w, ]+)\./.exec(message) ?? /bad field names on insert\/update call: ([\w, ]+)/.exec(message))
        : code === 'REQUIRED_FIELD_MISSING'
          ? /Required fields are missing: \[([\w, ]+)\]/.exec(message)
          : null;
  return words?.[1]?.split(/,\s*/).filter(Boolean) ?? [];
}

const known: Readonly<Record<string, Mend | undefined>> = mends;

/** Codes that mean something else in some of their texts. */
function mendOf({ code, message }: SalesforceError): Mend {
  // Same code for "come back in seconds" and "come back in hours" (salesforce.md §2.2): only the text tells.
  if (code === 'REQUEST_LIMIT_EXCEEDED' && /concurrent/i.test(message)) return time(5, 'Too many long requests at once in this org.');
  // A trigger that met a lock reports its own code and quotes the lock.
  if (code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' && message.includes('UNABLE_TO_LOCK_ROW')) return mends.UNABLE_TO_LOCK_ROW;
  if (code === 'NOT_FOUND' && /external id field/i.test(message)) return admin(grantFields);
  return known[code] ?? us(`We don't know this answer yet. ${report}`);
}

/** A governor limit of the org's own Apex counts per request: what fails among 200 may pass among 100. */
export const isPerRequestLimit = (error: SalesforceError): boolean =>
  /System\.LimitException|Too many (SOQL|DML)|Apex CPU time limit/i.test(error.message);

/** Why, and who can mend it. Several errors of one row become one: the first decides, all are told. */
export function failureOf(errors: readonly SalesforceError[], chance: () => number, redact: (text: string) => string): CrmFailure {
  const first = errors[0] ?? { code: 'UNKNOWN', message: '', fields: [] };
  const mend = mendOf(first);
  const said = errors.map((error) => error.message).filter((message) => message !== '');
  const quote = said.length > 0 ? `“${cutAt(cleanText(redact(said.join(' / '))), 500)}” ` : '';
  const code = cutAt(redact(first.code).replace(/[^\w.-]/g, '_'), 80);
  const message = `${quote}${mend.todo}`;
  if (mend.by === 'time') return { mendedBy: 'time', code, message, retryAfterMs: Math.round(mend.seconds * 1000 * (1 + chance())) };
  if (mend.by === 'us') return { mendedBy: 'us', code, message };
  const named = [...new Set(errors.flatMap((error) => namedFields(error).map((name) => cutAt(cleanText(redact(name)), 80))))];
  return { mendedBy: 'admin', code, message, ...(named.length > 0 ? { fields: named } : {}) };
}

/** A refusal without Salesforce's own words: an edge server, a proxy or a firewall turned the request away before anything read it. */
export function edgeFailure(status: number, chance: () => number): CrmFailure {
  const code = `HTTP_${status}`;
  if (status === 429 || (status >= 300 && status < 400))
    return {
      mendedBy: 'time',
      code,
      message: status === 429 ? 'Too many requests at once.' : 'The org has moved; we sign in again to learn where to.',
      retryAfterMs: Math.round(10_000 * (1 + chance())),
    };
  if (status === 403)
    return {
      mendedBy: 'admin',
      code,
      message:
        'Something between us and Salesforce forbids the request: check the IP ranges of the connected app, the proxy and the firewall.',
    };
  if (status === 407) return { mendedBy: 'admin', code, message: 'A proxy asks for a sign-in: let this server reach Salesforce.' };
  if (status === 420)
    return { mendedBy: 'admin', code, message: 'Salesforce doesn’t know this host: check the login URL, or ask Salesforce’s support.' };
  if (status === 410) return { mendedBy: 'us', code, message: mends.UNSUPPORTED_API_VERSION.todo };
  return { mendedBy: 'us', code, message: `The request was turned away (${status}). ${report}` };
}
