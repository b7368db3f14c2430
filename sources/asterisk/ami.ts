/** One message of the Asterisk Manager Interface: an event, an answer, or a row of a list. A key that comes twice holds a list. */
export type AmiEvent = Readonly<Record<string, string | readonly string[]>>;
/** What an action carries besides its name. A list is sent as one line for each value. */
export type AmiFields = Readonly<Record<string, string | number | readonly string[]>>;

/** How much of what comes in is held: whoever talks without end fills no memory. */
export type AmiBounds = {
  /** A longer line is cut. */ readonly lineBytes: number;
  /** What a message has beyond is left out. */ readonly messageBytes: number;
};
const usual: AmiBounds = { lineBytes: 65_536, messageBytes: 1_048_576 };

export type AmiReader = {
  /** Takes bytes as they come, cut anywhere. Gives the messages that are whole now. */
  read(chunk: Uint8Array): AmiEvent[];
  /** The connection has ended. An answer may lack its last line break; half an event is dropped, since what it lacks can't be told. */
  end(): AmiEvent[];
  /** The first line: who answers. Undefined until it is whole. */
  readonly banner: string | undefined;
  /** Lines and messages that were cut at their bound. */
  readonly cut: number;
};

/** Reads what a manager connection says, from its first byte. Never throws, whatever comes. */
export function readAmi(bounds: AmiBounds = usual): AmiReader {
  let banner: string | undefined;
  let cut = 0;
  let pieces: Uint8Array[] = [];
  let lineBytes = 0;
  let lineIsCut = false;
  let fields = new Map<string, string | string[]>();
  let messageBytes = 0;
  let messageIsCut = false;

  const keep = (piece: Uint8Array) => {
    const room = bounds.lineBytes - lineBytes;
    if (piece.byteLength > room && !lineIsCut) {
      lineIsCut = true;
      cut++;
    }
    if (room <= 0 || piece.byteLength === 0) return;
    const kept = piece.subarray(0, room);
    pieces.push(kept);
    lineBytes += kept.byteLength;
  };
  const takeLine = (): string => {
    const line = Buffer.concat(pieces).toString('utf8'); // what is no UTF-8 becomes U+FFFD
    pieces = [];
    lineBytes = 0;
    lineIsCut = false;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  const takeMessage = (): AmiEvent | undefined => {
    const message = fields.size > 0 ? Object.fromEntries(fields) : undefined; // own properties all, `__proto__` too
    fields = new Map();
    messageBytes = 0;
    messageIsCut = false;
    return message;
  };
  const addField = (line: string) => {
    const colon = line.indexOf(':');
    const key = line.slice(0, colon).trim();
    if (colon < 0 || key === '') return; // nothing that Asterisk sends as of 14
    messageBytes += line.length;
    if (messageBytes > bounds.messageBytes) {
      if (!messageIsCut) cut++;
      messageIsCut = true;
      return;
    }
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    const before = fields.get(key);
    if (before === undefined) fields.set(key, value);
    else if (typeof before === 'string') fields.set(key, [before, value]);
    else before.push(value);
  };
  /** Gives the message that this line ends. */
  const endLine = (): AmiEvent | undefined => {
    const line = takeLine();
    if (banner === undefined) banner = line;
    else if (line === '') return takeMessage();
    else addField(line);
    return undefined;
  };

  return {
    read(chunk) {
      const messages: AmiEvent[] = [];
      for (let from = 0; from < chunk.byteLength;) {
        const end = chunk.indexOf(10, from);
        keep(chunk.subarray(from, end < 0 ? chunk.byteLength : end));
        if (end < 0) break;
        const message = endLine();
        if (message) messages.push(message);
        from = end + 1;
      }
      return messages;
    },
    end() {
      if (lineBytes > 0) endLine();
      const message = takeMessage();
      return message && 'Response' in message ? [message] : [];
    },
    get banner() {
      return banner;
    },
    get cut() {
      return cut;
    },
  };
}

/** The value of a key, the first if it came more than once; empty if it didn't come. */
export function valueOf(event: AmiEvent, key: string): string {
  const value = Object.hasOwn(event, key) ? event[key] : undefined;
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}
/** All values of a key. */
export function valuesOf(event: AmiEvent, key: string): readonly string[] {
  const value = Object.hasOwn(event, key) ? event[key] : undefined;
  return typeof value === 'string' ? [value] : (value ?? []);
}

/** An action can't be sent as it is; nothing was sent. */
export class Unsendable extends Error {}

/** Asterisk reads lines of at most 1,024 bytes and drops an action with a longer one (main/manager.c, `inbuf`, read 2026-11-21). */
const maxSentLineBytes = 1_000;
/** It reads at most 128 headers of an action (`AST_MAX_MANHEADERS`). */
const maxSentLines = 120;
const plainKey = /^[A-Za-z][A-Za-z0-9_-]*$/;
const control = /[\u0000-\u001f\u007f]/;

/** An action as it goes over the wire. Throws `Unsendable` for a line break or another control character in any field: it could begin an action of its own (S3). */
export function frameAction(name: string, actionId: string, fields: AmiFields): string {
  const lines = Object.entries({ Action: name, ActionID: actionId, ...fields }).flatMap(([key, value]) => {
    if (!plainKey.test(key)) throw new Unsendable(`An action's field can't be named ${JSON.stringify(key.slice(0, 50))}.`);
    const values = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
    return values.map((one) => {
      if (control.test(one)) throw new Unsendable(`The field ${key} of ${name} holds a line break or another control character.`);
      const line = `${key}: ${one}`;
      if (Buffer.byteLength(line) > maxSentLineBytes)
        throw new Unsendable(`The field ${key} of ${name} is longer than ${maxSentLineBytes} bytes.`);
      return line;
    });
  });
  if (lines.length > maxSentLines) throw new Unsendable(`The action ${name} has more than ${maxSentLines} lines.`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
