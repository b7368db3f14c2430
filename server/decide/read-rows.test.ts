import { describe, expect, test } from 'vitest';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { ownerChainIn, rowsIn } from './read-rows.ts';
import { SettingsReader } from './settings.ts';

const mistakesIn = (rows: unknown): string[] => {
  try {
    parsePolicy({ language: 'en', rows });
    return [];
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
};
const named = (rows: readonly object[]) => rows.map((row, place) => ({ name: `r${place + 1}`, when: {}, then: { log: 'skip' }, ...row }));
/** Each row alone, as it is read, before it is seen how it goes together. */
const misread = (rows: unknown): string[] => {
  const reader = new SettingsReader();
  const [loggings, makings] = [['completed', 'open', 'skip'] as const, ['lead', 'contact', 'account', 'nothing'] as const];
  rowsIn(reader, { loggings, makings, counts: ['clock', 'business hours'] })('rows', rows);
  return reader.mistakes.map(({ path, message }) => `${path}: ${message}`);
};
const inRows = (...rows: readonly object[]) => mistakesIn(named(rows));
const never = 'No call is all of that at once: leave something out.';
const counts = (...before: string[]) =>
  `It never counts: ${before.map((name) => `"${name}"`).join(', ')} before it say${before.length === 1 ? 's' : ''} all of this. Move it up, or leave it out.`;

describe('a row as it is read', () => {
  test('counts unless it is off; one word is a list of one, and agents are named in small letters', () => {
    const rows = named([
      { when: { direction: 'inbound', line: 'Sales', agent: ['Anna@Example.com', 'BEN'] } },
      { enabled: false, when: { queue: ['Q', 'q'], team: 'North', campaign: 'Spring' }, then: { owner: ['agent', '005000000000001'] } },
    ]);
    expect(parsePolicy({ language: 'en', rows })).toEqual({
      ...defaultPolicy('en'),
      rows: [
        {
          ...{ name: 'r1', enabled: true, then: { log: 'skip' } },
          when: { direction: ['inbound'], line: ['Sales'], agent: ['anna@example.com', 'ben'] },
        },
        {
          ...{ name: 'r2', enabled: false, then: { owner: ['agent', '005000000000001AAA'] } },
          when: { queue: ['Q', 'q'], team: ['North'], campaign: ['Spring'] },
        },
      ],
    });
  });
  const owner = 'none of agent, first answerer, last answerer, record owner, senior manager, default owner, or ids of users and queues';
  const facts = 'direction, outcome, reason, customer, takenBy, hours, phone, line, queue, team, agent, campaign';
  test.each<[object, ...string[]]>([
    [{ when: [] }, 'when: Give an object with what a call has to be, not a list.'],
    [{ when: { colour: 'red' } }, `when.colour: There is no such fact. There are ${facts}.`],
    [{ when: { direction: 'up' } }, 'when.direction: Choose one of "inbound", "outbound", "unknown", not "up".'],
    [{ when: { hours: ['in', 'late'] } }, 'when.hours: Choose one of "in", "out", not "late".'],
    [{ when: { line: ['a', 'a'] } }, 'when.line: Something stands there twice.'],
    [{ when: { line: 'n'.repeat(201) } }, 'when.line: Give at most 200 characters, not 201.'],
    [{ when: { queue: [7] } }, `when.queue: Give a text that isn't empty, not 7.`],
    [{ when: { agent: Array.from({ length: 51 }, (_, place) => `a${place}`) } }, 'when.agent: Give at most 50, not 51.'],
    [{ then: 'skip' }, 'then: Give an object with what is done, not "skip".'],
    [{ then: { close: true } }, 'then.close: There is nothing of that name to do. There are log, owner, due, reminder, person, tasks.'],
    [{ then: { log: 'maybe' } }, 'then.log: Choose one of "completed", "open", "skip", not "maybe".'],
    [{ then: { owner: ['Boss'] } }, `then.owner: "Boss" is ${owner}.`],
    [{ then: { owner: ['5-A'] } }, `then.owner: "5-A" is ${owner}.`],
    [{ then: { owner: ['the agent'] } }, `then.owner: "the agent" is ${owner}.`],
    [{ then: { owner: ['agents'] } }, `then.owner: "agents" is ${owner}.`],
    [{ then: { owner: [`5${'a'.repeat(65)}`] } }, `then.owner: "5${'a'.repeat(39)}" is ${owner}.`],
    [{ then: { due: { hours: 721 } } }, 'then.due.hours: Give hours from 0 to 720, not 721.'],
    [{ then: { due: { hours: -1 } } }, 'then.due.hours: Give hours from 0 to 720, not -1.'],
    [{ then: { due: { count: 'days' } } }, 'then.due.count: Choose one of "clock", "business hours", not "days".'],
    [{ then: { reminder: 1 } }, 'then.reminder: Give true or false, not 1.'],
    [{ then: { person: { make: 'case' } } }, 'then.person.make: Choose one of "lead", "contact", "account", "nothing", not "case".'],
    [{ then: { person: { moment: 'now' } } }, 'then.person.moment: Choose one of "ring", "answer", "end", not "now".'],
    [{ then: { person: { owner: ['me'] } } }, `then.person.owner: "me" is ${owner}.`],
    [{ then: { tasks: [{ subject: 'Look' }] } }, 'then.tasks[0]: It needs name.'],
    [{ then: { tasks: {} } }, 'then.tasks: Give a list of tasks, not an object.'],
    [{ then: { tasks: Array.from({ length: 11 }, () => ({})) } }, 'then.tasks: Give at most 10 tasks, not 11.'],
    [
      { then: { tasks: [{ name: 'n'.repeat(81), owner: ['me'], due: 5 }] } },
      'then.tasks[0].name: Give at most 80 characters, not 81.',
      `then.tasks[0].owner: "me" is ${owner}.`,
      'then.tasks[0].due: Give an object, not 5.',
    ],
    [{ enabled: 'no' }, 'enabled: Give true or false, not "no".'],
    [{ name: '' }, `name: Give a text that isn't empty, not "".`],
  ])('%j', (row, ...mistakes) => {
    expect(misread(named([{}, row]))).toEqual(mistakes.map((mistake) => `rows[1].${mistake}`));
  });
  test('what is lacking, what is no list, and too much of it: a policy is kept with each call', () => {
    expect(misread([{}])).toEqual(['rows[0]: It needs name.', 'rows[0]: It needs when.', 'rows[0]: It needs then.']);
    expect(misread({})).toEqual(['rows: Give a list of rows, not an object.']);
    expect(misread(Array.from({ length: 101 }, () => ({})))).toEqual(['rows: Give at most 100 rows, not 101.']);
    const most = Array.from({ length: 50 }, (_, place) => `a${place}`);
    const tasks = most.slice(0, 10).map((name) => ({ name }));
    expect(inRows({ when: { agent: most }, then: { tasks } })).toEqual([]);
  });
  test('an editor is told what a fact and a chain of owners take', () => {
    const reader = new SettingsReader();
    const { items } = rowsIn(reader, { loggings: ['skip'], makings: ['lead'], counts: ['clock'] }).schema ?? {};
    const name = reader.line(200).schema;
    const hours = { enum: ['in', 'out'] };
    expect(items?.required).toEqual(['name', 'when', 'then']);
    expect(items?.properties?.['when']?.properties).toMatchObject({
      hours: { anyOf: [hours, { type: 'array', items: hours, uniqueItems: true }] },
      line: { anyOf: [name, { type: 'array', items: name, uniqueItems: true }] },
    });
    expect(ownerChainIn(reader).schema).toEqual({
      type: 'array',
      items: {
        type: 'string',
        pattern: '^(agent|first answerer|last answerer|record owner|senior manager|default owner|[A-Za-z0-9]{0,32}\\\d[A-Za-z0-9]{0,32})$',
      },
      uniqueItems: true,
    });
  });
});

describe('what no call is', () => {
  test.each<object>([
    { outcome: 'missed', agent: 'anna' },
    { outcome: 'missed', team: 'north' },
    { outcome: ['missed', 'voicemail'], phone: 'softphone' },
    { takenBy: 'nobody', team: 'north' },
    { outcome: 'answered', reason: 'declined' },
    { direction: 'unknown', outcome: 'failed' },
    { direction: 'outbound', outcome: ['missed', 'voicemail', 'abandoned', 'out of hours'] },
    { direction: 'inbound', takenBy: 'nobody', outcome: 'answered' },
    { customer: ['withheld', 'nobody', 'stranger'], takenBy: ['owner', 'colleague'] },
    { outcome: 'out of hours', takenBy: 'owner' },
  ])('%j', (when) => expect(inRows({ when })).toEqual([`rows[0].when: ${never}`]));
  test.each<object>([
    {},
    { outcome: ['missed', 'answered'], agent: 'anna' },
    { outcome: ['missed', 'answered'], reason: 'declined' },
    { direction: 'outbound', outcome: 'failed', team: 'north' },
    { direction: 'outbound', outcome: 'busy', phone: 'hardphone', reason: 'busy' },
    { direction: 'outbound', outcome: 'answered', takenBy: 'nobody' },
    { direction: 'unknown', outcome: 'voicemail', takenBy: 'nobody', customer: 'many' },
    { direction: 'inbound', outcome: 'abandoned', reason: 'abandoned', hours: 'out', line: 'sales', queue: 'q', campaign: 'c' },
    { customer: 'closed lead', takenBy: 'colleague', outcome: 'answered' },
    { customer: 'stranger', takenBy: 'unmapped endpoint' },
    { outcome: 'out of hours', customer: 'withheld' },
  ])('but %j', (when) => expect(inRows({ when })).toEqual([]));
});

describe('a row of which every case is taken before', () => {
  const shadowed = (before: object, when: object, then: object = { log: 'open' }) =>
    inRows({ when: before, then: { log: 'open', owner: ['agent'] } }, { when, then });
  const taken = [`rows[1]: ${counts('r1')}`];
  test.each<[object, object]>([
    [{}, {}],
    [{}, { line: 'sales', phone: 'softphone', reason: 'busy' }],
    [{ line: ['sales', 'support'] }, { line: 'sales' }],
    [{ customer: ['lead', 'contact'] }, { customer: ['contact', 'open lead'] }],
    [{ phone: ['softphone', 'hardphone'] }, { phone: 'softphone', agent: 'anna' }],
    [{ hours: 'out' }, { hours: 'out', outcome: 'missed' }],
    [{ hours: ['in', 'out'] }, { outcome: 'out of hours', hours: 'out' }],
    [{ outcome: ['missed', 'out of hours'] }, { outcome: 'abandoned', hours: 'out' }],
    [{ outcome: 'missed' }, { outcome: 'abandoned' }],
    [{ outcome: 'failed' }, { direction: 'outbound', outcome: 'busy' }],
  ])('%j takes all of %j', (before, when) => expect(shadowed(before, when)).toEqual(taken));
  test.each<[object, object]>([
    [{ line: 'sales' }, {}],
    [{ line: ['sales', 'support'] }, { line: ['sales', 'other'] }],
    [{ queue: 'q' }, { line: 'q' }],
    [{ phone: 'softphone' }, { phone: ['softphone', 'not known'] }],
    [{ reason: 'busy' }, { outcome: 'missed' }],
    [{ team: 'north' }, { agent: 'anna' }],
    [{ campaign: 'a' }, { campaign: 'b' }],
    [{ customer: 'many' }, { customer: 'lead' }],
    [{ hours: 'in' }, { hours: 'out' }],
    [{ takenBy: 'owner' }, { takenBy: 'agent' }],
  ])('%j leaves something of %j', (before, when) => expect(shadowed(before, when)).toEqual([]));
  test.each<[object, object]>([
    [{}, { hours: 'out' }],
    [{}, { outcome: 'out of hours' }],
    [{ outcome: 'missed' }, { outcome: ['missed', 'out of hours'] }],
    [{ outcome: 'missed' }, { outcome: 'missed', hours: ['in', 'out'] }],
  ])('AC-09: %j leaves closed hours to %j, which speaks of them', (before, when) => expect(shadowed(before, when)).toEqual([]));

  test('thing by thing: what one before it does not say is its own', () => {
    expect(shadowed({}, {}, { owner: ['senior manager'] })).toEqual(taken);
    expect(shadowed({}, {}, { owner: ['senior manager'], reminder: true })).toEqual([]);
    expect(shadowed({}, {}, { tasks: [{ name: 'ring' }] })).toEqual([]);
    const ring = { tasks: [{ name: 'ring' }] };
    expect(inRows({ then: ring }, { then: ring })).toEqual(taken);
    expect(inRows({ then: ring }, { then: { tasks: [{ name: 'look' }] } })).toEqual([]);
  });
  test('several before it, each with a part; one that is off has none and is none', () => {
    const part = (direction: string, more: object = {}) => ({ when: { direction }, then: { log: 'open' }, ...more });
    const rows = [part('inbound'), part('outbound'), part('unknown')];
    const all = { when: { customer: 'lead' }, then: { log: 'completed' } };
    expect(inRows(...rows, all)).toEqual([`rows[3]: ${counts('r1', 'r2', 'r3')}`]);
    expect(inRows(...rows.slice(1), all)).toEqual([]);
    expect(inRows(rows[0]!, part('outbound', { enabled: false }), rows[2]!, all)).toEqual([]);
    expect(inRows(...rows, { ...all, enabled: false })).toEqual([]);
    expect(inRows(all, ...rows)).toEqual([]);
  });
});

describe('what contradicts itself', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, place) => `005${place}`);
  const long = 'Name at most 10 in a chain of owners.';
  const late = (step: string) => `${step} takes it in any case: nobody comes after them in the chain.`;
  const nobody = 'Nobody is made, so there is no moment and no owner.';
  const skipped = (...things: string[]) => `What isn't logged leaves nothing behind (AC-08): leave out ${things.join(', ')}, or log it.`;
  const due = 'A completed log is due to nobody: leave out due and reminder, or log it as open.';
  test.each<[object, ...string[]]>([
    [{}, 'rows[0].then: It says nothing to do.'],
    [{ log: 'skip' }],
    [{ log: 'skip', person: { make: 'nothing' } }],
    [{ log: 'skip', person: { make: 'lead' } }, `rows[0].then: ${skipped('person.make')}`],
    [{ log: 'skip', owner: ['agent'], tasks: [{ name: 'ring' }] }, `rows[0].then: ${skipped('owner', 'task ring')}`],
    [
      { log: 'skip', person: { make: 'nothing', owner: ['agent'] } },
      `rows[0].then: ${skipped('person.make', 'person.owner')}`,
      `rows[0].then.person: ${nobody}`,
    ],
    [{ log: 'open', due: { hours: 1 }, reminder: true, person: { make: 'lead', moment: 'end', owner: ['agent'] } }],
    [{ log: 'completed', reminder: false }],
    [{ log: 'completed', reminder: true }, `rows[0].then: ${due}`],
    [{ log: 'completed', due: { count: 'clock' } }, `rows[0].then: ${due}`],
    [{ person: { make: 'nothing', moment: 'end' } }, `rows[0].then.person: ${nobody}`],
    [{ person: { make: 'nothing', owner: ['agent'] } }, `rows[0].then.person: ${nobody}`],
    [{ person: { moment: 'end' } }],
    [{ tasks: [{ name: 'a' }, { name: 'b' }] }],
    [
      { tasks: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'b' }, { name: 'a' }] },
      'rows[0].then.tasks: The task "a" stands there twice.',
      'rows[0].then.tasks: The task "b" stands there twice.',
    ],
    [{ tasks: [{ name: 'a', owner: ids(10) }] }],
    [{ tasks: [{ name: 'a', owner: ids(11) }] }, `rows[0].then: ${long}`],
    [{ owner: ids(11) }, `rows[0].then: ${long}`, `rows[0].then: ${late('0050')}`],
    [{ person: { owner: ids(11) } }, `rows[0].then: ${long}`, `rows[0].then: ${late('0050')}`],
    [{ owner: ['agent', '005A', 'record owner'] }, `rows[0].then: ${late('005A')}`],
    [{ person: { owner: ['005B', 'agent'] } }, `rows[0].then: ${late('005B')}`],
    [{ owner: ['agent', '005A'], person: { owner: ['first answerer', 'agent'] } }],
    [{ owner: ['005A'] }],
  ])('%j', (then, ...mistakes) => expect(inRows({ then })).toEqual(mistakes));
  test('two rows of one name, whatever stands between them', () => {
    const rows = named([{ when: { line: 'a' } }, { when: { line: 'b' } }, { when: { line: 'c' }, name: 'r1' }]);
    expect(mistakesIn(rows)).toEqual(['rows[2].name: There is another row "r1": a decision names its row.']);
  });
  test('each is right alone: a schema can’t tell', () => {
    expect(() => parsePolicy({ language: 'en', rows: named([{ then: {} }]) })).toThrow(
      expect.objectContaining({ mistakes: [{ path: 'rows[0].then', message: 'It says nothing to do.', together: true }] }),
    );
  });
});
