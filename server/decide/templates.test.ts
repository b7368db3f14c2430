import { describe, expect, test } from 'vitest';
import type { CallType } from '../call/call.ts';
import { parsePolicy, PolicyMistakes, policySchema } from './policy.ts';
import { isMergeField, mergeFields, mistakesInTemplate, templateFor } from './templates.ts';

describe('which template a call is worded by', () => {
  const texts = {
    en: {
      every: { subject: 'every', comment: 'every' },
      unanswered: { subject: 'in vain', comment: 'in vain' },
      missed: { subject: 'missed' },
      'inbound-answered': { comment: 'taken' },
    },
    pl: { voicemail: { subject: 'skrzynka' } },
  };
  const of = (type: CallType | undefined) =>
    (['subject', 'comment'] as const).map((part) => templateFor({ language: 'en', texts }, part, type));
  const every = (part: string) => ({ text: 'every', from: `texts.en.every.${part}` });
  const inVain = (part: string) => ({ text: 'in vain', from: `texts.en.unanswered.${part}` });
  test.each<[CallType | undefined, ReturnType<typeof of>]>([
    ['inbound-answered', [every('subject'), { text: 'taken', from: 'texts.en.inbound-answered.comment' }]],
    ['outbound-answered', [every('subject'), every('comment')]],
    ['outbound-unanswered', [inVain('subject'), inVain('comment')]],
    ['missed', [{ text: 'missed', from: 'texts.en.missed.subject' }, inVain('comment')]],
    ['voicemail', [inVain('subject'), inVain('comment')]],
    ['internal', [every('subject'), every('comment')]],
    [undefined, [{ text: 'missed', from: 'texts.en.missed.subject' }, inVain('comment')]],
  ])('%s', (type, expected) => expect(of(type)).toEqual(expected));
  test('none of another language, of another type, or where there are no texts', () =>
    expect([
      templateFor({ language: 'ja', texts }, 'subject', 'missed'),
      templateFor({ language: 'pl', texts }, 'subject', 'missed'),
      templateFor({ language: 'pl', texts }, 'comment', 'voicemail'),
      templateFor({ language: 'en' }, 'subject', 'missed'),
      templateFor({ language: 'pl', texts }, 'subject', 'voicemail'),
    ]).toEqual([undefined, undefined, undefined, undefined, { text: 'skrzynka', from: 'texts.pl.voicemail.subject' }]));
});

test('a field is one of ours by its very name', () =>
  expect(['FROM', 'from', ' FROM', 'toString', ''].map(isMergeField)).toEqual([true, false, false, false, false]));

describe('MT-36, MT-37: what is wrong in a template', () => {
  const all = `There are ${Object.keys(mergeFields)
    .map((name) => `{${name}}`)
    .join(' ')}.`;
  test.each<[string, string, string]>([
    ['a letter too much', 'LINES', 'Did you mean {LINE}?'],
    ['a letter too few, or the beginning of several', 'AGEN', 'Did you mean {AGENT} or {AGENT_NAME}?'],
    ['another letter', 'SCOVE', 'Did you mean {SCORE}?'],
    ['two letters swapped at the beginning', 'UQEUE', 'Did you mean {QUEUE}?'],
    ['in the middle', 'LNIE', 'Did you mean {LINE}?'],
    ['at the end', 'DAET', 'Did you mean {DATE}?'],
    ['a letter that moved is no swap', 'EAGNT', all],
    ['nor is one that stands where its neighbour was', 'LNXE', all],
    ['before it or after', 'LXIE', all],
    ['three mistakes in ten letters', 'UTMSORUCEX', 'Did you mean {UTM_SOURCE}?'],
    ['are too many in eight', 'UTMSXYZC', all],
    ['small letters, spaces and signs', 'call type!', 'Did you mean {CALL_TYPE}?'],
    ['the end of several: the first two', 'TIME', 'Did you mean {WAIT_TIME} or {RING_TIME}?'],
    ['only what comes nearest', 'TALK_STARTS', 'Did you mean {TALK_START}?'],
    ['whatever stands between its letters', 'C A L L T Y P E', 'Did you mean {CALL_TYPE}?'],
    ['three letters are no beginning', 'UTM', all],
    ['nor no letters', '__', all],
    ['one letter', 'T', 'Did you mean {TO}?'],
    ['nothing', '', all],
  ])('%s: {%s}', (_, name, hint) =>
    expect(mistakesInTemplate(`{${name}}`)).toEqual([{ message: `There is no field {${name}} (character 1). ${hint}`, position: 1 }]),
  );
  test('a brace without a partner, each with its place', () =>
    expect(mistakesInTemplate('{FROM} }\nto {TO} {')).toEqual([
      { message: 'The "}" at line 1, character 8 has no partner; braces only hold the name of a field.', position: 8 },
      { message: 'The "{" at line 2, character 9 has no partner; braces only hold the name of a field.', position: 18 },
    ]));
  test('a long name is shown by its beginning, and never half of a character of it', () => {
    const shown = (name: string) => mistakesInTemplate(`From {${name}}`)[0]?.message.split(' (')[0];
    expect([shown('x'.repeat(38)), shown('x'.repeat(39)), shown(`${'x'.repeat(38)}😀`)]).toEqual([
      `There is no field {${'x'.repeat(38)}}`,
      `There is no field {${'x'.repeat(39)}…}`,
      `There is no field {${'x'.repeat(38)}\ufffd…}`,
    ]);
  });
});

