/**
 * JSON as `X-PrettyPrint: 1` asks for it [D REST guide, headers; how it looks: its examples]. A list's elements stand in one line with
 * their commas, an object's keys each in their own.
 */
export function prettyJson(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return value.length === 0 ? '[ ]' : `[ ${value.map((one) => prettyJson(one, indent)).join(', ')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const deeper = `${indent}  `;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return '{ }';
  return `{\n${entries.map(([key, one]) => `${deeper}${JSON.stringify(key)} : ${prettyJson(one, deeper)}`).join(',\n')}\n${indent}}`;
}
