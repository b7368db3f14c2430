import type { CallType } from '../call/call.ts';
import type { CallTypeSetting, Policy } from './policy.ts';
import { described, type ReadValue, say, type SettingsReader } from './settings.ts';
import { type Language, languages } from './words.ts';

/** `long`: may be thousands of characters in several lines. `link`: any number of addresses, each on a line of its own. */
type FieldKind = 'short' | 'long' | 'link';
/** What a field of the CRM has to be to take it as it is. `seconds` and `time` are numbers that a text says in words. */
export type ValueType = 'text' | 'phone' | 'email' | 'number' | 'seconds' | 'time' | 'date' | 'list' | 'link';
/** `ids`: requirements that are about this field alone; all are MT-35's or the rulings'. `type`: left out, a text. */
type FieldRow = {
  readonly says: string;
  readonly example: string;
  readonly ids?: string;
  readonly kind?: FieldKind;
  readonly type?: ValueType;
};

/** What a subject and a comment may be made of: MT-35's list with the rulings' additions. An empty one leaves nothing behind. */
const fieldRows = {
  CALL_TYPE: { says: 'Direction and outcome', example: 'Inbound answered', ids: 'MT-35' },
  DIRECTION: { says: 'Direction; of a call in vain, what it was', example: 'Inbound', ids: 'AC-25, DP-49' },
  RESULT: { says: 'What became of it, with the reason', example: 'Missed (out of hours)', ids: 'AC-32' },
  DISPOSITION: { says: 'The same with the tags, as in Call Result', example: 'Answered, vip', ids: 'AC-32' },
  MISSED_REASON: { says: 'Why nobody answered', example: 'caller hung up' },
  OUTCOME: { says: 'What the agent chose when wrapping up; empty if nothing', example: 'Interested', ids: 'AC-32' },
  CALL_ID: { says: 'The phone system’s id of the call', example: 'c-41', ids: 'DP-51' },
  DATE: { says: 'Due date, in the owner’s zone', example: '2026-03-02', ids: 'DP-61, AC-27', type: 'date' },
  CALL_START: {
    says: 'When the call began; of an inbound one, when it arrived',
    example: '2026-03-02 10:00:00',
    ids: 'MT-25, AC-27',
    type: 'time',
  },
  DIAL_START: { says: 'When dialling began, or the first phone rang', example: '2026-03-02 10:00:02', ids: 'MT-25', type: 'time' },
  RING_END: { says: 'When the ringing was over', example: '2026-03-02 10:00:12', ids: 'MT-27', type: 'time' },
  TALK_START: { says: 'When the talk began; empty if nobody answered', example: '2026-03-02 10:00:12', ids: 'MT-26', type: 'time' },
  TALK_END: { says: 'When the talk was over; empty if nobody answered', example: '2026-03-02 10:01:13', ids: 'MT-27', type: 'time' },
  DURATION: { says: 'How long they talked; empty if nobody answered', example: '1 min 1 s', ids: 'AC-28', type: 'seconds' },
  DURATION_SEC: { says: 'The same in seconds; 0 if nobody answered', example: '61', ids: 'DP-63', type: 'number' },
  MINUTES: { says: 'The same in minutes, rounded as the policy says; 0 if nobody answered', example: '2', ids: 'DP-49', type: 'number' },
  WAIT_TIME: { says: 'How long the customer waited', example: '12 s', ids: 'AC-29', type: 'seconds' },
  RING_TIME: { says: 'How long phones rang', example: '10 s', type: 'seconds' },
  HOLD_TIME: { says: 'How long they were on hold; empty if they were not', example: '30 s', type: 'seconds' },
  CUSTOMER: { says: 'Name of the record, else the name or number that was sent', example: 'Hanako Tanaka', ids: 'AC-20, AC-26' },
  FIRST_NAME: { says: 'The customer’s first name, as far as the name tells', example: 'Hanako', ids: 'AC-20, FC-04' },
  LAST_NAME: { says: 'The customer’s last name; the whole name if it is one word', example: 'Tanaka', ids: 'AC-20, FC-04' },
  CUSTOMER_NUMBER: { says: 'The customer’s number; empty if withheld', example: '+81312345678', ids: 'AC-21', type: 'phone' },
  RECORD_NAME: { says: 'Name of the record it hangs on; empty if there is none', example: 'Hanako Tanaka', ids: 'AC-26' },
  RECORD_EMAIL: { says: 'The customer’s e-mail, as the phone system knows it', example: 'hanako@example.com', ids: 'AC-22', type: 'email' },
  FROM: {
    says: 'Who called: the customer’s number, or of an outbound call the line’s',
    example: '+81312345678',
    ids: 'MT-22',
    type: 'phone',
  },
  TO: {
    says: 'Who was called: the line’s number, or of an outbound call the customer’s',
    example: '+48221234567',
    ids: 'MT-23',
    type: 'phone',
  },
  LINE: { says: 'The line’s name, else its number', example: 'Sales', ids: 'MT-24' },
  LINE_NAME: { says: 'The same as LINE', example: 'Sales', ids: 'MT-24, AC-26' },
  LINE_NUMBER: { says: 'The line’s number', example: '+48221234567', type: 'phone' },
  QUEUE: { says: 'The queue the customer waited in', example: 'Support', ids: 'MT-25' },
  AGENT: { says: 'Whose call it was: who dialled, or talked first', example: 'Anna Sato', ids: 'DP-60' },
  AGENT_NAME: { says: 'The same as AGENT', example: 'Anna Sato' },
  AGENT_EMAIL: { says: 'Their e-mail in the phone system', example: 'anna@example.com', type: 'email' },
  ANSWERED_BY: { says: 'Who of ours answered an inbound call', example: 'Anna Sato' },
  DUE_TIME: { says: 'When the task is due; empty if it is completed', example: '2026-03-02 14:01:13', ids: 'RS-43', type: 'time' },
  OWNER_NAME: { says: 'Who the record is assigned to; empty for a queue', example: 'Anna Sato', ids: 'AC-33' },
  ENDPOINT: { says: 'The phone it was answered at, else the one that rang first', example: '101', ids: 'RS-44' },
  RECORDING_URL: {
    says: 'Link to the recording',
    example: 'https://phone.example.com/recordings/1',
    ids: 'DP-50, AC-30',
    kind: 'link',
    type: 'link',
  },
  VOICEMAIL_URL: {
    says: 'Link to the voicemail',
    example: 'https://phone.example.com/recordings/2',
    ids: 'DP-50',
    kind: 'link',
    type: 'link',
  },
  TAGS: { says: 'All tags', example: 'vip, complaint', ids: 'MT-29, AC-32', kind: 'long', type: 'list' },
  COMMENT: {
    says: 'What agents noted in the phone; in a comment it stands above our block in any case',
    example: 'Call again',
    ids: 'MT-39, AC-31',
    kind: 'long',
  },
  TRANSCRIPT: { says: 'What was said', example: 'Good morning …', kind: 'long' },
  SUMMARY: { says: 'The same in short', example: 'Wants a quote.', kind: 'long' },
  SCORE: { says: 'Score of the speech analysis', example: '87', ids: 'MT-43', type: 'number' },
  TALK_RATIO: { says: 'The agent’s share of the talking', example: '41%', ids: 'MT-43', type: 'number' },
  IVR_CODE: { says: 'The keys the caller pressed last', example: '4711', ids: 'FC-31' },
  IVR_PATH: { says: 'All keys the caller pressed, in order', example: '1 › 2 › 4711' },
  CAMPAIGN: { says: 'The calling campaign', example: 'Spring' },
  UTM_SOURCE: { says: 'utm_source of the visit before the call', example: 'google' },
  UTM_MEDIUM: { says: 'utm_medium', example: 'cpc' },
  UTM_CAMPAIGN: { says: 'utm_campaign', example: 'brand' },
  UTM_TERM: { says: 'utm_term', example: 'oven' },
  UTM_CONTENT: { says: 'utm_content', example: 'banner' },
  REFERRER: { says: 'The page they came from', example: 'https://www.example.com/', type: 'link' },
  LANDING_PAGE: { says: 'The page they came to', example: 'https://acme.example/ovens', type: 'link' },
  GCLID: { says: 'Google’s click id', example: 'EAIaIQ' },
  GA_CLIENT_ID: { says: 'Google Analytics’ client id', example: '123.456' },
  PRODUCT: { says: 'The product’s name in the policy', example: 'Cordboard', ids: 'DP-49' },
} as const satisfies Readonly<Record<string, FieldRow>>;

