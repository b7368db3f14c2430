import type { CrmFailure } from './crm-failure.ts';
import type { CrmSetup } from './crm-setup.ts';

/** A record of the CRM, as matching and screens see it. */
export type CrmRecord = { readonly kind: string; readonly id: string; readonly name?: string };
/** A user of the CRM. `zone` is an IANA name. */
export type CrmUser = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly zone: string;
  readonly active: boolean;
  /** Their number inside the company, as the CRM knows it: whose phone it is when the phone system tells no e-mail. */
  readonly extension?: string;
  /** Who the company's sign-in, and its personnel, say they are; left out where we may not see it. */
  readonly federationId?: string;
  readonly employeeNumber?: string;
  /** Has our permission set; undefined where that can't be seen. */
  readonly permitted?: boolean;
};
/** Owns records that wait for somebody to take them. `takes`: activities, strangers' leads, or both. */
export type CrmQueue = { readonly id: string; readonly name: string; readonly takes: readonly ('activity' | 'lead')[] };

/** Who an org is connected as. `host`: where its API is. */
export type CrmIdentity = {
  readonly orgId: string;
  readonly orgName: string;
  readonly userId: string;
  readonly userName: string;
  readonly login: string;
  readonly host: string;
};

/** The agent whose record it is, as a user of the CRM: written in their name where they let us (DP-11). */
export type Author = { readonly id: string; readonly name: string };

/** A value for a field that an admin has chosen, as we have it: what the field takes, only the CRM knows. `text`: the same in words. */
export type FieldWish =
  | { readonly as: 'text'; readonly text: string }
  | { readonly as: 'number'; readonly number: number; readonly text: string }
  /** `atMs`: by our clock; `date`: the day in the owner's zone. */
  | { readonly as: 'time'; readonly atMs: number; readonly date: string; readonly text: string }
  | { readonly as: 'list'; readonly list: readonly string[]; readonly text: string }
  | { readonly as: 'truth'; readonly truth: boolean }
  /** Whatever stands there goes. */
  | { readonly as: 'nothing' };
/** By the CRM's names of the fields, blind to case. */
export type FieldWishes = Readonly<Record<string, FieldWish>>;

