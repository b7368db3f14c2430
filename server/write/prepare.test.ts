import { describe, expect, test } from 'vitest';
import type { CallId } from '../call/event.ts';
import { type Fields, isWantedOfLead, type WantedActivity, type WantedCase, type WantedMarks, type WantedPerson } from '../crm.ts';
import type { OrgId, Refusal, WriteRow } from '../store.ts';
import { nameOf } from './name.ts';
import { nextStep, same, type Terms } from './prepare.ts';
import { composeText } from './text.ts';

const terms: Terms = {
  form: 'unique',
  shared: ['Subject', 'Status', 'OwnerId', 'Description'],
  repointed: ['ContactId'],
  textField: 'Description',
  basis: 'fields 1 policy 1',
  unfit: () => ({}),
  draft: (wanted) =>
    wanted.kind === 'activity'
      ? {
          Subject: wanted.subject,
          Status: wanted.status === 'completed' ? 'Completed' : 'Not Started',
          OwnerId: wanted.ownerId ?? null,
          CallDurationInSeconds: wanted.durationSeconds,
        }
      : { LastName: isWantedOfLead(wanted) ? null : wanted.kind === 'case' ? wanted.subject : wanted.name },
};
const wanted: WantedActivity = {
  kind: 'activity',
  subject: 'Call',
  status: 'completed',
  direction: 'inbound',
  ownerId: '005000000000001AAA',
  who: undefined,
  what: undefined,
  dueDate: '2026-11-21',
  durationSeconds: 61,
  waitSeconds: 4,
  result: 'Answered',
  memo: '',
  system: ['Waiting time: 4 s'],
  callKey: 'c1',
  link: undefined,
};
const text = composeText('', wanted.system);
const full: Fields = { Subject: 'Call', Status: 'Completed', OwnerId: '005000000000001AAA', CallDurationInSeconds: 61, Description: text };
const shared: Fields = { Subject: 'Call', Status: 'Completed', OwnerId: '005000000000001AAA', Description: text };
const fresh: WriteRow<WantedActivity> = {
  org: 1 as OrgId,
  call: '1',
  role: 'log',
  qualifier: '',
  name: 'cb1x',
  wanted,
  wantedVersion: 1,
  policyVersion: 0,
  retracted: undefined,
  onlyUntouched: false,
  leftOut: false,
  state: 'due',
  lane: 'now',
  sinceMs: 0,
  dueMs: 0,
  crmId: undefined,
  sent: {},
  seen: {},
  human: [],
  refused: {},
  ghosts: [],
  attempts: 0,
  setbacks: 0,
};
const written: WriteRow<WantedActivity> = { ...fresh, state: 'written', crmId: '00T000000000001AAA', sent: full, seen: shared };
const said = (text: string) => ({ as: 'text' as const, text });
const holding = (fields: Partial<Record<string, string>>) => ({
  held: { id: '00T000000000001AAA', deleted: false, doubles: [], fields: { ...full, ...fields } as Fields },
});

describe('W2: upsert by name is for the first write only', () => {
  test('“write again” of a deleted record creates it, also where the deleted one is still found', () => {
    const again: WriteRow<WantedActivity> = { ...written, crmId: undefined };
    const found = { held: { ...holding({}).held, deleted: true } };
    expect(nextStep(again, { ...terms, form: 'reduced' }, found)).toMatchObject({ do: 'write', kind: 'create' });
    expect(nextStep({ ...again, sent: {} }, terms, found)).toEqual({ do: 'yield', crmId: '00T000000000001AAA', inBin: true }); // landed unheard, then deleted
  });
  test('D2: no longer wanted and never landed: nothing is created to say so', () =>
    expect(nextStep({ ...fresh, retracted: 'part of c2', ghosts: [{ sent: full, untilMs: 1 }] }, terms, { held: undefined })).toEqual({
      do: 'forget',
    }));
  test('never sent: created with the whole record, nothing read first', () =>
    expect(nextStep(fresh, terms, undefined)).toMatchObject({ do: 'write', kind: 'create', crmId: undefined, fields: full }));
  test('known id: changed by id', () =>
    expect(nextStep({ ...written, wanted: { ...wanted, durationSeconds: 62 } }, terms, undefined)).toMatchObject({
      do: 'write',
      kind: 'change',
      crmId: '00T000000000001AAA',
      fields: { CallDurationInSeconds: 62 },
    }));
  test('gone from the org: not created again', () =>
    expect(nextStep({ ...written, wanted: { ...wanted, subject: 'New' } }, terms, { held: undefined })).toEqual({
      do: 'yield',
      crmId: '00T000000000001AAA',
      inBin: false,
    }));
  test('in the recycle bin: not created again, also when only the name was known', () =>
    expect(
      nextStep({ ...fresh, ghosts: [{ sent: full, untilMs: 9 }] }, terms, { held: { id: '00T9', deleted: true, doubles: [], fields: {} } }),
    ).toEqual({ do: 'yield', crmId: '00T9', inBin: true }));
});

