import { Refusal } from '../errors.ts';

// What Bulk API 2.0 says no with. Its error codes are written in capitals without a break; truth/ledger/bulk.tsv has where each is from.

const refused = (code: string, message: string, status = 400) => new Refusal(status, code, message);

/** [C airbyte, recorded answer] */
export const tooManyQueryJobs = (most: number, used: number) =>
  refused('LIMIT_EXCEEDED', `Max bulk v2 query jobs (${most}) per 24 hrs has been reached (${used})`);
/** [C quoted as "ExceededQuota : ApiBatchItems Limit exceeded."] */
export const noBatchesLeft = () => refused('EXCEEDEDQUOTA', 'ApiBatchItems Limit exceeded.');
/** [C airbyte, recorded answer; forcedotcom/dataloader tests] */
export const notByBulk = (object: string) => refused('INVALIDENTITY', `Entity '${object}' is not supported by the Bulk API.`);
/** [C StevenMMortimer/salesforcer tests against a real org; OpenFn/adaptors#395] */
export const childQuery = () => refused('API_ERROR', 'Aggregate Relationships not supported in Bulk V2 Query with CSV content type');
/** [C the same tests; airbytehq/airbyte#8206] */
export const compoundField = () => refused('API_ERROR', 'Selecting compound data not supported in Bulk Query');
/** [D queries.htm for what; words guessed after the others] */
export const notInBulkQuery = (what: string) => refused('API_ERROR', `${what} not supported in Bulk V2 Query`);
/** [C recorded by several projects] */
export const noHardDelete = () =>
  refused('FEATURENOTENABLED', 'hardDelete operation requires special user profile permission, please contact your system administrator');
/** [D errors: "the job ID specified in a query or update for a job is invalid"; words guessed] */
export const noSuchJob = (id: string) => refused('INVALIDJOB', `Unable to find job: ${id}`, 404);
/** [C jetstreamapp/jetstream#2061 for Bulk API 1.0] */
export const notOpen = (state: string) =>
  refused('INVALIDJOBSTATE', `Failed to create batch, since the Job is not Open. Current job state is '${state}'`);
/** [C live tests in public code: "a second PUT on the same job is rejected outright"; the end of the sentence K, the code guessed] */
export const secondUpload = (id: string) =>
  refused(
    'CLIENTINPUTERROR',
    `Found multiple contents for job: <${id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
  );
/** [K, the words of Bulk API 1.0: "Closing already aborted Job not allowed"] */
export const wrongChange = (doing: 'Closing' | 'Aborting', state: string) =>
  refused('INVALIDJOBSTATE', `${doing} already ${state} Job not allowed`);
/** [D delete_job for the states; words guessed] */
export const notDeletable = (state: string) => refused('INVALIDJOBSTATE', `Job in state ${state} cannot be deleted`);
/** "150 MB … after base64 encoding" [D datafiles_prepare_csv]; code and words guessed */
export const uploadTooBig = () => refused('CLIENTINPUTERROR', 'Maximum size of uploaded data exceeded: 150 MB after base64 encoding', 413);
/** "For data sets under 100,000 characters" [D creating_bulk_requests]; code and words guessed */
export const partTooBig = () => refused('CLIENTINPUTERROR', 'The content part of a multipart request is limited to 100,000 characters');
/** [K: what Jackson says of an enum or a property it does not know; guessed] */
export const badProperty = (name: string, value: unknown) =>
  refused('JSON_PARSER_ERROR', `Cannot deserialize value for ${name}: ${JSON.stringify(value)}`);
export const missingProperty = (name: string) => refused('INVALIDJOB', `${name} must be specified`);
