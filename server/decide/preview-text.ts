import type { Call } from '../call/call.ts';
import type { AgentId, CallId, Instant, PhoneNumber } from '../call/event.ts';
import type { DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { callTypeSettings, type CallTypeSetting, type Policy } from './policy.ts';
import { templateFor } from './templates.ts';
import { wantedLog } from './wanted-log.ts';

/** What the log of an example call would say. */
export type TextPreview = {
  readonly type: CallTypeSetting;
  readonly subject: string;
  /** What agents noted, which stands above our block. */ readonly memo: string;
  readonly comment: string;
  /** As Salesforce counts: UTF-16 units. Of memo and comment together. */
  readonly characters: { readonly subject: number; readonly comment: number };
  /** Where in the policy the template is; absent where the language's own words are used. */
  readonly templates: { readonly subject?: string; readonly comment?: string };
};

/** An example call of each type, worded by this policy: by the same rules as a real one (MT-33). Pure. */
export function previewTexts(policy: Policy): TextPreview[] {
  return callTypeSettings.map((type): TextPreview => {
    const logging = policy.logging[type];
    const { record } = wantedLog(exampleCalls[type], inputsOf(policy), exampleFacts, logging === 'open' ? 'open' : 'completed');
    const subject = templateFor(policy, 'subject', type)?.from ?? (policy.subject === undefined ? undefined : 'subject');
    const comment = templateFor(policy, 'comment', type)?.from;
    return {
      type,
      subject: record.subject,
      memo: record.memo,
      comment: record.system.join('\n'),
      characters: {
        subject: record.subject.length,
        comment: [record.memo, ...record.system].filter((line, place) => place > 0 || line !== '').join('\n').length,
      },
      templates: { ...(subject !== undefined && { subject }), ...(comment !== undefined && { comment }) },
    };
  });
}

const startedAt = Date.UTC(2026, 2, 2, 9) as Instant;
const after = (seconds: number) => (startedAt + seconds * 1000) as Instant;
const anna = { id: '101' as AgentId, name: 'Anna Sato', email: 'anna.sato@example.com' };

/** Everything is in it that a call can have, so that every field of a template shows something. */
const answered: Call = {
  id: 'example-1' as CallId,
  phase: 'ended',
  type: 'inbound-answered',
  direction: 'inbound',
  customer: { number: '+12025550123' as PhoneNumber, name: 'Hanako Tanaka', email: 'hanako.tanaka@example.com' },
  line: { id: 'sales', name: 'Sales', number: '+12025550100' as PhoneNumber },
  dialled: '+12025550100',
  startedAt,
  answeredAt: after(12),
  endedAt: after(133),
  endPresumed: false,
  endCause: undefined,
  lastFactAt: after(133),
  people: [{ endpoint: '101', agent: anna, ringSeconds: 10, talkSeconds: 121, holdSeconds: 30, answered: true }],
  answeredBy: anna,
  lastWith: anna,
  dialledBy: undefined,
  outcome: 'answered',
  missedBecause: undefined,
  attempts: [{ at: after(2), endpoint: '101', agent: anna, seconds: 10, how: 'answered' }],
  queue: { id: 'sales', name: 'Sales' },
  parked: [],
  waitSeconds: 12,
  talkSeconds: 121,
  holdSeconds: 30,
  transfers: [],
  voicemail: undefined,
  recorded: [],
  recordings: [{ recordingId: 'example', url: 'https://phone.example.com/recordings/example', seconds: 121 }],
  transcript: { text: 'Good morning.\nI would like a quote.' },
  analysis: { score: 87, summary: 'Wants a quote.', talkRatio: 0.41 },
  analysedAt: after(200),
  tags: ['vip', 'quote'],
  wrapUp: 'Interested',
  comments: [{ at: after(140), text: 'Send the price list.', agent: anna }],
  digits: '1 4711',
  keyed: [{ digits: '1' }, { digits: '4711', purpose: 'case' }],
  attribution: {
    source: 'google',
    medium: 'cpc',
    campaign: 'brand',
    term: 'oven',
    content: 'banner',
    referrer: 'https://www.example.com/',
    landingPage: 'https://example.com/ovens',
    gclid: 'example',
    gaClientId: '123.456',
  },
  campaign: { campaignId: '7', name: 'Spring' },
  clicked: undefined,
  shown: undefined,
  linked: undefined,
  calledBack: undefined,
  noted: undefined,
  messages: undefined,
  undone: [],
  partOf: undefined,
  parts: [],
};
const inVain: Call = {
  ...answered,
  type: 'missed',
  outcome: 'missed',
  missedBecause: 'no answer',
  answeredAt: undefined,
  answeredBy: undefined,
  lastWith: undefined,
  endedAt: after(22),
  lastFactAt: after(22),
  people: [{ endpoint: '101', agent: anna, ringSeconds: 20, talkSeconds: 0, holdSeconds: 0, answered: false }],
  attempts: [{ at: after(2), endpoint: '101', agent: anna, seconds: 20, how: 'no answer' }],
  waitSeconds: 22,
  talkSeconds: 0,
  holdSeconds: 0,
  recordings: [],
  transcript: undefined,
  analysis: undefined,
  wrapUp: undefined,
  analysedAt: undefined,
  comments: [],
};
const dialled = { direction: 'outbound', dialled: '+12025550123', dialledBy: anna, queue: undefined, digits: '', keyed: [] } as const;
const exampleCalls: Readonly<Record<CallTypeSetting, Call>> = {
  'inbound-answered': answered,
  'outbound-answered': { ...answered, ...dialled, type: 'outbound-answered' },
  'outbound-unanswered': {
    ...inVain,
    ...dialled,
    type: 'outbound-unanswered',
    outcome: 'no answer',
    missedBecause: undefined,
    people: [],
    attempts: [{ at: after(2), endpoint: '+12025550123', seconds: 20, how: 'no answer' }],
  },
  missed: inVain,
  voicemail: {
    ...inVain,
    type: 'voicemail',
    outcome: 'voicemail',
    voicemail: { seconds: 17, url: 'https://phone.example.com/recordings/voicemail' },
  },
};
const exampleFacts: DecideFacts = { recordingLinks: {}, settled: true };

function inputsOf(policy: Policy): Inputs {
  const owner = { crmUserId: 'example', zone: policy.zone, name: anna.name };
  const record = { kind: 'contact', id: 'example', name: 'Hanako Tanaka' };
  return {
    policyVersion: 0,
    policy,
    people: { [anna.id]: owner },
    fallbackOwner: owner,
    match: { candidates: [{ record, as: 'who', because: '' }], searched: '' },
    named: {},
    clockOffsetMs: 0,
  };
}
