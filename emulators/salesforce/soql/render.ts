import type { SObject } from '../schema.ts';
import type { Row, Value } from '../store.ts';
import type { Entry } from './plan.ts';

/** A list of records as an answer shows it, at the top or inside a record. */
export type Answered = { totalSize: number; done: boolean; nextRecordsUrl?: string; records: unknown[] };

export const columnOf = (place: number): string => `c${place}`;

/** How the queries of children inside a record are answered. */
type Children = (entry: Extract<Entry, { kind: 'children' }>, parentId: string) => Answered | null;

const attributes = (version: string, object: SObject | undefined, id: string, type = object?.name) => ({
  type,
  url: `/services/data/v${version}/sobjects/${object?.name ?? 'Name'}/${id}`,
});

/** One row as a record: its keys as they were selected. */
export function render(
  row: Row,
  object: SObject,
  entries: readonly Entry[],
  version: string,
  ofId: (id: string) => SObject | undefined,
  children: Children,
): Record<string, unknown> {
  const at = (place: number): Value => row[columnOf(place)] ?? null;
  const parent = (id: Value, inner: readonly Entry[], kind: SObject | undefined, shown?: string): Record<string, unknown> | null =>
    id === null ? null : { attributes: attributes(version, kind, String(id), shown), ...filled(inner) };
  const filled = (some: readonly Entry[]): Record<string, unknown> => {
    const record: Record<string, unknown> = {};
    for (const entry of some) record[entry.key] = valueOf(entry);
    return record;
  };
  const valueOf = (entry: Entry): unknown => {
    switch (entry.kind) {
      case 'value':
        return entry.write(at(entry.column));
      case 'address': {
        const parts = entry.parts.map(({ key, column }) => [key, column === undefined ? null : at(column)] as const);
        return parts.every(([, value]) => value === null) ? null : Object.fromEntries(parts);
      }
      case 'parent': {
        const id = at(entry.idColumn);
        // A polymorphic parent says it is a "Name"; its address says what it is [C recorded, answers of Veeva Survey targets].
        return entry.object ? parent(id, entry.entries, entry.object) : parent(id, entry.entries, ofId(String(id)), 'Name');
      }
      case 'typeof': {
        const id = at(entry.idColumn);
        const kind = id === null ? undefined : ofId(String(id));
        const branch = entry.branches.find((one) => one.object.name === kind?.name);
        if (branch) return parent(id, branch.entries, branch.object);
        return entry.otherwise ? parent(id, entry.otherwise, kind) : null;
      }
      case 'children':
        return children(entry, String(at(0)));
    }
  };
  return { attributes: attributes(version, object, String(at(0))), ...filled(entries) };
}
