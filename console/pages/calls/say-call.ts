import type { CallLine, CallStory } from '../../../wire/console.ts';
import type { Format } from '../../format.ts';
import type { IconName } from '../../parts/icon.tsx';
import { own } from '../../words/own.ts';
import type { Words } from '../../words/words.ts';
import type { SaidField } from './fields.tsx';

/** Who called, or was called: the name if it is known, else the number, else what is known of it. */
export function whoOf({ customer, type, direction }: CallLine, words: Words): { who: string; number?: string } {
  const number = customer.number ?? customer.asSent;
  if (customer.withheld) return { who: words.call.withheld };
  if (customer.name) return { who: customer.name, ...(number ? { number } : {}) };
  if (number) return { who: number };
  return { who: type === 'internal' || direction === 'internal' ? words.call.colleagues : words.call.unknown };
}

/** What kind of call it is; while that isn't settled, where it stands. */
export function kindOf({ type, phase, direction, messages }: CallLine, words: Words): string {
  if (messages !== undefined) return words.call.messages(messages);
  if (phase === 'ringing' || phase === 'talking') return words.call.phases[phase];
  if (type) return words.call.types[type];
  return direction ? words.call.directions[direction] : '';
}
export function iconOf({ type, direction }: CallLine): IconName {
  if (type === 'missed' || type === 'voicemail' || type === 'internal') return type;
  return direction ?? (type?.startsWith('outbound') ? 'outbound' : type?.startsWith('inbound') ? 'inbound' : 'unknown');
}

/** The second line of a call in the list, part by part. */
export function aboutOf(line: CallLine, words: Words, format: Format): string[] {
  const lasted =
    line.talkSeconds > 0
      ? words.call.talked(format.duration(line.talkSeconds))
      : line.phase === 'ended' && line.waitSeconds > 0
        ? words.call.waited(format.duration(line.waitSeconds))
        : undefined;
  return [kindOf(line, words), line.agent ?? line.line, lasted].filter((part) => part !== undefined && part !== '') as string[];
}

type Fact = CallStory['facts'][number];
/** The persons, numbers and figures of a fact, without words, so that it reads in every language. The whole fact can be opened below it. */
export function dataOf({ type, fact }: Fact): string {
  const said = asObject(fact);
  const parts: Readonly<Record<string, () => (string | undefined)[]>> = {
    started: () => [nameOf(said['customer']), nameOf(said['agent']), '→', text(said['dialled']) ?? nameOf(said['line'])],
    ringing: () => [nameOf(said['endpoint'])],
    answered: () => [nameOf(said['endpoint'])],
    held: () => [nameOf(said['agent'])],
    resumed: () => [nameOf(said['agent'])],
    'ring-ended': () => [nameOf(said['endpoint'])],
    left: () => [nameOf(said['endpoint'])],
    queued: () => [nameOf(said['queue'])],
    unqueued: () => [nameOf(said['queue'])],
    parked: () => [text(said['slot']), nameOf(said['agent'])],
    recorded: () => [text(said['recordingId'])],
    transferred: () => [nameOf(said['from']), '→', nameOf(said['to'])],
    joined: () => ['→', text(said['into'])],
    ended: () => [text(said['cause'])],
    voicemail: () => [seconds(said['seconds'])],
    recording: () => [seconds(said['seconds'])],
    transcript: () => [text(said['language'])],
    analysed: () => [text(said['score'])],
    tagged: () => [list(said['tags'])],
    outcome: () => [text(said['value'])],
    commented: () => [text(said['text'])],
    digits: () => [text(said['digits'])],
    attributed: () => [text(said['source']), text(said['campaign'])],
    campaign: () => [text(said['name']) ?? text(said['campaignId'])],
    linked: () => [nameOf(said['who']), nameOf(said['what'])],
    message: () => [nameOf(said['agent']) ?? nameOf(said['customer']), text(said['text'])],
    noted: () => [nameOf(said['by']), text(said['subject']), text(said['memo'])],
    undone: () => [text(said['by'])],
  };
  const found = (Object.hasOwn(parts, type) ? parts[type]!() : []).filter((part) => part !== undefined);
  return found.every((part) => part === '→') ? '' : found.join(' ').replace(/ →$/, '');
}

