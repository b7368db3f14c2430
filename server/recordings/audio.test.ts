import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aWav } from '../testing/a-recording.ts';
import { headBytes, measureAudio, recogniseAudio, tailBytes } from './audio.ts';

/** As intake reads a file. */
function read(bytes: Uint8Array) {
  const found = recogniseAudio(bytes.subarray(0, headBytes), bytes.length < headBytes);
  if (found === 'nothing' || 'code' in found) return found === 'nothing' ? found : found.code;
  return measureAudio(found, bytes.length, bytes.subarray(-tailBytes)) ?? 'no sound';
}
const join = (...parts: (string | readonly number[] | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const le = (value: number, bytes: number) => Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at) % 256);

/** RFC 3533 §6: one page with one packet. */
const page = (granule: number, packet: Uint8Array) =>
  join('OggS', [0, 0], le(granule, 8), le(1, 4), le(0, 4), le(0, 4), [1, packet.length], packet);
const opus = (...granules: number[]) =>
  join(
    page(0, join('OpusHead', [1, 1], le(312, 2), le(8000, 4), le(0, 2), [0])),
    ...granules.map((granule) => page(granule, Buffer.alloc(80, 7))),
  );
const speex = (granule: number) =>
  join(page(0, join('Speex   ', Buffer.alloc(28), le(8000, 4), Buffer.alloc(20))), page(granule, Buffer.alloc(60)));

/** MPEG 1 layer III, 64 kbit/s, 44,100 Hz, mono: 208 bytes a frame (ISO 11172-3 §2.4.2.3). */
const frame = (content: Uint8Array = Buffer.alloc(0)) =>
  join([0xff, 0xfb, 0x50, 0xc0], Buffer.alloc(17), content, Buffer.alloc(208 - 21 - content.length));
const mp3 = (frames: number) => join(...Array.from({ length: frames }, () => frame()));

describe('WAV', () => {
  test('PCM at 8 kHz: 16,000 bytes are a second', () => expect(read(aWav(3))).toEqual({ type: 'audio/wav', codec: 'pcm', seconds: 3 }));
  test('µ-law', () => expect(read(aWav(2, { tag: 7 }))).toEqual({ type: 'audio/wav', codec: 'ulaw', seconds: 2 }));
  test('GSM in WAV, which Asterisk calls wav49: 1,625 bytes are a second', () =>
    expect(read(aWav(10, { tag: 49 }))).toEqual({ type: 'audio/wav', codec: 'gsm', seconds: 10 }));
  test('longer than the head, too', () => expect(read(aWav(60))).toMatchObject({ seconds: 60 }));
  test('44 bytes of a call nobody answered are no sound', () => {
    expect(aWav(0).length).toBe(44);
    expect(read(aWav(0))).toBe('no sound');
  });
  test('nor are the 60 of its GSM sister', () => {
    expect(aWav(0, { tag: 49 }).length).toBe(60);
    expect(read(aWav(0, { tag: 49 }))).toBe('no sound');
  });
  test.each([0, 0xffff_ffff, 9_999_999])('a PBX that died left %s as the length: what is there counts', (promised) =>
    expect(read(aWav(2, { promised }))).toMatchObject({ seconds: 2 }),
  );
  test('a chunk before the sound is passed over, whatever it holds', () => {
    const plain = aWav(1);
    const list = join('LIST', le(5, 4), 'dataX', [0]); // of odd length, so padded; it must not be taken for the sound
    expect(read(Buffer.concat([plain.subarray(0, 36), list, plain.subarray(36)]))).toMatchObject({ seconds: 1 });
  });
  test('cut off inside its header', () => expect(read(aWav(1).subarray(0, 30))).toBe('no sound'));
  test('a header that never ends is refused', () => {
    const plain = aWav(1);
    expect(read(Buffer.concat([plain.subarray(0, 36), join('LIST', le(100_000, 4)), Buffer.alloc(100_000), plain.subarray(36)]))).toBe(
      'header_too_long',
    );
  });
  test('a codec we can’t name is kept, without a promise', () => {
    const odd = aWav(1);
    odd.writeUInt16LE(0x1234, 20);
    odd.writeUInt32LE(0, 28);
    expect(read(odd)).toEqual({ type: 'audio/wav', codec: 'other' });
  });
});

