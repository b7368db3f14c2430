import { expect, test } from 'vitest';
import type { WantedReopening } from '../../server/crm.ts';
import { draftReopening } from './marks.ts';
import type { PersonShape } from './person.ts';

const wanted: WantedReopening = { kind: 'reopening', id: '00Q000000000001AAA', closed: ['Lost'] };
const statuses = [
  { value: 'Asleep', active: false, defaultValue: true },
  { value: 'New', active: true, defaultValue: true },
  { value: 'Working', active: true },
  { value: 'Lost', active: true },
];
const shapeOf = (picklistValues: object[], updateable = true) =>
  ({
    ...{
      kind: 'lead',
      object: 'Lead',
      nameField: 'Cordboard_Name__c',
      closedBecause: undefined,
      recordTypes: new Map(),
      canCreate: () => true,
    },
    fields: [{ name: 'Status', type: 'picklist', createable: true, updateable, picklistValues }],
  }) as PersonShape;
const drafted = (more: Partial<WantedReopening>, shape: PersonShape | undefined = shapeOf(statuses)) => {
  const { fields, unfit } = draftReopening({ ...wanted, ...more }, shape);
  return [fields['Status'], unfit['Status']?.message];
};

test('R5: a lead is opened with the status that is named, else with that of new leads', () => {
  expect(drafted({})).toEqual(['New', undefined]);
  expect(drafted({ status: 'Working' })).toEqual(['Working', undefined]);
});
test('why it can’t be is told in words', () => {
  expect(drafted({ status: 'Lost' })[1]).toBe('“Lost” is a closed status: name another one in match.reopenedLeadStatus.');
  expect(drafted({ closed: ['New'] })[1]).toContain('“New” is a closed status');
  expect(drafted({ status: 'Asleep' })[1]).toBe('There is no status “Asleep” of leads.');
  expect(drafted({}, shapeOf([{ value: 'New', active: true }]))[1]).toContain('New leads have no status of their own here');
  expect(drafted({}, shapeOf(statuses, false))[1]).toBe('The connected user may not change the status of leads.');
});
test('nothing is said before it is known what leads look like', () =>
  expect(draftReopening(wanted, undefined)).toEqual({ fields: {}, unfit: {} }));
