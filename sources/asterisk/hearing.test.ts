import { describe, expect, test } from 'vitest';
import { type AmiEvent } from './ami.ts';
import { endpointOf, looksLikeExtension, openHearing } from './hearing.ts';

const event = (name: string, fields: Record<string, string> = {}, at = 100): AmiEvent => ({
  Event: name,
  Timestamp: String(1_795_000_000 + at),
  ...fields,
});
const channel = (uniqueid: string, name: string, linkedid = uniqueid) => ({ Channel: name, Uniqueid: uniqueid, Linkedid: linkedid });

describe('names', () => {
  test.each([
    ['PJSIP/101-0000002a', '101'],
    ['PJSIP/101-web-0000002a', '101-web'],
    ['SIP/provider-out-0001f3a2', 'provider-out'],
    ['PJSIP/101-0000002a<ZOMBIE>', '101'],
    ['Local/101@agents-0000002a;1', undefined],
    ['Surrogate/x-1', undefined],
    ['', undefined],
  ])('%s is a channel of %s', (name, endpoint) => expect(endpointOf(name)).toBe(endpoint));
  test.each(['101', '2034w', '99101', '101-web', '12'])('%s looks like an extension', (name) =>
    expect(looksLikeExtension(name)).toBe(true),
  );
  test.each(['trunk', '0048221234567', '5551234567', 'sip.example', '1'])('%s leads outside', (name) =>
    expect(looksLikeExtension(name)).toBe(false),
  );
  test('a trunk named like an extension is one if the admin says so', () => {
    const hear = openHearing({ outside: ['PJSIP/200'] });
    expect(hear.hear(event('Newchannel', channel('a.1', 'PJSIP/200-00000001')), 0)).toMatchObject({ outside: true });
    expect(hear.hear(event('Newchannel', channel('a.2', 'PJSIP/elsewhere-00000002')), 0)).not.toHaveProperty('outside');
  });
});

describe('what is kept', () => {
  test('of an event that tells nothing of a call, nothing', () => {
    const hearing = openHearing();
    expect(hearing.hear(event('DeviceStateChange', { Device: 'PJSIP/101' }), 0)).toBeUndefined();
    expect(hearing.hear(event('UserEvent', { ...channel('a.1', 'PJSIP/101-00000001'), UserEvent: 'Somebodys' }), 0)).toBeUndefined();
    expect(hearing.hear(event('constructor', channel('a.1', 'PJSIP/101-00000001')), 0)).toBeUndefined();
  });
  test('the PBX’s own time, and ours where it has none', () => {
    const hearing = openHearing();
    expect(hearing.hear(event('Newchannel', channel('a.1', 'PJSIP/101-00000001'), 0.25), 5)).toMatchObject({ at: 1_795_000_000_250 });
    expect(hearing.hear({ Event: 'Hold', ...channel('a.1', 'PJSIP/101-00000001') }, 5)).toMatchObject({ at: 5 });
  });
  test('a variable once for each channel, however often it is told', () => {
    const hearing = openHearing();
    const told = { ...channel('a.1', 'PJSIP/trunk-00000001'), ChanVariable: 'CRM_PRES=prohib_not_screened' };
    expect(hearing.hear(event('Newchannel', told), 0)).toMatchObject({ CRM_PRES: 'prohib_not_screened' });
    expect(hearing.hear(event('Hold', told), 0)).not.toHaveProperty('CRM_PRES');
  });
});

describe('who comes together', () => {
  const inBridge = (bridge: string, more = {}) => ({ BridgeUniqueid: bridge, BridgeTechnology: 'simple_bridge', ...more });
  test('two customers in one conference stay two calls', () => {
    const hearing = openHearing();
    for (const id of ['a.1', 'b.1']) {
      hearing.hear(event('Newchannel', channel(id, `PJSIP/trunk-0000000${id[0]}`)), 0);
      expect(
        hearing.hear(event('BridgeEnter', { ...channel(id, `PJSIP/trunk-0000000${id[0]}`), ...inBridge('conf') }), 0),
      ).not.toHaveProperty('joins');
    }
  });
  test('a colleague who dials into it joins the customer’s call', () => {
    const hearing = openHearing();
    hearing.hear(event('Newchannel', channel('a.1', 'PJSIP/trunk-0000000a')), 0);
    hearing.hear(event('BridgeEnter', { ...channel('a.1', 'PJSIP/trunk-0000000a'), ...inBridge('conf') }), 0);
    hearing.hear(event('Newchannel', channel('c.1', 'PJSIP/101-0000000c')), 0);
    expect(hearing.hear(event('BridgeEnter', { ...channel('c.1', 'PJSIP/101-0000000c'), ...inBridge('conf') }), 0)).toMatchObject({
      joins: [{ part: 'c.1', into: 'a.1' }],
    });
  });
  test('who is parked beside others meets nobody', () => {
    const hearing = openHearing();
    hearing.hear(event('Newchannel', channel('a.1', 'PJSIP/trunk-0000000a')), 0);
    hearing.hear(event('Newchannel', channel('c.1', 'PJSIP/101-0000000c')), 0);
    const parking = inBridge('lot', { BridgeTechnology: 'holding_bridge' });
    hearing.hear(event('BridgeEnter', { ...channel('a.1', 'PJSIP/trunk-0000000a'), ...parking }), 0);
    expect(hearing.hear(event('BridgeEnter', { ...channel('c.1', 'PJSIP/101-0000000c'), ...parking }), 0)).not.toHaveProperty('joins');
  });
});

describe('a look around', () => {
  test('ends what is gone, also calls that another listener has heard, and by the PBX’s clock', () => {
    const hearing = openHearing();
    hearing.hear(event('Newchannel', channel('a.1', 'PJSIP/trunk-00000001'), 100), 1_795_000_090_000); // its clock is 10 s ahead of ours
    hearing.hear(event('Newchannel', channel('b.1', 'PJSIP/trunk-00000002'), 100), 1_795_000_090_000);
    const signals = hearing.snapshot([event('CoreShowChannel', channel('b.1', 'PJSIP/trunk-00000002'))], 1_795_000_091_000, ['b.1', 'c.1']);
    expect(signals).toMatchObject([
      { Event: 'Gone', call: 'a.1', Uniqueid: 'a.1', at: 1_795_000_101_000 },
      { Event: 'Gone', call: 'c.1', at: 1_795_000_101_000 },
      { Event: 'Present', call: 'b.1', outside: true },
      { Event: 'Channels', call: 'b.1', Uniqueids: ['b.1'] },
    ]);
    expect(signals[1]).not.toHaveProperty('Uniqueid');
  });
});
