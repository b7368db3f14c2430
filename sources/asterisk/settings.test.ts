import { describe, expect, test } from 'vitest';
import { hostileJson, hostileTexts } from '../../server/testing/hostile.ts';
import { parseAsteriskSettings } from './settings.ts';

const least = { host: 'pbx.example.com', user: 'cordboard', secret: 's3cret' };
const mistakesOf = (given: unknown) => {
  const parsed = parseAsteriskSettings(given);
  return 'mistakes' in parsed ? parsed.mistakes.join(' ') : 'none';
};
const pinned = Array.from({ length: 32 }, () => 'AB').join(':');

describe('settings of a connection', () => {
  test('the least there can be, and what is meant without being said', () => {
    expect(parseAsteriskSettings(least)).toEqual({ ...least, port: 5038, tls: 'off', login: 'md5' });
    expect(parseAsteriskSettings({ ...least, tls: 'on' })).toMatchObject({ port: 5039 });
  });
  test('everything there can be', () => {
    const all = {
      ...least,
      port: 5040,
      tls: { fingerprint: pinned },
      login: 'plain',
      trunks: ['PJSIP/trunk', 'telco'],
      country: 'JP',
      lines: { '5550300': 'Support', '+81312345678': 'Front desk' },
    };
    expect(parseAsteriskSettings(all)).toEqual(all);
  });
  test('a fingerprint and a country may be written as people write them', () => {
    expect(
      parseAsteriskSettings({ ...least, country: 'jp', tls: { fingerprint: pinned.replaceAll(':', '').toLowerCase() } }),
    ).toMatchObject({ country: 'JP', tls: { fingerprint: pinned } });
  });
  test.each<[unknown, string]>([
    [undefined, 'The settings must be an object of settings.'],
    [{}, '`host` is missing: it must be the name or address of the PBX.'],
    [{ ...least, host: 'pbx:5038' }, 'none'], // an IPv6 address looks alike; the network says no
    [{ ...least, host: 'http://pbx' }, '`host` must be a name or an address, such as pbx.example.com or 192.0.2.7, without a port.'],
    [{ ...least, user: undefined }, '`user` is missing: it must be the name in brackets in manager.conf.'],
    [{ ...least, user: '[cordboard]' }, '`user` must be without brackets.'],
    [{ ...least, secret: 'a\r\nAction: Originate' }, '`secret` must be on one line, without control characters.'],
    [{ ...least, secret: '' }, '`secret` must be the secret of that user in manager.conf, and is empty.'],
    [{ ...least, port: 70_000 }, '`port` must be from 1 to 65535.'],
    [{ ...least, port: '5038' }, '`port` must be a whole number.'],
    [{ ...least, tls: true }, '`tls` must be off, on, or the SHA-256 fingerprint (64 hex digits) of the certificate the PBX shows.'],
    [{ ...least, tls: { fingerprint: 'AB:CD' } }, '`tls.fingerprint` must be a SHA-256 fingerprint: 64 hex digits'],
    [{ ...least, login: 'sha' }, '`login` must be md5 or plain.'],
    [{ ...least, trunks: 'PJSIP/trunk' }, '`trunks` must be a list of names of endpoints.'],
    [{ ...least, trunks: [] }, '`trunks` must name at least one endpoint; leave it out'],
    [{ ...least, trunks: ['a', 'b, c'] }, '`trunks[1]` must be the name of one endpoint'],
    [{ ...least, country: 'Japan' }, '`country` must be the ISO 3166 code of a country, such as JP.'],
    [{ ...least, country: 'QQ' }, '`country` must be the ISO 3166 code of a country, such as JP.'],
    [{ ...least, lines: ['Support'] }, '`lines` must be names by number'],
    [{ ...least, lines: { 'the desk': 'Support' } }, '`lines.the desk` must be a number as the PBX shows it.'],
    [{ ...least, lines: { 5550300: '' } }, '`lines.5550300` must be a name, and is empty.'],
    [
      { ...least, trunk: ['a'] },
      '`trunk` is no setting of Asterisk; they are host, port, tls, user, secret, login, trunks, country, lines.',
    ],
  ])('%j: %s', (given, words) => expect(mistakesOf(given)).toContain(words));
  test('every mistake is named', () => {
    expect(mistakesOf({ port: 0, login: 'x' }).match(/`(host|port|user|secret|login)`/g)).toEqual([
      '`host`',
      '`port`',
      '`user`',
      '`secret`',
      '`login`',
    ]);
  });
  test('S2: no value is repeated, whatever it is', () => {
    expect(mistakesOf({ ...least, secret: 'planted\nsecret', login: 'planted' })).not.toContain('planted');
  });
  test('S3: whatever stands anywhere, it is taken or refused in sentences', () => {
    const values: unknown[] = [...Object.values(hostileTexts), ...hostileJson.map((text) => JSON.parse(text) as unknown)];
    for (const value of values) {
      for (const key of ['host', 'port', 'tls', 'user', 'secret', 'login', 'trunks', 'country', 'lines']) {
        const parsed = parseAsteriskSettings({ ...least, [key]: value });
        if ('mistakes' in parsed) for (const mistake of parsed.mistakes) expect(mistake).toMatch(/^[`T][^\r\n]{3,300}\.$/);
        else expect(JSON.stringify([parsed.host, parsed.user, parsed.secret, parsed.trunks ?? null])).not.toMatch(/\\r|\\n|\\u0000/);
      }
      mistakesOf(value);
    }
  });
});
