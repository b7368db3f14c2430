import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken, sessionCookie } from './guard.ts';
import { Recording } from '../wire/console.ts';
import { sources } from '../sources/index.ts';
import { heldAddress, recordingName } from './recordings/name.ts';
import { signUpload } from './recordings/sign.ts';
import { bodyOf } from './recordings/tell.ts';
import { openTestDoors } from './testing/test-doors.ts';
import { aConnect } from './testing/a-connect.ts';
import { anEmptyWav, aWav, type RecordingRoom, sha256Of, startRecordingRoom } from './testing/a-recording.ts';

let room: RecordingRoom;
let app: ReturnType<typeof openTestDoors>;
beforeAll(async () => {
  room = await startRecordingRoom();
  await room.admin.addSession(room.org, hashToken('session'), 'admin');
  const other = await room.admin.addOrg('Another', 'live', null);
  await room.admin.addSession(other, hashToken('other session'), 'stranger');
  app = openTestDoors({
    world: room.world,
    console: room.admin,
    publicUrl: 'https://phone.acme.example',
    secureCookies: true,
    connect: aConnect(room.database, room.admin, undefined).parts,
    file: (path) =>
      path === '/' ? { body: new TextEncoder().encode('the console'), headers: { 'content-type': 'text/html' } } : undefined,
    recordings: room.recordings,
  });
});
afterAll(() => room.close());

const ask = (path: string, init: RequestInit = {}, token = 'session') =>
  app.request(`http://127.0.0.1:4700${path}`, {
    ...init,
    headers: {
      host: '127.0.0.1:4700',
      ...(token ? { cookie: `${sessionCookie}=${token}` } : {}),
      ...(init.headers as Record<string, string>),
    },
  });
const tell = (method: string, path: string, body: unknown) =>
  ask(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-cordboard': '1' } });
const curl = async (id: string, bytes: Buffer, method = 'PUT') => {
  const target = `/recordings/${room.connection}/${id}`;
  const [timestamp, sha256] = [String(Math.floor(room.world.now() / 1000)), sha256Of(bytes)];
  const headers = {
    'cordboard-timestamp': timestamp,
    'cordboard-sha256': sha256,
    'cordboard-signature': signUpload(room.secret, { method, target, timestamp, sha256 }),
  };
  return ask(target, { method, body: Uint8Array.from(bytes), headers }, '');
};
const nameOf = (id: string) => recordingName(room.connection, decodeURIComponent(id));
const said = async (id: string) => Recording.parse(await (await ask(`/api/recordings/${nameOf(id)}`)).json());
const audits = async (name: string) =>
  (
    await room.database.query({ text: "select what from audit where org = $1 and detail->>'recording' = $2 order by id" }, [room.org, name])
  ).rows.map((row: { what: string }) => row.what);

describe('the signed address', () => {
  test('takes what curl -T sends, by PUT and by POST, without a session', async () => {
    expect((await curl('1700000000.1', aWav(1, { seed: 3 }))).status).toBe(201);
    expect((await curl('1700000000.1', aWav(1, { seed: 3 }), 'POST')).status).toBe(200);
  });
  test('an id in percent signs is signed as it stands in the address', async () => {
    expect((await curl('a%2Fb%20c%C3%BC', aWav(1, { seed: 5 }))).status).toBe(201);
    expect((await said('a%2Fb%20c%C3%BC')).recordingId).toBe('a/b cü');
  });
  test('a session is no signature', async () => {
    const answer = await ask(`/recordings/${room.connection}/x`, { method: 'PUT', body: 'x', headers: { 'x-cordboard': '1' } });
    expect(answer.status).toBe(401);
  });
});

test('what a call is told of a recording, its source reads', async () => {
  await room.push('read', aWav(1, { seed: 37 }));
  const { recording } = room.handed.find((one) => one.recording.recordingId === 'read')!;
  const generic = sources.find(({ name }) => name === 'generic-webhook')!;
  expect(generic.translate({ body: bodyOf('generic-webhook', recording), headers: {}, receivedAt: 1, deliveryId: 'd' })).toEqual({
    unheard: [],
    events: [
      {
        type: 'recording',
        id: `cordboard-recording/${nameOf('read')}/1`,
        callId: 'read',
        at: recording.storedAtMs,
        recordingId: 'read',
        url: heldAddress(nameOf('read')),
        seconds: 1,
      },
    ],
  });
});

describe('the permanent page', () => {
  test('not signed in: the sign-in, at this address, so that what was asked for comes after it', async () => {
    const answer = await ask(`/recordings/${nameOf('1700000000.1')}`, {}, '');
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([401, 'the console', 'no-store']);
  });
  test('says by its status whether there is something to hear', async () => {
    await curl('here', aWav(1, { seed: 7 }));
    await curl('gone', aWav(1, { seed: 9 }));
    await room.recordings.shelf.erase({ org: room.org, name: nameOf('gone') }, 'admin');
    const status = async (id: string, token?: string) => (await ask(`/recordings/${nameOf(id)}`, {}, token)).status;
    expect([await status('here'), await status('gone'), await status('never came'), await status('here', 'other session')]).toEqual([
      200, 410, 404, 404,
    ]);
  });
  test('tells what it is, and the call when something was heard of it', async () => {
    await curl('told', aWav(2, { seed: 11 }));
    expect(await said('told')).toMatchObject({
      recordingId: 'told',
      externalCall: 'told',
      shown: 1,
      versions: [{ is: 'stored', seconds: 2, codec: 'pcm', bytes: aWav(2).length }],
    });
    expect((await said('told')).call).toBeUndefined();
    await room.database.query({ text: "insert into calls (org, connection, external_id, told) values ($1, $2, 'told', $3)" }, [
      room.org,
      room.connection,
      JSON.stringify({ customer: { number: '+81312345678' }, startedAt: 1_700_000_000_000, waitSeconds: 3, talkSeconds: 2 }),
    ]);
    expect((await said('told')).call).toMatchObject({ customer: { number: '+81312345678' } });
  });
  test('an empty one, and one that never came', async () => {
    await curl('empty', anEmptyWav());
    expect((await said('empty')).versions).toMatchObject([{ is: 'empty', bytes: 44 }]);
    const answer = await ask(`/api/recordings/${nameOf('never came')}`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'expected' } }]);
  });
  test('another org’s is none', async () => {
    await curl('mine', aWav(1, { seed: 13 }));
    for (const path of [`/api/recordings/${nameOf('mine')}`, `/recordings/${nameOf('mine')}/audio`])
      expect((await ask(path, {}, 'other session')).status).toBe(404);
  });
});

