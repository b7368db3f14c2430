import type { OrgState } from '../org-state.ts';
import type { Entry } from '../journal.ts';
import { document, html, none, table, type Html } from './html.ts';

// The request log as a page, on the control port: what programs asked, the newest first.

const pageRows = 100;
const refreshes = [2, 5, 15, 60];

type Filter = { readonly path: string; readonly status: string; readonly fault: string };
const fits =
  ({ path, status, fault }: Filter) =>
  (entry: Entry): boolean =>
    (path === '' || plainly(entry.path).toLowerCase().includes(path.toLowerCase())) &&
    (status === '' || (status.endsWith('xx') ? String(entry.status).startsWith(status.charAt(0)) : String(entry.status) === status)) &&
    (fault === '' || (fault === 'any' ? entry.fault !== undefined : entry.fault === fault));

/** An address as it was meant: SOQL is easier read without its percent signs. */
function plainly(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    return path; // cut in the middle of a character
  }
}

const statusOf = (entry: Entry): Html =>
  entry.status === 0
    ? html`<span class="bad">no answer</span>`
    : html`<span class="${entry.status >= 400 ? 'bad' : 'good'}">${entry.status}</span>`;

function request(entry: Entry): Html {
  const [address = '', ...rest] = plainly(entry.path).split('?');
  const asked = rest.join('?');
  return html`<span class="id">${entry.method} ${address}</span>${asked === '' ? none : html`<div class="soft">${asked}</div>`}${
      entry.subrequests
        ? html`<details>
            <summary class="soft">${entry.subrequests.length} ${entry.subrequests.length === 1 ? 'part' : 'parts'}</summary>
            <ol>
              ${entry.subrequests.map((part) => html`<li class="id">${part}</li>`)}
            </ol>
          </details>`
        : none
    }`;
}

const rowErrors = (entry: Entry): Html =>
  entry.rowErrors
    ? html`${Object.entries(entry.rowErrors)
        .map(([code, count]) => `${count} × ${code}`)
        .join(', ')}`
    : none;

export function logPage(org: OrgState, query: URLSearchParams): string {
  const asked = (name: string) => query.get(name)?.trim() ?? '';
  const filter: Filter = { path: asked('path'), status: asked('status'), fault: asked('fault') };
  const refresh = refreshes.find((seconds) => String(seconds) === asked('refresh'));
  const before = /^\d+$/.test(asked('before')) ? Number(asked('before')) : Infinity;
  const { entries, more } = org.journal.latest(fits(filter), pageRows, before);
  const { counts } = org.journal;
  const option = (value: string, name: string, now: string) =>
    html`<option value="${value}" ${value === now ? html` selected` : none}>${name}</option>`;
  const statuses = ['0', ...new Set(['2xx', '4xx', '5xx', ...Object.keys(counts.byStatus).filter((status) => status !== '0')])].toSorted();
  const kept = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  const onward = new URLSearchParams(kept);
  onward.set('before', String(entries.at(-1)?.seq ?? 0));

  const body = html`<div class="head">
      <h1>Request log</h1>
      <p class="soft">
        ${counts.requests.toLocaleString('en')} requests since the start, ${counts.apiCalls.toLocaleString('en')} API calls,
        ${counts.rowsWritten.toLocaleString('en')} rows written; ${org.limits.used.toLocaleString('en')} of
        ${org.limits.max.toLocaleString('en')} calls of the day used
      </p>
      <form method="get" action="/log" role="search">
        <label class="grow">Path contains<input type="search" name="path" value="${filter.path}" /></label>
        <label
          >Status<select name="status">
            ${option('', 'any', filter.status)}${statuses.map((status) => option(status, status === '0' ? 'no answer' : status, filter.status))}
          </select></label
        >
        <label
          >Fault<select name="fault">
            ${option('', 'with or without', filter.fault)}${option('any', 'any fault', filter.fault)}${Object.keys(counts.faults).map((kind) => option(kind, kind, filter.fault))}
          </select></label
        >
        <label
          >Refresh<select name="refresh">
            ${option('', 'never', asked('refresh'))}${refreshes.map((seconds) => option(String(seconds), `every ${seconds} s`, asked('refresh')))}
          </select></label
        >
        <button>Show</button>
      </form>
    </div>
    <section>
      ${table(
        entries.length === 0 ? html`No requests` : html`The newest first`,
        [
          { name: 'Request' },
          { name: 'Status' },
          { name: 'Fault' },
          { name: 'Row errors' },
          { name: 'Rows written', number: true },
          { name: 'ms', number: true },
          { name: 'Calls used', number: true },
          { name: 'Time' },
        ],
        entries.map((entry) => [
          request(entry),
          statusOf(entry),
          entry.fault ? html`${entry.fault}` : none,
          rowErrors(entry),
          html`${entry.written}`,
          html`${entry.ms}`,
          html`${entry.usage}`,
          html`<time class="nobreak" datetime="${entry.at}">${entry.at.slice(11, 23)}</time>`,
        ]),
        'dense',
      )}${
        more || before !== Infinity
          ? html`<nav class="pages" aria-label="Pages">
              ${before === Infinity ? none : html`<a href="/log?${kept.toString()}">The newest</a>`}${more ? html`<a href="/log?${onward.toString()}">Older</a>` : none}
            </nav>`
          : none
      }
    </section>`;
  return document({
    title: 'Request log',
    body,
    tabs: [
      { href: `${org.addresses.api}/`, name: 'Org' },
      { href: '/log', name: 'Request log' },
    ],
    at: '/log',
    refreshSeconds: before === Infinity ? refresh : undefined,
  });
}
