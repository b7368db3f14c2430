import { describe, expect, test } from 'vitest';
import { type ReadValue, say, SettingsReader } from './settings.ts';

/** What a reader makes of a value, and everything it says is wrong with it. */
const reading = (reads: (reader: SettingsReader) => ReadValue<unknown>, value: unknown, path = 'a.b') => {
  const reader = new SettingsReader();
  const read = reads(reader)(path, value);
  return [read, reader.mistakes.map((mistake) => `${mistake.path}: ${mistake.message}`)];
};
const taken = (value: unknown) => [value, []];
const refused = (...mistakes: string[]) => [undefined, mistakes];

describe('a mistake', () => {
  test('has a path and words; the character of a text, where it is known', () => {
    const reader = new SettingsReader();
    expect([reader.wrong('product', 'No.'), reader.wrong('subject', 'Not here.', 7)]).toEqual([undefined, undefined]);
    expect(reader.mistakes).toStrictEqual([
      { path: 'product', message: 'No.' },
      { path: 'subject', message: 'Not here.', position: 7 },
    ]);
  });
  test('of a setting that is right alone says so', () => {
    const reader = new SettingsReader();
    reader.clash('rows[1]', 'It never counts.');
    expect(reader.mistakes).toEqual([{ path: 'rows[1]', message: 'It never counts.', together: true }]);
  });
  test.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [['a'], 'a list'],
    [{ a: 1 }, 'an object'],
    [false, 'false'],
    [1.5, '1.5'],
    ['a "b"', '"a \\"b\\""'],
    ['x'.repeat(41), `"${'x'.repeat(40)}"`],
    [() => 1, 'undefined'],
  ])('%o is told as %s', (value, told) => expect(say(value)).toBe(told));
});

describe('one value', () => {
  const minutes = (reader: SettingsReader) => reader.oneOf(['ceil', 'floor']);
  test('one of several words', () => {
    expect(minutes(new SettingsReader()).schema).toEqual({ enum: ['ceil', 'floor'] });
    expect(reading(minutes, 'floor')).toEqual(taken('floor'));
    expect(reading(minutes, 'up')).toEqual(refused('a.b: Choose one of "ceil", "floor", not "up".'));
  });

  const name = (reader: SettingsReader) => reader.line(5);
  test('one line of text, as long as it may be', () => {
    expect(reading(name, 'A b🙂')).toEqual(taken('A b🙂'));
    expect(name(new SettingsReader()).schema).toEqual({ type: 'string', maxLength: 5, pattern: expect.any(String) });
  });
  test.each<[unknown, string]>([
    ['', `Give a text that isn't empty, not "".`],
    [' \t', `Give a text that isn't empty, not " \\t".`],
    [7, `Give a text that isn't empty, not 7.`],
    ['a\nb', 'Give one line without control characters.'],
    ['a\u2028b', 'Give one line without control characters.'],
    ['a\u2029b', 'Give one line without control characters.'],
    ['a\uD83Db', 'Give one line without control characters.'],
    ['Sixsix', 'Give at most 5 characters, not 6.'],
  ])('%j is no such line', (value, message) => expect(reading(name, value)).toEqual(refused(`a.b: ${message}`)));
  test.each([
    ['Acme', true],
    [' a ', true],
    ['a\u2028', false],
    ['a\nb', false],
    ['a\u009f', false],
    [' ', false],
    ['', false],
  ])('its pattern says of %j: %s', (text, fits) =>
    expect(new RegExp(name(new SettingsReader()).schema?.pattern ?? '', 'u').test(text)).toBe(fits),
  );

  const country = (reader: SettingsReader) => reader.matching(/^[A-Z]{2}$/, 'two capital letters');
  test('a text of a pattern', () => {
    expect(country(new SettingsReader()).schema).toEqual({ type: 'string', pattern: '^[A-Z]{2}$' });
    expect(reading(country, 'PL')).toEqual(taken('PL'));
    expect(reading(country, 'pl')).toEqual(refused('a.b: Give two capital letters, not "pl".'));
    expect(reading(country, ['PL'])).toEqual(refused('a.b: Give two capital letters, not a list.'));
  });
  test('a pattern with a flag that JSON Schema has not is told nobody', () => {
    expect(new SettingsReader().matching(/^a$/i, 'an a').schema).toEqual({ type: 'string' });
    expect(new SettingsReader().matching(/^a$/iu, 'an a').schema).toEqual({ type: 'string' });
    expect(new SettingsReader().matching(/^a$/u, 'an a').schema).toEqual({ type: 'string', pattern: '^a$' });
  });

  const truth = ({ truth: read }: SettingsReader) => read;
  test('true or false', () => {
    expect(truth(new SettingsReader()).schema).toEqual({ type: 'boolean' });
    expect([reading(truth, true), reading(truth, false)]).toEqual([taken(true), taken(false)]);
    expect(reading(truth, 'yes')).toEqual(refused('a.b: Give true or false, not "yes".'));
  });

  const hours = (reader: SettingsReader) => reader.number('hours', 1, 9);
  const places = (reader: SettingsReader) => reader.number('a whole number', -2, 3, true);
  test('a number, both bounds among them', () => {
    expect(hours(new SettingsReader()).schema).toEqual({ type: 'number', minimum: 1, maximum: 9 });
    expect([1, 2.5, 9].map((one) => reading(hours, one))).toEqual([taken(1), taken(2.5), taken(9)]);
    expect(reading(hours, 0.9)).toEqual(refused('a.b: Give hours from 1 to 9, not 0.9.'));
    expect(reading(hours, 9.1)).toEqual(refused('a.b: Give hours from 1 to 9, not 9.1.'));
    expect(reading(hours, '5')).toEqual(refused('a.b: Give hours from 1 to 9, not "5".'));
  });
  test('a whole one', () => {
    expect(places(new SettingsReader()).schema).toEqual({ type: 'integer', minimum: -2, maximum: 3 });
    expect(reading(places, -2)).toEqual(taken(-2));
    expect(reading(places, 0.5)).toEqual(refused('a.b: Give a whole number from -2 to 3, not 0.5.'));
  });
});

