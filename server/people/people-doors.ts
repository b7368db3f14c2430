import { Agent, AgentFields, type EntryMoved, type FileRead, Line, LineFields, NewAgent } from '../../wire/people.ts';
import { wrapOf } from '../decide/campaigns.ts';
import { effectivePolicy } from '../decide/layers.ts';
import { missingBeforeLive } from '../decide/people.ts';
import { type Ctx, type Door, parse, readIfMatch, tagOf } from '../door.ts';
import { refuse } from '../guard.ts';
import { regionOf } from '../match/region.ts';
import type { Directory, EntryChange, HeardPhone, LockedDirectory, PeopleStore } from '../store/people-store.ts';
import type { OrgId, OrgView, PersonEntry } from '../store.ts';
import { checkPeople, whyNoDialling } from './check.ts';
import { clashesOf, lineClashesOf, overSeats, takenSeats } from './clashes.ts';
import { type AgentEntry, isActive, knowPeople, type LineEntry } from './directory.ts';
import { suggestedFor } from './workspaces.ts';
import { agentTable, differencesOf, idIn, lineTable, readTable, type Table, writeTable } from './table.ts';

export type PeopleDoorParts = {
  readonly console: { readonly directory: PeopleStore; audit(org: OrgId, who: string, what: string, detail: unknown): Promise<void> };
  readonly store: { readOrg(org: OrgId): Promise<OrgView | undefined> };
};

/** Who works here and what each line is: read, changed one by one or by a file, and checked. */
export function peopleDoors(parts: PeopleDoorParts): readonly Door[] {
  return [
    ['get', '/api/people/agents', 'person', (c) => list(c, parts, ({ agents }) => ({ agents: agents.map(tell) }))],
    ['post', '/api/people/agents', 'person', (c) => addAgent(c, parts)],
    ['get', '/api/people/agents.csv', 'person', (c) => giveFile(c, parts, agentTable, 'agents')],
    ['post', '/api/people/agents.csv', 'person', (c) => takeAgents(c, parts)],
    ['put', '/api/people/agents/:code', 'person', (c) => saveAgent(c, parts)],
    ['post', '/api/people/agents/:code/remove', 'person', (c) => removeAgent(c, parts)],
    ['get', '/api/people/lines', 'person', (c) => list(c, parts, ({ lines }) => ({ lines }))],
    ['get', '/api/people/lines.csv', 'person', (c) => giveFile(c, parts, lineTable, 'lines')],
    ['post', '/api/people/lines.csv', 'person', (c) => takeLines(c, parts)],
    ['put', '/api/people/lines/:line', 'person', (c) => saveLine(c, parts)],
    ['post', '/api/people/lines/:line/remove', 'person', (c) => removeLine(c, parts)],
    ['get', '/api/people/lines/:line/suggested', 'person', (c) => suggest(c, parts)],
    ['get', '/api/people/queues', 'person', (c) => tellQueues(c, parts)],
    ['get', '/api/people/check', 'person', (c) => check(c, parts)],
    ['get', '/api/people/wrap', 'person', (c) => tellWrap(c, parts)],
  ];
}

const held = (context: Ctx, { console }: PeopleDoorParts): Promise<Directory> => console.directory.read(context.var.visitor.org);
const viewOf = async (context: Ctx, { store }: PeopleDoorParts): Promise<OrgView> => {
  const view = await store.readOrg(context.var.visitor.org);
  if (!view) throw new Error('the org is gone');
  return view;
};
async function list(context: Ctx, parts: PeopleDoorParts, say: (directory: Directory) => object): Promise<Response> {
  const directory = await held(context, parts);
  return context.json(say(directory), 200, { 'cache-control': 'private, no-cache', etag: tagOf(directory.version) });
}
/** With what follows from it: whether they take part, and why they may not call out. */
const tell = (agent: AgentEntry) => {
  const because = whyNoDialling(agent).map(({ words }) => words);
  return { ...agent, active: isActive(agent), mayDialOut: isActive(agent) && agent.dialsOut && because.length === 0, because };
};