describe('W9: a wish that holds only for a record as we left it', () => {
  const wish = { ...wanted, system: ['No longer valid', ...wanted.system] };
  const undoing: WriteRow<WantedActivity> = { ...written, wanted: wish, onlyUntouched: true };
  test('read first; untouched: written', () => {
    expect(nextStep(undoing, terms, undefined)).toEqual({ do: 'read' });
    expect(nextStep(undoing, terms, holding({}))).toMatchObject({ do: 'write', fields: { Description: composeText('', wish.system) } });
  });
  test.each([
    ['a field', { Subject: 'Anna will call' }, ['Subject']],
    ['words beside our block, which are theirs without the field being', { Description: `He was angry.\n\n${text}` }, []],
  ])('%s was changed: left, and what we last saw stays what it was', (_, change, human) => {
    const step = nextStep(undoing, terms, holding(change));
    expect(step).toMatchObject({ do: 'leave', crmId: '00T000000000001AAA', known: { seen: shared, human } });
    expect(nextStep({ ...undoing, human }, terms, holding(change))).toEqual(step);
  });
  test('a person did what we wanted to do: left all the same', () => {
    const open = { ...undoing, seen: { ...shared, Status: 'Not Started' }, sent: { ...full, Status: 'Not Started' } };
    expect(nextStep(open, terms, holding({ Status: 'Completed' }))).toMatchObject({ do: 'leave', known: { human: [] } });
  });
  test('W4: what landed of our own unanswered request is no person’s', () => {
    const landed = { Description: composeText('', wish.system) };
    expect(nextStep({ ...undoing, ghosts: [{ sent: landed, untilMs: 9 }] }, terms, holding(landed))).toMatchObject({ do: 'rest' });
  });
});

describe('W3: what a human has changed is theirs', () => {
  const renamed = { ...written, wanted: { ...wanted, subject: 'Call (2 min)', durationSeconds: 120 } };
  test('a shared field is about to change: read first', () => expect(nextStep(renamed, terms, undefined)).toEqual({ do: 'read' }));
  test('untouched in the org: changed', () =>
    expect(nextStep(renamed, terms, holding({}))).toMatchObject({
      do: 'write',
      fields: { Subject: 'Call (2 min)', CallDurationInSeconds: 120 },
      known: { human: [] },
    }));
  test('a person changed the subject: theirs from now on, the rest is still ours', () => {
    const step = nextStep(renamed, terms, holding({ Subject: 'Anna will call' }));
    expect(step).toMatchObject({
      do: 'write',
      fields: { CallDurationInSeconds: 120 },
      known: { human: ['Subject'], seen: { Subject: 'Anna will call' } },
    });
    expect(step.do === 'write' && 'Subject' in step.fields).toBe(false);
  });
  test('a person changed it to just what we want: nobody’s quarrel', () =>
    expect(nextStep({ ...written, wanted: { ...wanted, subject: 'X' } }, terms, holding({ Subject: 'X' }))).toMatchObject({
      do: 'rest',
      known: { human: [] },
    }));
  test('theirs stays theirs without another look', () =>
    expect(nextStep({ ...renamed, human: ['Subject'], wanted: { ...wanted, subject: 'Call (3 min)' } }, terms, undefined)).toMatchObject({
      do: 'rest',
    }));
  test('an owner told with 15 characters is the same owner', () =>
    expect(nextStep(renamed, terms, holding({ OwnerId: '005000000000001' }))).toMatchObject({ known: { human: [] } }));
});

