import { describe, expect, test } from 'vitest';
import type { Call, Message } from '../call/call.ts';
import type { Instant, PhoneNumber } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import { anna, aToldCall, noon } from '../testing/a-told-call.ts';
import type { DecideFacts } from './decide.ts';
import { messageLog } from './message-log.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const hello: Message = { id: 'm1', at: noon, direction: 'inbound', text: 'Hello\nthere' };
const hi: Message = { id: 'm2', at: (noon + 60_000) as Instant, direction: 'outbound', agent: anna, text: 'Hi' };
const robot: Message = { id: 'm3', at: (noon + 120_000) as Instant, direction: 'outbound', text: ' ' };
const day = (changes: Partial<Call> = {}) =>
  aToldCall({ type: undefined, answeredBy: undefined, lastWith: undefined, messages: [hello, hi, robot], ...changes });
type Given = Partial<Omit<Inputs, 'policy'>> & {
  policy?: Partial<Policy>;
  facts?: Partial<DecideFacts>;
  alone?: boolean;
  withMemo?: boolean;
  zone?: string;
  matter?: CrmRecord;
};
const logOf = (
  call: Call,
  messages: readonly Message[],
  { policy, facts, alone = false, withMemo = true, zone = 'Asia/Tokyo', matter, ...inputs }: Given = {},
) =>
  messageLog(
    call,
    messages,
    {
      ...{ policyVersion: 1, named: {}, clockOffsetMs: 0, match: { candidates: [], searched: 'Looked for.' } },
      people: { anna: { crmUserId: '005A', zone: 'Europe/Paris', name: 'Anna Roy' } },
      fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
      policy: { ...defaultPolicy('en'), ...policy },
      ...inputs,
    },
    { recordingLinks: {}, settled: true, ...facts },
    { alone, withMemo, zone, matter, status: 'completed' },
  );
const noted = { subject: ' Bread\n', memos: [{ at: noon, text: 'Twice a week', by: { user: '005A', name: 'Anna' } }] };
const contact = { kind: 'contact', id: '003A', name: 'Hana\nMori' };
const account = { kind: 'account', id: '001A', name: 'Acme' };
const number = '+81312345678' as PhoneNumber;

describe('AC-38: the log of a conversation’s day', () => {
  test('has all messages with their times and writers, by the clock of the line', () =>
    expect(
      logOf(day(), [hello, hi, robot], { facts: { link: 'https://cb.example/calls/1' }, clockOffsetMs: 12 * 3_600_000 }),
    ).toStrictEqual({
      record: {
        kind: 'activity',
        about: 'message',
        author: { id: '005A', name: 'Anna Roy' },
        subject: 'Cordboard messages - Hanako Tanaka',
        status: 'completed',
        direction: undefined,
        ownerId: '005A',
        spareOwnerId: '005Z',
        who: undefined,
        what: undefined,
        dueDate: '2026-03-03',
        durationSeconds: 0,
        waitSeconds: 0,
        result: '',
        memo: '',
        system: [
          'Customer: Hanako Tanaka, +81312345678',
          'Line: Sales',
          '09:00 Hanako Tanaka: Hello',
          'there',
          '09:01 Anna Sato: Hi',
          '09:02 Sales: (no text)',
        ],
        callKey: 'c-41',
        link: 'https://cb.example/calls/1',
      },
      because: [
        'Anna Sato has the messages.',
        'The owner is Anna Roy (DP-60).',
        'Dated 2026-03-03: the day in Asia/Tokyo, where the line is (AC-38).',
        'Looked for.',
      ],
    }));
  test('hangs on who is meant, or on the case; whose it is while nobody wrote is the record’s owner', () => {
    const match = {
      candidates: [
        { record: contact, as: 'who', ownerId: '005B', because: 'One.' } as const,
        { record: account, as: 'what', because: 'Two.' } as const,
      ],
      searched: 'Looked for.',
    };
    const named = { '005B': { crmUserId: '005B', zone: 'UTC', name: 'Ben Roy' } };
    const of = (call: Call, messages: readonly Message[], matter?: CrmRecord) => {
      const { record, because } = logOf(call, messages, { match, named, ...(matter && { matter }) });
      return [record.subject, record.ownerId, record.author?.id, record.who, record.what, because.length];
    };
    expect([of(day({ messages: [hello] }), [hello]), of(day(), [hello], { kind: 'case', id: '500A' }), of(day(), [hello, hi])]).toEqual([
      ['Cordboard messages - Hana Mori', '005B', undefined, contact, account, 5],
      ['Cordboard messages - Hana Mori', '005A', '005A', contact, { kind: 'case', id: '500A' }, 6],
      ['Cordboard messages - Hana Mori', '005A', '005A', contact, account, 6],
    ]);
  });
  test('of one message alone says which way it went', () =>
    expect([[hello], [hi], []].map((messages) => logOf(day(), messages, { alone: true }).record.subject)).toEqual([
      'Cordboard message received - Hanako Tanaka',
      'Cordboard message sent - Hanako Tanaka',
      'Cordboard messages - Hanako Tanaka',
    ]));
  test('has the title and the memo that an agent saved, but only once', () =>
    expect(
      [true, false].map((withMemo) => {
        const { subject, memo } = logOf(day({ noted }), [hello], { withMemo }).record;
        return [subject, memo];
      }),
    ).toEqual([
      ['Bread', 'Twice a week'],
      ['Cordboard messages - Hanako Tanaka', ''],
    ]));
  test.each<[string, Partial<Call>, CrmRecord | undefined, string]>([
    ['the record’s name', {}, contact, 'Hana Mori'],
    ['the company’s', {}, account, 'Acme'],
    ['of a record without a name, the one that was sent', {}, { kind: 'contact', id: '003A' }, 'Hanako Tanaka'],
    ['else all that is known of them', { customer: { number, email: 'h@example.com' } }, undefined, `${number}, h@example.com`],
  ])('names the customer: %s', (_, changes, record, name) => {
    const candidates = record ? [{ record, as: record.kind === 'account' ? 'what' : 'who', because: '' } as const] : [];
    const { subject, system } = logOf(day(changes), [hello], { match: { candidates, searched: '' } }).record;
    expect([subject, system[2]]).toEqual([`Cordboard messages - ${name}`, `21:00 ${name}: Hello`]);
  });
  test('of a line without a name what nobody wrote is the product’s; of a title too long the end is cut', () => {
    const { subject, system } = logOf(day({ line: undefined, customer: { name: 'x'.repeat(300) } }), [robot], {
      policy: { product: 'Acme' },
    }).record;
    expect([subject, system]).toEqual([
      `Acme messages - ${'x'.repeat(238)}…`,
      [`Customer: ${'x'.repeat(254)}…, unknown`, '21:02 Acme: (no text)'],
    ]);
  });
  test('is dated by the day its first message came', () =>
    expect(logOf(day({ startedAt: (noon - 86_400_000) as Instant }), [robot, hello]).record.dueDate).toBe('2026-03-01'));
  test('of what is very long the beginning, and of one without a text that it has none', () => {
    const of = (text: string | undefined) => logOf(day(), [{ ...hi, ...(text !== undefined && { text }) }]).record.system[2];
    expect([of('x'.repeat(4_000)), of('x'.repeat(4_001))]).toEqual([
      `21:01 Anna Sato: ${'x'.repeat(4_000)}`,
      `21:01 Anna Sato: ${'x'.repeat(3_987)}… (truncated)`,
    ]);
    const { text: _, ...silent } = hi;
    expect(logOf(day(), [silent]).record.system[2]).toBe('21:01 Anna Sato: (no text)');
  });
});
