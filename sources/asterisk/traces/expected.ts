/** What a recorded call is. Seconds; `ringing` lists every attempt and how it ended. */
export type Expected = {
  readonly direction: 'inbound' | 'outbound' | 'internal';
  readonly customer: string | null;
  readonly dialled: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly answeredBy?: string;
  readonly lastWith?: string;
  readonly waited?: number;
  readonly talk?: Readonly<Record<string, number>>;
  readonly hold?: Readonly<Record<string, number>>;
  readonly ringing?: readonly string[];
  readonly transfers?: readonly string[];
  readonly queue?: string;
  readonly digits?: string;
  readonly voicemail?: string;
  readonly recorded?: true;
};
const caller = '15551230001';
const inbound = { direction: 'inbound', customer: caller, dialled: '5550101' } as const;
const byAnn = { outcome: 'answered', answeredBy: '101', lastWith: '101', ringing: ['101:answered'], recorded: true } as const;
const outbound = { direction: 'outbound' } as const;

export const expected: Readonly<Record<string, Expected>> = {
  'agent-declines': { ...inbound, outcome: 'missed', reason: 'declined', ringing: ['101:declined'] },
  'agent-phone-busy': { ...inbound, outcome: 'missed', reason: 'busy', ringing: ['101:busy'] },
  'agent-unregistered': { ...inbound, dialled: '5550103', outcome: 'missed', reason: 'nobody reachable' },
  'attended-transfer': {
    ...inbound,
    ...byAnn,
    lastWith: '102',
    waited: 0.6,
    talk: { 101: 2.8, 102: 7.2 },
    hold: { 101: 2 },
    transfers: ['attended 101→102'],
  },
  'blind-transfer': {
    ...inbound,
    ...byAnn,
    lastWith: '102',
    waited: 0.6,
    talk: { 101: 1.2, 102: 4.9 },
    ringing: ['101:answered', '102:answered'],
    transfers: ['blind 101→102'],
  },
  'caller-withheld': { ...inbound, ...byAnn, customer: 'withheld', waited: 0.6, talk: { 101: 2.5 } },
  'hold-unhold': { ...inbound, ...byAnn, waited: 0.6, talk: { 101: 3.4 }, hold: { 101: 1.5 } },
  'in-abandoned': { ...inbound, outcome: 'abandoned', ringing: ['101:stopped'] },
  'in-after-hours': { ...inbound, dialled: '5550400', outcome: 'closed' },
  'in-answered': { ...inbound, ...byAnn, waited: 1.2, talk: { 101: 2.5 } },
  'in-missed': { ...inbound, outcome: 'missed', reason: 'no answer', ringing: ['101:no answer'] },
  'in-queue-abandoned': { ...inbound, dialled: '5550300', outcome: 'abandoned', waited: 2.5, ringing: ['101:stopped'], queue: 'support' },
  'in-queue-second-agent': {
    ...inbound,
    ...byAnn,
    dialled: '5550300',
    answeredBy: '102',
    lastWith: '102',
    waited: 5.9,
    talk: { 102: 3.1 },
    ringing: ['101:no answer', '102:answered'],
    queue: 'support',
  },
  'in-voicemail-agent': {
    ...inbound,
    dialled: '5550202',
    outcome: 'voicemail',
    ringing: ['102:no answer'],
    voicemail: '102@default',
  },
  internal: {
    direction: 'internal',
    customer: null,
    dialled: '102',
    outcome: 'answered',
    lastWith: '102',
    talk: { 101: 1.8, 102: 1.8 },
    ringing: ['102:answered'],
  },
  'ivr-digits-agent': { ...inbound, ...byAnn, dialled: '5550500', waited: 0.9, talk: { 101: 1 }, queue: 'support', digits: '4821' },
  'ivr-timeout': { ...inbound, ...byAnn, dialled: '5550500', waited: 0.9, talk: { 101: 4.5 }, queue: 'support' },
  'out-abandoned': {
    ...outbound,
    customer: '15557770006',
    dialled: '915557770006',
    outcome: 'cancelled',
    ringing: ['outside:stopped'],
  },
  'out-answered': {
    ...outbound,
    customer: '15557770001',
    dialled: '915557770001',
    outcome: 'answered',
    lastWith: '101',
    talk: { 101: 2.5 },
    ringing: ['outside:answered'],
    recorded: true,
  },
  'out-busy': { ...outbound, customer: '15557770002', dialled: '915557770002', outcome: 'busy', ringing: ['outside:busy'] },
  'out-click-to-dial': {
    ...outbound,
    customer: '15557770007',
    dialled: 's', // where an Originate begins; whom it is for is said by the line it dials
    outcome: 'answered',
    lastWith: '101',
    talk: { 101: 2.6 },
    ringing: ['outside:answered'],
    recorded: true,
  },
  'out-noanswer': { ...outbound, customer: '15557770003', dialled: '915557770003', outcome: 'no answer', ringing: ['outside:no answer'] },
  'out-unknown-number': {
    ...outbound,
    customer: '15557770005',
    dialled: '915557770005',
    outcome: 'no such number',
    ringing: ['outside:no such number'],
  },
  'queue-member-paused': {
    ...inbound,
    ...byAnn,
    dialled: '5550300',
    answeredBy: '102',
    lastWith: '102',
    waited: 0.6,
    talk: { 102: 1.9 },
    ringing: ['102:answered'],
    queue: 'support',
  },
  recording: { ...inbound, ...byAnn, waited: 0.5, talk: { 101: 4 } },
};
