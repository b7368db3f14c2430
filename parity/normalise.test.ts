import { expect, test } from 'vitest';
import { CannotAsk, Names, withChecksum } from './normalise.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const me = withChecksum('0055g00000Me000');
const [one, two] = [withChecksum('00T5g00000AbCdE'), withChecksum('00T5g00000AbCde')];
const names = () =>
  new Names({ url: 'https://acme.my.salesforce.com', userId: me, clientId: 'the-app', clientSecret: 's3cret', now: () => nowMs });

test('an id is named in the order it is met, and the same id twice is the same name twice', () =>
  expect(names().value([{ id: one }, { id: two }, { id: one, by: me }])).toEqual([
    { id: '<task:1>' },
    { id: '<task:2>' },
    { id: '<task:1>', by: '<me>' },
  ]));
test('ids that differ in case only are two', () => expect(names().text(`${one} ${two}`)).toBe('<task:1> <task:2>'));
test('one of 15 characters is the same record, and is told apart', () =>
  expect(names().text(`${one}, ${one.slice(0, 15)}`)).toBe('<task:1>, <task:1, 15>'));
test('words of 15 or 18 letters are no ids', () =>
  expect(names().text('CordboardParity Internationalities')).toBe('CordboardParity Internationalities'));
test('keys are read by the alphabet, whatever order they came in', () => {
  const told = { a: '<task:1>', b: '<task:2>' };
  expect(names().value({ a: one, b: two })).toEqual(told);
  expect(names().value({ b: two, a: one })).toEqual(told);
});
test.each([
  ['2026-11-22T11:59:00.000+0000', '<time.000+0000>'],
  ['2026-11-22T11:59:00.123+0000', '<time.n+0000>'],
  ['2026-11-22T11:59:00Z', '<timeZ>'],
  ['2031-01-01T09:00:00.000+0000', '2031-01-01T09:00:00.000+0000'],
  ['Sun, 22 Nov 2026 11:59:00 GMT', '<http-date>'],
  [String(nowMs), '<ms>'],
  ['4155550134', '4155550134'],
  ['https://acme.my.salesforce.com/x', '<org-url>/x'],
  ['https://login.salesforce.com/id', '<org-url>/id'],
  ['00D5g00000Ab123!AQ.x_y', '<token>'],
  ['client the-app with s3cret', 'client <client-id> with <client-secret>'],
  ['ErrorId : 123456-7890 (-12345)', 'ErrorId : <error-id>'],
])('%s is told as %s', (text, told) => expect(names().text(text)).toBe(told));

test('a request is filled with what was met', () => {
  const met = names();
  met.text(one);
  expect(met.fill('/sobjects/Task/<task:1>?by=<me>')).toBe(`/sobjects/Task/${one}?by=${me}`);
  expect(met.fill('?start=<minutes:-60>', true)).toBe('?start=2026-11-22T11%3A00%3A00Z');
  expect(() => met.fill('<task:2>')).toThrow(CannotAsk);
});
