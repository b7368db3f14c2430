import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { PhoneNumber } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anna, anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { bySchema } from '../testing/any-policy.ts';
import { hostileKeys } from '../testing/hostile.ts';
import { decide } from './decide.ts';
import {
  effectivePolicy,
  inputsOfCall,
  kindsLookedUp,
  lay,
  pathsIn,
  type Provenance,
  rulesOf,
  sayOff,
  sayProvenance,
  saySource,
  whoseOf,
} from './layers.ts';
import { type Inputs, pinInputs } from './pin.ts';
import { completed, defaultPolicy, parsePolicy, PolicyMistakes, policySchema, type Policy } from './policy.ts';

const policyOf = (given: object): Policy => parsePolicy({ language: 'en', ...given });
const mistakesIn = (given: object): string[] => {
  try {
    policyOf(given);
    return [];
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
};
const inputsFor = (call: Call, policy: Policy, changes: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 3,
  policy,
  people: { anna: { crmUserId: '005A', zone: 'UTC', name: 'Anna' } },
  fallbackOwner: null,
  named: {},
  match: matchCall(call, nobodyKnown, policy.match),
  clockOffsetMs: 0,
  ...changes,
});
const missed = (logging: string) => ({ logging: { missed: logging } });
const line = { id: 'sales', number: '+48221234567' as PhoneNumber };

describe('DP-56: a line, queue, team or agent says what is different there', () => {
  const policy = policyOf({
    product: 'Acme',
    lines: { sales: { ...missed('skip'), zone: 'Asia/Tokyo' }, '+48221234567': { ...missed('completed'), language: 'pl' } },
    queues: { Support: { minutes: 'floor', zone: 'Asia/Seoul' } },
    teams: { north: { members: ['Anna@Example.com'], minutes: 'round' } },
    agents: { ANNA: { zone: 'Europe/Paris' } },
  });
  test('each setting alone, the narrowest first, and who says so', () => {
    const whose = { line: [line.number, line.id], queue: ['Support'], agent: ['anna@example.com', 'anna'] };
    const { policy: held, provenance } = effectivePolicy(policy, whose);
    expect([held.logging.missed, held.logging.voicemail, held.language, held.minutes, held.zone, held.product]).toEqual([
      'skip',
      'open',
      'pl',
      'round',
      'Europe/Paris',
      'Acme',
    ]);
    expect(provenance.map(({ path, level, name }) => `${path.join('.')}: ${level} ${name}`).toSorted()).toEqual([
      'language: line +48221234567',
      'logging.missed: line sales',
      'minutes: team north',
      'zone: agent anna',
    ]);
  });
  test('with nothing different there it is the policy itself', () =>
    expect(effectivePolicy(policy, { line: ['other'], agent: ['ben'] }).policy).toBe(policy));
  test('a call is its line’s, its queue’s and its agent’s; the directory’s team comes before the policy’s', () => {
    const call = aToldCall({ line, queue: { id: 'q1', name: 'Support' }, answeredBy: { ...anna, email: 'anna@example.com' } });
    expect(whoseOf(call, { policy })).toEqual({
      line: ['+48221234567', 'sales'],
      queue: ['Support', 'q1'],
      agent: ['anna@example.com', 'anna'],
      team: 'north',
    });
    const minutes = (teams: Record<string, string>) => inputsOfCall(call, inputsFor(call, policy, { teams })).inputs.policy.minutes;
    expect([minutes({}), minutes({ anna: 'south' }), minutes({ anna: 'north' })]).toEqual(['round', 'floor', 'round']);
  });
  test('a missed call is nobody’s: no agent and no team', () =>
    expect(whoseOf(anUnansweredCall({ line }), { policy, teams: { anna: 'north' } })).toEqual({
      line: ['+48221234567', 'sales'],
      queue: [undefined, undefined],
    }));
  test.each(hostileKeys)('a line named %s finds nothing by accident', (id) =>
    expect(effectivePolicy(policy, { line: [id], queue: [id], team: id, agent: [id] }).policy).toBe(policy),
  );

  test('the decision goes by it, and the rule that fired says whose words these are', () => {
    const call = anUnansweredCall({ line });
    const { verdict, trace } = decide(call, inputsFor(call, policy), { recordingLinks: {}, settled: true });
    const fired = trace.find((step) => 'fired' in step);
    expect(verdict).toMatchObject({ is: 'skipped', rule: 'missed' });
    expect(fired).toMatchObject({
      because: expect.arrayContaining(['Line sales says so: logging.missed, zone.', 'Line +48221234567 says so: language.']),
      provenance: expect.arrayContaining([{ path: ['logging', 'missed'], level: 'line', name: 'sales' }]),
    });
  });
  test('an agent known later brings their own settings out of the pinned version, and their team of today', () => {
    const call = anUnansweredCall({ line, queue: { id: 'q1' } });
    const pinned = pinInputs(undefined, { ...inputsFor(call, policy), teams: { anna: 'south' } }, call);
    expect(pinned.teams).toEqual({});
    const answered = aToldCall({ line });
    const now = { ...inputsFor(answered, defaultPolicy('ja')), teams: { anna: 'north' } };
    expect(inputsOfCall(answered, pinInputs(pinned, now, answered)).inputs.policy).toMatchObject({
      minutes: 'round',
      zone: 'Europe/Paris',
    });
  });
});

