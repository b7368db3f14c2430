import { afterEach, describe, expect, test } from 'vitest';
import { realWorld } from '../../server/world.ts';
import type { AmiEvent } from './ami.ts';
import { connectAmi } from './ami-client.ts';
import { commandsOf, type Finding, kindOfPbx, learnFrom, learnTrunks, preflight, sayPreflight } from './preflight.ts';
import { parseAsteriskSettings } from './settings.ts';
import { type FakeAmi, type FakeOptions, startFakeAmi } from './testing/fake-ami.ts';

const world = realWorld();
const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
const rights = (read: string, write: string) => ({ cordboard: { secret: 's3cret', read, write } });
const least = rights('call,agent,user', 'reporting');
const wellSet = {
  'manager.conf/general': ['enabled=yes', 'timestampevents=yes', 'channelvars=CRM_PRES,CRM_REC'],
  'manager.conf/cordboard': ['secret=s3cret', 'read=call,agent,user', 'write=all'],
  'cel.conf/general': ['enable=yes'],
  'cel_custom.conf/mappings': ['Master.csv=${eventtype}'],
};
const row = (Context: string, Application: string, AppData: string): AmiEvent => ({
  Event: 'ListDialplan',
  Context,
  Extension: 's',
  Application,
  AppData,
});
const goodDialplan = [
  row('in', 'Set', '__CRM_PRES=${CALLERID(num-pres)}'),
  row('rec', 'MixMonitor', '${CRM_REC},b,mv /spool/${CRM_REC} /spool/done/'),
];

async function look(
  options: FakeOptions = {},
  { settings = {}, thorough = true, before }: { settings?: object; thorough?: boolean; before?: (pbx: FakeAmi) => void } = {},
) {
  const pbx = await startFakeAmi({ users: least, devices: ['PJSIP/101', 'PJSIP/telco'], ...options });
  ending.push(pbx.close);
  before?.(pbx);
  const parsed = parseAsteriskSettings({ ...pbx.address, user: 'cordboard', secret: 's3cret', ...settings });
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join(' '));
  const ami = await connectAmi({ ...parsed, host: '127.0.0.1' }, parsed, { world, onEvent: () => undefined, events: 'off' });
  ending.push(ami.close);
  const commands = await commandsOf(ami);
  const findings = await preflight(ami, parsed, { commands, thorough });
  return { pbx, ami, commands, findings, of: (about: Finding['about']) => findings.find((one) => one.about === about) };
}
const states = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ about, state }) => [about, state]));

