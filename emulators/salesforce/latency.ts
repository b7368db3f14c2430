import { dice } from './clock.ts';

/** How long the org takes. `tail` is the share of requests that take `tailTimes` as long. */
export type Pace = { baseMs: number; perRecordMs: number; tail: number; tailTimes: number };
export const profiles = {
  none: { baseMs: 0, perRecordMs: 0, tail: 0, tailTimes: 1 },
  typical: { baseMs: 100, perRecordMs: 15, tail: 0.02, tailTimes: 5 },
  heavy: { baseMs: 100, perRecordMs: 100, tail: 0, tailTimes: 1 },
} as const satisfies Record<string, Pace>;
export type Profile = keyof typeof profiles;
export const isProfile = (name: unknown): name is Profile => typeof name === 'string' && Object.hasOwn(profiles, name);

export class Latency {
  pace: Pace;
  readonly #roll: () => number;

  constructor(profile: Profile, seed = 1) {
    this.pace = profiles[profile];
    this.#roll = dice(seed);
  }

  /** One request's own speed: now and then a slow one. */
  forRequest(): { baseMs: number; perRecordMs: number } {
    const times = this.pace.tail > 0 && this.#roll() < this.pace.tail ? this.pace.tailTimes : 1;
    return { baseMs: this.pace.baseMs * times, perRecordMs: this.pace.perRecordMs * times };
  }
}