describe('W4: what was never answered', () => {
  const ghost = { sent: { ...full, Subject: 'Old words' }, untilMs: 5 };
  test('a create without an answer: read by name before anything else', () =>
    expect(nextStep({ ...fresh, state: 'uncertain', ghosts: [ghost] }, terms, undefined)).toEqual({ do: 'read' }));
  test('it had not landed: the whole record again', () =>
    expect(nextStep({ ...fresh, ghosts: [ghost] }, terms, { held: undefined })).toMatchObject({
      do: 'write',
      kind: 'create',
      fields: full,
    }));
  test('it had landed: adopted, and only the difference sent by id', () =>
    expect(nextStep({ ...fresh, ghosts: [ghost] }, terms, holding({ Subject: 'Old words' }))).toMatchObject({
      do: 'write',
      kind: 'change',
      crmId: '00T000000000001AAA',
      fields: { Subject: 'Call' },
      known: { human: [] },
    }));
  test('it had landed and a person was quicker: their word stays', () =>
    expect(nextStep({ ...fresh, ghosts: [ghost] }, terms, holding({ Subject: 'By hand' }))).toMatchObject({
      do: 'rest',
      known: { human: ['Subject'] },
    }));
  test('an old request lands after a newer one: repaired, not taken for a human', () =>
    expect(nextStep({ ...written, ghosts: [ghost] }, terms, holding({ Subject: 'Old words' }))).toMatchObject({
      do: 'write',
      fields: { Subject: 'Call' },
      known: { human: [] },
    }));
  describe('of the text, where people write as well (W3)', () => {
    const composed = (memo: string) => composeText(memo, wanted.system);
    const textOf = (row: Partial<WriteRow>, memo: string, heldText: string) => {
      const step = nextStep({ ...written, ...row, wanted: { ...wanted, memo } }, terms, holding({ Description: heldText }));
      return step.do === 'write' ? step.fields['Description'] : step.do;
    };
    const after = (memo: string, merged = composed(memo)) => ({
      sent: { ...full, Description: composed(memo) },
      seen: { ...shared, Description: merged },
    });
    const late = (memo: string, merged = composed(memo)) => ({
      ghosts: [{ sent: { Description: merged }, composed: composed(memo), untilMs: 5 }],
    });
    test('an older memo lands after a newer one: it was ours, and nobody took a line away', () =>
      expect(textOf({ ...after('b\na'), ...late('a') }, 'b\na', composed('a'))).toBe(composed('b\na')));
    test('it had landed, and a newer note comes: no note twice', () =>
      expect(textOf({ ...after('a'), ...late('a\nb') }, 'a\nb\nc', composed('a\nb'))).toBe(composed('a\nb\nc')));
    test('it had landed with a person’s words in it: they stay, and no note twice', () =>
      expect(textOf({ ...after('a'), ...late('a\nb', composed('Mine.\na\nb')) }, 'a\nb\nc', composed('Mine.\na\nb'))).toBe(
        composed('Mine.\na\nb\nc'),
      ));
  });
  test('also a field nobody else writes is sent again, whole', () => {
    const { held } = holding({});
    expect(
      nextStep({ ...written, ghosts: [ghost] }, terms, { held: { ...held, fields: { ...held.fields, CallDurationInSeconds: 5 } } }),
    ).toMatchObject({ fields: { CallDurationInSeconds: 61 } });
  });
});

describe('a field the org refused', () => {
  const draft = (fields: Fields): Terms => ({ ...terms, draft: () => ({ ...terms.draft(wanted), ...fields }) });
  const refusal = (more: Partial<Refusal>): Refusal => ({ code: 'X', message: 'no', value: null, basis: terms.basis, ...more });
  const otherPolicy = { basis: 'fields 1 policy 2' };
  const given = { ...written, sent: { ...full, Type: 'EMEA' }, refused: { Type: refusal({ instead: 'EMEA' }) } };

  test('a default it was given stays, also under another policy, as long as nothing else is wanted there', () => {
    for (const more of [{}, otherPolicy])
      expect(nextStep(given, { ...draft({ Type: null }), ...more }, undefined)).toMatchObject({
        do: 'rest',
        known: { refused: given.refused },
      });
    expect(nextStep(given, { ...draft({ Type: 'APAC' }), ...otherPolicy }, undefined)).toMatchObject({
      do: 'write',
      fields: { Type: 'APAC' },
      known: { refused: {} },
    });
  });
  test('nor is it sent again over what people made of it, when a request was never answered', () => {
    const { held } = holding({ Type: 'APAC' });
    const unsure = { ...given, ghosts: [{ sent: { Type: 'EMEA' }, untilMs: 5 }] };
    expect(nextStep(unsure, { ...draft({ Type: null }), ...otherPolicy }, { held })).toMatchObject({ do: 'rest' });
  });
  test('what was never made is made under the policy of today: the old default is not its own', () => {
    const row = { ...fresh, refused: { Type: refusal({ instead: 'EMEA' }), Region: refusal({ instead: 'EMEA' }) } };
    const same = nextStep(row, draft({ Type: null }), undefined);
    expect(same).toMatchObject({ fields: { Type: 'EMEA', Region: 'EMEA' } });
    const step = nextStep(row, { ...draft({ Type: null }), ...otherPolicy }, undefined);
    expect(step).toMatchObject({ fields: { ...full, Type: null } });
    expect(step.do === 'write' && [step.known.refused, 'Region' in step.fields]).toEqual([{}, false]);
  });
  test('a value that something stands in for is tried again under another policy; the one standing in is no difference', () => {
    const row = { ...written, sent: { ...full, Type: 'spare' }, refused: { Type: refusal({ value: 'mine', instead: 'spare' }) } };
    expect(nextStep(row, draft({ Type: 'mine' }), undefined)).toMatchObject({ do: 'rest' });
    expect(nextStep(row, { ...draft({ Type: 'mine' }), ...otherPolicy }, undefined)).toMatchObject({ fields: { Type: 'mine' } });
  });
  test('W4: what we never filled isn’t ours to empty', () => {
    const { held } = holding({ Type: 'set by a Flow' });
    const unsure = (sent: string | null) => ({ ...fresh, ghosts: [{ sent: { ...full, Type: sent }, untilMs: 5 }] });
    expect(nextStep(unsure(null), draft({ Type: null }), { held })).toMatchObject({ do: 'rest' });
    expect(nextStep(unsure('ours'), draft({ Type: null }), { held })).toMatchObject({ fields: { Type: null } });
  });
});

