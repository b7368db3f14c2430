import { type AddField, type Check, fieldObjects, type Finding, type Job } from '../../../wire/setup.ts';
import type { Format } from '../../format.ts';
import { own } from '../../words/own.ts';
import { fill, type SetupWords } from '../../words/setup/words.ts';

type Params = Finding['params'];
type Say = Pick<Format, 'number' | 'moment'>;

/** Values of a sentence in the person's own way of writing numbers and times; what the org said stays as it is. */
export function valuesOf(params: Params, format: Say): Record<string, string> {
  const say = (name: string, value: string | number) =>
    typeof value === 'number' ? format.number(value) : name === 'when' && Number.isFinite(Date.parse(value)) ? format.moment(value) : value;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, say(name, value)]));
}

/** What is wrong, in a sentence; of what is well, what it is. A newer server may know more than this page. */
export function sayFinding({ area, problem, params }: Finding, words: SetupWords, format: Say): string {
  const values = valuesOf(params, format);
  if (problem === undefined && area === 'api')
    return fill(words.install.progress, { done: values['used'] ?? '', total: values['max'] ?? '' });
  if (problem === undefined) return [...new Set(Object.values(values))].filter(Boolean).join(' · ');
  return fill(own(words.check.problems, problem) ?? problem, values).trim();
}

const order = { bad: 0, warn: 1, off: 2, ok: 3 } as const satisfies Record<Finding['level'], number>;
/** What must be mended comes first, what is well last. */
export const sorted = (findings: readonly Finding[]): Finding[] => findings.toSorted((a, b) => order[a.level] - order[b.level]);

/** How a job stands, in a sentence. */
export function sayJob(job: Job, words: SetupWords, format: Say): string {
  const step = words.install.steps[job.step];
  if (job.state === 'running') {
    const { progress } = job;
    const far = progress && progress.total > 0 ? ` (${fill(words.install.progress, valuesOf(progress, format))})` : '';
    return `${step}${far}`;
  }
  return job.state === 'done' ? words.install.ended[job.what] : fill(words.install.notEnded[job.state], { step });
}

/** What else is to be known of how it ended, sentence by sentence; `asSaid` are the org's own words. */
export function detailsOf(job: Job, words: SetupWords): { readonly says: readonly string[]; readonly asSaid: readonly string[] } {
  const { outcome, trouble } = job;
  if (!outcome) return { says: [], asSaid: trouble === undefined ? [] : [trouble] };
  const { install } = words;
  return {
    says: [
      ...(outcome.verified ? [install.verified] : []),
      ...(outcome.by === 'fields' ? [install.byFields] : []),
      ...outcome.leftOut.map(({ part, because }) =>
        fill(install.leftOut, { part: install.parts[part], because: own(install.because, because) ?? because }),
      ),
      ...(job.what === 'add-field' && job.state === 'done' ? [words.fields.layouts] : []),
      ...(outcome.lacks.length > 0 && job.state !== 'done' ? [fill(install.lacks, { rights: outcome.lacks.join(', ') })] : []),
    ],
    asSaid: outcome.failures.map(({ part, because }) => `${part}: ${because}`),
  };
}

/** Where a field can be made: what the org hasn't is no choice (DP-04). */
export function objectsOf(findings: readonly Finding[]): AddField['object'][] {
  const absent = String(findings.find(({ problem }) => problem === 'objects-absent')?.params['objects'] ?? '').toLowerCase();
  return fieldObjects.filter((object) => !absent.split(', ').includes(object));
}

/** Of what was lost there may be nothing left to take out; then uninstalling says that it goes on without. */
export const canUninstall = ({ findings, installed }: Partial<Check> = {}): boolean =>
  (installed !== undefined && installed.state !== 'missing') || (findings ?? []).some(({ problem }) => problem === 'name-field-lost');