/** A field of a record that is wanted, in words; undefined where this page doesn't know it. */
export function sayField(name: string, value: unknown, { story, call }: Words, format: Format): SaidField | undefined {
  const label = own(story.fields, name);
  if (label === undefined) return undefined;
  const known = (words: Readonly<Record<string, string>>) => (typeof value === 'string' ? own(words, value) : undefined);
  const inLines = (named: unknown, call: (name: string) => string = (name) => name) =>
    Object.entries(asObject(named))
      .map(([name, wish]) => `${call(name)}: ${sayWish(wish, story.fieldValues.emptied)}`)
      .join('\n');
  const inSeconds = () => (typeof value === 'number' ? (value > 0 ? format.duration(value) : '') : undefined);
  const values: { readonly [field: string]: () => string | undefined } = {
    kind: () => known(story.fieldValues.kind),
    about: () => known(story.fieldValues.about),
    status: () => known(story.fieldValues.status),
    direction: () => known(call.directions),
    author: () => nameOf(value),
    byAssignmentRules: () => sayTruth(value),
    plain: () => sayTruth(value),
    mobile: () => sayTruth(value),
    statuses: () => inLines(value, (status) => own(story.fieldValues.status, status) ?? status),
    fields: () => inLines(value),
    first: () => inLines(value),
    last: () => inLines(value),
    who: () => sayRecord(value, story.fieldValues.kind),
    what: () => sayRecord(value, story.fieldValues.kind),
    remindAtMs: () => (typeof value === 'number' ? format.moment(new Date(value).toISOString()) : undefined),
    durationSeconds: inSeconds,
    waitSeconds: inSeconds,
    system: () => (Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('\n') : undefined),
  };
  const said = Object.hasOwn(values, name) ? values[name]!() : undefined;
  return { label, value: said ?? text(value) ?? (typeof value === 'string' ? '' : JSON.stringify(value)) };
}
/** What an admin wants a field of the CRM to get; what this page doesn't know, as it came. */
function sayWish(wish: unknown, emptied: string): string {
  const { as, truth, text: said } = asObject(wish);
  const told = as === 'nothing' ? emptied : as === 'truth' ? sayTruth(truth) : text(said);
  return told ?? text(wish) ?? JSON.stringify(wish);
}
const sayTruth = (value: unknown): string | undefined => (value === true ? '✓' : value === false ? '–' : undefined);

/** As people look at a record, and not as the database happens to keep it; what this page doesn't know comes last. */
export function orderFields(fields: Readonly<Record<string, unknown>>, { story }: Words): Readonly<Record<string, unknown>> {
  const order = Object.keys(story.fields);
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => placeOf(a) - placeOf(b)));
}
/** “Lead Anna”; a kind we have no word for as the server calls it. */
function sayRecord(value: unknown, kinds: Readonly<Record<string, string>>): string | undefined {
  const { kind, name, id } = asObject(value);
  const called = text(kind);
  const parts = [called && (own(kinds, called) ?? called), text(name) ?? text(id)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : undefined;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const list = (value: unknown): string | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : undefined;
const seconds = (value: unknown): string | undefined =>
  typeof value === 'number' ? `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, '0')}` : undefined;
/** A person, a line, an endpoint or a record, by the best it is known by. */
function nameOf(value: unknown): string | undefined {
  const { name, agent, asDialled, number, asSent, id, kind } = asObject(value);
  const dialled = text(asDialled);
  const person = agent === undefined ? undefined : nameOf(agent);
  if (person && dialled) return `${person} (${dialled})`;
  return text(name) ?? person ?? dialled ?? text(number) ?? text(asSent) ?? (text(id) && [text(kind), text(id)].filter(Boolean).join(' '));
}