describe('Ogg', () => {
  test('Opus counts at 48 kHz, less what a decoder skips', () =>
    expect(read(opus(48_000, 48_000 * 5 + 312))).toEqual({ type: 'audio/ogg', codec: 'opus', seconds: 5 }));
  test('a last page without a count is passed over', () =>
    expect(
      read(Buffer.concat([opus(48_000 + 312), join('OggS', [0, 0], Buffer.alloc(8, 0xff), le(1, 4), le(0, 8), [1, 3], 'abc')])),
    ).toMatchObject({ seconds: 1 }));
  test('Speex', () => expect(read(speex(16_000))).toEqual({ type: 'audio/ogg', codec: 'speex', seconds: 2 }));
  test('headers and no sound', () => expect(read(opus())).toBe('no sound'));
  test('a film is refused', () => expect(read(page(0, join('\u0080theora', Buffer.alloc(40))))).toBe('not_audio'));
});

describe('MP3', () => {
  test('constant bit rate: 8,000 bytes are a second', () => {
    const file = mp3(100);
    expect(read(file)).toEqual({ type: 'audio/mpeg', codec: 'mp3', seconds: Math.round((file.length / 8000) * 1000) / 1000 });
  });
  test('variable bit rate: the first frame counts the frames', () =>
    expect(read(join(frame(join('Xing', [0, 0, 0, 1], [0, 0, 3, 0xe8])), mp3(50)))).toMatchObject({
      seconds: Math.round((1000 * 1152 * 1000) / 44_100) / 1000,
    }));
  test('behind a tag', () => expect(read(join('ID3', [4, 0, 0, 0, 0, 1, 0], Buffer.alloc(128), mp3(100)))).toMatchObject({ codec: 'mp3' }));
  test('behind a tag with a picture, longer than we look', () =>
    expect(read(join('ID3', [4, 0, 0, 0, 8, 0, 0], Buffer.alloc(131_072), mp3(100)))).toEqual({ type: 'audio/mpeg', codec: 'mp3' }));
  test('a tag and no sound', () => expect(read(join('ID3', [4, 0, 0, 0, 0, 1, 0], Buffer.alloc(128)))).toBe('no sound'));
  test('one header by chance is none', () => expect(read(join([0xff, 0xfb, 0x50, 0xc0], Buffer.alloc(5000, 0x55)))).toBe('not_audio'));
});

describe('what is refused', () => {
  test('raw GSM, with what to do instead', () => {
    const gsm = Buffer.alloc(33 * 50, 0x11);
    for (let at = 0; at < gsm.length; at += 33) gsm[at] = 0xd4;
    expect(read(gsm)).toBe('raw_gsm');
    expect(recogniseAudio(gsm, true)).toMatchObject({ message: expect.stringContaining('.wav') });
  });
  test.each(['<html><script>alert(1)</script>', '%PDF-1.7', 'MZ\u0090', '#!/bin/sh\nreboot\n', 'RIFF\u0000\u0000\u0000\u0000AVI LIST'])(
    '%j',
    (text) => expect(read(join(text, Buffer.alloc(1000)))).toBe('not_audio'),
  );
  test('nothing at all is a recording of nothing', () => expect(read(Buffer.alloc(0))).toBe('nothing'));
});

test('any bytes are recognised, refused or found empty; nothing throws, and no length is negative or beyond reason', () => {
  const begin = fc.constantFrom(aWav(1), opus(48_000), mp3(20), speex(8000), Buffer.from('RIFF'), Buffer.from('OggS'), Buffer.from('ID3'));
  fc.assert(
    fc.property(begin, fc.nat(400), fc.uint8Array({ maxLength: 300 }), (start, cut, noise) => {
      const said = read(Buffer.concat([start.subarray(0, cut), noise]));
      if (typeof said === 'object' && said.seconds !== undefined) expect(said.seconds).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2_000 },
  );
});
