import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Told } from './compare.ts';
import type { Question, Step } from './question.ts';
import type { Asked } from './run-list.ts';

/** An question as a real org answered it: what was volatile is a reference, and nothing in it is a person's or an org's. */
export type Recording = {
  readonly area: string;
  readonly name: string;
  readonly learns: string;
  readonly line: string;
  readonly needs: readonly string[];
  readonly recorded: { readonly date: string; readonly apiVersion: string; readonly edition: string };
  /** What was there before. */
  readonly scene?: readonly RecordedStep[];
  readonly steps: readonly RecordedStep[];
};
/** `answer` is missing where it was of no interest. */
export type RecordedStep = { readonly request: Omit<Step, 'view' | 'aside' | 'until'>; readonly answer?: Told } & Pick<
  Step,
  'view' | 'aside' | 'until'
>;

/** Where recordings of real orgs are kept. */
export const recordedFolder = fileURLToPath(new URL('../emulators/salesforce/truth/recorded/', import.meta.url));

export function recordingOf(
  question: Question,
  scene: readonly Asked[],
  asked: readonly Asked[],
  recorded: Recording['recorded'],
): Recording {
  const stepOf = ({ step: { view, aside, until, ...request }, told }: Asked): RecordedStep => ({
    request,
    ...(view ? { view } : {}),
    ...(until === undefined ? {} : { until }),
    ...(aside ? { aside } : { answer: told }),
  });
  const { area, name, learns, line, needs } = question;
  return {
    area,
    name,
    learns,
    line,
    needs,
    recorded,
    ...(scene.length === 0 ? {} : { scene: scene.map(stepOf) }),
    steps: asked.map(stepOf),
  };
}

/** `<folder>/<area>/<question>.json`; gives back the path. */
export function writeRecording(folder: string, recording: Recording): string {
  const path = join(folder, recording.area, `${recording.name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(recording, undefined, 2)}\n`);
  return path;
}

/** None when the folder is not there. */
export function readRecordings(folder: string): Recording[] {
  const files = (() => {
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  })();
  return files
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording);
}

/** The question a recording is of, to ask it again. */
export function questionOf({ area, name, learns, line, needs, steps, scene }: Recording): {
  readonly question: Question;
  readonly scene: readonly Step[];
} {
  const step = ({ request, view, aside, until }: RecordedStep): Step => ({
    ...request,
    ...(view ? { view } : {}),
    ...(aside ? { aside } : {}),
    ...(until === undefined ? {} : { until }),
  });
  const sceneName = scene ? JSON.stringify(scene.map(step)) : undefined;
  return { question: { area, name, learns, line, needs, scene: sceneName, steps: steps.map(step) }, scene: (scene ?? []).map(step) };
}
