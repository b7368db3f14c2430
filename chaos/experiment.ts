import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../server/store/embedded.ts';
import { realWorld } from '../server/world.ts';
import { Installation, type Kind } from './installation.ts';
import { complaints, sayVerdict } from './judge.ts';

export type Outcome = {
  /** What was measured, on one line. */
  readonly figures: string;
  /** What is not as promised; empty when all is well. */
  readonly complaints: readonly string[];
  /** Why it could not be done on this machine. */
  readonly leftOut?: string;
};
export type Setting = {
  /** Much longer, for nights. */
  readonly long: boolean;
  readonly seed: number;
  /** Says how far it is. */
  say(words: string): void;
};
export type Experiment = { readonly name: string; readonly shows: string; run(setting: Setting): Promise<Outcome> };

/** What was begun and has to be ended, newest last: also by whoever is told to stop in the middle. */
const begun: (() => Promise<unknown>)[] = [];
/** Does the work and then what ends it, however the work went. */
export async function ending<T>(end: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  begun.push(end);
  try {
    return await work();
  } finally {
    if (begun.includes(end)) {
      begun.splice(begun.indexOf(end), 1);
      await end();
    }
  }
}
export async function endAll(): Promise<void> {
  for (const end of begun.splice(0).reverse()) await end();
}

/** Works with an installation of its own. Its folder goes when all is well, and stays with its logs when not. */
export async function withInstallation(kind: Kind, work: (installation: Installation) => Promise<Outcome>): Promise<Outcome> {
  const installation = await Installation.open(kind);
  const state = { keep: false };
  return ending(
    () => installation.close(state.keep),
    async () => {
      const outcome = await work(installation).catch((error: unknown): Outcome => ({
        figures: 'broke off',
        complaints: [(error as Error).message],
      }));
      state.keep = outcome.complaints.length > 0;
      return state.keep ? { ...outcome, complaints: [...outcome.complaints, `logs and database: ${installation.folder}`] } : outcome;
    },
  );
}

/** Two nodes, anna and bela, on one PostgreSQL that belongs to neither. */
export async function withTwoNodes(work: (installation: Installation) => Promise<Outcome>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-chaos-database-'));
  const database = await startEmbedded({ folder, world: realWorld(), reach: 'tcp' });
  const { host, port, user, password, database: name } = database.address;
  const databaseUrl = `postgres://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/${name}`;
  const free = async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return ending(free, () => withInstallation({ databaseUrl, nodes: ['anna', 'bela'] }, work));
}

/** What everything ends with: all is written, the judge says how, and the wire and the explanations are looked at. */
export async function reckon(installation: Installation, drainMs?: number): Promise<Outcome> {
  await installation.drain(drainMs);
  const verdict = await installation.judged();
  const unexplained = await installation.unexplained();
  const disorder = installation.tap.disorder();
  return {
    figures: `${sayVerdict(verdict)}, ${await installation.duplicates()} × DUPLICATE_VALUE`,
    complaints: [
      ...complaints(verdict),
      ...(unexplained > 0 ? [`${unexplained} calls without an explanation (D5)`] : []),
      ...disorder.slice(0, 5).map((words) => `out of order: ${words}`),
    ],
  };
}
