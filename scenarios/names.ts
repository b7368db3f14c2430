import type { Line } from '../server/testing/line.ts';

const objects = { User: 'user', Contact: 'contact', Lead: 'lead', Account: 'account', Case: 'case', Task: 'task' } as const;

/** Ids as people read them: `<user Anna Nowak>`, `<contact Ewa Kowalczyk>`, `<task 1>` in order of creation; the same id is always the same name. */
export class Names {
  readonly #line: Line;
  readonly #names = new Map<string, string>();
  readonly #ids = new Map<string, readonly [object: string, id: string]>();
  #ours = 0;
  /** Records that came to be in the story, tasks apart. */
  readonly made: (readonly [object: 'User' | 'Contact' | 'Lead' | 'Account' | 'Case', id: string])[] = [];

  constructor(line: Line) {
    this.#line = line;
  }

  /** Looks what there is in the org by now. Nothing that has a name loses it. */
  async learn(): Promise<void> {
    const learnt =
      this.#names.size > 0 ? (['Task', 'Lead', 'Contact', 'Account'] as const) : (Object.keys(objects) as (keyof typeof objects)[]);
    const isFirst = this.#names.size === 0;
    for (const object of learnt) {
      for (const [place, record] of (await this.#line.export(object)).entries()) {
        const id = record['Id'] as string;
        if (this.#names.has(id)) continue;
        const plain = object === 'Task' ? `<task ${place + 1}>` : `<${objects[object]} ${String(record['Name'] ?? record['CaseNumber'])}>`;
        const name = this.#ids.has(plain) ? plain.replace(/>$/, ' again>') : plain;
        if (!isFirst && object !== 'Task') this.made.push([object, id]);
        this.#names.set(id, name);
        this.#ids.set(name, [object, id]);
      }
    }
  }

  find(name: string): readonly [object: string, id: string] {
    const found = this.#ids.get(name);
    if (!found) throw new Error(`There is no ${name} in the org. There are ${[...this.#ids.keys()].join(' ')}.`);
    return found;
  }
  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
  /** Every id in a text by its name; our names in the org are counted. */
  inText(text: string): string {
    return text
      .replaceAll(/\b(00[0-9A-Z]|500)[0-9A-Za-z]{15}\b/g, (id) => this.nameOf(id))
      .replaceAll(/\bcb1[0-9a-f]{40}\b/g, (name) => this.#names.get(name) ?? this.#nameOurs(name));
  }
  async resolve(fields: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    if (this.#names.size === 0) await this.learn();
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [
        field,
        typeof value === 'string' && this.#ids.has(value) ? this.find(value)[1] : value,
      ]),
    );
  }
  #nameOurs(name: string): string {
    const ours = `<name ${++this.#ours}>`;
    this.#names.set(name, ours);
    return ours;
  }
}
