/** A sine as 8 kHz samples of 16 bits. `level` from 0 to 1. */
export function sine(hertz: number, seconds: number, level: number): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * 8000) }, (_, at) => 32767 * level * Math.sin((2 * Math.PI * hertz * at) / 8000));
}

/** G.711 µ-law of each sample (ITU-T G.711: sign, three bits of segment, four of step, all inverted). */
export function toUlaw(samples: Int16Array): Buffer {
  return Buffer.from(Array.from(samples, ulaw));
}
function ulaw(sample: number): number {
  const biased = Math.min(Math.abs(sample), 32635) + 132;
  const segment = 31 - Math.clz32(biased) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((biased >> (segment + 3)) & 0x0f)) & 0xff;
}

/** A WAV file of 8 kHz, 16 bits, one channel. */
export function wav(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  const body = Buffer.alloc(bytes);
  for (const [at, sample] of samples.entries()) body.writeInt16LE(sample, at * 2);
  return Buffer.concat([header, body]);
}

/** The fixed header of an RTP packet (RFC 3550, 5.1) and its payload. */
export type RtpPacket = {
  readonly type: number;
  readonly marked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
};
export function writeRtp({ type, marked, sequence, timestamp, source, payload }: RtpPacket): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = type | (marked ? 0x80 : 0);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(source >>> 0, 8);
  return Buffer.concat([header, payload]);
}

export const pcmu = 0;
export const telephoneEvent = 101;
const keys = '0123456789*#ABCD';

/**
 * The payloads of one key (RFC 4733): 160 samples more each, the last three say that it ended. Ten units of volume below full.
 * Throws for what is no key.
 */
export function keyPayloads(key: string): Buffer[] {
  const event = keys.indexOf(key);
  if (event < 0 || key.length !== 1) throw new Error(`${JSON.stringify(key)} is no key of a phone: ${keys}`);
  return Array.from({ length: 8 }, (_, at) => {
    const payload = Buffer.from([event, (at >= 5 ? 0x80 : 0) | 10, 0, 0]);
    payload.writeUInt16BE(Math.min(at + 1, 6) * 160, 2);
    return payload;
  });
}

/** Keys as one RTP stream, a packet each 20 ms. Sequence and time run on: a PBX drops keys whose numbers start again. */
export function keyStream(digits: string): RtpPacket[] {
  const packets: RtpPacket[] = [];
  let timestamp = 160;
  const add = (type: number, payload: Buffer, marked: boolean, at: number) =>
    packets.push({ type, marked, sequence: packets.length + 1, timestamp: at, source: 0x1abc, payload });
  const silence = (count: number) => {
    for (let i = 0; i < count; i++, timestamp += 160) add(pcmu, Buffer.alloc(160, 0xff), false, timestamp);
  };
  silence(10);
  for (const digit of digits) {
    for (const [at, payload] of keyPayloads(digit).entries()) add(telephoneEvent, payload, at === 0, timestamp);
    timestamp += 8 * 160;
    silence(8);
  }
  silence(25);
  return packets;
}

/** A pcap file (classic, little-endian, Ethernet, IPv4, UDP) of packets that are `everyMs` apart, as sipp plays it. */
export function pcap(packets: readonly Buffer[], everyMs: number): Buffer {
  const file = Buffer.alloc(24);
  file.writeUInt32LE(0xa1b2c3d4, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(65535, 16); // longest packet
  file.writeUInt32LE(1, 20); // Ethernet
  const records = packets.map((packet, at) => {
    const ms = at * everyMs;
    const frame = Buffer.alloc(16 + 14 + 20 + 8);
    frame.writeUInt32LE(1000 + Math.floor(ms / 1000), 0);
    frame.writeUInt32LE((ms % 1000) * 1000, 4);
    frame.writeUInt32LE(42 + packet.length, 8);
    frame.writeUInt32LE(42 + packet.length, 12);
    frame.writeUInt16BE(0x0800, 28); // IPv4
    frame[30] = 0x45;
    frame.writeUInt16BE(28 + packet.length, 32);
    frame[38] = 64; // hops
    frame[39] = 17; // UDP
    frame.set([127, 0, 0, 1, 127, 0, 0, 1], 42);
    frame.writeUInt16BE(6000, 50);
    frame.writeUInt16BE(6002, 52);
    frame.writeUInt16BE(8 + packet.length, 54);
    return Buffer.concat([frame, packet]);
  });
  return Buffer.concat([file, ...records]);
}
