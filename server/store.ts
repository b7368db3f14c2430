import type { Call } from './call/call.ts';
import type { Branded, CallEvent, CallId } from './call/event.ts';
import type {
  CrmQueue,
  CrmUser,
  Fields,
  FieldValue,
  Wanted,
  WantedMatter,
  WantedOfLead,
  WantedOfCall,
  WantedPerson,
  WrongDefault,
} from './crm.ts';
import type { Inputs } from './decide/pin.ts';
import type { Policy } from './decide/policy.ts';
import type { Step, Verdict } from './decide/decide.ts';
import type { Notice } from './notify/notices.ts';
import type { AgentEntry } from './people/directory.ts';
import type { NewDelivery } from './ingest/group-commit.ts';

/** Which customer's org. Every store call takes one, or works on claimed rows that carry one (E5). */
export type OrgId = Branded<number, 'org'>;

/** A delivery waiting to be translated. */
export type StoredDelivery = {
  readonly org: OrgId;
  readonly id: string;
  readonly connection: string;
  readonly source: string;
  readonly deliveryId: string;
  readonly payloadHash: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAtMs: number;
};
export type TranslatedDelivery = { readonly delivery: StoredDelivery; readonly offsetMs: number } & (
  | { readonly state: 'translated' | 'unheard'; readonly note: string | null; readonly events: readonly CallEvent[] }
  | { readonly state: 'parked'; readonly note: string; readonly events: readonly [] }
);

/** An event as stored: what was said, and by how much our clock was ahead of theirs then (C6). */
export type StoredEvent = {
  readonly event: CallEvent;
  readonly clockOffsetMs: number;
  /** One id was told with two contents (C5). */ readonly contradicted: boolean;
};
/** A call whose turn it is, with everything its telling needs. Locked until the telling commits. */
export type DueCall = {
  readonly org: OrgId;
  readonly id: string;
  readonly connection: string;
  readonly source: string;
  readonly externalId: CallId;
  readonly incarnation: number;
  readonly version: number;
  /** Our clock: when something was last heard of it. */
  readonly heardAtMs: number;
  /** Somebody asked for the rules of that time, our clock; left out: those of its end (DP-08). */
  readonly rulesAtMs?: number;
  readonly pinned: Inputs | undefined;
  /** A record made for its number is what it hangs on, or would. */
  readonly wantsPerson: boolean;
  /** Which one it wants, or wanted. */
  readonly personGeneration: number | undefined;
  /** Of the call and of every part joined into it; `callId` tells them apart. */
  readonly events: readonly StoredEvent[];
  readonly writes: readonly WriteRow<WantedOfCall>[];
  /** What is changed in leads that are there: of each sort one for each lead that the call has hung on. */
  readonly ofLeads: readonly WriteRow<WantedOfLead>[];
  /** Cases and opportunities of the calls it is joined with, as they are. */
  readonly ofKin: readonly { readonly call: CallId; readonly row: WriteRow<WantedMatter> }[];
  /** The rows of the calls it may be part of. */
  readonly known: ReadonlyMap<CallId, string>;
  readonly lastDecision: string | undefined;
};
/** What telling a call gave; stored in one transaction (E2). */
export type Told = {
  readonly due: DueCall;
  readonly trouble?: string;
  readonly call?: Call;
  readonly partOf?: CallId | undefined;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number | undefined;
  readonly numberKey?: string | undefined;
  /** Who the phone system says has that number (R2). */
  readonly heardName?: { readonly name: string; readonly email: string | undefined } | undefined;
  /** Our clock: when somebody of ours talked with this number here; undefined unless it may close earlier calls (D4). */
  readonly talkedAtMs?: number | undefined;
  /** Its log stays open until a talk with this number after its end: that talk's time, `Infinity` before there is one (D4). Undefined: no talk would close it. */
  readonly openUntilMs?: number | undefined;
  readonly pinned?: Inputs | undefined;
  readonly verdict?: Verdict;
  readonly wants?: unknown;
  /** What is odd about it: more facts than are folded (C7), one id told with two contents (C5). */
  readonly flags?: Readonly<Record<string, true>>;
  readonly trace?: readonly Step[];
  readonly policyVersion?: number;
  /** Undefined when this version decided nothing new. */
  readonly decision?: string;
  readonly writes?: readonly WritePlan[];
  /** Who is to be made for its number; undefined: nobody, or no longer. */
  readonly person?: PersonPlan | undefined;
  /** Phones that answered it and are nobody's. */
  readonly nobodysPhones?: readonly NobodysPhone[];
  /** What people are to be told of it. */
  readonly notices?: readonly Notice[];
  /** How the record made for its number stood when it was told. */
  readonly seenPerson?: { readonly generation: number; readonly row: string } | undefined;
  /** Wake the call again then; undefined: when something new is heard. */
  readonly nextDueMs?: number | undefined;
  /** Facts of our own making (a presumed end), stored and told at once. */
  readonly ownFacts?: readonly CallEvent[];
  readonly summary?: unknown;
};