export type MergeField = keyof typeof fieldRows;
export const mergeFields: Readonly<Record<MergeField, FieldRow>> = fieldRows;
/** A name is a stranger's text until it is one of ours. */
export const isMergeField = (name: string): name is MergeField => Object.hasOwn(mergeFields, name);

/** Of one type of call. */
export type TextTemplates = { readonly subject?: string; readonly comment?: string };
/** `unanswered`: calls in vain of both directions (MT-34); `every`: whatever says nothing of its own. */
type TextsFor = CallTypeSetting | 'unanswered' | 'every';
/** Each language has its own, so that choosing another one leaves none behind in the wrong words. */
export type Texts = Partial<Readonly<Record<Language, Partial<Readonly<Record<TextsFor, TextTemplates>>>>>>;

/** The template for a call of this type, most particular first. A call of unknown direction counts as missed (C1). */
export function templateFor(
  { language, texts }: Pick<Policy, 'language' | 'texts'>,
  part: keyof TextTemplates,
  type: CallType | undefined,
): { readonly text: string; readonly from: string } | undefined {
  const own = texts?.[language];
  const chain: TextsFor[] = [
    ...(type === 'internal' ? [] : [type ?? ('missed' as const)]),
    ...(type === 'inbound-answered' || type === 'outbound-answered' || type === 'internal' ? [] : ['unanswered' as const]),
    'every',
  ];
  const found = chain.find((one) => own?.[one]?.[part] !== undefined);
  const text = found && own?.[found]?.[part];
  return text === undefined ? undefined : { text, from: `texts.${language}.${found}.${part}` };
}

