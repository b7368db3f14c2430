import type { Call, Message } from './call.ts';
import type { Agent, CallEvent } from './event.ts';

type Told = Extract<CallEvent, { type: 'message' }>;

/** Each message once, in order of time; told again with other words, the last count. Facts are in canonical order. */
export function messagesOf(told: readonly Told[], knownAgent: (agent: Agent) => Agent): readonly Message[] | undefined {
  if (told.length === 0) return undefined;
  const messages = new Map<string, Message>();
  for (const { message: id, at, direction, agent, text } of told)
    messages.set(id, {
      id,
      at: messages.get(id)?.at ?? at,
      direction,
      ...(agent && { agent: knownAgent(agent) }),
      ...(text !== undefined && { text }),
    });
  return [...messages.values()];
}

/** Where, when and with whom a conversation was, as a call says it. Each message may be the last, so it is never still going on. */
export function courseOfMessages(
  told: readonly Told[],
): Pick<Call, 'phase' | 'type' | 'direction' | 'line' | 'startedAt' | 'endedAt'> | undefined {
  const [first] = told;
  const last = told.at(-1);
  return (
    first &&
    last && {
      phase: 'ended',
      type: undefined,
      direction: first.direction,
      line: told.find(({ line }) => line)?.line,
      startedAt: first.at,
      endedAt: last.at,
    }
  );
}
