import { z } from 'zod';

/** What the console and the server say to each other. Times are RFC 3339 in UTC; the browser shows them in the person's zone. */
const at = z.iso.datetime();

export const explanations = ['written', 'skipped', 'waiting', 'parked', 'part-of'] as const;
/** Every call has exactly one explanation at any time (D5). */
const Explanation = z.object({ is: z.enum(explanations), because: z.string() });

const Customer = z.object({
  number: z.string().optional(),
  asSent: z.string().optional(),
  withheld: z.literal(true).optional(),
  name: z.string().optional(),
  email: z.string().optional(),
});

/** One line of the list of calls. */
export const CallLine = z.object({
  id: z.string(),
  version: z.number(),
  source: z.string(),
  direction: z.enum(['inbound', 'outbound', 'internal']).optional(),
  type: z.enum(['outbound-answered', 'outbound-unanswered', 'inbound-answered', 'missed', 'voicemail', 'internal']).optional(),
  phase: z.enum(['ringing', 'talking', 'ended']).optional(),
  /** A conversation's day, with so many messages, and no call. */
  messages: z.number().optional(),
  customer: Customer,
  line: z.string().optional(),
  /** Who talked last, or who dialled. */
  agent: z.string().optional(),
  startedAt: at.optional(),
  endedAt: at.optional(),
  waitSeconds: z.number(),
  talkSeconds: z.number(),
  heardAt: at,
  explanation: Explanation,
  records: z.array(z.object({ role: z.string(), state: z.string(), url: z.string().optional() })),
});
export type CallLine = z.infer<typeof CallLine>;
/** Newest first. `before` of the next page; absent at the end. `streamId`: follow the stream from here. */
export const CallList = z.object({ calls: z.array(CallLine), before: z.string().optional(), streamId: z.number() });
export type CallList = z.infer<typeof CallList>;

