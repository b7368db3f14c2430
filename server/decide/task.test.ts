import { expect, test } from 'vitest';
import { SettingsReader } from './settings.ts';
import { statusReader, taskReader } from './task.ts';

test('how a log is classed: what is given is kept, and every mistake is told', () => {
  const reader = new SettingsReader();
  const read = taskReader(reader);
  const given = { type: 'Phone', subtype: 'Task', result: 'tags' };
  expect([read('task', given), read('task', {}), reader.mistakes]).toEqual([given, {}, []]);
  expect(read('task', { type: 'P'.repeat(256), subtype: 'Email', result: 'nothing' })).toEqual({});
  expect(reader.mistakes.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'task.type: Give at most 255 characters, not 256.',
    'task.subtype: Choose one of "Call", "Task", not "Email".',
    'task.result: Choose one of "outcome and tags", "outcome", "tags", not "nothing".',
  ]);
});

test('MT-19, MT-20: the org’s own words for completed and open', () => {
  const reader = new SettingsReader();
  const read = statusReader(reader);
  const given = { completed: 'Erledigt', open: 'Offen' };
  expect([read('status', given), read('status', {}), reader.mistakes]).toEqual([given, {}, []]);
  expect(read('status', { completed: '', open: 'O'.repeat(256), done: 'x' })).toEqual({});
  expect(reader.mistakes.map(({ path }) => path).toSorted()).toEqual(['status.completed', 'status.done', 'status.open']);
});