/** The activity one call should have, in our words; `Crm.draft` says it in theirs. */
export type WantedActivity = {
  readonly kind: 'activity';
  /** Left out: the integration user's. */
  readonly author?: Author;
  readonly subject: string;
  /** Completed shows under Past Activity, open under Next Steps. */
  readonly status: 'completed' | 'open';
  readonly direction: 'inbound' | 'outbound' | 'internal' | undefined;
  readonly ownerId: string | undefined;
  /** Owns it if that one can't: inactive, gone, not allowed to. */
  readonly spareOwnerId?: string;
  /** Lead or contact. */
  readonly who: CrmRecord | undefined;
  /** Account, case, opportunity. */
  readonly what: CrmRecord | undefined;
  /** Of a call, something to do about one, text messages, or a task that a person saved: its text is theirs alone. Left out: of a call. */
  readonly about?: 'call' | 'to-do' | 'message' | 'task';
  /** YYYY-MM-DD, already in the owner's zone. Undefined: whenever. */
  readonly dueDate: string | undefined;
  /** When its owner is to be reminded, ms; left out: not at all. */
  readonly remindAtMs?: number;
  /** Talk time, hold included; 0 when unanswered. */
  readonly durationSeconds: number;
  readonly waitSeconds: number;
  /** Outcome and tags in words, at most 255 characters. */
  readonly result: string;
  /** What people wrote. Merged apart from `system` (W3). */
  readonly memo: string;
  /** Lines we write: waiting time, recording, voicemail, score. */
  readonly system: readonly string[];
  /** The phone system's call id, readable. */
  readonly callKey: string;
  /** Our permanent page for this call; `https:` or nothing (S3). */
  readonly link: string | undefined;
  /** The org's own values of the status, where the admin named some. */
  readonly statuses?: { readonly completed?: string; readonly open?: string };
  /** What the CRM's field Type gets; left out: nothing. */
  readonly type?: string;
  /** It is shown as any task, not as a call. */
  readonly plain?: true;
  /** What else the admin wants in which field. */
  readonly fields?: FieldWishes;
};
/** What a number nobody has can become. */
export const personKinds = ['lead', 'contact', 'account', 'person-account'] as const;
export type PersonKind = (typeof personKinds)[number];
/** A record made for a stranger. It is made and never changed: whatever people make of it is theirs (P2). */
export type WantedPerson = {
  readonly kind: PersonKind;
  /** As of an activity. */
  readonly author?: Author;
  /** The caller's name if one is known, else the number. */
  readonly name: string;
  /** Left out: `name` is not parted. */
  readonly firstName?: string;
  readonly lastName?: string;
  /** The number goes where mobile ones do. */
  readonly mobile?: true;
  /** Of a lead, in the org's own words. */
  readonly leadStatus?: string;
  /** By the CRM's name for programs. */
  readonly recordType?: string;
  /** As of an activity. */
  readonly fields?: FieldWishes;
  /** Of a lead, where the CRM insists on one. */
  readonly company: string;
  /** E.164. */
  readonly phone: string;
  readonly email?: string;
  readonly ownerId?: string;
  readonly spareOwnerId?: string;
  /** Of a lead: the CRM's own assignment rules say whose it is; `ownerId` where none of them does. */
  readonly byAssignmentRules?: true;
};
/** Where a caller came from, for a lead that is there (RS-02, RS-55). */
export type WantedMarks = {
  readonly kind: 'marks';
  /** No agent's doing. */
  readonly author?: undefined;
  readonly id: string;
  /** Put in where nothing stands. */
  readonly first: FieldWishes;
  /** Put in the place of what stands there, unless a person put it there after us. */
  readonly last: FieldWishes;
};
/** A lead that nobody works on any more, to be worked on again (R5). Once: whoever closes it after that means it. */
export type WantedReopening = {
  readonly kind: 'reopening';
  readonly author?: undefined;
  readonly id: string;
  /** In the org's own words; left out: the one that new leads have there. */
  readonly status?: string;
  /** Statuses it is opened from. */
  readonly closed: readonly string[];
};
/** What is changed in a lead that is there. */
export type WantedOfLead = WantedMarks | WantedReopening;
/** A case or an opportunity made for a call. Made once; of what it holds we only change whose it is, as long as nobody else has (FC-30). */
export type WantedMatter = WantedCase | WantedOpportunity;
export type WantedCase = {
  readonly kind: 'case';
  /** As of an activity. */
  readonly author?: Author;
  readonly subject: string;
  readonly origin: string;
  readonly contactId?: string;
  readonly accountId?: string;
  /** Who called, where no contact says so: E.164, and the name that was told. */
  readonly phone?: string;
  readonly caller?: string;
  readonly ownerId?: string;
  readonly spareOwnerId?: string;
  /** As of a lead. */
  readonly byAssignmentRules?: true;
  /** As of an activity. */
  readonly fields?: FieldWishes;
};
export type WantedOpportunity = {
  readonly kind: 'opportunity';
  readonly author?: Author;
  readonly name: string;
  readonly stage: string;
  /** YYYY-MM-DD. */
  readonly closeDate: string;
  readonly contactId?: string;
  readonly accountId?: string;
  readonly ownerId?: string;
  readonly spareOwnerId?: string;
  /** As of an activity. */
  readonly fields?: FieldWishes;
};
/** What a call can want of its own; a person belongs to its number. */
export type WantedOfCall = WantedActivity | WantedMatter;
export type Wanted = WantedOfCall | WantedPerson | WantedOfLead;
export const isOfLead = (kind: WantedKind | undefined): boolean => kind === 'marks' || kind === 'reopening';
export const isWantedOfLead = (wanted: Wanted): wanted is WantedOfLead => isOfLead(wanted.kind);
export const isWantedMatter = (wanted: Wanted): wanted is WantedMatter => wanted.kind === 'case' || wanted.kind === 'opportunity';
export const isWantedPerson = (wanted: Wanted): wanted is WantedPerson => personKinds.some((kind) => kind === wanted.kind);
export type WantedKind = Wanted['kind'];

export type FieldValue = string | number | boolean | null;
/** Fields by the CRM's own names, values as its API takes and gives them. */
export type Fields = Readonly<Record<string, FieldValue>>;

/**
 * One record to write. Without `id`: created under `name` unless it exists, `fields` carry the whole record; a person that exists is left
 * as it is and answered `exists` (P2). With `id`: changed, never created (W2).
 */
