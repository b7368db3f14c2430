import { type Crm, type PersonKind, Refused, Unanswered } from '../crm.ts';
import type { CheckAsk, InstallAsk, Outcome } from '../crm-setup.ts';
import { kindsOf, type Policy, type StrangerRules } from '../decide/policy.ts';
import type { Check, Finding, JobKind, Removal, Setup, SetupStep } from '../../wire/setup.ts';
import type { CheckRow, JobRow, SetupStore } from '../store/setup-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';

export type SetupOptions = {
  readonly store: SetupStore;
  readonly world: World;
  readonly node: string;
  readonly publicUrl: string | undefined;
  /** An org's connection, while there is one. */
  crm(org: OrgId): Pick<Crm, 'setup'> | undefined;
  policy(org: OrgId): Promise<Policy>;
  audit(org: OrgId, who: string, what: string, detail: unknown): Promise<void>;
  /** The same settings under another seal: every node connects anew, and sees what the org has now. */
  reseal(sealed: string): string;
  /** Resolves when `crm` gives another connection than this one, or when none can be expected soon. */
  reconnected(org: OrgId, before: Pick<Crm, 'setup'>): Promise<void>;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};
export type WhatToDo =
  | { readonly what: 'install' }
  | { readonly what: 'uninstall' }
  | { readonly what: 'add-field'; readonly add: NonNullable<InstallAsk['add']> };
