/** What a file is, by its first bytes. Names and declared types come from outside and prove nothing. */
export type Audio = {
  readonly type: 'audio/wav' | 'audio/mpeg' | 'audio/ogg';
  readonly codec: 'pcm' | 'float' | 'alaw' | 'ulaw' | 'gsm' | 'mp3' | 'opus' | 'vorbis' | 'speex' | 'other';
  /** Where the sound begins, bytes. */
  readonly from: number;
  /** How many bytes of sound the header promises, if it does. */
  readonly promised?: number;
  readonly bytesPerSecond?: number;
  /** Of an Ogg stream: its last page counts samples, these before the first that is heard. */
  readonly samples?: { readonly perSecond: number; readonly skipped: number };
  readonly seconds?: number;
};
/** Why a file isn't taken in, in words for who sends it. */
export type NotAudio = { readonly code: 'raw_gsm' | 'not_audio' | 'header_too_long'; readonly message: string };
export type Measured = { readonly type: Audio['type']; readonly codec: Audio['codec']; readonly seconds?: number };

/** Headers are this long at most: tags with a picture come last in WAV, and of a longer MP3 tag only the length is needed. */
export const headBytes = 65_536;
/** A page of an Ogg stream has at most 65,307 bytes (RFC 3533 §6); the last one begins in here. */
export const tailBytes = 66_000;

const asText = (bytes: Uint8Array, from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
const whatToSend = 'Send WAV, MP3, or Ogg with Opus, Vorbis or Speex.';

/** Recognises a file by its first `headBytes` bytes, or all of it if it is shorter (`whole`). An empty file is a recording of nothing. */
export function recogniseAudio(head: Uint8Array, whole: boolean): Audio | NotAudio | 'nothing' {
  if (head.length === 0) return 'nothing';
  const start = asText(head, 0, 4);
  if ((start === 'RIFF' || start === 'RF64') && asText(head, 8, 12) === 'WAVE') return readWav(head, whole);
  if (start === 'OggS') return readOgg(head, whole);
  const mpeg = readMpeg(head, whole);
  if (mpeg) return mpeg;
  if (isRawGsm(head))
    return {
      code: 'raw_gsm',
      message:
        'This is raw GSM, which has no header and which no browser plays. Let the PBX write WAV: in Asterisk, give MixMonitor a file name that ends in .wav or .WAV.',
    };
  return { code: 'not_audio', message: `This is no recording that can be played. ${whatToSend}` };
}

/** What the whole file holds, when its length and its last `tailBytes` bytes are known. Undefined: a header and no sound. */
export function measureAudio(audio: Audio, bytes: number, tail: Uint8Array): Measured | undefined {
  const { type, codec, from, promised, bytesPerSecond, samples } = audio;
  const there = Math.max(0, bytes - from);
  // A PBX that died while recording leaves the length it began with: nothing, or all ones. What is there counts then.
  const sound = promised === undefined || promised === 0 || promised > there ? there : promised;
  if (sound === 0) return undefined;
  const known = (seconds: number | undefined): Measured =>
    seconds === undefined || !Number.isFinite(seconds) ? { type, codec } : { type, codec, seconds: Math.round(seconds * 1000) / 1000 };
  if (samples) {
    const last = lastGranule(tail);
    if (last === undefined || last <= samples.skipped) return undefined;
    return known(samples.perSecond > 0 ? (last - samples.skipped) / samples.perSecond : undefined);
  }
  return known(audio.seconds ?? (bytesPerSecond ? sound / bytesPerSecond : undefined));
}

/** WAVE format tags (RFC 2361, and 0xFFFE: the tag is in the extension). 49 is GSM 6.10, which Asterisk calls wav49. */
const wavCodecs: Readonly<Record<number, Audio['codec']>> = { 1: 'pcm', 3: 'float', 6: 'alaw', 7: 'ulaw', 49: 'gsm' };

function readWav(head: Uint8Array, whole: boolean): Audio | NotAudio {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let format: { codec: Audio['codec']; bytesPerSecond: number } | undefined;
  for (let at = 12; at + 8 <= head.length;) {
    const [id, size] = [asText(head, at, at + 4), view.getUint32(at + 4, true)];
    if (id === 'data')
      return {
        type: 'audio/wav',
        codec: format?.codec ?? 'other',
        from: at + 8,
        promised: size === 0xffff_ffff ? 0 : size,
        ...(format && format.bytesPerSecond > 0 ? { bytesPerSecond: format.bytesPerSecond } : {}),
      };
    if (id === 'fmt ' && at + 24 <= head.length) {
      const tag = view.getUint16(at + 8, true);
      const meant = tag === 0xfffe && at + 34 <= head.length ? view.getUint16(at + 32, true) : tag;
      format = { codec: wavCodecs[meant] ?? 'other', bytesPerSecond: view.getUint32(at + 16, true) };
    }
    at += 8 + size + (size % 2); // chunks begin at even places
  }
  // Cut off before any sound: a header, and nobody said anything.
  if (whole) return { type: 'audio/wav', codec: format?.codec ?? 'other', from: head.length };
  return { code: 'header_too_long', message: `The sound of this WAV begins after ${headBytes} bytes. Write it without long headers.` };
}

function readOgg(head: Uint8Array, whole: boolean): Audio | NotAudio {
  const payload = 27 + (head[26] ?? 0);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const stream = (codec: Audio['codec'], perSecond: number, skipped = 0): Audio => ({
    type: 'audio/ogg',
    codec,
    from: payload,
    samples: { perSecond, skipped },
  });
  // An Opus stream counts at 48 kHz whatever it holds (RFC 7845 §4).
  if (asText(head, payload, payload + 8) === 'OpusHead' && payload + 12 <= head.length)
    return stream('opus', 48_000, view.getUint16(payload + 10, true));
  if (asText(head, payload, payload + 7) === '\u0001vorbis' && payload + 16 <= head.length)
    return stream('vorbis', view.getUint32(payload + 12, true));
  if (asText(head, payload, payload + 8) === 'Speex   ' && payload + 40 <= head.length)
    return stream('speex', view.getUint32(payload + 36, true));
  return whole && head.length < payload + 8
    ? { type: 'audio/ogg', codec: 'other', from: head.length }
    : { code: 'not_audio', message: `This Ogg stream holds no sound that can be played. ${whatToSend}` };
}

/** The sample count of the last page that ends a packet; undefined when no page is in the tail. */
function lastGranule(tail: Uint8Array): number | undefined {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = bytes.lastIndexOf('OggS'); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf('OggS', at - 1)) {
    if (at + 14 > bytes.length) continue;
    const granule = bytes.readBigInt64LE(at + 6);
    if (granule >= 0n) return Number(granule);
  }
  return undefined;
}

