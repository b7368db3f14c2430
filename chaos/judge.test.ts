import { describe, expect, test } from 'vitest';
import { makeCalls, type Story } from './generator.ts';
import { complaints, doubles, judge, judgeStranger, type Task } from './judge.ts';

const told = makeCalls({ seed: 7, prefix: 'c', count: 400, atMs: 1_795_000_000_000, contacts: ['003A', '003B', '003C'] });
/** What an org holds where all went well. */
const perfect = (stories: readonly Story[]): Task[] =>
  stories.flatMap(({ call, expected }, place) =>
    expected
      ? [
          {
            Id: `00T${place}`,
            Status: expected.status,
            CallType: expected.callType,
            CallDisposition: expected.result,
            CallDurationInSeconds: expected.seconds,
            WhoId: expected.whoId,
            TaskSubtype: 'Call',
            Cordboard_Call__c: call,
            Description: expected.texts.join('\n'),
          },
        ]
      : [],
  );
const change = (tasks: readonly Task[], place: number, fields: Task): Task[] =>
  tasks.map((task, at) => (at === place ? { ...task, ...fields } : task));

describe('the judge', () => {
  const tasks = perfect(told);
  test('finds nothing where all is well', () => expect(complaints(judge(told, tasks))).toEqual([]));
  test('finds a lost call', () => expect(judge(told, tasks.slice(1)).lost).toHaveLength(1));
  test('finds a double', () => expect(doubles(judge(told, [...tasks, { ...tasks[3]!, Id: '00Tx' }]))).toBe(1));
  test('finds a double of a double', () => expect(doubles(judge(told, [...tasks, tasks[3]!, tasks[3]!]))).toBe(2));
  test.each([
    [{ Status: 'In Progress' }],
    [{ CallType: null }],
    [{ CallDisposition: 'Answered, vip' }],
    [{ CallDurationInSeconds: 100_000 }],
    [{ WhoId: '003Z' }],
    [{ TaskSubtype: 'Task' }],
    [{ Cordboard_Call__c: 'another' }],
  ])('finds %j', (fields) => expect(judge(told, change(tasks, 5, fields)).wrong).toHaveLength(1));
  test('finds a fact that is missing in the comments', () => {
    const place = tasks.findIndex((task) => String(task['Description']).includes('https://'));
    const Description = String(tasks[place]!['Description']).replaceAll(/https:\S+/g, '');
    expect(judge(told, change(tasks, place, { Description })).wrong).toHaveLength(1);
  });
  test('finds a Task of nobody', () =>
    expect(judge(told, [...tasks, { Id: '00Tx', Description: 'Customer: +48229999999' }]).stray).toHaveLength(1));
  test('finds a Task of a call between colleagues', () => {
    const { call } = told.find((story) => story.kind === 'internal')!;
    const task = { Id: '00Tx', Cordboard_Call__c: call, Description: 'Customer: unknown' };
    expect(judge(told, [...tasks, task]).stray).toHaveLength(1);
    const retracted = { ...task, Description: 'No longer valid: it was an internal call; those are not logged.' };
    expect(judge(told, [...tasks, retracted])).toMatchObject({ stray: [], retracted: 1 });
    expect(judge(told, [...tasks, retracted, retracted])).toMatchObject({ stray: [expect.anything()], retracted: 1 });
  });
});

describe('the judge of strangers', () => {
  const number = '+48509100001';
  const calls = ['a', 'b', 'c'];
  const people: Task[] = [
    { Id: '003other', MobilePhone: '+48501000000' },
    { Id: '00Qone', Phone: '+48 509 100 001' },
  ];
  const tasks = calls.map((call): Task => ({ Id: `00T${call}`, Cordboard_Call__c: call, WhoId: '00Qone', Status: 'Not Started' }));
  const complaintsOf = (about: readonly Task[], held: readonly Task[]) => judgeStranger(number, calls, about, held).complaints;
  test('finds nothing where all is well', () => expect(complaintsOf(people, tasks)).toEqual([]));
  test('finds a second person', () =>
    expect(complaintsOf([...people, { Id: '003two', MobilePhone: number }], tasks)).toEqual([`2 people have ${number}: 00Qone, 003two`]));
  test('finds that nobody was made', () => expect(complaintsOf(people.slice(0, 1), tasks)).toHaveLength(2));
  test('finds a lost call', () => expect(complaintsOf(people, tasks.slice(1))).toHaveLength(1));
  test('finds a double', () => expect(complaintsOf(people, [...tasks, { ...tasks[0]!, Id: '00Tx' }])).toHaveLength(1));
  test('finds a stray', () => expect(complaintsOf(people, [...tasks, { ...tasks[0]!, Cordboard_Call__c: 'd' }])).toHaveLength(1));
  test.each([{ WhoId: null }, { WhoId: '003other' }, { Status: 'Completed' }])('finds %j', (fields) =>
    expect(complaintsOf(people, change(tasks, 1, fields))).toHaveLength(1),
  );
});

describe('the generator', () => {
  const share = (of: (story: Story) => boolean) => told.filter(of).length / told.length;
  test('mixes calls as it says', () => {
    expect(share(({ kind }) => kind === 'answered' || kind === 'transferred')).toBeCloseTo(0.5, 1);
    expect(share(({ kind }) => kind === 'missed' || kind === 'voicemail')).toBeCloseTo(0.25, 1);
    expect(share(({ kind }) => kind.startsWith('outbound'))).toBeCloseTo(0.22, 1);
    expect(share(({ expected }) => expected?.texts.some((text) => text.startsWith('Note')) ?? false)).toBeCloseTo(0.4, 1);
    expect(new Set(told.map(({ kind }) => kind)).size).toBe(7);
  });
  test('repeats some deliveries and shuffles some calls', () => {
    const ids = (story: Story) => story.deliveries.map(({ deliveryId }) => deliveryId);
    expect(told.filter((story) => new Set(ids(story)).size < ids(story).length).length).toBeGreaterThan(20);
    expect(told.filter((story) => ids(story).join() !== ids(story).toSorted().join()).length).toBeGreaterThan(20);
  });
  test('no two calls share a number or an id', () => {
    expect(new Set(told.map(({ number }) => number)).size).toBe(told.length);
    expect(new Set(told.map(({ call }) => call)).size).toBe(told.length);
  });
  test('the same seed makes the same calls', () =>
    expect(makeCalls({ seed: 7, prefix: 'c', count: 400, atMs: 1_795_000_000_000, contacts: ['003A', '003B', '003C'] })).toEqual(told));
});
