import type { eventless, explanations, Mode, signInProblems, TestCallKind } from '../../wire/console.ts';
import type { BecauseKey } from '../because.ts';

/** The languages of the console. Each is loaded when it is chosen. */
export const languages = ['en', 'ja', 'fr', 'ru', 'pl'] as const;
export type Language = (typeof languages)[number];
/** Each in its own words, so that people find theirs. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  ja: '日本語',
  fr: 'Français',
  ru: 'Русский',
  pl: 'Polski',
};

export type ExplanationKind = (typeof explanations)[number];
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** A count in its sentence; numbers come in as they are and are formatted by the language. */
type Counted = (count: number) => string;
type CountedWith = (count: number, what: string) => string;

/** Everything the console says, once in each language. A missing key does not compile. */
export type Words = {
  /** Leads to what the org has and lacks, whose own words come with its page. */
  readonly setup: string;
  readonly signIn: {
    readonly title: string;
    readonly how: string;
    readonly paste: string;
    readonly go: string;
    readonly working: string;
    readonly problems: Readonly<Record<(typeof signInProblems)[number], string>>;
    readonly refused: string;
    /** What to do about a link that doesn't work. */
    readonly remedy: string;
    readonly unreachable: string;
    readonly signedOut: string;
  };
  readonly frame: {
    readonly skipToCalls: string;
    readonly preferences: string;
    readonly theme: string;
    readonly themes: Readonly<Record<Theme, string>>;
    readonly language: string;
    readonly signedInAs: (person: string) => string;
    readonly signOut: string;
    readonly standIn: string;
    readonly standInExplained: string;
    readonly notFound: string;
    readonly toCalls: string;
    readonly close: string;
    readonly opensNewTab: string;
  };
  readonly mode: {
    readonly title: string;
    readonly names: Readonly<Record<Mode, string>>;
    readonly explained: Readonly<Record<Mode, string>>;
    readonly current: string;
    readonly backfill: string;
    readonly backfillExplained: string;
    readonly change: Readonly<Record<Mode, string>>;
    readonly cancel: string;
    readonly failed: string;
  };
  readonly health: {
    readonly title: string;
    readonly well: string;
    readonly unknown: string;
    readonly unsent: CountedWith;
    readonly observed: Counted;
    readonly held: CountedWith;
    readonly parked: CountedWith;
    readonly parkedTelling: Counted;
    readonly untranslated: Counted;
    readonly parkedDeliveries: Counted;
    readonly unheard: Counted;
    readonly neverHeard: (source: string) => string;
    readonly silent: (source: string, since: string) => string;
    readonly clockCorrected: (source: string, offset: string) => string;
    readonly clockWrong: (source: string, offset: string) => string;
    readonly api: (used: string, max: string) => string;
    /** `at`: a time of day. */ readonly apiDries: (used: string, max: string, at: string) => string;
    readonly bookStale: (since: string) => string;
    /** Before the reason. */ readonly endsSoon: string;
    readonly ends: (day: string) => string;
  };
  readonly book: {
    readonly title: string;
    readonly explained: string;
    /** On the button. */ readonly known: Counted;
    /** As Salesforce calls these records in this language. */
    readonly kinds: Readonly<Record<BookKind, string>>;
    readonly reading: Readonly<Record<BookKind, string>>;
    /** A custom object, by its own name. */ readonly readingOther: (kind: string) => string;
    readonly progress: (read: string, expected: string) => string;
    readonly readingAt: (reading: string, progress: string) => string;
    readonly waits: string;
    readonly notBegun: string;
    readonly records: Counted;
    readonly numbers: Counted;
    readonly polled: (since: string) => string;
    /** How a kind is kept fresh, and why not better. */
    readonly fresh: { readonly events: string; readonly polling: string; readonly because: Readonly<Record<Eventless, string>> };
    /** `every`: a span. Budget and what is spent of it are of 24 hours. */
    readonly slowed: (every: string, spent: string, budget: string) => string;
    readonly paused: string;
    readonly absent: string;
    readonly leftOut: string;
    readonly stands: string;
    readonly allMatch: string;
    readonly unmatchable: (count: string) => string;
    readonly unmatchableUncounted: string;
    readonly unmatchableExplained: string;
  };
  readonly link: { readonly broken: (asOf: string) => string; readonly tryNow: string; readonly back: string };
  readonly list: {
    readonly title: string;
    readonly find: string;
    readonly explanation: string;
    readonly all: string;
    readonly today: string;
    readonly yesterday: string;
    readonly more: string;
    readonly loading: string;
    readonly failed: string;
    readonly otherVersion: string;
    readonly retry: string;
    readonly noneMatch: string;
    readonly clear: string;
    readonly newCall: (who: string) => string;
    readonly newCalls: Counted;
    readonly emptyTitle: string;
    readonly emptyTry: string;
    readonly emptySend: (source: string) => string;
    readonly emptyDocs: string;
    readonly copy: string;
    readonly copied: string;
  };
  readonly call: {
    readonly withheld: string;
    readonly messages: Counted;
    readonly unknown: string;
    readonly colleagues: string;
    readonly types: Readonly<
      Record<'outbound-answered' | 'outbound-unanswered' | 'inbound-answered' | 'missed' | 'voicemail' | 'internal', string>
    >;
    readonly directions: Readonly<Record<'inbound' | 'outbound' | 'internal', string>>;
    readonly phases: Readonly<Record<'ringing' | 'talking' | 'ended', string>>;
    readonly waited: (duration: string) => string;
    readonly talked: (duration: string) => string;
    readonly line: string;
    readonly agent: string;
    readonly source: string;
    readonly began: string;
    readonly wait: string;
    readonly talk: string;
    readonly theirId: string;
    readonly incarnation: (number: number) => string;
  };
  readonly explanations: Readonly<Record<ExplanationKind, string>>;
  readonly because: Readonly<Record<BecauseKey, (value: string) => string>>;
  readonly test: {
    readonly button: string;
    readonly title: string;
    readonly explained: string;
    readonly kinds: Readonly<Record<TestCallKind, { readonly name: string; readonly explained: string }>>;
    readonly label: (kind: string) => string;
    readonly placing: string;
    readonly onItsWay: string;
    readonly notWritten: string;
    readonly slow: string;
    readonly dismiss: string;
    readonly failed: string;
  };
  readonly story: {
    readonly title: string;
    readonly choose: string;
    readonly chooseExplained: string;
    readonly back: string;
    readonly close: string;
    readonly notFound: string;
    readonly failed: string;
    readonly record: string;
    readonly openRecord: string;
    readonly noRecord: string;
    readonly writeAgain: string;
    readonly applyRules: string;
    readonly applyRulesExplained: string;
    readonly writeAgainExplained: string;
    readonly asked: string;
    readonly refused: string;
    readonly heard: string;
    readonly heardExplained: string;
    readonly nothingHeard: string;
    readonly deliveryStates: Readonly<Record<'new' | 'translated' | 'repeat' | 'unheard' | 'parked', string>>;
    readonly body: string;
    readonly facts: string;
    readonly factsExplained: string;
    readonly noFacts: string;
    /** How a phone stopped ringing. */
    readonly ringEnds: Readonly<Record<string, string>>;
    readonly factTypes: Readonly<Record<FactType, string>>;
    readonly factData: string;
    readonly corrected: (offset: string) => string;
    readonly ownWords: string;
    readonly contradicted: string;
    readonly decided: string;
    readonly decidedExplained: string;
    readonly nothingDecided: string;
    readonly decision: (version: number, policyVersion: number) => string;
    readonly earlierDecisions: Counted;
    readonly otherRules: string;
    readonly fired: string;
    readonly rules: Readonly<Record<RuleName, string>>;
    readonly outcomes: Readonly<Record<'completed' | 'open' | 'skip' | 'wait' | 'part-of' | 'adds', string>>;
    readonly ruleFacts: Readonly<
      Record<
        'partOf' | 'phase' | 'type' | 'hours' | 'setting' | 'record' | 'memo' | 'callBack' | 'undone' | 'integration' | 'moment',
        string
      >
    >;
    readonly ruleValues: Readonly<Record<RuleValue, string>>;
    readonly blocked: (fact: string, wanted: string, held: string) => string;
    readonly earlierRule: (rule: string) => string;
    readonly wanted: string;
    /** What a record should hold, by our own names of its fields. */
    readonly fields: Readonly<Record<WantedField, string>>;
    readonly fieldValues: {
      readonly kind: Readonly<
        Record<'activity' | 'lead' | 'contact' | 'account' | 'person-account' | 'case' | 'opportunity' | 'marks', string>
      >;
      readonly about: Readonly<Record<'call' | 'to-do' | 'message' | 'task', string>>;
      readonly status: Readonly<Record<'completed' | 'open', string>>;
      /** Of a field whose value goes. */
      readonly emptied: string;
    };
    readonly written: string;
    readonly writtenExplained: string;
    readonly nothingWanted: string;
    readonly roles: Readonly<Record<Role, string>>;
    readonly writeStates: Readonly<Record<'due' | 'sending' | 'uncertain' | 'written' | 'parked' | 'deleted' | 'dropped', string>>;
    readonly name: string;
    readonly human: string;
    /** A field that Salesforce refused: left out, or given something else. */
    readonly refusedField: (field: string) => string;
    readonly refusedInstead: (field: string, instead: string) => string;
    /** One we had nothing for, and Salesforce wanted something. */
    readonly missingField: (field: string, instead: string) => string;
    readonly retracted: string;
    readonly mendedBy: Readonly<Record<'time' | 'admin' | 'us', string>>;
    readonly sent: string;
    readonly attempts: Counted;
    readonly attemptKinds: Readonly<Record<'read' | 'create' | 'change', string>>;
    readonly request: string;
    readonly answer: string;
    readonly wire: string;
    readonly inNameOf: (of: string) => string;
    readonly notInNameOf: (of: string) => string;
    readonly noAnswer: string;
    readonly took: (duration: string) => string;
  };
  readonly orgs: {
    readonly title: string;
    readonly explained: string;
    readonly current: string;
    readonly enter: string;
    readonly unknown: string;
    readonly states: Readonly<Record<'well' | 'shut-out' | 'trouble' | 'disconnected' | 'new', string>>;
    readonly connectedAs: (user: string, org: string) => string;
    readonly never: string;
    readonly add: string;
    readonly addExplained: string;
    readonly name: string;
    readonly rename: string;
    readonly save: string;
    readonly notConnected: string;
    readonly shutOut: string;
    readonly keptMeanwhile: string;
    readonly mendedHere: string;
    readonly waiting: Counted;
    readonly selfIsAgent: string;
    readonly connection: string;
    readonly byStart: string;
    readonly how: string;
    readonly means: Readonly<Record<'web' | 'client-credentials' | 'jwt', { readonly name: string; readonly explained: string }>>;
    readonly as: string;
    readonly salesforceOrg: string;
    readonly host: string;
    readonly since: string;
    readonly by: string;
    readonly lastSignIn: string;
    readonly lastProof: string;
    readonly endsAt: string;
    readonly test: string;
    readonly testing: string;
    readonly tested: (login: string, org: string) => string;
    readonly connect: string;
    readonly reconnect: string;
    readonly disconnect: string;
    readonly disconnectTitle: string;
    readonly disconnectMeans: readonly string[];
    readonly steps: {
      readonly app: string;
      readonly appExplained: string;
      readonly callback: string;
      readonly localhost: string;
      readonly place: string;
      readonly keys: string;
    };
    readonly guide: (step: string) => string;
    readonly places: Readonly<Record<'production' | 'sandbox' | 'my-domain', string>>;
    readonly myDomain: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly secretKept: string;
    readonly secretOptional: string;
    readonly secretForAgents: string;
    readonly username: string;
    readonly usernameExplained: string;
    readonly ownKey: string;
    readonly ownKeyExplained: string;
    readonly certificate: string;
    readonly makeKey: string;
    readonly makeKeyAgain: string;
    readonly makeKeyAgainExplained: string;
    readonly downloadCertificate: string;
    readonly lifetime: string;
    readonly lifetimeExplained: string;
    readonly signIn: string;
    readonly tryAndConnect: string;
    readonly waitingForWindow: string;
    /** It was closed, or Salesforce's pages have cut it off: from here both look the same. */ readonly windowAway: string;
    readonly windowCancelled: string;
    readonly replace: string;
    readonly replaceExplained: string;
    /** By the code of the refusal; what isn't here is shown as the server said it. */
    readonly refusals: Readonly<Record<Refusal, string>>;
    readonly agents: string;
    readonly agentsExplained: string;
    readonly agentsLent: Counted;
    readonly agentsInTrouble: string;
    readonly actAs: string;
    readonly actings: Readonly<Record<'integration-user' | 'agent', { readonly name: string; readonly explained: string }>>;
  };
  readonly signedIn: {
    readonly working: string;
    readonly done: string;
    readonly failed: string;
    readonly nothing: string;
    readonly closeWindow: string;
    readonly toOrg: string;
  };
  readonly agent: {
    readonly title: string;
    readonly how: string;
    readonly signIn: string;
    readonly signedInAs: (name: string) => string;
    readonly callsOf: (org: string) => string;
    readonly lent: string;
    readonly cantAct: string;
    readonly takeBack: string;
  };
  readonly recording: {
    readonly titles: Readonly<Record<'call' | 'voicemail', string>>;
    readonly loading: string;
    readonly listen: string;
    readonly download: string;
    readonly noted: string;
    readonly notPlayable: string;
    readonly expected: string;
    readonly expectedExplained: string;
    readonly empty: string;
    readonly emptyExplained: string;
    readonly over: (when: string) => string;
    readonly erased: (who: string, when: string) => string;
    readonly damaged: string;
    readonly openCall: string;
    readonly callUnknown: string;
    readonly length: string;
    readonly arrived: string;
    readonly keptUntil: string;
    readonly keptWithoutEnd: string;
    readonly held: (who: string, when: string) => string;
    readonly versions: string;
    readonly version: (number: string) => string;
    readonly because: string;
    readonly actions: Readonly<Record<'hold' | 'release' | 'erase', { readonly name: string; readonly explained: string }>>;
    readonly cancel: string;
    readonly refused: string;
  };
};

