import { describe, expect, test } from 'vitest';
import type { Task } from '../chaos/judge.ts';
import { type ExpectedCall } from './calls/named-call.ts';
import { tried, toAnn, unanswered } from './calls/script.ts';
import { complaintsOf, judge, type Owner, taskOf } from './judge.ts';

const owners: readonly Owner[] = [
  { id: '005000000000001AAA', name: 'Integration User', extension: null },
  { id: '005000000000002AAA', name: 'Anna Nowak', extension: '101' },
];
const call: ExpectedCall = {
  ...toAnn,
  lastWith: '102',
  attempts: [tried('102', 'no answer'), tried('101w', 'answered')],
  transfers: [{ from: '101', to: '102', how: 'blind' }],
  talkSeconds: { 101: 1.2, 102: 3.6 },
  queue: 'support',
};
const described = (...lines: string[]) => ['--- Cordboard ---', ...lines, '--- end of Cordboard ---'].join('\n');
const task: Task = {
  Cordboard_Call__c: 'lab-1795298418.121',
  Subject: 'Cordboard call - Inbound / (1) min',
  CallType: 'Inbound',
  CallDisposition: 'Answered',
  Status: 'Completed',
  CallDurationInSeconds: 5,
  Cordboard_Wait_Seconds__c: 1,
  OwnerId: '005000000000002AAA',
  Description: described(
    'Customer: Outside Caller, +15551230001',
    'Line: 5550101',
    'Queue: support',
    'Rang: Bob Agent (no answer)',
    'Transferred from Ann Agent to Bob Agent',
  ),
};
const complaints = (expected: readonly ExpectedCall[], tasks: readonly Task[]) =>
  complaintsOf(judge({ name: 'it', expected: expected.flatMap((one) => taskOf(one) ?? []), tasks }, owners));

test('a Task that says what was played is right, a second off too', () => {
  expect(complaints([call], [task])).toEqual([]);
  expect(complaints([call], [{ ...task, CallDurationInSeconds: 4 }])).toEqual([]);
});
test('none is lost, two are one too many, and one for nobody is too many', () => {
  expect(complaints([call], [])).toEqual(['lost: it: +15551230001']);
  expect(complaints([call], [task, { ...task }])).toEqual([expect.stringMatching(/^doubled/)]);
  expect(complaints([{ ...call, direction: 'internal' }], [task])).toEqual([expect.stringMatching(/^doubled/)]);
});
describe.each<readonly [string, Task]>([
  ['talkSeconds', { ...task, CallDurationInSeconds: 7 }],
  ['waitSeconds', { ...task, Cordboard_Wait_Seconds__c: 3 }],
  ['disposition', { ...task, CallDisposition: 'Missed' }],
  ['status', { ...task, Status: 'Not Started' }],
  ['callType', { ...task, CallType: 'Outbound' }],
  ['owner', { ...task, OwnerId: '005000000000001AAA' }],
  ['customer', { ...task, Description: String(task['Description']).replace('+1', '1') }],
  ['line', { ...task, Description: String(task['Description']).replace('5550101', '5550102') }],
  ['queue', { ...task, Description: String(task['Description']).replace('support', 'sales') }],
  ['rangInVain', { ...task, Description: String(task['Description']).replace('(no answer)', '(busy)') }],
  ['transfers', { ...task, Description: String(task['Description']).replace('to Bob', 'to Cid') }],
  ['voicemail', { ...task, Description: `${task['Description']}\nVoicemail` }],
  ['digits', { ...task, Description: `${task['Description']}\nKeys pressed: 4821` }],
])('%s', (field, wrong) => {
  test('that is wrong is seen', () => expect(complaints([call], [wrong])).toEqual([expect.stringMatching(`^wrong.*: ${field} is`)]));
});
test('a missed call is nobody’s, open, and says who rang', () => {
  const missed: ExpectedCall = {
    ...unanswered,
    dialled: '5550101',
    outcome: 'abandoned',
    attempts: [tried('101', 'stopped')],
    waitSeconds: 2,
  };
  const open: Task = {
    ...task,
    CallDisposition: 'Missed (caller hung up)',
    Status: 'Not Started',
    CallDurationInSeconds: 0,
    Cordboard_Wait_Seconds__c: 2,
    OwnerId: '005000000000001AAA',
    Description: described('Customer: +15551230001', 'Line: 5550101', 'Rang: 101 (caller hung up)'),
  };
  expect(complaints([missed], [open])).toEqual([]);
  expect(complaints([missed], [{ ...open, OwnerId: '005000000000002AAA' }])).toEqual([expect.stringMatching(/owner/)]);
});
test('several calls from one number are matched as they fit best', () => {
  const other: ExpectedCall = { ...call, talkSeconds: { 101: 20 } };
  expect(complaints([call, other], [{ ...task, CallDurationInSeconds: 20 }, task])).toEqual([]);
});
