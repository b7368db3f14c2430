import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { streamSSE } from 'hono/streaming';
import {
  EraseRecording,
  HoldRecording,
  People,
  PlaceTestCall,
  type PolicyUndone,
  RecordingRules,
  SetMode,
  SignIn,
} from '../wire/console.ts';
import { type Choices, ForgetChoice } from '../wire/choices.ts';
import { sayAlerts } from './admin/say-alerts.ts';
import { sayLine, sayStory } from './admin/say-call.ts';
import { sayChoices } from './admin/say-choices.ts';
import type { CallEvent } from './call/event.ts';
import { sayRecording } from './admin/say-recording.ts';
import { sayMetrics } from './admin/metrics.ts';
import { sayStatus } from './admin/status.ts';
import { textDoors } from './admin/text-doors.ts';
import { unmatchableCsv } from './admin/unmatchable-csv.ts';
import { testCallMoments, type Moment, placeTestCall } from './admin/test-call.ts';
import type { Bell } from './bell.ts';
import { type ConnectDoorParts, connectDoors } from './connect/connect-doors.ts';
import type { ConsoleFile } from './console-files.ts';
import { languages } from './decide/words.ts';
import { type Ctx, type Door, parse } from './door.ts';
import {
  agentOf,
  askForAgent,
  askForPerson,
  askForWatcher,
  askOnPage,
  checkAddress,
  hashToken,
  refuse,
  sessionCookie,
  type Visitor,
  visitorOf,
} from './guard.ts';
import type { Answer } from './ingest/ingest.ts';
import { followStream } from './notify/stream.ts';
import type { AlertMessage } from './notify/watch.ts';
import { peopleDoors, whyNobodyWorks, whyNotLive } from './people/people-doors.ts';
import { type PolicyDoorParts, policyDoors } from './policy/policy-doors.ts';
import { isRecordingName } from './recordings/name.ts';
import { heardOf } from './recordings/play.ts';
import type { Recordings } from './recordings/recordings.ts';
import { type SetupDoorParts, setupDoors } from './setup/setup-doors.ts';
import { simulateDoors } from './simulate/simulate-doors.ts';
import type { Simulator } from './simulate/simulator.ts';
import { taskDoors } from './tasks/task-doors.ts';
import type { AlertStore } from './store/alert-store.ts';
import type { ConsoleStore } from './store/console-store.ts';
import type { OrgId, Store } from './store.ts';
import type { World } from './world.ts';

export type RouteParts = {
  readonly world: World;
  readonly store: Pick<Store, 'readOrg'>;
  readonly console: ConsoleStore;
  readonly publicUrl: string | undefined;
  readonly secureCookies: boolean;
  readonly watchToken: string | undefined;
  readonly streamBell: Bell;
  readonly stop: AbortSignal;
  receive(connection: string, headers: Headers, body: ReadableStream<Uint8Array> | null): Promise<Answer>;
  /** Says one moment of a test call through the signed door of the org's test connection. */
  sayMoment(org: OrgId, externalId: string, moment: Moment, at: number): Promise<void>;
  recordUrl(org: OrgId, id: string): string | undefined;
  /** Facts of a call from what the source signalled (source.ts). */
  conclude(source: string, events: readonly CallEvent[]): readonly CallEvent[];
  /** The org is the stand-in on this machine. */
  standIn(org: OrgId): Promise<boolean>;
  /** What keeps this node from taking calls, or undefined. */
  whyNotReady(): Promise<string | undefined>;
  openApi(): unknown;
  readonly docsPage: { readonly html: string; readonly headers: Readonly<Record<string, string>> };
  file(path: string): ConsoleFile | undefined;
  readonly connect: ConnectDoorParts;
  readonly setup: SetupDoorParts['setup'];
  readonly simulator: Simulator;
  /** Of an org that this node has connected. */
  readonly crm?: PolicyDoorParts['crm'];
  readonly recordings: Pick<Recordings, 'push' | 'play' | 'shelf' | 'figures'>;
  /** `sentTo`: the host of the address for alerts, if there is one, and how to send there. */
  readonly alerts: {
    readonly store: Pick<AlertStore, 'list'>;
    readonly sentTo: string | undefined;
    readonly send: ((message: AlertMessage) => Promise<void>) | undefined;
  };
  hookUrl(connection: string): string;
  metrics(): Readonly<Record<string, number>>;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
};

