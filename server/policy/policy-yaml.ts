import {
  Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { parsePolicy, PolicyMistakes, policySchema } from '../decide/policy.ts';
import { inOrder } from '../decide/policy-order.ts';
import type { JsonSchema, Mistake } from '../decide/settings.ts';

/** Something wrong in a file; `line` and `column` count from 1. */
export type FileMistake = Mistake & { readonly line: number; readonly column: number };
/** Where a file comes from: the version it was written of, and whose. */
export type FileHeader = { readonly version: number; readonly org: number };
export type PolicyFile =
  | { readonly document: unknown; readonly header: FileHeader | undefined }
  | { readonly mistakes: readonly FileMistake[] };

/** As much as the API takes. */
const mostBytes = 100_000;
const mostDepth = 20;
const mostMistakes = 100;
const headline = /^# Cordboard policy: version (\d{1,9}) of org (\d{1,9})\b.*$/;

/** The first line of a file; `savedAt`: ISO 8601. */
export function sayHeader(
  { version, org }: FileHeader,
  { orgName, savedAt, savedBy }: { readonly orgName: string; readonly savedAt?: string; readonly savedBy?: string },
): string {
  const saved = savedAt === undefined ? '' : `, saved ${savedAt} by ${JSON.stringify(savedBy)}`;
  // what a person called the org, or themselves, is no line of the file
  return `# Cordboard policy: version ${version} of org ${org} ${JSON.stringify(orgName)}${saved}`.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    ' ',
  );
}

/** The same file, resting on another version: its first line is another, and everything a person wrote stays. */
export function withHeader(file: string, header: string): string {
  const lines = file.split('\n');
  const at = lines.findIndex((line) => headline.test(line.trimEnd()));
  if (at < 0) return `${header}\n${file}`;
  const end = lines[at]!.endsWith('\r') ? '\r' : '';
  return lines.with(at, header + end).join('\n');
}

/** A policy document as a person would keep it in git: what was given and nothing else, in the order of the schema. */
export function writePolicy(document: unknown, header: string): string {
  // quoted also where YAML 1.1 would take a text for something else (a country NO): others read this file too
  const written = new Document(inOrder(document), { version: '1.2', schema: 'core', compat: 'yaml-1.1', aliasDuplicateObjects: false });
  // a line may be called so; unquoted it is a merge key to others
  visit(written, { Scalar: (_key, node) => void (node.value === '<<' && (node.type = 'QUOTE_DOUBLE')) });
  const text = written.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
  return `${header}\n# yaml-language-server: $schema=policy.schema.json\n${text}`;
}

/** Reads such a file, with every mistake of the admin's by path and place. Nothing in it can name, build or repeat anything: it is data. */
export function readPolicyFile(file: string): PolicyFile {
  const bytes = Buffer.byteLength(file);
  if (bytes > mostBytes) return { mistakes: [inFile(`The file has ${bytes} bytes. A policy has at most ${mostBytes}.`)] };
  const deep = depthOf(file);
  if (deep > mostDepth) return { mistakes: [inFile(`Brackets are ${deep} deep in the file. A policy is at most ${mostDepth} deep.`)] };
  const lines = new LineCounter();
  const parsed = parseDocument(file, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false, // see sayTwice
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error', // 'silent' hides a second document
    lineCounter: lines,
  });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const wrong: FileMistake[] = parsed.errors.map(({ code, message, pos }) => ({
    path: '(file)',
    message: sayError(code, message),
    ...placeAt(pos[0]),
  }));
  if (parsed.directives?.yaml.explicit) wrong.push(inFile('Leave the line %YAML out: the file is read as YAML 1.2.'));
  if (wrong.length === 0) wrong.push(...oddities(parsed.contents, placeAt));
  if (wrong.length > 0) return { mistakes: inPlace(wrong) };

  const document: unknown = parsed.toJS({ maxAliasCount: 0 });
  try {
    parsePolicy(document);
  } catch (error) {
    if (!(error instanceof PolicyMistakes)) throw error;
    const mistakes = error.mistakes.slice(0, mostMistakes + 1).map((mistake) => {
      const node = parsed.contents === null ? undefined : nodeAt(parsed.contents, mistake.path, policySchema());
      return { ...mistake, message: mistake.message + hint(node), ...placeAt(node?.at ?? parsed.contents?.range?.[0] ?? 0) };
    });
    return { mistakes: inPlace(mistakes) };
  }
  return { document, header: headerOf(file) };
}

/** One mistake in one line, as compilers say it, so that editors and CI find the place. */
export const sayFileMistake = (name: string, { line, column, path, message }: FileMistake): string =>
  `${name}:${line}:${column}: ${path}: ${message}`;

