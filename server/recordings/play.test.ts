import { readdir, rm, truncate, writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEmptyWav, aWav, type RecordingRoom, startRecordingRoom } from '../testing/a-recording.ts';
import type { OrgId } from '../store.ts';
import { recordingName } from './name.ts';
import { readRange } from './play.ts';

let room: RecordingRoom;
beforeAll(async () => {
  room = await startRecordingRoom();
});
afterAll(() => room.close());

let made = 0;
/** A recording nobody heard yet, of other bytes than all before. */
async function aRecording(seconds = 2) {
  const id = `call-${++made}`;
  const wav = Buffer.concat([aWav(seconds), Buffer.from(`LIST${made}`)]);
  expect((await room.push(id, wav)).status).toBe(201);
  return { id, wav, name: recordingName(room.connection, id) };
}
const rowOf = async (name: string) => (await room.recordings.shelf.versions({ org: room.org, name }))[0]!;
const fileOf = async (name: string) => {
  const key = (await rowOf(name)).place!.split(':')[1]!;
  const all = await readdir(join(room.folder, 'recordings'), { recursive: true, withFileTypes: true });
  const found = all.find((entry) => entry.name === key)!;
  return join(found.parentPath, found.name);
};
const audits = async (name: string) =>
  (
    await room.database.query({ text: "select who, what from audit where org = $1 and detail->>'recording' = $2 order by id" }, [
      room.org,
      name,
    ])
  ).rows;
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];

