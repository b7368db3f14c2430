import { z } from 'zod';
import { Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import { edgeFailure, failureOf, readErrorBody } from './failures.ts';
import type { Api } from './request.ts';
import type { Session } from './session.ts';

const Composite = z.looseObject({
  compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number(), referenceId: z.string() })),
});

/** Several GETs, or one, in one API call, each with its own fate: what was answered, or a `Refused`. Of queries at most five. */
export async function getTogether(
  { api, session, world }: { readonly api: Api; readonly session: Pick<Session, 'redact'>; readonly world: World },
  paths: readonly string[],
): Promise<unknown[]> {
  const compositeRequest = paths.map((url, place) => ({ method: 'GET', url, referenceId: `part${place}` }));
  const { json } = await api.call({ method: 'POST', path: `${api.base}/composite`, body: { allOrNone: false, compositeRequest } });
  const read = Composite.safeParse(json);
  if (!read.success) throw new Unanswered(`Salesforce's answer can't be read (${read.error.issues[0]?.path.join('.') || 'at the top'}).`);
  const answers = new Map(read.data.compositeResponse.map((answer) => [answer.referenceId, answer]));
  return paths.map((_, place) => {
    const answer = answers.get(`part${place}`);
    if (!answer) throw new Unanswered('Salesforce left a part of the request unanswered.');
    if (answer.httpStatusCode < 300) return answer.body;
    const errors = readErrorBody(answer.body);
    return new Refused(errors ? failureOf(errors, world.chance, session.redact) : edgeFailure(answer.httpStatusCode, world.chance));
  });
}
