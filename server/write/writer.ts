import type { Bell } from '../bell.ts';
import type { CrmFailure } from '../crm-failure.ts';
import {
  type Author,
  type Crm,
  type FieldDefaults,
  isWantedMatter,
  isWantedPerson,
  type ReadAsk,
  Refused,
  Unanswered,
  type WantedPerson,
  type WriteAsk,
} from '../crm.ts';
import type { Policy } from '../decide/policy.ts';
import type { AttemptLog, Ghost, InName, LaneHold, Lent, RowOutcome, WriteRow } from '../store.ts';
import { LostLane } from '../store.ts';
import type { World } from '../world.ts';
import { handOf, nextName } from './acting.ts';
import {
  aloneFrom,
  answered,
  failedRow,
  forgotten,
  givenBack,
  isThere,
  leftAlone,
  notMadeYet,
  type Reading,
  refusedAlone,
  rested,
  tooEarly,
  unanswered,
  yielded,
} from './outcome.ts';
import { type NextStep, nextStep, type Terms } from './prepare.ts';
import { busyPerSecond, lingerMs, paceAfterAnswer, paceAfterArrivals, paceAfterFailure, paceAfterRefusal, startPace } from './pace.ts';

export type WriterSettings = {
  /** Requests side by side; the org allows 25 long ones to all integrations together. */
  readonly sideBySide: number;
  /** After this long a request can no longer land; older ones are looked after once, then (W4). */
  readonly requestLimitMs: number;
  /** How often to look when nobody says anything: notes are hints. */
  readonly pollMs: number;
};
/**
 * Which of these numbers, for which a record is about to be made, somebody in the org has after all (P3): the record's id by number, null
 * where too many have it. Asked immediately before; rejects when it can't be told, and then nobody is made.
 */
export type WhoIsThere = (numbers: readonly string[]) => Promise<ReadonlyMap<string, string | null>>;
/** What today's policy says of writing, whatever a call has pinned. */
export type WritingRules = {
  readonly policyVersion: number;
  readonly defaults: FieldDefaults;
  readonly duplicates: Reading['duplicates'];
  readonly country: string | undefined;
  /** What is looked at once it is known what the org takes. */
  readonly policy?: Policy;
  /** Left out: no agent lets us act as them. */ readonly lent?: Lent;
};
export type WriterReport = {
  exchanged(info: {
    records: number;
    reads: number;
    ms: number;
    outcome: string;
    created: number;
    changed: number;
    exists: number;
    /** Rows that the org would not take with all their fields. */ refused: number;
  }): void;
  trouble(failure: CrmFailure | undefined): void;
};

/** A row that has been read and knows its write; it goes with the next request. */
type Prepared = {
  readonly row: WriteRow;
  readonly step: Extract<NextStep, { do: 'write' }>;
  /** Whose it is, and whether it goes in their name; known when it is chosen. */
  readonly inName?: InName;
  /** When it was read, by the monotonic clock. */
  readonly atMs: number;
};
/** A row that could go now; `prepared`: it has been read. */
type Candidate = { readonly row: WriteRow; readonly step: Extract<NextStep, { do: 'read' | 'write' }>; readonly prepared?: Prepared };
const personOf = ({ wanted }: WriteRow): WantedPerson | undefined => (isWantedPerson(wanted) ? wanted : undefined);
/** A record about to be made for a number (P3). */
const isStranger = ({ row, step }: Candidate) => step.do === 'write' && step.kind === 'create' && personOf(row) !== undefined;
const nameKey = (row: WriteRow) => `name ${row.name}`;
const goesAlone = (row: WriteRow) => Math.max(row.attempts, row.setbacks) >= aloneFrom;
type Load = {
  readonly reads: readonly WriteRow[];
  readonly writes: readonly Prepared[];
  /** In whose name they are written: then there is nothing to read. Undefined: the integration user's. */ readonly as?: Author | undefined;
};

/** The queue is looked at no oftener; a row that comes to an idle writer goes at once. */
const leastMs = 25;
/** Who has been read gathers no more company than this: a person may write in between (W3). */
const readLingerMs = 400;
/** What storing that a request is under way may take; its rows are looked after so much longer (W4). */
const beginMs = 2_000;
const nobody: Lent = new Map();