/** What came of a change: the answer, or why it is refused. */
type Refused = { readonly status: 400 | 404 | 409; readonly code: string; readonly message: string; readonly more?: object };
type Changed<T> = { readonly done: T } | { readonly refused: Refused };
type Outcome<T> = { readonly answer: Changed<T>; readonly version: number };
const answer = <T>(context: Ctx, { answer: changed, version }: Outcome<T>, say: (done: T) => Response): Response => {
  if ('refused' in changed) {
    const { status, code, message, more } = changed.refused;
    return context.json({ error: { code, message }, ...more }, status);
  }
  const said = say(changed.done);
  said.headers.set('etag', tagOf(version));
  return said;
};
type Audit = readonly [what: string, detail: unknown];
/** One agent or line that is saved, `to`, or removed: it is refused where somebody else has changed it since the version it rests on. */
type One = { readonly id: string; readonly to?: Readonly<Record<string, unknown>>; readonly expected: number | undefined };

/** Who has changed an agent or a line since this version, if one is named. */
const changeSince = ({ changes }: LockedDirectory, { what }: Table, id: string, expected: number | undefined): EntryChange | undefined =>
  expected === undefined ? undefined : changes.find((one) => one.what === what && one.id === id && one.version > expected);

const sayChange = ({ what, id, by, at, removed }: EntryChange): string =>
  `${by} ${removed ? 'removed' : 'saved'} ${what} ${id} at ${at.toISOString()}`;

function whyMoved(now: LockedDirectory, table: Table, { id, to, expected }: One): Refused | undefined {
  const change = changeSince(now, table, id, expected);
  if (!change) return undefined;
  const { version, by, at, removed } = change;
  const entry = (table === agentTable ? now.agents : now.lines).find((one) => idIn(table, one) === id);
  const yours = to && entry ? differencesOf(table, entry, to) : [];
  if (to && entry && yours.length === 0) return undefined; // they have saved the same
  const words = yours.length > 0 ? ` Yours would change ${yours.map(({ field }) => field).join(', ')} now.` : '';
  const more: Omit<EntryMoved, 'error'> = {
    ...{ version, savedAt: at.toISOString(), savedBy: by, yours },
    ...(removed && { removed }),
  };
  return {
    status: 409,
    code: 'moved',
    message: `${sayChange(change)}, in version ${version}; yours rests on version ${expected}.${words} Look at it, and send yours with version ${version} if it is still meant.`,
    more,
  };
}

async function changeAgents<T>(
  context: Ctx,
  parts: PeopleDoorParts,
  work: (now: LockedDirectory) => Changed<T> & { readonly agents?: readonly AgentEntry[]; readonly audit?: Audit },
): Promise<Outcome<T>> {
  const { org, person } = context.var.visitor;
  const view = await viewOf(context, parts);
  return parts.console.directory.change(org, person, (now) => {
    const { agents, audit, ...changed } = work(now);
    if ('refused' in changed || !agents) return { answer: changed };
    const [clash] = clashesOf(agents);
    if (clash) return { answer: { refused: { status: 409, code: 'taken', message: clash.message } } };
    const over = overSeats(now.agents, agents, view.policy.people.seats);
    if (over) return { answer: { refused: { status: 409, code: 'no_seat', message: over.words } } };
    return { to: { agents }, ...(audit && { audit }), isKnown: whoIsKnown(view, agents), answer: changed };
  });
}

/** Whose phones are known by now, as somebody of the CRM or as somebody who shall be nobody there. */
function whoIsKnown(view: OrgView, agents: readonly AgentEntry[]): (phone: HeardPhone) => boolean {
  const users = [...view.usersById.values()];
  const { people, byEmail, at } = knowPeople([], agents, users, {
    ways: view.policy.people.mapping,
    region: regionOf(view.policy.country),
  });
  const byCode = new Map([...people.values()].map((entry) => [entry.code, entry]));
  const isSettled = (entry: PersonEntry | undefined) =>
    entry !== undefined && (entry.nobody === true || view.usersById.has(entry.user ?? ''));
  return ({ agent, email }) =>
    isSettled(byCode.get(at(agent)?.code ?? agent)) ||
    isSettled(people.get(JSON.stringify(['', agent]))) ||
    (email !== null && isSettled(byEmail.get(email.toLowerCase())));
}

