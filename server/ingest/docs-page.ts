import { createHash } from 'node:crypto';
import type { JsonSchema, OpenApi } from './openapi.ts';

/** The description of the door for people: one page, no script, nothing loaded from anywhere. */
export function docsPage(document: OpenApi): { readonly html: string; readonly headers: Readonly<Record<string, string>> } {
  const { info, servers, paths, components } = document;
  const origin = servers[0]?.url ?? '';
  const post = paths['/hooks/{connection}'].post;
  const schemas = components.schemas;
  const events = Object.values(schemas).filter((schema) => isEvent(schema));
  const others = Object.entries(schemas).filter(
    ([name, schema]) => schema.properties && !isEvent(schema) && !['Accepted', 'Error'].includes(name),
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${text(info.title)}</h1>
<p class="lead">${text(info.summary)} Version ${text(info.version)}. For programs: <a href="/openapi.json">openapi.json</a>.</p>
</header>
<nav aria-label="On this page"><a href="#send">Send</a> <a href="#sign">Sign</a> <a href="#answers">Answers</a> <a href="#events">Events</a> <a href="#parts">Parts</a></nav>
<main>
<section id="send">
<h2>Send your first event</h2>
<p>Create a connection in the console, put its id and secret into the first two lines, and run this. It needs <code>sh</code>, <code>openssl</code> and <code>curl</code>.</p>
${code(curlExample(origin))}
<p>${prose(info.description)}</p>
</section>
<section id="sign">
<h2>Sign every request</h2>
<p>${prose(components.securitySchemes.standardWebhooks.description)}</p>
${table(
  ['Header', 'What it holds'],
  [
    ['<code>content-type</code>', '<code>application/json</code>, in UTF-8, not compressed'],
    ...post.parameters
      .filter(({ in: place }) => place === 'header')
      .map(({ name, description }) => [`<code>${text(name)}</code>`, prose(description)]),
    ['<code>webhook-signature</code>', 'One or several signatures, parted by spaces'],
  ],
)}
<p>While a secret is being changed, the old one and the new one are both good.</p>
</section>
<section id="answers">
<h2>What is answered</h2>
${table(
  ['Status', 'Meaning', 'Example'],
  Object.entries(post.responses)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([status, { description, content }]) => [
      `<code>${text(status)}</code>`,
      prose(description),
      `<code>${text(JSON.stringify(content['application/json'].example))}</code>`,
    ]),
)}
</section>
<section id="events">
<h2>Events</h2>
<p>One event is a JSON object with <code>version</code>, <code>type</code>, <code>call</code>, <code>at</code> and <code>data</code>. Several go into one request as <code>{"version": 1, "events": [ … ]}</code>, without <code>version</code> in each. Properties not named here are ignored. <code>null</code> and, where text is optional, <code>""</code> mean “not known”.</p>
${table(['Field of every event', 'What it holds'], fieldRows(commonOf(events), schemas))}
<ul class="index">${events.map((event) => `<li><a href="#${anchor(typeOf(event))}"><code>${text(typeOf(event))}</code></a> ${text(event.title ?? '')}</li>`).join('')}</ul>
${events.map((event) => eventSection(event, schemas)).join('\n')}
</section>
<section id="parts">
<h2>Parts and other events</h2>
${others.map(([name, schema]) => partSection(name, schema, schemas)).join('\n')}
</section>
</main>
</body>
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

/** Runs as it stands: tests do. */
export function curlExample(origin: string): string {
  return `connection='YOUR-CONNECTION'
secret='whsec_YOUR-SECRET'
id="msg_$(date +%s)_$$"
now=$(date +%s)
body='{"version":1,"type":"call.started","call":"test-'"$now"'","at":'"$now"'000,"data":{"direction":"inbound","customer":{"number":"+81312345678"}}}'
key=$(printf %s "\${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
signature=$(printf %s "$id.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
curl -i '${origin.replaceAll("'", '%27')}/hooks/'"$connection" \\
  -H 'content-type: application/json' \\
  -H "webhook-id: $id" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature" \\
  --data-binary "$body"`;
}

type Schemas = Readonly<Record<string, JsonSchema>>;
function typeOf(event: JsonSchema): string {
  const type = event.properties?.['type']?.const;
  return typeof type === 'string' ? type : '';
}
const isEvent = (schema: JsonSchema) => typeOf(schema) !== '';
const anchor = (name: string) => `type-${encodeURIComponent(name.toWellFormed())}`;
const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1);