describe('reading templates', () => {
  const read = (texts: unknown) => parsePolicy({ language: 'en', texts }).texts;
  const mistakes = (texts: unknown) => {
    try {
      read(texts);
    } catch (error) {
      if (error instanceof PolicyMistakes) return error.mistakes;
    }
    return [];
  };
  const ofComment = (comment: unknown) => mistakes({ en: { every: { comment } } });
  const path = 'texts.en.every.comment';
  test('each language has templates for each type of call, of which line breaks of Windows are line breaks', () => {
    const ofType = { subject: '{FROM}', comment: '\tFrom {FROM}\r\n\r\n{COMMENT}' };
    const types = ['outbound-answered', 'outbound-unanswered', 'inbound-answered', 'missed', 'voicemail', 'unanswered', 'every'];
    const all = (comment: string) => Object.fromEntries(types.map((type) => [type, { ...ofType, comment }]));
    expect(read({ en: all(ofType.comment), pl: {} })).toEqual({ en: all('\tFrom {FROM}\n\n{COMMENT}'), pl: {} });
  });
  test.each<[string, unknown, object[]]>([
    ['no text', 5, [{ path, message: `Give a text that isn't empty, not 5.` }]],
    ['an empty one', ' \n', [{ path, message: `Give a text that isn't empty, not " \\n".` }]],
    ['MT-38: too long', 'x'.repeat(30_002), [{ path, message: 'Give at most 30000 characters, not 30002 (MT-38).', position: 30_001 }]],
    ['a control character', 'a\nb\u0007', [{ path, message: 'Take out the control character at line 2, character 2.', position: 4 }]],
    ['at the very beginning', '\u0000a', [{ path, message: 'Take out the control character at character 1.', position: 1 }]],
    ['a separator of lines', 'a\u2028', [{ path, message: 'Take out the control character at character 2.', position: 2 }]],
    ['of paragraphs', 'a\u2029', [{ path, message: 'Take out the control character at character 2.', position: 2 }]],
    [
      'half of a character, and a brace',
      '\ud83d }',
      [
        { path, message: 'Half of a character stands at character 1.', position: 1 },
        { path, message: 'The "}" at character 3 has no partner; braces only hold the name of a field.', position: 3 },
      ],
    ],
  ])('S3: %s', (_, comment, expected) => expect(ofComment(comment)).toEqual(expected));
  test('a subject has one line of 255 characters, and the same fields', () => {
    const ofSubject = (subject: unknown) => mistakes({ pl: { missed: { subject } } });
    const at = 'texts.pl.missed.subject';
    expect([ofSubject('x'.repeat(255)), ofSubject('x'.repeat(256)), ofSubject('a\nb'), ofSubject('{')]).toEqual([
      [],
      [{ path: at, message: 'Give at most 255 characters, not 256.' }],
      [{ path: at, message: 'Give one line without control characters.' }],
      [{ path: at, message: 'The "{" at character 1 has no partner; braces only hold the name of a field.', position: 1 }],
    ]);
  });
  test('there is no such language, type or part', () =>
    expect(mistakes({ de: {}, en: { lost: {}, missed: { title: 'x' }, voicemail: 5 }, ja: [] })).toEqual([
      { path: 'texts.de', message: 'There is no such language. There are en, ja, fr, ru, pl.' },
      {
        path: 'texts.en.lost',
        message:
          'There is no such type of call. There are outbound-answered, outbound-unanswered, inbound-answered, missed, voicemail, unanswered, every.',
      },
      { path: 'texts.en.missed.title', message: 'There is no such setting. There are subject, comment.' },
      { path: 'texts.en.voicemail', message: 'Give an object, not 5.' },
      { path: 'texts.ja', message: 'Give an object with templates for types of calls, not a list.' },
    ]));
  test('no texts at all', () =>
    expect(mistakes('x')).toEqual([{ path: 'texts', message: 'Give an object with templates for each language, not "x".' }]));
  test('a schema says as much of them', () =>
    expect(policySchema().properties?.['texts']?.properties?.['en']?.properties?.['every']?.properties).toMatchObject({
      subject: { type: 'string', maxLength: 255 },
      comment: { type: 'string', maxLength: 30_000 },
    }));
});