describe('listening', () => {
  test('gives the bytes that came in, of the right type, to no cache, and names a file', async () => {
    const { id, wav, name } = await aRecording();
    const answer = await room.play(name);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': String(wav.length),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename="${id}.wav"`,
    });
    expect((await bytesOf(answer)).equals(wav)).toBe(true);
  });
  test('a download is a download, whatever characters the id has', async () => {
    await room.push('a"; filename=evil.exe\\ü/../x', aWav(1));
    const answer = await room.play(recordingName(room.connection, 'a"; filename=evil.exe\\ü/../x'), {}, { download: true });
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a_filename_evil.exe_.._x.wav"');
    await answer.body?.cancel();
  });
  test('of a piece gives that piece', async () => {
    const { wav, name } = await aRecording();
    const answer = await room.play(name, { range: 'bytes=100-199' });
    expect([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')]).toEqual([
      206,
      `bytes 100-199/${wav.length}`,
      '100',
    ]);
    expect((await bytesOf(answer)).equals(wav.subarray(100, 200))).toBe(true);
    const last = await room.play(name, { range: 'bytes=-5' });
    expect((await bytesOf(last)).equals(wav.subarray(-5))).toBe(true);
  });
  test('beyond the end is said, with the length', async () => {
    const { wav, name } = await aRecording();
    const answer = await room.play(name, { range: `bytes=${wav.length}-` });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${wav.length}`]);
  });
  test('a piece of what was another file is the whole file', async () => {
    const { wav, name } = await aRecording();
    const answer = await room.play(name, { range: 'bytes=0-9', 'if-range': '"another"' });
    expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, wav.length]);
    const same = await room.play(name, { range: 'bytes=0-9', 'if-range': answer.headers.get('etag')! });
    expect([same.status, (await bytesOf(same)).length]).toEqual([206, 10]);
  });
  test('asking for the headers opens no file and is no listening', async () => {
    const { wav, name } = await aRecording();
    const answer = await room.play(name, {}, { headOnly: true });
    expect([answer.status, answer.headers.get('content-length'), answer.body]).toEqual([200, String(wav.length), null]);
    expect(await audits(name)).toEqual([]);
  });
  test('the newest version unless another is asked for', async () => {
    const { id, wav, name } = await aRecording();
    const second = aWav(3);
    await room.push(id, second);
    expect((await bytesOf(await room.play(name))).equals(second)).toBe(true);
    expect((await bytesOf(await room.play(name, {}, { version: 1 }))).equals(wav)).toBe(true);
    expect(await codeOf(await room.play(name, {}, { version: 3 }))).toEqual([404, 'expected']);
  });
});

describe('every listening is in the audit log', () => {
  test('once, though a browser asks for many pieces; and a download besides', async () => {
    const { name } = await aRecording();
    for (const range of ['bytes=0-', 'bytes=500-600', 'bytes=20-30']) await bytesOf(await room.play(name, { range }));
    await bytesOf(await room.play(name, {}, { download: true }));
    expect(await audits(name)).toEqual([
      { who: 'admin', what: 'listened to a recording' },
      { who: 'admin', what: 'downloaded a recording' },
    ]);
  });
  test('also when the beginning is left out', async () => {
    const { name } = await aRecording();
    await bytesOf(await room.play(name, { range: 'bytes=1-' }));
    expect(await audits(name)).toEqual([{ who: 'admin', what: 'listened to a recording' }]);
  });
});

describe('when there is nothing to hear, it says why', () => {
  test('not yet come', async () => expect(await codeOf(await room.play('0'.repeat(32)))).toEqual([404, 'expected']));
  test.each(['', '..', '%00', 'x'.repeat(300), "' or 1=1 --"])('an address that can’t be: %j', async (name) =>
    expect(await codeOf(await room.play(name))).toEqual([404, 'expected']),
  );
  test('another org’s', async () => {
    const { name } = await aRecording();
    expect(await codeOf(await room.play(name, {}, { org: (room.org + 1) as OrgId }))).toEqual([404, 'expected']);
  });
  test('empty', async () => {
    await room.push('empty', anEmptyWav());
    expect(await codeOf(await room.play(recordingName(room.connection, 'empty')))).toEqual([404, 'empty']);
  });
  test('deleted by a person', async () => {
    const { name } = await aRecording();
    await room.recordings.shelf.erase({ org: room.org, name }, 'admin');
    const answer = await room.play(name);
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({ error: { code: 'erased', message: expect.stringMatching(/by admin at 20\d\d-/) } });
  });
});

describe('a file that isn’t what came in', () => {
  const damageOf = async (name: string) => (await rowOf(name)).damage;
  test('other bytes: who fetches it sees it end early, and the admin hears of it', async () => {
    const { wav, name } = await aRecording(20);
    const path = await fileOf(name);
    const changed = await readFile(path);
    changed[200_000]! ^= 1;
    await writeFile(path, changed);
    const answer = await room.play(name);
    const pieces: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const piece of answer.body!) pieces.push(piece);
      })(),
    ).rejects.toThrow('other bytes');
    expect(Buffer.concat(pieces).length).toBeLessThan(wav.length);
    expect(await damageOf(name)).toBe('has other bytes than came in');
    expect(room.reports.filter(({ what, fields }) => what === 'recording.damaged' && fields['recording'] === name).length).toBe(1);
  });
  test('shorter: refused at once, also for a piece', async () => {
    const { name } = await aRecording();
    await truncate(await fileOf(name), 1000);
    expect(await codeOf(await room.play(name, { range: 'bytes=0-99' }))).toEqual([409, 'damaged']);
    expect(await damageOf(name)).toContain('has 1000 bytes');
  });
  test('gone: the same bytes brought again mend it', async () => {
    const { id, wav, name } = await aRecording();
    await rm(await fileOf(name));
    expect(await codeOf(await room.play(name))).toEqual([409, 'damaged']);
    expect(await damageOf(name)).toBe('is not in the storage');
    expect(await room.push(id, wav)).toMatchObject({ status: 201, body: { is: 'mended' } });
    expect(await damageOf(name)).toBeUndefined();
    expect((await bytesOf(await room.play(name))).equals(wav)).toBe(true);
  });
});

test.each<[string | null, number, ReturnType<typeof readRange>]>([
  [null, 10, undefined],
  ['bytes=0-', 10, { from: 0, to: 9 }],
  ['bytes=0-0', 10, { from: 0, to: 0 }],
  ['bytes=9-9', 10, { from: 9, to: 9 }],
  ['bytes=3-99', 10, { from: 3, to: 9 }],
  ['bytes=-3', 10, { from: 7, to: 9 }],
  ['bytes=-99', 10, { from: 0, to: 9 }],
  ['bytes=-0', 10, 'beyond'],
  ['bytes=10-', 10, 'beyond'],
  ['bytes=10-20', 10, 'beyond'],
  ['bytes=5-2', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=0-1,4-5', 10, undefined],
  ['bytes=a-b', 10, undefined],
  ['items=0-1', 10, undefined],
  ['bytes=999999999999999999-', 10, undefined],
])('the range %j of %d bytes', (header, bytes, range) => expect(readRange(header, bytes)).toEqual(range));
