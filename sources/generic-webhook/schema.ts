import { createHash } from 'node:crypto';
import { z } from 'zod';
import type {
  Agent,
  AgentId,
  CallEvent,
  CallFact,
  CallId,
  Customer,
  Endpoint,
  Instant,
  Line,
  LinkedRecord,
  Queue,
} from '../../server/call/event.ts';
import { readNumber } from '../read-number.ts';
import { earliestMs, latestMs, storable } from '../readable.ts';

/** Ids are indexed together with a connection id; PostgreSQL's B-tree takes 2,704 bytes a row, and 500 characters are at most 2,000. */
export const maxIdCharacters = 500;
/** A person's, a queue's or a tag's name; ten times what Salesforce shows of one. */
const maxNameCharacters = 500;
/** RFC 5321 §4.5.3.1: 64 before the @, 255 after it. */
const maxEmailCharacters = 320;
/** Signed storage links run to some 2,000 characters; twice that. */
const maxUrlCharacters = 4_096;
/** Salesforce's long text, such as a Task's comments, holds 32,000. */
const maxTextCharacters = 32_000;
/** An hour of talk is some 100,000 characters; these still fit the body when every one is escaped as `\uXXXX`. */
export const maxTranscriptCharacters = 160_000;
/** A call centre's whole tag catalogue; one call has a handful. */
const maxTags = 200;
/** Together with its day it is an id of ours. */
const maxConversationCharacters = 450;
/** A batch: enough for a catch-up after an outage, small enough to be one row of one commit. */
const maxEvents = 1_000;
/** A week: no call lasts longer, and a span in milliseconds sent as seconds is noticed. */
const maxSeconds = 604_800;

/** Titles, descriptions and examples of the published schema; our own registry, so that no other room's names can collide. */
const words = z.registry<{ id?: string; title?: string; description?: string; examples?: unknown[]; [keyword: string]: unknown }>();

/** JSON Schema's patterns have no flag for case. */
const webAddress = '^[Hh][Tt][Tt][Pp][Ss]?://';

/** JSON Schema counts code points; `length` counts UTF-16 units, of which there are at least as many. */
const fits = (text: string, max: number) => text.length <= max || [...text].length <= max;

const bounded = (max: number) => z.string().refine((text) => fits(text, max), `is longer than ${max} characters`);
const text = (max: number, description: string) =>
  bounded(max).min(1).transform(storable).register(words, { description, minLength: 1, maxLength: max });
/** Phone systems fill templates with "" and null for what they don't know; both are as good as nothing. */
const maybeText = (max: number, description: string) =>
  bounded(max)
    .nullish()
    .transform((said) => (said?.trim() ? storable(said) : undefined))
    .register(words, { description, maxLength: max });
const maybeUrl = (description: string) =>
  bounded(maxUrlCharacters)
    .refine((said) => said.trim() === '' || isWebAddress(said), 'must be an absolute http or https address')
    .nullish()
    .transform((said) => (said?.trim() ? storable(said) : undefined))
    .register(words, { description, pattern: `^\\s*$|${webAddress}`, maxLength: maxUrlCharacters });
const maybeSeconds = (description: string) => z.number().min(0).max(maxSeconds).nullish().register(words, { description });

const isWebAddress = (said: string) => new RegExp(webAddress).test(said) && URL.canParse(said);
/** An IANA name. Offsets such as `+09:00` pass Intl but PostgreSQL reads their sign the other way round. */
function isZone(said: string): boolean {
  if (!/^[A-Za-z]/.test(said)) return false;
  if (knownZones.has(said)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: said });
    if (knownZones.size < 2_000) knownZones.add(said); // in any case of letters, so bounded; asking costs more than all else at the door
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
const knownZones = new Set<string>();

/** What remains of an object when everything not known is left out. */
type Known<T> = { [K in keyof T as undefined extends T[K] ? never : null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : null extends T[K] ? K : never]?: NonNullable<T[K]>;
};
const known = <T extends object>(said: T) =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== null)) as Known<T>;

const agent: z.ZodType<Agent> = z
  .object({
    id: text(maxIdCharacters, 'The phone system’s own id of this user: an extension, a number, a UUID.').transform((id) => id as AgentId),
    name: maybeText(maxNameCharacters, 'As people know them.'),
    email: maybeText(maxEmailCharacters, 'What ties them to their Salesforce user. Without it their calls belong to the fallback owner.'),
  })
  .transform(known)
  .register(words, { id: 'Agent', description: 'One of the company’s users of the phone system.' });

