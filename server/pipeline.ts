import { Bell } from './bell.ts';
import type { LookUp } from './book/look-up.ts';
import { clockOffsetMs, type ClockWindow, observeClock } from './call/clock-offset.ts';
import type { Call } from './call/call.ts';
import { type Agent, type CallEvent, type LinkedRecord, ownKinds } from './call/event.ts';
import { foldCall } from './call/fold.ts';
import { boundEvents } from './call/limits.ts';
import { type CrmUser, isWantedMatter, type WantedOfLead } from './crm.ts';
import { decide, type Decision } from './decide/decide.ts';
import { talkedAt } from './decide/facts.ts';
import { effectivePolicy, inputsOfCall, whoseOf } from './decide/layers.ts';
import { correctedMs } from './decide/local-date.ts';
import { mayBeMeant } from './decide/meant.ts';
import { messageDay } from './decide/message-day.ts';
import { isOwnerWord } from './decide/owner-chain.ts';
import { agentsOf, type Inputs, isSame, type Owner, personOf, pinInputs } from './decide/pin.ts';
import { chainsIn } from './decide/rows.ts';
import { retract, retractActivity, retractCase, type Role } from './decide/retract.ts';
import { type LookedUp, matchCall, type MatchRules } from './match/match.ts';
import { pointersOf } from './match/pointed.ts';
import { noticesOf } from './notify/notices.ts';
import { atKnownPhones, entryOf, type Phones } from './people/directory.ts';
import { type KnownMatters, type MattersAsk, noMatters, withCases } from './match/matters.ts';
import type { OwnMatter } from './decide/matter.ts';
import type { OwnReopening } from './decide/reopen.ts';
import type { Policy } from './decide/policy.ts';
import { awaitsMatter, codeOf, mattersAsk, ownMatterOf, relevantMatters, unsureWhileReading } from './own-matters.ts';
import type { Source } from './source.ts';
import type { DueCall, NobodysPhone, OrgId, OrgView, Store, StoredDelivery, Told, TranslatedDelivery, WritePlan } from './store.ts';
import { recordGone } from './store.ts';
import { isPassing } from './store/database.ts';
import type { EngineStep } from './store/engine.ts';
import { decisionKey } from './store/decision-key.ts';
import type { World } from './world.ts';
import { nameOf, nameOfPerson } from './write/name.ts';
import { neverSent, planWrite } from './write/plan.ts';

/**
 * The straight line, on one screen. Between two rooms lies a table; a step turns the rows of one table into rows of the next.
 * Steps call the rooms; no step holds a rule of its own.
 *
 *     deliveries ──translate──▶ events, calls ──tell──▶ decisions, writes, stream ──send──▶ the org
 */
export type Line = {
  readonly store: Store;
  readonly world: World;
  readonly sources: Readonly<Record<string, Source>>;
  /** What is known of an org, at most a few seconds old. */
  orgView(org: OrgId): Promise<OrgView>;
  /** What the book knows of a number, and of records that somebody chose. */
  lookUp(org: OrgId, asked: LookUp): Promise<LookedUp>;
  /** What the book knows of the cases and opportunities of whoever a call may be about; undefined: nobody asks. */
  matters(org: OrgId, asked: MattersAsk | undefined): Promise<KnownMatters>;
  /** Our permanent pages (S3); undefined without a public https address. */
  callLink(due: Pick<DueCall, 'org' | 'id' | 'externalId'>): string | undefined;
  /** Our page of a recording, by the address its fact gives; undefined for one that lies elsewhere, and without a public https address. */
  recordingLink(url: string | undefined): string | undefined;
  report(words: string, fields: Readonly<Record<string, unknown>>): void;
};
export type Bells = { readonly deliveries: Bell; readonly calls: Bell };
export const makeBells = (): Bells => ({ deliveries: new Bell(), calls: new Bell() });