/** Every door: one line per path, with who may enter. */
export function openDoors(parts: RouteParts): Hono<{ Variables: { visitor: Visitor } }> {
  const doors: readonly Door[] = [
    ['get', '/healthz', 'anyone', (c) => c.text('ok')],
    ['get', '/readyz', 'watcher', (c) => readiness(c, parts)],
    [
      'get',
      '/metrics',
      'watcher',
      async (c) =>
        c.text(sayMetrics({ ...(await parts.console.metrics())[0], ...(await parts.recordings.figures()) }, parts.metrics()), 200, {
          'content-type': 'text/plain; version=0.0.4',
        }),
    ],
    ['post', '/hooks/:connection', 'signed', (c) => hook(c, parts)],
    ['put', '/recordings/:connection/:recording', 'signed', (c) => pushRecording(c, parts)],
    ['post', '/recordings/:connection/:recording', 'signed', (c) => pushRecording(c, parts)],
    ['get', '/recordings/:id', 'page', (c) => recordingPage(c, parts)],
    ['get', '/recordings/:id/audio', 'person', (c) => playRecording(c, parts)],
    ['get', '/api/recordings/:id', 'person', (c) => tellRecording(c, parts)],
    ['post', '/api/recordings/:id/hold', 'person', (c) => holdRecording(c, parts)],
    ['post', '/api/recordings/:id/erase', 'person', (c) => eraseRecording(c, parts)],
    ['get', '/api/recording-rules', 'person', async (c) => c.json({ keepDays: await parts.recordings.shelf.keepDays(c.var.visitor.org) })],
    ['put', '/api/recording-rules', 'person', (c) => setRecordingRules(c, parts)],
    ['get', '/openapi.json', 'person', (c) => c.json(parts.openApi() as object)],
    ['get', '/docs/events', 'person', (c) => c.html(parts.docsPage.html, 200, parts.docsPage.headers)],
    ['post', '/api/sign-in', 'anyone', (c) => signIn(c, parts)],
    ['post', '/api/sign-out', 'person', (c) => signOut(c, parts)],
    [
      'get',
      '/api/status',
      'person',
      async (c) => {
        const { org, person } = c.var.visitor;
        const standIn = await parts.standIn(org);
        return c.json(sayStatus(await parts.console.status(org), person, { standIn, hookUrl: parts.hookUrl }));
      },
    ],
    ['get', '/api/alerts', 'person', (c) => listAlerts(c, parts)],
    ['post', '/api/alerts/test', 'person', (c) => testAlert(c, parts)],
    ['get', '/api/book/unmatchable.csv', 'person', (c) => reportUnmatchable(c, parts)],
    ['get', '/api/calls', 'person', (c) => listCalls(c, parts)],
    ['get', '/api/calls/:id', 'person', (c) => tellStory(c, parts)],
    ['get', '/api/calls/:id/records', 'person', (c) => tellChoices(c, parts)],
    ['post', '/api/remembered/forget', 'person', (c) => forgetChoice(c, parts)],
    ['get', '/api/stream', 'person', (c) => stream(c, parts, 'admin', () => visitorOf(c, parts.console))],
    ['get', '/api/agent/stream', 'agent', (c) => agentStream(c, parts)],
    ...connectDoors(parts.connect),
    ...setupDoors(parts),
    ['post', '/api/test-calls', 'person', (c) => testCall(c, parts)],
    [
      'post',
      '/api/calls/:id/write-again',
      'person',
      (c) => onCall(c, parts, 'call.write-again', (org, call) => parts.console.writeAgain(org, call)),
    ],
    [
      'post',
      '/api/calls/:id/apply-rules',
      'person',
      (c) => onCall(c, parts, 'call.apply-rules', (org, call) => parts.console.applyRules(org, call)),
    ],
    ['post', '/api/org/mode', 'person', (c) => setMode(c, parts)],
    ['get', '/api/people', 'person', (c) => readPeople(c, parts)],
    ['put', '/api/people', 'person', (c) => savePeople(c, parts)],
    ...peopleDoors(parts),
    ...textDoors(parts),
    ...policyDoors(parts),
    ...simulateDoors(parts),
    ...taskDoors(parts),
    ['post', '/api/policy/:version/undo', 'person', (c) => undoPolicy(c, parts)],
  ];

  const app = new Hono<{ Variables: { visitor: Visitor } }>();
  app.use(checkAddress(parts.publicUrl));
  const atMost = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => refuse(c, 413, 'too_long', `The body is longer than ${maxSize.toLocaleString('en')} bytes.`) });
  const [usual, files] = [atMost(100_000), atMost(2_000_000)];
  app.use('/api/*', (c, next) => (c.req.path.endsWith('.csv') ? files : usual)(c, next));
  const person = askForPerson(parts.console);
  const agent = askForAgent(parts.console);
  const watcher = askForWatcher(parts.watchToken, person);
  const page = askOnPage(parts.console, (c) => consolePage(c, parts, 401));
  for (const [method, path, entry, handler] of doors) {
    if (entry === 'person') app[method](path, person, handler);
    else if (entry === 'agent') app[method](path, agent, handler);
    else if (entry === 'watcher') app[method](path, watcher, handler);
    else if (entry === 'page') app[method](path, page, handler);
    else app[method](path, handler);
  }
  app.get('*', (c) => {
    const file = c.req.path.startsWith('/api/') ? undefined : parts.file(c.req.path);
    return file ? c.body(file.body, 200, file.headers) : refuse(c, 404, 'not_found', 'There is nothing at this address.');
  });
  app.onError((error, c) => {
    parts.report('door.failed', { path: c.req.path, because: error.message });
    return refuse(c, 503, 'unavailable', 'This did not work just now. Try again; if it stays so, the log of the server says why.');
  });
  return app;
}

