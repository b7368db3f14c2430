import { policySchema } from '../decide/policy.ts';
import type { JsonSchema } from '../decide/settings.ts';

/** The schema of a policy for other programs, with what lines, queues, teams and agents share told once, under `$defs`. */
export function publishedSchema(): object {
  const { properties = {}, ...schema } = policySchema();
  const shared = new Map<string, JsonSchema>();
  const ofLevel = ({ properties: own = {}, ...level }: JsonSchema) => ({
    ...level,
    properties: Object.fromEntries(Object.entries(own).map(([key, one]) => [key, referring(key, one)])),
  });
  const referring = (key: string, one: JsonSchema): object => {
    const known = shared.get(key) ?? one;
    if (!one.properties || JSON.stringify(known) !== JSON.stringify(one)) return one;
    shared.set(key, one);
    return { $ref: `#/$defs/${key}` };
  };
  const levels = ['lines', 'queues', 'teams', 'agents'].flatMap((key) => {
    const level = properties[key];
    return level?.additionalProperties ? [[key, { ...level, additionalProperties: ofLevel(level.additionalProperties) }] as const] : [];
  });
  return { ...schema, properties: { ...properties, ...Object.fromEntries(levels) }, $defs: Object.fromEntries(shared) };
}