/**
 * Writes one org's rows until the lane is lost or `stop` aborts. Decides nothing: the difference between wanted and held comes
 * from `nextStep`, what an answer means from `outcome.ts`; here is only when, in what company, and what is stored.
 */
export async function runWriter(
  hold: LaneHold,
  crm: Omit<Crm, 'book' | 'fields' | 'statuses' | 'readable' | 'identity' | 'signedInAtMs' | 'prove' | 'spent' | 'setup' | 'proveAgent'>,
  world: World,
  settings: WriterSettings,
  rulesNow: () => Promise<WritingRules>,
  whoIsThere: WhoIsThere,
  report: WriterReport,
  stop: AbortSignal,
  bell: Bell,
): Promise<void> {
  let pace = startPace(crm.maxRecords);
  let prepared: Prepared[] = [];
  const busy = new Set<string>(); // names and locked records of requests under way (W6)
  const underWay = new Set<Promise<void>>();
  let failure: Error | undefined;
  let failedAtMs = -Infinity; // when the org last refused or didn't answer a request as a whole
  const beganAtMs = new Map<string | undefined, number>(); // the last request, in whose name
  let loneLast = false; // it was of a row that goes alone
  let strangersLast = false; // it made records for strangers
  let lastCountedMs = world.monotonic(); // a wall clock that steps back would hold everything up for as long
  const over = AbortSignal.any([stop, hold.lost]);
  over.addEventListener('abort', () => bell.ring(), { once: true });

  const termsOf = ({ policyVersion }: WritingRules): Terms => ({
    form: crm.form,
    shared: crm.shared,
    repointed: crm.repointed,
    textField: crm.textField,
    draft: (wanted) => crm.draft(wanted),
    unfit: (wanted) => crm.unfit(wanted),
    basis: `${crm.shape} policy ${policyVersion}`,
  });
  const keysOf = (row: WriteRow, step?: NextStep): string[] => {
    const fields = step?.do === 'write' ? step.fields : crm.draft(row.wanted);
    if (row.wanted.kind === 'marks' || row.wanted.kind === 'reopening') return [nameKey(row), `record ${row.wanted.id.slice(0, 15)}`];
    return [nameKey(row), ...crm.locks(fields, row.crmId === undefined).map((id) => `record ${id.slice(0, 15)}`)];
  };

  /** Chooses what goes next, or how long to wait for more. */
  const choose = async (): Promise<Load | { waitMs: number }> => {
    const nowMs = world.now();
    const beganMs = world.monotonic();
    if (beganMs < pace.notBeforeMs) {
      // What was read grows old while nothing may be sent, and a person may write meanwhile (W3): it is read again.
      const old = prepared.splice(0);
      if (old.length > 0) await settleNow(old.map(({ row }) => givenBack(row)));
      return { waitMs: pace.notBeforeMs - beganMs };
    }
    const busyBefore = new Set(busy); // whose request ends while we look here would be taken as it was before
    const waiting = await hold.waiting();
    const usage = crm.usage();
    const usedShare = usage ? usage.used / Math.max(usage.max, 1) : 0;
    const linger = lingerMs(pace, usedShare);
    const limit = pace.batchLimit;
    const rules = await rulesNow();
    const { lent = nobody } = rules;

    const nowReady = (waiting.now.firstDueInMs ?? Infinity) <= 0;
    const laterReady = (waiting.later.firstDueInMs ?? Infinity) <= 0;
    const verifyReady = (waiting.verify.firstDueInMs ?? Infinity) <= 0;
    // Whatever is ready lingers alike, so that a recording that has waited its half minute shares the request of the next calls.
    const age = Math.max(
      nowReady ? (waiting.now.oldestMs ?? 0) : -Infinity,
      ...[waiting.later, waiting.verify].map(({ firstDueInMs }) => ((firstDueInMs ?? Infinity) <= 0 ? -firstDueInMs! : -Infinity)),
    );
    const readAge = Math.max(-Infinity, ...prepared.map((x) => beganMs - x.atMs));
    const readLinger = Math.min(linger, readLingerMs);
    const enough = waiting.now.count + prepared.length >= limit;
    // What can't go yet (its record is in a request under way) has lingered long, and must not send each newcomer alone.
    const spaceOf = (as: string | undefined) => Math.max((beganAtMs.get(as) ?? -Infinity) + readLinger - beganMs, 0);
    // Who has lent us their name waits for company of their own: rows of other names are none.
    const spaceMs = lent.size === 0 ? spaceOf(undefined) : 0;
    if (!(((age >= linger || readAge >= readLinger) && spaceMs === 0) || (enough && Math.max(age, readAge) > -Infinity))) {
      const next = Math.min(
        age === -Infinity ? Infinity : Math.max(linger - age, spaceMs),
        readAge === -Infinity ? Infinity : Math.max(readLinger - readAge, spaceMs),
        // What is due already gathers company; of that the age tells how long.
        ...[waiting.now, waiting.later, waiting.verify].map(({ firstDueInMs = Infinity }) => (firstDueInMs > 0 ? firstDueInMs : Infinity)),
      );
      return { waitMs: Math.min(next, settings.pollMs) };
    }

    // Reading costs the org next to nothing, so more rows than one request can change are read at once; but no more than are
    // soon written: what was read must still be so then (W3).
    const readLimit = Math.min(Math.max(2 * limit - prepared.length, 1), crm.maxRecords);
    // While more people wait than fit, what nobody waits for gets a quarter of a request: once read it goes first, and would crowd them out.
    const laterLimit = waiting.now.count > limit ? Math.max(Math.ceil(limit / 4) - prepared.length, 1) : readLimit;
    const found = [
      ...(nowReady ? await hold.ready('now', limit * 2, false) : []),
      // When calls are rare, everything that lingers goes along, so that one request serves half a minute. In a rush requests go
      // all the time, and taking it all at once would only make those wait who are waited for.
      ...(laterReady ? await hold.ready('later', laterLimit, pace.arrivalsPerSecond < busyPerSecond) : []),
      ...(verifyReady ? await hold.verifiable(readLimit) : []),
    ].filter((row) => !busyBefore.has(nameKey(row)));
    const early = found.flatMap((row) => tooEarly(row, crm.form, nowMs) ?? []);
    if (early.length > 0) await settleNow(early);
    const terms = termsOf(rules);
    const candidates: Candidate[] = prepared.map((item) => ({ ...item, prepared: item }));
    for (const row of found) {
      if (early.some((outcome) => outcome.row === row)) continue;
      const step = row.state === 'written' ? ({ do: 'read' } as const) : nextStep(row, terms, undefined);
      if (step.do === 'read' || step.do === 'write') candidates.push({ row, step });
      else if (!busy.has(nameKey(row))) await settleNow([withoutWriting(row, step, nowMs)]);
    }

    // Sharing a record is fine within one request: it runs in order.
    const open = ({ row, step }: Candidate) => keysOf(row, step).every((key) => !busy.has(key));
    const lone = candidates.find((candidate) => goesAlone(candidate.row) && open(candidate));
    // Before strangers are made the book catches up (P3): what was read, and who is waited for, doesn't wait for that.
    const strangers = candidates.filter(isStranger);
    const goStrangers = strangers.length > 0 && (!strangersLast || strangers.length === candidates.length);
    // A request is made in one name, and who is read is read by the integration user, who sees all (DP-11).
    const handFor = ({ row, step }: Candidate) =>
      step.do === 'write' ? handOf(row, lent, { form: crm.form, usedShare }) : ({ as: undefined } as const);
    const free = candidates.filter((candidate) => isStranger(candidate) === goStrangers && !goesAlone(candidate.row) && open(candidate));
    const name = nextName(lent.size === 0 ? [undefined] : free.map((candidate) => handFor(candidate).as?.id), beganAtMs);
    const together: Candidate[] = [];
    let [reads, writes] = [0, 0];
    for (const candidate of free) {
      if (together.length >= pace.mostRows) break;
      if (handFor(candidate).as?.id !== name || (candidate.step.do === 'read' ? reads >= readLimit : writes >= limit)) continue;
      if (candidate.step.do === 'read') reads++;
      else writes++;
      together.push(candidate);
    }
    // Who goes alone takes turns with the others, or in a rush would never go at all.
    const goesLone = lone !== undefined && (!loneLast || together.length === 0);
    const chosen = goesLone ? [lone] : together;
    if (chosen.length === 0) return { waitMs: Math.min(settings.pollMs, 20) };
    const itsSpaceMs = spaceOf(name);
    if (!goesLone && itsSpaceMs > 0 && writes < limit) return { waitMs: Math.min(itsSpaceMs, settings.pollMs) };
    loneLast = goesLone;
    strangersLast = !goesLone && goStrangers;
    prepared = prepared.filter((item) => !chosen.some((candidate) => candidate.prepared === item));
    return {
      reads: chosen.filter(({ step }) => step.do === 'read').map(({ row }) => row),
      writes: chosen.flatMap((candidate) => {
        const { row, step, prepared: item } = candidate;
        if (step.do !== 'write') return [];
        const hand = handFor(candidate);
        const inName = hand.as ? { of: hand.as.name } : hand.inName;
        return [{ row, step, atMs: item?.atMs ?? beganMs, ...(inName && { inName }) }];
      }),
      as: handFor(chosen[0]!).as,
    };
  };

  /** The records among these that are still to be made for strangers; who is in the org already is taken for what was to be made. */
  const withoutKnown = async (writes: readonly Prepared[]): Promise<readonly Prepared[]> => {
    const numberOf = ({ row, step }: Prepared) => (step.kind !== 'create' ? undefined : personOf(row)?.phone);
    const strangers = writes.filter((item) => numberOf(item) !== undefined);
    if (strangers.length === 0) return writes;
    try {
      const there = await whoIsThere(strangers.map((item) => numberOf(item)!));
      const known = strangers.filter((item) => there.has(numberOf(item)!));
      if (known.length > 0) await settleNow(known.map((item) => isThere(item.row, there.get(numberOf(item)!) ?? undefined)));
      return writes.filter((item) => !known.includes(item));
    } catch (error) {
      if (error instanceof LostLane) throw error;
      await settleNow(strangers.map(({ row }) => notMadeYet(row, (error as Error).message)));
      return writes.filter((item) => !strangers.includes(item));
    }
  };

  /**
   * The same load, in the integration user's name if its agent can't be acted for just now. Undefined: it took so long that what was read
   * has grown old, and all of it is given back (W3).
   */
  const inTheirName = async (load: Load): Promise<Load | undefined> => {
    if (!load.as) return load;
    const { id, name } = load.as;
    const askedAtMs = world.monotonic();
    const failure = await crm.mayActAs(id);
    if (world.monotonic() - askedAtMs > readLingerMs) return void (await settleNow(load.writes.map(({ row }) => givenBack(row))));
    if (!failure) return load;
    return { reads: [], writes: load.writes.map((item) => ({ ...item, inName: { of: name, not: failure.message } })) };
  };

  const settleNow = (outcomes: readonly RowOutcome[]) => hold.settle(outcomes, [], null, world.now());

  /**
   * One request, and what became of each of its rows. Halves a request that was refused as a whole (W5); `refused` tells the halves
   * which versions those were: they can't land. So are rows that an agent may not write, which go again in the integration user's name.
   */
  const exchange = async (asked: Load, refused: readonly number[] = []): Promise<void> => {
    const rules = await rulesNow();
    const terms = termsOf(rules);
    const known = { ...asked, writes: await withoutKnown(asked.writes) };
    if (known.reads.length + known.writes.length === 0) return;
    const load = await inTheirName(known);
    if (!load) return;
    const sentAtMs = world.now();
    const begunAtMs = world.monotonic();
    const ghosts = new Map<WriteRow, Ghost>(
      load.writes.map(({ row, step }) => [
        row,
        {
          sent: step.fields,
          composed: step.target[crm.textField],
          // Versions are told apart by it, also those of one moment.
          untilMs: Math.max(Math.round(sentAtMs + beginMs + settings.requestLimitMs), ...refused.map((ms) => ms + 1)),
        },
      ]),
    );
    const begun = new Map(
      (
        await hold.begin(
          [...load.reads, ...load.writes.map((x) => x.row)],
          [...ghosts].map(([row, ghost]) => ({ row, ghost })),
        )
      ).map((row) => [row.name, row]),
    );
    // A row that was dropped meanwhile is left out; one whose wish changed goes on, and is due again when it settles.
    const reads = load.reads.filter((row) => begun.has(row.name));
    const writes = load.writes.filter(({ row }) => begun.has(row.name));
    if (reads.length + writes.length === 0) return;
    const ghostly = (row: WriteRow): WriteRow => ({
      ...row,
      ghosts: begun.get(row.name)!.ghosts.filter((ghost) => !refused.includes(ghost.untilMs)),
    });
    const untouched = (row: WriteRow): WriteRow => ({
      ...row,
      ghosts: ghostly(row).ghosts.filter((ghost) => ghost.untilMs !== ghosts.get(row)?.untilMs),
    });
    const refusedToo = [...refused, ...[...ghosts.values()].slice(0, 1).map((ghost) => ghost.untilMs)];

    const startedMs = world.monotonic();
    // Sent now, it could land after the moment its rows are looked at.
    if (startedMs - begunAtMs > beginMs)
      return await hold.settle(
        [...reads, ...writes.map((x) => x.row)].map((row) => givenBack(untouched(row))),
        [],
        null,
        sentAtMs,
      );
    let storing = false;
    try {
      const answer = await crm.exchange(
        {
          reads: reads.map(readAsk),
          writes: writes.map((item) => writeAsk(item, rules)),
          defaults: rules.defaults,
          ...(load.as && { as: load.as.id }),
        },
        hold.lost,
      );
      const nowMs = world.now();
      const tookMs = world.monotonic() - startedMs;
      const outcomes: RowOutcome[] = [];
      const attempts: AttemptLog[] = [];
      const halves: Prepared[] = [];
      const again: Prepared[] = [];
      const read: Prepared[] = [];
      let [exists, sparing] = [0, 0];
      reads.forEach((row, i) => {
        const said = answer.reads[i]!;
        const log: AttemptLog = { row, kind: 'read', sent: null, answer: said };
        if ('failure' in said) {
          outcomes.push(failedRow(row, said.failure, nowMs));
          attempts.push(log);
          return;
        }
        const step = nextStep(row, terms, { held: said.held });
        attempts.push(log);
        // Read again is no answer to a reading; were it one, the row would simply go again.
        if (step.do === 'write') read.push({ row, step, atMs: world.monotonic() });
        else if (step.do === 'read') outcomes.push(givenBack(row));
        else outcomes.push(withoutWriting(row, step, nowMs));
      });
      writes.forEach((item, i) => {
        const said = answer.writes[i]!;
        if ('refused' in said && said.refused === 'exists') exists++;
        if ('refused' in said && said.refused === 'fields') sparing++;
        attempts.push(attemptOf(item, said));
        if ('refused' in said && said.refused === 'author')
          again.push({ ...item, inName: { of: load.as?.name ?? '', not: said.failure.message } });
        else if ('refused' in said && said.refused === 'failed' && said.whole && writes.length > 1) halves.push(item);
        else outcomes.push(answered(ghostly(item.row), item.step, ghosts.get(item.row)!, said, { ...rules, ...terms }, nowMs));
      });
      storing = true;
      await hold.settle(outcomes, attempts, answer.wire, sentAtMs);
      prepared.push(...read);
      // An answer to what was sent before the org said "not now" doesn't take that back.
      if (startedMs >= failedAtMs) pace = paceAfterAnswer(pace, writes.length, tookMs, crm.maxRecords);
      const took = writes.filter((_, i) => !('refused' in answer.writes[i]!));
      report.exchanged({
        records: writes.length,
        reads: reads.length,
        ms: Math.round(tookMs),
        outcome: 'answered',
        created: took.filter((x) => x.step.kind === 'create').length,
        changed: took.filter((x) => x.step.kind === 'change').length,
        exists,
        refused: sparing,
      });
      report.trouble(undefined);
      await inHalves({ reads: [], writes: halves, as: load.as }, refusedToo);
      if (again.length > 0) await exchange({ reads: [], writes: again }, refusedToo);
    } catch (error) {
      // The org has answered and it couldn't be stored: whoever takes the lane next finds these rows under way.
      if (error instanceof LostLane || storing) throw error;
      const nowMs = world.now();
      const tookMs = Math.round(world.monotonic() - startedMs);
      const logs = (answer: unknown): AttemptLog[] => writes.map((item) => attemptOf(item, answer));
      const done = { records: writes.length, reads: reads.length, ms: tookMs, created: 0, changed: 0, exists: 0, refused: 0 };
      if (error instanceof Refused) {
        report.exchanged({ ...done, outcome: `refused ${error.failure.code}` });
        if (error.failure.mendedBy === 'us' && reads.length + writes.length > 1)
          return await inHalves({ reads, writes, as: load.as }, refusedToo);
        if (error.failure.mendedBy === 'us')
          return await hold.settle(
            [...reads, ...writes.map((x) => x.row)].map((row) => failedRow(untouched(row), error.failure, nowMs)),
            logs(error.failure),
            null,
            sentAtMs,
          );
        const rows = [...reads, ...writes.map((x) => x.row)];
        // Known to be refused where others are let in: its own affair, and nobody waits for it.
        const aboutRows = error.failure.mendedBy === 'admin' && error.failure.signIn !== true;
        const itsOwn = aboutRows && rows.length === 1 && goesAlone(rows[0]!) && pace.failures === 0;
        if (!itsOwn) {
          // The org, or our way into it, as a whole: everything waits, nothing is held against a row.
          report.trouble(error.failure);
          failedAtMs = world.monotonic();
          pace =
            error.failure.mendedBy === 'time'
              ? paceAfterFailure(pace, error.failure.retryAfterMs, failedAtMs, world.chance())
              : paceAfterRefusal(pace, rows.length, failedAtMs, world.chance());
        }
        const alone = aboutRows && rows.length === 1;
        await hold.settle(
          rows.map((row) => (alone ? refusedAlone(untouched(row), error.failure) : givenBack(untouched(row)))),
          alone ? logs(error.failure) : [],
          null,
          sentAtMs,
        );
        return;
      }
      const message = error instanceof Unanswered ? error.message : `our own fault: ${(error as Error).message}`;
      report.exchanged({ ...done, outcome: `unanswered: ${message}` });
      failedAtMs = world.monotonic();
      pace = paceAfterFailure(pace, undefined, failedAtMs, world.chance());
      const retryInMs = Math.max(pace.notBeforeMs - failedAtMs, 0);
      await hold.settle(
        [...reads, ...writes.map((x) => x.row)].map((row) => unanswered(ghostly(row), crm.form, message, retryInMs, nowMs)),
        logs({ unanswered: message }),
        null,
        sentAtMs,
      );
    }
  };

  const inHalves = async ({ reads, writes, as }: Load, refused: readonly number[]): Promise<void> => {
    if (reads.length + writes.length === 0) return;
    const [reader, writer] = [Math.ceil(reads.length / 2), Math.ceil(writes.length / 2)];
    await exchange({ reads: reads.slice(0, reader), writes: writes.slice(0, writer), as }, refused);
    await exchange({ reads: reads.slice(reader), writes: writes.slice(writer), as }, refused);
  };

  const begin = (load: Load) => {
    const keys = [...load.reads.flatMap((row) => keysOf(row)), ...load.writes.flatMap(({ row, step }) => keysOf(row, step))];
    keys.forEach((key) => busy.add(key));
    beganAtMs.set(load.as?.id, world.monotonic());
    const running = exchange(load)
      .catch((error: unknown) => {
        failure ??= error instanceof Error ? error : new Error(String(error));
        bell.ring();
      })
      .finally(() => {
        keys.forEach((key) => busy.delete(key));
        underWay.delete(running);
        bell.ring();
      });
    underWay.add(running);
  };

  try {
    while (!over.aborted && failure === undefined) {
      const heard = bell.count;
      // Whether the org answers again is asked once at a time.
      if (underWay.size >= (pace.failures > 0 ? 1 : settings.sideBySide)) {
        await Promise.race([...underWay]);
        continue;
      }
      const choseAtMs = world.monotonic();
      const chosen = await choose();
      if ('waitMs' in chosen) {
        await bell.wait(heard, chosen.waitMs, world);
        // While rows come in all the time, looking at each of them costs more than writing them.
        const earlyMs = choseAtMs + leastMs - world.monotonic();
        if (earlyMs > 0) await world.sleep(earlyMs, over);
        continue;
      }
      const nowMs = world.monotonic();
      const fresh = chosen.writes.filter(({ row }) => row.crmId === undefined).length;
      pace = paceAfterArrivals(pace, fresh, (nowMs - lastCountedMs) / 1000);
      lastCountedMs = nowMs;
      begin(chosen);
    }
  } finally {
    await Promise.all(underWay);
    // Rows that were read and not yet written go back untouched; if the lane is lost, its next holder recovers them.
    if (prepared.length && !hold.lost.aborted)
      await hold.settle(
        prepared.map(({ row }) => givenBack(row)),
        [],
        null,
        world.now(),
      );
  }
  if (failure !== undefined && !(failure instanceof LostLane)) throw failure;
}