export const lineSteps = (line: Line, bells: Bells): readonly EngineStep[] => {
  const clocks = new Map<string, ClockWindow>();
  return [
    {
      name: 'translate',
      bell: bells.deliveries,
      loops: 1,
      run: () =>
        line.store.translateSome((claimed) => Promise.all(claimed.map((delivery) => placed(line, translate(line, clocks, delivery))))),
    },
    {
      name: 'tell',
      bell: bells.calls,
      loops: 1,
      run: () => line.store.tellSome((claimed) => Promise.all(claimed.map((due) => tell(line, due)))),
    },
  ];
};

/** A delivery becomes facts. One that can't be read parks alone, with its bytes (E1). */
function translate({ sources, report }: Line, clocks: Map<string, ClockWindow>, delivery: StoredDelivery): TranslatedDelivery {
  const source = sources[delivery.source];
  const parked = (note: string): TranslatedDelivery => ({
    delivery,
    offsetMs: clockOffsetMs(clocks.get(delivery.connection)),
    state: 'parked',
    note,
    events: [],
  });
  if (!source) return parked(`no source "${delivery.source}" in this version: was it removed?`);
  try {
    const { events, unheard, sentAt } = source.translate({ ...delivery, receivedAt: delivery.receivedAtMs });
    if (sentAt !== undefined) clocks.set(delivery.connection, observeClock(clocks.get(delivery.connection), sentAt, delivery.receivedAtMs));
    const offsetMs = clockOffsetMs(clocks.get(delivery.connection));
    if (unheard.length)
      report('delivery.unheard', { connection: delivery.connection, delivery: delivery.deliveryId, types: unheard.join(' ') });
    return {
      delivery,
      offsetMs,
      state: events.length === 0 ? 'unheard' : 'translated',
      note: unheard.length ? `not heard yet: ${unheard.join(', ')}` : null,
      events,
    };
  } catch (error) {
    report('delivery.parked', { connection: delivery.connection, delivery: delivery.deliveryId, because: (error as Error).message });
    return parked((error as Error).message);
  }
}

/** A message's call is its conversation's day, by the clock of its line; which that is, the policy may have to say (AC-38). */
async function placed(line: Line, translated: TranslatedDelivery): Promise<TranslatedDelivery> {
  if (translated.state === 'parked' || !translated.events.some(({ type }) => type === 'message')) return translated;
  const { policy } = await line.orgView(translated.delivery.org);
  const place = (event: CallEvent): CallEvent =>
    event.type === 'message' ? { ...event, callId: messageDay(event, translated.offsetMs, policy) } : event;
  return { ...translated, events: translated.events.map(place) };
}

/** A call is told anew from all its facts, decided, and its wishes stored. One that throws stands aside alone (E2). */
async function tell(line: Line, due: DueCall): Promise<Told> {
  let away: Error | undefined;
  const noting = <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      if (error instanceof Error && isPassing(error)) away = error;
      throw error;
    });
  try {
    const asking = {
      orgView: (org: OrgId) => noting(line.orgView(org)),
      lookUp: (org: OrgId, asked: LookUp) => noting(line.lookUp(org, asked)),
      matters: (org: OrgId, asked: MattersAsk | undefined) => noting(line.matters(org, asked)),
    };
    return await tellCall({ ...line, ...asking }, due);
  } catch (error) {
    if (away !== undefined) throw away; // the database was away: no call is to blame, all are told again
    line.report('call.parked', { call: due.id, because: (error as Error).message });
    return { due, trouble: `telling it failed: ${(error as Error).message}` };
  }
}