export type Refusal =
  | 'changed_meanwhile'
  | 'state_unknown'
  | 'state_used'
  | 'state_expired'
  | 'state_other-browser'
  | 'access_denied'
  | 'redirect_uri_mismatch'
  | 'invalid_client_id'
  | 'invalid_client'
  | 'invalid_scope'
  | 'other_org'
  | 'org_taken'
  | 'not_connected'
  | 'not_a_user'
  | 'API_DISABLED_FOR_ORG'
  | 'NO_REFRESH_TOKEN'
  | 'OAUTH_APP_ACCESS_DENIED'
  | 'SIGN_IN_UNREACHABLE'
  | 'unanswered';
type Eventless = (typeof eventless)[number];
export type BookKind = 'contact' | 'lead' | 'account' | 'person-account';
export type FactType =
  | 'started'
  | 'ringing'
  | 'answered'
  | 'held'
  | 'resumed'
  | 'transferred'
  | 'ring-ended'
  | 'left'
  | 'queued'
  | 'unqueued'
  | 'closed'
  | 'parked'
  | 'recorded'
  | 'joined'
  | 'ended'
  | 'voicemail'
  | 'recording'
  | 'transcript'
  | 'analysed'
  | 'tagged'
  | 'outcome'
  | 'commented'
  | 'digits'
  | 'attributed'
  | 'campaign'
  | 'clicked'
  | 'shown'
  | 'linked'
  | 'message'
  | 'noted'
  | 'called-back'
  | 'undone';
