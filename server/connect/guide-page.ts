import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const docs = new URL('../../docs/', import.meta.url);

/** A page of the docs, as a page of ours: the console's steps and findings lead to its sections. */
export function guidePage(path: 'start/salesforce.md' | 'operate/org.md'): {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const markdown = readFileSync(new URL(path, docs), 'utf8');
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? '';
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${style}</style></head>
<body><main>
${pageOf(markdown)}
</main></body>
</html>
`;
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
    },
  };
}

/** As much Markdown as these pages are written in: headings, paragraphs, lists, tables, and code without empty lines. */
export function pageOf(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .map((block) => block.trimEnd())
    .filter((block) => block !== '')
    .map(blockOf)
    .join('\n');
}
function blockOf(block: string): string {
  const heading = /^(#{1,3}) (.*)$/.exec(block);
  if (heading) {
    const level = heading[1]!.length;
    return `<h${level} id="${anchorOf(heading[2]!)}">${inline(heading[2]!)}</h${level}>`;
  }
  const lines = block.split('\n');
  if (lines[0]!.startsWith('```')) return `<pre>${escape(lines.slice(1, -1).join('\n'))}</pre>`;
  if (lines[0]!.startsWith('|')) {
    const cells = (line: string) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => inline(cell.trim())); // no cell of ours holds a bar
    const [head, , ...rows] = lines.map(cells);
    return `<table><thead><tr>${head!.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead><tbody>${rows
      .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
      .join('')}</tbody></table>`;
  }
  if (/^(\d+\.|-) /.test(lines[0]!)) return listOf(lines);
  return `<p>${inline(lines.join(' '))}</p>`;
}
/** One level of lists inside a list is all there is. */
function listOf(lines: readonly string[]): string {
  const items: string[][] = [];
  for (const line of lines)
    if (/^(\d+\.|-) /.test(line)) items.push([line.replace(/^(\d+\.|-) /, '')]);
    else items.at(-1)!.push(line.replace(/^ {2,3}/, ''));
  const tag = /^\d/.test(lines[0]!) ? 'ol' : 'ul';
  return `<${tag}>${items.map(([first, ...more]) => `<li>${inline(first!)}${more.length > 0 ? listOf(more) : ''}</li>`).join('')}</${tag}>`;
}
/** As forges make them: `Which way in?` is at `#which-way-in`. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s+/g, '-');
const inline = (text: string): string =>
  escape(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(?<![\w`])_([^_]+)_(?!\w)/g, '<em>$1</em>')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1'); // other pages of the docs aren't served
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --inset: #f3f5f7; --rule: #d5dae0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #a3adb8; --paper: #14171a; --inset: #1e2328; --rule: #39414a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 50rem; padding: 1rem 1rem 6rem; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: 1.25rem; scroll-margin-top: 1rem; } h2:target { border-top: 3px solid currentColor; } h3 { scroll-margin-top: 1rem; } h3:target { text-decoration: underline; }
pre { background: var(--inset); padding: .75rem; border-radius: 6px; overflow-x: auto; font-size: .875rem; }
li { margin: .35rem 0; } code { background: var(--inset); padding: .1em .3em; border-radius: 4px; font-size: .9em; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: start; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--rule); } th { color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) { thead { display: none; } tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--rule); } td { display: block; border: 0; padding: .1rem 0; } td:first-child { font-weight: 600; } }
`;