describe('several values', () => {
  const kinds = (reader: SettingsReader) => reader.list(/^[a-z\n]+$/, 'kinds');
  test('a list in which nothing stands twice', () => {
    expect(kinds(new SettingsReader()).schema).toEqual({
      type: 'array',
      items: { type: 'string', pattern: '^[a-z\\n]+$' },
      uniqueItems: true,
    });
    expect(reading(kinds, ['lead', 'contact'])).toEqual(taken(['lead', 'contact']));
    expect(reading(kinds, [])).toEqual(taken([]));
    expect(reading(kinds, 'lead')).toEqual(refused('a.b: Give a list of kinds, not "lead".'));
    expect(reading(kinds, ['lead', 'LEAD', 3, 'a\nb'])).toEqual(
      refused('a.b: "LEAD" is none of kinds.', 'a.b: 3 is none of kinds.', 'a.b: "a\\nb" is none of kinds.'),
    );
    expect(reading(kinds, ['lead', 'lead'])).toEqual([['lead', 'lead'], ['a.b: Something stands there twice.']]);
    expect(reading((reader) => reader.list(/\S/, 'statuses'), [3])).toEqual(refused('a.b: 3 is none of statuses.'));
  });

  const days = (reader: SettingsReader) => reader.someOf(['monday', 'friday']);
  test('some of several words, each once', () => {
    expect(days(new SettingsReader()).schema).toEqual({ type: 'array', items: { enum: ['monday', 'friday'] }, uniqueItems: true });
    expect(reading(days, ['friday', 'monday'])).toEqual(taken(['friday', 'monday']));
    expect(reading(days, 'friday')).toEqual(refused('a.b: Give a list of "monday", "friday", not "friday".'));
    expect(reading(days, ['friday', 'funday'])).toEqual(refused('a.b: Choose one of "monday", "friday", not "funday".'));
    expect(reading(days, ['friday', 'friday'])).toEqual([['friday', 'friday'], ['a.b: Something stands there twice.']]);
  });

  type Task = { name: string; hours: number };
  const task = (reader: SettingsReader) => reader.object<Task>({ name: reader.line(9), hours: reader.number('hours', 0, 5) });
  const tasks = (reader: SettingsReader) => reader.each<Task>('tasks', task(reader), { needed: ['name'], atMost: 2 });
  test('a list of objects, each with what it needs and read at its place', () => {
    expect(tasks(new SettingsReader()).schema).toEqual({
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 9, pattern: expect.any(String) },
          hours: { type: 'number', minimum: 0, maximum: 5 },
        },
        additionalProperties: false,
        required: ['name'],
      },
    });
    expect(reading(tasks, [{ name: 'ring' }, { name: 'look', hours: 2 }])).toEqual(taken([{ name: 'ring' }, { name: 'look', hours: 2 }]));
    expect(reading(tasks, { name: 'ring' })).toEqual(refused('a.b: Give a list of tasks, not an object.'));
    expect(reading(tasks, [{}, {}, {}])).toEqual(refused('a.b: Give at most 2 tasks, not 3.'));
    expect(reading(tasks, [{ hours: 1 }, { name: 'look', hours: 2 }])).toEqual([[{ name: 'look', hours: 2 }], ['a.b[0]: It needs name.']]);
    expect(reading(tasks, ['ring', { name: '' }])).toEqual([
      [],
      ['a.b[0]: Give an object, not "ring".', `a.b[1].name: Give a text that isn't empty, not "".`],
    ]);
    const whole = (reader: SettingsReader) => reader.each<Task>('tasks', task(reader), { needed: ['name', 'hours'], atMost: 2 });
    expect(reading(whole, [{ name: 'ring' }])).toEqual([[], ['a.b[0]: It needs hours.']]);
  });
});

