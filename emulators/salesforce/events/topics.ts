import { hasChangeEvents } from './change-log.ts';
import { eventName } from './event-schema.ts';
import { mayReadAll } from './access.ts';
import { notHere, topicEmpty, topicForbidden, topicNotFound } from './rpc-errors.ts';
import { organizationId } from '../seed.ts';
import type { SObject } from '../schema.ts';
import type { Store } from '../store.ts';

/** As a real org names itself to the event bus [C pozil/pub-sub-api-java-client#2]. */
export const tenantGuid = `CORE/prod/${organizationId}`;

/** A topic, and the objects whose changes it carries at the moment. The channel of all has no schema of its own. */
export type Topic = { readonly name: string; readonly object: SObject | undefined; objects(): SObject[] };

/** Throws what a real org says of a name that is no topic of this user's. */
export function topicNamed(store: Store, name: string, userId: string): Topic {
  if (name === '') throw topicEmpty();
  const mine = (object: SObject) => mayReadAll(store, userId, object.name);
  // "Users can subscribe to the /data/ChangeEvents channel regardless of their entity permissions. Users receive only change events
  // associated with entities for which they have the necessary permissions" [D CDC guide, required permissions]
  if (name === '/data/ChangeEvents') return { name, object: undefined, objects: () => store.changes.selectedObjects.filter(mine) };
  const object = store.schema.objects.find((one) => hasChangeEvents(one) && name === `/data/${eventName(one.name)}`);
  if (object) {
    if (!store.changes.isSelected(object.name)) throw topicNotFound(tenantGuid, name);
    if (!mine(object)) throw topicForbidden(name);
    return { name, object, objects: () => [object] };
  }
  if (/^\/data\/\w+__chn$/.test(name)) throw notHere(`the custom channel ${name}`);
  if (/^\/event\/\w+$/.test(name) && !name.endsWith('__e')) throw notHere(`the platform event ${name}`);
  throw topicNotFound(tenantGuid, name);
}
