import type { Outcome } from '../chaos/experiment.ts';
import { type Suite } from './root.ts';

/** What a part is run with. */
export type Setting = {
  readonly suite: Suite;
  readonly long: boolean;
  /** Only these calls. */
  readonly only: readonly string[] | undefined;
  say(words: string): void;
  /** Something that was begun, to be ended when the part is over, the newest first. */
  ending(end: () => Promise<unknown>): void;
};
export type Part = {
  readonly name: string;
  readonly shows: string;
  run(setting: Setting): Promise<Outcome & { readonly passed?: number; readonly failed?: number }>;
};
