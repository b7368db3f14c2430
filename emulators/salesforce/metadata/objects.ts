import { Refusal } from '../errors.ts';
import type { CustomObject } from '../model/custom-objects.ts';
import type { Catalog } from './catalog.ts';
import { cannot } from './package.ts';
import { docOf, inOrder, isTrue, Problem, textOf } from './documents.ts';
import { checkName } from './fields.ts';
import type { Doc, Place } from './xml.ts';

// Custom objects as documents. What a real one can and this one can't is refused by name.

/** Kept and given back; nothing here depends on them. */
const kept = new Set([
  'allowInChatterGroups',
  'deploymentStatus',
  'description',
  'enableActivities',
  'enableBulkApi',
  'enableFeeds',
  'enableHistory',
  'enableLicensing',
  'enableReports',
  'enableSearch',
  'enableSharing',
  'enableStreamingApi',
  'externalSharingModel',
  'label',
  'nameField',
  'pluralLabel',
  'sharingModel',
  'startsWith',
  'gender',
  'visibility',
  'actionOverrides',
  'compactLayoutAssignment',
  'searchLayouts',
]);

/** The document as the org keeps it. Throws `Problem`. */
export function checkObject(catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): Doc {
  const { fullName: _, fields: __, ...own } = doc;
  if (!fullName.endsWith('__c')) return checkStandard(catalog, fullName, own, place);
  checkName('Object Name', fullName.slice(0, -3), place);
  const before = catalog.get('CustomObject', fullName)?.doc;
  for (const name of ['label', 'pluralLabel'])
    if ((textOf(own, name) ?? '') === '') throw new Problem(`Must specify a non-empty ${name} for the CustomObject`, place);
  const nameField = docOf(own, 'nameField');
  const nameType = textOf(nameField, 'type');
  if (!nameField || (nameType !== 'Text' && nameType !== 'AutoNumber'))
    throw new Problem('Must specify a nameField of type Text or AutoNumber', place);
  const format = textOf(nameField, 'displayFormat');
  if (nameType === 'AutoNumber' && format !== undefined && !/^[^{}]*\{0+\}[^{}]*$/.test(format))
    throw new Problem(
      `STAND_IN_CANNOT: The stand-in org does not do this: the display format ${format}. See docs/reference/org.md`,
      place,
      'STAND_IN_CANNOT',
    );
  for (const name of Object.keys(own))
    if (!kept.has(name))
      throw new Problem(
        cannot('CustomObject').message.replace('of type CustomObject', `CustomObject with ${name}`),
        place,
        'STAND_IN_CANNOT',
      );
  return inOrder('CustomObject', {
    deploymentStatus: 'Deployed',
    enableActivities: isTrue(before, 'enableActivities'),
    sharingModel: 'ReadWrite',
    ...own,
    nameField: { label: `${textOf(own, 'label') ?? fullName} Name`, ...nameField },
  });
}

function checkStandard(catalog: Catalog, fullName: string, own: Doc, place: Place | undefined): Doc {
  let known = fullName === 'Activity';
  try {
    known ||= catalog.schema.inAddress(fullName) !== undefined;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Problem(cannot('').message.replace('metadata of type ', `the standard object ${fullName}`), place, 'STAND_IN_CANNOT');
  }
  if (!known)
    throw new Problem(
      `Entity Enumeration Or ID: bad value for restricted picklist field: ${fullName}`,
      place,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    );
  const said = Object.keys(own)[0];
  if (said !== undefined)
    throw new Problem(
      cannot('').message.replace('metadata of type ', `${said} of the standard object ${fullName}`),
      place,
      'STAND_IN_CANNOT',
    );
  return {};
}

/** What the store makes of it. */
export function toCustomObject(fullName: string, doc: Doc): Omit<CustomObject, 'keyPrefix'> {
  const label = textOf(doc, 'label') ?? fullName;
  const nameField = docOf(doc, 'nameField');
  const model = textOf(doc, 'sharingModel') ?? 'ReadWrite';
  return {
    name: fullName,
    label,
    labelPlural: textOf(doc, 'pluralLabel') ?? label,
    nameLabel: textOf(nameField, 'label') ?? `${label} Name`,
    ...(textOf(nameField, 'type') === 'AutoNumber' ? { nameFormat: textOf(nameField, 'displayFormat') ?? '{0}' } : {}),
    ...(isTrue(doc, 'enableActivities') ? { allowActivities: true } : {}),
    sharing: model === 'Private' ? 'Private' : model === 'Read' ? 'Read' : 'ReadWrite',
  };
}

/** An object of the org as a document, with what only the document knows. */
export const fromCustomObject = (object: CustomObject, before: Doc | undefined): Doc =>
  inOrder('CustomObject', {
    deploymentStatus: 'Deployed',
    sharingModel: object.sharing ?? 'ReadWrite',
    ...before,
    label: object.label,
    pluralLabel: object.labelPlural,
    enableActivities: object.allowActivities ?? false,
    nameField: {
      ...docOf(before, 'nameField'),
      label: object.nameLabel,
      type: object.nameFormat === undefined ? 'Text' : 'AutoNumber',
      ...(object.nameFormat === undefined ? {} : { displayFormat: object.nameFormat }),
    },
  });
