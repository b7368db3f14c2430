/** One part of a multipart/form-data body [RFC 7578]. */
export type FormPart = { readonly name: string; readonly type: string; readonly bytes: Uint8Array };

const crlf = Buffer.from('\r\n');
const blank = Buffer.from('\r\n\r\n');

/** The parts, byte for byte; undefined when the body is none. */
export function readMultipart(contentType: string, given: Uint8Array): FormPart[] | undefined {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (!/^multipart\/form-data\b/i.test(contentType) || mark === undefined) return undefined;
  const body = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const delimiter = Buffer.from(`--${mark}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(delimiter);
  if (at < 0) return undefined;
  for (;;) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts;
    const head = body.indexOf(crlf, start);
    const end = body.indexOf(Buffer.concat([crlf, delimiter]), start);
    const split = body.indexOf(blank, start);
    if (head < 0 || end < 0 || split < 0 || split > end) return undefined;
    const headers = body.subarray(head + 2, split).toString('utf8');
    const name = /^content-disposition:.*?;\s*name="([^"]*)"/im.exec(headers)?.[1];
    if (name === undefined) return undefined;
    parts.push({
      name,
      type: /^content-type:\s*(.+)$/im.exec(headers)?.[1]?.trim() ?? 'text/plain',
      bytes: body.subarray(split + blank.length, end),
    });
    at = end + crlf.length;
  }
}