async function addAgent(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const given = await parse(context, NewAgent);
  if (given instanceof Response) return given;
  const changed = await changeAgents<AgentEntry>(context, parts, ({ agents }) =>
    agents.some(({ code }) => code.toLowerCase() === given.code.toLowerCase())
      ? {
          refused: {
            status: 409,
            code: 'taken',
            message: `There is an agent ${given.code} already: change that one, or give another code.`,
          },
        }
      : { done: given, agents: [...agents, given], audit: ['added an agent', { code: given.code }] },
  );
  return answer(context, changed, (done) => context.json(tell(done), 201));
}

async function saveAgent(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const fields = await parse(context, AgentFields);
  if (fields instanceof Response) return fields;
  const read = Agent.safeParse({ ...fields, code: context.req.param('code') ?? '' });
  if (!read.success) return refuse(context, 400, 'malformed', `The code ${read.error.issues[0]?.message}.`);
  const agent = read.data;
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  const changed = await changeAgents<{ isNew: boolean }>(context, parts, (now) => {
    const moved = whyMoved(now, agentTable, { id: agent.code, to: agent, ...match });
    if (moved) return { refused: moved };
    const { agents } = now;
    const others = agents.filter(({ code }) => code !== agent.code);
    const isNew = others.length === agents.length;
    return { done: { isNew }, agents: [...others, agent], audit: [isNew ? 'added an agent' : 'changed an agent', { code: agent.code }] };
  });
  return answer(context, changed, ({ isNew }) => context.json(tell(agent), isNew ? 201 : 200));
}

async function removeAgent(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const asked = context.req.param('code') ?? '';
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  const changed = await changeAgents<true>(context, parts, (now) => {
    const moved = whyMoved(now, agentTable, { id: asked, ...match });
    if (moved) return { refused: moved };
    const { agents } = now;
    return agents.some(({ code }) => code === asked)
      ? { done: true, agents: agents.filter(({ code }) => code !== asked), audit: ['removed an agent', { code: asked }] }
      : { refused: { status: 404, code: 'unknown_agent', message: `There is no agent ${asked.slice(0, 40)}.` } };
  });
  return answer(context, changed, () => context.body(null, 204));
}

async function changeLines<T>(
  context: Ctx,
  { console: { directory } }: PeopleDoorParts,
  work: (now: LockedDirectory) => Changed<T> & { readonly lines?: readonly LineEntry[]; readonly audit?: Audit },
): Promise<Outcome<T>> {
  const { org, person } = context.var.visitor;
  return directory.change(org, person, (now) => {
    const { lines, audit, ...changed } = work(now);
    if ('refused' in changed || !lines) return { answer: changed };
    const [clash] = lineClashesOf(lines);
    if (clash) return { answer: { refused: { status: 409, code: 'taken', message: clash.message } } };
    return { to: { lines }, ...(audit && { audit }), answer: changed };
  });
}

async function saveLine(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const fields = await parse(context, LineFields);
  if (fields instanceof Response) return fields;
  const read = Line.safeParse({ ...fields, line: context.req.param('line') ?? '' });
  if (!read.success) return refuse(context, 400, 'malformed', `The id of the line ${read.error.issues[0]?.message}.`);
  const line = read.data;
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  const changed = await changeLines<{ isNew: boolean }>(context, parts, (now) => {
    const moved = whyMoved(now, lineTable, { id: line.line, to: line, ...match });
    if (moved) return { refused: moved };
    const { lines } = now;
    const others = lines.filter((other) => other.line !== line.line);
    const isNew = others.length === lines.length;
    return { done: { isNew }, lines: [...others, line], audit: [isNew ? 'added a line' : 'changed a line', { line: line.line }] };
  });
  return answer(context, changed, ({ isNew }) => context.json(line, isNew ? 201 : 200));
}

async function removeLine(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const asked = context.req.param('line') ?? '';
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  const changed = await changeLines<true>(context, parts, (now) => {
    const moved = whyMoved(now, lineTable, { id: asked, ...match });
    if (moved) return { refused: moved };
    const { lines } = now;
    return lines.some(({ line }) => line === asked)
      ? { done: true, lines: lines.filter(({ line }) => line !== asked), audit: ['removed a line', { line: asked }] }
      : { refused: { status: 404, code: 'unknown_line', message: `There is no line ${asked.slice(0, 40)}.` } };
  });
  return answer(context, changed, () => context.body(null, 204));
}

