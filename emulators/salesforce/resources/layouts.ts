import { allow, type Answer, type Call } from '../call.ts';
import { describeField, recordTypes } from '../describe.ts';
import { notFound, notImplemented } from '../errors.ts';
import { idFor, readId } from '../ids.ts';
import { schemaFor } from '../rights/seen.ts';
import type { Field, SObject } from '../schema.ts';
import type { Store } from '../store.ts';
import type { Ctx } from '../work.ts';

// /sobjects/X/describe/layouts and …/layouts/<record type>. Every object has one layout here: one section with all the fields the user sees.

type Json = Record<string, unknown>;

/** An item of a section with its one field, described as the record type offers it [C wso2/docs-ei, a recorded answer: details, tabOrder]. */
function itemOf(store: Store, object: SObject, field: Field, place: number, recordTypeId: string | undefined): Json {
  const required = !field.nillable && field.createable && field.type !== 'boolean' && field.defaultValue === undefined;
  return {
    editableForNew: field.createable && object.may.create,
    editableForUpdate: field.updateable && object.may.update,
    label: field.label,
    layoutComponents: [
      {
        details: describeField(store, object, field, recordTypeId),
        displayLines: field.type === 'textarea' ? 6 : field.type === 'multipicklist' ? 4 : 1,
        tabOrder: place + 1,
        type: 'Field',
        value: field.name,
      },
    ],
    placeholder: false,
    required,
    uiBehavior: required ? 'Required' : field.createable || field.updateable ? 'Edit' : 'Readonly',
  };
}

/** [D describeLayout, DescribeLayoutSection; keys of REST documented in resources_sobject_layouts_get] */
function sectionOf(layoutId: string, items: readonly Json[]): Json {
  const rows = Array.from({ length: Math.ceil(items.length / 2) }, (_, row) => items.slice(row * 2, row * 2 + 2));
  return {
    collapsed: false,
    columns: 2,
    heading: 'Information',
    layoutRows: rows.map((row) => ({ layoutItems: row, numItems: row.length })),
    layoutSectionId: null,
    parentLayoutId: layoutId,
    rows: rows.length,
    tabOrder: 'LeftToRight',
    useCollapsibleSection: false,
    useHeading: false,
  };
}

function layoutOf(store: Store, object: SObject, id: string, recordTypeId: string | undefined): Json {
  const section = (fields: readonly Field[]) => [
    sectionOf(
      id,
      fields.map((field, place) => itemOf(store, object, field, place, recordTypeId)),
    ),
  ];
  return {
    buttonLayoutSection: { detailButtons: [] },
    detailLayoutSections: section(object.fields),
    editLayoutSections: section(object.fields.filter((field) => field.createable || field.updateable)),
    feedView: null,
    highlightsPanelLayoutSection: null,
    id,
    multirowEditLayoutSections: [],
    offlineLinks: [],
    quickActionList: { quickActionListItems: [] },
    relatedContent: null,
    relatedLists: [],
    saveOptions: [],
  };
}

/** Answers `…/describe/layouts[/<record type>]`. An unknown record type: 404 (guessed). */
export function layouts(call: Call, ctx: Ctx): Answer {
  allow(call, 'GET', 'HEAD');
  const [, name = '', , , given, ...more] = call.path;
  if (name.toLowerCase() === 'global') throw notImplemented('layouts of global actions');
  const object = schemaFor(ctx).inAddress(name);
  if (!object?.flags.has('layout') || more.length > 0) throw notFound();
  const { store, version } = ctx;
  const layoutId = idFor('00h', store.schema.objects.findIndex((one) => one.name === object.name) + 1);
  const types = recordTypes(store, object, version);
  if (given !== undefined) {
    const id = readId(given);
    if (id === undefined || !types.some((type) => type['recordTypeId'] === id)) throw notFound();
    return { status: 200, body: layoutOf(store, object, layoutId, id) };
  }
  const own = types.filter((type) => type['master'] === false);
  return {
    status: 200,
    body: {
      // "Objects that have more than one record type defined return null for the layouts section" [D resources_sobject_layouts_multiple_rts_get]
      layouts: own.length > 1 ? null : [layoutOf(store, object, layoutId, own[0] && String(own[0]['recordTypeId']))],
      recordTypeMappings: types.map(
        ({ active, available, defaultRecordTypeMapping, developerName, master, name: label, recordTypeId, urls }) => ({
          active,
          available,
          defaultRecordTypeMapping,
          developerName,
          layoutId,
          master,
          name: label,
          // Empty over REST, unlike SOAP [C jsforce#672].
          picklistsForRecordType: [],
          recordTypeId,
          urls,
        }),
      ),
      recordTypeSelectorRequired: [own.filter((type) => type['active'] === true).length > 1],
    },
  };
}
