import {
  type Crm,
  type FieldValue,
  type Fields,
  isWantedMatter,
  type ReadAnswer,
  type WantedActivity,
  type WantedMarks,
  type WantedMatter,
  type WantedPerson,
  type WantedReopening,
} from '../crm.ts';
import type { Refusals, WriteRow } from '../store.ts';
import { composeText, mergeText, normalise } from './text.ts';

/** What the CRM's words are; the pure part of the port. `basis`: what it refused under another one may be tried again. */
export type Terms = Pick<Crm, 'form' | 'shared' | 'repointed' | 'textField' | 'draft' | 'unfit'> & { readonly basis: string };
/** A record as read just now; `undefined`: no such record. */
export type Held = Extract<ReadAnswer, { held: unknown }>['held'];

/** The next thing to do about a row, and what is known after it. */
export type NextStep =
  | { readonly do: 'read' }
  | {
      readonly do: 'write';
      readonly kind: 'create' | 'change';
      readonly crmId: string | undefined;
      readonly fields: Fields;
      readonly target: Fields;
      readonly known: Known;
    }
  /** The org holds what we want, as far as it is ours to want. */
  | { readonly do: 'rest'; readonly crmId: string; readonly target: Fields; readonly known: Known }
  /** Somebody has changed the record, and the wish holds only if nobody has (W9). */
  | { readonly do: 'leave'; readonly crmId: string; readonly known: Known }
  /** No longer wanted, and it was never there: nothing is created only to say so (D2). */
  | { readonly do: 'forget' }
  /** It was there and isn't any more: a person's decision (W2). `inBin`: it was seen deleted; else it is only not to be seen. */
  | { readonly do: 'yield'; readonly crmId: string | undefined; readonly inBin: boolean };
/** `target` of a step: all that is ours in the record once the step is done; its text as we composed it, without what people wrote. */
type Known = {
  readonly seen: Fields;
  readonly human: readonly string[];
  /** What the org refused and is not asked for again; and all that was wanted, to remember what of it was refused. */
  readonly refused: Refusals;
  readonly wants: Fields;
};

/**
 * What to do about one row. Pure: the difference between what is wanted, what was last sent, what was last seen and (when it
 * has been read) what the org holds. Without `held` it may answer "read first": before a shared field is changed (W3), when a
 * request was never answered (W4), and in reduced form before creating (W8).
 */
export function nextStep(row: WriteRow, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  if (row.wanted.kind === 'marks') return nextOfMarks(row as WriteRow<WantedMarks>, terms, reading);
  if (row.wanted.kind === 'reopening') return nextOfReopening(row as WriteRow<WantedReopening>, terms, reading);
  return row.wanted.kind === 'activity'
    ? nextOfActivity(row as WriteRow<WantedActivity>, terms, reading)
    : isWantedMatter(row.wanted)
      ? nextOfMatter(row as WriteRow<WantedMatter>, terms, reading)
      : nextOfPerson(row as WriteRow<WantedPerson>, terms, reading);
}

/** A case is made once, as a person is; but whose it is follows the agent's choice, until somebody else has changed that (FC-30, W3). */
function nextOfMatter(row: WriteRow<WantedMatter>, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  const step = nextOfPerson(row, terms, reading);
  if (step.do !== 'rest') return step;
  const wants = terms.draft(row.wanted);
  const isOpen = (field: string) => !row.human.includes(field) && row.refused[field] === undefined;
  const moved = terms.repointed.filter((field) => field in wants && isOpen(field) && !same(wants[field], row.sent[field]));
  // What was never told of is what was made with: an answer that came late has told no more than that it is there.
  if (moved.length === 0 || Object.keys(row.sent).length === 0) return { ...step, known: { ...step.known, human: row.human } };
  if (!reading) return { do: 'read' };
  const held = reading.held?.fields ?? {};
  const isOurs = (field: string) => [row.sent[field], ...row.ghosts.map(({ sent }) => sent[field])].some((one) => same(one, held[field]));
  const theirs = moved.filter((field) => !same(held[field], wants[field]) && !isOurs(field));
  const fields = pick(
    wants,
    moved.filter((field) => !theirs.includes(field) && !same(held[field], wants[field])),
  );
  const known = { ...step.known, human: [...row.human, ...theirs].sort() };
  const target = pick(
    wants,
    moved.filter((field) => !theirs.includes(field)),
  );
  return Object.keys(fields).length === 0
    ? { do: 'rest', crmId: step.crmId, target, known }
    : { do: 'write', kind: 'change', crmId: step.crmId, fields, target, known };
}

