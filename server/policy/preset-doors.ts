import type { PolicyPreset, PolicyPresets } from '../../wire/policy.ts';
import { diffPolicies } from '../decide/policy-diff.ts';
import type { Ctx, Door } from '../door.ts';
import { refuse } from '../guard.ts';
import type { PolicyStore } from '../store/policy-store.ts';
import { isPresetName, type Merged, presetFile, presetNames, sayPreset, withoutPresets, withPreset } from './presets.ts';
import { withWords } from './with-words.ts';

type Parts = { readonly console: { readonly policies: PolicyStore } };

/** Presets, each as it would change the policy. Applying one is saving the document it gives. */
export const presetDoors = (parts: Parts): readonly Door[] => [
  ['get', '/api/policy/presets', 'person', (c) => list(c, parts)],
  ['get', '/api/policy/presets/:name', 'person', (c) => tell(c, parts)],
];

/** Nothing but defaults, where a preset would say something. */
const defaultPreset = { name: 'default', title: 'Default', says: 'Whatever presets speak of is left to its default.' };
/** Every preset by its name, and what the policy is with it. */
export function presetNamed(name: string, document: unknown): (Merged & { readonly title: string; readonly says: string }) | undefined {
  if (name === defaultPreset.name) return { ...defaultPreset, ...withoutPresets(document) };
  return isPresetName(name) ? { ...sayPreset(name), ...withPreset(document, name) } : undefined;
}
export const everyPreset = [...presetNames, defaultPreset.name] as const;

async function list(context: Ctx, { console: { policies } }: Parts): Promise<Response> {
  const document = (await policies.newest(context.var.visitor.org))?.document;
  const told: PolicyPresets = {
    presets: everyPreset.map((name) => {
      const { title, says, document: merged } = presetNamed(name, document)!;
      return { name, title, says, changes: diffPolicies(document, merged).length };
    }),
  };
  return context.json(told);
}

async function tell(context: Ctx, { console: { policies } }: Parts): Promise<Response> {
  const name = context.req.param('name') ?? '';
  const row = await policies.newest(context.var.visitor.org);
  const preset = presetNamed(name, row?.document);
  if (!preset)
    return refuse(context, 404, 'unknown_preset', `There is no preset ${name.slice(0, 40)}; there are ${everyPreset.join(', ')}.`);
  const told: PolicyPreset = {
    name,
    title: preset.title,
    says: preset.says,
    version: row?.version ?? 0,
    ...(isPresetName(name) && { file: presetFile(name) }),
    document: preset.document,
    differences: withWords(diffPolicies(row?.document, preset.document)),
    left: [...preset.left],
  };
  return context.json(told);
}