describe('who of a call is whose', () => {
  const policy = policyOf({
    minutes: 'floor',
    locked: ['status'],
    lines: { sales: { locked: ['stranger'], minutes: 'ceil' } },
    teams: { empty: {}, north: { members: ['dana', 'anna'], minutes: 'round' }, south: { members: ['ben'], zone: 'Asia/Tokyo' } },
    agents: { ben: { language: 'pl' } },
  });
  test.each([
    ['nobody', {}, undefined],
    ['one by their id', { agent: [undefined, 'anna'] }, 'north'],
    ['one by their e-mail, in capital letters', { agent: ['BEN'] }, 'south'],
    ['one in no team', { agent: ['eve', undefined] }, undefined],
    ['one whose team is told', { team: 'empty', agent: ['ben'] }, 'empty'],
  ])('the team of %s', (_who, whose, team) => expect(rulesOf(policy, whose).find(({ level }) => level === 'team')?.name).toBe(team));
  test('an agent without an e-mail is known by their id; the directory says who is in which team', () => {
    const call = aToldCall({ line, answeredBy: anna });
    expect([whoseOf(call, { policy }), whoseOf(call, { policy, teams: { anna: 'south', ben: 'empty' } })]).toEqual([
      { line: ['+48221234567', 'sales'], queue: [undefined, undefined], agent: [undefined, 'anna'], team: 'north' },
      { line: ['+48221234567', 'sales'], queue: [undefined, undefined], agent: [undefined, 'anna'], team: 'south' },
    ]);
  });
  test('a call of no line, and one whose line has no number, is none of a line that happens to be called undefined', () => {
    const odd = policyOf({ lines: { undefined: { minutes: 'floor' } } });
    const none = whoseOf(anUnansweredCall({ line: undefined }), { policy: odd });
    expect(none).toEqual({ line: [undefined, undefined], queue: [undefined, undefined] });
    expect([rulesOf(odd, none), rulesOf(odd, { line: [undefined, 'sales'] })]).toEqual([[], []]);
  });
  test('locks and members are told with the rules, and are no settings of the call', () => {
    const whose = { line: ['sales'], agent: ['anna'] };
    expect(rulesOf(policy, whose)).toEqual([
      { level: 'line', name: 'sales', rules: { locked: ['stranger'], minutes: 'ceil' } },
      { level: 'team', name: 'north', rules: { members: ['dana', 'anna'], minutes: 'round' } },
    ]);
    expect(effectivePolicy(policy, whose)).toEqual({
      policy: { ...policy, minutes: 'round' },
      provenance: [{ path: ['minutes'], level: 'team', name: 'north' }],
    });
  });
  test('with nothing different the inputs are the same; else the policy of the call stands in them', () => {
    const [ofSales, ofNobody] = [aToldCall({ line, answeredBy: anna }), anUnansweredCall({ line: { id: 'other' } })];
    const inputs = inputsFor(ofSales, policy);
    expect(inputsOfCall(ofSales, inputs)).toEqual({
      inputs: { ...inputs, policy: { ...policy, minutes: 'round' } },
      provenance: [{ path: ['minutes'], level: 'team', name: 'north' }],
    });
    const untouched = inputsOfCall(ofNobody, inputs);
    expect([untouched.inputs === inputs, untouched.provenance]).toEqual([true, []]);
  });
  test('a line may have kinds of records of its own: they are looked up too, each once, after the company’s', () => {
    const kinds = (given: object) => kindsLookedUp(policyOf(given));
    expect(kinds({ match: { kinds: ['contact', 'lead'] } })).toEqual(['contact', 'lead']);
    expect(
      kinds({
        match: { kinds: ['contact', 'lead'] },
        lines: { a: { match: { kinds: ['Site__c', 'lead'] } }, b: {}, c: { match: { personAccounts: 'on' } } },
      }),
    ).toEqual(['contact', 'lead', 'Site__c', 'person-account']);
  });
});

