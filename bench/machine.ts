import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** Clock ticks a second in /proc; 100 on every Linux Node runs on (proc_pid_stat(5), sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

const readProc = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined; // it ended meanwhile, or this is no Linux
    throw error;
  }
};
/** The numbers of /proc/<pid>/stat after the name, which may hold anything: `[0]` is the state, field 3. */
const statOf = (pid: number): string[] | undefined =>
  readProc(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');

/** CPU a process has used, its ended children's too. NaN where it can't be known. */
export function cpuSeconds(pid: number): number {
  const stat = statOf(pid);
  return stat ? (Number(stat[11]) + Number(stat[12]) + Number(stat[13]) + Number(stat[14])) / ticksPerSecond : NaN;
}
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((one) => one > 0 && Number(statOf(one)?.[1]) === pid);
/** Of a process and all it has started that still lives. PostgreSQL reaps its backends, so what ended is counted with it. */
export function cpuSecondsOfTree(pid: number): number {
  return cpuSeconds(pid) + childrenOf(pid).reduce((so, child) => so + (Number.isNaN(cpuSeconds(child)) ? 0 : cpuSeconds(child)), 0);
}
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kb === undefined ? NaN : Number(kb) / 1024;
}
/** Of a process and all it has started: each one's own pages, and the largest of them as the system counts it, shared pages included. */
export function memoryOfTree(pid: number): { readonly mb: number; readonly largestMb: number } {
  const all = [pid, ...childrenOf(pid)];
  // Pages that several share are counted once altogether (proc_pid_smaps_rollup(5)).
  const mb = (one: number) => Number(/^Pss:\s+(\d+) kB/m.exec(readProc(`/proc/${one}/smaps_rollup`) ?? '')?.[1] ?? 0) / 1024;
  return { mb: all.reduce((so, one) => so + mb(one), 0), largestMb: Math.max(...all.map((one) => residentMb(one) || 0)) };
}

/** Syncs of 8 kB appends a second, one after the other, where the databases will be: what a lone commit can reach at most. */
export function syncsPerSecond(seconds: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-bench-sync-'));
  const file = openSync(join(folder, 'appended'), 'a');
  const block = Buffer.alloc(8192, 1);
  const begun = performance.now();
  let count = 0;
  for (; performance.now() - begun < seconds * 1000; count++) {
    writeSync(file, block);
    fdatasyncSync(file);
  }
  const rate = count / ((performance.now() - begun) / 1000);
  closeSync(file);
  rmSync(folder, { recursive: true });
  return rate;
}

export const describeMachine = (postgres: string, syncs: number): readonly (readonly [string, string])[] => [
  ['cores', `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`],
  ['memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
  ['system', `${type()} ${release()}`],
  ['Node.js', process.version],
  ['PostgreSQL', postgres],
  ['fdatasync of 8 kB, one after the other', `${Math.round(syncs)} a second`],
];
/** Work of others while it was measured: processes that wanted a core, on average over the last minute. */
export const loadNow = (): number => loadavg()[0]!;