const readiness = async (context: Ctx, parts: RouteParts) => {
  const because = await parts.whyNotReady();
  return because === undefined ? context.text('ready') : refuse(context, 503, 'not_ready', because);
};

async function hook(context: Ctx, parts: RouteParts): Promise<Response> {
  const answer = await parts.receive(context.req.param('connection') ?? '', context.req.raw.headers, context.req.raw.body);
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers: answer.headers });
}

async function pushRecording(context: Ctx, { recordings }: RouteParts): Promise<Response> {
  const { connection = '', recording = '' } = context.req.param();
  const { method, url, headers, body } = context.req.raw;
  const answer = await recordings.push({ method, url, connection, recordingId: recording, headers, body });
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers: answer.headers });
}

/** The console's page, which asks for what it shows; the status is for programs and for the browser's history. */
function consolePage(context: Ctx, { file }: RouteParts, status: 200 | 401 | 404 | 410): Response {
  const shown = file('/');
  return shown
    ? context.body(shown.body, status, { ...shown.headers, 'cache-control': 'no-store' })
    : context.text('The console was not built.', 503);
}

async function recordingPage(context: Ctx, parts: RouteParts): Promise<Response> {
  const name = context.req.param('id') ?? '';
  const shown = isRecordingName(name) ? heardOf(await parts.recordings.shelf.versions({ org: context.var.visitor.org, name })) : undefined;
  return consolePage(context, parts, shown === undefined ? 404 : shown.state === 'erased' ? 410 : 200);
}

async function playRecording(context: Ctx, { recordings }: RouteParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const { version, download } = context.req.query();
  if (version !== undefined && !/^\d{1,4}$/.test(version)) return refuse(context, 400, 'malformed', 'version is a number.');
  return recordings.play({
    org,
    person,
    name: context.req.param('id') ?? '',
    ...(version === undefined ? {} : { version: Number(version) }),
    headers: context.req.raw.headers,
    headOnly: context.req.raw.method === 'HEAD',
    download: download !== undefined,
  });
}

async function tellRecording(context: Ctx, { recordings, console, recordUrl }: RouteParts): Promise<Response> {
  const { org } = context.var.visitor;
  const name = context.req.param('id') ?? '';
  const versions = isRecordingName(name) ? await recordings.shelf.versions({ org, name }) : [];
  const shown = heardOf(versions);
  if (!shown) return refuse(context, 404, 'expected', 'No recording has come in at this address yet.');
  const [call] = shown.callRow === undefined ? [] : await console.calls(org, { ids: [shown.callRow], limit: 1 });
  return context.json(sayRecording(shown, versions, call && sayLine(call, (id) => recordUrl(org, id))));
}

async function holdRecording(context: Ctx, { recordings, console, world }: RouteParts): Promise<Response> {
  const asked = await parse(context, HoldRecording);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  const name = context.req.param('id') ?? '';
  const hold = asked.hold ? { by: person, at: new Date(world.now()).toISOString(), because: asked.because } : undefined;
  await console.audit(org, person, hold ? 'put a recording on hold' : 'took a recording off hold', {
    recording: name,
    because: asked.because,
  });
  const versions = await recordings.shelf.hold({ org, name }, hold);
  return versions.length > 0
    ? context.body(null, 204)
    : refuse(context, 404, 'nothing_kept', 'There is no file of this recording that could be on hold.');
}