const endpoint: z.ZodType<Endpoint> = z
  .object({
    asDialled: text(maxIdCharacters, 'The extension, number or SIP address that rang or answered, as dialled, even if it is nobody’s.'),
    agent: agent.nullish().register(words, { description: 'Whose it is, if it is somebody’s.' }),
    softphone: z
      .boolean()
      .nullish()
      .register(words, { description: 'True when it is an app on a computer or mobile, false when it is a desk phone.' }),
  })
  .transform(known)
  .register(words, { id: 'Endpoint', description: 'A phone: what was dialled, and whose it is.' });

const customer: z.ZodType<Customer> = z
  .object({
    number: maybeText(
      maxIdCharacters,
      'E.164 if you have it: `+`, country code, digits, nothing between, such as `+81312345678`. Anything else (an extension, a SIP address, a number in national form) is kept as it was sent. “anonymous”, “restricted”, “private”, “withheld”, “blocked”, “unknown” and “unavailable” mean a withheld number.',
    ),
    name: maybeText(maxNameCharacters, 'The caller’s name, if the phone system knows it.'),
    email: maybeText(maxEmailCharacters, 'The caller’s e-mail address, if the phone system knows it.'),
    withheld: z
      .boolean()
      .nullish()
      .register(words, { description: 'True when the caller hid the number. Number, name and e-mail are then not kept with the call.' }),
  })
  .transform(({ number, name, email, withheld }): Customer => {
    const said = readNumber(number);
    if (withheld === true) return { withheld: true };
    return 'withheld' in said ? said : { ...said, ...known({ name, email }) };
  })
  .register(words, { id: 'Customer', description: 'The outside person of a call.' });

const line: z.ZodType<Line> = z
  .object({
    id: text(maxIdCharacters, 'The phone system’s own id of the number or queue.'),
    name: maybeText(maxNameCharacters, 'Such as “Support” or “Sales Osaka”.'),
    number: maybeText(maxIdCharacters, 'In E.164. Anything else is not used; an extension belongs into `id`.'),
    zone: maybeText(maxNameCharacters, 'IANA time zone such as `Asia/Tokyo`; business hours are read in it.').refine(
      (said) => said === undefined || isZone(said),
      'must be an IANA time zone such as Europe/Kyiv',
    ),
  })
  .transform(({ id, name, number, zone }): Line => {
    const { number: e164 } = readNumber(number);
    return { id, ...known({ name, number: e164, zone }) };
  })
  .register(words, { id: 'Line', description: 'The company’s number or queue the call came in on, or went out from.' });

const linkedRecord: z.ZodType<LinkedRecord> = z
  .object({
    kind: text(maxNameCharacters, 'The object’s API name, such as `Contact`, `Lead`, `Account`, `Case`.'),
    id: text(maxIdCharacters, 'The record’s id.'),
    name: maybeText(maxNameCharacters, 'What people read, such as “Tanaka Yui”.'),
  })
  .transform(known)
  .register(words, { id: 'LinkedRecord', description: 'A record of the CRM.' });

const callId = (description: string) => text(maxIdCharacters, description).transform((id) => id as CallId);
const someone = (description: string) => agent.nullish().register(words, { description });

const queue: z.ZodType<Queue> = z
  .object({
    id: text(maxIdCharacters, 'The phone system’s own id of the queue.'),
    name: maybeText(maxNameCharacters, 'As people know it.'),
  })
  .transform(known)
  .register(words, { id: 'Queue', description: 'Where a customer waits for whoever is free.' });

