import type { Answer } from '../call.ts';
import type { Row, Value } from '../store.ts';
import { wholeSecond } from '../values.ts';
import { readAssertion } from './assertion.ts';
import type { Request } from './authorize.ts';
import { Denied } from './denied.ts';
import type { Identity } from './identity.ts';
import { isActive, userById, userNamed } from './users.ts';

// LoginHistory: a row for each sign-in, by a program or by a person on the login page. What it says is the org's; nobody changes it.

/** [D object reference, LoginHistory.LoginSubType]; an assertion has none there. */
const subTypes: Readonly<Record<string, string>> = {
  authorization_code: 'OauthWebServer',
  refresh_token: 'OauthRefreshToken',
  client_credentials: 'OauthClientCredentials',
};
/** What became of an attempt that failed, by the error the program hears [C salesforce.stackexchange 146422 for the first; the second guessed]. */
const failures: Readonly<Record<string, string>> = {
  inactive_user: 'User is Inactive',
  invalid_app_access: 'Failed: Not approved for access',
};

/** Only this machine is answered (api.ts). */
const sourceIp = '127.0.0.1';
/** `Chrome 115`, or Unknown [C rapid7 insightconnect-plugins, a recorded answer]. */
function browserOf(agent: string): string {
  const found = /\b(Chrome|Firefox)\/(\d+)/.exec(agent) ?? /\bVersion\/(\d+).*\b(Safari)\//.exec(agent)?.toReversed();
  return found ? `${String(found[1])} ${String(found[2])}` : 'Unknown';
}

function note(identity: Identity, { method, header }: Request, row: Row): void {
  const { store } = identity;
  const object = store.schema.named('LoginHistory');
  const { n, id } = store.newId(object);
  const isPost = method === 'POST' ? 1 : 0;
  store.insert(object, n, {
    Id: id,
    LoginTime: wholeSecond(identity.now()),
    SourceIp: sourceIp,
    LoginUrl: (header('host') ?? '').replace(/:\d+$/, ''),
    TlsProtocol: 'Unknown',
    OptionsIsGet: 1 - isPost,
    OptionsIsPost: isPost,
    Browser: 'Unknown',
    Platform: 'Unknown',
    ClientVersion: 'N/A',
    ApiType: 'N/A',
    ApiVersion: 'N/A',
    Status: 'Success',
    ...row,
  });
  if (row['Status'] === undefined || row['Status'] === 'Success') seenNow(identity, row['UserId'] ?? null);
}

/** "This value is updated if 60 seconds elapses since the user's last login" [D object reference, User.LastLoginDate]. */
function seenNow({ store, now }: Identity, userId: Value): void {
  const user = userById(store, String(userId));
  const at = wholeSecond(now());
  if (user && at - Number(user['LastLoginDate'] ?? 0) >= 60_000)
    store.update(store.schema.named('User'), String(userId), { LastLoginDate: at });
}

const byApp = (identity: Identity, clientId: string | undefined, subType: string | undefined): Row => ({
  LoginType: 'Remote Access 2.0',
  LoginSubType: subType ?? null,
  Application: (clientId === undefined ? undefined : identity.apps.get(clientId)?.name) ?? null,
});

/** Whom a request for a token is about, as far as it says so itself. */
function named(identity: Identity, form: URLSearchParams): { userId: string | undefined; clientId: string | undefined } {
  const clientId = form.get('client_id') ?? undefined;
  switch (form.get('grant_type')) {
    case 'refresh_token':
      return { userId: identity.tokens.grantWith(form.get('refresh_token') ?? '')?.userId, clientId };
    case 'client_credentials':
      return { userId: identity.apps.get(clientId ?? '')?.runAs, clientId };
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      try {
        const { subject, issuer } = readAssertion(form.get('assertion') ?? '');
        return { userId: userNamed(identity.store, subject)?.['Id'] as string | undefined, clientId: issuer };
      } catch (cause) {
        if (cause instanceof Denied) return { userId: undefined, clientId };
        throw cause;
      }
    default:
      return { userId: undefined, clientId };
  }
}

/** Answers a request for a token, and notes who signed in or who could not. */
export function noteToken(identity: Identity, request: Request, form: URLSearchParams, go: () => Answer): Answer {
  const subType = subTypes[form.get('grant_type') ?? ''];
  const tried = named(identity, form); // a refresh token that fails may be forgotten
  try {
    const answer = go();
    const { access_token: token } = answer.body as { access_token?: string };
    const session = token === undefined ? undefined : identity.tokens.look(token);
    if (session) note(identity, request, { UserId: session.userId, ...byApp(identity, session.clientId, subType) });
    return answer;
  } catch (cause) {
    const status = cause instanceof Denied ? failures[cause.error] : undefined;
    if (status !== undefined && tried.userId !== undefined)
      note(identity, request, { UserId: tried.userId, ...byApp(identity, tried.clientId, subType), Status: status });
    throw cause;
  }
}

/** The user-agent flow's token is in the fragment of the callback. */
export function noteFragment(identity: Identity, request: Request, answer: Answer): Answer {
  const fragment = new URLSearchParams(answer.headers?.['location']?.split('#')[1] ?? '');
  const session = identity.tokens.look(fragment.get('access_token') ?? '');
  if (session) note(identity, request, { UserId: session.userId, ...byApp(identity, session.clientId, 'OauthUserAgent') });
  return answer;
}

/** A person on the login page. A name that is nobody's is nobody's attempt (guessed). */
export function noteLogin(identity: Identity, request: Request, answer: Answer): Answer {
  const { method, form, header } = request;
  const user = method === 'POST' ? userNamed(identity.store, form.get('username') ?? '') : undefined;
  const failed = user !== undefined && !isActive(user);
  if (user && (failed || answer.status === 302))
    note(identity, request, {
      UserId: user['Id'] ?? null,
      LoginType: 'Application',
      LoginSubType: 'UsernamePasswordUiLogin',
      Application: 'Browser',
      Browser: browserOf(header('user-agent') ?? ''),
      ForwardedForIp: header('x-forwarded-for')?.slice(0, 256) ?? null,
      Status: failed ? (failures['inactive_user'] ?? null) : 'Success',
    });
  return answer;
}
