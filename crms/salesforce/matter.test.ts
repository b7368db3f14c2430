import { describe, expect, test } from 'vitest';
import type { WantedCase, WantedOpportunity } from '../../server/crm.ts';
import { draftMatter, matterDecidedBy, unfitForMatter } from './matter.ts';
import type { MatterShape } from './person.ts';

const field = (name: string, type: string, more: object = {}) => ({ name, type, createable: true, length: 40, ...more });
const shapeOf = (kind: 'case' | 'opportunity'): MatterShape => ({
  kind,
  object: kind === 'case' ? 'Case' : 'Opportunity',
  nameField: 'Cordboard_Name__c',
  closedBecause: undefined,
  fields: [
    field('Subject', 'string'),
    field('Name', 'string'),
    field('Priority', 'picklist', { restrictedPicklist: true, picklistValues: [{ value: 'High', active: true }] }),
    field('SuppliedPhone', 'string'),
    field('Read_Only__c', 'string', { createable: false }),
    field('Cordboard_Name__c', 'string'),
  ],
  canCreate: () => true,
  recordTypes: new Map(),
});
const text = (words: string) => ({ as: 'text', text: words }) as const;
const aCase: WantedCase = { kind: 'case', subject: 'Call', origin: 'Phone', phone: '+48601234567' };
const aDeal: WantedOpportunity = { kind: 'opportunity', name: 'Deal', stage: 'Prospecting', closeDate: '2026-12-31' };

describe('what an admin wants in the fields of a case or an opportunity', () => {
  test('is put in, also where something of ours would stand', () =>
    expect(draftMatter({ ...aCase, fields: { priority: text('high'), SuppliedPhone: text('none') } }, shapeOf('case'))).toEqual({
      ...{ Subject: 'Call', Origin: 'Phone', SuppliedPhone: 'none', Priority: 'High' },
    }));
  test('isn’t where another setting decides, where nobody may write, nor before it is known what they take', () => {
    const fields = { Subject: text('x'), Cordboard_Name__c: text('x'), Read_Only__c: text('x'), Nowhere__c: text('x') };
    expect(draftMatter({ ...aCase, fields }, shapeOf('case'))).toEqual({ Subject: 'Call', Origin: 'Phone', SuppliedPhone: '+48601234567' });
    const plain = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31' };
    expect(draftMatter({ ...aDeal, fields: { Name: text('x') } }, shapeOf('opportunity'))).toEqual(plain);
    expect(draftMatter({ ...aDeal, fields: { Priority: text('High') } }, undefined)).toEqual(plain);
  });
  test('is told where it can’t be put in', () => {
    const wanted = { ...aDeal, fields: { Priority: text('Lowest') } };
    expect(unfitForMatter(wanted, shapeOf('opportunity'))).toMatchObject({ Priority: { code: 'NOT_IN_PICKLIST', value: 'Lowest' } });
    expect(unfitForMatter(aDeal, shapeOf('opportunity'))).toEqual({});
  });
  test('each field that a setting decides names the setting', () =>
    expect([
      matterDecidedBy('case', 'Origin', undefined),
      matterDecidedBy('opportunity', 'StageName', undefined),
      matterDecidedBy('case', 'StageName', undefined),
      matterDecidedBy('case', 'Cordboard_Name__c', 'Cordboard_Name__c'),
    ]).toEqual(['cases.origin', 'opportunities.stage', undefined, 'Cordboard itself']));
});
