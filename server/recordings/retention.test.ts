import { readdir, rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aWav, type RecordingRoom, startRecordingRoom } from '../testing/a-recording.ts';
import { diskStorage } from './disk.ts';
import { recordingName } from './name.ts';
import { sweep } from './retention.ts';
import { StorageTrouble } from './storage.ts';

let room: RecordingRoom;
beforeEach(async () => {
  room = await startRecordingRoom();
});
afterEach(() => room.close());

const named = (id: string) => ({ org: room.org, name: recordingName(room.connection, id) });
const push = async (id: string, seed: number) => expect((await room.push(id, aWav(1, { seed }))).status).toBe(201);
const versionsOf = (id: string) => room.recordings.shelf.versions(named(id));
const files = async () =>
  (await readdir(join(room.folder, 'recordings'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
const hold = { by: 'admin', at: '2026-11-22T00:00:00.000Z', because: 'Case 12' };

describe('retention', () => {
  test('a year: then the file is gone, and the row says since when', async () => {
    await push('a', 3);
    await room.later(364);
    await room.recordings.keepHouse();
    expect([(await versionsOf('a'))[0]!.state, (await files()).length]).toEqual(['stored', 1]);
    await room.later(2);
    await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]).toMatchObject({ state: 'erased', erasedBy: 'retention', place: undefined });
    expect(await files()).toEqual([]);
    const answer = await room.play(named('a').name);
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({ error: { code: 'over', message: expect.stringMatching(/deleted at 20\d\d-/) } });
  });
  test('as long as the org says, for what is here already too', async () => {
    await push('a', 5);
    await room.recordings.shelf.setKeepDays(room.org, 30);
    await push('b', 7);
    await room.later(31);
    await room.recordings.keepHouse();
    expect([(await versionsOf('a'))[0]!.state, (await versionsOf('b'))[0]!.state]).toEqual(['erased', 'erased']);
  });
  test('without end when the org says so', async () => {
    await push('a', 11);
    await room.recordings.shelf.setKeepDays(room.org, null);
    await push('b', 13);
    await room.later(36_500);
    await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]).toMatchObject({ state: 'stored', deleteAfterMs: undefined });
    expect((await versionsOf('b'))[0]).toMatchObject({ state: 'stored', deleteAfterMs: undefined });
    expect(await room.recordings.shelf.keepDays(room.org)).toBeNull();
  });
  test('never while it is on hold; soon after the hold ends', async () => {
    await push('a', 17);
    expect(await room.recordings.shelf.hold(named('a'), hold)).toEqual([1]);
    await room.later(1_000);
    await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]).toMatchObject({ state: 'stored', hold });
    await room.recordings.shelf.hold(named('a'), undefined);
    await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]).toMatchObject({ state: 'erased', erasedBy: 'retention' });
  });
  test('a hold is for what comes later under the same id, too', async () => {
    await push('a', 19);
    await room.recordings.shelf.hold(named('a'), hold);
    await push('a', 23);
    expect((await versionsOf('a')).map((one) => one.hold)).toEqual([hold, hold]);
    expect(await room.recordings.shelf.erase(named('a'), 'admin')).toEqual([]);
  });
});

describe('deleting now', () => {
  test('takes every version, and nothing of another recording', async () => {
    await push('a', 29);
    await push('a', 31);
    await push('b', 37);
    expect(new Set(await room.recordings.shelf.erase(named('a'), 'admin'))).toEqual(new Set([1, 2]));
    await room.recordings.keepHouse();
    expect((await files()).length).toBe(1);
    expect((await versionsOf('b'))[0]!.state).toBe('stored');
  });
  test('a deletion that was interrupted is finished later, and one storage that is away keeps no other file', async () => {
    await push('a', 41);
    await push('b', 43);
    await room.recordings.shelf.erase(named('a'), 'admin');
    await room.recordings.shelf.erase(named('b'), 'admin');
    const [first] = await room.recordings.shelf.scraps(1);
    const disk = diskStorage(join(room.folder, 'recordings'));
    const away = {
      ...disk,
      delete: (key: string) => (first!.endsWith(key) ? Promise.reject(new StorageTrouble('away', false)) : disk.delete(key)),
    };
    const reports: string[] = [];
    const keeping = {
      shelf: room.recordings.shelf,
      storageOf: (place: string) => ({ storage: away, key: place.split(':')[1]! }),
      damaged: async () => undefined,
      report: (what: string) => void reports.push(what),
    };
    expect(await sweep(keeping)).toBe(1);
    expect(reports).toEqual(['recording.undeleted']);
    expect([(await files()).length, Number((await room.recordings.figures())['recordings_to_delete'])]).toEqual([1, 1]);
    await room.recordings.keepHouse();
    expect([(await files()).length, Number((await room.recordings.figures())['recordings_to_delete'])]).toEqual([0, 0]);
  });
  test('a kill between deleting the file and noting it does no harm', async () => {
    await push('a', 47);
    await room.recordings.shelf.erase(named('a'), 'admin');
    const [name] = await files();
    await rm(join(room.folder, 'recordings', name!.slice(0, 2), name!.slice(2, 4), name!));
    await room.recordings.keepHouse();
    expect(Number((await room.recordings.figures())['recordings_to_delete'])).toBe(0);
  });
});

describe('looking again', () => {
  test('after a month each file is read, and one that changed on the disk is told of', async () => {
    await push('a', 53);
    await push('b', 59);
    const place = (await versionsOf('a'))[0]!.place!;
    const key = place.split(':')[1]!;
    await writeFile(join(room.folder, 'recordings', key.slice(0, 2), key.slice(2, 4), key), aWav(1, { seed: 61 }));
    for (let round = 0; round < 3; round++) await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]!.damage).toBeUndefined();
    await room.later(31);
    for (let round = 0; round < 3; round++) await room.recordings.keepHouse();
    expect((await versionsOf('a'))[0]!.damage).toBe('has other bytes than came in');
    expect((await versionsOf('b'))[0]!.damage).toBeUndefined();
    expect(room.reports.filter(({ what }) => what === 'recording.damaged').length).toBe(1);
    expect(Number((await room.recordings.figures())['recordings_damaged'])).toBe(1);
    expect(await room.recordings.shelf.nextCheck(30)).toBeUndefined(); // both were looked at, so others have their turn
  });
  test('files that no row knows are told of and stay: a restored back-up is no reason to delete', async () => {
    const stray = 'ab'.repeat(16);
    await mkdir(join(room.folder, 'recordings', 'ab', 'ab'), { recursive: true });
    await writeFile(join(room.folder, 'recordings', 'ab', 'ab', stray), 'x');
    const again = await room.reopen();
    await again.keepHouse();
    await again.keepHouse();
    expect((await again.figures())['recordings_stray']).toBe(1);
    expect(await files()).toContain(stray);
  });
});
