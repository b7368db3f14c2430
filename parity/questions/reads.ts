import { area, get, mark, post, query, search, type Question, type Step } from '../question.ts';

const soql = area('query');
const sosl = area('search');

const ours = `WHERE LastName LIKE '${mark}%'`;
const family = { scene: 'family' };

/** Two contacts of a company with a task, and one without. */
const familyScene: readonly Step[] = [
  post('/sobjects/Account', { Name: mark }),
  post('/composite/sobjects', {
    records: ['A', 'B'].map((letter) => ({
      attributes: { type: 'Contact' },
      LastName: `${mark} ${letter}`,
      FirstName: letter,
      AccountId: '<account:1>',
    })),
  }),
  post('/sobjects/Contact', { LastName: `${mark} C` }),
  post('/sobjects/Task', {
    Subject: mark,
    WhoId: '<contact:1>',
    WhatId: '<account:1>',
    ActivityDate: '2031-01-01',
    CallDurationInSeconds: 61,
  }),
];

const shapes: readonly (readonly [name: string, line: string, learns: string, soql: string])[] = [
  [
    'fields',
    'keys of a record in the order',
    'fields, nothing among them',
    `SELECT LastName, Id, FirstName FROM Contact ${ours} ORDER BY LastName`,
  ],
  [
    'parent',
    'keys of a record in the order',
    'a parent that is there and one that is not',
    `SELECT Id, Account.Name FROM Contact ${ours} ORDER BY LastName`,
  ],
  [
    'polymorphic',
    'a polymorphic parent has the type',
    'who and what of a task',
    `SELECT Id, Who.Name, Who.Type, What.Type FROM Task WHERE Subject = '${mark}'`,
  ],
  [
    'typeof',
    'TYPEOF: each kind its own fields',
    'TYPEOF of who',
    `SELECT Id, TYPEOF Who WHEN Contact THEN LastName WHEN Lead THEN Company END FROM Task WHERE Subject = '${mark}'`,
  ],
  [
    'children',
    'queries of children',
    'children, and a record without',
    `SELECT Id, (SELECT Id, Subject FROM Tasks) FROM Contact ${ours} ORDER BY LastName`,
  ],
  ['count', 'AggregateResult without an address', 'a count of rows', `SELECT COUNT() FROM Contact ${ours}`],
  [
    'aggregate',
    'AggregateResult without an address',
    'aggregates with and without names',
    `SELECT COUNT(Id), MAX(CreatedDate) latest FROM Contact ${ours}`,
  ],
  [
    'grouped',
    'AggregateResult without an address',
    'groups by a path',
    `SELECT Account.Name, COUNT(Id) n FROM Contact ${ours} GROUP BY Account.Name ORDER BY Account.Name`,
  ],
  ['nothing', 'totalSize, done, records', 'a query that finds nothing', "SELECT Id FROM Contact WHERE LastName = 'Nothing like it'"],
  [
    'number',
    'keys of a record in the order',
    'a whole number and a date',
    `SELECT CallDurationInSeconds, ActivityDate FROM Task WHERE Subject = '${mark}'`,
  ],
  [
    'empty-text',
    'an empty text is no value',
    'comparing with an empty text',
    `SELECT LastName FROM Contact WHERE FirstName = '' AND LastName LIKE '${mark}%'`,
  ],
  [
    'unequal',
    'unequal and NOT IN find',
    'unequal to something, of what has no value',
    `SELECT LastName FROM Contact WHERE FirstName != 'A' AND LastName LIKE '${mark}%' ORDER BY LastName`,
  ],
  [
    'text-case',
    'text compares without case',
    'text in another case',
    `SELECT LastName FROM Contact WHERE LastName = '${mark.toUpperCase()} A'`,
  ],
  ['nulls', 'text compares without case', 'where nulls are sorted', `SELECT LastName FROM Contact ${ours} ORDER BY FirstName, LastName`],
];
const refusals: readonly (readonly [name: string, line: string, learns: string, soql: string])[] = [
  ['unknown-column', 'the message quotes some words', 'a column that is none, with its caret', 'SELECT Id, Nothing FROM Contact'],
  [
    'unknown-column-where',
    'the message quotes some words',
    'a column that is none, in WHERE',
    "SELECT Id FROM Contact WHERE Nothing = 'x'",
  ],
  ['unknown-object', 'the message quotes some words', 'an object that is none', 'SELECT Id FROM Nothing__c'],
  ['unknown-parent', 'the message quotes some words', 'a parent that is none', 'SELECT Nothing.Name FROM Contact'],
  ['no-from', 'the message quotes some words', 'no FROM', 'SELECT Id Contact'],
  ['no-fields', 'the message quotes some words', 'no fields', 'SELECT FROM Contact'],
  ['star', 'the message quotes some words', 'a star', 'SELECT * FROM Contact'],
  ['open-text', 'the message quotes some words', 'a text that does not end', "SELECT Id FROM Contact WHERE LastName = 'x"],
  ['dollar', '"Invalid datetime', 'a character that means nothing', 'SELECT Id, $ FROM Contact'],
  ['bad-escape', '"Invalid string literal', 'an escape that is none', String.raw`SELECT Id FROM Contact WHERE LastName LIKE '\['`],
  ['bad-moment', '"Invalid datetime', 'a moment that is none', 'SELECT Id FROM Contact WHERE CreatedDate > 2031-13-01T00:00:00Z'],
  ['wrong-type', 'a value of the wrong type', 'a text for a number', "SELECT Id FROM Task WHERE CallDurationInSeconds = '61'"],
  ['bad-id', 'an id that is none', 'what is no id', "SELECT Id FROM Contact WHERE Id = 'ZZZ'"],
  ['description', 'Description cannot be filtered', 'a long text filtered', "SELECT Id FROM Task WHERE Description = 'x'"],
  ['description-sorted', 'Description cannot be filtered', 'a long text sorted', 'SELECT Id FROM Task ORDER BY Description'],
  ['twice', 'a field twice', 'a field twice', 'SELECT Id, Id FROM Contact'],
  ['alias', 'an alias of a plain field', 'an alias of a plain field', 'SELECT LastName n FROM Contact'],
  ['not-grouped', '"Field must be grouped', 'a field that is not grouped', 'SELECT LastName, COUNT(Id) FROM Contact'],
  [
    'mixed',
    'AND and OR mixed',
    'AND and OR without parentheses',
    "SELECT Id FROM Contact WHERE LastName = 'a' AND LastName = 'b' OR LastName = 'c'",
  ],
  ['offset', 'with OFFSET only the first page', 'an offset over 2,000', 'SELECT Id FROM Contact LIMIT 1 OFFSET 2001'],
  ['fields-all', 'FIELDS(ALL) and FIELDS(CUSTOM)', 'FIELDS(ALL) without a limit', 'SELECT FIELDS(ALL) FROM Contact'],
  ['semi-join', 'semi-joins: two', 'a semi-join on tasks', 'SELECT Id FROM Contact WHERE Id IN (SELECT WhoId FROM Task)'],
  ['scope', 'USING SCOPE everything', 'a scope that is none', 'SELECT Id FROM Contact USING SCOPE nothing'],
  ['limit-word', 'the message quotes some words', 'a word for the limit', 'SELECT Id FROM Contact LIMIT many'],
];
const queries: readonly Question[] = [
  ...shapes.map(([name, line, learns, text]) => soql(name, line, learns, [query(text)], family)),
  soql('columns', 'columns=true: columnMetadata', 'the columns of a query', [
    get(`/query?columns=true&q=${encodeURIComponent('SELECT Account.Name, COUNT(LastName) n FROM Contact GROUP BY Account.Name')}`),
  ]),
  ...refusals.map(([name, line, learns, text]) => soql(name, line, learns, [query(text)])),
  soql('no-q', 'no q: "A query string', 'no query', [get('/query')]),
  soql('empty-q', 'no q: "A query string', 'an empty query', [get('/query?q=')]),
  soql('bad-locator', 'locators: 18 characters', 'a locator that is none', [get('/query/0r8000000000000AAA-2000')]),
];

