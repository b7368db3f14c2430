import type { Store } from '../store.ts';
import type { Catalog } from './catalog.ts';
import { apply, takeOut } from './org-catalog.ts';
import { appliedTypes, order } from './kinds.ts';
import { cannot, type Package, type Part, type Removal } from './package.ts';
import { Problem } from './documents.ts';

/** [D metadata guide, deploy(): DeployOptions] */
export type DeployOptions = {
  readonly allowMissingFiles: boolean;
  readonly autoUpdatePackage: boolean;
  readonly checkOnly: boolean;
  readonly ignoreWarnings: boolean;
  readonly performRetrieve: boolean;
  readonly purgeOnDelete: boolean;
  readonly rollbackOnError: boolean;
  readonly runTests: readonly string[];
  readonly singlePackage: boolean;
  readonly testLevel: 'NoTestRun' | 'RunSpecifiedTests' | 'RunLocalTests' | 'RunAllTestsInOrg' | undefined;
};

/** What is said of one component [D DeployMessage]. */
export type Message = {
  readonly changed: boolean;
  readonly columnNumber?: number;
  readonly componentType: string;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly fileName: string;
  readonly fullName: string;
  id?: string;
  readonly lineNumber?: number;
  readonly problem?: string;
  readonly problemType?: 'Error' | 'Warning';
  readonly success: boolean;
};
export type Outcome = {
  readonly messages: Message[];
  /** Components named: package.xml is not one [C recorded results]. */
  readonly total: number;
  readonly errors: number;
  readonly deployed: number;
  readonly status: 'Succeeded' | 'SucceededPartial' | 'Failed';
};

type Said = Pick<Message, 'componentType' | 'fullName' | 'fileName'>;
const failure = (said: Said, problem: Problem): Message => ({
  ...said,
  changed: false,
  created: false,
  deleted: false,
  success: false,
  problem: problem.message,
  problemType: 'Error',
  ...(problem.place ? { lineNumber: problem.place.line, columnNumber: problem.place.column } : {}),
});

/** What a deployment makes of the catalog: `catalog` is changed as far as it went well. */
export function deploy(store: Store, catalog: Catalog, packages: readonly Package[], options: DeployOptions): Outcome {
  const messages: Message[] = [];
  for (const each of packages) deployPackage(store, catalog, each, options, messages);
  if (options.testLevel === 'RunSpecifiedTests')
    for (const name of options.runTests)
      messages.push(failure({ componentType: 'ApexClass', fullName: name, fileName: '' }, cannot('ApexClass')));
  const components = messages.filter((message) => message.fullName !== 'package.xml');
  const errors = components.filter((message) => !message.success).length;
  const deployed = components.length - errors;
  const failed = messages.some((message) => !message.success);
  return {
    messages,
    total: components.length,
    errors,
    deployed,
    status: !failed ? 'Succeeded' : !options.rollbackOnError && deployed > 0 ? 'SucceededPartial' : 'Failed',
  };
}

function deployPackage(store: Store, catalog: Catalog, each: Package, options: DeployOptions, messages: Message[]): void {
  for (const { fileName, fullName, type, problem } of each.problems) {
    const missing = /was named in package\.xml, but was not found/.test(problem.message);
    const message = failure({ componentType: type, fullName, fileName }, problem);
    // "whether a deployment can still succeed" [D allowMissingFiles]
    messages.push(missing && options.allowMissingFiles ? { ...message, success: true, problemType: 'Warning' } : message);
  }
  if (each.manifest && !each.problems.some(({ fullName }) => fullName === 'package.xml'))
    messages.push({
      componentType: '',
      fullName: 'package.xml',
      fileName: `${each.root}package.xml`,
      changed: true,
      created: false,
      deleted: false,
      success: true,
    });
  for (const removal of each.before) messages.push(remove(store, catalog, removal, options));
  const failedObjects = new Set<string>();
  for (const part of each.parts.toSorted((a, b) => order(a.type) - order(b.type))) {
    const message = place(store, catalog, part, failedObjects);
    if (!message.success && part.type === 'CustomObject') failedObjects.add(part.fullName);
    messages.push(message);
  }
  for (const removal of each.after) messages.push(remove(store, catalog, removal, options));
}

function place(store: Store, catalog: Catalog, part: Part, failedObjects: ReadonlySet<string>): Message {
  const said: Said = { componentType: part.type, fullName: part.fullName, fileName: part.fileName };
  try {
    if (part.problem) throw part.problem;
    const parent =
      part.type === 'CustomField' ? part.fullName.split('.')[0] : part.type === 'Layout' ? part.fullName.split('-')[0] : undefined;
    if (parent !== undefined && failedObjects.has(parent)) throw new Problem('Parent entity failed to deploy', part.place);
    return { ...said, ...apply(store, catalog, part.type, part.fullName, part.doc ?? {}, part.place), deleted: false, success: true };
  } catch (cause) {
    if (cause instanceof Problem) return failure(said, cause);
    throw cause;
  }
}

function remove(store: Store, catalog: Catalog, { type, fullName, fileName }: Removal, options: DeployOptions): Message {
  const said: Said = { componentType: type, fullName, fileName };
  try {
    if (!appliedTypes.includes(type)) throw cannot(type);
    if (takeOut(store, catalog, type, fullName)) return { ...said, changed: true, created: false, deleted: true, success: true };
    // "When ignoreWarnings is set to false and a warning occurs, success is set to false and the warning is treated like an error" [D].
    // Such a message carries the file's name as the component's [C source-deploy-retrieve, metadataApiDeploy].
    const unsuccessful = failure(
      { ...said, fullName: fileName.split('/').at(-1) ?? fileName },
      new Problem(`No ${type} named: ${fullName} found`),
    );
    return { ...unsuccessful, problemType: 'Warning', success: options.ignoreWarnings };
  } catch (cause) {
    if (cause instanceof Problem) return failure(said, cause);
    throw cause;
  }
}
