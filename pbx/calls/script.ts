import { type Caller } from '../outside.ts';
import { type Manner } from '../phone.ts';
import { type Attempt, type AttemptEnd, type ExpectedCall, type Stage } from './named-call.ts';

const customer = '15551230001';
export const nobody = {};
export const busy: Manner = { refuse: { code: 486 } };
export const within = (answerAfterMs: number): Manner => ({ answerAfterMs });
export const tried = (who: string, how: AttemptEnd): Attempt => ({ who, how });
/** An inbound call to Ann that she answers. */
export const toAnn = {
  direction: 'inbound',
  customer,
  dialled: '5550101',
  outcome: 'answered',
  answeredBy: '101',
  attempts: [tried('101', 'answered')],
  transfers: [],
  waitSeconds: 0.6,
  recorded: true,
} as const satisfies Partial<ExpectedCall>;
/** An inbound call that no person answered. */
export const unanswered = {
  direction: 'inbound',
  customer,
  attempts: [],
  transfers: [],
  talkSeconds: {},
} as const satisfies Partial<ExpectedCall>;
/** A call to outside by Ann. */
export const byAnn = {
  direction: 'outbound',
  dialledBy: '101',
  transfers: [],
  talkSeconds: {},
} as const satisfies Partial<ExpectedCall>;
/** A call from Ann to Bob. */
export const annToBob = {
  direction: 'internal',
  dialled: '102',
  dialledBy: '101',
  transfers: [],
  talkSeconds: {},
} as const satisfies Partial<ExpectedCall>;

/** The caller is connected with whoever answers at this phone; hands out the agent's side once they talk. */
export async function connected(stage: Stage, caller: Caller, endpoint = '101') {
  const outside = await stage.caller(caller);
  const agent = await stage.phone(endpoint).nextCall();
  await agent.answered();
  return { outside, agent };
}
export const hear = (stage: Stage, caller: Caller) => stage.caller(caller).then(({ done }) => done);