/** What a line of its workspace mostly wants in the policy (DP-02), as it would stand there. */
async function suggest(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const asked = context.req.param('line') ?? '';
  const line = (await held(context, parts)).lines.find((one) => one.line === asked);
  return line
    ? context.json({ lines: { [line.line]: suggestedFor[line.workspace] } })
    : refuse(context, 404, 'unknown_line', `There is no line ${asked.slice(0, 40)}.`);
}

/** Names, addresses and numbers: they stay in no cache, and nothing in them can act as a page. */
const fileHeaders = {
  'content-type': 'text/csv; charset=utf-8; header=present',
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
} as const;

/** In the audit log before a byte of it is out. */
async function giveFile(context: Ctx, parts: PeopleDoorParts, table: Table, which: 'agents' | 'lines'): Promise<Response> {
  const { org, person } = context.var.visitor;
  const { version, [which]: entries } = await held(context, parts);
  const file = writeTable(table, entries);
  await parts.console.audit(org, person, `took the list of ${which}`, { rows: entries.length });
  return context.body(file, 200, {
    ...fileHeaders,
    etag: tagOf(version),
    'content-disposition': `attachment; filename="${which}.csv"`,
  });
}

/** How a file is taken in: only looked at unless `apply=1`; `missing=remove` takes away whatever it doesn't name. */
type Given = { readonly bytes: Uint8Array; readonly isMeant: boolean; readonly isWhole: boolean; readonly expected: number | undefined };
async function fileOf(context: Ctx): Promise<Given | Response> {
  const { apply, missing } = context.req.query();
  if (apply !== undefined && apply !== '1')
    return refuse(context, 400, 'malformed', 'apply is 1, or left out to only look at what would change.');
  if (missing !== undefined && missing !== 'remove')
    return refuse(context, 400, 'malformed', 'missing is remove, or left out to keep whatever the file does not name.');
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  return { bytes: new Uint8Array(await context.req.arrayBuffer()), isMeant: apply === '1', isWhole: missing === 'remove', ...match };
}

async function takeAgents(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const file = await fileOf(context);
  if (file instanceof Response) return file;
  const { org, person } = context.var.visitor;
  const view = await viewOf(context, parts);
  const said = await parts.console.directory.change(org, person, (now) => {
    const { entries, ...read } = readTable<AgentEntry>(agentTable, file.bytes, now.agents, file.isWhole, (agents) => {
      const over = overSeats(now.agents, agents, view.policy.people.seats);
      return [...clashesOf(agents), ...(over?.refused.map(({ code }) => ({ id: code, field: 'included', message: over.words })) ?? [])];
    });
    const { told, isToSave } = judgeFile(now, agentTable, file, read);
    if (!isToSave) return { answer: told };
    return {
      to: { agents: entries },
      audit: ['took in a file of agents', counted(told)],
      isKnown: whoIsKnown(view, entries),
      answer: told,
    };
  });
  return sayFile(context, said, file.isMeant);
}

async function takeLines(context: Ctx, { console: { directory } }: PeopleDoorParts): Promise<Response> {
  const file = await fileOf(context);
  if (file instanceof Response) return file;
  const { org, person } = context.var.visitor;
  const said = await directory.change(org, person, (now) => {
    const { entries, ...read } = readTable<LineEntry>(lineTable, file.bytes, now.lines, file.isWhole, lineClashesOf);
    const { told, isToSave } = judgeFile(now, lineTable, file, read);
    if (!isToSave) return { answer: told };
    return { to: { lines: entries }, audit: ['took in a file of lines', counted(told)], answer: told };
  });
  return sayFile(context, said, file.isMeant);
}

type Read = Omit<ReturnType<typeof readTable>, 'entries'>;
/** What is said of a file, and is it saved? Rows that somebody else has changed since the version it rests on are not saved over. */
function judgeFile(
  now: LockedDirectory,
  table: Table,
  { isMeant, expected }: Given,
  { added, changed, removed, same, mistakes }: Read,
): { readonly told: FileRead; readonly isToSave: boolean } {
  const fieldsOf = new Map(changed.map(({ id, fields }) => [id, fields]));
  const moved = [...added, ...fieldsOf.keys(), ...removed].toSorted().flatMap((id) => {
    const change = changeSince(now, table, id, expected);
    if (!change) return [];
    const { by, at } = change;
    return [{ id, by, at: at.toISOString(), ...(change.removed && { removed: true as const }), fields: [...(fieldsOf.get(id) ?? [])] }];
  });
  const saved = isMeant && mistakes.length === 0 && moved.length === 0;
  const told: FileRead = {
    saved,
    added: [...added],
    changed: changed.map(({ id, fields }) => ({ id, fields: [...fields] })),
    removed: [...removed],
    same,
    mistakes: [...mistakes],
    ...(moved.length > 0 && { moved }),
  };
  return { told, isToSave: saved && added.length + changed.length + removed.length > 0 };
}
const counted = ({ added, changed, removed }: FileRead) => ({ added: added.length, changed: changed.length, removed: removed.length });