/** The fields all events describe alike, besides their data. */
function commonOf(events: readonly JsonSchema[]): JsonSchema {
  const properties = Object.fromEntries(Object.entries(events[0]?.properties ?? {}).filter(([name]) => name !== 'data'));
  return {
    properties: { ...properties, type: { type: 'string', description: 'One of the types below.' } },
    required: events[0]?.required ?? [],
  };
}
function eventSection(event: JsonSchema, schemas: Schemas): string {
  const type = typeOf(event);
  const data = event.properties?.['data'];
  const needed = event.required?.includes('data') ? '' : '<p>All of <code>data</code> may be left out.</p>';
  return `<article id="${anchor(type)}"><h3><code>${text(type)}</code> ${text(event.title ?? '')}</h3>
<p>${prose(event.description ?? '')}</p>${needed}
${data ? table(['Field of <code>data</code>', 'What it holds'], fieldRows(known(data), schemas)) : ''}
${(event.examples ?? []).map((example) => code(JSON.stringify({ version: 1, ...(example as object) }, null, 2))).join('')}</article>`;
}
function partSection(name: string, schema: JsonSchema, schemas: Schemas): string {
  const examples = (schema.examples ?? []).map((example) => code(JSON.stringify({ version: 1, ...(example as object) }, null, 2))).join('');
  return `<article id="${anchor(name)}"><h3><code>${text(name)}</code> ${text(schema.title ?? '')}</h3><p>${prose(schema.description ?? '')}</p>
${table(['Field', 'What it holds'], fieldRows(schema, schemas))}${examples}</article>`;
}
function fieldRows(schema: JsonSchema, schemas: Schemas): string[][] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const description = field.description ?? known(field).description ?? '';
    return [
      `<code>${text(name)}</code>${schema.required?.includes(name) ? ' <strong>required</strong>' : ''}<br><small>${typeWords(field, schemas)}</small>`,
      prose(description),
    ];
  });
}
/** A field that may be null is described by what it is when it isn't. */
function known(schema: JsonSchema): JsonSchema {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null');
  return others?.length === 1 && others[0] ? { ...others[0], ...(schema.description ? { description: schema.description } : {}) } : schema;
}
function typeWords(field: JsonSchema, schemas: Schemas): string {
  const it = known(field);
  if (it.$ref) {
    const name = nameOf(it.$ref);
    return name in schemas ? `<a href="#${anchor(name)}">${text(name)}</a>` : text(name);
  }
  if (it.const !== undefined) return `<code>${text(JSON.stringify(it.const))}</code>`;
  if (it.enum) return it.enum.map((value) => `<code>${text(String(value))}</code>`).join(', ');
  if (it.anyOf) return it.anyOf.map((one) => typeWords(one, schemas)).join(' or ');
  if (it.items) return `list of ${typeWords(it.items, schemas)}`;
  const types = (typeof it.type === 'string' ? [it.type] : (it.type ?? []))
    .filter((type) => type !== 'null')
    .map((type) => typeNames[type] ?? type);
  const atMost = typeof it['maxLength'] === 'number' ? `, at most ${it['maxLength']} characters` : '';
  const range =
    typeof it['maximum'] === 'number' && typeof it['minimum'] === 'number' && it['maximum'] < 1e9
      ? `, ${it['minimum']} to ${it['maximum']}`
      : '';
  return text(`${types.join(' or ')}${it['format'] === 'date-time' ? ' (RFC 3339)' : ''}${atMost}${range}`);
}
const typeNames: Readonly<Record<string, string>> = { string: 'text', boolean: 'true or false', array: 'list' };

const text = (raw: string) =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
/** Descriptions mark code with backticks and addresses by writing them out. */
const prose = (raw: string) =>
  text(raw)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/https:\/\/[\w./-]+\w/g, '<a href="$&">$&</a>');
const code = (raw: string) => `<pre tabindex="0"><code>${text(raw)}</code></pre>`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  rows.length === 0
    ? ''
    : `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</tbody></table>`;

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --inset: #f3f5f7; --rule: #d5dae0; --link: #0a58b5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #a3adb8; --paper: #14171a; --inset: #1e2328; --rule: #39414a; --link: #7db7ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; margin: 1rem 0 0; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--rule); padding-top: 1.5rem; } h3 { font-size: 1.05rem; margin: 2rem 0 .25rem; }
p { margin: .5rem 0; } .lead, small { color: var(--soft); } a { color: var(--link); }
nav { position: sticky; top: 0; background: var(--paper); padding: .5rem 0; border-bottom: 1px solid var(--rule); display: flex; gap: 1rem; flex-wrap: wrap; }
section, article { scroll-margin-top: 3rem; }
code { font: .875em/1.5 ui-monospace, monospace; } pre { background: var(--inset); border: 1px solid var(--rule); border-radius: 6px; padding: .75rem; overflow-x: auto; overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; } th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--rule); } th { color: var(--soft); font-weight: 600; font-size: .875rem; }
td:first-child { min-width: 9rem; } strong { font-size: .75rem; font-weight: 600; color: var(--soft); }
.index { columns: 18rem; padding: 0; list-style: none; }
@media (max-width: 40rem) { thead { display: none; } tr { display: block; border-bottom: 1px solid var(--rule); padding: .4rem 0; } td { display: block; border: 0; padding: .1rem 0; } }
`;