describe('P2: a record made for a number', () => {
  const lead: WantedPerson = { kind: 'lead', name: 'Tanaka', company: 'Missed call', phone: '+48501999888', ownerId: '005A' };
  const ruled: WantedPerson = { ...lead, byAssignmentRules: true };
  const personTerms: Terms = { ...terms, draft: () => ({ LastName: 'Tanaka', OwnerId: '005A' }) };
  const row = (more: Partial<WriteRow>): WriteRow => ({ ...fresh, call: '0', role: 'person', wanted: ruled, ...more });
  const ghosts = [{ sent: { LastName: 'Tanaka', OwnerId: '005A' }, untilMs: 5 }];
  const held = { id: '00Q1', deleted: false, doubles: [], fields: { OwnerId: '005R' } };
  const next = (more: Partial<WriteRow>, reading?: Parameters<typeof nextStep>[2]) => nextStep(row(more), personTerms, reading);

  test('landed unheard, or told to exist: it is whoever’s the org’s rules made it', () => {
    for (const crmId of [undefined, '00Q1']) {
      expect(next({ ghosts, crmId })).toEqual({ do: 'read' });
      expect(next({ ghosts, crmId }, { held })).toMatchObject({
        do: 'rest',
        crmId: '00Q1',
        target: { LastName: 'Tanaka', OwnerId: '005R' },
      });
    }
    expect(next({ ghosts, wanted: lead }, { held })).toMatchObject({ do: 'rest', target: { OwnerId: '005A' } });
  });
  test('told to exist, and not shown: it is there all the same', () =>
    expect(next({ ghosts, crmId: '00Q1' }, { held: undefined })).toMatchObject({ do: 'rest', crmId: '00Q1' }));
  test('what is known of one that was made stays known, whatever it is looked at for', () => {
    const made = {
      crmId: '00Q1',
      sent: { LastName: 'Tanaka', OwnerId: '005R' },
      refused: { Email: { code: 'INVALID_EMAIL_ADDRESS', message: 'no', value: 'n/a', basis: 'an older one' } },
    };
    const stays = { do: 'rest', crmId: '00Q1', target: {}, known: expect.objectContaining({ refused: made.refused }) };
    expect(next(made)).toEqual(stays);
    expect(next({ ...made, state: 'written', ghosts }, { held: { ...held, fields: { OwnerId: '005H' } } })).toEqual(stays);
    expect(next({ ...made, state: 'written', ghosts }, { held: undefined })).toMatchObject({ do: 'yield' });
  });
});

test('W8: without unique names, looked up before it is created', () => {
  expect(nextStep(fresh, { ...terms, form: 'reduced' }, undefined)).toEqual({ do: 'read' });
  expect(nextStep(fresh, { ...terms, form: 'reduced' }, { held: undefined })).toMatchObject({ do: 'write', kind: 'create' });
});