/** A person is made once and never touched again: whoever edits it means it (P2). */
function nextOfPerson(row: WriteRow<WantedPerson | WantedMatter>, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  const { target, ...spared } = without(terms.draft(row.wanted), row, terms, row.crmId === undefined);
  const known: Known = { seen: {}, human: [], ...spared };
  // What an answer told of it stays as it was told: nothing more was sent, and nothing more will be.
  const isTold = row.crmId !== undefined && Object.keys(row.sent).length > 0;
  const rest = (crmId: string, chosen: Fields = {}): NextStep =>
    isTold
      ? { do: 'rest', crmId, target: {}, known: { ...known, refused: row.refused } }
      : { do: 'rest', crmId, target: { ...target, ...chosen }, known };
  if (!reading) {
    // That it is there is all an answer "exists" tells.
    if (row.crmId !== undefined) return row.ghosts.length > 0 ? { do: 'read' } : rest(row.crmId);
    if (row.retracted !== undefined && row.ghosts.length === 0) return { do: 'forget' };
    return row.ghosts.length > 0 ? { do: 'read' } : { do: 'write', kind: 'create', crmId: undefined, fields: target, target, known };
  }
  const { held } = reading;
  if (held?.deleted) return { do: 'yield', crmId: held.id, inBin: true };
  // Whose it is, the CRM's own rules have chosen if they were asked to.
  if (held) return rest(held.id, 'byAssignmentRules' in row.wanted && row.wanted.byAssignmentRules ? held.fields : {});
  // Told to be there and not shown, it is whoever's the CRM's rules gave it to; what was shown once and isn't any more is gone.
  if (row.crmId !== undefined) return isTold ? { do: 'yield', crmId: row.crmId, inBin: false } : rest(row.crmId);
  if (row.retracted !== undefined) return { do: 'forget' };
  return { do: 'write', kind: 'create', crmId: undefined, fields: target, target, known };
}

/**
 * A lead that is there: what it holds is looked at first, since it is others' as well. What is empty is filled; what is to be renewed is, as
 * long as nobody has changed it since we did. What a person emptied stays empty.
 */
function nextOfMarks(row: WriteRow<WantedMarks>, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  const { wanted } = row;
  const { target, ...spared } = without(terms.draft(wanted), row, terms, false);
  const known: Known = { seen: row.seen, human: row.human, ...spared };
  if (row.retracted !== undefined && row.ghosts.length === 0) return { do: 'rest', crmId: wanted.id, target: {}, known };
  if (!reading) return { do: 'read' };
  const { held } = reading;
  if (!held || held.deleted) return { do: 'yield', crmId: wanted.id, inBin: held !== undefined };
  const renewed = new Set(Object.keys(wanted.last).map((field) => field.toLowerCase()));
  const fields = Object.fromEntries(
    Object.entries(target).filter(([field, value]) => {
      const now = held.fields[field] ?? null;
      const sent = [row.sent[field], ...row.ghosts.map((ghost) => ghost.sent[field])].filter((one) => one !== undefined);
      if (same(now, value)) return false;
      if (!renewed.has(field.toLowerCase())) return same(now, null) && sent.length === 0;
      return sent.length === 0 || sent.some((one) => same(one, now));
    }),
  );
  return Object.keys(fields).length === 0
    ? { do: 'rest', crmId: held.id, target: {}, known }
    : { do: 'write', kind: 'change', crmId: held.id, fields, target: fields, known };
}

/**
 * A closed lead is opened once. What it holds when it is looked at is the last we have to say: somebody who closes it after that, or had
 * opened it before us, means it.
 */
function nextOfReopening(row: WriteRow<WantedReopening>, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  const { wanted } = row;
  const { target, ...spared } = without(terms.draft(wanted), row, terms, false);
  const known: Known = { seen: row.seen, human: row.human, ...spared };
  const rest = (now: Fields): NextStep => ({ do: 'rest', crmId: wanted.id, target: now, known });
  const isDone = Object.keys(row.sent).length > 0;
  if (isDone || (row.retracted !== undefined && row.ghosts.length === 0)) return rest({});
  if (!reading) return { do: 'read' };
  const { held } = reading;
  if (!held || held.deleted) return { do: 'yield', crmId: wanted.id, inBin: held !== undefined };
  const [field] = Object.keys(target);
  if (field === undefined) return rest({});
  const isClosed = wanted.closed.includes(String(held.fields[field] ?? ''));
  // Never answered: it may have landed, and who has changed the lead since may have closed it again.
  const isDoubtful = row.ghosts.length > 0 && (held.changedAtMs ?? Infinity) >= row.sinceMs;
  if (!isClosed || isDoubtful || row.retracted !== undefined) return rest({ [field]: held.fields[field] ?? null });
  return { do: 'write', kind: 'change', crmId: held.id, fields: target, target, known };
}