describe('in words', () => {
  const said: readonly Provenance[] = [
    { path: ['zone'], level: 'company', name: '' },
    { path: ['minutes'], level: 'queue', name: 'Support' },
    { path: ['enabled'], level: 'line', name: 'sales' },
    { path: ['logging', 'missed'], level: 'queue', name: 'Support' },
  ];
  test('whose a value is', () => expect(said.map(saySource)).toEqual(['the company', 'queue Support', 'line sales', 'queue Support']));
  test('who says what is different, a sentence each', () =>
    expect(sayProvenance(said)).toEqual([
      'The company says so: zone.',
      'Queue Support says so: minutes, logging.missed.',
      'Line sales says so: enabled.',
    ]));
  test('DP-05: for whom the integration is off', () =>
    expect([sayOff(said), sayOff(said.slice(0, 2)), sayOff([])]).toEqual([
      'The integration is off for line sales (DP-05).',
      'The integration is off (DP-05).',
      'The integration is off (DP-05).',
    ]));
});

describe('a level locks what lower ones must leave alone', () => {
  test('the company’s lock, and words that say who locks what', () =>
    expect(mistakesIn({ locked: ['logging.missed'], lines: { sales: missed('skip') }, agents: { anna: missed('open') } })).toEqual([
      'lines.sales.logging.missed: The company locks logging.missed for all below it: leave it out here, or take the lock away.',
      'agents.anna.logging.missed: The company locks logging.missed for all below it: leave it out here, or take the lock away.',
    ]));
  test('a section is locked with all that is in it', () =>
    expect(mistakesIn({ lines: { sales: { locked: ['stranger'] } }, teams: { north: { stranger: { missed: 'lead' } } } })).toEqual([
      'teams.north.stranger.missed: Line sales locks stranger for all below it: leave it out here, or take the lock away.',
    ]));
  test('not for those above it, and not for itself', () =>
    expect(
      mistakesIn({ ...missed('open'), lines: { a: missed('skip') }, queues: { q: { locked: ['logging.missed'], ...missed('open') } } }),
    ).toEqual([]));
  test('a lock on nothing is a mistake, as is a setting that is the company’s alone', () => {
    expect(mistakesIn({ locked: ['logging.lost'] })[0]).toContain('There is no setting "logging.lost" that a lower level could give.');
    expect(mistakesIn({ lines: { a: { budget: { reserve: 0 } } } })[0]).toContain('lines.a.budget: There is no such setting.');
    expect(mistakesIn({ queues: { a: { match: { tieBreak: 'oldest' } } } })[0]).toContain('queues.a.match: There is no such setting.');
  });
  test('an agent is in one team, and stands there once', () => {
    expect(mistakesIn({ teams: { a: { members: ['anna'] }, b: { members: ['ANNA'] } } })).toEqual([
      'teams.b.members: "anna" is in the team "a" already; one is theirs.',
    ]);
    expect(mistakesIn({ agents: { anna: {}, Anna: {} } })).toEqual([
      'agents.anna: It stands there twice; capital letters make no difference.',
    ]);
  });
});

