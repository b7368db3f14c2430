import { describe, expect, test } from 'vitest';
import { parsePolicy } from './policy.ts';
import { previewTexts } from './preview-text.ts';

describe('MT-33: what the logs of example calls would say', () => {
  test('by templates of all places, and says where each is', () => {
    const policy = parsePolicy({
      language: 'en',
      zone: 'Asia/Tokyo',
      subject: '{CALL_TYPE} on {DATE}',
      logging: { 'outbound-answered': 'open', missed: 'open', voicemail: 'completed' },
      texts: {
        en: {
          every: { comment: '{OWNER_NAME} for {RECORD_NAME}\nDue at {DUE_TIME}' },
          unanswered: { subject: 'In vain: {CUSTOMER}' },
          missed: { comment: 'Waited\n\n{WAIT_TIME}' },
        },
      },
    });
    expect(previewTexts(policy)).toStrictEqual([
      {
        type: 'outbound-answered',
        subject: 'Outbound answered on 2026-03-02',
        memo: 'Send the price list.',
        comment: 'Anna Sato for Hanako Tanaka\nDue at 2026-03-02 22:03:00',
        characters: { subject: 31, comment: 75 },
        templates: { subject: 'subject', comment: 'texts.en.every.comment' },
      },
      {
        type: 'outbound-unanswered',
        subject: 'In vain: Hanako Tanaka',
        memo: '',
        comment: 'Anna Sato for Hanako Tanaka',
        characters: { subject: 22, comment: 27 },
        templates: { subject: 'texts.en.unanswered.subject', comment: 'texts.en.every.comment' },
      },
      {
        type: 'inbound-answered',
        subject: 'Inbound answered on 2026-03-02',
        memo: 'Send the price list.',
        comment: 'Anna Sato for Hanako Tanaka',
        characters: { subject: 30, comment: 48 },
        templates: { subject: 'subject', comment: 'texts.en.every.comment' },
      },
      {
        type: 'missed',
        subject: 'In vain: Hanako Tanaka',
        memo: '',
        comment: 'Waited\n\n22 s',
        characters: { subject: 22, comment: 12 },
        templates: { subject: 'texts.en.unanswered.subject', comment: 'texts.en.missed.comment' },
      },
      {
        type: 'voicemail',
        subject: 'In vain: Hanako Tanaka',
        memo: '',
        comment: 'Anna Sato for Hanako Tanaka',
        characters: { subject: 22, comment: 27 },
        templates: { subject: 'texts.en.unanswered.subject', comment: 'texts.en.every.comment' },
      },
    ]);
  });
  test('in the language’s own words where there is no template', () =>
    expect(previewTexts(parsePolicy({ language: 'en' }))[1]).toStrictEqual({
      type: 'outbound-unanswered',
      subject: 'Cordboard call - Outbound / (0) min',
      memo: '',
      comment: 'Customer: Hanako Tanaka, +12025550123, hanako.tanaka@example.com\nLine: Sales\nWaiting time: 22 s',
      characters: { subject: 35, comment: 95 },
      templates: {},
    }));
});