function sayFile(
  context: Ctx,
  { answer: told, version }: { readonly answer: FileRead; readonly version: number },
  isMeant: boolean,
): Response {
  const not = (status: 400 | 409, code: string, words: readonly string[]) =>
    context.json({ error: { code, message: `Nothing was saved. ${words.join(' ')}` }, ...told }, status);
  const { mistakes, moved = [] } = told;
  if (isMeant && mistakes.length > 0)
    return not(
      400,
      'mistakes',
      mistakes.map(({ line, column, message }) => `Line ${line}, column ${column}: ${message}`),
    );
  if (isMeant && moved.length > 0)
    return not(409, 'moved', [
      ...moved.map(({ id, by, at, removed }) => `${by} ${removed ? 'removed' : 'saved'} ${id} at ${at}.`),
      `Look at it, and send the file with version ${version} if it is still meant.`,
    ]);
  return context.json(told, 200, { etag: tagOf(version) });
}

/** Queues that may own missed calls (DP-55). */
async function tellQueues(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const { queues } = await viewOf(context, parts);
  const taking = [...(queues?.values() ?? [])].filter(({ takes }) => takes.includes('activity'));
  const warning =
    queues === undefined
      ? 'The queues of the CRM were not read yet, or the connected user may not see them.'
      : taking.length === 0
        ? 'No queue of the CRM takes tasks. Add the object Task to a queue there, or choose a user.'
        : undefined;
  return context.json({ queues: taking.map(({ id, name }) => ({ id, name })), ...(warning !== undefined && { warning }) });
}

async function check(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const [view, { agents, lines }, users] = await Promise.all([
    viewOf(context, parts),
    held(context, parts),
    parts.console.directory.users(context.var.visitor.org),
  ]);
  return context.json(checkPeople({ agents, lines, users, queues: view.queues, policy: view.policy, selfUser: view.selfUser }));
}

async function tellWrap(context: Ctx, parts: PeopleDoorParts): Promise<Response> {
  const { campaign, line, queue, team, agent } = context.req.query();
  const whose = { line: [line], queue: [queue], team, agent: [agent] };
  const { policy, provenance } = effectivePolicy((await viewOf(context, parts)).policy, whose);
  const wrap = wrapOf({ campaign: campaign === undefined ? undefined : { campaignId: campaign } }, policy);
  const source = provenance.find(({ path }) => path.join('.') === wrap.because);
  return context.json({ ...wrap, ...(source && { from: { level: source.level, name: source.name } }) });
}

/** Why the org can't go live yet, or undefined (RS-28). */
export async function whyNotLive({ store }: Pick<PeopleDoorParts, 'store'>, org: OrgId): Promise<string | undefined> {
  const view = await store.readOrg(org);
  const missing = !view || view.mode === 'live' ? [] : missingBeforeLive(view.policy);
  return missing.length === 0 ? undefined : `The policy asks for more before anything is written. ${missing.join(' ')}`;
}

/** Why nobody may work just now, or undefined (FC-57). What the phone system tells is logged all the same. */
export async function whyNobodyWorks({ store, console: { directory } }: PeopleDoorParts, org: OrgId): Promise<string | undefined> {
  const seats = (await store.readOrg(org))?.policy.people;
  if (seats?.seats === undefined || !seats.strictSeats) return undefined;
  const taken = takenSeats((await directory.read(org)).agents);
  if (taken <= seats.seats) return undefined;
  return `There ${seats.seats === 1 ? 'is 1 seat' : `are ${seats.seats} seats`} for ${taken} agents, and until that is right nobody can work. Your administrator can mend it. Calls are logged all the same.`;
}
