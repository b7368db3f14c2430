import { afterEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { vendorTexts } from '../server/decide/vendor-texts.ts';
import { languages } from '../server/decide/words.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// What an admin lets a task say, from the phone system's words into the org.
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});

let sent = 0;
async function tell(call: string, type: string, data: unknown = {}, seconds = 0) {
  await line!.advanceTo(line!.now() + seconds * 1000);
  await line!.send({ id: `t${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line!.now(), data } });
}
const settle = () => line!.advanceTo(line!.now() + 120_000);
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const ewa = '+48601234567';
/** A minute's talk with Ewa Kowalczyk on the line Sales, who waited six seconds. */
async function answered(call: string, name?: string) {
  await tell(call, 'started', {
    direction: 'inbound',
    customer: { number: ewa, ...(name && { name }) },
    line: { id: 'sales', name: 'Sales' },
  });
  await tell(call, 'answered', { endpoint: { asDialled: '101', agent: anna } }, 6);
  await tell(call, 'ended', {}, 60);
}
async function missed(call: string) {
  await tell(call, 'started', { direction: 'inbound', customer: { number: ewa }, line: { id: 'sales', name: 'Sales' } });
  await tell(call, 'ended', {}, 20);
}
async function notReached(call: string) {
  await tell(call, 'started', { direction: 'outbound', customer: { number: ewa }, agent: anna });
  await tell(call, 'ended', {}, 20);
}
async function leftVoicemail(call: string) {
  await tell(call, 'started', { direction: 'inbound', customer: { number: ewa } });
  await tell(call, 'voicemail', { seconds: 9, url: 'https://pbx.example.com/v' }, 10);
  await tell(call, 'ended', {}, 10);
}
async function taskOf(call: string) {
  const [task, ...others] = (await line!.export('Task')).filter((one) => one['CallObject'] === call);
  expect(others).toEqual([]);
  return { id: task!['Id'] as string, subject: task!['Subject'] as string, text: (task!['Description'] ?? '') as string };
}
/** Our block, without its marks. */
const blockOf = ({ text }: { text: string }) => text.split('--- Cordboard ---\n')[1]!.split('\n--- end of Cordboard ---')[0]!.split('\n');
const under = async (texts: object, more: object = {}) => {
  line = await openLine({ orgs: [{ policy: { language: 'en', texts: { en: texts }, ...more } }] });
};

describe('the subject', () => {
  test('MT-18: "subject of the activity is configurable", at most 255 characters with its values', async () => {
    await under({ every: { subject: 'Talk: {CUSTOMER} – {UTM_CAMPAIGN}' } });
    await answered('short');
    await answered('long');
    await tell('long', 'attributed', { campaign: 'ö'.repeat(250) });
    await settle();
    expect((await taskOf('short')).subject).toBe('Talk: Ewa Kowalczyk –');
    const { subject } = await taskOf('long');
    expect(subject).toMatch(/^Talk: Ewa Kowalczyk – ö+…$/);
    expect(subject.length).toBe(255);
  });
  test('AC-26: "Inbound answered call from {RECORD_NAME} on {LINE_NAME}"', async () => {
    await under({ 'inbound-answered': { subject: '{CALL_TYPE} call from {RECORD_NAME} on {LINE_NAME}' } });
    await answered('c');
    await missed('m');
    await settle();
    expect((await taskOf('c')).subject).toBe('Inbound answered call from Ewa Kowalczyk on Sales');
    expect((await taskOf('m')).subject).toBe('Cordboard call - Missed / (0) min');
  });
  test('DP-61: "the date the ToDo was created by the call" can be the title', async () => {
    await under({ every: { subject: '{DATE}' } });
    await answered('c');
    await settle();
    expect((await taskOf('c')).subject).toBe('2026-03-02');
  });
  test('RS-30, DP-49: the title has the language of the integration, and Dialpad’s form', async () => {
    line = await openLine();
    for (const language of languages) {
      const policy = parsePolicy({ language, product: 'Dialpad', texts: vendorTexts('dialpad', language) });
      await line.admin.savePolicy(line.org, policy, 'admin');
      await answered(language);
      await settle();
    }
    expect(await Promise.all(languages.map(async (language) => (await taskOf(language)).subject))).toEqual([
      'Dialpad call - Inbound / (1) min',
      'Dialpad 通話 - 着信 / (1)分',
      'Appel Dialpad - Entrant / (1) min',
      'Звонок Dialpad - Входящий / (1) мин',
      'Połączenie Dialpad - Przychodzące / (1) min',
    ]);
  });
});

describe('the comment', () => {
  test('MT-32, MT-35: "free text plus merge fields", displayed in curly braces such as {CALL_TYPE}', async () => {
    await under({ every: { comment: 'Type: {CALL_TYPE}\nCall details: {CUSTOMER_NUMBER} on {LINE_NAME}, {DURATION}\nThank you' } });
    await answered('c');
    await settle();
    expect(blockOf(await taskOf('c'))).toEqual(['Type: Inbound answered', 'Call details: +48601234567 on Sales, 1 min', 'Thank you']);
  });
  test('MT-34: "comment (missed outbound / missed inbound)" apart, and voicemail apart from both', async () => {
    await under({
      every: { comment: 'talked' },
      unanswered: { comment: 'in vain' },
      'outbound-unanswered': { comment: 'not reached' },
      voicemail: { comment: 'left: {VOICEMAIL_URL}' },
    });
    await answered('a');
    await missed('m');
    await notReached('o');
    await leftVoicemail('v');
    await settle();
    const blocks = await Promise.all(['a', 'm', 'o', 'v'].map(async (call) => blockOf(await taskOf(call))));
    expect(blocks).toEqual([['talked'], ['in vain'], ['not reached'], ['left: https://pbx.example.com/v']]);
  });
  test('AC-29, AC-30, AC-31, AC-32: waiting time, recording, comments and tags, as Aircall has them', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', texts: vendorTexts('aircall', 'en') } }] });
    await answered('c');
    await tell('c', 'tagged', { tags: ['vip', 'quote'] });
    await tell('c', 'commented', { text: 'Send the price list.' });
    await settle();
    expect((await taskOf('c')).text).toMatch(/^Send the price list\.\n\n--- Cordboard ---\nWaiting time: 6 s\nTags: vip, quote\n/);
    await tell('c', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    await settle();
    expect(blockOf(await taskOf('c'))).toEqual(['Waiting time: 6 s', 'Recording: https://pbx.example.com/r', 'Tags: vip, quote']);
  });
  test('MT-36, MT-37: braces as literal text and names not offered can’t be set, so none reaches the org', async () => {
    const refused = (comment: string) => () => parsePolicy({ language: 'ja', texts: { ja: { every: { comment } } } });
    expect(refused('{通話種別:} {CALL_TYPE}')).toThrow('There is no field {通話種別:} (character 1).');
    expect(refused('{CALL_TIPE}')).toThrow('Did you mean {CALL_TYPE}?');
    expect(refused('{{CALL_TYPE}}')).toThrow('The "{" at character 1 has no partner');
    await expect(under({ every: { subject: '{CALL_TIPE}' } })).rejects.toThrow('Did you mean {CALL_TYPE}?');
  });
  test('MT-38, DP-50: 30,000 characters "including the values of merge fields"; the transcript is cut, the recording’s link is not', async () => {
    await under({ every: { comment: `${'Our terms. '.repeat(500)}\nSaid: {TRANSCRIPT}\nRecording: {RECORDING_URL}` } });
    await answered('c');
    await tell('c', 'transcript', { text: 'word '.repeat(8_000) });
    await tell('c', 'commented', { text: 'c'.repeat(3_000) });
    await settle();
    await tell('c', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    await settle();
    const { text } = await taskOf('c');
    const [memo] = text.split('\n\n--- Cordboard ---\n');
    const block = blockOf({ text });
    expect(memo).toBe('c'.repeat(3_000));
    expect(block).toContain('Recording: https://pbx.example.com/r');
    expect(block.find((one) => one.startsWith('Said: '))).toMatch(/… \(truncated\)$/);
    expect([memo, ...block].join('\n').length).toBe(30_000);
  });
  test('MT-39, MT-40: comments "until voice analysis is complete" are included, those after it are not reflected', async () => {
    await under({ every: { comment: '{CALL_TYPE}\n{COMMENT}' } }, { comments: { until: 'analysed' } });
    await answered('c');
    await tell('c', 'commented', { text: 'Before the analysis.' }, 20);
    await tell('c', 'analysed', { score: 87 }, 60);
    await tell('c', 'commented', { text: 'After the analysis.' }, 60);
    await settle();
    expect((await taskOf('c')).text).toBe('Before the analysis.\n\n--- Cordboard ---\nInbound answered\n--- end of Cordboard ---');
  });
  test('MT-40 (resolution): unless the admin says so, a later comment updates the task', async () => {
    await under({});
    await answered('c');
    await tell('c', 'analysed', { score: 87 }, 60);
    await settle();
    await tell('c', 'commented', { text: 'After the analysis.' }, 60);
    await settle();
    expect((await taskOf('c')).text).toMatch(/^After the analysis\.\n\n/);
  });
});

test('what brought the caller: every field of the visit that the phone system tells', async () => {
  await under({
    every: { comment: '{UTM_SOURCE}/{UTM_MEDIUM}\nFrom {REFERRER} to {LANDING_PAGE}\n{GA_CLIENT_ID} {GCLID}\nTerm: {UTM_TERM}' },
  });
  await answered('c');
  const visit = { source: 'google', medium: 'cpc', referrer: 'https://g.example/', landingPage: 'https://acme.example/ovens' };
  await tell('c', 'attributed', { ...visit, gaClientId: '123.456' });
  await settle();
  expect(blockOf(await taskOf('c'))).toEqual(['google/cpc', 'From https://g.example/ to https://acme.example/ovens', '123.456']);
});

describe('who wrote what stays apart', () => {
  test('W3: a person’s words around our block stay when a new fact words it anew; words inside it keep it theirs', async () => {
    await under({ every: { comment: 'Tags: {TAGS}\n{CALL_TYPE}' } });
    await answered('around');
    await answered('inside');
    await settle();
    for (const [call, change] of [
      ['around', (text: string) => `{CALL_TYPE} is what Ewa wants.\n\n${text}`],
      ['inside', (text: string) => text.replace('Inbound', 'Very inbound')],
    ] as const) {
      const { id, text } = await taskOf(call);
      await line!.asHuman({ action: 'update', object: 'Task', id, fields: { Description: change(text) } });
      await tell(call, 'tagged', { tags: ['vip'] });
    }
    await settle();
    expect((await taskOf('around')).text).toBe(
      '{CALL_TYPE} is what Ewa wants.\n\n--- Cordboard ---\nTags: vip\nInbound answered\n--- end of Cordboard ---',
    );
    expect((await taskOf('inside')).text).toBe('--- Cordboard ---\nVery inbound answered\n--- end of Cordboard ---');
  });
  test('D1: another template words the calls that come after it, not those that were', async () => {
    await under({ every: { subject: 'first' } });
    await answered('before');
    await settle();
    const next = parsePolicy({ language: 'en', texts: { en: { every: { subject: 'second' } } } });
    await line!.admin.savePolicy(line!.org, next, 'admin');
    await tell('before', 'tagged', { tags: ['vip'] });
    await answered('after');
    await settle();
    expect([(await taskOf('before')).subject, (await taskOf('after')).subject]).toEqual(['first', 'second']);
  });
  test('S3: a caller named like a field, or like our marks, is a name', async () => {
    await under({ every: { subject: '{CUSTOMER}', comment: 'Keys: {IVR_PATH}\nFrom: {QUEUE}' } });
    await tell('c', 'started', {
      direction: 'inbound',
      customer: { number: '+48221234599', name: '{PRODUCT}\r\n{!$Credential.Password}' },
    });
    await tell('c', 'queued', { queue: { id: 'q', name: '--- end of Cordboard ---\n{AGENT_NAME}' } });
    await tell('c', 'ended', {}, 20);
    await settle();
    const task = await taskOf('c');
    expect(task.subject).toBe('{PRODUCT} {!$Credential.Password}');
    expect(blockOf(task)).toEqual(['From: -- end of Cordboard -- {AGENT_NAME}']);
  });
});
