import { createHash } from 'node:crypto';

/** Longer than any phone system's id of a recording, and short enough for an index together with a connection's. */
export const maxIdCharacters = 200;
const characters = /^[^\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]+$/u;
/** May this be a phone system's id of a recording or a call? It is a text to us and never a path. */
export const isId = (text: string): boolean => text.length <= maxIdCharacters && characters.test(text);

/** How files of recordings end, raw GSM among them: it is refused with a reason. */
const endings = /(?:\.(?:wav|mp3|ogg|opus|gsm))+$/i;
export const looksRecorded = (file: string): boolean => endings.test(file);
/** A file's name without its ending: the ending is no part of a recording's id, since a PBX says the id now with it and now without. */
export const withoutEnding = (file: string): string => file.replace(endings, '') || file;
/** Of which call a recording is, by its id: it is named after its call, and where a call has several, `@` and anything follows. */
export const callOf = (recordingId: string): string => /^(.+?)@/.exec(recordingId)?.[1] ?? recordingId;

/** Under which name a recording has its page, for ever (S3): known before its file is here, and the same after a restore. 32 hex digits. */
export const recordingName = (connection: string, recordingId: string): string =>
  createHash('sha256')
    .update(`${Buffer.byteLength(connection)}:${connection}${withoutEnding(recordingId)}`)
    .digest('hex')
    .slice(0, 32);
export const isRecordingName = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

/**
 * How a fact says "it lies with us": an address at which nothing can ever be (RFC 6761 §6.4), so that facts don't change with our
 * public address. It is http, so a Task never links it as it stands.
 */
const held = 'http://recordings.cordboard.invalid/';
export const heldAddress = (name: string): string => held + name;
/** The name in such an address; undefined for any other. */
export function heldName(url: string | undefined): string | undefined {
  const name = url?.startsWith(held) ? url.slice(held.length) : '';
  return isRecordingName(name) ? name : undefined;
}
