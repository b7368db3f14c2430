import { PreviewText } from '../../wire/console.ts';
import { defaultPolicy, parsePolicy, type Policy, PolicyMistakes } from '../decide/policy.ts';
import { previewTexts } from '../decide/preview-text.ts';
import { SettingsReader } from '../decide/settings.ts';
import { mergeFields, templatesReader } from '../decide/templates.ts';
import { vendorTexts } from '../decide/vendor-texts.ts';
import { type Ctx, type Door, parse } from '../door.ts';
import type { Store } from '../store.ts';

type Parts = { readonly store: Pick<Store, 'readOrg'> };

/** What an admin's editor of templates asks for: the fields to choose from, and how a template would read. Nothing is saved. */
export const textDoors = (parts: Parts): readonly Door[] => [
  [
    'get',
    '/api/policy/merge-fields',
    'person',
    (c) => c.json({ fields: Object.entries(mergeFields).map(([name, { says, example }]) => ({ name, says, example })) }),
  ],
  ['post', '/api/policy/preview-text', 'person', (c) => previewText(c, parts)],
];

async function previewText(context: Ctx, { store }: Parts): Promise<Response> {
  const asked = await parse(context, PreviewText);
  if (asked instanceof Response) return asked;
  try {
    const base = asked.policy === undefined ? (await store.readOrg(context.var.visitor.org))?.policy : parsePolicy(asked.policy);
    const policy = tried(base ?? defaultPolicy('en'), asked);
    return context.json({ language: policy.language, mistakes: [], shown: previewTexts(policy) });
  } catch (error) {
    if (error instanceof PolicyMistakes) return context.json({ mistakes: error.mistakes, shown: [] });
    throw error;
  }
}

/** The policy with what is tried in the place of its templates, for every type of call. */
function tried(policy: Policy, { language = policy.language, wording, subject, comment }: PreviewText): Policy {
  const reader = new SettingsReader();
  const every = templatesReader(reader)('', { ...(subject !== undefined && { subject }), ...(comment !== undefined && { comment }) });
  if (reader.mistakes.length > 0) throw new PolicyMistakes(reader.mistakes);
  const own = wording === undefined ? policy.texts?.[language] : vendorTexts(wording, language)[language];
  if (!every || Object.keys(every).length === 0) return { ...policy, language, texts: { [language]: own ?? {} } };
  const usual = Object.entries(own ?? {}).map(([type, templates]) => [type, { ...templates, ...every }] as const);
  return { ...policy, language, texts: { [language]: { ...Object.fromEntries(usual), every: { ...own?.every, ...every } } } };
}
