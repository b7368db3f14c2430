import { type BookNews, NoEvents, Unanswered } from '../../../server/crm.ts';
import { clientName } from '../request.ts';
import { type ChangeEvent, eventReader } from './change-event.ts';
import type { Fetched, PubSub } from './pubsub.ts';

/** `/data/ContactChangeEvent`, `/data/Site__ChangeEvent` (CDC guide, subscription channels). */
export const topicOf = (object: string): string =>
  `/data/${object.endsWith('__c') ? `${object.slice(0, -'__c'.length)}__ChangeEvent` : `${object}ChangeEvent`}`;

/** What the book must do about some events. `keeps`: whether it holds the field an event names. */
function newsOf(events: readonly ChangeEvent[], place: string | undefined, keeps: (field: string) => boolean): BookNews {
  const [changed, deleted] = [new Set<string>(), new Map<string, string>()];
  let more = false;
  for (const { changeType, recordIds, origin, committedMs, changed: fields } of events) {
    // Records of ours are in the book since they were made, and are never changed by us; the next poll confirms them.
    if (isOurs(origin)) continue;
    // `003*`: so many that they are not named; OVERFLOW names none.
    if (changeType === 'GAP_OVERFLOW' || recordIds.some((id) => !/^\w{18}$/.test(id))) more = true;
    else {
      if (changeType === 'UPDATE' && fields && !fields.some(keeps)) continue;
      for (const id of recordIds) {
        changed.add(id);
        if (changeType === 'DELETE' || changeType === 'GAP_DELETE') deleted.set(id, new Date(committedMs).toISOString());
        else if (changeType.endsWith('UNDELETE')) deleted.delete(id);
      }
    }
  }
  return { changed: [...changed], deleted: [...deleted].map(([id, stamp]) => ({ id, stamp })), more, place, told: events.length };
}

/** `com/salesforce/api/rest/67.0;client=cordboard` (CDC guide, changeOrigin). */
const isOurs = (origin: string): boolean => new RegExp(`;client=${clientName}(?:[;/]|$)`).test(origin);

/**
 * Whether the book holds what an event calls so, by the names of the record's own fields. Parts of compounds are told as
 * `MailingAddress.Country`, and codes of countries only by the country's name; `Name.LastName` is a part of the name.
 */
export function keepsAmong(selected: ReadonlySet<string>): (field: string) => boolean {
  return (field) => {
    // Changed with everything else; that alone is for the next poll.
    if (field === 'LastModifiedDate') return false;
    const [whole = '', part] = field.split('.');
    if (part === undefined) return selected.has(whole) || whole === 'Name';
    if (whole === 'Name') return true;
    const flat = `${whole.replace(/Address$/, '')}${part}`;
    return selected.has(flat) || selected.has(`${flat}Code`);
  };
}

/** Follows one topic as the port wants it: schemas are asked for once, whatever can't be read is to be read from the records. */
export async function* follow(
  pubsub: PubSub | undefined,
  topic: string,
  from: string | undefined,
  keeps: (field: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<BookNews> {
  if (!pubsub) throw new NoEvents('not-offered', 'No address for change events is set.');
  const place = from === undefined ? undefined : Buffer.from(from, 'base64');
  const readers = new Map<string, (payload: Buffer) => ChangeEvent>();
  try {
    await pubsub.topic(topic, signal);
    for await (const { events, place: reached } of pubsub.subscribe(topic, place, signal))
      yield newsOf(await readAll(pubsub, readers, events, signal), reached?.toString('base64'), keeps);
  } catch (error) {
    // Whoever doesn't listen any more is told of nothing, whatever was cut off.
    if (!signal.aborted) throw error;
  }
}

async function readAll(
  pubsub: PubSub,
  readers: Map<string, (payload: Buffer) => ChangeEvent>,
  events: Fetched['events'],
  signal: AbortSignal,
): Promise<ChangeEvent[]> {
  const read: ChangeEvent[] = [];
  for (const { schemaId, payload } of events) {
    let reader = readers.get(schemaId);
    if (!reader) {
      const schema = await pubsub.schema(schemaId, signal);
      try {
        reader = eventReader(schema);
      } catch (error) {
        throw new Unanswered(`Salesforce's schema of change events can't be read (${(error as Error).message.slice(0, 100)}).`);
      }
      readers.set(schemaId, reader);
    }
    try {
      read.push(reader(payload));
    } catch {
      read.push({ changeType: 'GAP_OVERFLOW', recordIds: [], origin: '', committedMs: 0, changed: undefined }); // all that changed is read instead
    }
  }
  return read;
}