async function tellCall(line: Line, claimed: DueCall): Promise<Told> {
  const source = line.sources[claimed.source];
  const today = await line.orgView(claimed.org);
  const { heard, beyondBound, call, phones } = hearCall(claimed, source, today);
  if (!call || !source)
    return { due: claimed, trouble: call ? `no source "${claimed.source}" in this version` : 'nothing has been heard of it yet' };

  const messages = call.messages && (await switchOfMessages(line, today, claimed, call, call.messages));
  // what was kept is no decision about those that came since
  const due = messages?.on !== undefined && isOff(claimed.pinned, call) ? { ...claimed, pinned: undefined } : claimed;
  // Silence is counted by our clock from the last hearing: theirs may be wrong, and an import may speak of the past.
  const silentAtMs = due.heardAtMs + source.silenceMs;
  const silent = call.phase !== 'ended' && call.partOf === undefined && line.world.now() >= silentAtMs;
  const presumedEnd: CallEvent = {
    id: 'cordboard:presumed-end',
    callId: due.externalId,
    at: call.lastFactAt,
    type: 'ended',
    presumed: true,
  };

  const org = await inForce(line, today, due, call, messages?.on);
  const asking = whatToLookUp(due, call, org);
  const { refused } = asking;
  const book = await line.lookUp(due.org, asking.asked);
  const settledAtMs = due.heardAtMs + source.settleMs;
  const settled = call.phase === 'ended' && line.world.now() >= settledAtMs;
  // What another call was making may be there by now.
  const isComing = awaitsMatter(due);
  const asks = asking.isPinned && !isComing && !call.linked ? undefined : mattersAsk(call, book, due.pinned, asking.policy);
  const names = due.writes.map(({ name }) => name);
  const matters = asks && relevantMatters(await line.matters(due.org, asks), book, names);
  const ofParts = due.ofKin.filter((one) => call.parts.includes(one.call));
  const ownMatters = [
    ...due.writes.flatMap(ownMatterOf),
    ...ofParts.flatMap((one) => ownMatterOf(one.row).map((matter) => ({ ...matter, ofPart: one.call }))),
  ];
  const isItsCase = ({ call: id, row }: DueCall['ofKin'][number]) => id === call.partOf && row.wanted.kind === 'case';
  const hasOther = due.ofKin.some((one) => isItsCase(one) && ownMatterOf(one.row).some(({ sent, state }) => sent && state !== 'deleted'));
  const reopenings = due.ofLeads.flatMap((row) => (row.wanted.kind === 'reopening' ? [{ sent: !neverSent(row), wanted: row.wanted }] : []));
  const { inputs, decision, records, wants, made } = judgeCall(line, {
    ...{ due, call, phones, org, book, settled, ownMatters, reopenings, isComing },
    ...(matters && { matters }),
    ...(messages && { cameWhileOff: messages.cameWhileOff }),
    isRefused: refused !== undefined,
  });

  const own = inputsOfCall(call, inputs).inputs;
  const onlyUntouched = decision.verdict.is === 'skipped' && decision.verdict.undone !== undefined; // W9
  const plans: WritePlan[] = records.map((want) => {
    const row = due.writes.find((write) => write.role === want.role && write.qualifier === want.qualifier);
    return planWrite(row, {
      role: want.role,
      qualifier: want.qualifier,
      name: nameIn(due, want),
      wanted: want.record,
      policyVersion: inputs.policyVersion,
      retracted: null,
      onlyUntouched: false,
      hasMemo: call.noted !== undefined,
      awaitsPerson: 'awaitsPerson' in want && want.awaitsPerson === true,
      ...('once' in want && want.once && { once: true as const }),
    });
  });
  for (const row of due.writes.filter((write) => !records.some((want) => want.role === write.role && want.qualifier === write.qualifier))) {
    if (row.state === 'dropped') continue;
    const answer = retract(
      row.role as Role,
      { sent: !neverSent(row), open: row.wanted.kind === 'activity' && row.wanted.status === 'open', touchedByHuman: row.human.length > 0 },
      { ...decision, language: own.policy.language, hasOther },
    );
    if (answer === 'keep') continue;
    const because =
      decision.verdict.is === 'part-of'
        ? `part of call ${decision.verdict.call}`
        : decision.verdict.is === 'skipped'
          ? decision.verdict.because
          : 'no longer wanted';
    const { role, qualifier, name } = row;
    const wish = { role, qualifier, name, policyVersion: inputs.policyVersion, retracted: because, onlyUntouched, awaitsPerson: false };
    if (answer === 'drop') plans.push({ ...wish, wanted: row.wanted, change: 'drop', lane: 'now', delayMs: 0 });
    else if (row.wanted.kind === 'case') plans.push(planWrite(row, { ...wish, wanted: retractCase(row.wanted, answer) }));
    else if (!isWantedMatter(row.wanted))
      plans.push(planWrite(row, { ...wish, wanted: retractActivity(row.wanted, answer, own.policy.language) }));
  }

  const changes = changesOfLeads(decision);
  for (const { record, ...which } of changes) {
    const wish = { ...which, name: nameIn(due, which), wanted: record, policyVersion: inputs.policyVersion };
    const row = due.ofLeads.find(({ role, qualifier }) => role === which.role && qualifier === which.qualifier);
    plans.push(planWrite(row, { ...wish, retracted: null, onlyUntouched: false, awaitsPerson: false }));
  }
  const isUnwanted = (row: DueCall['ofLeads'][number]) =>
    row.state !== 'dropped' && !changes.some(({ role, qualifier }) => role === row.role && qualifier === row.qualifier);
  for (const row of due.ofLeads.filter(isUnwanted).filter(neverSent)) {
    const { role, qualifier, name, wanted } = row;
    const wish = { role, qualifier, name, wanted, policyVersion: inputs.policyVersion, onlyUntouched: false };
    plans.push({ ...wish, retracted: 'no longer wanted', change: 'drop', lane: 'now', delayMs: 0 });
  }

  // The admin went live without it: what is made for its number isn't for it (W9).
  const wantsPerson = !due.writes.some(({ leftOut }) => leftOut);
  // Who has to call back hears of it: whose open log a call nobody took is (D4).
  const log = decision.wants.find(({ role }) => role === 'log')?.record;
  const isNews = line.world.now() - due.heardAtMs < newsMs;
  const isMissed =
    isNews && call.phase === 'ended' && log?.status === 'open' && call.direction !== 'outbound' && call.answeredAt === undefined;
  const missedFor = isMissed ? { ownerId: log.ownerId, ...(log.remindAtMs === undefined ? {} : { dueAtMs: log.remindAtMs }) } : undefined;
  /** Silence, while it goes on; then what waits for the story to be settled, or for the rest of the book. */
  const nextDue = (): number | undefined => {
    if (call.partOf !== undefined) return undefined;
    if (call.phase !== 'ended') return silent ? undefined : silentAtMs;
    if (decision.unsettled) return settledAtMs;
    if (decision.coming) return line.world.now() + comingAgainMs;
    if (refused && line.world.now() - refused.sinceMs < bookKnowsMs) return line.world.now() + lookAgainMs;
    return undefined; // a match in a part of the book is looked at again when the book is complete (server/book/keeper.ts)
  };

  // When it was is judged once (D1).
  // So is whether the integration was on: what was kept meanwhile is written if somebody asks for it, and not by late news (DP-05).
  const isJudged =
    decision.verdict.is === 'skipped' && (decision.verdict.rule === 'out of hours' || decision.verdict.rule === 'switched off');
  // A call that has a record stays pinned, also when today's rules no longer want it: tomorrow's are not asked unbidden.
  const isPinning =
    decision.verdict.is === 'wants' || isJudged || decision.person || decision.marks || records.length > 0 || due.writes.length > 0;
  const isEarly = call.phase !== 'ended' && decision.verdict.is === 'wants';
  const pinned = isPinning ? (isEarly ? { ...inputs, live: true as const } : inputs) : due.pinned;
  const offsetMs = Math.abs(inputs.clockOffsetMs) >= 2_000 ? inputs.clockOffsetMs : 0;
  const talkedAtMs = talkedAt(call);
  const { callBack } = decision.facts;
  line.report('call.told', {
    call: due.id,
    version: due.version + 1,
    facts: heard.length,
    type: call.type ?? 'open',
    phase: call.phase,
    verdict: decision.verdict.is,
    writes: plans
      .filter((plan) => plan.change !== 'none')
      .map((plan) => `${plan.role}:${plan.change}`)
      .join(' '),
  });
  return {
    due,
    call,
    partOf: call.partOf,
    startedAtMs: call.startedAt + offsetMs,
    endedAtMs: call.endedAt === undefined ? undefined : call.endedAt + offsetMs,
    numberKey: call.customer.number,
    heardName:
      call.customer.number && call.customer.name !== undefined ? { name: call.customer.name, email: call.customer.email } : undefined,
    talkedAtMs: talkedAtMs === undefined ? undefined : talkedAtMs + offsetMs,
    openUntilMs: callBack === 'not looked for' ? undefined : call.calledBack ? call.calledBack.at + offsetMs : Infinity,
    pinned,
    verdict: decision.verdict,
    trace: decision.trace,
    wants,
    policyVersion: inputs.policyVersion,
    decision: decisionKey(decision.verdict, wants, inputs.policyVersion),
    flags: {
      ...(beyondBound ? { beyondBound: true } : {}),
      ...(due.events.some((stored) => stored.contradicted) ? { contradicted: true } : {}),
    },
    writes: plans,
    person:
      !wantsPerson || !decision.person
        ? undefined
        : {
            generation: decision.person.generation,
            name: nameOfPerson(org.uid, decision.person.record.phone, decision.person.generation),
            wanted: decision.person.record,
            policyVersion: inputs.policyVersion,
          },
    seenPerson: made && { generation: made.generation, row: made.row },
    nextDueMs: nextDue(),
    ownFacts: silent ? [presumedEnd] : [],
    summary: { call: due.id, version: due.version + 1 },
    nobodysPhones: nobodysPhonesOf(due.connection, call, inputs, org),
    notices: noticesOf(due.id, call, own, made?.record, decision.matter, missedFor),
  };
}

