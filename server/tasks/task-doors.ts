import { SaveMemo, SaveTask } from '../../wire/tasks.ts';
import type { CallFact } from '../call/event.ts';
import { type Ctx, type Door, parse } from '../door.ts';
import { refuse } from '../guard.ts';
import type { Saved, TaskStore, ToSave, Whose } from '../store/task-store.ts';
import type { OrgId, Store } from '../store.ts';
import type { World } from '../world.ts';
import { nameOfTask } from '../write/name.ts';
import { sayMemo, sayTask } from './say-task.ts';
import { isLead, wantedTask } from './wanted-task.ts';

export type TaskDoorParts = {
  readonly store: Pick<Store, 'readOrg'>;
  readonly console: { readonly tasks: TaskStore };
  readonly world: Pick<World, 'now'>;
  recordUrl(org: OrgId, id: string): string | undefined;
};

/**
 * What an agent saves. With a call that is on, or was when the form was opened, it goes into the one record of that call; without one it is a
 * task of its own (DP-40…46). Each saving has a key of the agent's program: sent again after an answer that was lost, it is the same saving.
 */
export function taskDoors(parts: TaskDoorParts): readonly Door[] {
  return [
    ['post', '/api/tasks', 'agent', (c) => saveTask(c, parts)],
    ['get', '/api/tasks/:id', 'agent', (c) => tellTask(c, parts, c.req.param('id') ?? '', 200)],
    ['post', '/api/tasks/:id/write-again', 'agent', (c) => writeAgain(c, parts)],
    ['get', '/api/calls/:id/memo', 'agent', (c) => withOwnCall(c, parts, (call) => tellMemo(c, parts, call))],
    ['put', '/api/calls/:id/memo', 'agent', (c) => withOwnCall(c, parts, (call) => saveMemo(c, parts, call))],
  ];
}

const rowId = /^\d{1,18}$/;
const whose = (context: Ctx): Whose => ({ org: context.var.visitor.org, agent: context.var.visitor.agent ?? '' });
/** Visible characters; quoted or not (draft-ietf-httpapi-idempotency-key-header quotes them). */
const keyOf = (context: Ctx): string | undefined => /^"?([!#-~]{1,200})"?$/.exec(context.req.header('idempotency-key') ?? '')?.[1];
const noKey = (context: Ctx) =>
  refuse(
    context,
    400,
    'no_key',
    'Send the header idempotency-key: 1 to 200 visible characters, new for each saving and the same when it is sent again.',
  );
const keyReused = (context: Ctx) =>
  refuse(context, 409, 'key_reused', 'Something else was saved under this key. Give each saving a key of its own.');
const noCallOfTheirs = (context: Ctx) => refuse(context, 404, 'unknown_call', 'There is no such call of yours.');

/** `by`: as their session names them. */
function factOf(context: Ctx, key: string, words: { readonly subject?: string | undefined; readonly memo?: string | undefined }) {
  const { agent = '', person } = context.var.visitor;
  const { subject, memo } = words;
  return {
    type: 'noted',
    key,
    ...(subject !== undefined && { subject }),
    ...(memo !== undefined && { memo }),
    by: { user: agent, name: person },
  } satisfies CallFact;
}
/** Another agent may use the same key. */
const factId = ({ agent }: Whose, key: string): string => `cordboard:noted:${agent}:${key}`;

