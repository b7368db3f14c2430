import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileJson, hostileKeys } from '../testing/hostile.ts';
import { defaultComments } from './comments.ts';
import { callTypeSettings, defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { languages, words } from './words.ts';

const mistakesIn = (document: unknown) => {
  try {
    parsePolicy(document);
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes;
    throw error;
  }
  return [];
};
const pathsOf = (document: unknown) => mistakesIn(document).map(({ path }) => path);

describe('the defaults', () => {
  test('AC-05: what was answered or dialled is completed, what was missed or went to voicemail stays open', () =>
    expect(defaultPolicy('fr').logging).toEqual({
      'inbound-answered': 'completed',
      'outbound-answered': 'completed',
      'outbound-unanswered': 'completed',
      missed: 'open',
      voicemail: 'open',
    }));
  test('nobody is made, nobody is asked and nothing is locked; the book takes half of what is left', () =>
    expect(defaultPolicy('pl')).toMatchObject({
      enabled: true,
      language: 'pl',
      product: 'Cordboard',
      zone: 'UTC',
      skipInternal: true,
      minutes: 'ceil',
      closeWhenCalledBack: false,
      moment: 'end',
      status: {},
      fields: {},
      stranger: {
        missed: 'nothing',
        answered: 'nothing',
        outbound: 'nothing',
        moment: 'answer',
        names: 'whole',
        phoneField: 'phone',
        leadsOwnedBy: 'decision',
        afterDeletion: 'nothing',
      },
      followUp: { missedFor: 'record owner', dueHours: 4, count: 'clock', reminder: true, review: 'never', checkSetup: false },
      hours: { calendars: {}, calls: 'always', messages: 'always' },
      rows: [],
      budget: { bookShare: 0.5, reserve: 0.2, bookAtLeast: 100 },
      defaults: {},
      duplicates: 'park',
      ...{ locked: [], lines: {}, queues: {}, teams: {}, agents: {} },
    }));
  test('AC-04: there are five types, each with a setting of its own', () =>
    expect(Object.keys(defaultPolicy('en').logging).toSorted()).toEqual(callTypeSettings.toSorted()));
  test('every language has a default policy that its own reader takes', () => {
    for (const language of languages)
      expect(parsePolicy(JSON.parse(JSON.stringify(defaultPolicy(language))))).toEqual(defaultPolicy(language));
  });
});

describe('each setting says what it takes', () => {
  const long = 'x'.repeat(256);
  const making = '"lead", "contact", "account", "person-account", "nothing"';
  const owner = 'agent, first answerer, last answerer, record owner, senior manager, default owner, or ids of users and queues';
  const number = 'none of numbers such as "+48221234567"';
  const kind = 'none of kinds of records, such as contact, lead, account, person-account or Site__c';
  test.each<[object, string]>([
    [{ enabled: 1 }, 'enabled: Give true or false, not 1.'],
    [{ product: 'x'.repeat(81) }, 'product: Give at most 80 characters, not 81.'],
    [{ zone: 'Mars' }, 'zone: Give an IANA time zone such as "Europe/Warsaw", not "Mars".'],
    [{ logging: [] }, 'logging: Give an object with an answer for each type of call, not a list.'],
    [
      { logging: { lost: 'open' } },
      'logging.lost: There is no such type of call. There are outbound-answered, outbound-unanswered, inbound-answered, missed, voicemail.',
    ],
    [{ logging: { voicemail: 'maybe' } }, 'logging.voicemail: Choose one of "completed", "open", "skip", not "maybe".'],
    [{ skipInternal: false }, 'skipInternal: Internal calls are never logged (DP-52); leave it true, not false.'],
    [{ closeWhenCalledBack: 'no' }, 'closeWhenCalledBack: Give true or false, not "no".'],
    [{ moment: 'later' }, 'moment: Choose one of "ring", "answer", "end", not "later".'],
    [{ defaultOwnerId: 'x'.repeat(65) }, 'defaultOwnerId: Give at most 64 characters, not 65.'],
    [{ country: 'pl' }, 'country: Give the two capital letters of a country (ISO 3166), such as "PL", not "pl".'],
    [{ country: 'POL' }, 'country: Give the two capital letters of a country (ISO 3166), such as "PL", not "POL".'],
    [{ country: '_PL' }, 'country: Give the two capital letters of a country (ISO 3166), such as "PL", not "_PL".'],
    [{ match: { kinds: ['Some thing'] } }, `match.kinds: "Some thing" is ${kind}.`],
    [{ match: { kinds: ['lead1'] } }, `match.kinds: "lead1" is ${kind}.`],
    [{ match: { kinds: ['-lead'] } }, `match.kinds: "-lead" is ${kind}.`],
    [{ match: { kinds: ['1 Site__c'] } }, `match.kinds: "1 Site__c" is ${kind}.`],
    [{ match: { kinds: ['Site__c2'] } }, `match.kinds: "Site__c2" is ${kind}.`],
    [
      { match: { tieBreak: 'first' } },
      'match.tieBreak: Choose one of "latest", "active", "owned by agent", "oldest", "ask", "none", not "first".',
    ],
    [{ match: { clicked: 1 } }, 'match.clicked: Give true or false, not 1.'],
    [{ match: { shown: 2 } }, 'match.shown: Give true or false, not 2.'],
    [{ match: { remembered: 3 } }, 'match.remembered: Give true or false, not 3.'],
    [{ match: { personAccounts: 'maybe' } }, 'match.personAccounts: Choose one of "auto", "on", "off", not "maybe".'],
    [{ match: { ownNumbers: ['0123'] } }, `match.ownNumbers: "0123" is ${number}.`],
    [{ match: { ownNumbers: ['+0123456'] } }, `match.ownNumbers: "+0123456" is ${number}.`],
    [{ match: { sharedNumbers: ['+1234'] } }, `match.sharedNumbers: "+1234" is ${number}.`],
    [{ match: { sharedNumbers: ['+1234567890123456'] } }, `match.sharedNumbers: "+1234567890123456" is ${number}.`],
    [{ match: { sharedNumbers: ['tel:+48221234567'] } }, `match.sharedNumbers: "tel:+48221234567" is ${number}.`],
    [{ match: { sharedNumbers: ['+4822123AB'] } }, `match.sharedNumbers: "+4822123AB" is ${number}.`],
    [{ match: { sharedAbove: 0 } }, 'match.sharedAbove: Give a whole number from 1 to 50, not 0.'],
    [{ match: { sharedAbove: 1.5 } }, 'match.sharedAbove: Give a whole number from 1 to 50, not 1.5.'],
    [{ match: { closedLeadStatuses: [' '] } }, 'match.closedLeadStatuses: " " is none of statuses of leads.'],
    [{ match: { closedLead: 'no' } }, 'match.closedLead: Choose one of "log", "reopen", "new lead", not "no".'],
    [{ stranger: { missed: 'case' } }, `stranger.missed: Choose one of ${making}, not "case".`],
    [{ stranger: { answered: 'task' } }, `stranger.answered: Choose one of ${making}, not "task".`],
    [{ stranger: { outbound: 'user' } }, `stranger.outbound: Choose one of ${making}, not "user".`],
    [{ stranger: { moment: 'now' } }, 'stranger.moment: Choose one of "ring", "answer", "end", not "now".'],
    [{ stranger: { names: 'half' } }, 'stranger.names: Choose one of "whole", "first last", "last first", not "half".'],
    [{ stranger: { unnamed: [] } }, 'stranger.unnamed: Give an object with a template for each language, not a list.'],
    [{ stranger: { unnamed: { de: 'x' } } }, 'stranger.unnamed.de: There is no such language. There are en, ja, fr, ru, pl.'],
    [
      { stranger: { unnamed: { pl: 'a {' } } },
      'stranger.unnamed.pl: The "{" at character 3 has no partner; braces only hold the name of a field.',
    ],
    [{ stranger: { phoneField: 'fax' } }, 'stranger.phoneField: Choose one of "phone", "mobile", "by number type", not "fax".'],
    [{ stranger: { status: long } }, 'stranger.status: Give at most 255 characters, not 256.'],
    [{ stranger: { recordType: 'x'.repeat(81) } }, 'stranger.recordType: Give at most 80 characters, not 81.'],
    [{ stranger: { company: long } }, 'stranger.company: Give at most 255 characters, not 256.'],
    [{ stranger: { ownerId: 5 } }, `stranger.ownerId: Give a text that isn't empty, not 5.`],
    [{ stranger: { owner: ['who'] } }, `stranger.owner: "who" is none of ${owner}.`],
    [{ stranger: { leadsOwnedBy: 'me' } }, 'stranger.leadsOwnedBy: Choose one of "decision", "assignment rules", not "me".'],
    [{ stranger: { afterDeletion: 'x' } }, 'stranger.afterDeletion: Choose one of "nothing", "again", not "x".'],
    [{ followUp: { missedFor: 'x' } }, 'followUp.missedFor: Choose one of "record owner", "default owner", not "x".'],
    [{ followUp: { seniorManagerId: 1 } }, `followUp.seniorManagerId: Give a text that isn't empty, not 1.`],
    [{ followUp: { missedOwnerId: 2 } }, `followUp.missedOwnerId: Give a text that isn't empty, not 2.`],
    [{ followUp: { dueHours: 721 } }, 'followUp.dueHours: Give hours from 0 to 720, not 721.'],
    [{ followUp: { dueHours: -1 } }, 'followUp.dueHours: Give hours from 0 to 720, not -1.'],
    [{ followUp: { count: 'days' } }, 'followUp.count: Choose one of "clock", "business hours", not "days".'],
    [{ followUp: { reminder: 1 } }, 'followUp.reminder: Give true or false, not 1.'],
    [{ followUp: { review: 'x' } }, 'followUp.review: Choose one of "never", "inbound", "always", not "x".'],
    [{ followUp: { checkSetup: 2 } }, 'followUp.checkSetup: Give true or false, not 2.'],
    [{ budget: { bookShare: 2 } }, 'budget.bookShare: Give a number from 0 to 1, not 2.'],
    [{ budget: { reserve: -1 } }, 'budget.reserve: Give a number from 0 to 1, not -1.'],
    [{ budget: { bookAtLeast: 1_000_001 } }, 'budget.bookAtLeast: Give a whole number from 0 to 1000000, not 1000001.'],
    [{ budget: { bookAtLeast: 0.5 } }, 'budget.bookAtLeast: Give a whole number from 0 to 1000000, not 0.5.'],
    [{ owner: ['me'] }, `owner: "me" is none of ${owner}.`],
    [{ duplicates: 'x' }, 'duplicates: Choose one of "park", "use", "save", not "x".'],
    [{ defaults: [] }, `defaults: Give an object with the CRM's objects, such as {"Task": {"Region__c": "EMEA"}}, not a list.`],
    [{ defaults: { 'a b': {} } }, 'defaults.a b: Give the API name of an object, such as Task.'],
    [{ defaults: { ['A'.repeat(80)]: {} } }, `defaults.${'A'.repeat(80)}: Give the API name of an object, such as Task.`],
    [{ defaults: { Task: 'x' } }, 'defaults.Task: Give an object with a value for each field, not "x".'],
    [{ defaults: { Task: { '1x': 'a' } } }, 'defaults.Task.1x: Give the API name of a field, such as Region__c.'],
    [{ defaults: { Task: { 'x y': 'a' } } }, 'defaults.Task.x y: Give the API name of a field, such as Region__c.'],
    [{ defaults: { Task: { Region__c: '' } } }, `defaults.Task.Region__c: Give a text that isn't empty, not "".`],
    [{ defaults: { Task: { Region__c: long } } }, 'defaults.Task.Region__c: Give at most 255 characters, not 256.'],
    [{ defaults: { Task: { Region__c: null } } }, 'defaults.Task.Region__c: Give a text, a number, true or false, not null.'],
    [{ defaults: { Task: { Region__c: Infinity } } }, 'defaults.Task.Region__c: Give a text, a number, true or false, not null.'],
    [{ colour: 'red', language: 'en' }, expect.stringMatching(/^colour: There is no such setting\. There are enabled, language, product/)],
  ])('%j', (given, mistake) =>
    expect(mistakesIn({ language: 'en', ...given }).map(({ path, message }) => `${path}: ${message}`)).toEqual([mistake]),
  );
  test.each([
    [null, 'null'],
    [[], 'a list'],
    ['en', '"en"'],
    [undefined, 'nothing'],
  ])('%j is no document', (document, told) =>
    expect(mistakesIn(document)).toEqual([{ path: '(document)', message: `Give an object, not ${told}.` }]),
  );
  test('all of them in one error, with its name', () =>
    expect(() => parsePolicy({ language: 'en', enabled: 0, minutes: 'up' })).toThrow(
      expect.objectContaining({
        name: 'PolicyMistakes',
        message: `The policy can't be used. enabled: Give true or false, not 0. minutes: Choose one of "ceil", "floor", "round", not "up".`,
      }),
    ));
});

describe('reading a policy', () => {
  test('what is left out takes its default, so a document of last year can be read', () =>
    expect(parsePolicy({ language: 'ja', logging: { missed: 'skip' } })).toEqual({
      ...defaultPolicy('ja'),
      logging: { ...defaultPolicy('ja').logging, missed: 'skip' },
    }));
  test('what is given is kept', () => {
    const given = {
      ...defaultPolicy('pl'),
      product: 'Acme',
      zone: 'Europe/Warsaw',
      minutes: 'floor',
      subject: '{CUSTOMER} {DATE}',
      defaultOwnerId: '00G1',
      country: 'PL',
    } as const;
    expect(parsePolicy(given)).toEqual(given);
  });
  test('every mistake is named with its path, not the first alone', () =>
    expect(
      pathsOf({
        language: 'de',
        product: ' ',
        zone: 'Europe/Atlantis',
        logging: { missed: 'maybe', voicemail: 1, lost: 'open' },
        skipInternal: false,
        minutes: 'up',
        subject: '{PRODUKT} {',
        defaultOwnerId: 5,
        closeWhenCalledBack: 'yes',
        colour: 'red',
      }).toSorted(),
    ).toEqual([
      'closeWhenCalledBack',
      'colour',
      'defaultOwnerId',
      'language',
      'logging.lost',
      'logging.missed',
      'logging.voicemail',
      'minutes',
      'product',
      'skipInternal',
      'subject',
      'subject',
      'zone',
    ]));
  test('the message says what to give instead', () =>
    expect(mistakesIn({ language: 'en', minutes: 'up' })).toEqual([
      { path: 'minutes', message: 'Choose one of "ceil", "floor", "round", not "up".' },
    ]));
  test('D4: a call back closes nothing unless the admin says so', () =>
    expect(
      [parsePolicy({ language: 'en' }), parsePolicy({ language: 'en', closeWhenCalledBack: true })].map(
        (policy) => policy.closeWhenCalledBack,
      ),
    ).toEqual([false, true]));
  test('of a section that is given in part the rest is as it was', () => {
    const given = {
      comments: { until: 'analysed' },
      task: { result: 'tags' },
      attribution: { existing: true },
      match: { sharedAbove: 50 },
      stranger: { moment: 'ring' },
      followUp: { dueHours: 720, calendar: 'office' },
      hours: { calls: 'in hours', calendar: 'office', calendars: { office: { week: { monday: ['09:00-17:00'] } } } },
      messages: { create: 'lead' },
      cases: { attach: 'case' },
      opportunities: { closeDays: 7 },
      budget: { bookAtLeast: 1_000_000 },
      people: { mapping: ['email'] },
      campaigns: { wrapSeconds: 5 },
    } as const;
    const whole = defaultPolicy('en');
    expect(parsePolicy({ language: 'en', ...given })).toEqual({
      ...whole,
      comments: { ...defaultComments, until: 'analysed' },
      task: { ...whole.task, result: 'tags' },
      attribution: { ...whole.attribution, existing: true },
      match: { ...whole.match, sharedAbove: 50 },
      stranger: { ...whole.stranger, moment: 'ring' },
      followUp: { ...whole.followUp, dueHours: 720, calendar: 'office' },
      hours: {
        calls: 'in hours',
        messages: 'always',
        calendar: 'office',
        calendars: { office: { week: { monday: ['09:00-17:00'] }, holidays: [], exceptions: [] } },
      },
      messages: { ...whole.messages, create: 'lead' },
      cases: { ...whole.cases, attach: 'case' },
      opportunities: { ...whole.opportunities, closeDays: 7 },
      budget: { ...whole.budget, bookAtLeast: 1_000_000 },
      people: { ...whole.people, mapping: ['email'] },
      campaigns: { ...whole.campaigns, wrapSeconds: 5 },
    });
  });
  test('a level has what it gives, without what is so by default', () => {
    const given = {
      lines: {
        sales: { enabled: false, match: { shown: true }, stranger: { missed: 'lead' }, task: { type: 'Call' }, locked: ['minutes'] },
      },
      queues: { support: { followUp: { dueHours: 2 }, comments: { minutesAfterEnd: 3 } } },
      teams: { north: { members: ['anna'], attribution: { existing: true }, cases: { attach: 'case' } } },
      agents: {
        ben: { messages: { log: 'per message' }, campaigns: { wrapSeconds: 9 }, opportunities: { closeDays: 1 }, zone: 'Asia/Tokyo' },
      },
    };
    expect(parsePolicy({ language: 'fr', ...given })).toEqual({ ...defaultPolicy('fr'), ...given });
  });
  test('what the CRM insists on may be a text, a number, a tick', () => {
    const defaults = { Task: { Region__c: 'EMEA', Weight__c: 0, Hot__c: false }, ['A'.repeat(79)]: { ['b'.repeat(79)]: 'x' } };
    expect(parsePolicy({ language: 'en', defaults }).defaults).toEqual(defaults);
  });
  test('numbers of up to fifteen digits, and kinds of the org’s own', () => {
    const match = {
      kinds: ['lead', 'Person-Account', 'Site__c', 'X9__C'],
      ownNumbers: ['+12345', `+${'9'.repeat(15)}`],
      sharedNumbers: ['+48221234567'],
    };
    expect(parsePolicy({ language: 'en', match }).match).toEqual({ ...defaultPolicy('en').match, ...match });
  });
  test('a language has to be chosen', () =>
    expect(mistakesIn({})).toEqual([{ path: 'language', message: 'Choose one of "en", "ja", "fr", "ru", "pl", not nothing.' }]));
  test('an offset is no zone: it knows no summer time', () => expect(pathsOf({ language: 'en', zone: '+09:00' })).toEqual(['zone']));
  test('a line break in the product would break every title', () =>
    expect(pathsOf({ language: 'en', product: 'A\nB' })).toEqual(['product']));

  test('MT-37: a field that is not offered is refused, with its place and those there are', () => {
    const [mistake] = mistakesIn({ language: 'en', subject: 'Call {WHO}' });
    expect(mistake).toMatchObject({ path: 'subject', position: 6 });
    expect(mistake?.message).toMatch(/^There is no field \{WHO\} \(character 6\)\. There are \{CALL_TYPE\} .*\{PRODUCT\}\.$/);
  });
  test.each(['{通話種別:} {DIRECTION}', '{{DATE}}', 'a } b', '{DATE', '{}'])('MT-36: braces are no literal text: %s', (subject) =>
    expect(pathsOf({ language: 'en', subject }).length).toBeGreaterThan(0),
  );
  test('MT-36: a brace without its partner is named with its place', () =>
    expect(mistakesIn({ language: 'en', subject: 'Call {DATE' })).toEqual([
      { path: 'subject', message: 'The "{" at character 6 has no partner; braces only hold the name of a field.', position: 6 },
    ]));
  test('each language’s own title would be accepted as a template', () => {
    for (const language of languages) expect(mistakesIn({ language, subject: words[language].subject })).toEqual([]);
  });

  test('whatever is given, it is read or refused in words, and nothing leaks into other objects', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom(...hostileJson.slice(0, -1)).map((text): unknown => JSON.parse(text)),
      fc.dictionary(fc.constantFrom(...hostileKeys, 'language', 'logging'), fc.anything()),
    );
    fc.assert(
      fc.property(anything, (document) => {
        for (const { message } of mistakesIn(document)) expect(message).toMatch(/^[A-Z].*\.$/s);
      }),
      { numRuns: 300 },
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
