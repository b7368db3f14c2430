import type { AddField, Finding, Installed, Outcome, Removal, SetupStep } from '../wire/setup.ts';
import type { PersonKind } from './crm.ts';

export type { AddField, Finding, Installed, Outcome, Removal, SetupStep };

/** What the check has to know of us. */
export type CheckAsk = {
  /** What strangers become by the policy. */
  readonly persons: readonly PersonKind[];
  /** What the book is to keep. */
  readonly kinds: readonly string[];
  /** The policy's zone, IANA. */
  readonly zone: string;
  /** The connected user is somebody's agent here. */
  readonly selfIsAgent: boolean;
  /** Calls of the last 24 hours. */
  readonly callsPerDay: number;
  /** Names have been unique in the org: without that it is not written to (W8). */
  readonly wasUnique: boolean;
  readonly publicUrl: string | undefined;
};
export type InstallAsk = { readonly publicUrl: string | undefined; readonly add?: AddField };
/** Is told of every step before it begins, and of what is through. Awaited, so that it is stored before the org is changed. */
export type OnStep = (step: SetupStep, progress?: { readonly done: number; readonly total: number }) => Promise<void>;

/** Looks at an org, and puts there what we bring. Every method throws `Refused` or `Unanswered` only. */
export interface CrmSetup {
  /** The version `install` would install. */
  readonly version: number;
  /** What is well, what isn't, and who can mend it. Changes nothing. */
  check(ask: CheckAsk): Promise<{ readonly findings: readonly Finding[]; readonly installed: Installed }>;
  /** Installs or updates; safe to repeat. What the org refuses is told in the outcome. The connection is to be made anew afterwards. */
  install(ask: InstallAsk, onStep: OnStep, signal: AbortSignal): Promise<Outcome>;
  /** What `uninstall` would take away. */
  removal(): Promise<Removal>;
  uninstall(onStep: OnStep, signal: AbortSignal): Promise<Outcome>;
}
