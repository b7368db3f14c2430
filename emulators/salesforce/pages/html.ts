// HTML from data that strangers wrote. What is put into a template is escaped unless it is HTML already, so nothing can be forgotten.

/** Text that is HTML. `html` makes it; `new Html` is for what stands here word for word, styles and icons. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = Html | string | number | undefined | readonly Html[];

const entities = (text: string): string => text.replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
/** Marks that turn the writing direction around could make one record look like another: they are shown as what they are. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;
const nameOf = (mark: string): string => `U+${mark.charCodeAt(0).toString(16).toUpperCase()}`;

/** Text as HTML between tags. */
export const escape = (text: string): string => entities(text).replace(turning, (mark) => `<span class="mark">${nameOf(mark)}</span>`);

function shown(part: Part, inTag: boolean): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map((one) => one.text).join('');
  return inTag ? entities(String(part)).replace(turning, nameOf) : escape(String(part));
}

/** A template whose parts are escaped for the place they stand in: between tags, or within quotes inside a tag. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = '';
  let inTag = false;
  for (const [place, literal] of literals.entries()) {
    text += literal;
    if (/[<>]/.test(literal)) inTag = literal.lastIndexOf('<') > literal.lastIndexOf('>');
    if (place < parts.length) text += shown(parts[place], inTag);
  }
  return new Html(text);
}
export const none = html``;
export const joined = (parts: readonly Html[], between: Html): Html =>
  html`${parts.flatMap((part, place) => (place === 0 ? [part] : [between, part]))}`;

export type Page = { status: 200 | 404; text: string };

/** Nothing may be loaded, run or sent elsewhere: no script, no image, no frame, forms only to the page's own origin. */
export const headers: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** One look for all pages. */
export const style = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #566073; --line: #dde1e8; --paper: #fff; --back: #f3f4f7; --link: #0b57b0; --note: #fff4d6; --noteink: #5c4300; --bad: #b3261e; --good: #1d6b3a; --hover: #f0f5fc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #a6adbc; --line: #363b46; --paper: #1c1f26; --back: #13151a; --link: #8ab8ff; --note: #3a3014; --noteink: #f2d88a; --bad: #ffb4ab; --good: #7ddb9c; --hover: #252a34; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); text-underline-offset: .15em; } a:focus-visible, summary:focus-visible, input:focus-visible, select:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .3rem .6rem; z-index: 1; }
.banner { background: var(--note); color: var(--noteink); padding: .3rem 1rem; font-size: .8125rem; }
.top { background: var(--paper); border-bottom: 1px solid var(--line); }
.top ul { display: flex; flex-wrap: wrap; gap: 0 .25rem; list-style: none; margin: 0 auto; padding: 0 .75rem; max-width: 84rem; }
.top a { display: block; padding: .55rem .6rem; text-decoration: none; color: var(--ink); border-bottom: 3px solid transparent; }
.top a:hover { background: var(--hover); } .top a[aria-current] { border-color: var(--link); color: var(--link); font-weight: 600; }
main { max-width: 84rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; align-items: start; }
section, .head { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0 0 .6rem; } h3 { font-size: .95rem; margin: 1.1rem 0 .5rem; color: var(--soft); } h4 { font-size: .9rem; margin: .8rem 0 .6rem; }
p { margin: .2rem 0; } .soft { color: var(--soft); font-size: .875rem; } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
.mark { color: var(--noteink); background: var(--note); font-size: .75rem; }
.ears { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.id { font-family: ui-monospace, monospace; font-size: .8125rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .7rem 1.5rem; margin: 0; }
dl.narrow { grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: .4rem 1.25rem; margin-top: .5rem; }
dl > div { min-width: 0; } dl > div.wide { grid-column: 1 / -1; }
dt { color: var(--soft); font-size: .8125rem; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding-bottom: .5rem; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--soft); border-bottom: 1px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .45rem .6rem .45rem 0; vertical-align: top; overflow-wrap: break-word; } td:first-child { overflow-wrap: anywhere; } tr:last-child td { border-bottom: 0; }
.number { text-align: right; padding-right: 1.2rem; font-variant-numeric: tabular-nums; } .nobreak { white-space: nowrap; }
ul.plain, ol.plain { list-style: none; margin: 0; padding: 0; } .plain > li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; } .plain > li:first-child { border-top: 0; padding-top: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .6rem; list-style: none; margin: 0; padding: 0; }
.tiles a { display: flex; justify-content: space-between; gap: .5rem; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: .4rem; text-decoration: none; height: 100%; } .tiles a:hover { background: var(--hover); } .tiles b { font-variant-numeric: tabular-nums; font-weight: 600; color: var(--ink); }
form { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: end; margin: .8rem 0 .9rem; }
form label { display: grid; gap: .15rem; font-size: .8125rem; color: var(--soft); flex: 0 1 auto; min-width: 0; } form label.grow { flex: 1 1 14rem; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .35rem; padding: .35rem .6rem; max-width: 100%; } input { width: 100%; } button { background: var(--link); border-color: var(--link); color: var(--paper); cursor: pointer; font-weight: 600; }
details > summary { cursor: pointer; min-height: 1.6rem; } details > dl, details > ul, details > table { margin-top: .6rem; }
.pages { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: .8rem; }
.timeline { list-style: none; margin: 0; padding: 0; }
.timeline > li { display: grid; grid-template-columns: 2rem minmax(0, 1fr); gap: .7rem; padding-bottom: 1rem; position: relative; }
.timeline > li:not(:last-child)::before { content: ''; position: absolute; left: calc(1rem - 1px); top: 2.2rem; bottom: .2rem; width: 2px; background: var(--line); }
.icon { width: 2rem; height: 2rem; border-radius: .35rem; padding: .35rem; color: #fff; background: #2e7d56; } .icon.call { background: #0f7a8a; } .icon.mail { background: #6b5fb5; } .icon svg { display: block; width: 100%; height: 100%; }
.line { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; } .timeline a { display: inline-block; min-height: 1.5rem; } .line > :first-child { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
@media (min-width: 62rem) { main.record { grid-template-columns: minmax(0, 5fr) minmax(0, 4fr); } .head { grid-column: 1 / -1; } .column { display: grid; gap: 1rem; min-width: 0; } }
@media (max-width: 61.99rem) { .column { display: contents; } .after { order: 2; } }
@media (max-width: 44rem) {
  table.cards, .cards tbody, .cards tr, .cards td { display: block; } .cards thead { display: none; } .cards caption { display: block; }
  .cards tr { border-top: 1px solid var(--line); padding: .5rem 0; } .cards td { border: 0; padding: .1rem 0; display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .6rem; text-align: left; white-space: normal; } .cards td:empty { display: none; } .cards td[data-label]::before { content: attr(data-label); color: var(--soft); font-size: .8125rem; }
  .cards td:first-child { display: block; font-weight: 600; } .cards td:first-child::before { content: none; }
  .dense td { display: inline-flex; gap: .35rem; margin-right: 1rem; align-items: baseline; overflow-wrap: anywhere; }
  main { padding: .6rem; gap: .6rem; } section, .head { padding: .8rem; }
}
`;

export type Tab = { readonly href: string; readonly name: string };

/** A whole page. `tabs` lead on; the one whose address is `at` is where one is. */
export function document(options: {
  title: string;
  body: Html;
  tabs: readonly Tab[];
  at?: string;
  kind?: 'record';
  refreshSeconds?: number | undefined;
}): string {
  const { title, body, tabs, at, kind, refreshSeconds } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refreshSeconds === undefined ? none : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`}
        <title>${title} · stand-in org</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <div class="banner" role="note">
          This is a stand-in for a Salesforce org on this machine. Nothing here is real, and nobody needs to sign in.
        </div>
        <nav class="top" aria-label="Org">
          <ul>
            ${tabs.map((tab) => html`<li><a href="${tab.href}" ${tab.href === at ? html` aria-current="page"` : none}>${tab.name}</a></li>`)}
          </ul>
        </nav>
        <main id="main" class="${kind ?? 'page'}">${body}</main>
      </body>
    </html> `.text;
}

export type TableColumn = { readonly name: string; readonly number?: boolean };
/** A table that becomes a list of cards where it is narrow; the roles keep it a table for ears. The first cell names the row. */
export function table(caption: Html, columns: readonly TableColumn[], rows: readonly (readonly Html[])[], kind: '' | 'dense' = ''): Html {
  return html`<table class="cards ${kind}" role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th scope="col" role="columnheader" ${column.number ? html` class="number"` : none}>${column.name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            ${row.map((cell, place) => html`<td role="cell" data-label="${columns[place]?.name}" ${columns[place]?.number ? html` class="number"` : none}>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