/** A call from all that was heard of it, with whose phones it rang; none where nothing was. Pure. */
export function hearCall(
  due: Pick<DueCall, 'events' | 'externalId' | 'connection' | 'pinned'>,
  source: Source | undefined,
  org: Pick<OrgView, 'people' | 'peopleByEmail' | 'agentAt'>,
) {
  const { events: heard, beyondBound } = boundEvents(due.events.map((stored) => stored.event));
  const { events, phones } = atKnownPhones(source?.conclude?.(heard) ?? heard, due.pinned, {
    at: (asDialled) => org.agentAt(asDialled),
    codeOf: (agent) => entryOf(org, due.connection, agent)?.code,
  });
  return { heard, beyondBound, phones, call: foldCall(due.externalId, events) };
}

/** What is asked of the book for a call. `refused`: its record that the org refused for the one it hangs on. Pure. */
function whatToLookUp(
  due: Pick<DueCall, 'pinned' | 'writes'>,
  call: Call,
  org: OrgView,
): { asked: LookUp; refused: DueCall['writes'][number] | undefined; isPinned: boolean; policy: Policy } {
  // Who was meant is pinned with the first wish (D1), and a person's choice needs no number.
  const { number } = call.customer;
  // A log that was refused, or written without its link, for the record it hangs on: who has the number by now?
  const refused = due.writes.find(
    (row) =>
      (row.state === 'parked' && row.crmId === undefined && recordGone.has(row.troubleCode ?? '')) ||
      Object.values(row.refused).some(({ code }) => recordGone.has(code)),
  );
  const pointed = pointersOf(call, matchRulesOf(call, due, org)).map(({ record }) => record);
  const { policy } = effectivePolicy(due.pinned?.policy ?? org.policy, whoseOf(call, due.pinned ?? org));
  const isPinned =
    due.pinned !== undefined &&
    refused === undefined &&
    isSame(due.pinned.pointed, idsOf(pointed)) &&
    !due.pinned.match.unsure &&
    !(due.pinned.live && call.phase === 'ended') &&
    !due.pinned.match.stranger &&
    (due.pinned.number === undefined || due.pinned.number === (number ?? null)) &&
    due.pinned.matters?.code?.looked === codeOf(call, policy.cases);
  const chosen = call.linked ? [call.linked.who, call.linked.what].filter((record) => record !== undefined) : pointed;
  // Where its caller came from goes into a lead that was made for the number, whoever has it by now (RS-02).
  const asksWhoWasMade = Object.keys(call.attribution).length > 0;
  const isAsked = !call.linked && (!isPinned || asksWhoWasMade);
  return { asked: { number: isAsked ? number : undefined, chosen }, refused, isPinned, policy };
}