export type WriteState = 'due' | 'sending' | 'uncertain' | 'written' | 'parked' | 'deleted' | 'dropped';
export type Lane = 'now' | 'later';
/** A version that was sent and never answered; it may still land before `untilMs` (W4). `composed`: its text as we composed it, without what people wrote. */
export type Ghost = { readonly sent: Fields; readonly composed?: FieldValue | undefined; readonly untilMs: number };
/**
 * A field the org refused. It isn't sent again, or `instead` is, as long as the value wanted and the `basis` (what the org lets us write,
 * and the policy) are the same.
 */
export type Refusal = {
  readonly code: string;
  readonly message: string;
  /** What was wanted there; null: nothing, and the org wants something. */
  readonly value: FieldValue;
  readonly instead?: FieldValue;
  readonly basis: string;
  /** Left out and replaced, each has been tried. */
  readonly both?: true;
};
export type Refusals = Readonly<Record<string, Refusal>>;
/** What the org says of a record that refers to one which isn't there any more. */
export const recordGone: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'CANNOT_UPDATE_CONVERTED_LEAD',
]);
/** The call of a record that is wanted for a number, whatever call it was first wanted for (P1). */
export const noCall = '0';
/** One record the org should hold: of a call, or (`noCall`) of a number. */
export type WriteRow<W extends Wanted = Wanted> = {
  readonly org: OrgId;
  readonly call: string;
  readonly role: string;
  readonly qualifier: string;
  readonly name: string;
  readonly wanted: W;
  readonly wantedVersion: number;
  readonly policyVersion: number;
  readonly retracted: string | undefined;
  /** The wish holds only for a record that is as we left it (W9). */
  readonly onlyUntouched: boolean;
  /** The admin went live without it: wanted, and not written (W9). */
  readonly leftOut: boolean;
  readonly state: WriteState;
  readonly lane: Lane;
  readonly sinceMs: number;
  readonly dueMs: number | undefined;
  readonly crmId: string | undefined;
  readonly sent: Fields;
  readonly seen: Fields;
  readonly human: readonly string[];
  /** By the CRM's name of the field. */
  readonly refused: Refusals;
  readonly ghosts: readonly Ghost[];
  /** Failures held against the row: five of an unknown kind park it. */
  readonly attempts: number;
  /** What the org said last, if it wasn't yes. */
  readonly troubleCode?: string;
  /** What was nobody's fault, or can't be told: no answer, locks, a request refused as a whole. Never parks (W7). */
  readonly setbacks: number;
};
/** What a telling wants of one row. `delayMs`: how long the change may linger. */
export type WritePlan = {
  readonly role: string;
  readonly qualifier: string;
  readonly name: string;
  readonly wanted: WantedOfCall | WantedOfLead;
  readonly policyVersion: number;
  readonly retracted: string | null;
  readonly onlyUntouched: boolean;
  readonly change: 'none' | 'drop' | 'send';
  readonly lane: Lane;
  readonly delayMs: number;
  /** Only as long as no other call makes one for the same contact. */
  readonly once?: true;
};

/** A record to be made for a number nobody has (P1). `generation`: how often one made before was deleted. */
export type PersonPlan = {
  readonly generation: number;
  readonly name: string;
  readonly wanted: WantedPerson;
  readonly policyVersion: number;
};

