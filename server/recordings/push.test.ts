import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anEmptyWav, aWav, inPieces, type RecordingRoom, sha256Of, startRecordingRoom } from '../testing/a-recording.ts';
import { hostileTexts } from '../testing/hostile.ts';
import { takeIn } from './intake.ts';
import { heldAddress, heldName, isId, recordingName } from './name.ts';
import { signUpload } from './sign.ts';
import { diskStorage } from './disk.ts';
import { type Recording } from './shelf.ts';
import { type Storage, StorageTrouble } from './storage.ts';
import { bodyOf } from './tell.ts';
import type { OrgId } from '../store.ts';

let room: RecordingRoom;
let line: Error | undefined;
beforeAll(async () => {
  room = await startRecordingRoom({}, { hand: () => line });
});
afterAll(() => room.close());
beforeEach(() => (line = undefined));

const aRow: Recording = {
  org: 1 as OrgId,
  name: 'a'.repeat(32),
  version: 1,
  connection: 'con_1',
  recordingId: '1700000000.1',
  call: '1700000000.1',
  kind: 'call',
  state: 'stored',
  bytes: 16_044,
  sha256: 'b'.repeat(64),
  media: { type: 'audio/wav', codec: 'pcm', seconds: 1 },
  place: 'disk:x',
  origin: 'pushed',
  storedAtMs: 1_700_000_000_000,
  deleteAfterMs: undefined,
  hold: undefined,
  checkedAtMs: 0,
  damage: undefined,
  erasedAtMs: undefined,
  erasedBy: undefined,
};
let made = 0;
/** An id nobody used. */
const anId = () => `asterisk-1700000000.${++made}`;
const rowsOf = async (recordingId: string) =>
  room.recordings.shelf.versions({ org: room.org, name: recordingName(room.connection, recordingId) });
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const files = () => filesIn(join(room.folder, 'recordings'));
const scraps = async () => (await room.database.query({ text: 'select place from recording_scraps' })).rows;