/** A call from wire to record. Values inside `body`, `fact`, `wanted`, `sent`, `answer` are data to show, never to trust. */
export const CallStory = z.object({
  call: CallLine,
  /** The phone system's own id of the call, as it sent it; `find` finds it too. */
  externalId: z.string(),
  incarnation: z.number(),
  deliveries: z.array(
    z.object({
      id: z.string(),
      deliveryId: z.string(),
      receivedAt: at,
      state: z.enum(['new', 'translated', 'repeat', 'unheard', 'parked']),
      note: z.string().optional(),
      body: z.string(),
    }),
  ),
  facts: z.array(
    z.object({ type: z.string(), at, correctedMs: z.number(), fact: z.unknown(), ownWords: z.boolean(), contradicted: z.boolean() }),
  ),
  decisions: z.array(
    z.object({
      version: z.number(),
      at,
      policyVersion: z.number(),
      verdict: z.string(),
      /** Every rule looked at, in order: the one that fired, and what blocked each other. */
      trace: z.array(
        z.object({
          rule: z.string(),
          fired: z.boolean(),
          /** In English; the console says it in the person's language where it knows `outcome` or `blockedBy`. */
          words: z.string(),
          /** What the rule that fired led to, and the reasons for the record's contents, in sentences. */
          outcome: z.string().optional(),
          because: z.array(z.string()).optional(),
          /** Settings of the rule that fired that aren't the company's: the line, queue, team or agent that gives each. */
          provenance: z.array(z.object({ path: z.array(z.string()), level: z.string(), name: z.string() })).optional(),
          /** Why a rule didn't fire: the first fact that disagreed, or `earlier rule`. */
          blockedBy: z.object({ fact: z.string(), wanted: z.string(), held: z.string() }).optional(),
        }),
      ),
      wants: z.array(z.object({ role: z.string(), fields: z.record(z.string(), z.unknown()) })),
    }),
  ),
  writes: z.array(
    z.object({
      role: z.string(),
      name: z.string(),
      state: z.enum(['due', 'sending', 'uncertain', 'written', 'parked', 'deleted', 'dropped']),
      lane: z.enum(['now', 'later']),
      url: z.string().optional(),
      crmId: z.string().optional(),
      /** Fields a person or a Flow has taken over; we no longer send them. */
      human: z.array(z.string()),
      /** Fields Salesforce refused: the record is there without them, or with `instead`. `missing`: it wanted something where we had nothing. */
      refused: z.array(
        z.object({
          field: z.string(),
          code: z.string(),
          message: z.string(),
          instead: z.union([z.string(), z.number(), z.boolean()]).optional(),
          missing: z.literal(true).optional(),
        }),
      ),
      retracted: z.string().optional(),
      trouble: z.object({ code: z.string(), message: z.string(), mendedBy: z.string().optional() }).optional(),
      sent: z.record(z.string(), z.unknown()),
      attempts: z.array(
        z.object({
          kind: z.enum(['read', 'create', 'change']),
          sentAt: at,
          answeredAt: at.optional(),
          sent: z.unknown(),
          answer: z.unknown(),
          wire: z.unknown(),
          /** Whose record it is, and why it was not written in their name, if it wasn't. Absent: nobody's but the integration user's. */
          inName: z.object({ of: z.string(), not: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});
export type CallStory = z.infer<typeof CallStory>;

/** Why changes of a kind aren't told as they happen. */
export const eventless = ['not-offered', 'not-selected', 'not-allowed', 'used-up', 'broken'] as const;
/** Whose number is whose, as far as it is known: how far each kind of record has been read. */
const Book = z.object({
  kinds: z.array(
    z.object({
      /** As Salesforce's objects are called here: `contact`, `lead`, `account`, `person-account`, or the API name of a custom object. */
      kind: z.string(),
      /** Read to its end once; until then `read` of about `expected` are. */
      filled: z.boolean(),
      read: z.number(),
      expected: z.number().optional(),
      /** All changes up to then are known. */
      polledAt: at.optional(),
      /** How many there are, as last counted. `numbers` count once for each field; `unmatchable`: fields that hold nobody's number. */
      records: z.number().optional(),
      numbers: z.number().optional(),
      unmatchable: z.number().optional(),
      /** Why it is read on no more. */
      trouble: z.string().optional(),
      /** Changes are told as they happen, or read now and then; then why they aren't told, and what the org says to it. */
      fresh: z
        .discriminatedUnion('by', [
          z.object({ by: z.literal('events'), since: at }),
          z.object({ by: z.literal('polling'), because: z.enum(eventless).optional(), said: z.string().optional() }),
        ])
        .optional(),
    }),
  ),
  /** How often changes are read, and whether the budget of API calls allows no more. Absent before the first reading. */
  pace: z
    .object({
      /** Absent: not at all for the time being. */ everySeconds: z.number().optional(),
      is: z.enum(['usual', 'slowed', 'least']),
      /** API calls of 24 hours: what the book may make, as far as it is known, and what it has. */
      budget: z.number().optional(),
      spent: z.number(),
    })
    .optional(),
  /** Kinds the policy names that can't be read. `absent`: the org has no such records, so nobody is missed. */
  leftOut: z.array(z.object({ kind: z.string(), because: z.string(), absent: z.literal(true).optional() })),
  /** Why nothing of it is read on. */
  trouble: z.string().optional(),
});
export type Book = z.infer<typeof Book>;

/** What is on top of every page: is all well, and if not, what. */
export const Status = z.object({
  org: z.object({
    id: z.number(),
    name: z.string(),
    mode: z.enum(['observe', 'live', 'paused']),
    standIn: z.boolean(),
    /** Why nothing can be written at all, and who can mend it. */
    trouble: z.string().optional(),
    mendedBy: z.enum(['time', 'admin', 'us']).optional(),
    /** Nobody is let in until a person signs in again or mends the app, on the page of the org. */
    reconnect: z.literal(true).optional(),
    /** The session in use goes on, and no new one could be had when it was tried: once it ends, nothing is written. */
    endsSoon: z.object({ because: z.string() }).optional(),
    /** When the app ends the sign-in, as far as the admin has said so. */
    endsAt: at.optional(),
    /** No org is connected here. */
    disconnected: z.literal(true).optional(),
    /** API calls of 24 hours. `driesAt`: when none are left, should they go on as in the last hour; `perHour` of it. */
    api: z.object({ used: z.number(), max: z.number(), perHour: z.number().optional(), driesAt: at.optional() }).optional(),
    /** What of them was ours, by what it was for. */
    calls: z.record(z.string(), z.number()).optional(),
  }),
  person: z.string(),
  /** Rows waiting, and how long the oldest has. */
  unsent: z.object({ count: z.number(), oldestSeconds: z.number() }),
  parked: z.array(z.object({ cause: z.string(), count: z.number() })),
  /** Fields that Salesforce refused in records of the last 24 hours; these were written without them. */
  refused: z.array(z.object({ field: z.string(), code: z.string(), message: z.string(), count: z.number() })),
  /** Defaults of the policy that the org can't use. */
  wrongDefaults: z.array(z.object({ object: z.string(), field: z.string(), because: z.string(), setting: z.string().optional() })),
  connections: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      source: z.string(),
      lastHeardAt: at.optional(),
      clockOffsetMs: z.number(),
      hookUrl: z.string(),
      /** Of a phone system that we connect to: which node listens, since when without trouble, and what is to be mended. */
      listening: z.object({ node: z.string().optional(), since: at.optional(), trouble: z.string().optional() }).optional(),
    }),
  ),
  inbox: z.object({ untranslated: z.number(), parked: z.number(), unheard: z.number() }),
  book: Book,
});
export type Status = z.infer<typeof Status>;

/** What the admin was told of, newest first. `endedAt`: it is over. `toldAt`: the address for alerts has taken it. */
export const Alerts = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      level: z.enum(['warn', 'bad']),
      words: z.string(),
      since: at,
      beganAt: at,
      endedAt: at.optional(),
      toldAt: at.optional(),
    }),
  ),
  /** Where they are sent, without what is secret in the address; left out: nowhere but to the log. */
  sentTo: z.string().optional(),
  /** Why the last one could not be sent. */
  trouble: z.string().optional(),
});
export type Alerts = z.infer<typeof Alerts>;

