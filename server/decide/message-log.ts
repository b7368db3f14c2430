import type { Call, Message } from '../call/call.ts';
import type { CrmRecord, WantedActivity } from '../crm.ts';
import { customerOf, lineCap, lineOf } from './call-words.ts';
import { commentsOf } from './comments.ts';
import type { DecideFacts } from './decide.ts';
import { dueAfterEnd } from './due.ts';
import { fitComment, type Line } from './fit-comment.ts';
import { correctedMs, localDate, localTime } from './local-date.ts';
import { authorOf, chooseByChain, chooseFollowUpOwner, chooseOwner, nameOf, spareOwner } from './owner.ts';
import type { Inputs } from './pin.ts';
import { cut, httpsLink, manyLines, singleLine } from './plain-text.ts';
import { aboutOf, ownerOfRecord } from './wanted-log.ts';
import { words } from './words.ts';

/** Several times the longest SMS; what is longer is on the page of the conversation. */
const longestMessage = 4_000;

/**
 * What the task of these messages of a conversation's day should hold (AC-38). `conversation`: from the first of them on. `alone`: it is one message's own task. `withMemo`: what agents saved
 * for the conversation stands here. `zone`: by whose clock the day is that day.
 */
export function messageLog(
  conversation: Call,
  messages: readonly Message[],
  inputs: Inputs,
  facts: DecideFacts,
  {
    alone,
    withMemo,
    zone,
    matter,
    status,
  }: {
    readonly alone: boolean;
    readonly withMemo: boolean;
    readonly zone: string;
    readonly matter: CrmRecord | undefined;
    readonly status: WantedActivity['status'];
  },
): { readonly record: WantedActivity; readonly because: readonly string[] } {
  const { policy, clockOffsetMs } = inputs;
  const say = words[policy.language];
  const [first] = messages;
  const about = aboutOf(inputs, facts.made);
  const isSomebodys = conversation.messages?.some(({ agent }) => agent) === true;
  const recordOwnerId = ownerOfRecord(inputs, about);
  const usual = () => (isSomebodys ? chooseOwner(conversation, inputs) : chooseFollowUpOwner(conversation, inputs, recordOwnerId));
  const owner = policy.owner ? chooseByChain(policy.owner, conversation, inputs, recordOwnerId, usual) : usual();
  // what is left open is due as a call of that time would be
  const due = status === 'open' ? dueAfterEnd(conversation, inputs, owner) : undefined;
  const date = due?.date ?? localDate(correctedMs(conversation.startedAt, clockOffsetMs), zone);
  const customer =
    singleLine((about.who ?? about.what)?.name ?? '') || singleLine(conversation.customer.name ?? '') || customerOf(conversation, say);
  const title = alone && first ? (first.direction === 'inbound' ? say.messages.received : say.messages.sent) : say.messages.several;

  const fact = (name: string, value: string): Line[] => (value === '' ? [] : [{ text: `${name}${say.colon}${value}`, keep: 'fact' }]);
  const lines: Line[] = [
    ...fact(say.customer, customerOf(conversation, say)),
    ...fact(say.line, lineOf(conversation)),
    ...messages.flatMap(({ at, direction, agent, text }): Line[] => {
      const time = localTime(correctedMs(at, clockOffsetMs), zone).slice(11, 16);
      const who = direction === 'inbound' ? customer : agent ? nameOf(agent) : lineOf(conversation) || policy.product;
      const said = cut(manyLines(text ?? ''), longestMessage, say.truncated) || say.messages.noText;
      return `${time} ${who}${say.colon}${said}`.split('\n').map((line): Line => ({ text: singleLine(line, Infinity), keep: 'fact' }));
    }),
  ];
  const memo = withMemo ? commentsOf(conversation, policy).text : '';
  const comment = fitComment(memo, lines, say);
  return {
    record: {
      kind: 'activity',
      about: 'message',
      ...authorOf(conversation, inputs),
      subject: singleLine(withMemo ? (conversation.noted?.subject ?? '') : '') || cut(`${title(policy.product)} - ${customer}`, lineCap),
      status,
      direction: undefined,
      ownerId: owner.ownerId,
      ...spareOwner(owner.ownerId, inputs),
      who: about.who,
      what: matter ?? about.what,
      dueDate: date,
      ...(due && policy.followUp.reminder && { remindAtMs: due.atMs }),
      durationSeconds: 0,
      waitSeconds: 0,
      result: '',
      memo: comment.memo,
      system: comment.system,
      callKey: conversation.id,
      link: httpsLink(facts.link),
      ...(Object.keys(policy.status).length > 0 && { statuses: policy.status }),
    },
    because: [...owner.because, due?.because ?? `Dated ${date}: the day in ${zone}, where the line is (AC-38).`, ...about.because],
  };
}
