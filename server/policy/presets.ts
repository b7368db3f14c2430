import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parsePolicy, type Policy, PolicyMistakes } from '../decide/policy.ts';
import { pathsIn } from '../decide/layers.ts';
import { inOrder } from '../decide/policy-order.ts';
import { type Vendor, vendorTexts } from '../decide/vendor-texts.ts';

type Settings = Readonly<Record<string, unknown>>;
/** Ready-made settings, each a file of `presets/` in the policy's own words with the requirement beside each (RS-36). */
export const presetNames = ['recommended', 'dialpad', 'miitel', 'aircall', 'ringostat', 'fcc', 'enrich'] as const;
export type PresetName = (typeof presetNames)[number];
type Preset = {
  readonly title: string;
  readonly says: string;
  /** Whose titles and comments; `own`: the language's. Left out: they stay. */ readonly wording?: Vendor | 'own';
};
const presets: Readonly<Record<PresetName, Preset>> = {
  recommended: {
    title: 'Recommended',
    says: 'Every call is logged; what nobody took is left to do for whose customer it is.',
    wording: 'own',
  },
  dialpad: { title: 'Dialpad', says: 'Every call is a completed task; nothing is left open.', wording: 'dialpad' },
  miitel: { title: 'MiiTel', says: 'Every call is a completed task, with a comment of its own for calls in vain.', wording: 'miitel' },
  aircall: { title: 'Aircall', says: 'Calls with talk are of the past, missed calls and voicemails are next steps.', wording: 'aircall' },
  ringostat: {
    title: 'Ringostat',
    says: 'Whoever calls for the first time becomes a lead; owners and the senior manager get tasks for what they have to see to.',
    wording: 'ringostat',
  },
  fcc: { title: 'FCC', says: 'Every call is logged; what no agent took is the default user’s.', wording: 'fcc' },
  enrich: { title: 'Enrich existing leads', says: 'For leads that somebody else makes: no call is logged, nobody is made.' },
};

/** A document with a preset in it. `left`: settings of the preset that can't be used here, with why; they stayed as they were. */
export type Merged = { readonly document: unknown; readonly left: readonly { readonly path: string; readonly because: string }[] };

export const isPresetName = (name: string): name is PresetName => (presetNames as readonly string[]).includes(name);
export const sayPreset = (name: PresetName): { name: PresetName; title: string; says: string } => {
  const { title, says } = presets[name];
  return { name, title, says };
};
/** The file, with its reasons. */
export const presetFile = (name: PresetName): string => readFileSync(new URL(`./presets/${name}.yaml`, import.meta.url), 'utf8');

/** What a preset says, worded in this language. */
export function presetSettings(name: PresetName, language: Policy['language']): Readonly<Record<string, unknown>> {
  const { wording } = presets[name];
  const texts = wording && wording !== 'own' ? vendorTexts(wording, language) : undefined;
  return { ...(parse(presetFile(name)) as Record<string, unknown>), ...(texts && Object.keys(texts).length > 0 && { texts }) };
}

/**
 * The policy with a preset in it. What the preset doesn't speak of stays the admin's: ids, own numbers, hours, lines and whatever is different
 * for them. Titles and comments of its language are the preset's, or the language's own. `document`: as it was given; undefined: none was saved.
 */
export function withPreset(document: unknown, name: PresetName): Merged {
  const current = settingsOf(document);
  const given = presetSettings(name, languageOf(current));
  const { rows = [], ...settings } = given;
  const former = withoutRows(presets[name].wording === undefined ? current : withoutTexts(current));
  const merged = merge(former, settings) as Settings;
  const all = [...rowsOf(former), ...(rows as readonly unknown[])];
  return usable(withoutRows(current), all.length > 0 ? { ...merged, rows: all } : merged, given);
}

/** The policy with every setting that any preset speaks of left to its default (RS-37). */
export function withoutPresets(document: unknown): Merged {
  const current = settingsOf(document);
  const language = languageOf(current);
  const spoken = new Set(presetNames.flatMap((name) => pathsIn(presetSettings(name, language)).map((path) => JSON.stringify(path))));
  const former = withoutRows(withoutTexts(current));
  const rows = rowsOf(former);
  const left = { ...[...spoken].reduce((so, key) => without(so, JSON.parse(key) as string[]), former), ...(rows.length > 0 && { rows }) };
  return { document: inOrder(left), left: [] };
}

const isSection = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value);
const settingsOf = (document: unknown): Settings => (isSection(document) ? document : { language: 'en' });
const languageOf = (document: Settings) => parsePolicy({ language: document['language'] }).language;

/** Each setting of its own; a list is one setting. */
function merge(below: unknown, given: unknown): unknown {
  if (!isSection(below) || !isSection(given)) return given;
  return Object.fromEntries(
    [...new Set([...Object.keys(below), ...Object.keys(given)])].map((key) => [
      key,
      Object.hasOwn(given, key) ? merge(Object.hasOwn(below, key) ? below[key] : undefined, given[key]) : below[key],
    ]),
  );
}

/** Without one setting, and without a section that holds nothing any more. */
function without(settings: Settings, [first, ...rest]: readonly string[]): Settings {
  if (first === undefined || !Object.hasOwn(settings, first)) return settings;
  const { [first]: inner, ...others } = settings;
  if (rest.length === 0 || !isSection(inner)) return others;
  const left = without(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}

/** Titles and comments of the policy's own language go; another language's are a line's or a team's. */
function withoutTexts(settings: Settings): Settings {
  return without(without(settings, ['subject']), ['texts', languageOf(settings)]);
}

const rowsOf = ({ rows }: Settings): readonly unknown[] => (Array.isArray(rows) ? rows : []);
/** Without the rows of any preset, which begin with its title: `Ringostat: …`. Rows of the admin's own stand before those of a preset. */
function withoutRows(settings: Settings): Settings {
  const titles = Object.values(presets).map(({ title }) => `${title}: `);
  const isPresets = (row: unknown) => isSection(row) && titles.some((title) => String(row['name']).startsWith(title));
  const own = rowsOf(settings).filter((row) => !isPresets(row));
  const { rows: _rows, ...rest } = settings;
  return own.length > 0 ? { ...rest, rows: own } : rest;
}

/** What of the preset can't be together with what is the admin's stays as it was. */
function usable(current: Settings, merged: Settings, preset: Settings): Merged {
  let document: Settings = merged;
  const left: { path: string; because: string }[] = [];
  for (;;) {
    try {
      parsePolicy(document);
      return { document: inOrder(document), left };
    } catch (error) {
      if (!(error instanceof PolicyMistakes)) throw error;
      const clash = error.mistakes.flatMap(({ path, message, together }) => {
        const own = pathsIn(preset).find((one) => path.split(/\.|\[/, one.length).join('.') === one.join('.'));
        return together && own && !left.some((one) => one.path === own.join('.')) ? [{ own, message }] : [];
      })[0];
      if (!clash) throw error;
      left.push({ path: clash.own.join('.'), because: clash.message });
      document = put(document, clash.own, valueAt(current, clash.own));
    }
  }
}

const valueAt = (settings: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isSection(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), settings);
const put = (settings: Settings, path: readonly string[], value: unknown): Settings =>
  value === undefined
    ? without(settings, path)
    : (merge(
        settings,
        path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
      ) as Settings);