/** What a call is judged by. `isRefused`: the record it hangs on is gone, so that somebody else may be meant by now. */
export type Judging = {
  readonly due: Pick<DueCall, 'org' | 'id' | 'externalId' | 'connection' | 'pinned' | 'wantsPerson' | 'personGeneration' | 'events'>;
  readonly call: Call;
  /** Whose phones it rang; left out where the inputs are not kept. */
  readonly phones?: Phones;
  readonly org: OrgView;
  readonly book: LookedUp;
  readonly settled: boolean;
  readonly isRefused: boolean;
  /** Cases and opportunities of whoever it may be about; left out: as pinned. */
  readonly matters?: KnownMatters;
  /** Those it has begun. */
  readonly ownMatters?: readonly OwnMatter[];
  /** Closed leads it has had opened. */
  readonly reopenings?: readonly OwnReopening[];
  /** Ids of messages that came while the integration was off; left out: all are as the policy has it. */
  readonly cameWhileOff?: readonly string[];
  /** One that another call was making may be there by now. */
  readonly isComing?: boolean;
};

/** From what is known to what is wanted: the one way, for the line as for trying a policy out (server/simulate). Pure. */
export function judgeCall(
  links: Pick<Line, 'callLink' | 'recordingLink'>,
  { due, call, phones, org, book, settled, isRefused, matters, ownMatters, reopenings, cameWhileOff, isComing }: Judging,
) {
  // What it hangs on stays its own although another call had another record made.
  const formerly = book.formerlyMade?.find(({ generation, state }) => generation === due.personGeneration && state === 'there');
  const made = formerly ?? book.made;
  const isMaking = due.pinned?.match.stranger === true && due.wantsPerson && made?.state !== 'there';
  const now = { ...inputsNow(org, due, call, book, matters), ...(phones && { phones }) };
  const inputs = pinInputs(due.pinned, now, call, isMaking || isRefused, isComing);
  const link = links.callLink(due);
  const voicemailLink = links.recordingLink(call.voicemail?.url);
  const decision = decide(call, inputs, {
    recordingLinks: Object.fromEntries(
      call.recordings.flatMap(({ recordingId, url }) => {
        const ours = links.recordingLink(url);
        return ours === undefined ? [] : [[recordingId, ours]];
      }),
    ),
    ...(voicemailLink === undefined ? {} : { voicemailLink }),
    ...(link === undefined ? {} : { link }),
    ...(made && { made }),
    ...(book.heard && { heard: book.heard }),
    ...(ownMatters && { matters: ownMatters }),
    ...(reopenings && { reopenings }),
    ...(cameWhileOff && { cameWhileOff }),
    ...(due.personGeneration !== undefined && { ownGeneration: due.personGeneration }),
    settled,
  });
  // What it hangs on is made first.
  const records = [...decision.matters.map((matter) => ({ ...matter, qualifier: '' })), ...decision.wants];
  const wants = [
    ...records.map(({ role, qualifier, record }) => ({ role, qualifier, record })),
    ...changesOfLeads(decision),
    ...(decision.person ? [{ role: 'person', qualifier: '', record: decision.person.record }] : []),
  ];
  return { inputs, decision, records, wants, made };
}

