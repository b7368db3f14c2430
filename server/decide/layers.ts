import type { Call } from '../call/call.ts';
import type { Agent } from '../call/event.ts';
import { kindsOf } from '../match/match.ts';
import { whoseCall } from './owner.ts';
import type { Inputs } from './pin.ts';
import type { Layer, Policy, Settings } from './policy.ts';

/** From the widest to the narrowest: a narrower one says what is different there, and stands above the others. */
export const levels = ['company', 'line', 'queue', 'team', 'agent'] as const;
export type Level = (typeof levels)[number];
/** Who says a value. `name`: as the policy names it; the company has none. A row says what holds in its situation. */
export type Source = { readonly level: Level | 'row'; readonly name: string };
/** A setting that isn't the company's. What isn't told is the company's own. */
export type Provenance = Source & { readonly path: readonly string[] };
/** Whom a call belongs to, by all their names; the last one counts most. */
export type Whose = {
  readonly line?: readonly (string | undefined)[];
  readonly queue?: readonly (string | undefined)[];
  readonly team?: string | undefined;
  readonly agent?: readonly (string | undefined)[];
};
export type Effective = { readonly policy: Policy; readonly provenance: readonly Provenance[] };

/** Agents are named by their ids or e-mails, in any case. */
export const agentKey = (name: string): string => name.toLowerCase();

/** The policy as it holds there: each setting from the narrowest level that gives it. With nothing different there, the policy itself. */
export function effectivePolicy(policy: Policy, whose: Whose): Effective {
  const layers = layersOf(policy, whose);
  if (layers.length === 0) return { policy, provenance: [] };
  const provenance = new Map<string, Provenance>();
  let settled: Policy = policy;
  for (const { level, name, settings } of layers) {
    settled = lay(settled, settings);
    for (const path of pathsIn(settings)) provenance.set(path.join('\0'), { path, level, name });
  }
  return { policy: settled, provenance: [...provenance.values()] };
}

/** Kinds of records that calls of some line are looked up among: the company's first. */
export const kindsLookedUp = ({ match, lines }: Policy): string[] => [
  ...new Set([...kindsOf(match), ...Object.values(lines).flatMap((line) => kindsOf({ ...match, ...line.match }))]),
];

/** What is different for the lines, queues, team and agent of a call, the widest first. */
function layersOf(policy: Policy, whose: Whose): (Source & { readonly settings: Settings })[] {
  return rulesOf(policy, whose).map(({ rules: { locked: _locked, members: _members, ...settings }, ...source }) => ({
    ...source,
    settings,
  }));
}

/** The same with their locks. */
export function rulesOf(
  policy: Policy,
  { line = [], queue = [], team, agent = [] }: Whose,
): (Source & { readonly rules: Layer & { readonly members?: readonly string[] } })[] {
  const named = [
    ['line', policy.lines, line],
    ['queue', policy.queues, queue],
    ['team', policy.teams, [team ?? teamOf(policy, agent)]],
    ['agent', policy.agents, agent.map((name) => name && agentKey(name))],
  ] as const;
  return named.flatMap(([level, rules, names]) =>
    [...new Set(names)].flatMap((name) => (name !== undefined && Object.hasOwn(rules, name) ? { level, name, rules: rules[name]! } : [])),
  );
}

/** The team that counts one of these names among its members. */
function teamOf({ teams }: Policy, names: readonly (string | undefined)[]): string | undefined {
  const keys = names.flatMap((name) => (name === undefined ? [] : agentKey(name)));
  if (keys.length === 0) return undefined;
  return Object.keys(teams).find((team) => teams[team]!.members?.some((member) => keys.includes(member)));
}

/** Whom this call belongs to. A team that the directory names comes before the policy's own. */
export function whoseOf(call: Call, { teams = {}, policy }: Pick<Inputs, 'teams' | 'policy'>): Whose {
  const { line, queue } = call;
  const { agent } = whoseCall(call);
  return {
    line: [line?.number, line?.id],
    queue: [queue?.name, queue?.id],
    ...(agent && {
      agent: namesOf(agent),
      team: Object.hasOwn(teams, agent.id) ? teams[agent.id] : teamOf(policy, namesOf(agent)),
    }),
  };
}
const namesOf = ({ id, email }: Agent) => [email, id];

/** The same inputs with the policy as it holds for this call, and what in it isn't the company's. */
export function inputsOfCall(call: Call, inputs: Inputs): { readonly inputs: Inputs; readonly provenance: readonly Provenance[] } {
  const { policy, provenance } = effectivePolicy(inputs.policy, whoseOf(call, inputs));
  return { inputs: provenance.length === 0 ? inputs : { ...inputs, policy }, provenance };
}

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Setting by setting: what is given stands in the place of what was there, and all else stays. A list is one setting. */
export function lay<T extends object>(below: T, given: object, path: readonly string[] = []): T {
  const laid = { ...below } as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    const former = Object.hasOwn(laid, key) ? laid[key] : undefined;
    const at = [...path, key];
    const settled = isSection(value) && isSection(former) ? lay(isSource(at) ? withoutFormer(former, value) : former, value, at) : value;
    // a name may be one that objects know
    if (key in laid) Object.defineProperty(laid, key, { value: settled, enumerable: true, configurable: true, writable: true });
    else laid[key] = settled;
  }
  return laid as T;
}

/** Where one field of the CRM gets its value from: one of three settings, so that another one stands in its place. */
const isSource = (path: readonly string[]): boolean => path.length === 3 && path[0] === 'fields';
const waysToFill = ['from', 'text', 'value'];
function withoutFormer(former: Readonly<Record<string, unknown>>, given: object): Readonly<Record<string, unknown>> {
  if (!waysToFill.some((way) => Object.hasOwn(given, way))) return former;
  return Object.fromEntries(Object.entries(former).filter(([key]) => !waysToFill.includes(key)));
}

/** Every setting given there. */
export function pathsIn(settings: object): (readonly string[])[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
    isSection(value) ? pathsIn(value).map((path) => [key, ...path]) : [[key]],
  );
}

/** Each setting once: whose word counted. */
export const narrowest = (all: readonly Provenance[]): Provenance[] => [...new Map(all.map((one) => [one.path.join('\0'), one])).values()];

/** In words: `line +48221234567`; the company by itself. */
export const saySource = ({ level, name }: Source): string => (level === 'company' ? 'the company' : `${level} ${name}`);

/** Why nothing is written while the integration is off, and whose word that is (DP-05). */
export function sayOff(provenance: readonly Provenance[]): string {
  const said = provenance.find(({ path }) => path.join('.') === 'enabled');
  return `The integration is off${said ? ` for ${saySource(said)}` : ''} (DP-05).`;
}

/** Who says what is different here, a sentence each: `Line +48221234567 says so: logging.missed.` */
export function sayProvenance(provenance: readonly Provenance[]): string[] {
  const bySource = Map.groupBy(provenance, saySource);
  return [...bySource].map(([source, own]) => `${capital(source)} says so: ${own.map(({ path }) => path.join('.')).join(', ')}.`);
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
