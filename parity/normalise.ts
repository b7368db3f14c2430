// What differs from run to run and from org to org becomes a reference, and the same thing twice becomes the same reference twice.

/** Key prefixes of standard objects: twenty years old, the same in every org. */
const kinds: Readonly<Record<string, string>> = {
  '001': 'account',
  '003': 'contact',
  '005': 'user',
  '006': 'deal',
  '00D': 'org',
  '00G': 'group',
  '00Q': 'lead',
  '00T': 'task',
  '00U': 'event',
  '00e': 'profile',
  '00N': 'field',
  '012': 'record-type',
  '03g': 'queue-object',
  '0r8': 'locator',
  '01g': 'locator',
  '500': 'case',
  '701': 'campaign',
  '750': 'job',
};
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const nearMs = 48 * 3_600_000;

/** The 18 characters of an id of 15. */
export function withChecksum(id15: string): string {
  const suffix = [0, 5, 10].map((from) => {
    const chunk = id15.slice(from, from + 5);
    return alphabet[[...chunk].reduce((bits, char, place) => bits | (/[A-Z]/.test(char) ? 1 << place : 0), 0)];
  });
  return id15 + suffix.join('');
}
/** The 18 characters of what looks like an id: 18 with a true checksum, or 15 with a known prefix. */
export function readId(text: string): string | undefined {
  if (/^[A-Za-z0-9]{18}$/.test(text)) return withChecksum(text.slice(0, 15)) === text ? text : undefined;
  return /^[A-Za-z0-9]{15}$/.test(text) && kinds[text.slice(0, 3)] !== undefined ? withChecksum(text) : undefined;
}

/** What is known of an org before the first question. */
export type Known = {
  readonly url: string;
  readonly userId: string;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly now: () => number;
};

/** A request that cannot be made here: it names what no answer brought, or waits for what doesn't come. */
export class CannotAsk extends Error {}

/** The names of one question in one org. */
export class Names {
  readonly #known: Known;
  readonly #nameOf: Map<string, string>;
  readonly #idOf: Map<string, string>;

  constructor(known: Known, before?: Names) {
    this.#known = known;
    this.#nameOf = new Map(before ? before.#nameOf : [[known.userId, '<me>']]);
    this.#idOf = new Map(before ? before.#idOf : [['<me>', known.userId]]);
  }

  /** The request as this org is to get it. Throws `CannotAsk`. */
  fill(text: string, encode = false): string {
    return text.replaceAll(/<(?:minutes:[+-]?\d+|[a-z-]+:\d+|me|client-id|client-secret)>/g, (reference) => {
      const minutes = /^<minutes:([+-]?\d+)>$/.exec(reference)?.[1];
      if (minutes !== undefined) {
        const moment = new Date(this.#known.now() + Number(minutes) * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
        return encode ? encodeURIComponent(moment) : moment;
      }
      if (reference === '<client-id>') return this.#known.clientId ?? 'none';
      if (reference === '<client-secret>') return this.#known.clientSecret ?? 'none';
      const id = this.#idOf.get(reference);
      if (id === undefined) throw new CannotAsk(`there is no ${reference} in this org`);
      return id;
    });
  }

  /** A value of an answer, references for what is volatile. Keys are read by the alphabet: their order is nobody's promise. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#number(value);
    if (Array.isArray(value)) return value.map((one) => this.value(one));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, one]) => [this.text(key), this.value(one)]));
  }

  text(text: string): string {
    const { url, clientId, clientSecret } = this.#known;
    // Descriptions have ten thousand words without anything volatile in them.
    if (!/\d/.test(text) && !text.includes('://') && text !== clientId && text !== clientSecret && !text.includes('=')) return text;
    let said = text.replaceAll(url, '<org-url>');
    if (clientSecret !== undefined) said = said.replaceAll(clientSecret, '<client-secret>');
    if (clientId !== undefined) said = said.replaceAll(clientId, '<client-id>');
    return said
      .replaceAll(/https:\/\/[\w.-]+\.(?:salesforce|force|salesforce-setup|documentforce)\.com/g, '<org-url>')
      .replaceAll(/00D[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?![\w.]+/g, '<token>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g, (moment: string, fraction = '', zone: string) =>
        this.#near(Date.parse(moment.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')))
          ? `<time${/^\.0+$/.test(fraction) ? fraction : fraction && '.n'}${zone}>`
          : moment,
      )
      .replaceAll(/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<http-date>')
      .replaceAll(/\b\d{13}\b/g, (ms) => (this.#near(Number(ms)) ? '<ms>' : ms))
      .replaceAll(/\b\d{5,}-\d{3,6} \(-?\d+\)/g, '<error-id>')
      .replaceAll(/(?<![A-Za-z0-9])(?:[A-Za-z0-9]{15}|[A-Za-z0-9]{18})(?![A-Za-z0-9])/g, (word) => this.#name(word));
  }

  #name(word: string): string {
    const id = readId(word);
    if (id === undefined) return word;
    let name = this.#nameOf.get(id);
    if (name === undefined) {
      const kind = kinds[id.slice(0, 3)] ?? 'id';
      const number = [...this.#nameOf.values()].filter((one) => one.startsWith(`<${kind}:`)).length + 1;
      name = `<${kind}:${number}>`;
      this.#nameOf.set(id, name);
      this.#idOf.set(name, id);
    }
    return word.length === 15 ? name.replace('>', ', 15>') : name;
  }
  #number(value: number): number | string {
    if (this.#near(value)) return '<ms>';
    return this.#near(value * 1000) ? '<s>' : value;
  }
  #near(ms: number): boolean {
    return Math.abs(ms - this.#known.now()) < nearMs;
  }
}
