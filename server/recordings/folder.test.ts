import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anEmptyWav, aWav } from '../testing/a-recording.ts';
import type { OrgId } from '../store.ts';
import { type AfterTaking, folderWatch, type Looked } from './folder.ts';
import type { Arriving, TakenIn } from './intake.ts';
import { recordingName } from './name.ts';

const connection = 'con_00000000000000a1';
let top: string;
let folder: string;
let nowMs: number;
let taken: (Omit<Arriving, 'body'> & { length: number })[];
let origins: Set<string>;
let reports: { what: string; because: unknown }[];
let answer: (arriving: Arriving) => Promise<TakenIn>;

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'cordboard-inbox-'));
  folder = join(top, 'done');
  await mkdir(folder);
  [nowMs, taken, origins, reports] = [1e6, [], new Set(), []];
  answer = async ({ recordingId }) => ({ is: 'stored', name: recordingName(connection, recordingId), version: 1 });
});
afterEach(() => rm(top, { recursive: true }));

/** Opens the folder as after a start. */
const watch = (after: AfterTaking = 'leave') =>
  folderWatch({
    inbox: { connection, folder },
    after,
    org: 1 as OrgId,
    shelf: { cameFrom: async ({ name }, origin) => origins.has(`${name} ${origin}`) },
    async take(arriving) {
      const { body, ...said } = arriving;
      let length = 0;
      for await (const chunk of body) length += chunk.length;
      taken.push({ ...said, length });
      const given = await answer(arriving);
      if (given.is !== 'refused') origins.add(`${given.name} ${arriving.origin}`);
      return given;
    },
    world: { monotonic: () => nowMs },
    report: (what, { because }) => void reports.push({ what, because }),
  });
/** Looks, lets six seconds pass, and looks again. */
async function settled(look: () => Promise<Looked>): Promise<Looked> {
  await look();
  nowMs += 6_000;
  return look();
}
const put = (name: string, bytes: Uint8Array = aWav(1)) => writeFile(join(folder, name), bytes);

