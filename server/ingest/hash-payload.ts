import { createHash } from 'node:crypto';

/** Deeper than any phone system's JSON; beyond, the recursion below could overflow the stack. */
const maxDepth = 100;
/** JSON.parse rounds numbers of so many digits: two different ids would look alike. Inside text it only costs us the sorting. */
const longNumber = /\d{16}/;

/**
 * What a delivery says, as hex SHA-256: of its JSON with sorted keys and no spaces, so that a sender who builds the body anew
 * for a retry repeats himself; of the bytes when they are no JSON, or JSON we would not read exactly (C5).
 */
export function hashPayload(body: Uint8Array): string {
  const canonical = canonicalJson(body);
  return createHash('sha256')
    .update(canonical ?? body)
    .digest('hex');
}

function canonicalJson(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return longNumber.test(text) ? undefined : write(JSON.parse(text), 0);
  } catch (error) {
    // SyntaxError: no JSON. TypeError: not UTF-8. RangeError: too deep.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}
function write(json: unknown, depth: number): string {
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  if (depth === maxDepth) throw new RangeError('nested too deeply');
  if (Array.isArray(json)) return `[${json.map((value) => write(value, depth + 1)).join(',')}]`;
  const entries = Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${write(value, depth + 1)}`).join(',')}}`;
}