/** Something the asker can mend; the message says how. */
export class SetupRefused extends Error {
  readonly code: 'not_connected' | 'busy';
  constructor(code: SetupRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A server says every two seconds that it is still at it; after so many of silence it is not. */
const beatMs = 2_000;
const silentSeconds = 20;
const givenUp = 'Another server took this for interrupted and gave it up: begin it again.';
const words: Readonly<Record<JobKind, string>> = {
  install: 'installed in the org',
  uninstall: 'uninstalled from the org',
  'add-field': 'added a field to the org',
};

export type OrgSetup = ReturnType<typeof orgSetup>;

/** Checks orgs and installs in them. One thing at a time in each org, whichever node was asked. */
export function orgSetup({ store, world, node, publicUrl, crm, policy, audit, reseal, reconnected, report, stop }: SetupOptions) {
  const running = new Set<Promise<void>>();

  /** Says of work that nobody does any more that it was interrupted: once, in the log and in the audit. */
  async function findInterrupted(ownNode?: string): Promise<void> {
    for (const { org, what, by, step } of await store.giveUp(silentSeconds, ownNode)) {
      report('setup.interrupted', { org, what, step, by });
      await audit(org, 'cordboard', `found that it was interrupted: ${words[what]}`, { step, begunBy: by });
    }
  }

  async function askOf(org: OrgId): Promise<CheckAsk> {
    const [{ match, stranger, zone, lines }, { selfIsAgent, callsPerDay, wasUnique }] = await Promise.all([
      policy(org),
      store.figures(org),
    ]);
    const rules: readonly Partial<StrangerRules>[] = [stranger, ...Object.values(lines).map((line) => line.stranger ?? {})];
    const made = rules.flatMap(({ missed, answered, outbound }) => [missed, answered, outbound]);
    const persons = [...new Set(made)].filter((kind): kind is PersonKind => kind !== undefined && kind !== 'nothing');
    return { persons, kinds: kindsOf(match), zone, selfIsAgent, callsPerDay, wasUnique, publicUrl };
  }

  /** Looks anew, and keeps what was found. An org that doesn't answer is a finding, too. */
  async function check(org: OrgId, connection = crm(org)): Promise<Check> {
    const found = await (async (): Promise<Omit<Check, 'checkedAt'>> => {
      if (!connection) return { findings: [notConnected((await store.figures(org)).trouble)] };
      try {
        const { findings, installed } = await connection.setup.check(await askOf(org));
        return { findings: [{ area: 'connection', level: 'ok', params: {}, doc: 'org.md' }, ...findings], installed };
      } catch (error) {
        if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
        return { findings: [notConnected(error.message)] };
      }
    })();
    const atMs = await store.saveCheck(org, found.findings, found.installed);
    return { checkedAt: new Date(atMs).toISOString(), ...found };
  }

  async function carryOut(org: OrgId, job: string, order: WhatToDo, connection: Pick<Crm, 'setup'>): Promise<Outcome> {
    const over = new AbortController();
    const signal = AbortSignal.any([stop, over.signal]);
    let step: SetupStep = 'begin';
    let progress: JobRow['progress'];
    const beat = async () => {
      if (!(await store.beat(job, step, progress))) over.abort(new Unanswered(givenUp));
    };
    const beating = (async () => {
      for (; !signal.aborted; await world.sleep(beatMs, signal)) await beat().catch(() => undefined); // the next one may get through
    })();
    const onStep = async (next: SetupStep, at?: JobRow['progress']) => {
      [step, progress] = [next, at];
      await beat();
      if (over.signal.aborted) throw new Unanswered(givenUp);
      if (stop.aborted) throw new Unanswered('It was stopped here meanwhile: begin it again.');
    };
    try {
      const { setup } = connection;
      const outcome =
        order.what === 'uninstall'
          ? await setup.uninstall(onStep, signal)
          : await setup.install({ publicUrl, ...(order.what === 'add-field' ? { add: order.add } : {}) }, onStep, signal);
      // Also after half a success: what the org has now is what the next call is written by. Whoever gave this up can't undo it.
      const uninstalled = order.what === 'uninstall' && isWell(order.what, outcome);
      const isAnew = await store.reconnect(org, reseal, uninstalled);
      await onStep('reconnect');
      if (isAnew) await reconnected(org, connection);
      await onStep('check');
      await check(org).catch((error: unknown) => report('setup.unchecked', { org, because: (error as Error).message }));
      return outcome;
    } finally {
      over.abort();
      await beating;
    }
  }

  return {
    findInterrupted,
    /** What is under way has said how it ended; for the end of this process. */
    ended: async () => void (await Promise.all(running)),
    check,
    /** What is known now. The org is only asked where nothing is known of it, or nothing that can still be so. */
    async tell(org: OrgId): Promise<Setup> {
      await findInterrupted();
      const [row, job] = await Promise.all([store.check(org), store.newest(org)]);
      const found = row && !isStale(row, crm(org)) ? sayCheck(row) : await check(org);
      return { check: found, ...(job ? { job: sayJob(job) } : {}), ...(publicUrl === undefined ? {} : { publicUrl }) };
    },
    removal(org: OrgId): Promise<Removal> {
      return connected(crm(org)).setup.removal();
    },
    /**
     * Begins, and gives how it will end; the row in the database says how far it is. Throws `SetupRefused` where it can't begin.
     */
    async begin(
      org: OrgId,
      order: WhatToDo,
      by: string,
      connection = crm(org),
    ): Promise<{ readonly job: string; readonly ended: Promise<JobRow | undefined> }> {
      const its = connected(connection);
      await findInterrupted();
      const job = await store.begin(org, order.what, by, node);
      if (job === undefined) throw new SetupRefused('busy', 'Something is being installed in this org already: wait until it is done.');
      await audit(org, by, `began: ${words[order.what]}`, order);
      const ended = carryOut(org, job, order, its)
        .then(
          async (outcome) => {
            const well = isWell(order.what, outcome);
            await store.end(job, well ? 'done' : 'failed', outcome, undefined);
            await audit(org, by, well ? words[order.what] : `could not finish: ${words[order.what]}`, outcome);
            report(well ? 'setup.done' : 'setup.failed', { org, what: order.what, failures: outcome.failures.length });
          },
          async (error: unknown) => {
            const message = error instanceof Error ? error.message : String(error);
            await store.end(job, 'failed', undefined, message);
            await audit(org, by, `could not finish: ${words[order.what]}`, { because: message });
            report('setup.failed', { org, what: order.what, because: message });
          },
        )
        .catch((error: unknown) => report('setup.unsaid', { org, because: (error as Error).message }))
        .then(() => store.newest(org));
      const kept = ended.then(
        () => void running.delete(kept),
        () => void running.delete(kept), // its row says the rest
      );
      running.add(kept);
      return { job, ended };
    },
  };
}

/** It could not be asked then, or another version of ours looked. */
const isStale = ({ findings, installed }: CheckRow, connection: Pick<Crm, 'setup'> | undefined): boolean =>
  connection !== undefined &&
  (findings.some(({ problem }) => problem === 'not-connected') || installed?.current !== connection.setup.version);
/** A new connection takes a sign-in and a describe; the check waits so long for it. */
const reconnectMs = 15_000;
/** For a server: its keeper hears of the new settings and connects anew by itself. */
export const byKeeper =
  (crm: SetupOptions['crm'], world: World, stop: AbortSignal): SetupOptions['reconnected'] =>
  async (org, before) => {
    const untilMs = world.monotonic() + reconnectMs;
    while ((crm(org) === undefined || crm(org) === before) && world.monotonic() < untilMs && !stop.aborted) await world.sleep(100, stop);
  };

function connected(connection: Pick<Crm, 'setup'> | undefined): Pick<Crm, 'setup'> {
  if (!connection) throw new SetupRefused('not_connected', 'The org is not connected: mend that first.');
  return connection;
}
const isWell = (what: JobKind, { failures, verified }: Outcome): boolean => failures.length === 0 && (what === 'uninstall' || verified);
const notConnected = (because: string | undefined): Finding => ({
  area: 'connection',
  level: 'bad',
  problem: 'not-connected',
  params: { because: because ?? '' },
  mendedBy: 'admin',
  doc: 'org.md#not-connected',
});

const sayCheck = ({ checkedAtMs, findings, installed }: CheckRow): Check => ({
  checkedAt: new Date(checkedAtMs).toISOString(),
  findings: [...findings],
  ...(installed ? { installed } : {}),
});
const sayJob = (row: JobRow): NonNullable<Setup['job']> => ({
  id: row.job,
  what: row.what,
  by: row.by,
  state: row.state,
  step: row.step,
  ...(row.progress ? { progress: row.progress } : {}),
  ...(row.outcome ? { outcome: row.outcome } : {}),
  ...(row.trouble === undefined ? {} : { trouble: row.trouble }),
  beganAt: new Date(row.beganAtMs).toISOString(),
  ...(row.endedAtMs === undefined ? {} : { endedAt: new Date(row.endedAtMs).toISOString() }),
});