describe('a recording is pushed', () => {
  test('its file and row are safe, and its call hears of it by a delivery', async () => {
    const [id, wav] = [anId(), aWav(3, { seed: 3 })];
    const [before, scrapsBefore] = [await files(), await scraps()];
    expect(await room.push(id, wav)).toEqual({ status: 201, body: { recording: recordingName(room.connection, id), is: 'stored' } });
    expect(await rowsOf(id)).toMatchObject([
      {
        version: 1,
        recordingId: id,
        call: id,
        kind: 'call',
        state: 'stored',
        bytes: wav.length,
        sha256: sha256Of(wav),
        media: { type: 'audio/wav', seconds: 3 },
      },
    ]);
    const [file, ...others] = (await files()).filter((path) => !before.includes(path));
    expect(others).toEqual([]);
    expect(file).toMatch(/recordings\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
    expect(await scraps()).toEqual(scrapsBefore);
    expect(room.handed.filter(({ recording }) => recording.recordingId === id)).toMatchObject([
      {
        deliveryId: `cordboard-recording/${recordingName(room.connection, id)}/1`,
        body: {
          version: 1,
          events: [
            {
              type: 'call.recording',
              call: id,
              data: { recordingId: id, url: heldAddress(recordingName(room.connection, id)), seconds: 3 },
            },
          ],
        },
      },
    ]);
  });
  test('POST does the same', async () => expect((await room.push(anId(), aWav(1, { seed: 5 }), { method: 'POST' })).status).toBe(201));
  test('of a call of another name, and a voicemail', async () => {
    const id = anId();
    expect((await room.push(id, aWav(1, { seed: 7 }), { query: '?call=call-7&kind=voicemail' })).status).toBe(201);
    expect(await rowsOf(id)).toMatchObject([{ call: 'call-7', kind: 'voicemail' }]);
    expect(room.handed.at(-1)!.body).toMatchObject({ events: [{ type: 'call.voicemail', call: 'call-7', data: { seconds: 1 } }] });
  });
  test('the ending of a file’s name is no part of its id', async () => {
    const id = anId();
    await room.push(`${id}.wav`, aWav(1, { seed: 83 }));
    expect(await rowsOf(id)).toMatchObject([{ recordingId: id, call: id }]);
    expect(recordingName(room.connection, `${id}.WAV`)).toBe(recordingName(room.connection, id));
  });
  test('Asterisk’s call hears of it in a signal like its others', () => {
    const recording = { ...aRow, kind: 'voicemail' as const };
    expect(JSON.parse(new TextDecoder().decode(bodyOf('asterisk', recording)))).toEqual({
      version: 1,
      pbx: '',
      signals: [
        {
          Event: 'CordboardRecording',
          at: 1_700_000_000_000,
          n: 0,
          call: '1700000000.1',
          recordingId: '1700000000.1',
          kind: 'voicemail',
          url: `http://recordings.cordboard.invalid/${'a'.repeat(32)}`,
          bytes: 16_044,
          sha256: 'b'.repeat(64),
          seconds: 1,
        },
      ],
    });
  });
  test('one of several recordings of a call is named after it', async () => {
    const id = anId();
    await room.push(`${id}@2`, aWav(1, { seed: 11 }));
    expect(await rowsOf(`${id}@2`)).toMatchObject([{ call: id }]);
  });
  test('a file of a call nobody answered is known to be empty: no file is kept and no call hears of it', async () => {
    const id = anId();
    const before = (await files()).length;
    expect(await room.push(id, anEmptyWav())).toMatchObject({ status: 200, body: { is: 'empty' } });
    expect(await room.push(id, anEmptyWav())).toMatchObject({ status: 200, body: { is: 'empty' } });
    expect(await rowsOf(id)).toMatchObject([{ state: 'empty', place: undefined, bytes: 44 }]);
    expect((await files()).length).toBe(before);
    await room.recordings.keepHouse();
    expect(room.handed.filter(({ recording }) => recording.recordingId === id)).toEqual([]);
  });
  test('the sound that follows an empty file is a version of its own', async () => {
    const id = anId();
    await room.push(id, anEmptyWav());
    expect((await room.push(id, aWav(1, { seed: 13 }))).status).toBe(201);
    expect((await rowsOf(id)).map(({ version, state }) => [version, state])).toEqual([
      [2, 'stored'],
      [1, 'empty'],
    ]);
  });
});

describe('twice is once', () => {
  test('the same bytes again are a repeat, one after the other', async () => {
    const [id, wav] = [anId(), aWav(1, { seed: 17 })];
    await room.push(id, wav);
    const before = (await files()).length;
    expect(await room.push(id, wav)).toMatchObject({ status: 200, body: { is: 'known' } });
    expect((await files()).length).toBe(before);
    expect(room.handed.filter(({ recording }) => recording.recordingId === id).length).toBe(1);
  });
  test('and side by side; the loser’s file is swept', async () => {
    const [id, wav] = [anId(), aWav(1, { seed: 19 })];
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => room.push(id, wav)))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201).length).toBe(1);
    expect(statuses.filter((status) => status === 200).length).toBe(3);
    expect((await rowsOf(id)).length).toBe(1);
    await room.later(1);
    await room.recordings.keepHouse();
    expect(await scraps()).toEqual([]);
    expect((await files()).length).toBe(
      (await room.recordings.figures())['recordings'] === undefined ? -1 : Number((await room.recordings.figures())['recordings']),
    );
  });
  test('other bytes under the same id are kept beside, and the call hears of them', async () => {
    const id = anId();
    await room.push(id, aWav(1, { seed: 23 }));
    expect((await room.push(id, aWav(2, { seed: 29 }))).status).toBe(201);
    expect((await rowsOf(id)).map(({ version, media }) => [version, media?.seconds])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(room.handed.filter(({ recording }) => recording.recordingId === id).map(({ deliveryId }) => deliveryId.slice(-1))).toEqual([
      '1',
      '2',
    ]);
  });
  test('but not without end', async () => {
    const id = anId();
    for (let seed = 1; seed <= 20; seed++) expect((await room.push(id, aWav(0.1, { seed: seed * 2 + 1 }))).status).toBe(201);
    expect(await room.push(id, aWav(0.1, { seed: 101 }))).toMatchObject({ status: 409, body: { error: { code: 'too_many_versions' } } });
  });
  test('a file that is here before its call waits for it: no call is made of a file', async () => {
    const id = anId();
    const told = () => room.handed.filter(({ recording }) => recording.recordingId === id).length;
    expect((await room.push(id, aWav(1, { seed: 89 }), { callUnknown: true })).status).toBe(201);
    await room.recordings.keepHouse();
    expect(told()).toBe(0);
    await room.push(id, aWav(1, { seed: 89 })); // by now its call was heard of
    await room.recordings.keepHouse();
    expect(told()).toBe(1);
  });
  test('a line that was away hears of it later', async () => {
    const id = anId();
    line = new Error('the database is away');
    expect((await room.push(id, aWav(1, { seed: 31 }))).status).toBe(201);
    const told = () => room.handed.filter(({ recording }) => recording.recordingId === id).length;
    expect(told()).toBe(0);
    line = undefined;
    await room.recordings.keepHouse();
    await room.recordings.keepHouse();
    expect(told()).toBe(1);
  });
});