async function saveTask(context: Ctx, parts: TaskDoorParts): Promise<Response> {
  const asked = await parse(context, SaveTask);
  if (asked instanceof Response) return asked;
  const key = keyOf(context);
  if (key === undefined) return noKey(context);
  const { tasks } = parts.console;
  const who = whose(context);
  // Sent again, it is what it was the first time, whatever goes on by now.
  const answerTo = async ({ id, is }: Saved): Promise<Response> =>
    is === 'other' ? keyReused(context) : tellTask(context, parts, id, is === 'new' ? 201 : 200);
  const known = await tasks.saved(who, key, asked);
  if (known) return answerTo(known);

  const openedMs = asked.opened === undefined ? parts.world.now() : Date.parse(asked.opened);
  const own = asked.call === undefined ? undefined : await tasks.ownCall(who, asked.call, openedMs);
  if (asked.call !== undefined && !own) return noCallOfTheirs(context);
  const records = [asked.who, asked.what].flatMap((record) => (record ? [record.id] : []));
  const onScreen = own ? (own.isOn ? own.call : undefined) : await tasks.callOnScreen(who, records, openedMs);
  const call = asked.attach ? onScreen : undefined;

  const save = async (task: ToSave): Promise<Response> => answerTo(await tasks.save(who, task));
  if (call !== undefined) {
    const by = { id: who.agent, name: context.var.visitor.person };
    const link = { id: `cordboard:chosen:${who.agent}:${key}`, by, who: asked.who, what: asked.what };
    return save({ key, asked, call, memo: { id: factId(who, key), fact: factOf(context, key, asked) }, link });
  }

  const { subject } = asked;
  if (subject === undefined) return refuse(context, 400, 'malformed', 'subject: a task that goes into no call needs one');
  if (asked.who && asked.what && isLead(asked.who))
    return refuse(context, 400, 'malformed', 'what: a task of a lead can’t also be about something else; leave one of the two out');
  const view = await parts.store.readOrg(who.org);
  if (!view) throw new Error(`org ${who.org} is gone`);
  const wanted = wantedTask({ ...asked, subject }, { id: who.agent, name: context.var.visitor.person }, view);
  const { policyVersion } = view;
  return save({ key, asked, call: undefined, wanted, name: nameOfTask(view.uid, who.agent, key), policyVersion });
}

async function tellTask(
  context: Ctx,
  { console: { tasks }, recordUrl }: TaskDoorParts,
  id: string,
  status: 200 | 201 | 202,
): Promise<Response> {
  const who = whose(context);
  const row = rowId.test(id) ? await tasks.one(who, id) : undefined;
  if (!row) return refuse(context, 404, 'unknown_task', `There is no task ${id.slice(0, 20)} of yours.`);
  return context.json(
    sayTask(row, (record) => recordUrl(who.org, record)),
    status,
  );
}

async function writeAgain(context: Ctx, parts: TaskDoorParts): Promise<Response> {
  const id = context.req.param('id') ?? '';
  if (rowId.test(id)) await parts.console.tasks.writeAgain(whose(context), id, context.var.visitor.person);
  return tellTask(context, parts, id, 202);
}

/** An agent reads and writes of their own calls only. */
async function withOwnCall(context: Ctx, { console: { tasks }, world }: TaskDoorParts, then: (call: string) => Promise<Response>) {
  const id = context.req.param('id') ?? '';
  const own = rowId.test(id) ? await tasks.ownCall(whose(context), id, world.now()) : undefined;
  return own ? then(own.call) : noCallOfTheirs(context);
}

async function tellMemo(
  context: Ctx,
  { console: { tasks }, recordUrl }: TaskDoorParts,
  call: string,
  status: 200 | 202 = 200,
): Promise<Response> {
  const who = whose(context);
  const row = await tasks.memo(who, call);
  if (!row) return noCallOfTheirs(context);
  return context.json(
    sayMemo(row, who.agent, (record) => recordUrl(who.org, record)),
    status,
  );
}

/** DP-47: what they saved for this call before is overwritten; what the phone system said, colleagues and the system's block are not. */
async function saveMemo(context: Ctx, parts: TaskDoorParts, call: string): Promise<Response> {
  const asked = await parse(context, SaveMemo);
  if (asked instanceof Response) return asked;
  const key = keyOf(context);
  if (key === undefined) return noKey(context);
  const who = whose(context);
  const fact = { ...factOf(context, key, asked), whole: true } satisfies CallFact;
  const is = await parts.console.tasks.saveMemo(who, call, { id: factId(who, key), fact });
  if (is === 'other') return keyReused(context);
  return tellMemo(context, parts, call, 202);
}