/** RFC 3339 with its offset, or milliseconds since 1970. A local time without an offset is nobody's instant. */
const at: z.ZodType<Instant> = z
  .union([z.string().register(words, { format: 'date-time' }), z.number().register(words, { minimum: earliestMs, maximum: latestMs })])
  .transform((said, context) => {
    const ms = typeof said === 'number' ? said : parseRfc3339(said);
    if (ms !== undefined && ms >= earliestMs && ms <= latestMs) return Math.round(ms) as Instant;
    context.addIssue(
      typeof said === 'number' && said * 1000 >= earliestMs && said * 1000 <= latestMs
        ? 'is in seconds; send milliseconds since 1970'
        : ms === undefined
          ? 'must be RFC 3339 with an offset, such as 2026-11-21T09:58:51.250+09:00, or milliseconds since 1970'
          : 'lies outside the years 2000 to 2099: is the phone system’s clock set?',
    );
    return z.NEVER;
  })
  .register(words, {
    description:
      'When it happened by the phone system’s clock: RFC 3339 with an offset, or milliseconds since 1970. When it happened, not when it was sent.',
    examples: ['2026-11-21T09:58:51.250+09:00', 1795222731250],
  });
function parseRfc3339(said: string): number | undefined {
  const found = /^(\d{4}-\d{2}-(\d{2}))T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.exec(said);
  if (!found) return undefined;
  const [, date, day, time, fraction = '', offset] = found;
  // Date turns 30 February into 2 March; a date that doesn't come back as it was is none.
  const midnight = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined;
  const ms = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset?.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** What one event says, or what is wrong with it. `otherwise`: its id, where it has none of its own. */
type ReadEvent = (said: unknown, otherwise: string) => CallEvent | readonly z.core.$ZodIssue[];
function reads<S extends z.ZodType>(schema: S, make: (said: z.output<S>, otherwise: string) => CallEvent): ReadEvent {
  return (said, otherwise) => {
    const parsed = schema.safeParse(said, { error: complain });
    return parsed.success ? make(parsed.data, otherwise) : parsed.error.issues;
  };
}

type Said<T extends CallFact['type']> = Omit<Extract<CallFact, { type: T }>, 'type'>;
/** One event type of the schema. `type` is our word for the fact; on the wire it is `call.` and that word. */
function tells<T extends CallFact['type']>(type: T, title: string, description: string, data: z.ZodType<Said<T>>, example: unknown) {
  const name = `call.${type}`;
  const schema = z
    .object({
      type: z.literal(name),
      call: callId('The phone system’s id of the call: the same in all events of one call, and never used for another.').register(words, {
        examples: ['c-81f0'],
      }),
      at,
      id: maybeText(
        maxIdCharacters,
        'Your own id of this event, if you have one: the same when the event is sent again. Otherwise webhook-id and the place in the batch name it.',
      ),
      data,
    })
    .register(words, { id: name, title, description, examples: [example] });
  const read = reads(
    schema,
    ({ id, call, at: told, data: rest }, otherwise) =>
      // Each schema's data is the rest of the fact named by its own type; the compiler has lost that tie.
      ({ id: id ?? otherwise, callId: call, at: told, type, ...rest }) as CallEvent,
  );
  return { name, type, schema, read };
}
const nothingNeeded = <T>(data: z.ZodType<T>, empty: T) => data.nullish().transform((said) => said ?? empty);
/** Of one pair of numbers, where the phone system names no conversation. Short enough for an index, whatever the ids are. */
function conversationOf(said: {
  readonly message: string;
  readonly data: { line?: Line | undefined; customer: Customer; conversation?: string | undefined };
}): CallId {
  const { line, customer, conversation } = said.data;
  const number = customer.number ?? customer.asSent;
  if (conversation !== undefined) return conversation as CallId;
  const pair = number === undefined ? said.message : `${line?.id ?? ''} ${number}`;
  return (pair.length <= maxIdCharacters ? pair : createHash('sha256').update(pair).digest('hex')) as CallId;
}
/** One event type of text messages. What tells one message from another is its id alone, under whatever webhook-id it comes. */
function tellsMessage(direction: 'inbound' | 'outbound', verb: string, title: string, description: string, data: object) {
  const name = `message.${verb}`;
  const schema = z
    .object({
      type: z.literal(name),
      message: text(
        maxIdCharacters,
        'The phone system’s id of the message: the same whenever it is sent again, and never used for another.',
      ).register(words, { examples: ['m-7'] }),
      at,
      data: z
        .object({
          customer: customer.nullish().transform((said) => said ?? {}),
          line: line
            .nullish()
            .register(words, { description: 'The company’s side of it. Its zone says when a conversation’s day begins.' }),
          agent: someone('Who wrote it, or answers this line’s messages.'),
          text: maybeText(maxTextCharacters, 'What it says. Left out: a picture alone, say.'),
          conversation: maybeText(
            maxConversationCharacters,
            'The phone system’s id of the conversation. Left out: all between this line and this customer is one.',
          ),
        })
        .transform(known),
    })
    .register(words, { id: name, title, description, examples: [{ type: name, message: 'm-7', at: '2026-11-21T09:58:51+09:00', data }] });
  const read = reads(schema, (said) => ({
    id: `message ${said.message}`,
    callId: conversationOf(said),
    at: said.at,
    type: 'message',
    message: said.message,
    direction,
    ...said.data,
  }));
  return { name, type: 'message' as const, schema, read };
}
const sample = (type: string, at: string, data?: unknown) => ({
  type: `call.${type}`,
  call: 'c-81f0',
  at: `2026-11-21T${at}+09:00`,
  ...(data === undefined ? {} : { data }),
});
const mori = { id: '201', name: 'Mori Ken', email: 'mori@example.com' };
const sato = { id: '202', name: 'Sato Aya', email: 'sato@example.com' };

/** Every event type this server understands. A new one is one more entry; the documents follow. */
export const eventTypes = [
  tells(
    'started',
    'A call began',
    'The first thing to send, but a call is built from what is known: it need not come first, nor at all.',
    z
      .object({
        direction: z
          .enum(['inbound', 'outbound', 'internal'])
          .register(words, { description: 'Seen from the company. `internal`: between two of its users.' }),
        customer: customer
          .nullish()
          .transform((said) => said ?? {})
          .register(words, { description: 'Who called, or was called. Left out for internal calls.' }),
        line: line.nullish().register(words, { description: 'The company’s side of it.' }),
        agent: someone('Who dialled, if outbound or internal.'),
        dialled: maybeText(maxIdCharacters, 'What the caller dialled, as dialled.'),
      })
      .transform(known),
    sample('started', '09:58:51', {
      direction: 'inbound',
      customer: { number: '+81312345678', name: 'Tanaka Yui', email: 'tanaka@example.org' },
      line: { id: 'support', name: 'Support', number: '+815012345678', zone: 'Asia/Tokyo' },
      dialled: '+815012345678',
    }),
  ),
  tells(
    'ringing',
    'A phone rings',
    'Once for each phone. Who rang and didn’t answer is known from these.',
    z.object({ endpoint }),
    sample('ringing', '09:58:53', { endpoint: { asDialled: '201', agent: mori, softphone: true } }),
  ),
  tells(
    'ring-ended',
    'A phone stopped ringing',
    'And why. Without a `call.ringing` before it: it could not even ring.',
    z.object({
      endpoint,
      how: z
        .enum([
          'answered',
          'no answer',
          'busy',
          'declined',
          'forwarded',
          'do not disturb',
          'no such number',
          'unreachable',
          'stopped',
          'elsewhere',
        ])
        .register(words, {
          description:
            '`forwarded`: it sent the call to another phone. `stopped`: whoever called gave up. `elsewhere`: another phone answered.',
        }),
    }),
    sample('ring-ended', '09:58:58', { endpoint: { asDialled: '202', agent: sato }, how: 'declined' }),
  ),
  tells(
    'queued',
    'The customer waits in a queue',
    'Until `call.unqueued`, or somebody’s answer. The waiting time counts from here.',
    z.object({ queue }),
    sample('queued', '09:58:52', { queue: { id: '600', name: 'Support' } }),
  ),
  tells(
    'unqueued',
    'The customer left the queue',
    'Connected, sent elsewhere, or tired of waiting: what comes next tells.',
    z.object({ queue }),
    sample('unqueued', '09:58:59', { queue: { id: '600' } }),
  ),
  tells(
    'closed',
    'Out of hours',
    'The customer was told that nobody is there at this time.',
    nothingNeeded(z.object({}), {}),
    sample('closed', '21:58:52'),
  ),
  tells(
    'answered',
    'Somebody answered',
    'Inbound: one of the company’s phones. Outbound: the customer; `endpoint` is then what was dialled, `agent` who dialled it.',
    z.object({ endpoint }),
    sample('answered', '09:58:59', { endpoint: { asDialled: '201', agent: mori, softphone: true } }),
  ),
  tells('held', 'Put on hold', 'By this agent.', z.object({ agent }), sample('held', '10:00:10', { agent: mori })),
  tells('resumed', 'Taken off hold', 'By this agent.', z.object({ agent }), sample('resumed', '10:00:40', { agent: mori })),
  tells(
    'transferred',
    'Handed to another phone',
    'The call keeps its id. If the consultation before an attended transfer was a call of its own, also send `call.joined` for it.',
    z.object({
      from: agent,
      to: endpoint,
      how: z.enum(['blind', 'attended']).register(words, { description: '`attended`: they spoke first.' }),
    }),
    sample('transferred', '10:01:00', { from: mori, to: { asDialled: '202', agent: sato, softphone: false }, how: 'attended' }),
  ),
  tells(
    'left',
    'Somebody left the conversation',
    'The customer may talk on with another. Not needed after `call.transferred` or at the end.',
    z.object({ endpoint }),
    sample('left', '10:01:00', { endpoint: { asDialled: '201', agent: mori } }),
  ),
  tells(
    'parked',
    'The customer waits in a parking slot',
    'Until somebody takes the call up there: send `call.answered` then.',
    z
      .object({
        slot: text(maxIdCharacters, 'What a colleague dials to take it up.'),
        agent: someone('Who parked it.'),
      })
      .transform(known),
    sample('parked', '10:00:50', { slot: '701', agent: mori }),
  ),
  tells(
    'joined',
    'Turned out to be part of another call',
    '`call` is the part, `into` the call that goes on: a consultation that became a transfer, a second leg. One log is written for both.',
    z
      .object({
        into: callId('The call that goes on.'),
        consultation: z
          .literal(true)
          .nullish()
          .register(words, { description: 'Colleagues talked while the customer waited, and that was all: nobody was transferred.' }),
      })
      .transform(known),
    sample('joined', '10:01:00', { into: 'c-81ee' }),
  ),
  tells(
    'ended',
    'The call is over',
    'For all its parties. Later facts (a recording, a tag) still find the call.',
    nothingNeeded(
      z
        .object({
          cause: maybeText(maxNameCharacters, 'In the phone system’s words: “busy”, “no answer”, “hung up by customer”.'),
          by: z
            .enum(['customer', 'agent'])
            .nullish()
            .register(words, { description: 'Who hung up. An unanswered call that the customer ended is an abandoned one.' }),
        })
        .transform(known),
      {},
    ),
    sample('ended', '10:03:12', { cause: 'hung up by customer' }),
  ),
  tells(
    'voicemail',
    'The caller left a message',
    'Whether or not it can be fetched.',
    nothingNeeded(
      z
        .object({
          seconds: maybeSeconds('Its length.'),
          url: maybeUrl('Where it can be heard.'),
          mailbox: maybeText(maxIdCharacters, 'Whose mailbox it lies in.'),
        })
        .transform(known),
      {},
    ),
    sample('voicemail', '09:59:40', { seconds: 21, url: 'https://pbx.example.com/voicemail/81f0.mp3' }),
  ),
  tells(
    'recorded',
    'It was recorded',
    'Before the file is anywhere: `call.recording` says where it is.',
    z.object({ recordingId: text(maxIdCharacters, 'The same as in `call.recording`.') }),
    sample('recorded', '09:59:00', { recordingId: 'r-1' }),
  ),
  tells(
    'recording',
    'A recording is ready',
    'May come days after the end. The same `recordingId` again replaces its address.',
    z
      .object({
        recordingId: text(maxIdCharacters, 'The phone system’s id of the recording; one call may have several.'),
        url: text(maxUrlCharacters, 'Where it can be heard. Prefer a page that stays valid over a link that ends in an hour.')
          .refine(isWebAddress, 'must be an absolute http or https address')
          .register(words, { pattern: webAddress }),
        seconds: maybeSeconds('Its length.'),
      })
      .transform(known),
    sample('recording', '10:04:00', { recordingId: 'r-1', url: 'https://pbx.example.com/recordings/81f0-1', seconds: 253 }),
  ),
  tells(
    'transcript',
    'A transcript is ready',
    'As text, as a link, or both.',
    nothingNeeded(
      z
        .object({
          url: maybeUrl('Where it can be read.'),
          text: maybeText(maxTranscriptCharacters, 'The transcript itself.'),
          language: maybeText(maxNameCharacters, 'BCP 47, such as `ja` or `pt-BR`.'),
        })
        .transform(known),
      {},
    ),
    sample('transcript', '10:06:00', {
      text: 'Agent: Good morning. Customer: …',
      language: 'en',
      url: 'https://pbx.example.com/transcripts/81f0',
    }),
  ),
  tells(
    'analysed',
    'An analysis finished',
    'By the phone system or by whoever listens for it.',
    nothingNeeded(
      z
        .object({
          score: z.number().nullish().register(words, { description: 'On your own scale.' }),
          summary: maybeText(maxTextCharacters, 'In a few sentences.'),
          talkRatio: z.number().min(0).max(1).nullish().register(words, { description: 'The agent’s share of the talking, 0 to 1.' }),
        })
        .transform(known),
      {},
    ),
    sample('analysed', '10:06:30', { score: 82, summary: 'Asks for a new invoice; promised by Monday.', talkRatio: 0.41 }),
  ),
  tells(
    'tagged',
    'Tags were chosen',
    'All that were chosen, in the agent’s order.',
    z
      .object({
        tags: z.array(text(maxNameCharacters, 'One tag.')).max(maxTags).register(words, { description: 'In words.' }),
        agent: someone('Who chose them.'),
      })
      .transform(known),
    sample('tagged', '10:03:30', { tags: ['invoice', 'call back'], agent: mori }),
  ),
  tells(
    'outcome',
    'An outcome was chosen',
    'When the agent wraps the call up; the last choice counts.',
    z.object({ value: text(maxNameCharacters, 'The outcome, in words.'), agent: someone('Who chose it.') }).transform(known),
    sample('outcome', '10:03:40', { value: 'Invoice promised', agent: mori }),
  ),
  tells(
    'commented',
    'A note was written',
    'Each note once; several notes are several events.',
    z.object({ text: text(maxTextCharacters, 'The note.'), agent: someone('Who wrote it.') }).transform(known),
    sample('commented', '10:03:45', { text: 'Wants the invoice split by month.', agent: mori }),
  ),
  tells(
    'digits',
    'The caller pressed keys',
    'In a menu, or a code by which a record can be found.',
    z
      .object({
        digits: text(maxIdCharacters, 'As pressed.'),
        purpose: maybeText(maxNameCharacters, 'What was asked for: `menu`, `case`, `customer-id`.'),
      })
      .transform(known),
    sample('digits', '09:58:55', { digits: '00123456', purpose: 'case' }),
  ),
  tells(
    'attributed',
    'Where the caller came from',
    'Call tracking: the campaign or page that led to this call.',
    nothingNeeded(
      z
        .object({
          source: maybeText(maxNameCharacters, 'utm_source.'),
          medium: maybeText(maxNameCharacters, 'utm_medium.'),
          campaign: maybeText(maxNameCharacters, 'utm_campaign.'),
          term: maybeText(maxNameCharacters, 'utm_term.'),
          content: maybeText(maxNameCharacters, 'utm_content.'),
          referrer: maybeText(maxUrlCharacters, 'The page the visitor came from.'),
          landingPage: maybeText(maxUrlCharacters, 'The page the visitor came to.'),
          gclid: maybeText(maxNameCharacters, 'Google’s click id.'),
          gaClientId: maybeText(maxNameCharacters, 'Google Analytics’ id of the browser (client_id).'),
        })
        .transform(known),
      {},
    ),
    sample('attributed', '09:58:51', { source: 'google', medium: 'cpc', campaign: 'brand', referrer: 'https://www.example.com/pricing' }),
  ),
  tells(
    'campaign',
    'The call belongs to a campaign',
    'A dialler’s campaign, or one chosen by a person.',
    z
      .object({
        campaignId: text(maxIdCharacters, 'The campaign’s id in Salesforce, or the dialler’s own.'),
        name: maybeText(maxNameCharacters, 'What people read.'),
      })
      .transform(known),
    sample('campaign', '09:58:51', { campaignId: '701000000000001AAA', name: 'Renewals, autumn' }),
  ),
  tells(
    'clicked',
    'It was dialled from a record',
    'By a click on its number: what the call is about, unless a person says otherwise. The first one told counts.',
    z
      .object({
        record: linkedRecord.register(words, { description: 'The record that was clicked.' }),
        by: someone('Who clicked.'),
      })
      .transform(known),
    sample('clicked', '09:58:51', { record: { kind: 'Account', id: '001000000000001AAA', name: 'Bakery Tanaka' }, by: mori }),
  ),
  tells(
    'shown',
    'A record was on the screen',
    'Of whoever took the call, when they took it. It counts only where the admin said so; the first one told counts.',
    z
      .object({
        record: linkedRecord.register(words, { description: 'The record that was displayed.' }),
        by: someone('Whose screen it was.'),
      })
      .transform(known),
    sample('shown', '09:58:59', { record: { kind: 'Case', id: '500000000000001AAA' }, by: mori }),
  ),
  tells(
    'linked',
    'A person chose the record',
    'The last choice counts. Neither `who` nor `what` takes the link off.',
    z
      .object({
        who: linkedRecord.nullish().register(words, { description: 'The contact or lead.' }),
        what: linkedRecord.nullish().register(words, { description: 'What it is about: an account, an opportunity, a case.' }),
        by: someone('Who chose.'),
        always: z
          .literal(true)
          .nullish()
          .register(words, { description: 'For this number from now on. Without it a choice is remembered once it was made twice.' }),
      })
      .transform(known),
    sample('linked', '10:02:00', {
      who: { kind: 'Contact', id: '003000000000001AAA', name: 'Tanaka Yui' },
      what: { kind: 'Case', id: '500000000000001AAA' },
      by: mori,
    }),
  ),
  tellsMessage('inbound', 'received', 'The customer wrote', 'A text message came in: SMS, or any other that has a number.', {
    customer: { number: '+81312345678', name: 'Tanaka Yui' },
    line: { id: 'support', name: 'Support', zone: 'Asia/Tokyo' },
    text: 'Is the invoice on its way?',
  }),
  tellsMessage('outbound', 'sent', 'Somebody of ours wrote', 'A text message went out.', {
    customer: { number: '+81312345678' },
    line: { id: 'support', name: 'Support', zone: 'Asia/Tokyo' },
    agent: mori,
    text: 'By Monday.',
    conversation: 'sms-81312345678',
  }),
] as const;

const byName = new Map<string, (typeof eventTypes)[number]>(eventTypes.map((event) => [event.name, event]));

/** The word before the dot is the kind. `call`, or `message` for text messages, where `message` stands in place of `call`. */
const otherEvent = z
  .object({
    type: z
      .string()
      .min(1)
      .refine((type) => !byName.has(type))
      .register(words, {
        minLength: 1,
        not: { enum: [...byName.keys()] },
        description: 'Any other type. The word before the dot is the kind: `call`, or `message`.',
      }),
  })
  .register(words, {
    id: 'OtherEvent',
    title: 'Any other event',
    description: 'Types this version doesn’t know are accepted, stored, and shown to the admin as unheard; they are never an error.',
    examples: [{ type: 'message.read', message: 'm-7', at: '2026-11-21T09:59:51+09:00' }],
  });
const event = z.union([...eventTypes.map(({ schema }) => schema), otherEvent]).register(words, { id: 'Event', title: 'One event' });
const versioned = z.object({
  version: z
    .literal(1)
    .register(words, { description: 'Of this schema. New event types and new optional fields come without a new version.' }),
});

/** One delivery's body, as published. The door reads the same parts one by one (`readBody`), so that it can name every mistake. */
export const deliveryBody = z
  .union([
    z.intersection(versioned, event).register(words, { title: 'One event' }),
    versioned
      .extend({
        events: z.array(event).min(1).max(maxEvents).register(words, { description: 'In any order. Taken whole or refused whole.' }),
      })
      .register(words, { title: 'A batch' }),
  ])
  .register(words, {
    id: 'Delivery',
    title: 'What one request carries',
    description:
      'One event, or a batch of them. Properties not named here are ignored; `null` and, where text is optional, `""` mean “not known”.',
    examples: [
      {
        version: 1,
        ...sample('started', '09:58:51', {
          direction: 'inbound',
          customer: { number: '+81312345678' },
          line: { id: 'support', name: 'Support' },
        }),
      },
      {
        version: 1,
        events: [
          sample('started', '09:58:51', { direction: 'inbound', customer: { number: '+81312345678' }, line: { id: 'support' } }),
          sample('ringing', '09:58:53', { endpoint: { asDialled: '201', agent: mori } }),
          sample('ended', '09:59:20', { cause: 'no answer' }),
        ],
      },
    ],
  });
/** JSON Schema 2020-12 of `deliveryBody`. */
export const deliveryJsonSchema = z.toJSONSchema(deliveryBody, {
  metadata: words,
  io: 'input',
  // Zod drops examples where a schema transforms, since they might be of the output; ours are what a sender writes.
  override({ zodSchema, jsonSchema }) {
    const examples = words.get(zodSchema)?.examples;
    if (examples) jsonSchema.examples = examples;
  },
});

/** What a body says: its events and the types we don't know, or every mistake in it, each a sentence without a full stop that names its path. */
export type Read = { readonly events: readonly CallEvent[]; readonly unheard: readonly string[]; readonly mistakes: readonly string[] };

export function readBody(body: Uint8Array, deliveryId: string): Read {
  const said = parseJson(body);
  if ('mistake' in said) return { events: [], unheard: [], mistakes: [said.mistake] };
  const envelope = said.json;
  if (!isObject(envelope)) return { events: [], unheard: [], mistakes: ['the body must be a JSON object'] };
  const mistakes: string[] = [];
  if (envelope['version'] !== 1)
    mistakes.push(
      envelope['version'] === undefined ? '`version` is missing; send 1' : '`version` must be the number 1, the only one there is',
    );
  const batch = envelope['events'];
  if (batch === undefined || batch === null) return readEvents([envelope], () => '', deliveryId, mistakes);
  if (!Array.isArray(batch)) mistakes.push('`events` must be a list');
  else if (batch.length === 0) mistakes.push('`events` must not be empty');
  else if (batch.length > maxEvents) mistakes.push(`\`events\` has ${batch.length} entries; send at most ${maxEvents} at once`);
  else return readEvents(batch, (index) => `events[${index}]`, deliveryId, mistakes);
  return { events: [], unheard: [], mistakes };
}

function readEvents(batch: readonly unknown[], place: (index: number) => string, deliveryId: string, mistakes: string[]): Read {
  const events: CallEvent[] = [];
  const unheard = new Set<string>();
  for (const [index, said] of batch.entries()) {
    if (!isObject(said)) {
      mistakes.push(`\`${place(index)}\` must be an object`);
      continue;
    }
    const name = said['type'];
    if (typeof name !== 'string' || name === '') {
      mistakes.push(
        `\`${[place(index), 'type'].filter(Boolean).join('.')}\` ${name === undefined ? 'is missing' : 'must be the name of an event type, such as call.started'}`,
      );
      continue;
    }
    const known = byName.get(name);
    if (!known) {
      unheard.add(storable(name.slice(0, maxUnheardCharacters)));
      continue;
    }
    const read = known.read(said, `${deliveryId}.${index}`);
    if ('type' in read) events.push(read);
    else for (const issue of read) mistakes.push(`\`${pathOf(place(index), issue.path)}\` ${issue.message}`);
  }
  return { events, unheard: [...unheard], mistakes };
}
/** A type's name is shown to the admin; whatever is longer is no name. */
const maxUnheardCharacters = 100;

function parseJson(body: Uint8Array): { json: unknown } | { mistake: string } {
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch (error) {
    if (error instanceof SyntaxError)
      return { mistake: body.byteLength === 0 ? 'the body is empty' : 'the body is not JSON; was it cut off?' };
    if (error instanceof TypeError) return { mistake: 'the body is not UTF-8' };
    throw error;
  }
}
const isObject = (said: unknown): said is Record<string, unknown> => typeof said === 'object' && said !== null && !Array.isArray(said);
const pathOf = (place: string, path: readonly PropertyKey[]) =>
  path.reduce<string>((so, step) => (typeof step === 'number' ? `${so}[${step}]` : so ? `${so}.${String(step)}` : String(step)), place);

/** Zod's issues in our words. Never the value: it may be a caller's number, and this sentence is logged. */
const complain: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array' ? `must have at most ${issue.maximum} entries` : `must be at most ${issue.maximum}`;
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : 'must be text or a number';
    default:
      return 'is not understood';
  }
};
const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
