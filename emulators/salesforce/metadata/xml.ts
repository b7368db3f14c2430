import { XMLParser, XMLValidator } from 'fast-xml-parser';

// XML as the Metadata API takes and gives it. No document type, so no entities but XML's own five: nothing here can be made to grow.

/** One element, with the places in the text that the org counts its complaints from. */
export type Xml = {
  /** Without its namespace's prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Xml[];
  /** Its own characters, without those of its children. */
  readonly text: string;
  /** Just after its start tag, and just after its end [C components (37:26), 'hat' (177:25)]. */
  readonly opened: Place;
  readonly closed: Place;
};
export type Place = { readonly line: number; readonly column: number };

export class XmlBroken extends Error {
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.name = 'XmlBroken';
    this.place = place;
  }
}

const maxDepth = 64;
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  captureMetaData: true,
  maxNestedTags: maxDepth,
});

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const decode = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w+));/gi, (whole: string, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

type Node = Record<string, unknown>;
const local = (name: string): string => name.slice(name.indexOf(':') + 1);
const span = XMLParser.getMetaDataSymbol() as symbol;

/** The root element. Throws `XmlBroken`. */
export function parseXml(text: string): Xml {
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  const placeOf = (at: number): Place => {
    let [low, high] = [0, lines.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lines[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (lines[low] ?? 0) + 1 };
  };
  const doctype = text.indexOf('<!DOCTYPE');
  if (doctype >= 0) throw new XmlBroken('DOCTYPE is not allowed', placeOf(doctype));
  const valid = XMLValidator.validate(text.replace(/^\uFEFF/, ''));
  if (valid !== true) throw new XmlBroken(valid.err.msg, { line: valid.err.line, column: valid.err.col ?? 1 });
  let nodes: Node[];
  try {
    nodes = parser.parse(text) as Node[];
  } catch (cause) {
    throw new XmlBroken(cause instanceof Error ? cause.message : String(cause), { line: 1, column: 1 });
  }
  const endOfStartTag = (from: number): number => {
    let quote = '';
    for (let at = from; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === '"' || char === "'") quote = char;
      else if (char === '>') return at + 1;
    }
    return text.length;
  };
  const read = (node: Node): Xml | undefined => {
    const name = Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#'));
    if (name === undefined) return undefined;
    const inside = node[name] as Node[];
    const where = Reflect.get(node, span) as { startIndex?: number; endIndex?: number } | undefined;
    const start = where?.startIndex ?? 0;
    const own = inside.map((child) => {
      if (typeof child['#text'] === 'string') return decode(child['#text']);
      const raw = child['#cdata'] as { '#text'?: string }[] | undefined;
      return raw?.[0]?.['#text'] ?? '';
    });
    return {
      name: local(name),
      attributes: Object.fromEntries(
        Object.entries((node[':@'] ?? {}) as Record<string, string>).map(([key, value]) => [local(key), decode(value)]),
      ),
      children: inside.flatMap((child) => read(child) ?? []),
      text: own.join(''),
      opened: placeOf(endOfStartTag(start)),
      closed: placeOf(where?.endIndex ?? start),
    };
  };
  const [root, ...more] = nodes.flatMap((node) => read(node) ?? []);
  if (!root) throw new XmlBroken('Start tag expected.', { line: 1, column: 1 });
  if (more[0]) throw new XmlBroken('Multiple possible root nodes found.', more[0].opened);
  return root;
}

export const child = (xml: Xml | undefined, name: string): Xml | undefined => xml?.children.find((one) => one.name === name);
export const childText = (xml: Xml | undefined, name: string): string | undefined => child(xml, name)?.text.trim();
export const childTexts = (xml: Xml | undefined, name: string): string[] =>
  (xml?.children ?? []).filter((one) => one.name === name).map((one) => one.text.trim());

/** What a document holds: the JSON of the Tooling API, and what is kept. */
export type Leaf = string | number | boolean;
export type Doc = { readonly [name: string]: Leaf | Doc | readonly (Leaf | Doc)[] | undefined };

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    // XML 1.0 has no way to say these.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');

const isDoc = (value: Leaf | Doc): value is Doc => typeof value === 'object';

/** The elements of a document, one below the other, `indent` deep. Empty: all in one line. */
export function writeXml(doc: Doc, indent = ''): string {
  const [newline, deeper] = indent === '' ? ['', ''] : ['\n', `${indent}    `];
  return Object.entries(doc)
    .flatMap(([name, value]) =>
      Array.isArray(value)
        ? (value as (Leaf | Doc)[]).map((one) => [name, one] as const)
        : [[name, value as Leaf | Doc | undefined] as const],
    )
    .map(([name, value]) => {
      if (value === undefined) return '';
      if (isDoc(value)) return `${indent}<${name}>${newline}${writeXml(value, deeper)}${indent}</${name}>${newline}`;
      return value === '' ? `${indent}<${name}></${name}>${newline}` : `${indent}<${name}>${escape(String(value))}</${name}>${newline}`;
    })
    .join('');
}

export const metadataNamespace = 'http://soap.sforce.com/2006/04/metadata';
/** A file as a retrieve brings it. */
export const writeFile = (type: string, doc: Doc): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="${metadataNamespace}">\n${writeXml(doc, '    ')}</${type}>\n`;