async function eraseRecording(context: Ctx, { recordings, console }: RouteParts): Promise<Response> {
  const asked = await parse(context, EraseRecording);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  const name = context.req.param('id') ?? '';
  await console.audit(org, person, 'asked to delete a recording', { recording: name, because: asked.because });
  const versions = await recordings.shelf.erase({ org, name }, person);
  if (versions.length > 0) {
    await console.audit(org, person, 'deleted a recording', { recording: name, versions, because: asked.because });
    return context.body(null, 204);
  }
  const isHeld = (await recordings.shelf.versions({ org, name })).some(({ hold }) => hold !== undefined);
  return isHeld
    ? refuse(context, 409, 'on_hold', 'The recording is on legal hold. Take it off hold first.')
    : refuse(context, 404, 'nothing_kept', 'There is no file of this recording that could be deleted.');
}

/** Names, owners and numbers: it stays in no cache, and nothing in it can act as a page. */
const reportHeaders = {
  'content-type': 'text/csv; charset=utf-8; header=present',
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
} as const;

/** What stands in phone fields and can never match anybody. In the audit log before a byte of it is out. */
async function reportUnmatchable(context: Ctx, { store, console, recordUrl, world }: RouteParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const asked = context.req.query('language') ?? (await store.readOrg(org))?.policy.language;
  const language = languages.find((one) => one === (asked ?? 'en'));
  if (!language) return refuse(context, 400, 'malformed', `language is one of ${languages.join(', ')}.`);
  const report = unmatchableCsv(console.unmatchable(org), language, (id) => recordUrl(org, id));
  const first = await report.next(); // while it can still be answered that this doesn't work
  await console.audit(org, person, 'took the report of numbers that can never match', { language });
  const whole = async function* () {
    if (!first.done) yield first.value;
    yield* report;
  };
  const day = new Date(world.now()).toISOString().slice(0, 10);
  return context.body(ReadableStream.from(whole()), 200, {
    ...reportHeaders,
    'content-disposition': `attachment; filename="numbers-that-never-match-${day}.csv"`,
  });
}

async function setRecordingRules(context: Ctx, { recordings, console }: RouteParts): Promise<Response> {
  const asked = await parse(context, RecordingRules);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  await console.audit(org, person, 'set how long recordings are kept', asked);
  await recordings.shelf.setKeepDays(org, asked.keepDays);
  return context.body(null, 204);
}

async function signIn(context: Ctx, { console, world, secureCookies }: RouteParts): Promise<Response> {
  const asked = await parse(context, SignIn);
  if (asked instanceof Response) return asked;
  const hash = hashToken(asked.token);
  const org = await console.useSignIn(hash);
  if (org === undefined) {
    const state = await console.signInState(hash);
    const again = 'Restart the server: it prints a new one.';
    return refuse(
      context,
      401,
      state?.['used'] ? 'used' : state ? 'expired' : 'unknown',
      state?.['used']
        ? `This link has been used; it works once. ${again}`
        : state
          ? `This link has expired; it works for an hour. ${again}`
          : `This is not a link of this server. ${again}`,
    );
  }
  const token = Buffer.from(world.bytes(32)).toString('base64url');
  await console.addSession(org, hashToken(token), 'admin');
  await console.audit(org, 'admin', 'signed in', {});
  setCookie(context, sessionCookie, token, { httpOnly: true, sameSite: 'Strict', secure: secureCookies, path: '/', maxAge: 12 * 3600 });
  return context.body(null, 204);
}

async function signOut(context: Ctx, { console }: RouteParts): Promise<Response> {
  await console.endSession(hashToken(getCookie(context, sessionCookie) ?? ''));
  deleteCookie(context, sessionCookie, { path: '/' });
  return context.body(null, 204);
}

const callId = /^\d{1,18}$/;
const explanationWords = new Set(['written', 'skipped', 'waiting', 'parked', 'part-of']);

