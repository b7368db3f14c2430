/** Data as it is, for eyes that look for a comma: text only, whatever is in it. */
export function DataView({ label, data }: { label: string; data: unknown }) {
  return (
    <pre className="data" role="group" aria-label={label} dir="ltr" translate="no">
      {typeof data === 'string' ? data : JSON.stringify(data, null, 2)}
    </pre>
  );
}

/** A body with line breaks put in, but only where nothing else changes: JSON of ours says other digits of a long number, or another order of equal keys. */
export function layOut(body: string): string {
  try {
    const read: unknown = JSON.parse(body);
    return JSON.stringify(read) === body ? JSON.stringify(read, null, 2) : body;
  } catch (cause) {
    if (cause instanceof SyntaxError) return body;
    throw cause;
  }
}
