import { effectivePolicy, pathsIn, rulesOf, saySource, type Source, type Whose } from '../decide/layers.ts';
import { parsePolicy, type Policy } from '../decide/policy.ts';
import { inOrder } from '../decide/policy-order.ts';

/** `default`: nobody has said anything. */
type SaidBy = Source | { readonly level: 'default'; readonly name: '' };
type Setting = { path: string[]; value: unknown; from: SaidBy; locked?: Source; words: string };

/** Every setting of a policy document as it holds there, who says so, and who keeps lower levels from saying otherwise. */
export function effectiveSettings(document: unknown, whose: Whose): Setting[] {
  const policy = parsePolicy(document);
  const given = new Set(pathsIn(document as object).map(keyOf));
  const effective = effectivePolicy(policy, whose);
  const sources = new Map(effective.provenance.map(({ path, level, name }) => [keyOf(path), { level, name }]));
  const locks: [string, Source][] = [
    ...policy.locked.map((path): [string, Source] => [path, { level: 'company', name: '' }]),
    ...rulesOf(policy, whose).flatMap(({ level, name, rules }) =>
      (rules.locked ?? []).map((path): [string, Source] => [path, { level, name }]),
    ),
  ];
  return pathsIn(settingsIn(effective.policy)).map((path) => {
    const from: SaidBy =
      sources.get(keyOf(path)) ?? (given.has(keyOf(path)) ? { level: 'company', name: '' } : { level: 'default', name: '' });
    const dotted = path.join('.');
    const lock = locks.find(([locked]) => dotted === locked || dotted.startsWith(`${locked}.`))?.[1];
    const value = path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], effective.policy);
    const who = from.level === 'default' ? 'default' : saySource(from);
    return {
      path: [...path],
      value,
      from,
      ...(lock && { locked: lock }),
      words: `${dotted}: ${JSON.stringify(value)} (${who}${lock ? `, locked by ${saySource(lock)}` : ''})`,
    };
  });
}

const keyOf = (path: readonly string[]): string => path.join('\0');
/** What calls go by, without where it is said. */
function settingsIn({ locked: _locked, lines: _lines, queues: _queues, teams: _teams, agents: _agents, ...settings }: Policy): object {
  return inOrder(settings) as object;
}
