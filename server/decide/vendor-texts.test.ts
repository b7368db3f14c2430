import { describe, expect, test } from 'vitest';
import { vendorTexts } from './vendor-texts.ts';
import { languages } from './words.ts';

describe('how a vendor words its tasks', () => {
  test('DP-49: Dialpad has a title of its own, and the language’s comment', () =>
    expect([vendorTexts('dialpad', 'en'), vendorTexts('dialpad', 'ja')]).toEqual([
      { en: { every: { subject: '{PRODUCT} call - {DIRECTION} / ({MINUTES}) min' } } },
      { ja: { every: { subject: '{PRODUCT} 通話 - {DIRECTION} / ({MINUTES})分' } } },
    ]));
  test('MT-34, MT-35: MiiTel tells the waiting time of calls in vain only', () =>
    expect(vendorTexts('miitel', 'ja')).toEqual({
      ja: {
        every: { comment: '{CALL_TYPE}\n通話録音: {RECORDING_URL}\nボイスメール: {VOICEMAIL_URL}\n{COMMENT}' },
        unanswered: { comment: '{CALL_TYPE}\n待ち時間: {WAIT_TIME}\n通話録音: {RECORDING_URL}\nボイスメール: {VOICEMAIL_URL}\n{COMMENT}' },
      },
    }));
  test('AC-26, AC-29…32: Aircall names the customer and the line, from or to', () => {
    const comment = 'Waiting time: {WAIT_TIME}\nRecording: {RECORDING_URL}\nVoicemail: {VOICEMAIL_URL}\n{COMMENT}\nTags: {TAGS}';
    expect(vendorTexts('aircall', 'en')).toEqual({
      en: {
        every: { subject: '{CALL_TYPE} call from {CUSTOMER} on {LINE_NAME}', comment },
        'outbound-answered': { subject: '{CALL_TYPE} call to {CUSTOMER} on {LINE_NAME}' },
        'outbound-unanswered': { subject: '{CALL_TYPE} call to {CUSTOMER} on {LINE_NAME}' },
      },
    });
    const dialled = { subject: 'Appel - {CALL_TYPE} - à {CUSTOMER} sur {LINE_NAME}' };
    expect(vendorTexts('aircall', 'fr').fr).toMatchObject({
      every: { subject: 'Appel - {CALL_TYPE} - de {CUSTOMER} sur {LINE_NAME}' },
      'outbound-answered': dialled,
      'outbound-unanswered': dialled,
    });
  });
  test('RS-47, RS-51: Ringostat tells the call, and links to the conversation', () =>
    expect(vendorTexts('ringostat', 'pl')).toEqual({
      pl: {
        every: { comment: '{CALL_TYPE}, {CUSTOMER}, {DURATION}\nNagranie rozmowy: {RECORDING_URL}\nWiadomość głosowa: {VOICEMAIL_URL}' },
      },
    }));
  test('FCC quotes none', () => expect(languages.map((language) => vendorTexts('fcc', language))).toEqual([{}, {}, {}, {}, {}]));
});