/**
 * Who an agent is, as the admin says: in the CRM, by a user's id or an e-mail, and in which team. `code`: theirs in the directory; `nobody`: in
 * the CRM they are nobody, whatever the phone system says; `takesMissed`: calls nobody took that rang them are theirs (RS-22).
 */
export type PersonEntry = {
  readonly connection: string;
  readonly agent: string;
  readonly user?: string;
  readonly email?: string;
  readonly team?: string;
  readonly code?: string;
  readonly nobody?: true;
  readonly takesMissed?: true;
};
/** `connection` '': on whatever phone system. */
export const personKey = (connection: string, agent: string): string => JSON.stringify([connection, agent]);
/** A phone that answered and is nobody's in the CRM (RS-44). */
export type NobodysPhone = { readonly agent: string; readonly name?: string; readonly email?: string };

/** What is known of an org besides its calls. Read often, so cached by the caller until the `orgs` note. */
export type OrgView = {
  readonly org: OrgId;
  readonly name: string;
  /** Minted once; part of the names of records that belong to a number and not to a connected phone system (W1). */
  readonly uid: string;
  readonly mode: 'observe' | 'live' | 'paused';
  readonly policy: Policy;
  readonly policyVersion: number;
  /** When that version was saved, the database's clock; left out: none was ever. */
  readonly policySavedAtMs?: number;
  /** By lower-case e-mail; active users only. */
  readonly usersByEmail: ReadonlyMap<string, CrmUser>;
  /** By extension, where only one active user has it. */
  readonly usersByExtension: ReadonlyMap<string, CrmUser>;
  readonly usersById: ReadonlyMap<string, CrmUser>;
  /** Of the CRM, by id; undefined until they were read, and where we may not. */
  readonly queues: ReadonlyMap<string, CrmQueue> | undefined;
  /** Who the admin says an agent is, by `personKey`: the list, and the directory (server/people). */
  readonly people: ReadonlyMap<string, PersonEntry>;
  /** By lower-case e-mail, of the directory. */
  readonly peopleByEmail: ReadonlyMap<string, PersonEntry>;
  /** Whose phone, account or number this is in the directory (RS-23, RS-24). */
  agentAt(asDialled: string): AgentEntry | undefined;
  readonly selfUser: string | undefined;
  /** Objects an activity may be about, by the CRM's own names; undefined: it isn't known yet. */
  readonly relatedTo?: readonly string[];
  readonly lent: Lent;
};

/** Users of the CRM who let us write in their name, by id; with why it can't be done now, where it can't (DP-11). */
export type Lent = ReadonlyMap<string, { readonly trouble?: string }>;
/** Whose record it is, and why it was not written in their name, if it wasn't. */
export type InName = { readonly of: string; readonly not?: string };

/** What an exchange did to a row, to be stored under the lane's epoch. */
export type RowOutcome = {
  readonly row: WriteRow;
  readonly state: WriteState;
  readonly crmId: string | undefined;
  readonly sent: Fields;
  readonly seen: Fields;
  readonly human: readonly string[];
  readonly refused: Refusals;
  readonly ghosts: readonly Ghost[];
  readonly attempts: number;
  readonly setbacks: number;
  readonly trouble: unknown;
  /** Milliseconds from now until it may be looked at again; undefined: not by itself. */
  readonly dueInMs: number | undefined;
  readonly lane: Lane;
  readonly written: boolean;
};
export type AttemptLog = {
  readonly row: WriteRow;
  readonly kind: 'read' | 'create' | 'change';
  readonly sent: Fields | null;
  readonly answer: unknown;
  /** Of a record that is an agent's, where agents let us act as them. */
  readonly inName?: InName;
};

/** The lane of an org was taken over: nothing more may be stored or sent under this epoch (E7). */
export class LostLane extends Error {}