describe('the sound', () => {
  test('with a range, and without, over HTTP', async () => {
    const wav = aWav(1, { seed: 17 });
    await curl('sound', wav);
    const whole = await ask(`/recordings/${nameOf('sound')}/audio`);
    expect([whole.status, Buffer.from(await whole.arrayBuffer()).equals(wav)]).toEqual([200, true]);
    const piece = await ask(`/recordings/${nameOf('sound')}/audio`, { headers: { range: 'bytes=0-3' } });
    expect([piece.status, await piece.text()]).toEqual([206, 'RIFF']);
    expect((await ask(`/recordings/${nameOf('sound')}/audio?version=x`)).status).toBe(400);
  });
  test('HEAD tells the length and opens nothing', async () => {
    await curl('head', aWav(1, { seed: 19 }));
    const answer = await ask(`/recordings/${nameOf('head')}/audio`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(aWav(1).length)]);
    expect(await audits(nameOf('head'))).toEqual([]);
  });
});

describe('what a person does with it', () => {
  test('a hold is put on with a reason, keeps it, and is taken off; all of it is in the audit log', async () => {
    await curl('held', aWav(1, { seed: 23 }));
    const path = `/api/recordings/${nameOf('held')}`;
    expect((await tell('POST', `${path}/hold`, { hold: true, because: 'Case 12' })).status).toBe(204);
    expect((await said('held')).hold).toMatchObject({ by: 'admin', because: 'Case 12' });
    const refused = await tell('POST', `${path}/erase`, { because: 'asked by the customer' });
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'on_hold' } }]);
    expect((await said('held')).versions[0]!.is).toBe('stored');
    await tell('POST', `${path}/hold`, { hold: false, because: 'Case 12 is closed' });
    expect((await tell('POST', `${path}/erase`, { because: 'asked by the customer' })).status).toBe(204);
    expect((await said('held')).versions[0]).toMatchObject({ is: 'erased', erasedBy: 'admin' });
    expect(await audits(nameOf('held'))).toEqual([
      'put a recording on hold',
      'asked to delete a recording',
      'took a recording off hold',
      'asked to delete a recording',
      'deleted a recording',
    ]);
  });
  test('nothing without a reason, and nothing to what isn’t there or is another org’s', async () => {
    await curl('other', aWav(1, { seed: 29 }));
    expect((await tell('POST', `/api/recordings/${nameOf('other')}/hold`, { hold: true })).status).toBe(400);
    expect((await tell('POST', `/api/recordings/${nameOf('other')}/erase`, { because: ' ' })).status).toBe(400);
    expect((await tell('POST', `/api/recordings/${nameOf('never came')}/hold`, { hold: true, because: 'x' })).status).toBe(404);
    expect((await tell('POST', `/api/recordings/${nameOf('never came')}/erase`, { because: 'x' })).status).toBe(404);
    const init = {
      method: 'POST',
      body: JSON.stringify({ because: 'x' }),
      headers: { 'content-type': 'application/json', 'x-cordboard': '1' },
    };
    expect((await ask(`/api/recordings/${nameOf('other')}/erase`, init, 'other session')).status).toBe(404);
    expect((await said('other')).versions[0]!.is).toBe('stored');
  });
  test('how long recordings are kept', async () => {
    expect(await (await ask('/api/recording-rules')).json()).toEqual({ keepDays: 365 });
    expect((await tell('PUT', '/api/recording-rules', { keepDays: 90 })).status).toBe(204);
    expect(await (await ask('/api/recording-rules')).json()).toEqual({ keepDays: 90 });
    for (const keepDays of [0, -1, 1.5, 36_501, '90', undefined])
      expect((await tell('PUT', '/api/recording-rules', { keepDays })).status).toBe(400);
    expect((await tell('PUT', '/api/recording-rules', { keepDays: null })).status).toBe(204);
    expect(await (await ask('/api/recording-rules')).json()).toEqual({ keepDays: null });
  });
  test('the figures are in the metrics', async () => {
    await curl('measured', aWav(1, { seed: 31 }));
    const text = await (await ask('/metrics')).text();
    expect(text).toMatch(/cordboard_recording_bytes [1-9]\d*/);
    expect(text).toContain('cordboard_recordings_waiting 0');
  });
});