describe('who may push', () => {
  const refused = async (change: Parameters<RecordingRoom['push']>[2], id = anId()) => {
    const before = (await files()).length;
    const { status, body } = await room.push(id, aWav(1, { seed: 37 }), change);
    expect(await rowsOf(id)).toEqual([]);
    expect((await files()).length).toBe(before);
    return [status, (body['error'] as { code: string }).code];
  };
  test('nobody with another secret', async () => expect(await refused({ secret: 'whsec_another' })).toEqual([401, 'signature_mismatch']));
  test('nobody without a signature', async () =>
    expect(await refused({ headers: { 'cordboard-signature': '' } })).toEqual([401, 'unsigned']));
  test('a signature is for one path', async () =>
    expect(await refused({ signedFor: { target: '/recordings/con_00000000000000a1/other' } })).toEqual([401, 'signature_mismatch']));
  test('with its query', async () =>
    expect(await refused({ query: '?call=x', signedFor: { target: '/x' } })).toEqual([401, 'signature_mismatch']));
  test('and one method', async () => expect(await refused({ signedFor: { method: 'POST' } })).toEqual([401, 'signature_mismatch']));
  test('and one body: other bytes are refused when they have come', async () => {
    const other = aWav(1, { seed: 41 });
    expect(await refused({ body: new Blob([Uint8Array.from(other)]).stream() })).toEqual([400, 'other_bytes']);
  });
  test('an old one is refused, a fresh one within five minutes either way is not', async () => {
    const now = room.world.now();
    expect(await refused({ atMs: now - 301_000 })).toEqual([401, 'clock_skew']);
    expect(await refused({ atMs: now + 302_000 })).toEqual([401, 'clock_skew']);
    expect((await room.push(anId(), aWav(1, { seed: 43 }), { atMs: now - 290_000 })).status).toBe(201);
  });
  test('a connection nobody has', async () => expect(await refused({ connection: 'con_ffff' })).toEqual([404, 'unknown_connection']));
  test('the body isn’t read before', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      { pull: (out) => void (pulled++, out.enqueue(new Uint8Array(1000))) },
      { highWaterMark: 0 },
    );
    expect(await refused({ body, secret: 'whsec_another' })).toEqual([401, 'signature_mismatch']);
    expect(pulled).toBe(0);
  });
  test('a replay changes nothing, also after the recording was deleted', async () => {
    const [id, wav, atMs] = [anId(), aWav(1, { seed: 47 }), room.world.now()];
    await room.push(id, wav, { atMs });
    await room.recordings.shelf.erase({ org: room.org, name: recordingName(room.connection, id) }, 'admin');
    expect(await room.push(id, wav, { atMs })).toMatchObject({ status: 200, body: { is: 'erased' } });
    expect(await rowsOf(id)).toMatchObject([{ state: 'erased', place: undefined }]);
  });
  test('the recipe of the documents, with curl’s request made by a real shell and openssl', async () => {
    const [id, wav] = [anId(), aWav(1, { seed: 53 })];
    const file = join(room.folder, 'pushed.wav');
    await writeFile(file, wav);
    const target = `/recordings/${room.connection}/${id}`;
    const script = `set -eu
      T=$(date +%s); H=$(sha256sum < "$F" | cut -d' ' -f1)
      S=$(printf 'PUT\\n%s\\n%s\\n%s' "$P" "$T" "$H" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
      printf '%s %s %s' "$T" "$H" "$S"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script], {
      env: { ...process.env, F: file, P: target, SECRET: room.secret },
    });
    const [timestamp = '', sha256 = '', signature = ''] = stdout.split(' ');
    expect(sha256).toBe(sha256Of(wav));
    expect(signature).toBe(signUpload(room.secret, { method: 'PUT', target, timestamp, sha256 }));
    expect((await room.push(id, wav, { headers: { 'cordboard-timestamp': timestamp, 'cordboard-signature': signature } })).status).toBe(
      201,
    );
  });
});

describe('what is refused leaves nothing behind', () => {
  test('a file that ends early', async () => {
    const [id, wav] = [anId(), aWav(2, { seed: 59 })];
    const body = new Blob([Uint8Array.from(wav.subarray(0, 1000))]).stream();
    expect(await room.push(id, wav, { body })).toMatchObject({ status: 400, body: { error: { code: 'cut_off' } } });
    expect(await rowsOf(id)).toEqual([]);
  });
  test('a sender that goes away', async () => {
    const [id, wav] = [anId(), aWav(2, { seed: 61 })];
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(out) {
        if (sent++ === 3) out.error(new Error('socket hang up'));
        else out.enqueue(wav.subarray(0, 500));
      },
    });
    expect(await room.push(id, wav, { body })).toMatchObject({ status: 400, body: { error: { code: 'cut_off' } } });
    expect(await rowsOf(id)).toEqual([]);
    expect(await filesIn(join(room.folder, 'recordings', 'incoming-test'))).toEqual([]);
  });
  test('one longer than is allowed, announced or not', async () => {
    const long = aWav(400);
    expect(await room.push(anId(), long)).toMatchObject({ status: 413 });
    expect(await room.push(anId(), long, { headers: { 'content-length': '' } })).toMatchObject({
      status: 413,
      body: { error: { code: 'too_long' } },
    });
  });
  test('what is no recording, before all of it has come', async () => {
    const page = Buffer.concat([Buffer.from('<html>'), Buffer.alloc(2_000_000, 'x')]);
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(out) {
        if (pulled >= page.length) return out.close();
        out.enqueue(page.subarray(pulled, (pulled += 50_000)));
      },
    });
    expect(await room.push(anId(), page, { body })).toMatchObject({ status: 415, body: { error: { code: 'not_audio' } } });
    expect(pulled).toBeLessThan(300_000);
  });
  test('ids that no phone system has', async () => {
    for (const id of ['a\u0000b', 'a\nb', 'x'.repeat(300)])
      expect(await room.push(id, aWav(1)), JSON.stringify(id.slice(0, 10))).toMatchObject({
        status: 400,
        body: { error: { code: 'bad_id' } },
      });
    expect(await room.push(anId(), aWav(1), { query: `?call=${'y'.repeat(201)}` })).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_id' } },
    });
    expect(await room.push(anId(), aWav(1), { query: '?kind=fax' })).toMatchObject({ status: 400, body: { error: { code: 'bad_kind' } } });
  });
  test('any hostile text is an id or is refused, and no file is ever named after it', async () => {
    for (const text of ['../../../../tmp/x', '...', '%2e%2e%2f', ...Object.values(hostileTexts)]) {
      if (!text.isWellFormed()) continue; // no address can hold it
      const { status } = await room.push(text, aWav(0.1, { seed: 67 }));
      expect(status, JSON.stringify(text.slice(0, 30))).toBe(isId(text) ? 201 : 400);
    }
    for (const path of await files()) expect(path).toMatch(/\/recordings\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
  });
});

describe('a disk or a database that fails half-way', () => {
  const intake = async (storage: Storage, id: string, wav: Buffer) =>
    takeIn(
      { org: room.org, connection: room.connection, recordingId: id, call: id, kind: 'call', origin: 'pushed', body: inPieces(wav) },
      { shelf: room.recordings.shelf, storage, spool: join(room.folder, 'recordings', 'incoming-test'), world: room.world, maxBytes: 1e7 },
    );
  const disk = () => diskStorage(join(room.folder, 'recordings'));
  test('a disk that fills while it is stored: trouble that says so, no row, nothing left in the spool', async () => {
    const id = anId();
    const full: Storage = { ...disk(), put: () => Promise.reject(new StorageTrouble('The disk for recordings is full.', true)) };
    await expect(intake(full, id, aWav(1, { seed: 71 }))).rejects.toMatchObject({ full: true });
    expect(await rowsOf(id)).toEqual([]);
    expect(await filesIn(join(room.folder, 'recordings', 'incoming-test'))).toEqual([]);
  });
  test('killed between the file and its row: the file is found again and deleted, and the sender’s next try succeeds', async () => {
    const [id, wav] = [anId(), aWav(1, { seed: 73 })];
    const before = new Set(await files());
    const killed: Storage = {
      ...disk(),
      async put(key, path, file) {
        await disk().put(key, path, file);
        throw new Error('killed');
      },
    };
    await expect(intake(killed, id, wav)).rejects.toThrow('killed');
    // By its name: what two pushes at once left, in another test, is cleared away here too.
    const left = (await files()).filter((path) => !before.has(path));
    expect([left.length, (await rowsOf(id)).length]).toEqual([1, 0]);
    await room.recordings.keepHouse();
    expect(await files()).toContain(left[0]); // it could still be under way
    await room.later(1);
    await room.recordings.keepHouse();
    expect(await files()).not.toContain(left[0]);
    expect(await room.push(id, wav)).toMatchObject({ status: 201 });
  });
  test('one that takes so long that its file was cleared away is not kept without it', async () => {
    const id = anId();
    const slow: Storage = {
      ...disk(),
      async put(key, path, file) {
        await disk().put(key, path, file);
        await room.later(1);
        await room.recordings.keepHouse();
      },
    };
    await expect(intake(slow, id, aWav(1, { seed: 79 }))).rejects.toBeInstanceOf(StorageTrouble);
    expect(await rowsOf(id)).toEqual([]);
  });
  test('what a killed process left in the spool is gone after a restart', async () => {
    const left = join(room.folder, 'recordings', 'incoming-test', 'left');
    await writeFile(left, 'half');
    await room.reopen();
    expect(await filesIn(join(room.folder, 'recordings', 'incoming-test'))).toEqual([]);
  });
});

test('a name is for ever: it is part of links in Salesforce', () => {
  expect(recordingName('con_00000000000000a1', 'asterisk-1700000000.1')).toBe('22efa7e8244cb369afdaec38a5b1ac02');
  expect(recordingName('con_1', '23')).not.toBe(recordingName('con_12', '3'));
  expect(heldName(heldAddress('0123456789abcdef0123456789abcdef'))).toBe('0123456789abcdef0123456789abcdef');
  for (const url of [undefined, '', 'https://recordings.cordboard.invalid/0123456789abcdef0123456789abcdef', heldAddress('../../x')])
    expect(heldName(url)).toBeUndefined();
});