describe('a folder of finished recordings', () => {
  test('a file that has stood still is taken in under its name; those of voicemail as voicemail', async () => {
    await put('asterisk-1700000000.12.wav');
    await mkdir(join(folder, 'voicemail'));
    await put('voicemail/1700000000.13.WAV');
    await put('1700000000.14@2.wav');
    const look = watch();
    expect(await look()).toEqual({ taken: 0, waiting: 3, failed: 0 });
    nowMs += 4_000;
    expect((await look()).taken).toBe(0);
    nowMs += 1_000;
    expect(await look()).toEqual({ taken: 3, waiting: 0, failed: 0 });
    expect(taken).toMatchObject([
      { connection, recordingId: '1700000000.14@2', call: '1700000000.14', kind: 'call', bytes: aWav(1).length, length: aWav(1).length },
      { recordingId: 'asterisk-1700000000.12', call: 'asterisk-1700000000.12', kind: 'call' },
      { recordingId: '1700000000.13', kind: 'voicemail' },
    ]);
    expect(await settled(look)).toEqual({ taken: 0, waiting: 0, failed: 0 });
    expect(taken.length).toBe(3);
  });
  test('a file that still grows waits, however long', async () => {
    await put('a.wav', aWav(1).subarray(0, 1000));
    const look = watch();
    for (let round = 0; round < 5; round++) {
      expect((await look()).waiting).toBe(1);
      await appendFile(join(folder, 'a.wav'), aWav(1).subarray(1000, 1100));
      nowMs += 6_000;
    }
    expect(taken).toEqual([]);
    expect((await settled(look)).taken).toBe(1);
  });
  test('one that changed while it was read is read again', async () => {
    await put('a.wav');
    answer = async () => ({ is: 'refused', status: 400, code: 'cut_off', message: 'x' });
    const look = watch();
    await settled(look);
    answer = async ({ recordingId }) => ({ is: 'stored', name: recordingName(connection, recordingId), version: 1 });
    expect((await settled(look)).taken).toBe(1);
  });
  test('after a restart nothing is read twice, and what came meanwhile is taken', async () => {
    await put('a.wav');
    await settled(watch());
    await put('b.wav', aWav(2));
    await settled(watch());
    expect(taken.map(({ recordingId }) => recordingId)).toEqual(['a', 'b']);
  });
  test('a file that was replaced is another version', async () => {
    await put('a.wav');
    const look = watch();
    await settled(look);
    await put('a.wav', aWav(2));
    await settled(look);
    expect(taken.map(({ length }) => length)).toEqual([aWav(1).length, aWav(2).length]);
  });
  test('a database that is away costs nothing but time', async () => {
    await put('a.wav');
    const works = answer;
    answer = () => Promise.reject(new Error('the database is away'));
    const look = watch('delete');
    expect(await settled(look)).toMatchObject({ taken: 0, failed: 1 });
    expect(await look()).toMatchObject({ taken: 0, failed: 1 });
    expect(reports).toEqual([{ what: 'recording.failed', because: 'the database is away' }]); // once, not every five seconds
    expect(await readdir(folder)).toEqual(['a.wav']);
    answer = works;
    expect((await look()).taken).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
  test('a folder that is not there, or not mounted, is an error', async () => {
    await rm(folder, { recursive: true });
    await expect(watch()()).rejects.toThrow('ENOENT');
  });
});

describe('what becomes of a file', () => {
  test('left', async () => {
    await put('a.wav');
    await settled(watch('leave'));
    expect(await readdir(folder)).toEqual(['a.wav']);
  });
  test('moved, and never over another', async () => {
    const look = watch('move');
    await put('a.wav');
    await settled(look);
    await put('a.wav', aWav(2));
    await settled(look);
    expect((await readdir(join(folder, 'taken'))).toSorted()).toEqual(['a.2.wav', 'a.wav']);
    expect(await readdir(folder)).toEqual(['taken']);
  });
  test('an empty one of an unanswered call is put away like the others', async () => {
    answer = async ({ recordingId }) => ({ is: 'empty', name: recordingName(connection, recordingId), version: 1 });
    await put('a.wav', anEmptyWav());
    await settled(watch('delete'));
    expect(await readdir(folder)).toEqual([]);
  });
  test('one that can’t be taken in stays, is told of once, and is tried again when it changes', async () => {
    answer = async () => ({ is: 'refused', status: 415, code: 'not_audio', message: 'This is no recording.' });
    await put('a.wav', Buffer.from('<html>'));
    const look = watch('delete');
    expect(await settled(look)).toEqual({ taken: 0, waiting: 0, failed: 1 });
    expect(await settled(look)).toEqual({ taken: 0, waiting: 0, failed: 1 });
    expect([await readdir(folder), reports, taken.length]).toEqual([
      ['a.wav'],
      [{ what: 'recording.refused', because: 'This is no recording.' }],
      1,
    ]);
    answer = async ({ recordingId }) => ({ is: 'stored', name: recordingName(connection, recordingId), version: 1 });
    await put('a.wav');
    expect(await settled(look)).toEqual({ taken: 1, waiting: 0, failed: 0 });
  });
});

describe('nothing but plain files of this folder', () => {
  test('no link, no pipe, no folder, no hidden or half-written file', async () => {
    await writeFile(join(top, 'secret.wav'), aWav(1));
    await symlink(join(top, 'secret.wav'), join(folder, 'link.wav'));
    await symlink('/etc/passwd', join(folder, 'passwd.wav'));
    await mkdir(join(folder, 'folder.wav'));
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.wav')]);
    await put('.hidden.wav');
    await put('a.wav.part');
    await put('msg0000.txt');
    expect(await settled(watch())).toEqual({ taken: 0, waiting: 0, failed: 0 });
    expect(taken).toEqual([]);
  });
  test('a file that becomes a link after it was listed', async () => {
    await writeFile(join(top, 'secret.wav'), aWav(1));
    await put('a.wav');
    const look = watch();
    await look();
    await rm(join(folder, 'a.wav'));
    await symlink(join(top, 'secret.wav'), join(folder, 'a.wav'));
    nowMs += 6_000;
    expect((await look()).taken).toBe(0);
    expect(taken).toEqual([]);
  });
  test('a voicemail folder that is a link is not looked into', async () => {
    await mkdir(join(top, 'elsewhere'));
    await writeFile(join(top, 'elsewhere', 'a.wav'), aWav(1));
    await symlink(join(top, 'elsewhere'), join(folder, 'voicemail'));
    expect(await settled(watch())).toEqual({ taken: 0, waiting: 0, failed: 0 });
  });
  test('the folder itself may be a link: the admin made it', async () => {
    await put('a.wav');
    await rename(folder, join(top, 'real'));
    await symlink(join(top, 'real'), folder);
    expect((await settled(watch())).taken).toBe(1);
  });
  test('names no phone system gives', async () => {
    const names = ['a\nb.wav', `${'x'.repeat(230)}.wav`, '😀.wav', '$(reboot).wav', '-rf.wav', '%00.wav'];
    for (const name of names) await put(name);
    expect(await settled(watch())).toEqual({ taken: 4, waiting: 0, failed: 2 });
    expect(reports.map(({ what }) => what)).toEqual(['recording.refused', 'recording.refused']);
  });
});
