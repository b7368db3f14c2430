import type { CheckArea, Installed, Job, JobKind, Outcome, ProblemKey, SetupStep, AddField, Finding } from '../../../wire/setup.ts';
import type { Language } from '../words.ts';

/** What the check of an org and the installing in it say. `{name}` stands for a value of that name. The command line says the same. */
export type SetupWords = {
  readonly title: string;
  readonly explained: string;
  readonly loading: string;
  readonly failed: string;
  readonly retry: string;
  readonly check: {
    readonly title: string;
    readonly at: string;
    readonly again: string;
    readonly allWell: string;
    readonly more: string;
    readonly levels: Readonly<Record<Finding['level'], string>>;
    readonly menders: Readonly<Record<NonNullable<Finding['mendedBy']>, string>>;
    readonly areas: Readonly<Record<CheckArea, string>>;
    readonly problems: Readonly<Record<ProblemKey, string>>;
  };
  readonly install: {
    readonly title: string;
    readonly states: Readonly<Record<Installed['state'], string>>;
    readonly explained: string;
    readonly install: string;
    readonly update: string;
    readonly again: string;
    readonly running: Readonly<Record<JobKind, string>>;
    readonly steps: Readonly<Record<SetupStep, string>>;
    readonly progress: string;
    readonly ended: Readonly<Record<JobKind, string>>;
    readonly notEnded: Readonly<Record<Exclude<Job['state'], 'running' | 'done'>, string>>;
    readonly verified: string;
    readonly byFields: string;
    readonly lacks: string;
    readonly refusals: string;
    readonly leftOut: string;
    readonly parts: Readonly<Record<Outcome['leftOut'][number]['part'], string>>;
    readonly because: Readonly<Record<'no-public-address' | 'by-fields', string>>;
  };
  readonly remove: {
    readonly title: string;
    readonly explained: string;
    readonly parts: string;
    readonly fields: string;
    readonly stays: string;
    readonly tasks: string;
    readonly people: string;
    readonly back: string;
    readonly confirm: string;
    readonly remove: string;
    readonly cancel: string;
  };
  readonly fields: {
    readonly title: string;
    readonly explained: string;
    readonly object: string;
    readonly objects: Readonly<Record<AddField['object'], string>>;
    readonly label: string;
    readonly type: string;
    readonly types: Readonly<Record<AddField['type'], string>>;
    readonly name: string;
    readonly nameExplained: string;
    readonly add: string;
    readonly layouts: string;
  };
};

/** A sentence with its values in it; a value that looks like a place for one is only a value. */
export const fill = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(values, name) ? values[name]! : place));

const loaders: Readonly<Record<Language, () => Promise<SetupWords>>> = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => (await import('./ja.ts')).ja,
  fr: async () => (await import('./fr.ts')).fr,
  ru: async () => (await import('./ru.ts')).ru,
  pl: async () => (await import('./pl.ts')).pl,
};
export const loadSetupWords = (language: Language): Promise<SetupWords> => loaders[language]();
