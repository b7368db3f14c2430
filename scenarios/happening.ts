import { z } from 'zod';

/** "09:00:22.5" on the story's first day, or "2026-03-03 10:00:00"; always UTC. */
const at = z.string().regex(/^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d(\.\d{1,3})?$/, 'is a time of day, or a date and a time, in UTC');
const call = z.string();

/** One line of call.jsonl: one thing that happens. Lines of one time happen together, in this order. */
export const Happening = z.union([
  z.strictObject({ story: z.string() }),
  /** A delivery, as the vendor sends it. `clockAheadMs`: by how much the sender's clock is wrong. */
  z.strictObject({ at, delivery: z.string(), body: z.unknown(), connection: z.string().optional(), clockAheadMs: z.number().optional() }),
  /** A delivery that is in the inbox although today's door would refuse it. */
  z.strictObject({ at, stored: z.string(), text: z.string() }),
  /** A recorded call of `sources/asterisk/traces`, heard as the listener hears it, its first event at this time. */
  z.strictObject({ at, trace: z.string() }),
  /** What a person, or a Flow in somebody's name, does in Salesforce. Values may be references such as <contact Ewa Kowalczyk>. */
  z.strictObject({
    at,
    human: z.string(),
    does: z.enum(['create', 'update', 'delete', 'undelete', 'convert', 'merge']),
    /** Of `create`: the object. */
    record: z.string(),
    /** Of `merge`: who goes on as `record`. */
    losers: z.array(z.string()).optional(),
    fields: z.record(z.string(), z.unknown()).optional(),
  }),
  /** What an agent says of their name: to us, or to the org behind our back (DP-11). */
  z.strictObject({ at, agent: z.string(), does: z.enum(['lets us act as them', 'revokes that in the org']) }),
  /** What an admin does in our console. */
  z.strictObject({ at, admin: z.enum(['write again', 'apply rules']), call }),
  z.strictObject({ at, admin: z.literal('save policy'), policy: z.unknown() }),
  z.strictObject({ at, admin: z.enum(['observe', 'pause', 'go live', 'go live with backfill']) }),
  /** What the org does to us. */
  z.strictObject({ at, org: z.literal('validation rule'), rule: z.record(z.string(), z.unknown()) }),
  z.strictObject({ at, org: z.enum(['no validation rules', 'no faults']) }),
  z.strictObject({ at, org: z.literal('fault'), fault: z.record(z.string(), z.unknown()) }),
  /** What the network does: the next request that writes gets lost and may land later. */
  z.strictObject({ at, wire: z.enum(['holds back the next write', 'lets it land']) }),
  z.strictObject({ at, end: z.literal(true) }),
]);
export type Happening = z.infer<typeof Happening>;

/** org.json: what the org holds, and is, before the story begins. Everything may be left out. */
export const Before = z.strictObject({
  mode: z.enum(['observe', 'live', 'paused']).optional(),
  policy: z.unknown().optional(),
  withoutCustomFields: z.boolean().optional(),
  connections: z
    .array(z.union([z.string(), z.strictObject({ id: z.string(), source: z.string() })]))
    .min(1)
    .optional(),
  /** Made by a person before the story begins. */
  records: z.array(z.strictObject({ object: z.string(), fields: z.record(z.string(), z.unknown()) })).optional(),
});
export type Before = z.infer<typeof Before>;

const firstDay = '2026-03-02';
export const msOf = (time: string): number => Date.parse(`${time.includes(' ') ? time.replace(' ', 'T') : `${firstDay}T${time}`}Z`);
export const timeOf = (ms: number): string => {
  const [day, time] = new Date(ms).toISOString().slice(0, 23).split('T') as [string, string];
  return day === firstDay ? time : `${day} ${time}`;
};

/** Reads call.jsonl; a mistake names its line. */
export function readHappenings(text: string): Happening[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      const read = Happening.safeParse(JSON.parse(line));
      if (!read.success) throw new Error(`line ${number} of call.jsonl is no happening: ${line.slice(0, 120)}`);
      return read.data;
    });
}