/** What became of one file that came in under a recording's id; other bytes under the same id are a version of their own. */
const RecordingVersion = z.object({
  version: z.number(),
  is: z.enum(['stored', 'empty', 'erased']),
  storedAt: at,
  bytes: z.number(),
  seconds: z.number().optional(),
  codec: z.string().optional(),
  sha256: z.string(),
  /** Absent: kept without end. */ deleteAfter: at.optional(),
  /** What its file has instead of the bytes that came in. */ damage: z.string().optional(),
  erasedAt: at.optional(),
  /** A person, or `retention`. */ erasedBy: z.string().optional(),
});
/** The permanent page of a recording (S3). */
export const Recording = z.object({
  id: z.string(),
  recordingId: z.string(),
  kind: z.enum(['call', 'voicemail']),
  /** Which of `versions` the page is about. */
  shown: z.number(),
  /** The newest first. */
  versions: z.array(RecordingVersion),
  hold: z.object({ by: z.string(), at, because: z.string() }).optional(),
  /** The phone system's own id of the call; `call` when something was heard of it. */
  externalCall: z.string(),
  call: CallLine.optional(),
});
export type Recording = z.infer<typeof Recording>;
const because = z.string().trim().min(1).max(500);
export const HoldRecording = z.object({ hold: z.boolean(), because });
export const EraseRecording = z.object({ because });
/** Days; null: recordings are kept without end. */
export const RecordingRules = z.object({ keepDays: z.int().min(1).max(36_500).nullable() });

/**
 * Who the agents of the phone systems are in the CRM: all of them, each by the id of a user or by an e-mail, and the team they are in. Without
 * a connection it holds for every phone system.
 */
export const People = z.strictObject({
  people: z
    .array(
      z
        .strictObject({
          connection: z.string().max(64).default(''),
          agent: z.string().trim().min(1).max(200),
          user: z
            .string()
            .regex(/^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/, 'must be the id of a user')
            .optional(),
          email: z.email().optional(),
          team: z.string().trim().min(1).max(80).optional(),
        })
        .refine(({ user, email }) => user === undefined || email === undefined, 'must have either a user or an email')
        .refine(({ user, email, team }) => (user ?? email ?? team) !== undefined, 'must have a user, an email or a team'),
    )
    .max(5_000),
});

/** One thing the stream says: this call changed. Ids rise by one per recipient (E4). */
export const StreamNote = z.object({ call: z.string(), version: z.number() });
export type StreamNote = z.infer<typeof StreamNote>;

export const testCalls = ['answered', 'missed', 'voicemail', 'transferred', 'internal'] as const;
export type TestCallKind = (typeof testCalls)[number];
/** Places a test call through the same door as a real one. `number`: who calls. */
export const PlaceTestCall = z.object({ kind: z.enum(testCalls) });
export const TestCallPlaced = z.object({ externalId: z.string() });
export const modes = ['observe', 'live', 'paused'] as const;
export type Mode = (typeof modes)[number];
export const SetMode = z.object({
  mode: z.enum(['observe', 'live', 'paused']),
  /** Going live: also write what was only observed. */ backfill: z.boolean().default(false),
});
/** How a subject or a comment would read; what is left out is as the policy has it, or as a vendor words it. */
export const PreviewText = z.strictObject({
  /** A draft in the place of the saved policy. */ policy: z.unknown().optional(),
  language: z.enum(['en', 'ja', 'fr', 'ru', 'pl']).optional(),
  wording: z.enum(['dialpad', 'miitel', 'aircall', 'ringostat', 'fcc']).optional(),
  subject: z.string().optional(),
  comment: z.string().optional(),
});
export type PreviewText = z.infer<typeof PreviewText>;

/** What undoing a version of the policy did: `undone` calls are taken back, each unless a person has changed its record meanwhile; `leftAlone` are known to have been changed. */
export const PolicyUndone = z.object({ undone: z.number(), leftAlone: z.number() });
export type PolicyUndone = z.infer<typeof PolicyUndone>;

