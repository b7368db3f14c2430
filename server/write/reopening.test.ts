import { describe, expect, test } from 'vitest';
import type { Fields, WantedReopening } from '../crm.ts';
import type { OrgId, WriteRow } from '../store.ts';
import { nextStep, type Terms } from './prepare.ts';

const wanted: WantedReopening = { kind: 'reopening', id: '00Q000000000001AAA', closed: ['Lost', 'Over'] };
const terms: Terms = {
  ...{ form: 'unique', shared: ['Status'], repointed: [], textField: 'Description', basis: 'fields 1 policy 1' },
  unfit: () => ({}),
  draft: () => ({ Status: 'New' }),
};
const since = 1_000_000;
const row: WriteRow = {
  ...{
    org: 1 as OrgId,
    call: '7',
    role: 'reopening',
    qualifier: '00Q000000000001',
    name: 'cb1',
    wanted,
    wantedVersion: 1,
    policyVersion: 1,
  },
  ...{ retracted: undefined, onlyUntouched: false, leftOut: false, state: 'due', lane: 'now', sinceMs: since, dueMs: since },
  ...{ crmId: undefined, sent: {}, seen: {}, human: [], refused: {}, ghosts: [], attempts: 0, setbacks: 0 },
};
const lead = (Status: string, more: object = {}) => ({
  held: { id: wanted.id, deleted: false, doubles: [], fields: { Status }, changedAtMs: since - 1, ...more },
});
const next = (its: Partial<WriteRow>, reading?: Parameters<typeof nextStep>[2], its2: Partial<Terms> = {}) =>
  nextStep({ ...row, ...its }, { ...terms, ...its2 }, reading);
const done = (target: Fields) => expect.objectContaining({ do: 'rest', crmId: wanted.id, target });

describe('R5: a closed lead that is opened again', () => {
  test('is looked at first, never made, and left where it is gone', () => {
    expect(next({})).toEqual({ do: 'read' });
    expect(next({}, { held: undefined })).toEqual({ do: 'yield', crmId: wanted.id, inBin: false });
    expect(next({}, lead('Lost', { deleted: true }))).toEqual({ do: 'yield', crmId: wanted.id, inBin: true });
  });
  test('gets its status if it is closed', () =>
    expect(next({}, lead('Over'))).toMatchObject({ do: 'write', kind: 'change', crmId: wanted.id, fields: { Status: 'New' } }));
  test('is left alone if somebody was faster, and that is kept in mind', () =>
    expect(next({}, lead('Working'))).toEqual(done({ Status: 'Working' })));
  test('is opened once: whoever closes it after that means it', () => {
    expect(next({ crmId: wanted.id, sent: { Status: 'New' } })).toEqual(done({}));
    expect(next({ crmId: wanted.id, sent: { Status: 'Working' } }, lead('Lost'))).toEqual(done({}));
  });
  test('W4: never answered, it is opened unless somebody has changed it since', () => {
    const ghosts = [{ sent: { Status: 'New' }, untilMs: since + 120_000 }];
    expect(next({ ghosts })).toEqual({ do: 'read' });
    expect(next({ ghosts }, lead('Lost'))).toMatchObject({ do: 'write' });
    expect(next({ ghosts }, lead('Lost', { changedAtMs: since + 1 }))).toEqual(done({ Status: 'Lost' }));
    expect(next({ ghosts }, lead('New', { changedAtMs: since + 1 }))).toEqual(done({ Status: 'New' }));
  });
  test('taken back it is not opened any more, and never closed by us', () => {
    expect(next({ retracted: 'undone' })).toEqual(done({}));
    const ghosts = [{ sent: { Status: 'New' }, untilMs: since + 120_000 }];
    expect(next({ retracted: 'undone', ghosts }, lead('Lost'))).toEqual(done({ Status: 'Lost' }));
  });
  test('a status that can’t be set is told, and the lead stays as it is', () => {
    const Status = { code: 'NOT_TO_BE_REOPENED', message: 'There is no status “New” of leads.', value: 'New' };
    const step = next({}, lead('Lost'), { unfit: () => ({ Status }) });
    expect(step).toMatchObject({ do: 'rest', target: {}, known: { refused: { Status } } });
  });
});
