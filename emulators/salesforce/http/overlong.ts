import type { Answer } from '../call.ts';

/** [D errorcodes: 414; D limits cheat sheet: "the maximum length for the combined URI and headers is 16,384 bytes", else 431] */
const maxBytes = 16_384;

/** The page of the server in front of the API: no JSON, no code [C jsforce#1134, simple-salesforce#271; of 431 guessed]. */
const page = (status: number, reason: string): Answer => ({
  status,
  body: `<h1>Bad Message ${status}</h1><pre>reason: ${reason}</pre>`,
  headers: { 'content-type': 'text/html;charset=iso-8859-1' },
});

/** What a request is told whose address, or address and headers together, are too long. `rawHeaders`: names and values in turn. */
export function overlong(uri: string, rawHeaders: readonly string[]): Answer | undefined {
  const uriBytes = Buffer.byteLength(uri);
  if (uriBytes > maxBytes) return page(414, 'URI Too Long');
  const headerBytes = rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0); // ": " after a name, a line's end after a value
  return uriBytes + headerBytes > maxBytes ? page(431, 'Request Header Fields Too Large') : undefined;
}