const inFile = (message: string): FileMistake => ({ path: '(file)', message, line: 1, column: 1 });
/** From top to bottom, each once, and no more than a person reads. */
function inPlace(mistakes: readonly FileMistake[]): FileMistake[] {
  const each = new Map(mistakes.map((one) => [`${one.line}:${one.column}:${one.path}:${one.message}`, one]));
  const sorted = [...each.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  const last = sorted[mostMistakes - 1];
  return sorted.length <= mostMistakes || !last
    ? sorted
    : [...sorted.slice(0, mostMistakes), { ...last, path: '(file)', message: 'There are more mistakes; mend these first.' }];
}

function headerOf(file: string): FileHeader | undefined {
  for (const line of file.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const found = headline.exec(line);
    if (found) return { version: Number(found[1]), org: Number(found[2]) };
    if (line.trim() !== '' && !line.startsWith('#')) return undefined;
  }
  return undefined;
}

/** Brackets opened and not closed yet, at most; those in texts count too, for a policy comes nowhere near. */
function depthOf(file: string): number {
  let [open, most] = [0, 0];
  for (const character of file) {
    if (character === '[' || character === '{') most = Math.max(most, ++open);
    else if ((character === ']' || character === '}') && open > 0) open--;
  }
  return most;
}

function sayError(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'There is a second document in the file; a policy is one.';
  if (code === 'RESOURCE_EXHAUSTION') return `This is too deep; a policy is at most ${mostDepth} deep.`;
  const [first = ''] = message.split('\n');
  return `This is not YAML: ${first.slice(0, 200).replace(/[.:]?$/, '.')}`;
}

type Place = { readonly line: number; readonly column: number };

/** YAML that says something else than it seems to, or more than a policy needs. */
function oddities(contents: ParsedNode | null, placeAt: (offset: number) => Place): FileMistake[] {
  const found: FileMistake[] = [];
  const say = (node: Node, message: string) => found.push({ path: '(file)', message, ...placeAt(node.range?.[0] ?? 0) });
  if (contents === null) return found;
  visit(contents, {
    Alias: (_key, node) => void say(node, 'Write it out: a policy has no aliases (*).'),
    Node(key, node) {
      if ('anchor' in node && node.anchor !== undefined) say(node, 'Leave the anchor (&) out: a policy has no aliases.');
      if (node.tag !== undefined) say(node, `Leave the tag ${node.tag.slice(0, 80)} out.`);
      if (isMap(node)) sayTwice(node, say);
      if (key === 'key' && isScalar(node) && node.value === '<<' && node.type === 'PLAIN')
        say(node, 'Write out what is to be there: a policy has no merge keys (<<).');
      if (key !== 'key' && isScalar(node) && isDoubtful(node))
        say(
          node,
          `Is ${node.source} a number or a text? Write ${JSON.stringify(node.source)} for the text, or ${String(node.value)} for the number.`,
        );
    },
  });
  return found;
}

/** The library compares each key with each other one, which takes seconds where there are thousands. */
function sayTwice({ items }: YAMLMap, say: (node: Node, message: string) => void): void {
  const names = new Set<unknown>();
  for (const { key } of items.filter((pair) => isScalar(pair.key))) {
    const node = key as Scalar;
    if (names.has(node.value)) say(node, 'This stands here twice; leave one of them.');
    names.add(node.value);
  }
}

/** +48221234567, 00123, 0x1F and 12345678901234567890 are numbers to YAML, and seldom to whoever wrote them. */
const isDoubtful = ({ value, source }: Scalar): boolean =>
  typeof value === 'number' &&
  source !== undefined &&
  (/^[-+]?0[0-9xo]|^\+/.test(source) || (Number.isInteger(value) && !Number.isSafeInteger(value)));

type Found = { readonly at: number; readonly value?: unknown; readonly schema?: JsonSchema | undefined };

/** Who wrote a number, a truth or nothing where a text has to be mostly forgot the quotes. */
function hint(found: Found | undefined): string {
  const { value, schema } = found ?? {};
  const isText = schema?.type === 'string' || schema?.enum?.every((one) => typeof one === 'string') === true;
  const isUnquoted = isText && isNode(value) && isScalar(value) && value.type === 'PLAIN' && typeof value.value !== 'string';
  return isUnquoted && value.source ? ` If a text is meant, write it in quotes: ${JSON.stringify(value.source)}.` : '';
}

/** What stands at a path such as `lines.+48221234567.stranger`, and where; what isn't there is looked for where it would be. Keys may hold dots. */
function nodeAt(node: Node, path: string, schema: JsonSchema | undefined): Found | undefined {
  if (!isMap(node)) return undefined;
  const keyed = node.items.flatMap(({ key, value }) =>
    isScalar(key) && typeof key.value === 'string' ? [{ at: key.range?.[0] ?? 0, name: key.value, value }] : [],
  );
  const properties = new Map(Object.entries(schema?.properties ?? {}));
  const under = (name: string) => properties.get(name) ?? (schema?.additionalProperties || undefined);
  const exact = keyed.find(({ name }) => name === path);
  if (exact) return { at: exact.at, value: exact.value, schema: under(path) };
  const around = keyed.filter(({ name, value }) => isNode(value) && path.startsWith(`${name}.`));
  const inside = around.map(({ name, value }) => (isNode(value) ? nodeAt(value, path.slice(name.length + 1), under(name)) : undefined));
  return inside.find((found) => found !== undefined) ?? around[0];
}