export type WriteAsk = {
  /** Left out: an activity. */ readonly kind?: WantedKind;
  readonly name: string;
  readonly id?: string;
  readonly fields: Fields;
  /** Owns it if the owner among `fields` can't. */
  readonly spareOwnerId?: string;
  /** Created: the CRM's own assignment rules may choose another owner. Left out: never. */
  readonly byAssignmentRules?: true;
  /** Some of `fields` are as the admin wants them, by what such records take: if that wasn't known yet, they are to be drafted again. */
  readonly mapped?: true;
  /** Created although a duplicate rule would rather not, where that rule lets people do so. */
  readonly despiteDuplicates?: true;
  /** Say whom a duplicate rule found; it takes calls of its own. */
  readonly lookAtDuplicates?: true;
};
/** A field that a record was refused for, and what may be sent instead; nothing: leave it out. */
export type RefusedField = { readonly field: string; readonly instead?: FieldValue };
export type WriteAnswer =
  /** `given`: what it holds besides what was asked: the admin's defaults for fields the CRM insists on, the owner its own rules chose. */
  | { readonly id: string; readonly created: boolean; readonly given?: Fields }
  /** Nothing of the record itself: without these fields it may be taken, as far as this answer tells. */
  | { readonly refused: 'fields'; readonly fields: readonly RefusedField[]; readonly failure: CrmFailure }
  /** A duplicate rule found others, with what stands in their phone fields as far as this user sees it. */
  | { readonly refused: 'duplicate'; readonly others: readonly Duplicate[]; readonly failure: CrmFailure }
  /** Not in this author's name: nothing happened, and the integration user may be let. Only where `as` was asked for. */
  | { readonly refused: 'author'; readonly failure: CrmFailure }
  /** `exists`: our name is on that record already. `deleted`: it was there and isn't any more, or was never. */
  | { readonly refused: 'exists' | 'deleted'; readonly id?: string; readonly message: string }
  /** It was sent once more by itself, and it isn't known what became of it (W4). */
  | { readonly refused: 'unanswered'; readonly message: string }
  /** `whole`: the failure befell a group of rows in one, so any of them may be the poison: ask for half of them again (W5). */
  | { readonly refused: 'failed'; readonly failure: CrmFailure; readonly whole?: true };
/** It may be of another kind than the record that was to be made. */
export type Duplicate = { readonly kind: PersonKind; readonly id: string; readonly name: string; readonly phones: readonly string[] };
/** Look one record up, by our name or by id. `since`: not created before (ms); bounds the search where names aren't unique (W8). */
export type ReadAsk = {
  /** Left out: an activity. */ readonly kind?: WantedKind;
  readonly name: string;
  readonly id?: string;
  readonly since: number;
  /** Fields to be told besides, by the CRM's names. */
  readonly also?: readonly string[];
};
/** What the CRM holds. `fields` are those of `Crm.shared` plus all that `draft` may send. */
export type ReadAnswer =
  | {
      readonly held:
        | {
            readonly id: string;
            readonly fields: Fields;
            readonly deleted: boolean;
            /** When it was changed last, ms; of leads only. */ readonly changedAtMs?: number;
            /** Other records under the same name (reduced form only). */ readonly doubles: readonly string[];
          }
        | undefined;
    }
  | { readonly failure: CrmFailure; readonly whole?: true };

/** What a field of the CRM takes, as far as it matters to what we put there. `other`: nothing of ours. */
export type CrmFieldType =
  | 'text'
  | 'phone'
  | 'email'
  | 'link'
  | 'number'
  | 'truth'
  | 'date'
  | 'time'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'other';
/** A field that an admin may have filled. */
export type CrmField = {
  readonly name: string;
  readonly label: string;
  readonly type: CrmFieldType;
  /** Characters it takes, where it counts them. */
  readonly length?: number;
  /** What may be chosen; `only`: nothing else is taken. */
  readonly choices?: readonly string[];
  readonly only?: true;
  /** It can be set when the record is made, and not after. */
  readonly onceOnly?: true;
  /** What a new record has there if nobody says otherwise. */
  readonly standard?: string;
  /** We fill it in any case, unless the admin has something else put there (R3). */
  readonly usual?: true;
  /** Something else decides it: where that is set, in the policy's words. */
  readonly decidedBy?: string;
};
/** What a record can't be given of what the admin wants in its fields: `instead` is, or nothing. */
export type Unfit = { readonly code: string; readonly message: string; readonly value: FieldValue; readonly instead?: FieldValue };