/** ISO 11172-3 and 13818-3, layer III: kbit/s by the header's index. */
const bitRates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const sampleRates: Readonly<Record<number, readonly number[]>> = {
  3: [44_100, 48_000, 32_000], // MPEG 1
  2: [22_050, 24_000, 16_000], // MPEG 2
  0: [11_025, 12_000, 8_000], // MPEG 2.5
};
type Frame = {
  readonly bytesPerSecond: number;
  readonly length: number;
  readonly samples: number;
  readonly rate: number;
  readonly side: number;
};

function readMpeg(head: Uint8Array, whole: boolean): Audio | undefined {
  const tagged = asText(head, 0, 3) === 'ID3' && head.length >= 10;
  // Its length has seven bits a byte (ID3v2.4 §3.1); ten bytes of header come on top.
  const from = tagged ? 10 + head.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 0x7f), 0) : 0;
  const audio = { type: 'audio/mpeg', codec: 'mp3', from } as const;
  if (from >= head.length) return tagged ? audio : undefined; // a tag with a picture, or nothing behind it
  const frame = frameAt(head, from);
  if (!frame) return undefined;
  // Chance makes one header in some thousand bytes; two in the right distance it doesn't.
  const next = from + frame.length;
  if (next + 4 <= head.length ? !frameAt(head, next) : !whole && next < head.length) return undefined;
  const info = from + 4 + frame.side;
  const marked = ['Xing', 'Info'].includes(asText(head, info, info + 4)) && info + 12 <= head.length;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const frames = marked && view.getUint32(info + 4) % 2 === 1 ? view.getUint32(info + 8) : undefined;
  return {
    ...audio,
    bytesPerSecond: frame.bytesPerSecond,
    ...(frames === undefined ? {} : { seconds: (frames * frame.samples) / frame.rate }),
  };
}

function frameAt(head: Uint8Array, at: number): Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = head.subarray(at, at + 4);
  const version = (second >> 3) & 3;
  const isLayer3 = ((second >> 1) & 3) === 1;
  if (first !== 0xff || second >> 5 !== 7 || version === 1 || !isLayer3) return undefined;
  const kbits = bitRates[version === 3 ? 1 : 2][third >> 4];
  const rate = sampleRates[version]?.[(third >> 2) & 3];
  if (!kbits || !rate) return undefined;
  const samples = version === 3 ? 1152 : 576;
  const mono = fourth >> 6 === 3;
  return {
    bytesPerSecond: (kbits * 1000) / 8,
    length: Math.floor(((samples / 8) * kbits * 1000) / rate) + ((third >> 1) & 1),
    samples,
    rate,
    side: version === 3 ? (mono ? 17 : 32) : mono ? 9 : 17,
  };
}

/** Frames of 33 bytes, each beginning with the four bits 1101 (RFC 3551 §4.5.8.1). */
function isRawGsm(head: Uint8Array): boolean {
  const frames = Math.min(20, Math.floor(head.length / 33));
  return frames >= 2 && Array.from({ length: frames }, (_, index) => head[index * 33]! >> 4).every((bits) => bits === 0xd);
}