/** Numbers nobody has, one for each way of writing them. */
const written = [
  '(415) 555-0134',
  '4155550135',
  '+48 601 555 136',
  '0048601555137',
  '601-555-138 ext. 12',
  '415.555.0139',
  '+1 (415) 555-0140',
  '03-5550-0141',
];
const phonesScene: readonly Step[] = [
  post('/composite/sobjects', {
    records: written.map((phone, place) => ({
      attributes: { type: 'Contact' },
      LastName: `${mark} ${String.fromCodePoint(80 + place)}`,
      Phone: phone,
    })),
  }),
  // The index takes its time; the last one's name is found when all are there.
  search(`FIND {${mark} W} IN NAME FIELDS RETURNING Contact(Id WHERE LastName = '${mark} W')`, { aside: true, until: ['"Id"'] }),
];
const phones = { scene: 'phones' };
const tokens = 'a phone value is found by each group';
const looked: readonly (readonly [name: string, learns: string, term: string])[] = [
  ['joined-finds-grouped', 'whether all digits find a number written in groups', '4155550134'],
  ['grouped-finds-joined', 'whether groups of digits find a number written without', '415 555 0135'],
  ['phrase-finds-grouped', 'whether the groups as a phrase find the number', '"415 555 0134"'],
  ['punctuated', 'whether the number as it is written finds itself', String.raw`\(415\) 555\-0134`],
  ['last-group', 'whether the last group alone finds it', '0134'],
  ['area-code', 'whether the area code alone finds it', String.raw`\(415\)`],
  ['last-seven', 'whether the last seven digits find it', '5550134'],
  ['dots', 'whether all digits find a number written with dots', '4155550139'],
  ['plus-country', 'whether the number with + finds itself', String.raw`\+48601555136`],
  ['country', 'whether the digits with the country code find it', '48601555136'],
  ['without-country', 'whether the number without its country code finds one that has it', '601555136'],
  ['with-country', 'whether a country code finds a number written without', '14155550134'],
  ['national-of-11', 'whether ten digits find a number written with +1', '4155550140'],
  ['double-zero', 'whether 48… finds 0048…', '48601555137'],
  ['without-double-zero', 'whether 601… finds 0048601…', '601555137'],
  ['extension', 'whether the number is found without its extension', '601555138'],
  ['with-extension', 'whether number and extension joined find it', '60155513812'],
  ['trunk-zero', 'whether digits find a Japanese number with its zero', '0355500141'],
  ['without-trunk-zero', 'whether they find it without the zero', '355500141'],
  ['star', 'whether a beginning of all digits with * finds a grouped number', '415555013*'],
  ['star-in-group', 'whether the beginning of a group with * finds it', '5550*'],
  ['full-width', 'whether full-width digits find plain ones', '４１５５５５０１３５'],
];
const returning = `RETURNING Contact(Id, LastName ${ours} ORDER BY LastName)`;
const searches: readonly Question[] = [
  ...looked.map(([name, learns, term]) =>
    sosl(
      name,
      name === 'full-width' ? 'full-width letters and digits' : tokens,
      learns,
      [search(`FIND {${term}} IN PHONE FIELDS ${returning}`)],
      phones,
    ),
  ),
  sosl(
    'parameterized',
    'in its q operators, quotes and wildcards',
    'a parameterized search for a number as it is written',
    [
      post('/parameterizedSearch', {
        q: '(415) 555-0134',
        in: 'PHONE',
        sobjects: [{ name: 'Contact', fields: ['Id', 'LastName'], where: `LastName LIKE '${mark}%'` }],
      }),
    ],
    phones,
  ),
  sosl(
    'prefix-of-name',
    '`*` stands for any number',
    'a beginning of a name with *',
    [search(`FIND {${mark.slice(0, 9)}*} IN NAME FIELDS ${returning}`)],
    phones,
  ),
  sosl('no-braces', 'no braces: MALFORMED_SEARCH', 'no braces', [search('FIND x RETURNING Contact')]),
  sosl('one-character', 'one character: INVALID_SEARCH', 'one character', [search('FIND {x} RETURNING Contact')]),
  sosl('not-escaped', 'a reserved character that is not escaped', 'a plus that is not escaped', [
    search('FIND {+48601555136} IN PHONE FIELDS RETURNING Contact'),
  ]),
  sosl('parenthesis', 'a reserved character that is not escaped', 'a parenthesis that is not escaped', [
    search('FIND {(415 555} IN PHONE FIELDS RETURNING Contact'),
  ]),
  sosl('unknown-group', 'an unknown word after IN', 'an unknown word after IN', [
    search('FIND {xyzzy} IN NOTHING FIELDS RETURNING Contact'),
  ]),
  sosl('unknown-object', 'an unknown object or field after RETURNING', 'an object that is none', [
    search('FIND {xyzzy} RETURNING Nothing__c'),
  ]),
  sosl('unknown-field', 'an unknown object or field after RETURNING', 'a field that is none', [
    search('FIND {xyzzy} RETURNING Contact(Nothing)'),
  ]),
  sosl('leading-star', 'WITH …, UPDATE TRACKING', 'a wildcard at the beginning', [search('FIND {*yzzy} RETURNING Contact')]),
  sosl('no-q', 'no braces: MALFORMED_SEARCH', 'no search', [get('/search')]),
];

export const readScenes = { family: familyScene, phones: phonesScene };
export const reads: readonly Question[] = [...queries, ...searches];
