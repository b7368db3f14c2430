import { z } from 'zod';
import type { CrmFailure } from '../../../server/crm-failure.ts';
import { Refused, Unanswered } from '../../../server/crm.ts';
import { draftTask } from '../draft.ts';
import type { TaskShape } from '../describe.ts';
import { edgeFailure, failureOf, readErrorBody } from '../failures.ts';
import type { Asking } from './seen.ts';

const Composite = z.looseObject({
  compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number(), referenceId: z.string().nullish() })),
});

/**
 * Writes one task by a name of ours, reads it by that name, and deletes it: all in one transaction, so that whatever fails, or whoever dies,
 * leaves nothing. Undefined: it went well.
 */
export async function verify(asking: Asking, shape: TaskShape): Promise<CrmFailure | undefined> {
  const { api, world, session } = asking;
  const name = `cb1${Buffer.from(world.bytes(20)).toString('hex')}`;
  const fields = draftTask(
    {
      kind: 'activity',
      subject: 'Cordboard looks whether it may write here',
      status: 'completed',
      direction: 'inbound',
      ownerId: asking.selfId,
      who: undefined,
      what: undefined,
      dueDate: new Date(world.now()).toISOString().slice(0, 10),
      durationSeconds: 1,
      waitSeconds: 1,
      result: '',
      memo: '',
      system: [],
      callKey: 'check',
      link: undefined,
    },
    shape,
  );
  const byName = `${api.base}/sobjects/Task/${shape.nameField}/${name}`;
  const body = {
    allOrNone: true,
    compositeRequest: [
      { method: 'PATCH', url: byName, referenceId: 'made', body: fields },
      { method: 'GET', url: byName, referenceId: 'read' },
      { method: 'DELETE', url: `${api.base}/sobjects/Task/@{made.id}`, referenceId: 'gone' },
    ],
  };
  const read = Composite.safeParse((await api.call({ method: 'POST', path: `${api.base}/composite`, body })).json);
  if (!read.success) throw new Unanswered("Salesforce's answer to the trial can't be read.");
  const answers = read.data.compositeResponse;
  if (answers.length === 3 && answers.every(({ httpStatusCode }) => httpStatusCode < 300)) return undefined;
  // The one that failed says why; the others only that they were halted with it.
  const failed =
    answers.find((answer) => answer.httpStatusCode >= 300 && readErrorBody(answer.body)?.[0]?.code !== 'PROCESSING_HALTED') ?? answers[0];
  const errors = readErrorBody(failed?.body);
  return errors ? failureOf(errors, world.chance, session.redact) : edgeFailure(failed?.httpStatusCode ?? 500, world.chance);
}

/** For what is written one by one: undefined where it went well. */
export const refusalOf = (work: Promise<unknown>): Promise<Refused | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Refused && error.failure.mendedBy !== 'time') return error;
      throw error;
    },
  );
