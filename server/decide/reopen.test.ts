import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { CrmField } from '../crm.ts';
import type { Match } from '../match/match.ts';
import { anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { objectsToKnow, remarksOn } from './check-fields.ts';
import { decide, type DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy, PolicyMistakes } from './policy.ts';
import type { OwnReopening } from './reopen.ts';

const closed = { record: { kind: 'lead', id: '00Q1', name: 'Zofia' }, as: 'who', closed: true, because: 'The book.' } as const;
const reopening = { match: { closedLead: 'reopen' }, stranger: { answered: 'lead' } };
type Given = { readonly call?: Call; readonly match?: Partial<Match>; readonly known?: Partial<DecideFacts> };
const decided = (policy: object, { call = aToldCall(), match, known }: Given = {}) => {
  const inputs: Inputs = {
    ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
    policy: parsePolicy({ language: 'en', ...policy }),
    match: { candidates: [closed], searched: 'Looked.', ...match },
  };
  return decide(call, inputs, { recordingLinks: {}, settled: true, ...known });
};
const opened = (policy: object, given?: Given) => decided(policy, given).reopening?.id;
const trace = (policy: object, given?: Given) => JSON.stringify(decided(policy, given).trace);
const ended = closed.record.id;

describe('R5: a closed lead is opened again', () => {
  test('by a call that would have made a lead of a stranger, with what the admin named, and says so', () => {
    expect(decided(reopening).reopening).toEqual({
      ...{ kind: 'reopening', id: ended, closed: ['Closed - Not Converted', 'Closed - Converted'] },
    });
    const named = { ...reopening, match: { ...reopening.match, closedLeadStatuses: ['Lost'], reopenedLeadStatus: 'Again' } };
    expect(decided(named).reopening).toEqual({ kind: 'reopening', id: ended, status: 'Again', closed: ['Lost'] });
    expect(trace(reopening)).toContain('It is closed, and of a stranger such a call would make a lead: it is opened again (R5).');
  });
  test('only where the admin wants it', () => {
    expect([opened({ ...reopening, match: {} }), opened({ ...reopening, match: { closedLead: 'new lead' } })]).toEqual([
      undefined,
      undefined,
    ]);
  });
  test('not by a call that makes nobody, or somebody else, or isn’t logged', () => {
    expect(opened({ ...reopening, stranger: { missed: 'lead' } })).toBeUndefined();
    expect(opened({ ...reopening, stranger: { answered: 'contact' } })).toBeUndefined();
    expect(trace({ ...reopening, stranger: {} })).toContain('It is closed and stays so: of a stranger such a call makes no lead (R5).');
    expect(opened({ ...reopening, logging: { 'inbound-answered': 'skip' } })).toBeUndefined();
    expect(opened({ ...reopening, enabled: false })).toBeUndefined();
    expect(opened(reopening, { call: anUnansweredCall() })).toBeUndefined();
    expect(opened({ ...reopening, stranger: { missed: 'lead' } }, { call: anUnansweredCall() })).toBe(ended);
  });
  test('a row about strangers counts for it, and so does one about closed leads', () => {
    const row = (customer: string) => ({
      match: reopening.match,
      rows: [{ name: 'a row', when: { customer: [customer] }, then: { person: { make: 'lead' } } }],
    });
    expect(['stranger', 'closed lead', 'contact'].map((customer) => opened(row(customer)))).toEqual([ended, ended, undefined]);
  });
  test('at the moment a lead would be made', () => {
    const talking = aToldCall({ phase: 'talking', type: undefined, endedAt: undefined });
    expect(opened(reopening, { call: talking, known: { settled: false } })).toBe(ended);
    const atEnd = { ...reopening, stranger: { answered: 'lead', moment: 'end' } };
    expect(opened(atEnd, { call: talking, known: { settled: false } })).toBeUndefined();
    const unsettled = decided(atEnd, { known: { settled: false } });
    expect([unsettled.reopening, unsettled.unsettled]).toEqual([undefined, true]);
    expect(opened(atEnd)).toBe(ended);
  });
  test('not while the book is read, nor where a person is to choose, nor of whom a person chose', () => {
    expect(opened(reopening, { match: { unsure: true } })).toBeUndefined();
    expect(opened(reopening, { match: { by: 'ask', tied: 2 } })).toBeUndefined();
    const { closed: _, ...chosen } = closed;
    expect(opened(reopening, { match: { candidates: [chosen] } })).toBeUndefined();
    expect(opened(reopening, { match: { candidates: [{ ...closed, record: { kind: 'contact', id: '003A' } }] } })).toBeUndefined();
  });
  test('what this call has had opened stays wanted as it was, also once the lead is open; of another lead nothing', () => {
    const { closed: _, ...open } = closed;
    const own: OwnReopening = { sent: true, wanted: { kind: 'reopening', id: ended, status: 'Again', closed: ['Lost'] } };
    const given = (one: OwnReopening) => ({ match: { candidates: [open] }, known: { reopenings: [one] } });
    expect(decided(reopening, given(own)).reopening).toEqual(own.wanted);
    expect(opened(reopening, given({ ...own, sent: false }))).toBeUndefined();
    expect(opened(reopening, given({ ...own, wanted: { ...own.wanted, id: '00Q2' } }))).toBeUndefined();
  });
});

describe('the status it is opened with', () => {
  const mistakes = (document: object) => {
    try {
      parsePolicy({ language: 'en', ...document });
      return [];
    } catch (error) {
      if (!(error instanceof PolicyMistakes)) throw error;
      return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    }
  };
  test('is none of the closed ones, also of a line', () => {
    const match = { reopenedLeadStatus: 'Lost', closedLeadStatuses: ['Lost'] };
    expect(mistakes({ match })).toEqual(['match.reopenedLeadStatus: “Lost” is among match.closedLeadStatuses: name an open one.']);
    expect(mistakes({ match: { closedLeadStatuses: ['Lost'] }, lines: { sales: { match: { reopenedLeadStatus: 'Lost' } } } })).toEqual([
      'lines.sales.match.reopenedLeadStatus: “Lost” is among match.closedLeadStatuses: name an open one.',
    ]);
    expect(mistakes({ match: { ...match, closedLeadStatuses: ['Over'] }, lines: { sales: { language: 'ja' } } })).toEqual([]);
  });

  const said = (match: object, field: Partial<CrmField> | undefined) => {
    const policy = parsePolicy({ language: 'en', match: { closedLead: 'reopen', closedLeadStatuses: ['Lost'], ...match } });
    const status: CrmField = { name: 'Status', label: 'Status', type: 'choice', choices: ['New', 'Working', 'Lost'], standard: 'New' };
    const fields = new Map([['lead', field ? [{ ...status, ...field }] : []]]);
    return remarksOn(policy, { fields, statuses: [] }).map(({ path, message }) => `${path}: ${message}`);
  };
  test('is one that leads of the org have', () => {
    expect([said({}, {}), said({ reopenedLeadStatus: 'Working' }, {})]).toEqual([[], []]);
    expect(said({ reopenedLeadStatus: 'Again' }, {})).toEqual([
      'match.reopenedLeadStatus: There is no such open status of leads. Name one of New, Working.',
    ]);
    expect(said({}, { standard: 'Lost' })).toEqual(['match.reopenedLeadStatus: New leads begin closed here. Name one of New, Working.']);
    const { standard: _, ...none } = { standard: undefined, choices: ['New'] };
    expect(said({ closedLead: 'log' }, none)).toEqual([]);
    for (const field of [undefined, { onceOnly: true } as const])
      expect(said({}, field)).toEqual(['match.reopenedLeadStatus: The connected user may not change the status of leads.']);
  });
  test('is asked for where leads are to be opened again only', () =>
    expect(
      ['reopen', 'log'].map((closedLead) => objectsToKnow(parsePolicy({ language: 'en', match: { closedLead } })).has('lead')),
    ).toEqual([true, false]));
});
