import type { Call, Message } from '../call/call.ts';
import type { CrmRecord, WantedActivity } from '../crm.ts';
import { customerOf, lineCap, lineOf } from './call-words.ts';
import { commentsOf } from './comments.ts';
import type { DecideFacts } from './decide.ts';
import { fitComment, type Line } from './fit-comment.ts';
import { correctedMs, localDate, localTime } from './local-date.ts';
import { authorOf, chooseFollowUpOwner, chooseOwner, nameOf, spareOwner } from './owner.ts';
import type { Inputs } from './pin.ts';
import { cut, httpsLink, manyLines, singleLine } from './plain-text.ts';
import { aboutOf, ownerOfRecord } from './wanted-log.ts';
import { words } from './words.ts';

/** Several times the longest SMS; what is longer is on the page of the conversation. */
const longestMessage = 4_000;

/**
 * What the task of these messages of a conversation's day should hold (AC-38). `alone`: it is one message's own task. `withMemo`: what agents saved
 * for the conversation stands here. `zone`: by whose clock the day is that day.
 */
export function messageLog(
  call: Call,
  messages: readonly Message[],
  inputs: Inputs,
  facts: DecideFacts,
  {
    alone,
    withMemo,
    zone,
    matter,
  }: { readonly alone: boolean; readonly withMemo: boolean; readonly zone: string; readonly matter: CrmRecord | undefined },
): { readonly record: WantedActivity; readonly because: readonly string[] } {
  const { policy, clockOffsetMs } = inputs;
  const say = words[policy.language];
  const [first] = messages;
  // Whose a message without a name is, the rest of the conversation tells.
  const conversation = { ...call, messages: [...messages, ...(call.messages ?? [])] };
  const about = aboutOf(inputs, facts.made);
  const isSomebodys = conversation.messages.some(({ agent }) => agent);
  const owner = isSomebodys ? chooseOwner(conversation, inputs) : chooseFollowUpOwner(conversation, inputs, ownerOfRecord(inputs, about));
  const date = localDate(correctedMs(first?.at ?? call.startedAt, clockOffsetMs), zone);
  const customer = singleLine((about.who ?? about.what)?.name ?? '') || singleLine(call.customer.name ?? '') || customerOf(call, say);
  const title = alone && first ? (first.direction === 'inbound' ? say.messages.received : say.messages.sent) : say.messages.several;

  const fact = (name: string, value: string): Line[] => (value === '' ? [] : [{ text: `${name}${say.colon}${value}`, keep: 'fact' }]);
  const lines: Line[] = [
    ...fact(say.customer, customerOf(call, say)),
    ...fact(say.line, lineOf(call)),
    ...messages.flatMap(({ at, direction, agent, text }): Line[] => {
      const time = localTime(correctedMs(at, clockOffsetMs), zone).slice(11, 16);
      const who = direction === 'inbound' ? customer : agent ? nameOf(agent) : lineOf(call) || policy.product;
      const said = cut(manyLines(text ?? ''), longestMessage, say.truncated) || say.messages.noText;
      return `${time} ${who}${say.colon}${said}`.split('\n').map((line): Line => ({ text: singleLine(line, Infinity), keep: 'fact' }));
    }),
  ];
  const memo = withMemo ? commentsOf(call, policy).text : '';
  const comment = fitComment(memo, lines, say);
  return {
    record: {
      kind: 'activity',
      about: 'message',
      ...authorOf(conversation, inputs),
      subject: singleLine(withMemo ? (call.noted?.subject ?? '') : '') || cut(`${title(policy.product)} - ${customer}`, lineCap),
      status: 'completed',
      direction: undefined,
      ownerId: owner.ownerId,
      ...spareOwner(owner.ownerId, inputs),
      who: about.who,
      what: matter ?? about.what,
      dueDate: date,
      durationSeconds: 0,
      waitSeconds: 0,
      result: '',
      memo: comment.memo,
      system: comment.system,
      callKey: call.id,
      link: httpsLink(facts.link),
    },
    because: [...owner.because, `Dated ${date}: the day in ${zone}, where the line is (AC-38).`, ...about.because],
  };
}