const attemptOf = ({ row, step, inName }: Prepared, answer: unknown): AttemptLog => ({
  row,
  kind: step.kind,
  sent: step.fields,
  answer,
  ...(inName && { inName }),
});

/** What becomes of a row there is nothing to send for. A row that was read is never to be read first. */
function withoutWriting(row: WriteRow, step: Exclude<NextStep, { do: 'write' } | { do: 'read' }>, nowMs: number): RowOutcome {
  if (step.do === 'rest') return rested(row, step, nowMs);
  if (step.do === 'forget') return forgotten(row, nowMs);
  return step.do === 'leave' ? leftAlone(row, step, nowMs) : yielded(row, step.crmId, step.inBin);
}
const readAsk = (row: WriteRow): ReadAsk => ({
  ...(row.wanted.kind === 'activity' ? {} : { kind: row.wanted.kind }),
  name: row.name,
  ...idOf(row),
  since: row.sinceMs - 24 * 3_600_000,
  ...also(row.wanted),
});
/** What is changed in a lead is for a record that is there; whatever else there is has the id it was given. */
const idOf = ({ wanted, crmId }: WriteRow): { readonly id?: string } =>
  'id' in wanted ? { id: wanted.id } : crmId === undefined ? {} : { id: crmId };
function also(wanted: WriteRow['wanted']): Pick<ReadAsk, 'also'> {
  const fields = wanted.kind === 'marks' ? { ...wanted.first, ...wanted.last } : 'fields' in wanted ? wanted.fields : undefined;
  return fields ? { also: Object.keys(fields) } : {};
}
const writeAsk = ({ row, step }: Prepared, { duplicates }: WritingRules): WriteAsk => {
  const { wanted, name } = row;
  const person = personOf(row);
  const isMapped =
    person === undefined
      ? isWantedMatter(wanted) && wanted.fields !== undefined
      : person.kind === 'person-account' || (person.fields ?? person.recordType ?? person.leadStatus) !== undefined;
  return {
    ...(wanted.kind === 'activity' ? {} : { kind: wanted.kind }),
    name,
    ...(step.crmId === undefined ? {} : { id: step.crmId }),
    fields: step.fields,
    ...(!('spareOwnerId' in wanted) || wanted.spareOwnerId === undefined ? {} : { spareOwnerId: wanted.spareOwnerId }),
    ...(isMapped ? { mapped: true } : {}),
    ...('byAssignmentRules' in wanted && wanted.byAssignmentRules ? { byAssignmentRules: true } : {}),
    ...(wanted.kind !== 'activity' && duplicates === 'save' ? { despiteDuplicates: true } : {}),
    ...(person && duplicates === 'use' ? { lookAtDuplicates: true } : {}),
  };
};
