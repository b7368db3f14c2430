import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A program of the bench, as a process of its own. */
export const begun = (program: string): ChildProcess =>
  fork(join(import.meta.dirname, program), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
/** Orders one thing of a process of its own and waits for its answer. */
export function ordered<Answer>(program: string, order: object, limitMs: number, child = begun(program)): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill();
      reject(new Error(`${program} did not end within ${limitMs / 1000} s`));
    }, limitMs);
    child.once('message', (answer) => {
      clearTimeout(limit);
      resolve(answer as Answer);
    });
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`${program} ended with ${code} before it answered`)); // after an answer nobody hears it
    });
    child.send(order);
  });
}