export type RuleName =
  | 'part of another call'
  | 'undone by a person'
  | 'logged while it lasts'
  | 'still live'
  | 'switched off'
  | 'a person chose the record'
  | 'an agent saved a memo'
  | 'internal call'
  | 'out of hours'
  | 'called back'
  | 'outbound answered'
  | 'outbound unanswered'
  | 'inbound answered'
  | 'missed'
  | 'voicemail'
  | 'direction unknown'
  | 'messages';
export type RuleValue =
  | 'on'
  | 'off'
  | 'reached'
  | 'not reached'
  | 'another call'
  | 'nothing'
  | 'live'
  | 'ended'
  | 'in hours'
  | 'out of hours'
  | 'skip'
  | 'completed'
  | 'open'
  | 'chosen by a person'
  | 'saved by an agent'
  | 'none'
  | 'messages'
  | 'not chosen'
  | 'answered since'
  | 'none yet'
  | 'not looked for'
  | 'by a person'
  | 'no'
  | 'unknown'
  | 'outbound-answered'
  | 'outbound-unanswered'
  | 'inbound-answered'
  | 'missed'
  | 'voicemail'
  | 'internal';
export type WantedField =
  | 'kind'
  | 'about'
  | 'type'
  | 'plain'
  | 'recordType'
  | 'name'
  | 'firstName'
  | 'lastName'
  | 'company'
  | 'phone'
  | 'mobile'
  | 'email'
  | 'caller'
  | 'subject'
  | 'origin'
  | 'status'
  | 'leadStatus'
  | 'statuses'
  | 'stage'
  | 'direction'
  | 'ownerId'
  | 'spareOwnerId'
  | 'author'
  | 'byAssignmentRules'
  | 'who'
  | 'what'
  | 'contactId'
  | 'accountId'
  | 'id'
  | 'first'
  | 'last'
  | 'dueDate'
  | 'closeDate'
  | 'remindAtMs'
  | 'durationSeconds'
  | 'waitSeconds'
  | 'result'
  | 'fields'
  | 'memo'
  | 'system'
  | 'callKey'
  | 'link';
export type Role =
  | 'log'
  | 'review'
  | 'follow-up'
  | 'check-setup'
  | 'person'
  | 'case'
  | 'opportunity'
  | 'campaign-member'
  | 'task'
  | 'attribution'
  | 'reopening';

const load: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => (await import('./ja.ts')).ja,
  fr: async () => (await import('./fr.ts')).fr,
  ru: async () => (await import('./ru.ts')).ru,
  pl: async () => (await import('./pl.ts')).pl,
};
export const loadWords = (language: Language): Promise<Words> => load[language]();

/** The first of the person's languages that we speak; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}
