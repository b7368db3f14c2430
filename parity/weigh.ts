import type { Line } from '../emulators/salesforce/truth/ledger.ts';
import { type Difference, differences, type Told } from './compare.ts';
import type { Question } from './question.ts';
import type { Asked, Outcome } from './run-list.ts';

/** What one question came to. */
export type Verdict =
  | { readonly question: Question; readonly is: 'agrees' }
  | { readonly question: Question; readonly is: 'differs'; readonly places: readonly Place[] }
  | { readonly question: Question; readonly is: 'untried'; readonly because: string };
/** One request of it that was answered otherwise. */
export type Place = { readonly request: string; readonly differences: readonly Difference[] };

const said = ({ step }: Asked): string => `${step.method} ${step.path.length > 160 ? `${step.path.slice(0, 160)}…` : step.path}`;

/** The org's answers beside the stand-in's, question by question. */
export function weigh(org: readonly Outcome[], standIn: readonly Outcome[]): Verdict[] {
  return org.map((real, place): Verdict => {
    const other = standIn[place];
    const { question } = real;
    if ('untried' in real) return { question, is: 'untried', because: real.untried };
    if (!other || 'untried' in other) return { question, is: 'untried', because: `the stand-in: ${other?.untried ?? 'it was not asked'}` };
    const places = real.asked.flatMap((asked, at): Place[] => {
      const answer: Told | undefined = other.asked[at]?.told;
      if (asked.step.aside || !answer) return [];
      const found = differences(asked.told, answer, asked.step.view);
      return found.length === 0 ? [] : [{ request: said(asked), differences: found }];
    });
    if (places.length > 0) return { question, is: 'differs', places };
    const brokenOff = real.brokenOff ?? other.brokenOff;
    return brokenOff === undefined ? { question, is: 'agrees' } : { question, is: 'untried', because: brokenOff };
  });
}

/** The lines of the ledger that an question touches. */
export function linesOf({ area, line }: Pick<Question, 'area' | 'line'>, ledger: readonly Line[]): Line[] {
  return ledger.filter((one) => one.area === area && one.behaviour.includes(line));
}

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};
const most = 12;

/** A verdict as it is printed; what agrees takes one line. */
export function sayVerdict(verdict: Verdict, ledger: readonly Line[]): string {
  const { question } = verdict;
  const title = `${question.area}/${question.name}: ${question.learns}`;
  if (verdict.is === 'agrees') return `agrees   ${title}`;
  if (verdict.is === 'untried') return `untried  ${title}\n           ${verdict.because}`;
  const lines = linesOf(question, ledger).map(
    ({ behaviour, evidence }) => `           ledger ${question.area}: ${behaviour} – ${evidence}`,
  );
  const places = verdict.places.flatMap(({ request, differences: found }) => [
    `           ${request}`,
    ...found
      .slice(0, most)
      .flatMap(({ at, org, standIn }) => [
        `             ${at}`,
        `               org:      ${shown(org)}`,
        `               stand-in: ${shown(standIn)}`,
      ]),
    ...(found.length > most ? [`             … and ${found.length - most} more`] : []),
  ]);
  return [`DIFFERS  ${title}`, ...lines, ...places].join('\n');
}

/** How many agree, differ and were not tried, and why those. */
export function saySummary(verdicts: readonly Verdict[]): string {
  const of = (is: Verdict['is']) => verdicts.filter((one) => one.is === is).length;
  const because = Map.groupBy(
    verdicts.flatMap((one) => (one.is === 'untried' ? [one.because] : [])),
    (reason) => reason,
  );
  return [
    `${of('agrees')} agree, ${of('differs')} differ, ${of('untried')} could not be tried`,
    ...[...because].map(([reason, all]) => `  ${all.length}: ${reason}`),
  ].join('\n');
}
