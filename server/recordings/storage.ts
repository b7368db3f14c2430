/** Bytes from `from` to `to`, both included. */
export type ByteRange = { readonly from: number; readonly to: number };
export type Opened = {
  /** Of the whole file, whatever was asked for. */
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
};

/**
 * Where files lie. Keys are ours: hex digits, each used once and for one file, so that nothing is ever overwritten and everything
 * may be repeated. Rejects with `StorageTrouble` when it can't now.
 */
export interface Storage {
  readonly kind: 'disk' | 's3';
  /** Stores the finished file at `path` under `key`; durable when it resolves. The file at `path` may be gone then. */
  put(key: string, path: string, file: { readonly bytes: number; readonly sha256: string }): Promise<void>;
  /** Undefined: there is no such file. A range must lie within it. */
  get(key: string, range?: ByteRange): Promise<Opened | undefined>;
  /** Deletes it; one that isn't there is fine. */
  delete(key: string): Promise<void>;
  /** Every key there is, in no order. */
  list(): AsyncIterable<string>;
}

/** The storage can't be used now. `full`: there is no room. The message says what an admin can do. */
export class StorageTrouble extends Error {
  readonly full: boolean;
  constructor(message: string, full: boolean, cause?: unknown) {
    super(message, { cause });
    this.full = full;
  }
}

export const isKey = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
