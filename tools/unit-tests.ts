import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Count, root, run } from './run.ts';

/** What of vitest's JSON report we read. */
type Report = {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
};

/** Counts a run, and tells what failed. A file that could not be loaded counts as one failure, and so does an error outside any test. */
export function readReport(
  json: string | undefined,
  output: string,
  folder: string,
): Count & { readonly skipped: number; readonly story: string } {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0, story: `vitest wrote no report:\n${output.trim()}` };
  const { success, testResults } = JSON.parse(json) as Report;
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { name, status, message, assertionResults } of testResults) {
    const file = name.replace(folder, '');
    for (const test of assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') {
        failed++;
        lines.push(`${file}: ${test.fullName}`, ...(test.failureMessages ?? []).map((text) => indent(shorten(text))));
      } else skipped++;
    }
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      failed++;
      lines.push(`${file} could not be run`, indent(shorten(message ?? '')));
    }
  }
  if (testResults.length === 0) {
    failed++;
    lines.push('no test was found');
  }
  if (!success && failed === 0) {
    failed++;
    lines.push('an error outside any test:', indent(output.trim()));
  }
  return { passed, failed, skipped, story: lines.join('\n') };
}

/** Runs vitest over the files these arguments choose. */
export async function runUnitTests(choosing: readonly string[]): Promise<ReturnType<typeof readReport> & { readonly seconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-unit-'));
  try {
    const report = join(folder, 'report.json');
    const { output, seconds } = await run(['vitest', 'run', '--reporter=json', `--outputFile=${report}`, ...choosing]);
    return { ...readReport(await readFile(report, 'utf8').catch(() => undefined), output, root), seconds };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const indent = (text: string) => text.replaceAll(/^/gm, '    ');
/** The message and where it was thrown; not the frames of the test runner. */
const shorten = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/node_modules|node:internal/.test(line))
    .slice(0, 30)
    .join('\n');
