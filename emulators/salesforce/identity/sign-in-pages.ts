import type { Answer } from '../call.ts';
import { escape, style } from '../pages/html.ts';
import type { Row, Store } from '../store.ts';
import { lasting, type App } from './apps.ts';
import { activeUsers } from './users.ts';

// The login and consent pages, plain, without a script. Names and ids of their fields are those of the real pages, so that programs that
// click through those click through these [C jsforce/jsforce, SFDO-Tooling/CumulusCI].

const offered = 50;

const formStyle = `
main.sign-in { max-width: 28rem; } form { display: grid; gap: .75rem; } label { font-weight: 600; }
input[type=text], input[type=password] { font: inherit; padding: .5rem; width: 100%; border: 1px solid var(--soft); border-radius: .25rem; background: var(--paper); color: var(--ink); }
input[type=submit], button { font: inherit; padding: .5rem 1rem; border: 1px solid var(--link); border-radius: .25rem; background: var(--paper); color: var(--link); cursor: pointer; }
input.main { background: var(--link); color: var(--paper); } button { text-align: start; width: 100%; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
form { margin-top: .75rem; } ul.plain li { border: 0; padding: .25rem 0; } ul.asked { list-style: disc; padding-inline-start: 1.25rem; } .problem { background: var(--note); color: var(--noteink); padding: .5rem; border-radius: .25rem; }
.row { display: flex; gap: .75rem; } .row > * { flex: 1; }
`;

/** `callback`: where the page's forms lead in the end; a browser goes nowhere else with them. */
function page(title: string, body: string, status: number, callback?: string): Answer {
  const { protocol, origin } = callback !== undefined && URL.canParse(callback) ? new URL(callback) : { protocol: '', origin: '' };
  const goal = protocol.startsWith('http') ? origin : protocol;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      'content-security-policy':
        `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${goal}`.trim(),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)} · stand-in org</title><style>${style}${formStyle}</style></head>
<body><div class="banner" role="banner">This is a stand-in for a Salesforce org on this machine. It has no passwords: don't type a real one.</div>
<main class="sign-in"><section><h1>${escape(title)}</h1>${body}</section></main></body></html>
`,
  };
}

const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
    .join('');

export function loginPage(
  store: Store,
  asked: { startUrl: string; stamp: string; username: string; problem: string | undefined; callback: string | undefined },
): Answer {
  const carried = hidden({ startURL: asked.startUrl, stamp: asked.stamp });
  const users = activeUsers(store, offered).map((user) => {
    const username = String(user['Username']);
    return `<li><button name="username" value="${escape(username)}">${escape(String(user['Name']))} <span class="soft">${escape(username)}</span></button></li>`;
  });
  const problem = asked.problem === undefined ? '' : `<p class="problem" id="error" role="alert">${escape(asked.problem)}</p>`;
  return page(
    'Log in',
    `${problem}<form method="post" action="/">${carried}
<div><label for="username">Username</label><input type="text" id="username" name="username" value="${escape(asked.username)}" autocomplete="off" autocapitalize="none" spellcheck="false" required></div>
<div><label for="password">Password</label><input type="password" id="password" name="pw" autocomplete="off" aria-describedby="any"><p class="soft" id="any">Anything, or nothing.</p></div>
<input class="main" type="submit" id="Login" name="Login" value="Log In"></form></section>
<section><h2>Or be one of these</h2><form method="post" action="/">${carried}<ul class="plain">${users.join('')}</ul></form>`,
    200,
    asked.callback,
  );
}

/** The words a real consent page has for the common scopes [D Help, OAuth tokens and scopes]. */
const inWords: Readonly<Record<string, string | undefined>> = {
  api: 'Manage user data via APIs (api)',
  web: 'Manage user data via Web browsers (web)',
  full: 'Full access (full)',
  id: 'Access the identity URL service (id, profile, email, address, phone)',
  openid: 'Access unique user identifiers (openid)',
  visualforce: 'Access Visualforce applications (visualforce)',
  chatter_api: 'Access Connect REST API resources (chatter_api)',
};
const parts = new Set(['profile', 'email', 'address', 'phone']);
const words = (scope: string): string => {
  if (lasting(scope)) return 'Perform requests at any time (refresh_token, offline_access)';
  return inWords[parts.has(scope) ? 'id' : scope] ?? scope;
};

export function consentPage(asked: {
  app: App;
  scopes: readonly string[];
  user: Row;
  source: string;
  stamp: string;
  redirectUri: string;
  otherUser: string;
}): Answer {
  const list = [...new Set(asked.scopes.map(words))].map((scope) => `<li>${escape(scope)}</li>`);
  return page(
    'Allow Access?',
    `<p><strong>${escape(asked.app.name)}</strong> is asking to:</p><ul class="plain asked">${list.join('')}</ul>
<p>Do you want to allow access for ${escape(String(asked.user['Username']))}? <a href="${escape(asked.otherUser)}">Not you?</a></p>
<form method="post" action="/setup/secur/RemoteAccessAuthorizationPage.apexp">${hidden({ source: asked.source, stamp: asked.stamp })}
<div class="row"><input type="submit" id="oadeny" name="cancel" value="Deny"><input class="main" type="submit" id="oaapprove" name="save" value="Allow"></div></form>`,
    200,
    asked.redirectUri,
  );
}

/** A page that only says something. */
export const sayPage = (title: string, said: string, status: number): Answer => page(title, `<p>${escape(said)}</p>`, status);