describe('where a field of the CRM gets its value from', () => {
  const company = { fields: { Task: { Caller__c: { from: 'FROM', default: 'none' }, Line__c: { value: 'x' } } } };
  const laid = (source: object) => lay(company, { fields: { Task: { Caller__c: source } } });
  test.each([
    [{ text: '{TO}' }, { text: '{TO}', default: 'none' }],
    [{ value: true }, { value: true, default: 'none' }],
    [{ from: 'TO' }, { from: 'TO', default: 'none' }],
    [{ default: 'nobody' }, { from: 'FROM', default: 'nobody' }],
    [
      { map: { a: 'b' }, default: 'nobody', text: '{TO}' },
      { map: { a: 'b' }, default: 'nobody', text: '{TO}' },
    ],
  ])('%j stands in the place of another source, and leaves all else', (source, held) =>
    expect(laid(source)).toEqual({ fields: { Task: { Caller__c: held, Line__c: { value: 'x' } } } }),
  );
  test('settings of other names go on beside each other', () => {
    expect(lay({ texts: { en: { missed: { from: 1 } } } }, { texts: { en: { missed: { text: 2 } } } })).toEqual({
      texts: { en: { missed: { from: 1, text: 2 } } },
    });
    expect(lay({ fields: { Task: { from: 1 } } }, { fields: { Task: { text: 2 } } })).toEqual({ fields: { Task: { from: 1, text: 2 } } });
    expect(
      lay({ fields: { Task: { Caller__c: { map: { from: 1 } } } } }, { fields: { Task: { Caller__c: { map: { text: 2 } } } } }),
    ).toEqual({
      fields: { Task: { Caller__c: { map: { from: 1, text: 2 } } } },
    });
  });
});

describe('laying settings over others, whatever they are', () => {
  test('a list is one setting, and what is no section gives way to one', () => {
    expect(lay({ a: [1, 2], b: { c: 3 }, d: 4 }, { a: [5], b: 6, d: { e: 7 } })).toEqual({ a: [5], b: 6, d: { e: 7 } });
    expect(pathsIn({ a: [1], b: { c: null, d: { e: 2 } }, f: {} })).toEqual([['a'], ['b', 'c'], ['b', 'd', 'e']]);
  });
  test('a name that objects know is a name like any other', () => {
    const named = JSON.parse('{"__proto__": {"b": 1}, "constructor": {"c": 2}}') as object;
    const twice = lay(lay({ a: 0 }, named), JSON.parse('{"__proto__": {"d": 3}}') as object);
    expect(Object.entries(twice)).toEqual([
      ['a', 0],
      ['__proto__', { b: 1, d: 3 }],
      ['constructor', { c: 2 }],
    ]);
    expect(Object.getOwnPropertyDescriptor(lay({}, named), 'constructor')).toEqual({
      value: { c: 2 },
      enumerable: true,
      configurable: true,
      writable: true,
    });
  });
  const section = (path: string) => (policySchema().properties ?? {})[path]!;
  const some = fc.record({ logging: bySchema(section('logging')), stranger: bySchema(section('stranger')) }) as fc.Arbitrary<object>;
  const valueAt = (policy: object, path: readonly string[]) =>
    path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], policy);
  test('a setting is changed where it is given, and nowhere else', () =>
    fc.assert(
      fc.property(some, some, (below, given) => {
        const held = lay(below, given);
        for (const path of pathsIn(given)) expect(valueAt(held, path)).toEqual(valueAt(given, path));
        const told = new Set(pathsIn(given).map(String));
        for (const path of pathsIn(below)) if (!told.has(String(path))) expect(valueAt(held, path)).toEqual(valueAt(below, path));
        expect(pathsIn(held).length).toBe(new Set([...pathsIn(below), ...pathsIn(given)].map(String)).size);
      }),
    ));
  test('in whatever groups the levels are laid: company, line and team', () =>
    fc.assert(fc.property(some, some, some, (a, b, c) => void expect(lay(lay(a, b), c)).toEqual(lay(a, lay(b, c))))));
  test('twice is once, and who says so never names a setting that isn’t theirs', () =>
    fc.assert(
      fc.property(some, some, (ofLine, ofAgent) => {
        const policy: Policy = { ...defaultPolicy('en'), lines: { l: ofLine }, agents: { a: ofAgent } };
        const once = effectivePolicy(policy, { line: ['l'], agent: ['a'] });
        expect(effectivePolicy(once.policy, { line: ['l'], agent: ['a'] }).policy).toEqual(once.policy);
        for (const { path, level } of once.provenance)
          expect(valueAt(once.policy, path)).toEqual(valueAt(level === 'agent' ? ofAgent : ofLine, path));
      }),
    ));
});

test('what a former release pinned knew of no levels, and of no new setting in a section', () => {
  const { queues: _queues, teams: _teams, agents: _agents, locked: _locked, ...former } = policyOf({ lines: { a: missed('skip') } });
  const { reminder: _reminder, ...followUp } = former.followUp;
  const read = completed({ ...former, followUp } as Policy);
  expect(read).toEqual(policyOf({ lines: { a: missed('skip') } }));
  expect(effectivePolicy(read, { line: ['a'] }).policy.logging.missed).toBe('skip');
});