/** What a call changes in leads that are there, each under its role. Ids come with 15 characters or with three more. */
const changesOfLeads = ({ marks, reopening }: Decision): { role: Role; qualifier: string; record: WantedOfLead }[] => [
  ...(marks ? [{ role: 'attribution' as const, qualifier: marks.id.slice(0, 15), record: marks }] : []),
  ...(reopening ? [{ role: 'reopening' as const, qualifier: reopening.id.slice(0, 15), record: reopening }] : []),
];

/** The book hears of what became of a record within a poll or two. */
const lookAgainMs = 75_000;
const bookKnowsMs = 10 * 60_000;
/** What another call makes is told as soon as it is there; this is for who was told in that very moment. */
const comingAgainMs = 60_000;

/** A missed call is news for so long; what is told of it later changes nobody's screen. */
const newsMs = 3_600_000;

const nameIn = (due: DueCall, want: { role: string; qualifier: string }): string =>
  nameOf({ connection: due.connection, call: due.externalId, incarnation: due.incarnation, role: want.role, qualifier: want.qualifier });

/** Who answered at a phone that is nobody's in the CRM (RS-44); not before it is known who is in the CRM. */
function nobodysPhonesOf(connection: string, call: NonNullable<Told['call']>, inputs: Inputs, org: OrgView): NobodysPhone[] {
  if (org.usersById.size === 0 || call.direction === 'internal') return [];
  return call.people.flatMap(({ answered, agent, endpoint }) => {
    if (!answered || (agent && personOf(inputs, agent))) return [];
    if (agent && entryOf(org, connection, agent)?.nobody) return []; // left out on purpose
    if (!agent) return call.direction === 'inbound' ? [{ agent: endpoint }] : [];
    return [
      { agent: agent.id, ...(agent.name !== undefined && { name: agent.name }), ...(agent.email !== undefined && { email: agent.email }) },
    ];
  });
}

