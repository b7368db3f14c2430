import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOrg } from '../emulators/salesforce/org.ts';

/** An org of one judge, with nothing of another's in it. */
export type Court = {
  readonly apiUrl: string;
  /** The Pub/Sub API over TLS, with a certificate of its own making. */
  readonly pubsubTlsUrl: string;
  /** Asks the control port; what it answers, read as JSON. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** A folder that is gone with the judge. */
  readonly folder: string;
};
/** One thing a stranger's program does. Throws when the org was not believed, or did something else than it said. */
export type Case = { readonly name: string; run(): Promise<void> };
export type Judge = {
  readonly name: string;
  /** What is judged, for whoever reads the list. */
  readonly shows: string;
  /** The cases, in the order they must be tried. */
  open(court: Court): Promise<readonly Case[]>;
};

export const clientId = 'judged';
export const clientSecret = 'judged-secret';

/** Runs a judge's cases one by one in an org made for it. */
export async function hold(judge: Judge, onCase: (name: string, failure: string | undefined, ms: number) => void): Promise<void> {
  const org = await startOrg({ file: ':memory:', clientId, clientSecret, withoutCustomFields: true, pubsubPort: 0, pubsubTls: {} });
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-judge-'));
  try {
    const cases = await judge.open({
      apiUrl: org.apiUrl,
      pubsubTlsUrl: org.pubsubTlsUrl!,
      folder,
      async control(method, path, body) {
        const answer = await fetch(`${org.controlUrl}${path}`, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`the control ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
        return text === '' ? undefined : (JSON.parse(text) as unknown);
      },
    });
    for (const { name, run } of cases) {
      const begun = performance.now();
      const failure = await run().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      onCase(name, failure, performance.now() - begun);
    }
  } finally {
    await org.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };
/** A command that says nothing for so long hangs. */
const limitMs = 120_000;

/** Runs a stranger's program with this very Node. */
export function runProgram(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd: options.cwd, env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const told = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => void (told[name] += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...told });
    });
  });
}

/** The first difference between what should be and what is; extra keys of what is are its own business. */
export function expectLike(is: unknown, should: unknown, where = 'answer'): void {
  if (should instanceof RegExp) {
    if (typeof is !== 'string' || !should.test(is)) throw new Error(`${where} is ${shown(is)}, and should match ${String(should)}`);
  } else if (Array.isArray(should)) {
    if (!Array.isArray(is) || is.length !== should.length)
      throw new Error(`${where} is ${shown(is)}, and should have ${should.length} elements`);
    should.forEach((one, place) => expectLike(is[place], one, `${where}[${place}]`));
  } else if (typeof should === 'object' && should !== null) {
    if (typeof is !== 'object' || is === null) throw new Error(`${where} is ${shown(is)}, and should be an object`);
    for (const [key, value] of Object.entries(should)) expectLike((is as Record<string, unknown>)[key], value, `${where}.${key}`);
  } else if (is !== should) throw new Error(`${where} is ${shown(is)}, and should be ${shown(should)}`);
}
const shown = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 300);

/** A session as a program of the org's own gets one. */
export async function tokenOf({ apiUrl }: Pick<Court, 'apiUrl'>): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
  const answer = await fetch(`${apiUrl}/services/oauth2/token`, { method: 'POST', body: form });
  return ((await answer.json()) as { access_token: string }).access_token;
}