async function listCalls(context: Ctx, { console, recordUrl }: RouteParts): Promise<Response> {
  const { org } = context.var.visitor;
  const { before, ids, explanation, find, limit } = context.req.query();
  const asked = ids?.split(',');
  const size = Number(limit ?? 50);
  if ((before !== undefined && !callId.test(before)) || asked?.some((id) => !callId.test(id)) || (asked?.length ?? 0) > 200)
    return refuse(context, 400, 'malformed', 'before and ids are numbers of calls, at most 200.');
  if (explanation !== undefined && !explanationWords.has(explanation))
    return refuse(context, 400, 'malformed', `explanation is one of ${[...explanationWords].join(', ')}.`);
  if (!Number.isInteger(size) || size < 1 || size > 200) return refuse(context, 400, 'malformed', 'limit is from 1 to 200.');
  const streamId = await console.streamLast(org, 'admin'); // read first: what changes meanwhile is told by the stream
  const rows = await console.calls(org, { before, ids: asked, explanation, find: find?.slice(0, 100), limit: asked ? asked.length : size });
  const calls = rows.map((row) => sayLine(row, (id) => recordUrl(org, id)));
  const more = asked === undefined && calls.length === size;
  return context.json({ calls, streamId, ...(more ? { before: calls.at(-1)!.id } : {}) });
}

async function tellStory(context: Ctx, { console, recordUrl, conclude }: RouteParts): Promise<Response> {
  const { org } = context.var.visitor;
  const id = context.req.param('id') ?? '';
  const [row] = callId.test(id) ? await console.calls(org, { ids: [id], limit: 1 }) : [];
  const story = row && (await console.story(org, id));
  if (!row || !story) return refuse(context, 404, 'unknown_call', `There is no call ${id.slice(0, 20)}.`);
  const url = (record: string) => recordUrl(org, record);
  return context.json(sayStory(sayLine(row, url), story, url, conclude));
}

async function tellChoices(context: Ctx, { console, store, recordUrl }: RouteParts): Promise<Response> {
  const { org } = context.var.visitor;
  const id = context.req.param('id') ?? '';
  const [rows, view] = await Promise.all([callId.test(id) ? console.choices(org, id) : undefined, store.readOrg(org)]);
  if (!rows || !view) return refuse(context, 404, 'unknown_call', `There is no call ${id.slice(0, 20)}.`);
  return context.json(sayChoices(rows, view, (record) => recordUrl(org, record)) satisfies Choices);
}

async function forgetChoice(context: Ctx, { console }: RouteParts): Promise<Response> {
  const asked = await parse(context, ForgetChoice);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  await console.audit(org, person, 'forgot whom people chose for a number', asked);
  await console.forgetChoice(org, asked.number);
  return context.body(null, 204);
}

/** So long an open stream trusts the session it was opened with. */
const sessionTrustMs = 5_000;
function stream(
  context: Ctx,
  { console, streamBell, world, stop }: RouteParts,
  recipient: string,
  stillHere: () => Promise<Visitor | undefined>,
): Response {
  const { org } = context.var.visitor;
  const given = context.req.header('last-event-id') ?? context.req.query('after');
  const after = given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
  return streamSSE(context, async (sse) => {
    const gone = new AbortController();
    sse.onAbort(() => gone.abort());
    const read = {
      after: (id: number, limit: number) => console.streamAfter(org, recipient, id, limit),
      last: () => console.streamLast(org, recipient),
    };
    let checkedMs = world.monotonic();
    for await (const item of followStream(read, after, streamBell, world, AbortSignal.any([gone.signal, stop]))) {
      if (sse.aborted) break;
      // A session that was ended elsewhere, or is over, hears nothing more; a beat comes every 15 s in any case.
      if (world.monotonic() - checkedMs > sessionTrustMs) {
        if (!(await stillHere())) break;
        checkedMs = world.monotonic();
      }
      if (item.is === 'beat') await sse.write(': beat\n\n');
      else if (item.is === 'reset') await sse.writeSSE({ id: String(item.id), event: 'reset', data: '{}' });
      else await sse.writeSSE({ id: String(item.id), event: recipient === 'admin' ? 'call' : 'notice', data: JSON.stringify(item.body) });
    }
  });
}

/** A seat too many may keep agents from working (FC-57); nothing of a call hangs on this stream. */
async function agentStream(context: Ctx, parts: RouteParts): Promise<Response> {
  const { org, agent } = context.var.visitor;
  const because = await whyNobodyWorks(parts, org);
  if (because !== undefined) return refuse(context, 403, 'over_seats', because);
  return stream(context, parts, `user ${agent}`, async () =>
    (await whyNobodyWorks(parts, org)) === undefined ? agentOf(context, parts.console) : undefined,
  );
}

