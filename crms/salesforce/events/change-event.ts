import avro from 'avsc';

/** What one change event says, without the values: what the book holds is read from the record itself. */
export type ChangeEvent = {
  readonly changeType: string;
  readonly recordIds: readonly string[];
  /** Where the change came from; holds `client=…` of the call that made it. */
  readonly origin: string;
  /** When it was committed, by the org's clock. */
  readonly committedMs: number;
  /** Names of changed fields, `MailingAddress.Country` of a part; undefined where it isn't told: then any may be. */
  readonly changed: readonly string[] | undefined;
};

type AvroField = { readonly name: string; readonly type: unknown };
/** Whole numbers of 64 bits; none of them is needed but to be passed over. */
const longs = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

/** Reads the events of one schema. Throws when the schema isn't one of change events, or a payload isn't of it. */
export function eventReader(schemaJson: string): (payload: Buffer) => ChangeEvent {
  const schema = JSON.parse(schemaJson) as { readonly fields: readonly AvroField[] };
  const type = avro.Type.forSchema(JSON.parse(schemaJson) as avro.Schema, { registry: { long: longs } });
  const parts = partsOf(schema.fields);
  return (payload) => {
    const { ChangeEventHeader: header } = type.fromBuffer(payload) as {
      ChangeEventHeader: {
        changeType: string;
        recordIds: string[];
        changeOrigin: string;
        commitTimestamp: bigint;
        changedFields: string[];
      };
    };
    const committedMs = new Date(Number(header.commitTimestamp)).getTime();
    if (Number.isNaN(committedMs)) throw new Error(`${header.commitTimestamp} is no time`);
    return {
      changeType: header.changeType,
      recordIds: header.recordIds,
      origin: header.changeOrigin,
      committedMs,
      changed: header.changedFields.length === 0 ? undefined : spelt(header.changedFields, schema.fields, parts),
    };
  };
}

/** The parts of each compound field, by the field's place. A type is written out where it is met first and named from then on. */
function partsOf(fields: readonly AvroField[]): ReadonlyMap<number, readonly AvroField[]> {
  const written = new Map<string, readonly AvroField[]>();
  const found = new Map<number, readonly AvroField[]>();
  for (const [place, { type }] of fields.entries())
    for (const option of Array.isArray(type) ? (type as unknown[]) : [type]) {
      const record =
        typeof option === 'object' && option !== null ? (option as { name?: string; fields?: readonly AvroField[] }) : undefined;
      if (record?.name !== undefined && record.fields) written.set(record.name, record.fields);
      const known = record?.fields ?? (typeof option === 'string' ? written.get(option) : undefined);
      if (known) found.set(place, known);
    }
  return found;
}

/**
 * Bit n stands for field n of the schema; of a compound field `place-bits`, bits for its parts (Pub/Sub API guide, event deserialization
 * considerations). Undefined when it can't be read.
 */
function spelt(
  bitmaps: readonly string[],
  fields: readonly AvroField[],
  parts: ReadonlyMap<number, readonly AvroField[]>,
): readonly string[] | undefined {
  const names: string[] = [];
  for (const bitmap of bitmaps) {
    const [, place, bits] = /^(?:(\d+)-)?(0x[0-9a-fA-F]+)$/.exec(bitmap) ?? [];
    const among = place === undefined ? fields : parts.get(Number(place));
    if (bits === undefined || !among) return undefined;
    for (let left = BigInt(bits), at = 0; left > 0n; left >>= 1n, at++) {
      if ((left & 1n) === 0n) continue;
      const name = among[at]?.name;
      if (name === undefined) return undefined;
      names.push(place === undefined ? name : `${fields[Number(place)]!.name}.${name}`);
    }
  }
  return names;
}
