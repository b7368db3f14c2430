import { dice } from '../clock.ts';

/** What can go wrong on a stream, on demand. `drop` and `end` happen once, at once, and are not kept here. */
export const lastingFaults = ['stall', 'delay', 'refuse'] as const;
export type LastingFault = {
  kind: (typeof lastingFaults)[number];
  /** Only this topic's. A call that names no topic is met by faults without one. */
  topic?: string;
  /** `delay`: by the org's clock. */
  delayMs?: number;
  /** `refuse`: so many calls, then never again. Without it: until cleared. */
  times?: number;
  /** `refuse`: only with this chance. */
  probability?: number;
};
type Kept = LastingFault & { id: number; hit: number; roll: () => number };

export class StreamFaults {
  #faults: Kept[] = [];
  #ids = 0;

  add(fault: LastingFault): Omit<Kept, 'roll'> {
    const { roll: _, ...told } = this.#keep(fault);
    return told;
  }
  #keep(fault: LastingFault): Kept {
    const set = { ...fault, id: (this.#ids += 1), hit: 0, roll: dice(this.#ids) };
    this.#faults.push(set);
    return set;
  }
  clear(): void {
    this.#faults = [];
  }
  list(): Omit<Kept, 'roll'>[] {
    return this.#faults.map(({ roll: _, ...fault }) => fault);
  }

  #of(kind: LastingFault['kind'], topic: string): Kept[] {
    return this.#faults.filter((fault) => fault.kind === kind && (fault.topic === undefined || fault.topic === topic));
  }
  stalls(topic: string): boolean {
    return this.#of('stall', topic).length > 0;
  }
  delayMs(topic: string): number {
    return this.#of('delay', topic).reduce((most, { delayMs = 10_000 }) => Math.max(most, delayMs), 0);
  }
  refuses(topic: string): boolean {
    const fault = this.#of('refuse', topic).find(
      ({ times = Infinity, hit, probability = 1, roll }) => hit < times && (probability === 1 || roll() < probability),
    );
    if (fault) fault.hit += 1;
    return fault !== undefined;
  }
}