async function testCall(context: Ctx, { store, console, world, stop, sayMoment, report }: RouteParts): Promise<Response> {
  const asked = await parse(context, PlaceTestCall);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  const users = [...((await store.readOrg(org))?.usersById.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  const self = (await store.readOrg(org))?.selfUser;
  const externalId = `test-${Buffer.from(world.bytes(6)).toString('hex')}`;
  await console.audit(org, person, 'placed a test call', { kind: asked.kind, externalId });
  void placeTestCall(
    testCallMoments(
      asked.kind,
      users.filter((user) => user.id !== self),
    ),
    world,
    (moment, at) => sayMoment(org, externalId, moment, at),
    stop,
  ).catch((error: unknown) => report('test-call.failed', { externalId, because: (error as Error).message }));
  return context.json({ externalId }, 202);
}

async function onCall(
  context: Ctx,
  { console }: RouteParts,
  what: string,
  work: (org: OrgId, call: string) => Promise<unknown>,
): Promise<Response> {
  const { org, person } = context.var.visitor;
  const id = context.req.param('id') ?? '';
  const [row] = callId.test(id) ? await console.calls(org, { ids: [id], limit: 1 }) : [];
  if (!row) return refuse(context, 404, 'unknown_call', `There is no call ${id.slice(0, 20)}.`);
  await console.audit(org, person, what, { call: id });
  await work(org, id);
  return context.json({ call: id }, 202);
}

async function setMode(context: Ctx, parts: RouteParts): Promise<Response> {
  const { console } = parts;
  const asked = await parse(context, SetMode);
  if (asked instanceof Response) return asked;
  const { org, person } = context.var.visitor;
  const because = asked.mode === 'live' ? await whyNotLive(parts, org) : undefined;
  if (because !== undefined) return refuse(context, 409, 'not_ready', because);
  await console.audit(org, person, 'set mode', asked);
  await console.setMode(org, asked.mode, asked.backfill);
  return context.body(null, 204);
}

async function listAlerts(context: Ctx, { alerts }: RouteParts): Promise<Response> {
  return context.json(sayAlerts(await alerts.store.list(context.var.visitor.org), alerts.sentTo));
}

async function testAlert(context: Ctx, { alerts, world, console }: RouteParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  if (!alerts.send || alerts.sentTo === undefined)
    return refuse(context, 409, 'no_address', 'There is no address for alerts: set CORDBOARD_ALERT_URL and start Cordboard anew.');
  await console.audit(org, person, 'sent a test alert', { to: alerts.sentTo });
  const words = 'This is a test: trouble will be told here.';
  const since = new Date(world.now()).toISOString();
  try {
    await alerts.send({
      id: `alert-test-${Buffer.from(world.bytes(8)).toString('hex')}`,
      type: 'alert.test',
      text: `Cordboard: ${words}`,
      words,
      since,
    });
    return context.json({ sentTo: alerts.sentTo });
  } catch (error) {
    return refuse(context, 502, 'not_taken', `${(error as Error).message} Check CORDBOARD_ALERT_URL.`);
  }
}

async function readPeople(context: Ctx, { console }: RouteParts): Promise<Response> {
  const { org } = context.var.visitor;
  const [people, phones] = await Promise.all([console.people(org), console.nobodysPhones(org)]);
  const isSaid = ([key, value]: [string, unknown]) => value !== null && !(key === 'connection' && value === '');
  const known = (row: Record<string, unknown>) => Object.fromEntries(Object.entries(row).filter(isSaid));
  return context.json({ people: people.map(known), nobodys: phones.map(known) });
}

async function savePeople(context: Ctx, { console }: RouteParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const given = await parse(context, People);
  if (given instanceof Response) return given;
  const keys = given.people.map(({ connection, agent }) => JSON.stringify([connection, agent]));
  const twice = keys.find((key, place) => keys.indexOf(key) !== place);
  if (twice !== undefined) return refuse(context, 400, 'twice', `An agent stands there twice: ${twice.slice(0, 120)}.`);
  await console.savePeople(org, given.people);
  await console.audit(org, person, 'saved who the agents are', { people: given.people.length });
  return context.json({ people: given.people.length });
}

async function undoPolicy(context: Ctx, { console }: RouteParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const given = context.req.param('version') ?? '';
  const version = Number(given);
  if (!/^\d{1,9}$/.test(given) || !(await console.hasPolicy(org, version)))
    return refuse(context, 404, 'unknown_version', `There is no version ${given.slice(0, 20)} of the policy.`);
  await console.audit(org, person, 'asked to undo a policy version', { version });
  const done: PolicyUndone = await console.undoPolicy(org, version, person);
  await console.audit(org, person, 'undid a policy version', { version, ...done });
  return context.json(done, 202);
}