describe('what is found', () => {
  test('with the rights to see it, a PBX that lacks nothing lacks nothing', async () => {
    const { findings } = await look({
      users: rights('call,agent,user', 'reporting,config'),
      files: wellSet,
      dialplan: goodDialplan,
    });
    expect(states(findings)).toEqual({
      answers: 'good',
      wire: 'good',
      read: 'good',
      write: 'good',
      danger: 'dangerous',
      time: 'good',
      system: 'good',
      variables: 'good',
      privacy: 'good',
      recording: 'good',
      cel: 'good',
      trunks: 'good',
    });
  });
  test('with the least rights what can’t be seen is said not to be known, and nothing is asked that would be refused', async () => {
    const { findings, pbx } = await look({ dialplan: goodDialplan });
    expect(states(findings)).toMatchObject({
      read: 'unknown',
      write: 'good',
      danger: 'good',
      time: 'unknown',
      system: 'good',
      variables: 'unknown',
      cel: 'unknown',
      privacy: 'good',
    });
    expect(pbx.refused).toEqual([]);
  });
  test('no rights at all', async () => {
    const { findings, pbx, of } = await look({ users: rights('call', '') });
    expect(states(findings)).toMatchObject({
      write: 'lacking',
      system: 'unknown',
      privacy: 'unknown',
      recording: 'unknown',
      trunks: 'unknown',
    });
    expect(of('write')).toMatchObject({
      urgent: true,
      says: expect.stringContaining('cordboard lacks reporting in write'),
    });
    expect(pbx.refused).toEqual([]);
  });
  test('too few: a login that can’t read calls hears none', async () => {
    const { of } = await look({
      users: rights('agent', 'config,reporting'),
      files: { 'manager.conf/cordboard': ['read=agent, dtmf'] },
    });
    expect(of('read')).toMatchObject({
      state: 'lacking',
      urgent: true,
      says: 'cordboard may not read call, user: no call would be heard.',
    });
  });
  test('dangerously many are named, with what they let others do', async () => {
    const { of } = await look({ users: rights('all', 'system,call,agent,originate,reporting,command,config') });
    expect(of('danger')).toMatchObject({
      state: 'dangerous',
      says: expect.stringMatching(
        /^cordboard may write system, command, config, which Cordboard never uses\. Whoever learns its secret can stop Asterisk/,
      ),
    });
  });
  test('the secret of the login is nowhere in what is found', async () => {
    const { findings } = await look({ users: rights('call', 'system,config,reporting'), files: wellSet, dialplan: goodDialplan });
    expect(JSON.stringify(findings) + sayPreflight(findings)).not.toContain('s3cret');
  });
  test('timestampevents and systemname', async () => {
    const { of } = await look({
      users: rights('call', 'config,reporting'),
      files: { 'manager.conf/general': ['timestampevents=no'] },
      systemName: '',
    });
    expect([of('time')?.state, of('system')?.state]).toEqual(['lacking', 'lacking']);
  });
  test.each([
    ['CHANNEL(pjsip,call-id)', true],
    ['CRM_PRES,CHANNEL(pjsip,call-id),CRM_REC', true],
    ['channel( PJSIP , call-id )', true],
    ['PJSIP_HEADER(read,X-Id)', true],
    ['CHANNEL(rtp,dest)', true],
    ['CHANNEL(linkedid)', false],
    ['CALLERID(num-pres),PJSIPNAME', false],
  ])('channelvars = %s: %s', async (value, dangerous) => {
    const { of } = await look({ users: rights('call', 'config,reporting'), files: { 'manager.conf/general': [`channelvars=${value}`] } });
    expect(of('variables')?.state).toBe(dangerous ? 'dangerous' : 'lacking');
    expect(of('variables')?.urgent).toBe(dangerous || undefined);
    const pasted = of('variables')?.paste?.asterisk[0]?.lines.join('\n') ?? '';
    expect(/pjsip[_,]|rtp,/i.test(pasted)).toBe(false); // what is pasted never keeps the danger
    expect(pasted).toMatch(/CRM_PRES,CRM_REC/);
  });
  test('variables are seen on a channel that is there', async () => {
    const up = (values: readonly string[]) => (pbx: FakeAmi) => pbx.showChannels([{ Uniqueid: '1.1', ChanVariable: values }]);
    expect((await look({}, { before: up(['CRM_PRES=', 'CRM_REC=a=b']) })).of('variables')?.state).toBe('good');
    expect((await look({}, { before: up(['CRM_PRES=']) })).of('variables')).toMatchObject({
      state: 'lacking',
      says: expect.stringMatching(/^CRM_REC is not told/),
    });
    expect((await look({}, { before: up(['CHANNEL(pjsip,call-id)=a@b']) })).of('variables')?.state).toBe('dangerous');
  });
  test('the dialplan: privacy and recording, and FreePBX by its contexts', async () => {
    const bare = await look({ dialplan: [row('in', 'Dial', 'PJSIP/101'), row('in', 'MixMonitor', 'x.wav')] });
    expect([bare.of('privacy')?.state, bare.of('recording')?.state]).toEqual(['lacking', 'lacking']);
    expect(await kindOfPbx(bare.ami, bare.commands)).toBe('asterisk');
    const free = await look({ dialplan: [row('macro-dialout-trunk', 'Dial', '${OUT_1}')] });
    expect(free.of('recording')?.state).toBe('good'); // nothing is recorded
    expect(await kindOfPbx(free.ami, free.commands)).toBe('freepbx');
    expect(await kindOfPbx(free.ami, new Set())).toBe('both');
  });
  test('the dialplan is not read at each connection', async () => {
    const { pbx, of } = await look({ dialplan: goodDialplan }, { thorough: false });
    expect(pbx.received.some((action) => action.includes('ShowDialPlan'))).toBe(false);
    expect(of('privacy')?.state).toBe('unknown');
  });
  test.each([
    ['127.0.0.1', 'good'],
    ['192.168.1.7', 'good'],
    ['172.20.0.1', 'good'],
    ['172.32.0.1', 'lacking'],
    ['203.0.113.9', 'lacking'],
    ['fd00::7', 'good'],
    ['pbx.example.com', 'unknown'],
  ])('without TLS to %s: %s', async (host, state) => {
    expect((await look({}, { settings: { host } })).of('wire')?.state).toBe(state);
  });
});

describe('the first call decides', () => {
  const newchannel = {
    Event: 'Newchannel',
    Timestamp: '1795299647.3',
    SystemName: 'lab',
    ChanVariable: ['CRM_PRES=', 'CRM_REC='],
  };
  test('that all is there', () =>
    expect(states(learnFrom(newchannel))).toEqual({ time: 'good', system: 'good', variables: 'good', read: 'good' }));
  test('that all is missing', () =>
    expect(states(learnFrom({ Event: 'Newchannel' }))).toEqual({ time: 'lacking', system: 'lacking', variables: 'lacking', read: 'good' }));
});

describe('trunks', () => {
  test('those FreePBX dials out by, with gaps between their numbers', async () => {
    const { ami, commands } = await look({
      devices: ['PJSIP/101'],
      files: { 'globals/OUT_1': ['PJSIP/telco'], 'globals/OUT_4': ['PJSIP/5000'], 'globals/OUT_5': ['AMP:PJSIP/$OUTNUM$@x'] },
    });
    expect(await learnTrunks(ami, commands)).toEqual({ seen: ['PJSIP/5000', 'PJSIP/telco'], outside: ['PJSIP/5000', 'PJSIP/telco'] });
  });
  test('names alone do, unless they would mislead', async () => {
    const { ami, commands } = await look({ devices: ['PJSIP/101', 'PJSIP/102w', 'PJSIP/telco', 'Queue:support', 'PJSIP/+81312345678'] });
    expect(await learnTrunks(ami, commands)).toEqual({ seen: ['PJSIP/+81312345678', 'PJSIP/telco'] });
  });
});

describe('the report', () => {
  test('says each thing once, and each paste once, for the PBX at hand', async () => {
    const { findings } = await look({ users: rights('call', '') });
    const report = sayPreflight(findings, 'asterisk');
    expect(report.split('\n').filter((line) => /^(ok|lacks|DANGER|\?)/.test(line))).toHaveLength(findings.length);
    expect(report.match(/\[cordboard\]/g)).toHaveLength(1);
    expect(report).not.toContain('FreePBX:');
    expect(sayPreflight(findings, 'freepbx')).toMatch(/manager_custom\.conf\n {4}\[general\]\(\+\)\n {4}timestampevents = yes/);
  });
  test('a PBX that lacks nothing is told nothing to paste', () => {
    expect(sayPreflight([{ about: 'time', state: 'good', says: 'Well.' }])).toBe('ok      Well.');
  });
});