function nextOfActivity(row: WriteRow<WantedActivity>, terms: Terms, reading: { readonly held: Held } | undefined): NextStep {
  // What a person saved as a task is theirs from the first word: there is no block of ours in it.
  const isMerged = row.wanted.about !== 'task';
  const text = isMerged ? composeText(row.wanted.memo, row.wanted.system) : row.wanted.memo;
  const wanted = { ...terms.draft(row.wanted), [terms.textField]: text };
  const { target, ...spared } = without(wanted, row, terms, false);
  const shared = sharedOf(row.wanted, terms.shared, wanted);
  const seenOf = (field: string) => lastSeen(row, terms.shared, field);
  const known: Known = { seen: row.seen, human: row.human, ...spared };
  const unsure = row.ghosts.length > 0;

  if (!reading) {
    if (row.crmId === undefined) return unsure || terms.form === 'reduced' ? { do: 'read' } : create(wanted, row, terms);
    const changed = differing(target, row.sent, row.human);
    if (unsure || Object.keys(changed).some((field) => shared.includes(field))) return { do: 'read' };
    return Object.keys(changed).length === 0
      ? { do: 'rest', crmId: row.crmId, target: omit(target, row.human), known }
      : { do: 'write', kind: 'change', crmId: row.crmId, fields: changed, target: omit(target, row.human), known };
  }

  const { held } = reading;
  // "Write again" forgot the id of the record that was deleted; finding that one again is no news (W2).
  const isFormer = held?.deleted === true && row.crmId === undefined && Object.keys(row.sent).length > 0;
  if (held === undefined || isFormer) {
    if (row.crmId !== undefined) return { do: 'yield', crmId: row.crmId, inBin: false };
    return row.retracted === undefined ? create(wanted, row, terms) : { do: 'forget' };
  }
  if (held.deleted) return { do: 'yield', crmId: held.id, inBin: true };

  const human = new Set(row.human);
  const fields: Record<string, FieldValue> = {};
  for (const [field, value] of Object.entries(target)) {
    if (human.has(field)) continue;
    const heldValue = held.fields[field];
    if (!shared.includes(field)) {
      // Nobody else writes it. What was never answered is sent again, whole (W4); but what we never filled isn't ours to empty.
      const isOurs = !same(value, null) || [row.sent, ...row.ghosts.map(({ sent }) => sent)].some((version) => !same(version[field], null));
      if (unsure ? isOurs && !same(heldValue, value) : !same(row.sent[field], value)) fields[field] = value;
      continue;
    }
    const ours = [seenOf(field), ...row.ghosts.map((ghost) => ghost.sent[field])].filter((version) => version !== undefined);
    if (isMerged && field === terms.textField && same(heldValue, null) && ours.some((version) => same(version, null))) {
      fields[field] = value; // it was left out at first, and nobody has written there since
    } else if (isMerged && field === terms.textField) {
      const base = ours.find((version) => same(version, heldValue)) ?? row.seen[field] ?? row.ghosts.at(-1)?.sent[field];
      // Beside the memo of another version, what a late one of ours brought or lacks would look like a person's doing (W4).
      const late = same(base, row.seen[field]) ? undefined : row.ghosts.find((ghost) => same(ghost.sent[field], base));
      const composed = late?.composed ?? row.sent[field] ?? base;
      const merged = mergeText(String(heldValue ?? ''), String(base ?? ''), row.wanted, String(composed ?? ''));
      if (merged === undefined) human.add(field);
      else if (!same(merged, heldValue)) fields[field] = merged;
    } else if (same(heldValue, value)) {
      continue;
    } else if (ours.some((version) => same(version, heldValue))) {
      fields[field] = value;
    } else {
      human.add(field); // a person or a Flow has changed it: theirs from now on
    }
  }
  if (row.onlyUntouched && isTouched(row, held.fields, human, shared, seenOf))
    return { do: 'leave', crmId: held.id, known: { seen: row.seen, human: [...human].sort(), ...spared } };
  const seen = Object.fromEntries(shared.map((field) => [field, held.fields[field] ?? null]));
  const after: Known = { seen, human: [...human].sort(), ...spared };
  return Object.keys(fields).length === 0
    ? { do: 'rest', crmId: held.id, target: omit(target, after.human), known: after }
    : { do: 'write', kind: 'change', crmId: held.id, fields, target: omit(target, after.human), known: after };
}

