import { type Case, runProgram } from './judge.ts';

/** Runs a program of judges/programs, which says one line of JSON for each thing it tried; each line is a case. */
export async function casesOf(
  program: URL,
  order: object,
  cwd: string,
  least: number,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Case[]> {
  const ended = await runProgram([program.pathname, JSON.stringify(order)], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
  const lines = ended.stdout.split('\n').filter((line) => line.startsWith('{"name"'));
  const cases = lines.map((line): Case => {
    const { name, ok, because } = JSON.parse(line) as { name: string; ok: boolean; because?: string };
    return {
      name,
      run: async () => {
        if (!ok) throw new Error(because);
      },
    };
  });
  const whole: Case = {
    name: 'the program came to its end',
    run: async () => {
      if (ended.code !== 0 || cases.length < least)
        throw new Error(`it ended with ${ended.code} after ${cases.length} of ${least} things: ${ended.stderr.trim().slice(-800)}`);
    },
  };
  return [...cases, whole];
}