describe('an object', () => {
  const due = (reader: SettingsReader) =>
    reader.object<{ hours: number; whole: boolean }>({ hours: reader.number('hours', 0, 5), whole: reader.truth }, 'a due date', 'What?');
  test('has what is given and can be used, and nothing else', () => {
    expect(due(new SettingsReader()).schema).toEqual({
      type: 'object',
      properties: { hours: { type: 'number', minimum: 0, maximum: 5 }, whole: { type: 'boolean' } },
      additionalProperties: false,
    });
    expect(reading(due, { whole: false })).toEqual(taken({ whole: false }));
    expect(reading(due, {})).toEqual(taken({}));
    for (const [other, told] of [
      [null, 'null'],
      [[], 'a list'],
      [4, '4'],
    ] as const)
      expect(reading(due, other)).toEqual(refused(`a.b: Give a due date, not ${told}.`));
    expect(reading(due, { hours: 6, whole: true, days: 1 })).toEqual([
      { whole: true },
      ['a.b.days: What? There are hours, whole.', 'a.b.hours: Give hours from 0 to 5, not 6.'],
    ]);
  });
  test('of one setting; a document’s own settings have no path before them', () => {
    const one = (reader: SettingsReader) => reader.object<{ on: boolean }>({ on: reader.truth });
    expect(reading(one, { off: true }, '')).toEqual([{}, ['off: There is no such setting. There is on.']]);
    expect(reading(one, { on: 1 }, '')).toEqual([{}, ['on: Give true or false, not 1.']]);
    expect(reading(one, 'on')).toEqual(refused('a.b: Give an object, not "on".'));
  });
  test('what every object knows of itself is no setting', () =>
    expect(reading(due, JSON.parse('{"toString": 1, "__proto__": 2}'))).toEqual([
      {},
      ['a.b.toString: What? There are hours, whole.', 'a.b.__proto__: What? There are hours, whole.'],
    ]));

  const lines = (reader: SettingsReader) =>
    reader.map('a number for each line', (path, key, value) => {
      const read = reader.number('hours', 0, 5)(path, value);
      return read === undefined ? undefined : `${key}: ${read}`;
    });
  test('with names of the admin’s own', () => {
    expect(reading(lines, { sales: 1, support: 2 })).toEqual(taken({ sales: 'sales: 1', support: 'support: 2' }));
    expect(reading(lines, { sales: 1, support: 6 })).toStrictEqual([
      { sales: 'sales: 1' },
      ['a.b.support: Give hours from 0 to 5, not 6.'],
    ]);
    expect(reading(lines, [1])).toEqual(refused('a.b: Give a number for each line, not a list.'));
    expect(reading(lines, { [`${'n'.repeat(200)}`]: 3 })[1]).toEqual([]);
  });
  test.each([' ', 'a\nb', 'n'.repeat(201)])('%j is no name', (key) =>
    expect(reading(lines, { [key]: 3 })[1]).toEqual([`a.b.${key}: Give a name of one line and 1 to 200 characters, not ${say(key)}.`]),
  );
  test('its schema tells what stands there, and of which kind the names are', () => {
    const reader = new SettingsReader();
    const nothing = () => undefined;
    const { pattern } = reader.line(1).schema ?? {};
    expect(reader.map('', nothing).schema).toEqual({
      type: 'object',
      additionalProperties: {},
      propertyNames: { pattern, maxLength: 200 },
    });
    expect(reader.map('', nothing, { values: { type: 'boolean' }, keys: /^[a-z]+$/ }).schema).toEqual({
      type: 'object',
      additionalProperties: { type: 'boolean' },
      propertyNames: { type: 'string', pattern: '^[a-z]+$', maxLength: 200 },
    });
  });
});
