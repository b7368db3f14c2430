import type { Store } from '../store.ts';
import type { DeployOptions } from './deploy.ts';
import { isDone, type Deployment } from './deployments.ts';
import type { Leaf, Doc } from './xml.ts';

// A deployment as the org tells it: [D DeployResult, DeployDetails, DeployMessage; C recorded checkDeployStatus answers].

const at = (ms: number) => new Date(ms).toISOString();
const nameOf = (store: Store, userId: string): string =>
  String(store.select('SELECT "Name" FROM "User" WHERE "Id" = ?', [userId])[0]?.['Name'] ?? '');
const given = (name: string, value: Leaf | undefined): Record<string, Leaf> => (value === undefined ? {} : { [name]: value });

const noTests: Doc = { numFailures: 0, numTestsRun: 0, totalTime: 0 };

/** The elements of a DeployResult, in the order of the WSDL, but for `details`. */
export function deployResult(store: Store, one: Deployment): Record<string, Leaf> {
  return {
    ...given('canceledBy', one.canceledBy?.slice(0, 15)),
    ...given('canceledByName', one.canceledBy === undefined ? undefined : nameOf(store, one.canceledBy)),
    checkOnly: one.options.checkOnly,
    ...given('completedDate', one.completedMs === undefined ? undefined : at(one.completedMs)),
    createdBy: one.userId.slice(0, 15),
    createdByName: nameOf(store, one.userId),
    createdDate: at(one.createdMs),
    done: isDone(one.status),
    ...given('errorMessage', one.error?.message),
    ...given('errorStatusCode', one.error?.code),
    id: one.id,
    ignoreWarnings: one.options.ignoreWarnings,
    lastModifiedDate: at(one.modifiedMs),
    numberComponentErrors: one.errors,
    numberComponentsDeployed: one.deployed,
    numberComponentsTotal: one.total,
    numberTestErrors: 0,
    numberTestsCompleted: 0,
    numberTestsTotal: 0,
    rollbackOnError: one.options.rollbackOnError,
    runTestsEnabled: one.options.testLevel !== undefined && one.options.testLevel !== 'NoTestRun',
    ...given('startDate', one.startedMs === undefined ? undefined : at(one.startedMs)),
    status: one.status,
    success: one.status === 'Succeeded' || one.status === 'SucceededPartial',
  };
}

/** What was said of each component. `lists`: an empty list is told, too, as JSON does and XML doesn't. */
export function deployDetails(one: Deployment, lists: boolean): Record<string, Leaf | Doc | Doc[] | undefined> {
  const told = (success: boolean): Doc[] =>
    one.messages
      .filter((message) => message.success === success)
      .map((message) => ({
        changed: message.changed,
        ...given('columnNumber', message.columnNumber),
        componentType: message.componentType,
        created: message.created,
        createdDate: at(one.completedMs ?? one.modifiedMs),
        deleted: message.deleted,
        fileName: message.fileName,
        fullName: message.fullName,
        ...given('id', message.id),
        ...given('lineNumber', message.lineNumber),
        ...given('problem', message.problem),
        ...given('problemType', message.problemType),
        success: message.success,
      }));
  return {
    componentFailures: told(false),
    componentSuccesses: told(true),
    runTestResult: lists
      ? { ...noTests, codeCoverage: [], codeCoverageWarnings: [], failures: [], flowCoverage: [], flowCoverageWarnings: [], successes: [] }
      : noTests,
  };
}

const testLevels = ['NoTestRun', 'RunSpecifiedTests', 'RunLocalTests', 'RunAllTestsInOrg'] as const;
const flags = [
  'allowMissingFiles',
  'autoUpdatePackage',
  'checkOnly',
  'ignoreWarnings',
  'performRetrieve',
  'purgeOnDelete',
  'rollbackOnError',
  'singlePackage',
] as const;

/** Options as they came, with the defaults of the guide: all false but `rollbackOnError`. A string: what is wrong with them. */
export function readOptions(options: Readonly<Record<string, unknown>>): DeployOptions | string {
  const found: Record<string, boolean> = {};
  for (const name of flags) {
    const value = options[name] ?? name === 'rollbackOnError';
    if (value !== true && value !== false && value !== 'true' && value !== 'false')
      return `'${JSON.stringify(value)}' is not a valid value for the type xsd:boolean`;
    found[name] = value === true || value === 'true';
  }
  const runTests = options['runTests'] ?? [];
  const level = options['testLevel'] ?? undefined;
  const testLevel = testLevels.find((one) => one === level);
  if (level !== undefined && testLevel === undefined)
    return `'${JSON.stringify(level).slice(1, -1)}' is not a valid value for the enum 'TestLevel'`;
  const tests = (Array.isArray(runTests) ? runTests : [runTests]).filter((one): one is string => typeof one === 'string' && one !== '');
  if (testLevel === 'RunSpecifiedTests' && tests.length === 0)
    return 'testLevel of RunSpecifiedTests requires at least one test in runTests'; // guessed
  return {
    allowMissingFiles: found['allowMissingFiles'] ?? false,
    autoUpdatePackage: found['autoUpdatePackage'] ?? false,
    checkOnly: found['checkOnly'] ?? false,
    ignoreWarnings: found['ignoreWarnings'] ?? false,
    performRetrieve: found['performRetrieve'] ?? false,
    purgeOnDelete: found['purgeOnDelete'] ?? false,
    rollbackOnError: found['rollbackOnError'] ?? true,
    singlePackage: found['singlePackage'] ?? false,
    runTests: tests,
    testLevel,
  };
}
