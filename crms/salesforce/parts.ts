import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import { type Fields, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import type { Agents } from './agents.ts';
import type { TaskShape } from './describe.ts';
import type { SalesforceError } from './failures.ts';
import type { MatterShape, PersonShape } from './person.ts';
import type { Api, Ask } from './request.ts';
import type { Session } from './session.ts';
import { cleanText } from './text.ts';

/** What one exchange needs to know of its connection. */
export type Connection = {
  readonly api: Api;
  readonly shape: TaskShape;
  readonly session: Pick<Session, 'redact'>;
  /** What leads, contacts and accounts look like; asked for when the first is to be made. */
  readonly persons: () => Promise<readonly PersonShape[]>;
  /** Has it been answered yet what they look like? */
  readonly arePersonsKnown: () => boolean;
  /** The same of cases and opportunities. */
  readonly matters: () => Promise<readonly MatterShape[]>;
  readonly areMattersKnown: () => boolean;
  /** What this user sees and may write is read anew, since a field was refused; true: something has changed. Never throws. */
  readonly lookAgain: () => Promise<boolean>;
  readonly selfId: string;
  readonly world: World;
  /** In whose names records can be written besides. */ readonly agents: Pick<Agents, 'hand' | 'refused'>;
};

/** One query or one collection: what to send, and how to hand the answer to the rows that asked. */
export type Part = {
  readonly ask: Ask;
  readonly words: string;
  /** The part was carried out; its rows each have their own fate. Throws `Unanswered` when the answer can't be read. */
  take(json: unknown): void;
  /** The part was refused as one. */
  refuse(failure: CrmFailure, whole: boolean): void;
  /** The part was refused as one for a field that each of its rows could be sent without: then they are told so. */
  spare?(failure: CrmFailure): boolean;
};

export const Found = z.looseObject({
  done: z.boolean(),
  records: z.array(z.looseObject({ Id: z.string(), IsDeleted: z.boolean() })),
});
export type FoundRecord = z.infer<typeof Found>['records'][number];
export const Rows = z.array(
  z.looseObject({ success: z.boolean(), id: z.string().nullish(), created: z.boolean().nullish(), errors: z.unknown() }),
);

export function parsed<T>(schema: z.ZodType<T>, json: unknown): T {
  const read = schema.safeParse(json);
  // The path of the first issue names a place in the answer, never a value.
  if (!read.success) throw new Unanswered(`Salesforce's answer can't be read (${read.error.issues[0]?.path.join('.') || 'at the top'}).`);
  return read.data;
}

/** Ids come with 15 characters or with three more that repeat their case (salesforce.md §3). */
export const shortId = (id: string) => id.slice(0, 15);

export const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Fields this user may send, their text fit for any parser. */
export function sendable(fields: Fields, may: (field: string) => boolean): Fields {
  const clean = Object.entries(fields).map(([field, value]) => [field, typeof value === 'string' ? cleanText(value) : value] as const);
  return Object.fromEntries(clean.filter(([field]) => may(field)));
}

export const isOurName = ({ message, fields }: SalesforceError, nameField: string) =>
  fields.includes(nameField) || message.toLowerCase().includes(nameField.toLowerCase());
