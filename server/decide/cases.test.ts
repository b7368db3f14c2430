import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import { type KnownMatters, type Matter, noMatters } from '../match/matters.ts';
import { anOutboundCall, anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { type CaseRules, mattersRead } from './cases.ts';
import { decide, type DecideFacts } from './decide.ts';
import type { OwnMatter } from './matter.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, parsePolicy, type PolicyMistakes } from './policy.ts';

const annas = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const hanako: CrmRecord = { kind: 'contact', id: '003A', name: 'Hanako' };
const read: KnownMatters = { ...noMatters, is: { case: 'read', opportunity: 'read' } };
const ticket: Matter = { kind: 'case', id: '500A', name: '00001026', contactId: '003A', closed: false, modifiedAtMs: 10 };
const deal: Matter = { ...ticket, kind: 'opportunity', id: '006A', name: 'Deal', modifiedAtMs: 20 };
type Given = { matters?: KnownMatters; who?: CrmRecord | undefined; what?: CrmRecord; known?: Partial<DecideFacts>; more?: object };
const inputsOf = (cases: Partial<CaseRules>, { matters = read, who = hanako, what, more }: Given = {}): Inputs => ({
  policyVersion: 1,
  policy: { ...defaultPolicy('en'), cases: { ...defaultPolicy('en').cases, ...cases }, ...more },
  people: { anna: annas },
  fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
  match: {
    candidates: [
      ...(who ? [{ record: who, as: 'who' as const, because: 'The book.' }] : []),
      ...(what ? [{ record: what, as: 'what' as const, because: 'The book.' }] : []),
    ],
    searched: 'Looked.',
  },
  matters,
  named: {},
  clockOffsetMs: 0,
});
const decided = (call: Call, cases: Partial<CaseRules>, given: Given = {}) =>
  decide(call, inputsOf(cases, given), { recordingLinks: {}, settled: true, ...given.known });
const what = (cases: Partial<CaseRules>, given?: Given) => decided(aToldCall(), cases, given).wants[0]?.record.what?.id;
const made = (call: Call, cases: Partial<CaseRules>, given?: Given) => decided(call, cases, given).matters.map(({ role }) => role);
const live = aToldCall({ phase: 'talking', type: undefined, endedAt: undefined });
const ringing = aToldCall({ phase: 'ringing', type: undefined, endedAt: undefined, answeredAt: undefined, answeredBy: undefined });
const inTrace = (call: Call, cases: Partial<CaseRules>, given?: Given) => JSON.stringify(decided(call, cases, given).trace);

describe('AC-12, AC-14: what the log is also about', () => {
  const both = { matters: { ...read, open: [ticket, deal] } };
  test('the contact’s, never a lead’s, a person account’s only where accounts count', () => {
    expect(what({ attach: 'case' }, both)).toBe('500A');
    expect(what({ attach: 'latest of both' }, both)).toBe('006A');
    expect(what({ attach: 'case' }, { ...both, who: { kind: 'lead', id: '003A' } })).toBeUndefined();
    const personAccount = { ...both, who: { kind: 'person-account', id: '003A' } };
    expect(what({ attach: 'case' }, personAccount)).toBeUndefined();
    expect(what({ attach: 'case', via: 'contact or account' }, personAccount)).toBe('500A');
  });
  test('what is chosen or clicked stays, whatever is open', () =>
    expect(what({ attach: 'case' }, { ...both, what: { kind: 'Campaign', id: '701A' } })).toBe('701A'));
  test('another contact’s case is nobody’s here', () =>
    expect(what({ attach: 'case' }, { matters: { ...read, open: [{ ...ticket, contactId: '003B' }] } })).toBeUndefined());
  test('nothing found says where was looked, and what isn’t known', () => {
    expect(inTrace(aToldCall(), { attach: 'case' })).toContain('Nothing of theirs is open');
    expect(inTrace(aToldCall(), { attach: 'case' }, { matters: noMatters })).toContain('its cases are not to be read in this org');
    expect(
      inTrace(aToldCall(), { attach: 'opportunity' }, { matters: { ...read, is: { case: 'read', opportunity: 'reading' } } }),
    ).toContain('its opportunities are still being read');
  });
});

describe('FC-29: when a case is made', () => {
  const always = { create: 'always' } as const;
  test.each([
    ['ring', [['case'], ['case'], ['case']]],
    ['answer', [[], ['case'], ['case']]],
    ['end', [[], [], ['case']]],
  ] as const)('at %s', (moment, expected) =>
    expect([ringing, live, aToldCall()].map((call) => made(call, { ...always, moment }))).toEqual(expected),
  );
  test('D3: at the end only once the story is settled', () => {
    const early = decided(aToldCall(), { ...always, moment: 'end' }, { known: { settled: false } });
    expect([early.matters, early.unsettled]).toEqual([[], true]);
  });
  test('a call in vain makes one only where that is chosen, or when it rang', () => {
    expect(made(anUnansweredCall(), always)).toEqual([]);
    expect(made(anUnansweredCall(), { ...always, also: ['missed'] })).toEqual(['case']);
    expect(made(anUnansweredCall(), { ...always, moment: 'ring' })).toEqual(['case']);
  });
  test('outbound, internal, withheld', () => {
    expect(made(anOutboundCall(), always)).toEqual([]);
    expect(made(anOutboundCall(), { ...always, also: ['outbound'] })).toEqual(['case']);
    const internal = aToldCall({ direction: 'internal', type: 'internal' });
    expect(made(internal, { ...always, createFor: 'anybody', also: ['outbound', 'missed'] })).toEqual([]);
    const withheld = aToldCall({ customer: { withheld: true } });
    expect(made(withheld, { ...always, createFor: 'anybody' }, { who: undefined })).toEqual([]);
  });
  test('a type of call that isn’t logged makes none, at whatever moment', () => {
    const more = { logging: { ...defaultPolicy('en').logging, 'inbound-answered': 'skip' } };
    for (const call of [ringing, live, aToldCall()]) expect(made(call, { ...always, moment: 'ring' }, { more })).toEqual([]);
  });
  test('nor does one that its row leaves out, from the first ring on', () => {
    const { rows } = parsePolicy({ language: 'en', rows: [{ name: 'no calls', when: { direction: 'inbound' }, then: { log: 'skip' } }] });
    for (const call of [ringing, live, aToldCall()]) expect(made(call, { ...always, moment: 'ring' }, { more: { rows } })).toEqual([]);
  });
});

describe('AC-13: only if none is open', () => {
  const noneOpen = { create: 'none open' } as const;
  const coming = { name: 'cb1x', kind: 'case', contactId: '003A', called: 'Call: Hanako', sinceMs: 30 } as const;
  test('one is open', () => expect(made(aToldCall(), noneOpen, { matters: { ...read, open: [ticket] } })).toEqual([]));
  test('whether one is open isn’t known: none is made, and it says so', () => {
    expect(made(aToldCall(), noneOpen, { matters: noMatters })).toEqual([]);
    expect(inTrace(aToldCall(), noneOpen, { matters: noMatters })).toContain("whether one is open isn't known");
  });
  test('another call is making it: waited for, then hung on', () => {
    const waiting = decided(aToldCall(), noneOpen, { matters: { ...read, coming: [coming] } });
    expect([waiting.matters, waiting.coming, waiting.wants[0]?.awaitsPerson]).toEqual([[], true, true]);
    expect(what({ ...noneOpen, attach: 'case' }, { matters: { ...read, coming: [{ ...coming, id: '500B' }] } })).toBe('500B');
  });
  test('it is made once: wanted as it was, and of its contact what the agent chose since (FC-30)', () => {
    const [first] = decided(live, noneOpen).matters;
    const own: OwnMatter = { role: 'case', state: 'there', id: '500B', sent: true, wanted: first!.record };
    const later = decided(aToldCall({ endedAt: (live.startedAt + 90_000) as Instant }), noneOpen, { known: { matters: [own] } });
    expect(later.matters).toEqual([{ role: 'case', record: first!.record }]);
    expect(later.wants[0]?.record.what?.id).toBe('500B');
    const moved = decided(aToldCall(), noneOpen, { who: { kind: 'Contact', id: '003C' }, known: { matters: [own] } });
    expect(moved.matters[0]?.record).toEqual({ ...first!.record, contactId: '003C' });
    const unlinked = decided(aToldCall(), noneOpen, { who: undefined, known: { matters: [own] } });
    expect(unlinked.matters[0]?.record).toEqual(first!.record);
    const [deleted] = [decided(aToldCall(), noneOpen, { known: { matters: [{ ...own, state: 'deleted' }] } })];
    expect([deleted.matters.length, deleted.wants[0]?.record.what]).toEqual([1, undefined]);
    const parked = decided(aToldCall(), noneOpen, { known: { matters: [{ ...own, state: 'parked' }] } });
    expect([parked.wants[0]?.awaitsPerson, parked.wants[0]?.record.what]).toEqual([undefined, undefined]);
  });
});

describe('what an admin may say', () => {
  const mistakes = (document: object) => {
    try {
      parsePolicy({ language: 'en', ...document });
      return [];
    } catch (error) {
      return (error as PolicyMistakes).mistakes.map(({ path, message, together }) => [together ? 'together' : 'alone', path, message]);
    }
  };
  const withheld = 'Who withholds the number is no contact: let cases.createFor be "anybody", or take "withheld" out.';
  const byRules = 'Whom the assignment rules choose is not named here: take it out, or let cases.owner be "log owner".';
  const stage = 'Name the stage an opportunity begins in, such as "Prospecting": Salesforce makes none without.';
  const anybody = { also: ['withheld'], createFor: 'anybody' };
  const ofShop = (rules: object, company: object = {}) => ({ ...company, lines: { shop: rules } });
  test.each([
    [{ cases: { also: ['withheld'] } }, ['cases.also'], withheld],
    [{ cases: { also: ['withheld'], createFor: 'any contact' } }, ['cases.also'], withheld],
    [{ cases: anybody }, []],
    [{ cases: { createFor: 'any contact' } }, []],
    [{ cases: { owner: 'assignment rules', ownerId: '005A' } }, ['cases.ownerId'], byRules],
    [{ cases: { owner: 'assignment rules' } }, []],
    [{ cases: { owner: 'log owner', ownerId: '005A' } }, []],
    [{ opportunities: { create: 'none open' } }, ['opportunities.stage'], stage],
    [{ opportunities: { create: 'none open', stage: 'Prospecting' } }, []],
    [{ opportunities: { create: 'never' } }, []],
    [ofShop({ cases: { also: ['withheld'] } }), ['lines.shop.cases.also'], withheld],
    [ofShop({ cases: { also: ['withheld'] } }, { cases: { createFor: 'anybody' } }), []],
    [ofShop({ cases: { createFor: 'any contact' } }, { cases: anybody }), ['lines.shop.cases.createFor'], withheld],
    [ofShop({ cases: { origin: 'Shop' } }, { cases: { also: ['withheld'] } }), ['cases.also'], withheld],
    [ofShop({ cases: { owner: 'assignment rules' } }, { cases: { ownerId: '005A' } }), ['lines.shop.cases.owner'], byRules],
    [ofShop({ cases: { ownerId: '005A' } }, { cases: { owner: 'assignment rules' } }), ['lines.shop.cases.ownerId'], byRules],
    [ofShop({ cases: { origin: 'Shop' } }, { cases: { owner: 'assignment rules', ownerId: '005A' } }), ['cases.ownerId'], byRules],
    [ofShop({ opportunities: { create: 'none open' } }), ['lines.shop.opportunities.stage'], stage],
    [ofShop({ opportunities: { create: 'none open' } }, { opportunities: { stage: 'First' } }), []],
    [ofShop({ language: 'fr' }), []],
  ] as [object, string[], string?][])('%j together: a mistake in %j', (document, paths, message) =>
    expect(mistakes(document)).toEqual(paths.map((path) => ['together', path, message])),
  );
  const long = 'x'.repeat(256);
  test.each([
    ['cases.also', 'sometimes', 'Give a list of "outbound", "missed", "withheld", "out of hours", not "sometimes".'],
    ['cases.also', ['missed', 'missed'], 'Something stands there twice.'],
    ['cases.via', 'account', 'Choose one of "contact", "contact or account", not "account".'],
    ['cases.create', 'once', 'Choose one of "never", "none open", "always", not "once".'],
    ['cases.moment', 'later', 'Choose one of "ring", "answer", "end", not "later".'],
    ['cases.createFor', 'all', 'Choose one of "existing contact", "any contact", "anybody", not "all".'],
    ['cases.owner', 'me', 'Choose one of "log owner", "assignment rules", not "me".'],
    ['cases.origin', long, 'Give at most 40 characters, not 256.'],
    ['cases.codePurpose', long, 'Give at most 64 characters, not 256.'],
    ['cases.codeField', 'No field', 'Give the API name of a field, such as "CaseNumber", not "No field".'],
    ['cases.code', 1, 'Give true or false, not 1.'],
    ['opportunities.create', 'always', 'Choose one of "never", "none open", not "always".'],
    ['opportunities.stage', long, 'Give at most 255 characters, not 256.'],
    ['opportunities.closeDays', -1, 'Give a whole number of days from 0 to 3650, not -1.'],
    ['opportunities.closeDays', 0.5, 'Give a whole number of days from 0 to 3650, not 0.5.'],
  ])('%s: %j is a mistake', (path, value, message) => {
    const [section = '', setting = ''] = path.split('.');
    expect(mistakes({ [section]: { [setting]: value } })).toEqual([['alone', path, message]]);
  });
  test.each(['cases.subject', 'opportunities.name'])('%s is a template', (path) => {
    const [section = '', setting = ''] = path.split('.');
    expect(mistakes({ [section]: { [setting]: '{CUSTOMER' } })).toMatchObject([['alone', path, expect.any(String)]]);
  });
  test('as it is given, so it is read', () => {
    const cases: CaseRules = {
      ...{ attach: 'latest of both', via: 'contact or account', create: 'none open', moment: 'ring', createFor: 'anybody' },
      ...{ also: ['outbound', 'withheld'], owner: 'log owner', ownerId: '00GC', origin: 'Web', subject: 'About {CUSTOMER}' },
      ...{ code: true, codeField: 'Number__c', codePurpose: 'case' },
    };
    const opportunities = { create: 'none open', stage: 'First', closeDays: 3650, name: 'Deal' } as const;
    expect(parsePolicy({ language: 'en', cases, opportunities })).toMatchObject({ cases, opportunities });
  });

  test('nothing is read of the org that no setting needs', () => {
    const { cases, opportunities } = defaultPolicy('en');
    const deals = ['opportunity', 'opportunity-role'];
    const kinds = (more: Partial<CaseRules>) => mattersRead({ cases: { ...cases, ...more }, opportunities }).kinds;
    expect([kinds({}), kinds({ create: 'always' })]).toEqual([[], []]);
    expect([kinds({ attach: 'case' }), kinds({ create: 'none open' }), kinds({ code: true })]).toEqual([['case'], ['case'], ['case']]);
    expect(kinds({ attach: 'opportunity' })).toEqual(deals);
    expect([kinds({ attach: 'case, then opportunity' }), kinds({ attach: 'latest of both' })]).toEqual([
      ['case', ...deals],
      ['case', ...deals],
    ]);
    expect(mattersRead({ cases, opportunities: { ...opportunities, create: 'none open' } })).toEqual({ kinds: deals, code: undefined });
    const keyed = { ...cases, codeField: 'Number__c' };
    expect(mattersRead({ cases: { ...keyed, code: true }, opportunities })).toEqual({ kinds: ['case'], code: 'Number__c' });
    expect(mattersRead({ cases: keyed, opportunities })).toEqual({ kinds: [], code: undefined });
  });
});