/** What the admin gives fields that the CRM insists on when a record is created: by the CRM's names of the object and of the field. */
export type FieldDefaults = Readonly<Record<string, Fields>>;
/** One of them that can't be used, and why. */
export type WrongDefault = {
  readonly object: string;
  readonly field: string;
  readonly because: string;
  /** Another setting of the policy than a default, by its path. */
  readonly setting?: string;
};
export type Exchange = {
  readonly reads: readonly ReadAsk[];
  readonly writes: readonly WriteAsk[];
  readonly defaults?: FieldDefaults;
  /** Written in this user's name, who lets us. Nothing is read then: what they don't see would be taken for gone. */ readonly as?: string;
};
export type Exchanged = {
  /** One each, in order of asking. Reads happen before writes. */
  readonly reads: readonly ReadAnswer[];
  readonly writes: readonly WriteAnswer[];
  /** What went over the wire, for the story of the call: method and path, status, milliseconds. Never headers or tokens (S2). */
  readonly wire: { readonly request: string; readonly status: number; readonly ms: number };
};

/** It isn't known whether anything happened: no answer, or one that can't be read (W4). */
export class Unanswered extends Error {}
/** The CRM refused the whole request and nothing happened. `whole` with `us` or `admin`: halve it until the poison is alone (W5). */
export class Refused extends Error {
  readonly failure: CrmFailure;
  constructor(failure: CrmFailure) {
    super(`${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

/**
 * A record with phone numbers, as the book keeps it. `kind`: `contact`, `lead`, `account`, `person-account`, or a custom object by the
 * CRM's own name.
 */
export type BookRecord = CrmRecord & {
  readonly name: string;
  readonly company?: string;
  readonly ownerId?: string;
  readonly email?: string;
  /** Of a contact: whose it is. Of a person account: the contact that an activity names. */
  readonly accountId?: string;
  readonly contactId?: string;
  /** As written; it says how numbers without a country code are meant. */
  readonly country?: string;
  readonly phones: readonly { readonly field: string; readonly written: string }[];
  /** In the org's own words. */
  readonly status?: string;
  /** YYYY-MM-DD: of its last activity. */
  readonly activeOn?: string;
  /** Of a case or an opportunity: nobody works on it any more. */
  readonly closed?: boolean;
  /** What a case is asked for by. */
  readonly code?: string;
  /** Of a contact's part in an opportunity: which opportunity, and whether it is the first. */
  readonly parentId?: string;
  readonly primary?: boolean;
  /** `gone`: deleted. Merged and converted records go on in `into`. */
  readonly state: 'there' | 'converted' | 'gone';
  readonly into?: { readonly id: string; readonly accountId?: string };
  /** When the CRM last changed it, by anybody or anything, as text that sorts by time (B1). */
  readonly stamp: string;
  /** When a person or a program last changed it, ms. */
  readonly modifiedAtMs: number;
};
/** Kinds of records a call may be about besides its person, and what says which contact has which opportunity. They have no numbers. */
const matterKinds: readonly string[] = ['case', 'opportunity', 'opportunity-role'];
export const isMatterKind = (kind: string): boolean => matterKinds.includes(kind);
/** How far the changes of one kind have been read; both parts together, since many records share one stamp (B1). An empty id: all of that stamp are still to be read. */
export type BookPlace = { readonly stamp: string; readonly id: string };
/** One object the book may keep: its fields with numbers, as this user sees them. */
export type BookObject = { readonly kind: string; readonly fields: readonly string[] };
/** A kind that can't be read. `absent`: the org has no such records, so nobody is missed. */
export type BookLeftOut = { readonly kind: string; readonly because: string; readonly absent?: true };

/** What the CRM's API calls are for; each is counted. `stranger`: to see who is there before a record is made. */
export const apiPurposes = ['write', 'stranger', 'sign-in', 'users', 'rights', 'poll', 'fill', 'events', 'other'] as const;
export type ApiPurpose = (typeof apiPurposes)[number];

/** Why changes of a kind are not told by the CRM as they happen, in one word. */
export const eventlessBecause = ['not-offered', 'not-selected', 'not-allowed', 'used-up', 'broken'] as const;
export type Eventless = (typeof eventlessBecause)[number];
/** Changes aren't told. `lost`: the place to go on from is no longer kept; what happened since must be read. */
export class NoEvents extends Error {
  readonly because: Exclude<Eventless, 'broken'> | 'lost';
  constructor(because: NoEvents['because'], message: string) {
    super(message);
    this.because = because;
  }
}
/** Where changes are told, and of which kinds. */
export type BookTopic = { readonly topic: string; readonly kinds: readonly string[] };
/** A record that was deleted, and when, by the CRM's clock and written as its stamps are: what was read of it before then is over. */
export type BookDeletion = { readonly id: string; readonly stamp: string };
/** What was told at once. */
export type BookNews = {
  /** Records to be read, since something was changed that the book keeps. */
  readonly changed: readonly string[];
  /** Some of `changed` were deleted: whoever isn't found any more is gone. */
  readonly deleted: readonly BookDeletion[];
  /** More was changed than could be told: all that changed must be read. */
  readonly more: boolean;
  /** Go on after here; undefined until anything was told. */
  readonly place: string | undefined;
  /** How many changes this was, those that don't matter too. */
  readonly told: number;
};
/** The records of one kind made ready as a whole, while nobody waits. `place`: a page of them. */
export interface CrmBookWhole {
  /** Has all records of the kind made ready. Throws `Refused` also where this user or org may not. */
  begin(object: BookObject): Promise<string>;
  /** `lost`: there is no such work any more, or it failed. */
  look(job: string): Promise<'under way' | 'ready' | 'lost'>;
  /** One page; `next`: where the one after it begins, undefined at the end. `lost` as above. */
  page(
    object: BookObject,
    job: string,
    place: string | undefined,
  ): Promise<{ readonly records: readonly BookRecord[]; readonly next: string | undefined } | 'lost'>;
  /** It isn't needed any more. */
  end(job: string): Promise<void>;
  /** Below this it isn't worth the wait. */
  readonly from: number;
}

/** Where the book is read from. Every method is one API call and throws `Unanswered` or `Refused` only. */
export interface CrmBook {
  /** What can be read of these kinds, and why one can't be. `code`: the field that cases are asked for by; without one only open ones are read. */
  objects(kinds: readonly string[], code?: string): Promise<readonly (BookObject | BookLeftOut)[]>;
  /** The newest stamp of each, `undefined` where there is no record. */
  newest(objects: readonly BookObject[]): Promise<readonly (string | undefined)[]>;
  /** How many records there are with a number, about. */
  count(object: BookObject): Promise<number>;
  /** Living records with ids after this one, in the order of ids; `last` says where to go on, `undefined` that this was all. */
  page(
    object: BookObject,
    afterId: string | undefined,
  ): Promise<{ readonly records: readonly BookRecord[]; readonly last: string | undefined }>;
  /** Changed since, deleted ones too, in the order of places; `more`: there are more of this kind. At most `atOnce` kinds. */
  changes(
    asked: readonly { readonly object: BookObject; readonly after: BookPlace }[],
    purpose?: ApiPurpose,
  ): Promise<
    readonly (
      | { readonly records: readonly BookRecord[]; readonly last: BookPlace | undefined; readonly more: boolean }
      | { readonly failure: CrmFailure }
    )[]
  >;
  /** Kinds one call of `changes` or `newest` may ask for. */
  readonly atOnce: number;
  /** These records as they are, deleted ones too; what isn't given isn't there. At most `atOnce` lists of `idsAtOnce`. */
  byId(asked: readonly { readonly object: BookObject; readonly ids: readonly string[] }[]): Promise<readonly BookRecord[]>;
  readonly idsAtOnce: number;
  /** Where changes of these kinds would be told; of a kind that stands nowhere they never are. No API call. */
  topics(objects: readonly BookObject[]): readonly BookTopic[];
  /**
   * Follows a topic, from a place or from now on. The first that comes says that nothing is missed from then on. Ends by throwing
   * `NoEvents`, `Refused` or `Unanswered`, and without a word when the signal aborts. No API calls.
   */
  follow(topic: string, from: string | undefined, signal: AbortSignal): AsyncIterable<BookNews>;
  /** Undefined: this CRM has no such way. */
  readonly whole: CrmBookWhole | undefined;
  /** The country the org says it is in, as written. */
  country(): Promise<string | undefined>;
}

/** One connected org. Knows its session, its limits and its field names; decides nothing. */
export interface Crm {
  /** The org's own id: another one is another company's, or a copy in which other people are. */
  readonly orgId: string;
  /** `unique`: names are a unique field, so once is once. `reduced`: no custom fields; the weaker promise of W8. */
  readonly form: 'unique' | 'reduced';
  /** Why it is reduced, in words. */
  readonly reducedBecause: string | undefined;
  /** Fields a human may edit: read before we change them again (W3). */
  readonly shared: readonly string[];
  /** Of a case or an opportunity once made: what follows the agent's choice as long as nobody else has changed it. */
  readonly repointed: readonly string[];
  /** The field whose system block and memo are merged apart, or undefined. */
  readonly textField: string;
  /** At most this many writes, and as many reads, fit one exchange. */
  readonly maxRecords: number;
  /** Records (by id) that writing these fields would lock; `creating` a finished activity locks none (salesforce.md §2.4). */
  locks(fields: Fields, creating: boolean): readonly string[];
  /** Objects an activity may be about, by the CRM's own names; asked anew every few hours. */
  relatedTo(): Promise<readonly string[]>;
  /**
   * Changes whenever what this user may write changes: fields, rights, lengths, values to choose from. What was refused under another
   * one may be tried again.
   */
  readonly shape: string;
  /** Which of these defaults can't be used: no such object or field, or not that kind of value. Throws like `exchange`. */
  wrongDefaults(defaults: FieldDefaults): Promise<readonly WrongDefault[]>;
  /**
   * The fields of this object that an admin may have filled; undefined: it is none that we write. `person-account`: those of accounts that are
   * persons, where the org has such. Throws like `exchange`.
   */
  fields(object: string): Promise<readonly CrmField[] | undefined>;
  /** The values of an activity's status. */
  readonly statuses: readonly { readonly name: string; readonly closed: boolean }[];
  /** What of `fields` the record can't be given, by the CRM's names, so that it is said. Pure, like `draft`. */
  unfit(wanted: Wanted): Readonly<Record<string, Unfit>>;
  /** The record in the CRM's own words. Pure. The text field is composed by the writer from `memo` and `system`. */
  draft(wanted: Wanted): Fields;
  /** One round trip and one API call: reads, then writes. Throws `Unanswered` or `Refused` only. */
  exchange(ask: Exchange, signal?: AbortSignal): Promise<Exchanged>;
  /**
   * Can records be written in this user's name now? Undefined: yes, and their session is open. Whatever stands against it for good is said
   * where their consent is kept, and they aren't tried again until they have given another, or a day has passed (DP-11).
   */
  mayActAs(userId: string): Promise<CrmFailure | undefined>;
  /** Uses a consent that a user has lent, since one that nobody uses dies. What came of it is said where it is kept. */
  proveAgent(userId: string): Promise<void>;
  /** Everybody who may own a record. Throws like `exchange`. */
  users(): Promise<CrmUser[]>;
  /** Queues that take activities or leads; one API call. Throws like `exchange`. */
  queues(): Promise<CrmQueue[]>;
  /** The user this connection acts as. */
  self(): Promise<{ id: string }>;
  /** The org and that user, as the CRM names them; one API call. Throws like `exchange`. */
  identity(): Promise<CrmIdentity>;
  /** When the session in use came, ms; undefined while there is none. */
  signedInAtMs(): number | undefined;
  /** Shows that a new session could be had, long before the one in use ends. Throws `Refused`; what is in use goes on. */
  prove(): Promise<void>;
  readonly book: CrmBook;
  /**
   * Which of these records each of these users may see, as the CRM itself would show them (B2); one API call. At most `book.atOnce` users,
   * and 200 records each. Throws like `exchange`.
   */
  readable(asked: readonly { readonly userId: string; readonly ids: readonly string[] }[]): Promise<readonly ReadonlySet<string>[]>;
  /** What of ours is in the CRM, what it lacks, and what puts it there. */
  readonly setup: CrmSetup;
  /** Share of the daily allocation used, 0…1, as the last answer said; undefined before the first. */
  usage(): { readonly used: number; readonly max: number } | undefined;
  /** API calls made since this connection was opened, by what they were for. */
  spent(): Readonly<Record<ApiPurpose, number>>;
  /** A page where a person sees the record. */
  recordUrl(id: string): string;
  close(): Promise<void>;
}