/**
 * The org with the version of its policy that decides this call: the one in force when it ended, or later if somebody asked (DP-08). `decidedAt`:
 * of messages, when the first came that is logged.
 */
async function inForce(line: Line, org: OrgView, due: DueCall, call: Call, decidedAt = call.endedAt): Promise<OrgView> {
  // what was pinned for a log that was written while the call went on isn't what its end is decided by
  const isPinned = due.pinned !== undefined && !(due.pinned.live && call.phase === 'ended');
  return isPinned || decidedAt === undefined ? org : orgAt(line, org, due, decidedAt);
}

/** The org with its policy as it was at that time of the phone system's, or later if somebody asked. */
async function orgAt(line: Line, org: OrgView, due: DueCall, at: number): Promise<OrgView> {
  const atMs = Math.max(correctedMs(at, offsetOf(due)), due.rulesAtMs ?? -Infinity);
  if (org.policySavedAtMs === undefined || atMs >= org.policySavedAtMs) return org;
  const former = await line.store.policyAt(due.org, atMs);
  return former ? { ...org, policy: former.policy, policyVersion: former.version } : org;
}

/** DP-05: which messages of a day came while the integration was off for their line, and when the first came that didn't. */
async function switchOfMessages(line: Line, org: OrgView, due: DueCall, call: Call, messages: NonNullable<Call['messages']>) {
  const then = await orgsAt(
    line,
    org,
    due,
    messages.map(({ at }) => at),
  );
  const isOn = (place: number) => !isOff(then[place], call);
  return {
    on: messages.find((_, place) => isOn(place))?.at,
    cameWhileOff: messages.flatMap(({ id }, place) => (isOn(place) ? [] : [id])),
  };
}

/** The same for times in their order. A policy that is in force at both ends was so all the time. */
async function orgsAt(line: Line, org: OrgView, due: DueCall, times: readonly number[]): Promise<readonly OrgView[]> {
  const ends = [times[0], times.at(-1)].filter((at) => at !== undefined);
  const [first, last] = await Promise.all(ends.map((at) => orgAt(line, org, due, at)));
  if (!first || !last) return [];
  if (times.length <= 2 || first.policyVersion === last.policyVersion) return times.map((_, place) => (place === 0 ? first : last));
  const middle = times.length >> 1;
  return [...(await orgsAt(line, org, due, times.slice(0, middle))), ...(await orgsAt(line, org, due, times.slice(middle)))];
}

/** Is the integration off for its line, by this policy? */
const isOff = (by: Pick<Inputs, 'policy'> | undefined, call: Call): boolean =>
  by !== undefined && !effectivePolicy(by.policy, { line: whoseOf(call, by).line ?? [] }).policy.enabled;

/** Our clock minus the phone system's, as it was when the call was first heard of (C6). */
const offsetOf = (due: Pick<DueCall, 'events'>): number =>
  due.events.find((stored) => !(ownKinds as readonly string[]).includes(stored.event.type))?.clockOffsetMs ?? 0;

const idsOf = (records: readonly LinkedRecord[]): string[] => records.map(({ id }) => id);

/** By what rules this call is matched. Whose it is isn't known while it rings: a line may have rules of its own, and nobody else. */
function matchRulesOf(call: Call, { pinned }: Pick<DueCall, 'pinned'>, org: Pick<OrgView, 'policy'>): MatchRules {
  const policy = pinned?.policy ?? org.policy;
  return effectivePolicy(policy, { line: whoseOf(call, { policy }).line ?? [] }).policy.match;
}

