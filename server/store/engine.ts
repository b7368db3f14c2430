import type { Bell } from '../bell.ts';
import type { World } from '../world.ts';

/**
 * The durable engine. A step claims rows, works on them and stores what came of it in one transaction; a killed node's claims
 * vanish with its connection. Knows no table by name: what a row is, and what its step does, is the pipeline's business.
 */
export type EngineStep = {
  readonly name: string;
  /** Gives how many rows it handled; 0 when there was nothing. */
  run(): Promise<number>;
  readonly bell: Bell;
  /** Loops side by side on this node. */
  readonly loops: number;
};

/** How often to look unbidden: the guarantee behind the notes. */
const pollMs = 200;
/**
 * A loop begins no oftener: what comes meanwhile shares one transaction and its ten round trips. Who comes to an idle loop waits
 * for nobody; at 400 events a second it makes batches of eight instead of one.
 */
const leastMs = 20;

/** Runs the steps until `stop` aborts; resolves when the last one has finished what it had claimed. */
export async function runEngine(
  steps: readonly EngineStep[],
  world: World,
  stop: AbortSignal,
  report: { step(name: string, rows: number, ms: number): void; trouble(name: string, error: Error): void },
): Promise<void> {
  stop.addEventListener('abort', () => steps.forEach((step) => step.bell.ring()), { once: true });
  const loop = async (step: EngineStep) => {
    for (let failures = 0; !stop.aborted;) {
      const heard = step.bell.count;
      try {
        const startedMs = world.monotonic();
        const rows = await step.run();
        failures = 0;
        if (rows > 0) report.step(step.name, rows, world.monotonic() - startedMs);
        else await step.bell.wait(heard, pollMs, world);
        const earlyMs = startedMs + leastMs - world.monotonic();
        if (earlyMs > 0) await world.sleep(earlyMs, stop);
      } catch (error) {
        report.trouble(step.name, error as Error);
        failures++;
        await world.sleep(Math.min(5_000, 100 * 2 ** Math.min(failures, 6)) * (0.5 + world.chance()), stop);
      }
    }
  };
  await Promise.all(steps.flatMap((step) => Array.from({ length: step.loops }, () => loop(step))));
}
