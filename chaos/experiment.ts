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

/** Those that run just now: whoever is told to stop ends them first. */
const open = new Set<Installation>();
export const closeAll = () => Promise.all([...open].map((installation) => installation.close(false)));

/** Works with an installation of its own. Its folder goes when all is well, and stays with its logs when not. */
export async function withInstallation(kind: Kind, work: (installation: Installation) => Promise<Outcome>): Promise<Outcome> {
  const installation = await Installation.open(kind);
  open.add(installation);
  let outcome: Outcome | undefined;
  try {
    outcome = await work(installation);
  } catch (error) {
    outcome = { figures: 'broke off', complaints: [(error as Error).message] };
  }
  open.delete(installation);
  const keep = outcome.complaints.length > 0;
  await installation.close(keep);
  return keep ? { ...outcome, complaints: [...outcome.complaints, `logs and database: ${installation.folder}`] } : outcome;
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