/** Today's rules and people, for a call that hasn't pinned its own (D1). Pure. */
export function inputsNow(
  org: OrgView,
  due: Judging['due'],
  call: NonNullable<Told['call']>,
  book: LookedUp,
  matters?: KnownMatters,
): Inputs {
  const owner = (user: CrmUser): Owner => ({ crmUserId: user.id, zone: user.zone, name: user.name });
  // An agent whose e-mail isn't known yet, or an org whose users weren't read yet, is no answer: it must not be pinned as one.
  const userOf = (agent: Agent): CrmUser | undefined => {
    const said = entryOf(org, due.connection, agent);
    if (said?.nobody) return undefined;
    if (said?.user !== undefined) return org.usersById.get(said.user);
    if (said?.email !== undefined) return org.usersByEmail.get(said.email.toLowerCase());
    return agent.email === undefined ? org.usersByExtension.get(agent.id) : org.usersByEmail.get(agent.email.toLowerCase());
  };
  const isSaid = (agent: Agent): boolean => {
    const said = entryOf(org, due.connection, agent);
    return said?.nobody === true || (agent.email ?? said?.user ?? said?.email) !== undefined;
  };
  const lookedUp = (agent: Agent) => (isSaid(agent) || userOf(agent) !== undefined) && org.usersById.size > 0;
  const fallback =
    (org.policy.defaultOwnerId && org.usersById.get(org.policy.defaultOwnerId)) || (org.selfUser && org.usersById.get(org.selfUser));
  const teams = Object.fromEntries(
    agentsOf(call).flatMap((agent) => {
      const team = entryOf(org, due.connection, agent)?.team;
      return team === undefined ? [] : [[agent.id, team]];
    }),
  );
  const whose = whoseOf(call, { teams, policy: org.policy });
  const rules = matchRulesOf(call, due, org);
  const pointed = idsOf(pointersOf(call, rules).map(({ record }) => record));
  const { policy } = effectivePolicy(org.policy, whose);
  const { defaultOwnerId, followUp, stranger } = policy;
  const known = { ...book, ...(org.relatedTo && { relatedTo: org.relatedTo }) };
  const found = withCases(matchCall(call, known, rules), call, matters ?? noMatters);
  const match = unsureWhileReading(found, matters, policy);
  const owners = mayBeMeant(match).map(({ ownerId }) => ownerId);
  const chains = chainsIn(policy).flatMap((chain) => chain.filter((step) => !isOwnerWord(step)));
  const named = [defaultOwnerId, followUp.seniorManagerId, followUp.missedOwnerId, stranger.ownerId, ...chains, ...owners].filter(
    (id) => id !== undefined,
  );
  const leftOut = agentsOf(call).filter((agent) => entryOf(org, due.connection, agent)?.nobody);
  return {
    policyVersion: org.policyVersion,
    policy: org.policy,
    people: Object.fromEntries(
      agentsOf(call)
        .filter(lookedUp)
        .map((agent) => {
          const user = userOf(agent);
          const takesMissed = entryOf(org, due.connection, agent)?.takesMissed;
          return [agent.id, user ? { ...owner(user), ...(takesMissed && { takesMissed }) } : null];
        }),
    ),
    ...(Object.keys(teams).length > 0 && { teams }),
    fallbackOwner: fallback ? owner(fallback) : null,
    match,
    ...(matters && { matters }),
    number: call.customer.number ?? null,
    ...(pointed.length > 0 && { pointed }),
    named:
      org.usersById.size === 0
        ? {}
        : Object.fromEntries(named.map((id) => [id, ((user) => (user ? owner(user) : null))(org.usersById.get(id))])),
    ...(org.queues && {
      queues: Object.fromEntries(
        named.map((id) => [id, ((queue) => (queue?.takes.includes('activity') ? queue.name : null))(org.queues?.get(id))]),
      ),
    }),
    ...(leftOut.length > 0 && { leftOut: leftOut.map(({ id }) => id) }),
    clockOffsetMs: offsetOf(due),
  };
}
