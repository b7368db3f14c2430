import type { Schema } from '../schema.ts';
import type { Doc } from './xml.ts';

/** One thing the org is made of, as a document. */
export type Component = {
  readonly type: string;
  /** `Activity.Call_Key__c`, `Task-Task Layout` … */
  readonly fullName: string;
  readonly doc: Doc;
  /** Undefined until it is in the org. */
  readonly id: string | undefined;
  readonly createdMs: number;
  readonly createdById: string;
  readonly modifiedMs: number;
  readonly modifiedById: string;
};

/**
 * All components of the org, to be read, and to be changed as a whole: a deployment works on a copy, and only what came out whole is
 * written to the org. So a validation changes nothing, and a failure leaves nothing behind.
 */
export class Catalog {
  readonly schema: Schema;
  readonly #components: Map<string, Component>;
  readonly #by: { readonly userId: string; readonly nowMs: number };

  constructor(schema: Schema, components: Iterable<Component>, by: { userId: string; nowMs: number }) {
    this.schema = schema;
    this.#components = new Map([...components].map((one) => [keyOf(one.type, one.fullName), one]));
    this.#by = by;
  }

  copy(): Catalog {
    return new Catalog(this.schema, this.#components.values(), this.#by);
  }
  all(): Component[] {
    return [...this.#components.values()];
  }
  list(type: string): Component[] {
    return this.all()
      .filter((one) => one.type === type)
      .toSorted((a, b) => (a.fullName < b.fullName ? -1 : 1));
  }
  /** Names of components are found whatever their case [K]. */
  get(type: string, fullName: string): Component | undefined {
    return this.#components.get(keyOf(type, fullName));
  }
  /** Whether the component is new, and whether anything of it is. */
  put(type: string, fullName: string, doc: Doc): { created: boolean; changed: boolean } {
    const before = this.get(type, fullName);
    const changed = !before || JSON.stringify(before.doc) !== JSON.stringify(doc);
    if (changed)
      this.#components.set(keyOf(type, fullName), {
        type,
        fullName: before?.fullName ?? fullName,
        doc,
        id: before?.id,
        createdMs: before?.createdMs ?? this.#by.nowMs,
        createdById: before?.createdById ?? this.#by.userId,
        modifiedMs: this.#by.nowMs,
        modifiedById: this.#by.userId,
      });
    return { created: !before, changed };
  }
  remove(type: string, fullName: string): void {
    this.#components.delete(keyOf(type, fullName));
  }
}
export const keyOf = (type: string, fullName: string): string => `${type}:${fullName.toLowerCase()}`;
