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

type Mend =
  /** Between `seconds` and twice as many, so that those who were turned away together don't come back together. */
  { readonly by: 'time'; readonly seconds: number; readonly todo: string } | { readonly by: 'admin' | 'us'; readonly todo: string };
const time = (seconds: number, todo: string): Mend => ({ by: 'time', seconds, todo });
const admin = (todo: string): Mend => ({ by: 'admin', todo });
const us = (todo: string): Mend => ({ by: 'us', todo });

const grantFields = 'Give the connected user the permission set with our fields, then reconnect.';
const fixAutomation = 'Look at the trigger, flow or package named here, or exempt the connected user from it.';
const report = 'This is our mistake: please report it with this text.';

/**
 * Who can mend what Salesforce refused, one row a code. Codes: REST API guide, errorcodes.md, and the StatusCode enumeration of
 * the SOAP API guide; texts: salesforce.md §2.2. A code that isn't here is `us`, loudly, until somebody has read about it.
 */
export const mends = {
  // passes by itself
  UNABLE_TO_LOCK_ROW: time(1, 'Another change held the record.'),
  REQUEST_LIMIT_EXCEEDED: time(
    300,
    'The org has used its API calls of the last 24 hours; older ones fall out of the window by themselves.',
  ),
  SERVER_UNAVAILABLE: time(10, 'Salesforce is busy or under maintenance.'),
  API_CURRENTLY_DISABLED: time(300, 'Salesforce has switched the API of this org off for a while.'),
  QUERY_TIMEOUT: time(60, 'Salesforce was too slow to look the records up.'),
  INVALID_SESSION_ID: time(1, 'The session ended; a new one is fetched.'),
  TXN_SECURITY_METERING_ERROR: time(60, 'Transaction security is overloaded.'),

  // somebody who runs the org
  API_DISABLED_FOR_ORG: admin('Enable the API for this edition and for the connected user.'),
  INSUFFICIENT_ACCESS: admin('Give the connected user access to tasks and to the API.'),
  INSUFFICIENT_ACCESS_OR_READONLY: admin('Give the connected user the right to edit this record.'),
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: admin('Give the connected user access to the linked record.'),
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: admin(fixAutomation),
  CANNOT_EXECUTE_FLOW_TRIGGER: admin(fixAutomation),
  APEX_ERROR: admin(fixAutomation),
  FIELD_CUSTOM_VALIDATION_EXCEPTION: admin('Change the validation rule, or exempt the connected user from it.'),
  REQUIRED_FIELD_MISSING: admin('Make these fields optional for tasks, or give them a default.'),
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: admin(
    'Add the value to the picklist and to the record type, or choose another in the settings.',
  ),
  FIELD_INTEGRITY_EXCEPTION: admin('The records can’t be linked like this: choose another record or owner.'),
  FIELD_FILTER_VALIDATION_EXCEPTION: admin('A lookup filter refuses the linked record: change the filter or choose another record.'),
  INVALID_CROSS_REFERENCE_KEY: admin('A linked record or owner doesn’t exist or can’t be seen: choose another.'),
  ENTITY_IS_DELETED: admin('A linked record or owner was deleted: choose another.'),
  ENTITY_IS_LOCKED: admin('An approval process holds the record: release it.'),
  INACTIVE_OWNER_OR_USER: admin('Choose an active user as the owner, or activate this one.'),
  TRANSFER_REQUIRES_READ: admin('Give the new owner the right to read tasks.'),
  CANNOT_UPDATE_CONVERTED_LEAD: admin('The lead was converted: link the contact or the account instead.'),
  DUPLICATE_VALUE: admin('Another record holds this value in a unique field of yours.'),
  DUPLICATE_EXTERNAL_ID: admin('Several records carry one of our names: make the name field unique.'),
  DUPLICATES_DETECTED: admin('A duplicate rule refused the record: use the existing one, or let the rule allow saving.'),
  STORAGE_LIMIT_EXCEEDED: admin('The org’s storage is full: free some, or buy more.'),
  INVALID_FIELD: admin(grantFields),
  INVALID_FIELD_FOR_INSERT_UPDATE: admin(grantFields),
  INVALID_TYPE: admin('Give the connected user access to tasks.'),
  NOT_FOUND: us(report),

  // nobody but a programmer
  UNKNOWN_EXCEPTION: us('Salesforce failed inside. If it keeps failing, give Salesforce’s support the ErrorId.'),
  STRING_TOO_LONG: us(report),
  NUMBER_OUTSIDE_VALID_RANGE: us(report),
  INVALID_EMAIL_ADDRESS: us(report),
  JSON_PARSER_ERROR: us(report),
  MALFORMED_ID: us(report),
  MALFORMED_QUERY: us(report),
  INVALID_ID_FIELD: us(report),
  INVALID_QUERY_LOCATOR: us(report),
  INVALID_AUTH_HEADER: us(report),
  METHOD_NOT_ALLOWED: us(report),
  UNSUPPORTED_MEDIA_TYPE: us(report),
  EXCEEDED_MAX_SIZE_REQUEST: us(report),
  PROCESSING_HALTED: us(report),
  UNSUPPORTED_API_VERSION: us('Salesforce has retired this version of its API: upgrade Cordboard.'),
} satisfies Record<string, Mend>;

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
  const named = [...new Set(errors.flatMap((error) => error.fields.map((field) => cutAt(cleanText(redact(field)), 80))))];
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