/** Rows that survive a crash. Every write may be repeated after an error without harm. */
export interface Store {
  /** Durable when it resolves (E1). */
  append(rows: readonly NewDelivery[]): Promise<void>;
  /** Claims untranslated deliveries, stores their events and raises their calls, in one transaction. Gives how many. */
  translateSome(work: (claimed: readonly StoredDelivery[]) => Promise<readonly TranslatedDelivery[]>): Promise<number>;
  /** Claims due calls, stores what telling them gave, in one transaction; one that throws parks alone (E2). Gives how many. */
  tellSome(work: (claimed: readonly DueCall[]) => Promise<readonly Told[]>): Promise<number>;

  /** Takes the org's lane if nobody holds it. `lost` aborts when it may have gone to somebody else. */
  takeLane(org: OrgId, holder: string): Promise<LaneHold | undefined>;

  readOrg(org: OrgId): Promise<OrgView | undefined>;
  /** The newest version of its policy; 0: none was saved. */
  policyVersion(org: OrgId): Promise<number>;
  /** The version that was in force then; before the first was saved, that one. Undefined: none was ever. */
  policyAt(org: OrgId, atMs: number): Promise<{ readonly version: number; readonly policy: Policy } | undefined>;
  /** `wasUnique`: names have been unique there (W8). `off`: the policy has switched the integration off (DP-05). */
  readOrgs(): Promise<readonly { org: OrgId; name: string; mode: OrgView['mode']; crm: string | null; wasUnique: boolean; off: boolean }[]>;
  /** Names are unique in this org from now on, until that is uninstalled; not if it isn't connected by `crm` any more. */
  rememberUnique(org: OrgId, crm: string): Promise<void>;
  readConnection(
    connection: string,
  ): Promise<{ org: OrgId; connection: string; source: string; name: string; sealedSecrets: string } | undefined>;
  /** Who may own a record; `queues` undefined: they can't be read, and what was known of them stands. */
  saveUsers(org: OrgId, users: readonly CrmUser[], self: string, queues: readonly CrmQueue[] | undefined): Promise<void>;
  /** Objects an activity of this org may be about. */
  saveRelatedTo(org: OrgId, objects: readonly string[]): Promise<void>;
  /** Defaults of the policy that this org can't use. */
  saveWrongDefaults(org: OrgId, wrong: readonly WrongDefault[]): Promise<void>;
  saveUsage(org: OrgId, usage: { used: number; max: number } | undefined, trouble: unknown): Promise<void>;

  /** Calls back on every note of these channels, and once after each (re)connection: notes are hints (ha.md). */
  listen(onNote: (channel: Channel, payload: string) => void): Promise<{ close(): Promise<void> }>;
  /** Reads the database's clock, ms. */
  clock(): Promise<number>;
  close(): Promise<void>;
}
export type Channel = 'deliveries' | 'calls' | 'writes' | 'stream' | 'orgs' | 'access';

/** The one writer of an org, as long as it holds. */
export interface LaneHold {
  readonly org: OrgId;
  readonly epoch: number;
  readonly lost: AbortSignal;
  /** Rows a former holder had under way: unanswered versions become ghosts, the rest is due again (W4). Gives how many. */
  recover(): Promise<number>;
  /** How many wait in each lane, and when the first of each may go. */
  waiting(): Promise<
    Record<Lane | 'verify', { readonly count: number; readonly firstDueInMs: number | undefined; readonly oldestMs: number | undefined }>
  >;
  /** Rows ready to go, oldest first, at most `limit`, not those named. `all`: also those still lingering. */
  ready(lane: Lane, limit: number, all: boolean): Promise<readonly WriteRow[]>;
  /** Written rows whose older unanswered requests can no longer land: time to look (W4). */
  verifiable(limit: number): Promise<readonly WriteRow[]>;
  /** Marks rows as under way; the versions about to be sent become ghosts until answered. Gives the rows as they now stand: a newer wish may have come in. */
  begin(rows: readonly WriteRow[], sends: readonly { readonly row: WriteRow; readonly ghost: Ghost }[]): Promise<readonly WriteRow[]>;
  /** Stores what came of it. A row whose wish changed meanwhile goes back to due. Throws LostLane if the epoch is over. */
  settle(outcomes: readonly RowOutcome[], attempts: readonly AttemptLog[], wire: unknown, sentAtMs: number): Promise<void>;
  release(): Promise<void>;
}
