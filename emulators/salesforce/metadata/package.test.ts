import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { fileOf, kindOfFile, kinds } from './kinds.ts';
import { readMultipart } from './multipart.ts';
import { parseXml, writeXml, XmlBroken } from './xml.ts';
import { openZip, zipLimits } from './zip.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test.each(['../up.xml', 'a/../../b', '/root', 'C:/x', 'a\\b', './x', 'a/..'])('a zip with an entry %s is no package', (name) => {
  expect(() => openZip(zipSync({ [name]: bytes('x') }))).toThrow(/not a path inside of it/);
});

test('a zip that would be too much is refused before it is unpacked', () => {
  const zip = zipSync({ 'classes/a.cls': new Uint8Array(1000) });
  // What it says it holds, in its directory and before the file: more than a deployment may.
  const view = new DataView(zip.buffer, zip.byteOffset);
  for (let at = 0; at + 4 < zip.length; at += 1) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, zipLimits.unzippedBytes + 1, true);
    if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, zipLimits.unzippedBytes + 1, true);
  }
  expect(() => openZip(zip)).toThrow(/holds more than 629145600 bytes/);
  const many = Object.fromEntries(Array.from({ length: zipLimits.files + 1 }, (_, n) => [`f${n}`, new Uint8Array()]));
  expect(() => openZip(zipSync(many, { level: 0 }))).toThrow(/more than 10000 files/);
  expect(() => openZip(new Uint8Array(zipLimits.zippedBytes + 1))).toThrow(/Maximum size of request/);
  expect(() => openZip(bytes('PK'))).toThrow(/cannot be read/);
});

test('XML keeps its texts, its places and nothing that could grow', () => {
  const xml = parseXml('<?xml version="1.0"?>\n<m:a xmlns:m="x" k="1&amp;2">\n  <b>A&lt;&#66;&#x43;<![CDATA[<d>]]></b>\n  <b/>\n</m:a>');
  expect([xml.name, xml.attributes['k'], xml.children.map(({ text }) => text)]).toEqual(['a', '1&2', ['A<BC<d>', '']]);
  expect([xml.children[0]?.opened, xml.children[1]?.closed]).toEqual([
    { line: 3, column: 6 },
    { line: 4, column: 7 },
  ]);
  expect(parseXml('<a>&unknown; &#x110000;</a>').text).toBe('&unknown; &#x110000;');
  for (const broken of ['', 'text', '<a>', '<a></b>', '<a/><b/>', '<!DOCTYPE a><a/>', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`])
    expect(() => parseXml(broken), broken.slice(0, 20)).toThrow(XmlBroken);
  expect(writeXml({ a: ['1<2', 'b & c'], d: { e: true }, f: undefined, g: '\u0000x' })).toBe(
    '<a>1&lt;2</a><a>b &amp; c</a><d><e>true</e></d><g>x</g>',
  );
});

test('every file knows its component, and every component its file', () => {
  expect(kindOfFile('layouts/Account-A%2FB Layout.layout')).toMatchObject({ kind: { type: 'Layout' }, fullName: 'Account-A/B Layout' });
  expect(kindOfFile('lwc/card/card.js')).toMatchObject({ kind: { type: 'LightningComponentBundle' }, fullName: 'card' });
  expect(kindOfFile('classes/A.cls-meta.xml')).toMatchObject({ kind: { type: 'ApexClass' }, fullName: 'A' });
  expect(kindOfFile('README.md')).toBeUndefined();
  for (const { type, keyPrefix } of kinds.values())
    if (keyPrefix !== undefined && type !== 'CustomField')
      expect(kindOfFile(fileOf(type, 'A-B'))).toMatchObject({ kind: { type }, fullName: 'A-B' });
});

test('a form gives its parts byte for byte', () => {
  const zip = Uint8Array.from([0, 255, 13, 10, 45, 45, 121, 200]);
  const body = Buffer.concat([
    Buffer.from(
      '--x\r\nContent-Disposition: form-data; name="json"\r\nContent-Type: application/json\r\n\r\n{"a":"ü"}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n',
    ),
    zip,
    Buffer.from('\r\n--x--\r\n'),
  ]);
  const parts = readMultipart('multipart/form-data; boundary="x"', body);
  expect(parts?.map(({ name, type }) => [name, type])).toEqual([
    ['json', 'application/json'],
    ['file', 'text/plain'],
  ]);
  expect([...(parts?.[1]?.bytes ?? [])]).toEqual([...zip]);
  for (const broken of ['', '--x', '--x\r\n\r\n', '--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--'])
    expect(readMultipart('multipart/form-data; boundary=x', bytes(broken))).toBeUndefined();
  expect(readMultipart('multipart/form-data', body)).toBeUndefined();
});