/** How Cordboard gets into an org: as whom, by what, since when. */
const WayIn = z.object({
  means: z.enum(['client-credentials', 'jwt', 'web']),
  loginUrl: z.string(),
  clientId: z.string(),
  org: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), login: z.string() }),
  host: z.string(),
  connectedAt: at,
  connectedBy: z.string(),
  /** When the newest session came, and when a new one was last tried for. */
  signedInAt: at.optional(),
  provedAt: at.optional(),
  /** Why no new one could be had then; the one in use goes on until it ends. */
  proofTrouble: z.string().optional(),
  /** When the app ends the sign-in, and after how many days, as far as the admin has said so. */
  endsAt: at.optional(),
  lifetimeDays: z.number().optional(),
  actAs: z.enum(['integration-user', 'agent']),
});
export const Org = z.object({
  id: z.number(),
  name: z.string(),
  mode: z.enum(['observe', 'live', 'paused']),
  /** The org this session looks at. */
  current: z.boolean(),
  connected: z.boolean(),
  trouble: z.object({ message: z.string(), mendedBy: z.enum(['time', 'admin', 'us']), signIn: z.boolean() }).optional(),
  /** Also of one that is disconnected: how it was. */
  wayIn: WayIn.optional(),
  /** The connected user is somebody's who takes calls (FC-39). */
  selfIsAgent: z.boolean(),
  waiting: z.number(),
  /** Agents who let Cordboard act as them. */
  agents: z.number(),
  /** Agents who let Cordboard act as them, and why it can't. */
  agentsInTrouble: z.array(z.object({ name: z.string(), because: z.string() })),
  /** Where its agents sign in. */
  agentsPath: z.string(),
  hasKey: z.boolean(),
});
export type Org = z.infer<typeof Org>;
export const OrgList = z.object({ orgs: z.array(Org) });
const orgName = z.string().trim().min(1).max(100);
export const NameOrg = z.object({ name: orgName });
export const OrgMade = z.object({ id: z.number() });
/** What is left out stays as it was. */
const ofTheApp = {
  loginUrl: z.string().trim().max(300).optional(),
  clientId: z.string().trim().max(500).optional(),
  clientSecret: z.string().trim().max(500).optional(),
  /** Another org than the one connected before is meant. */ replace: z.boolean().default(false),
};
/** A person signs in. `popup`: in a window of its own, which is closed afterwards. */
export const SignInToOrg = z.object({
  ...ofTheApp,
  /** Null: the app ends no sign-in by itself. */ lifetimeDays: z.int().min(1).max(3_650).nullable().optional(),
  popup: z.boolean(),
});
export const ConnectUnattended = z.object({
  ...ofTheApp,
  by: z.enum(['client-credentials', 'jwt']),
  username: z.string().trim().max(200).optional(),
  /** PEM; left out: the key made here. */ privateKey: z.string().max(20_000).optional(),
});
export const SentTo = z.object({ url: z.url() });
/** What came back from the CRM's page. */
export const CameBack = z.union([
  z.object({ state: z.string().min(1).max(200), code: z.string().min(1).max(4_000) }),
  z.object({ state: z.string().min(1).max(200), error: z.string().min(1).max(200), description: z.string().max(2_000).optional() }),
]);
const ConnectedAs = z.object({ orgName: z.string(), userName: z.string(), login: z.string() });
export const ConnectedUnattended = z.object({ as: ConnectedAs });
/** `org`: where to go on; of an agent none. */
export const SignedIn = z.object({
  popup: z.boolean(),
  org: z.number().optional(),
  agent: z.boolean(),
  as: ConnectedAs.optional(),
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type SignedIn = z.infer<typeof SignedIn>;
export const OrgTested = z.object({ as: ConnectedAs.optional(), problem: z.object({ code: z.string(), message: z.string() }).optional() });
export type OrgTested = z.infer<typeof OrgTested>;
export const Disconnected = z.object({ revoked: z.boolean() });
export const SetActAs = z.object({ actAs: z.enum(['integration-user', 'agent']) });
/** Who an agent is here. */
export const Agent = z.object({
  name: z.string(),
  org: z.string(),
  actAs: z.enum(['integration-user', 'agent']),
  /** They let Cordboard act as them; not so while it can't, for `trouble`. */
  lent: z.boolean(),
  trouble: z.string().optional(),
});
export type Agent = z.infer<typeof Agent>;

export const SignIn = z.object({ token: z.string().min(1).max(200) });
/** Codes of the `Problem` a refused sign-in answers with. */
export const signInProblems = ['used', 'expired', 'unknown'] as const;
/** Every refusal, by any door. */
export const Problem = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Of a policy: each with its place, and in a text the character from 1. */
    mistakes: z.array(z.object({ path: z.string(), message: z.string(), position: z.number().optional() })).optional(),
  }),
});
