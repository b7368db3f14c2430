import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { callOf, isId, withoutEnding } from '../recordings/name.ts';
import type { Recording } from '../recordings/shelf.ts';
import { openRecordings, type Recordings, type RecordingSettings } from '../recordings/recordings.ts';
import { signUpload } from '../recordings/sign.ts';
import { consoleStore, type ConsoleStore } from '../store/console-store.ts';
import { type Database, openDatabase } from '../store/database.ts';
import type { OrgId } from '../store.ts';
import { realWorld, type World } from '../world.ts';
import { startTestDatabase } from './test-database.ts';

/** WAVE as Asterisk writes it: `tag` 1 is PCM of 16 bits, 49 is GSM with its longer header; 8 kHz, mono. `seed` makes one differ from another. */
export function aWav(
  seconds: number,
  { tag = 1, promised, seed = 1 }: { tag?: 1 | 7 | 49; promised?: number; seed?: number } = {},
): Buffer {
  const [byteRate, bits, align] = tag === 49 ? [1625, 0, 65] : tag === 7 ? [8000, 8, 1] : [16_000, 16, 2];
  const data = Buffer.alloc(
    Math.round(seconds * byteRate),
    Uint8Array.from({ length: 251 }, (_, at) => (at * seed) % 256),
  );
  const extra = tag === 49 ? Buffer.from([2, 0, 0x40, 1, ...Buffer.from('fact'), 4, 0, 0, 0, 0, 0, 0, 0]) : Buffer.alloc(0);
  const format = Buffer.alloc(24);
  format.write('fmt ', 0);
  format.writeUInt32LE(tag === 49 ? 20 : 16, 4);
  format.writeUInt16LE(tag, 8);
  format.writeUInt16LE(1, 10);
  format.writeUInt32LE(8000, 12);
  format.writeUInt32LE(byteRate, 16);
  format.writeUInt16LE(align, 20);
  format.writeUInt16LE(bits, 22);
  const chunk = Buffer.alloc(8);
  chunk.write('data', 0);
  chunk.writeUInt32LE(promised ?? data.length, 4);
  const body = Buffer.concat([Buffer.from('WAVE'), format, extra, chunk, data]);
  const riff = Buffer.alloc(8);
  riff.write('RIFF', 0);
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}
/** What MixMonitor leaves of a call nobody answered. */
export const anEmptyWav = (): Buffer => aWav(0);

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes as they come over a network: in pieces of any size. */
export async function* inPieces(bytes: Uint8Array, size = 10_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export type RecordingRoom = {
  readonly world: World & { offsetMs: number };
  readonly database: Database;
  readonly admin: ConsoleStore;
  readonly org: OrgId;
  readonly connection: string;
  readonly secret: string;
  readonly folder: string;
  readonly recordings: Recordings;
  /** What was handed to the line. */
  readonly handed: { readonly recording: Recording; readonly deliveryId: string; readonly body: Record<string, unknown> }[];
  readonly reports: { readonly what: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly counts: Record<string, number>;
  /** Pushes a file as a PBX does; `change` spoils something of it. */
  push(recordingId: string, bytes: Uint8Array, change?: PushChange): Promise<{ status: number; body: Record<string, unknown> }>;
  play(
    name: string,
    headers?: Record<string, string>,
    change?: { version?: number; download?: boolean; headOnly?: boolean; org?: OrgId },
  ): Promise<Response>;
  /** Opens the room a second time on the same folder and database, as after a restart. */
  reopen(settings?: Partial<RecordingSettings>): Promise<Recordings>;
  /** Moves the database's clock. */
  later(days: number): Promise<void>;
  close(): Promise<void>;
};
export type PushChange = {
  readonly method?: string;
  readonly query?: string;
  /** Nothing was heard of its call. */
  readonly callUnknown?: true;
  readonly connection?: string;
  readonly secret?: string;
  readonly signedFor?: Partial<{ target: string; method: string; sha256: string }>;
  readonly atMs?: number;
  readonly headers?: Record<string, string>;
  readonly body?: ReadableStream<Uint8Array> | null;
};

/** The whole room on a real database and a folder of its own. `failing.hand`: what the line answers instead of taking a delivery. */
export async function startRecordingRoom(
  settings: Partial<RecordingSettings> = {},
  failing: { hand?: () => Error | undefined } = {},
): Promise<RecordingRoom> {
  const world = realWorld();
  const test = await startTestDatabase();
  const database = openDatabase(test.address, world, () => undefined);
  const admin = consoleStore(database);
  const org = await admin.addOrg('Recordings', 'live', null);
  const [connection, secret] = ['con_00000000000000a1', 'whsec_cGxhbnRlZC1zZWNyZXQtb2YtdGhlLXJvb20='];
  await admin.addConnection(org, connection, 'generic-webhook', 'PBX', 'sealed');
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-recordings-'));
  const handed: RecordingRoom['handed'] = [];
  const reports: RecordingRoom['reports'] = [];
  const counts: Record<string, number> = {};
  const open: { recordings: Recordings; stop: AbortController }[] = [];
  const reopen = async (changed: Partial<RecordingSettings> = {}): Promise<Recordings> => {
    const stop = new AbortController();
    const recordings = await openRecordings({
      database,
      world,
      folder: join(folder, 'recordings'),
      node: 'test',
      settings: { inboxes: [], after: 'leave', maxBytes: 5_000_000, s3: undefined, ...settings, ...changed },
      find: async (id) => (id === connection ? { org, connection, secrets: [secret] } : undefined),
      async hand(recording, deliveryId, body) {
        const error = failing.hand?.();
        if (error) throw error;
        handed.push({ recording, deliveryId, body: JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown> });
      },
      whyFull: () => undefined,
      audit: admin.audit,
      report: (what, fields) => void reports.push({ what, fields }),
      count: (what, by = 1) => (counts[what] = (counts[what] ?? 0) + by),
      stop: stop.signal,
    });
    open.push({ recordings, stop });
    return recordings;
  };
  const recordings = await reopen();
  return {
    world,
    database,
    admin,
    org,
    connection,
    secret,
    folder,
    recordings,
    handed,
    reports,
    counts,
    reopen,
    async push(recordingId, bytes, change = {}) {
      const its = change.connection ?? connection;
      const call = new URLSearchParams(change.query).get('call') ?? callOf(withoutEnding(recordingId));
      if (!change.callUnknown && isId(call))
        await database.query(
          { text: 'insert into calls (org, connection, external_id, due) values ($1, $2, $3, null) on conflict do nothing' },
          [org, connection, call],
        );
      const target = `/recordings/${its}/${encodeURIComponent(recordingId)}${change.query ?? ''}`;
      const [method, sha256] = [change.method ?? 'PUT', sha256Of(bytes)];
      const timestamp = String(Math.floor((change.atMs ?? world.now()) / 1000));
      const signature = signUpload(change.secret ?? secret, { method, target, timestamp, sha256, ...change.signedFor });
      const answer = await open.at(-1)!.recordings.push({
        method,
        url: `http://127.0.0.1:4700${target}`,
        connection: its,
        recordingId,
        headers: new Headers({
          'content-length': String(bytes.length),
          'cordboard-timestamp': timestamp,
          'cordboard-sha256': sha256,
          'cordboard-signature': signature,
          ...change.headers,
        }),
        body: change.body === undefined ? new Blob([Uint8Array.from(bytes)]).stream() : change.body,
      });
      return { status: answer.status, body: answer.body };
    },
    play: (name, headers = {}, { version, download = false, headOnly = false, org: other = org } = {}) =>
      open.at(-1)!.recordings.play({
        org: other,
        person: 'admin',
        name,
        ...(version === undefined ? {} : { version }),
        headers: new Headers(headers),
        headOnly,
        download,
      }),
    async later(days) {
      await database.query({ text: "update clock set shift = shift + $1 * interval '1 day'" }, [days]);
    },
    async close() {
      for (const { stop } of open) stop.abort();
      await Promise.all(open.map(({ recordings: one }) => one.done));
      await database.close();
      await test.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
