import { agentKey, type Level, levels, pathsIn, saySource } from './layers.ts';
import type { Layer, LineOnly, Overridable, Policy } from './policy.ts';
import { described, type JsonSchema, type ReadValue, say, type SettingsReader } from './settings.ts';

type Named<T> = Readonly<Record<string, T>>;
type Layers = Pick<Policy, 'locked' | 'lines' | 'queues' | 'teams' | 'agents'>;
type Sections = { readonly [Key in Overridable | LineOnly]: ReadValue<Policy[Key]> };
type Where = { readonly overridable: readonly Overridable[]; readonly lineOnly: readonly LineOnly[] };

/**
 * What a policy says of lines, queues, teams and agents. `sections`: the company's own readers; what can be different at a level is read by
 * the same ones, without what is so by default.
 */
export function layersIn(
  reader: SettingsReader,
  sections: Sections,
  { overridable, lineOnly }: Where,
): { readonly [Key in keyof Layers]: ReadValue<Layers[Key]> } {
  const alone = <Key extends keyof Sections>(key: Key) => (sections[key].alone ?? sections[key]) as ReadValue<never>;
  const everywhere = Object.fromEntries(overridable.map((key) => [key, alone(key)])) as Record<Overridable, ReadValue<never>>;
  const forLines = Object.fromEntries(lineOnly.map((key) => [key, alone(key)])) as Record<LineOnly, ReadValue<never>>;
  const locked = locksIn(reader, sections, [...lineOnly, ...overridable]);
  const line = reader.object<Layer>({ locked, ...forLines, ...everywhere });
  const queue = reader.object<Omit<Layer, LineOnly>>({ locked, ...everywhere });
  const team = reader.object<Omit<Policy['teams'][string], LineOnly>>({ locked, members: membersIn(reader), ...everywhere });
  const agent = reader.object<Omit<Layer, LineOnly | 'locked'>>(everywhere);
  const map = <T>(of: string, one: ReadValue<T>): ReadValue<Named<T>> =>
    reader.map(`an object with what is different for each ${of}`, (path, _name, value) => one(path, value), { values: one.schema });
  const agents = map('agent', agent);
  return {
    locked,
    lines: map('line', line),
    queues: map('queue', queue),
    teams: map('team', team),
    // ids and e-mails, in any case
    agents: described(agents.schema ?? {}, (path, value) => {
      const given = agents(path, value);
      const seen = new Set<string>();
      for (const name of Object.keys(given ?? {}).map(agentKey)) {
        if (seen.has(name)) reader.clash(`${path}.${name}`, 'It stands there twice; capital letters make no difference.');
        seen.add(name);
      }
      return given && Object.fromEntries(Object.entries(given).map(([name, rules]) => [agentKey(name), rules]));
    }),
  };
}

function membersIn(reader: SettingsReader): ReadValue<readonly string[]> {
  const members = reader.list(/\S/, 'ids or e-mails of agents');
  return described(members.schema ?? {}, (path, value) => members(path, value)?.map(agentKey));
}

/** Paths of settings that lower levels must leave alone. */
function locksIn(
  reader: SettingsReader,
  sections: Sections,
  overridable: readonly (Overridable | LineOnly)[],
): ReadValue<readonly string[]> {
  const schema: JsonSchema = {
    properties: Object.fromEntries(overridable.map((key) => [key, sections[key].alone?.schema ?? sections[key].schema ?? {}])),
  };
  const paths = reader.list(/^\w[^\s]*$/, 'settings, by their paths such as "logging.missed" or "stranger"');
  return described(paths.schema ?? {}, (path, value) => {
    const given = paths(path, value);
    for (const one of given ?? [])
      if (!isThere(schema, one.split('.')))
        reader.wrong(path, `There is no setting ${say(one)} that a lower level could give. There are ${overridable.join(', ')}.`);
    return given;
  });
}

function isThere(schema: JsonSchema, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  const inner =
    schema.properties && Object.hasOwn(schema.properties, first) ? schema.properties[first] : schema.additionalProperties || undefined;
  return inner !== undefined && isThere(inner, rest);
}

/** What only the whole document shows: settings that a wider level has locked, and agents in two teams. */
export function checkLayers(reader: SettingsReader, policy: Partial<Policy>): void {
  const layers = layersGiven(policy);
  for (const above of layers)
    for (const lock of above.rules.locked ?? [])
      for (const below of layers.filter(({ level }) => levels.indexOf(level) > levels.indexOf(above.level)))
        for (const path of pathsIn(below.rules).map((keys) => keys.join('.')))
          if (path === lock || path.startsWith(`${lock}.`))
            reader.clash(
              `${below.at}.${path}`,
              `${capital(saySource(above))} locks ${lock} for all below it: leave it out here, or take the lock away.`,
            );
  const teams = new Map<string, string>();
  for (const [team, { members = [] }] of Object.entries(policy.teams ?? {}))
    for (const member of members) {
      const other = teams.get(member);
      if (other !== undefined) reader.clash(`teams.${team}.members`, `${say(member)} is in the team ${say(other)} already; one is theirs.`);
      teams.set(member, team);
    }
}

type Given = { readonly level: Level; readonly name: string; readonly at: string; readonly rules: Layer };

/** Every level's settings as they were given, the company's locks first. */
export function layersGiven({ locked, lines, queues, teams, agents }: Partial<Policy>): Given[] {
  const of = (level: Level, place: string, rules: Named<Layer & { readonly members?: unknown }> = {}): Given[] =>
    Object.entries(rules).map(([name, { members: _members, ...own }]) => ({ level, name, at: `${place}.${name}`, rules: own }));
  return [
    { level: 'company', name: '', at: '', rules: { ...(locked && { locked }) } },
    ...of('line', 'lines', lines),
    ...of('queue', 'queues', queues),
    ...of('team', 'teams', teams),
    ...of('agent', 'agents', agents),
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