describe('W3: fields that an admin had filled', () => {
  const tags = (...list: string[]): WantedActivity => ({ ...wanted, fields: { tags__c: { as: 'list', list, text: list.join(', ') } } });
  const withTags: Terms = {
    ...terms,
    draft: (asked) => ({
      ...terms.draft(asked),
      ...(asked.kind === 'activity' && asked.fields?.['tags__c']?.as === 'list' ? { Tags__c: asked.fields['tags__c'].list.join(';') } : {}),
    }),
  };
  const held = (Tags__c: string | null) => ({
    held: { id: '00T000000000001AAA', deleted: false, doubles: [], fields: { ...full, Tags__c } as Fields },
  });
  const row = { ...written, wanted: tags('a', 'b'), sent: { ...full, Tags__c: 'a' }, seen: { ...shared, Tags__c: 'a' } };
  test('are read before they are changed, and a person’s choice stays', () => {
    expect(nextStep(row, withTags, undefined)).toEqual({ do: 'read' });
    expect(nextStep(row, withTags, held('a'))).toMatchObject({ do: 'write', fields: { Tags__c: 'a;b' } });
    expect(nextStep(row, withTags, held('c'))).toMatchObject({ do: 'rest', known: { human: ['Tags__c'] } });
    expect(nextStep({ ...row, onlyUntouched: true }, withTags, held('c'))).toMatchObject({ do: 'leave' });
  });
  test('that nothing was wanted in before are ours while they are as they were sent, or empty', () => {
    const before = { ...row, sent: full, seen: shared };
    expect(nextStep(before, withTags, held(null))).toMatchObject({ do: 'write', fields: { Tags__c: 'a;b' } });
    expect(nextStep(before, withTags, held('c'))).toMatchObject({ do: 'rest', known: { human: ['Tags__c'] } });
    expect(nextStep({ ...before, sent: { ...full, Tags__c: 'c' } }, withTags, held('c'))).toMatchObject({ fields: { Tags__c: 'a;b' } });
  });
  test('and can’t be given all of it get the rest, as long as the wish is the same; what the org itself refused stands above', () => {
    const unfit = { Tags__c: { code: 'NOT_IN_PICKLIST', message: 'not offered', value: 'a;b', instead: 'a' } };
    const some: Terms = { ...withTags, unfit: () => unfit };
    const made = nextStep({ ...fresh, wanted: tags('a', 'b') }, some, undefined);
    expect(made).toMatchObject({ do: 'write', fields: { Tags__c: 'a' }, known: { refused: { Tags__c: { value: 'a;b', instead: 'a' } } } });
    const refused = {
      Tags__c: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'no', value: 'a;b', basis: terms.basis, both: true as const },
    };
    const without = nextStep({ ...fresh, wanted: tags('a', 'b'), refused }, some, undefined);
    expect('fields' in without && 'Tags__c' in without.fields).toBe(false);
  });
});

describe('RS-55: marks of a visit, in a lead that is there', () => {
  const marks: WantedMarks = { kind: 'marks', id: '00Q000000000001AAA', first: { A__c: said('new') }, last: { B__c: said('new') } };
  const inOrg: Terms = { ...terms, draft: () => ({ A__c: 'new', B__c: 'new' }) };
  const row: WriteRow = { ...fresh, role: 'attribution', wanted: marks };
  const lead = (fields: Fields, deleted = false) => ({ held: { id: marks.id, deleted, doubles: [], fields } });
  const next = (fields: Fields, sent: Fields = {}) => {
    const step = nextStep({ ...row, sent }, inOrg, lead(fields));
    return step.do === 'write' ? step.fields : step.do;
  };
  test('it is looked at first, and never made', () => {
    expect(nextStep(row, inOrg, undefined)).toEqual({ do: 'read' });
    expect(nextStep(row, inOrg, { held: undefined })).toEqual({ do: 'yield', crmId: marks.id, inBin: false });
    expect(nextStep(row, inOrg, lead({}, true))).toMatchObject({ do: 'yield', inBin: true });
    expect(nextStep({ ...row, retracted: 'undone' }, inOrg, undefined)).toMatchObject({ do: 'rest', target: {} });
  });
  test('of the first visit what is empty is filled, and once; of the last it is renewed, unless a person has changed it since', () => {
    expect(next({ A__c: null, B__c: null })).toEqual({ A__c: 'new', B__c: 'new' });
    expect(next({ A__c: 'old', B__c: 'old' })).toEqual({ B__c: 'new' });
    expect(next({ A__c: 'new', B__c: 'new' })).toBe('rest');
    expect(next({ A__c: null, B__c: 'theirs' }, { A__c: 'was', B__c: 'was' })).toBe('rest');
    expect(next({ A__c: 'was', B__c: 'was' }, { A__c: 'was', B__c: 'was' })).toEqual({ B__c: 'new' });
  });
});