/** Does a shared field hold what we neither saw nor sent? Also when it is what we want: then a person was faster. */
const isTouched = (
  row: WriteRow,
  held: Fields,
  human: ReadonlySet<string>,
  shared: readonly string[],
  seenOf: (field: string) => FieldValue | undefined,
): boolean =>
  human.size > 0 ||
  shared.some((field) => {
    const ours = [seenOf(field), ...row.ghosts.map((ghost) => ghost.sent[field])].filter((version) => version !== undefined);
    return ours.length > 0 && !ours.some((version) => same(version, held[field]));
  });

function create(wanted: Fields, row: WriteRow, terms: Terms): NextStep {
  const { target, ...spared } = without(wanted, row, terms, true);
  // What was left out isn't there: should it be sent later, that is ours to change.
  const shared = sharedOf(row.wanted, terms.shared, wanted);
  const left = shared.filter((field) => field in wanted && !(field in target)).map((field) => [field, null]);
  const seen = { ...Object.fromEntries(left), ...pick(target, shared) };
  return { do: 'write', kind: 'create', crmId: undefined, fields: target, target, known: { seen, human: [], ...spared } };
}

/**
 * What is wanted without what the org refused, or with what it is to get instead: as long as it is the same value, and nothing has changed
 * that it was refused for. `creating`: also what the org wants and we have nothing for. Once given, a default stays whatever the policy says
 * by then, as long as nothing else is wanted there: to empty the field is what the org refuses.
 */
function without(
  wants: Fields,
  row: WriteRow,
  { basis, unfit }: Terms,
  creating: boolean,
): { readonly target: Fields; readonly refused: Refusals; readonly wants: Fields } {
  const target = { ...wants };
  const refused: Record<string, Refusals[string]> = {};
  // What can't be given is known before the org refuses the record for it.
  const known = Object.entries(unfit(row.wanted)).flatMap(([field, one]) => {
    const said = Object.hasOwn(row.refused, field) ? row.refused[field] : undefined;
    return said && said.basis === basis && same(said.value, one.value) ? [] : [[field, { ...one, basis }] as const];
  });
  for (const [field, refusal] of Object.entries({ ...row.refused, ...Object.fromEntries(known) })) {
    const isWanted = field in wants;
    const isDefault = refusal.instead !== undefined && same(refusal.value, null);
    const isSame = same(refusal.value, wants[field]);
    const isGiven = !creating && isDefault && isSame;
    const isSending = isWanted || (creating && refusal.instead !== undefined);
    if (isSending && !isGiven && (refusal.basis !== basis || !isSame)) continue; // something has changed: once more
    refused[field] = refusal;
    if (refusal.instead !== undefined && (creating || (isWanted && !isDefault))) target[field] = refusal.instead;
    else delete target[field];
  }
  return { target, refused, wants };
}

const omit = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !names.includes(field)));

const differing = (target: Fields, sent: Fields, human: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(target).filter(([field, value]) => !human.includes(field) && !same(sent[field], value)));

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]!]));

/** Equal as the org sees it: text is trimmed there, empty is null, an id has 15 or 18 characters. */
export function same(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return comparable(a) === comparable(b);
}
const comparable = (value: FieldValue | undefined): FieldValue => {
  if (value === undefined || value === '' || value === false) return null; // a box that isn't ticked
  if (typeof value !== 'string') return value;
  if (/^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/.test(value)) return value.slice(0, 15);
  return normalise(value) || null;
};

/** Fields a human may edit: those of every record, and those that the admin had filled in this one (W3). `among`: as the CRM spells them. */
export function sharedOf(wanted: WriteRow['wanted'], shared: readonly string[], among: Fields): readonly string[] {
  const fields = 'fields' in wanted ? (wanted.fields ?? {}) : {};
  const mapped = new Set(Object.keys(fields).map((field) => field.toLowerCase()));
  if (mapped.size === 0) return shared;
  return [...shared, ...Object.keys(among).filter((field) => mapped.has(field.toLowerCase()) && !shared.includes(field))];
}
/** A field that nothing was wanted in before is as it was sent, or empty as far as we know. */
const lastSeen = (row: WriteRow, shared: readonly string[], field: string): FieldValue | undefined =>
  row.seen[field] === undefined && !shared.includes(field) ? (row.sent[field] ?? null) : row.seen[field];

/** What we know the org to hold of the shared fields after this write was taken. */
export const seenAfter = (known: Known, fields: Fields, shared: readonly string[]): Fields => ({ ...known.seen, ...pick(fields, shared) });