/** At edit time a comment's own characters count; with its values it is cut (MT-38). */
const longestComment = 30_000;

export function textsReader(reader: SettingsReader, types: readonly CallTypeSetting[]): ReadValue<Texts> {
  const templates = templatesReader(reader);
  const ofLanguage = reader.object(
    Object.fromEntries([...types, 'unanswered', 'every'].map((one) => [one, templates])) as Record<TextsFor, ReadValue<TextTemplates>>,
    'an object with templates for types of calls',
    'There is no such type of call.',
  );
  return reader.object(
    Object.fromEntries(languages.map((one) => [one, ofLanguage])) as Record<Language, typeof ofLanguage>,
    'an object with templates for each language',
    'There is no such language.',
  );
}

export const templatesReader = (reader: SettingsReader): ReadValue<TextTemplates> =>
  reader.object<TextTemplates>({ subject: subjectReader(reader), comment: commentReader(reader) });

export function subjectReader(reader: SettingsReader): ReadValue<string> {
  const line = reader.line(255);
  return described(line.schema ?? {}, (path, value) => withFields(reader, path, line(path, value)));
}

function commentReader(reader: SettingsReader): ReadValue<string> {
  return described({ type: 'string', maxLength: longestComment }, (path, value) => {
    if (typeof value !== 'string' || value.trim() === '') return reader.wrong(path, `Give a text that isn't empty, not ${say(value)}.`);
    if (value.length > longestComment)
      return reader.wrong(path, `Give at most ${longestComment} characters, not ${value.length} (MT-38).`, longestComment + 1);
    const text = value.replaceAll('\r\n', '\n');
    const control = text.search(/[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}]/u);
    if (control >= 0) return reader.wrong(path, `Take out the control character at ${placeIn(text, control)}.`, control + 1);
    return withFields(reader, path, text);
  });
}

function withFields(reader: SettingsReader, path: string, template: string | undefined): string | undefined {
  if (template === undefined) return undefined;
  const half = template.search(/\p{Cs}/u);
  const mistakes = [
    ...(half < 0 ? [] : [{ message: `Half of a character stands at ${placeIn(template, half)}.`, position: half + 1 }]),
    ...mistakesInTemplate(template),
  ];
  for (const { message, position } of mistakes) reader.wrong(path, message, position);
  return mistakes.length > 0 ? undefined : template;
}

/** Braces only ever hold the name of a field (MT-36, MT-37). `position`: of the brace, from 1. */
export function mistakesInTemplate(template: string): { readonly message: string; readonly position: number }[] {
  return [...template.matchAll(/\{([^{}]*)\}|[{}]/g)].flatMap(({ 0: found, 1: name, index }) => {
    const place = placeIn(template, index);
    if (name === undefined)
      return [{ message: `The "${found}" at ${place} has no partner; braces only hold the name of a field.`, position: index + 1 }];
    if (isMergeField(name)) return [];
    const near = nearest(name);
    const offered = Object.keys(mergeFields).map((field) => `{${field}}`);
    const shown = found.length > 40 ? `${found.slice(0, 40).toWellFormed()}…}` : found;
    const hint = near.length > 0 ? `Did you mean ${near.map((one) => `{${one}}`).join(' or ')}?` : `There are ${offered.join(' ')}.`;
    return [{ message: `There is no field ${shown} (${place}). ${hint}`, position: index + 1 }];
  });
}

/** As an editor counts: lines and characters from 1; the line only where there are several. */
function placeIn(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  const character = `character ${before.at(-1)!.length + 1}`;
  return text.includes('\n') ? `line ${before.length}, ${character}` : character;
}

/** The fields that were probably meant: as good as the same name, or one that begins or ends so. Two at most. */
function nearest(name: string): MergeField[] {
  const meant = plain(name);
  if (meant.length > 40) return [];
  const farthest = Math.max(1, Math.floor(meant.length / 3));
  const scored = (Object.keys(mergeFields) as MergeField[])
    .map((field) => {
      const other = plain(field);
      const isPart = meant.length >= 4 && (other.startsWith(meant) || other.endsWith(meant));
      return { field, distance: Math.min(editDistance(meant, other), isPart ? 1 : Infinity) };
    })
    .filter(({ distance }) => distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance);
  return scored
    .filter(({ distance }) => distance === scored[0]?.distance)
    .map(({ field }) => field)
    .slice(0, 2);
}
const plain = (name: string) => name.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Letters put in, left out, changed, or swapped with their neighbour (Damerau–Levenshtein, optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        last[column]! + 1,
        next[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
        isSwap ? beforeLast[column - 2]! + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, next];
  }
  return last[to.length]!;
}