test('equal as the org sees it', () => {
  expect(same('a\r\nb ', 'a\nb')).toBe(true);
  expect(same('', null)).toBe(true);
  expect(same(undefined, null)).toBe(true);
  expect(same('005000000000001', '005000000000001AAA')).toBe(true);
  expect(same('005000000000001', '005000000000002AAA')).toBe(false);
  expect(same(0, null)).toBe(false);
  expect(same('A', 'a')).toBe(false);
});

describe('W1: names', () => {
  const name = (part: Partial<Parameters<typeof nameOf>[0]>) =>
    nameOf({ connection: 'con_1', call: 'c1' as CallId, incarnation: 0, role: 'log', qualifier: '', ...part });
  test('cb1 and 40 lower-case hex digits', () => expect(name({})).toMatch(/^cb1[0-9a-f]{40}$/));
  test('every part counts, also its case, and where one ends', () => {
    const all = [
      name({}),
      name({ call: 'C1' as CallId }),
      name({ call: 'c1 ' as CallId }),
      name({ incarnation: 1 }),
      name({ role: 'review' }),
      name({ qualifier: 'x' }),
      name({ connection: 'con_1c', call: '1' as CallId }),
      name({ connection: 'con_', call: '1c1' as CallId }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('FC-30: a case is made once, and whose it is follows the agent’s choice', () => {
  const ofCase: Terms = {
    ...terms,
    draft: (one) => (one.kind === 'case' ? { Subject: one.subject, ContactId: one.contactId ?? null } : {}),
  };
  const record: WantedCase = { kind: 'case', subject: 'Call: Hanako', origin: 'Phone', contactId: '003000000000001AAA' };
  const sent = ofCase.draft(record);
  const made: WriteRow<WantedCase> = { ...written, role: 'case', wanted: record, crmId: '500000000000001AAA', sent, seen: {} };
  const moved = { ...made, wanted: { ...record, contactId: '003000000000002AAA' } };
  const held = (ContactId: string | null) => ({ held: { id: made.crmId!, deleted: false, doubles: [], fields: { ContactId } } });
  test('never sent: made; made: left as people have it, whatever else is wanted', () => {
    expect(nextStep({ ...made, crmId: undefined, sent: {} }, ofCase, undefined)).toMatchObject({
      do: 'write',
      kind: 'create',
      fields: sent,
    });
    expect(nextStep({ ...made, wanted: { ...record, subject: 'Another' } }, ofCase, undefined)).toMatchObject({ do: 'rest' });
  });
  test('another contact is wanted: read first, then only that is changed', () => {
    expect(nextStep(moved, ofCase, undefined)).toEqual({ do: 'read' });
    expect(nextStep(moved, ofCase, held('003000000000001AAA'))).toMatchObject({
      do: 'write',
      kind: 'change',
      crmId: made.crmId,
      fields: { ContactId: '003000000000002AAA' },
    });
  });
  test('W3: somebody has given it another contact, or none: theirs from then on', () => {
    for (const theirs of ['003000000000009AAA', null]) {
      const step = nextStep(moved, ofCase, held(theirs));
      expect(step).toMatchObject({ do: 'rest', known: { human: ['ContactId'] } });
      expect(nextStep({ ...moved, human: ['ContactId'] }, ofCase, undefined)).toMatchObject({
        do: 'rest',
        known: { human: ['ContactId'] },
      });
    }
  });
  test('it is there already, or the case is gone', () => {
    expect(nextStep(moved, ofCase, held('003000000000002AAA'))).toMatchObject({ do: 'rest', target: { ContactId: '003000000000002AAA' } });
    expect(nextStep(moved, ofCase, { held: undefined })).toMatchObject({ do: 'yield' });
  });
  test('W4: an answer that never came: what it would have left is ours', () => {
    const ghosts = [{ sent: { ContactId: '003000000000002AAA' }, untilMs: 1 }];
    const back = { ...made, ghosts };
    expect(nextStep(back, ofCase, undefined)).toEqual({ do: 'read' });
    expect(
      nextStep({ ...moved, wanted: { ...record, contactId: '003000000000003AAA' }, ghosts }, ofCase, held('003000000000002AAA')),
    ).toMatchObject({
      do: 'write',
      fields: { ContactId: '003000000000003AAA' },
    });
  });
});
