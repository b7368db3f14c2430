import { type Exchange, type Fields, Unanswered, type WantedMatter, type WriteAnswer } from '../../server/crm.ts';
import { failureOf, readRowErrors } from './failures.ts';
import { draftMapped } from './mapped.ts';
import { type Connection, counted, type Part, parsed, Rows, sendable } from './parts.ts';
import type { MatterShape } from './person.ts';
import { cutAt, oneLine } from './text.ts';

/** Made once, and then people's; but whose it is follows the agent's choice (FC-30), and the subject says if its call was part of another. */
export const repointed = ['ContactId', 'Subject'] as const;

/**
 * The record in Salesforce's words. Record type, status and priority are the org's own defaults, unless the admin wants something else there.
 * An opportunity that is made with a contact has it as its primary one (object reference, Opportunity.ContactId).
 */
export function draftMatter(wanted: WantedMatter, shape: MatterShape | undefined): Fields {
  const text = (value: string | undefined, length: number) => (value === undefined ? null : cutAt(oneLine(value), length) || null);
  const owner = wanted.ownerId === undefined ? {} : { OwnerId: wanted.ownerId };
  const whose = {
    ...(wanted.contactId === undefined ? {} : { ContactId: wanted.contactId }),
    ...(wanted.accountId === undefined ? {} : { AccountId: wanted.accountId }),
  };
  if (wanted.kind === 'opportunity')
    return {
      ...{ Name: text(wanted.name, 120), StageName: text(wanted.stage, 255), CloseDate: wanted.closeDate, ...whose, ...owner },
      ...mappedOf(wanted, shape).fields,
    };
  return {
    Subject: text(wanted.subject, 255),
    Origin: text(wanted.origin, 40),
    ...whose,
    ...(wanted.phone === undefined ? {} : { SuppliedPhone: text(wanted.phone, 40) }),
    ...(wanted.caller === undefined ? {} : { SuppliedName: text(wanted.caller, 80) }),
    ...owner,
    ...mappedOf(wanted, shape).fields,
  };
}
/** What the record can't be given of what the admin wants in its fields. */
export const unfitForMatter = (wanted: WantedMatter, shape: MatterShape | undefined) => mappedOf(wanted, shape).unfit;

const mappedOf = ({ kind, fields }: WantedMatter, shape: MatterShape | undefined) =>
  draftMapped(fields, shape?.fields ?? [], (field) => matterDecidedBy(kind, field, shape?.nameField) === undefined);

const itself = 'Cordboard itself';
const decidedBy: Readonly<Record<WantedMatter['kind'], Readonly<Record<string, string>>>> = {
  case: { Subject: 'cases.subject', Origin: 'cases.origin', OwnerId: 'cases.ownerId', ContactId: itself, AccountId: itself },
  opportunity: {
    ...{ Name: 'opportunities.name', StageName: 'opportunities.stage', CloseDate: 'opportunities.closeDays' },
    ...{ OwnerId: itself, ContactId: itself, AccountId: itself },
  },
};
/** What decides a field of a case or an opportunity, unless it is the admin's to fill. */
export const matterDecidedBy = (kind: WantedMatter['kind'], field: string, nameField: string | undefined): string | undefined =>
  Object.hasOwn(decidedBy[kind], field) ? decidedBy[kind][field] : field === nameField ? itself : undefined;

/** The parts of an exchange that change cases: only whose they are, and what they say they are. */
export function matterChanges(
  { api, session, world }: Connection,
  shapes: readonly MatterShape[],
  { writes: asks }: Exchange,
  answers: (WriteAnswer | undefined)[],
): Part[] {
  return shapes.flatMap((shape): Part[] => {
    const rows = asks.flatMap((ask, index) => {
      if (ask.kind !== shape.kind || ask.id === undefined) return [];
      const fields = sendable(ask.fields, (field) => repointed.some((one) => one === field));
      return [{ id: ask.id, index, fields }];
    });
    if (rows.length === 0) return [];
    return [
      {
        ask: {
          method: 'PATCH',
          path: `${api.base}/composite/sobjects`,
          body: { allOrNone: false, records: rows.map(({ id, fields }) => ({ attributes: { type: shape.object }, id, ...fields })) },
        },
        words: `PATCH /composite/sobjects (${counted(rows.length, shape.object)})`,
        take(json) {
          const results = parsed(Rows, json);
          if (results.length !== rows.length) throw new Unanswered('Salesforce answered another number of rows than it was sent.');
          rows.forEach(({ id, index, fields }, at) => {
            const errors = results[at]!.success ? undefined : (readRowErrors(results[at]!.errors) ?? []);
            const isGone = errors?.some(({ code, fields: named }) => code === 'ENTITY_IS_DELETED' && named.length === 0);
            if (!errors) answers[index] = { id, created: false };
            else if (isGone) answers[index] = { refused: 'deleted', id, message: session.redact(errors[0]!.message) };
            // Whose it is can't be changed for some reason of the org's: then it stays whose it was.
            else {
              const failure = failureOf(errors, world.chance, session.redact);
              answers[index] =
                failure.mendedBy === 'time'
                  ? { refused: 'failed', failure }
                  : { refused: 'fields', fields: Object.keys(fields).map((field) => ({ field })), failure };
            }
          });
        },
        refuse(failure, whole) {
          for (const { index } of rows)
            answers[index] = { refused: 'failed', failure, ...(whole && rows.length > 1 ? { whole: true } : {}) };
        },
      },
    ];
  });
}
