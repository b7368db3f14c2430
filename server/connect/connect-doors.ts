import { getCookie, setCookie } from 'hono/cookie';
import { CameBack, ConnectUnattended, NameOrg, type Org, SetActAs, SignInToOrg } from '../../wire/console.ts';
import { Refused } from '../crm.ts';
import { type Ctx, type Door, parse } from '../door.ts';
import { agentCookie, hashToken, isFromOurPage, refuse, refuseForm, sessionCookie, visitorOf } from '../guard.ts';
import type { ConnectStore, OrgRow } from '../store/connect-store.ts';
import type { ConsoleStore } from '../store/console-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { type Connecting, problemOf } from './connect.ts';
import { guidePage } from './guide-page.ts';

export type ConnectDoorParts = {
  readonly connecting: Connecting;
  readonly orgs: ConnectStore;
  readonly console: Pick<ConsoleStore, 'addOrg' | 'audit' | 'findSession' | 'endSession'>;
  readonly world: World;
  readonly publicUrl: string | undefined;
  readonly secureCookies: boolean;
};

/** The console's page that people come back to; it hands what it got to `/api/signed-in` and forgets it. */
const cameBackPath = '/signed-in';
/** Of somebody who has no session yet: shows that they are the one who began. */
const begunCookie = 'cordboard_begun';
const begunSeconds = 600;
const dayMs = 86_400_000;

/** Everything about which orgs are connected, how, and by whom. */
export function connectDoors(parts: ConnectDoorParts): readonly Door[] {
  const guide = guidePage('start/salesforce.md');
  return [
    ['get', '/docs/salesforce', 'person', (c) => c.body(guide.html, 200, { ...guide.headers })],
    ['get', '/api/orgs', 'person', (c) => listOrgs(c, parts)],
    ['post', '/api/orgs', 'person', (c) => addOrg(c, parts)],
    ['put', '/api/orgs/:id', 'person', (c) => renameOrg(c, parts)],
    ['post', '/api/orgs/:id/enter', 'person', (c) => enterOrg(c, parts)],
    ['post', '/api/orgs/:id/sign-in', 'person', (c) => beginSignIn(c, parts)],
    ['post', '/api/orgs/:id/connect', 'person', (c) => connectUnattended(c, parts)],
    ['post', '/api/orgs/:id/key', 'person', (c) => onOrg(c, parts, async (org, who) => (await parts.connecting.makeKey(org, who), {}))],
    ['get', '/api/orgs/:id/certificate.crt', 'person', (c) => giveCertificate(c, parts)],
    ['post', '/api/orgs/:id/test', 'person', (c) => testOrg(c, parts)],
    ['post', '/api/orgs/:id/disconnect', 'person', (c) => onOrg(c, parts, (org, who) => parts.connecting.disconnect(org, who))],
    ['put', '/api/orgs/:id/act-as', 'person', (c) => setActAs(c, parts)],
    ['post', '/api/signed-in', 'anyone', (c) => cameBack(c, parts)],
    ['post', '/api/agents/:uid/sign-in', 'anyone', (c) => beginAsAgent(c, parts)],
    ['get', '/api/agent', 'agent', (c) => tellAgent(c, parts)],
    ['post', '/api/agent/drop-consent', 'agent', (c) => dropConsent(c, parts)],
    ['post', '/api/agent/sign-out', 'agent', (c) => endAgentSession(c, parts)],
  ];
}

/** Where this browser has us: Salesforce sends it back there, so its cookies are there too. The Host was checked at the door. */
const redirectUri = (context: Ctx, publicUrl: string | undefined): string => {
  const host = context.req.header('host') ?? '';
  const origin =
    publicUrl !== undefined && host.toLowerCase() === new URL(publicUrl).host ? publicUrl.replace(/\/$/, '') : `http://${host}`;
  return `${origin}${cameBackPath}`;
};

const timeOf = (ms: number | null) => (ms === null ? undefined : new Date(ms).toISOString());
function sayOrg(row: OrgRow, current: OrgId, hasKey: boolean): Org {
  const { wayIn, trouble } = row;
  const times = wayIn && {
    signedInAt: timeOf(wayIn.signedInAtMs),
    provedAt: timeOf(wayIn.provedAtMs),
    endsAt: wayIn.lifetimeDays === null || wayIn.givenAtMs === null ? undefined : timeOf(wayIn.givenAtMs + wayIn.lifetimeDays * dayMs),
    proofTrouble: wayIn.proofTrouble?.message,
    lifetimeDays: wayIn.lifetimeDays ?? undefined,
  };
  return {
    id: row.org,
    name: row.name,
    mode: row.mode,
    current: row.org === current,
    connected: row.crm !== null,
    ...(trouble
      ? {
          trouble: {
            message: trouble.message,
            mendedBy: trouble.mendedBy,
            signIn: trouble.mendedBy === 'admin' && trouble.signIn === true,
          },
        }
      : {}),
    ...(wayIn
      ? {
          wayIn: {
            means: wayIn.means,
            loginUrl: wayIn.loginUrl,
            clientId: wayIn.clientId,
            org: { id: wayIn.crmOrg, name: wayIn.crmOrgName },
            user: { id: wayIn.crmUser, name: wayIn.crmUserName, login: wayIn.login },
            host: wayIn.host,
            connectedAt: timeOf(wayIn.connectedAtMs)!,
            connectedBy: wayIn.connectedBy,
            actAs: wayIn.actAs,
            ...(Object.fromEntries(Object.entries(times!).filter(([, value]) => value !== undefined)) as object),
          },
        }
      : {}),
    selfIsAgent: row.selfIsAgent,
    waiting: row.waiting,
    agents: row.agents,
    agentsInTrouble: [...row.agentsInTrouble],
    agentsPath: `/agent/${row.uid}`,
    hasKey,
  };
}

async function listOrgs(context: Ctx, { orgs }: ConnectDoorParts): Promise<Response> {
  const rows = await orgs.orgs();
  const keys = new Set(await orgs.orgsWithKeys());
  return context.json({ orgs: rows.map((row) => sayOrg(row, context.var.visitor.org, keys.has(row.org))) });
}

async function addOrg(context: Ctx, { console }: ConnectDoorParts): Promise<Response> {
  const asked = await parse(context, NameOrg);
  if (asked instanceof Response) return asked;
  const org = await console.addOrg(asked.name, 'observe', null); // W9: a new org is looked at first
  await console.audit(org, context.var.visitor.person, 'added the org', asked);
  return context.json({ id: org }, 201);
}

const orgIn = async (context: Ctx, { orgs }: ConnectDoorParts): Promise<OrgRow | undefined> => {
  const given = context.req.param('id') ?? '';
  return /^\d{1,9}$/.test(given) ? orgs.org(Number(given) as OrgId) : undefined;
};
/** Does it with the org of the address, and says what the CRM or the store refused. */
async function onOrg(context: Ctx, parts: ConnectDoorParts, work: (org: OrgId, person: string) => Promise<object>): Promise<Response> {
  const row = await orgIn(context, parts);
  if (!row) return refuse(context, 404, 'unknown_org', 'There is no such org.');
  try {
    return context.json(await work(row.org, context.var.visitor.person));
  } catch (error) {
    const { code, message } = problemOf(error);
    return refuse(context, 409, code, message);
  }
}
/** As `onOrg`, with a body. */
async function onOrgWith<S extends typeof NameOrg | typeof SignInToOrg | typeof ConnectUnattended | typeof SetActAs>(
  context: Ctx,
  parts: ConnectDoorParts,
  schema: S,
  work: (org: OrgId, person: string, asked: ReturnType<S['parse']>) => Promise<object>,
): Promise<Response> {
  const asked = await parse(context, schema);
  if (asked instanceof Response) return asked;
  return onOrg(context, parts, (org, person) => work(org, person, asked as ReturnType<S['parse']>));
}

const renameOrg = (context: Ctx, parts: ConnectDoorParts) =>
  onOrgWith(context, parts, NameOrg, async (org, person, { name }) => {
    await parts.orgs.rename(org, name);
    await parts.console.audit(org, person, 'named the org', { name });
    return {};
  });

const enterOrg = (context: Ctx, parts: ConnectDoorParts) =>
  onOrg(context, parts, async (org) => {
    await parts.orgs.switchSession(hashToken(getCookie(context, sessionCookie) ?? ''), org);
    return {};
  });

const beginSignIn = (context: Ctx, parts: ConnectDoorParts) =>
  onOrgWith(context, parts, SignInToOrg, (org, person, asked) =>
    parts.connecting.begin(org, asked, {
      person,
      browser: getCookie(context, sessionCookie) ?? '',
      redirectUri: redirectUri(context, parts.publicUrl),
      popup: asked.popup,
    }),
  );

const connectUnattended = (context: Ctx, parts: ConnectDoorParts) =>
  onOrgWith(context, parts, ConnectUnattended, async (org, person, asked) => {
    const { orgName, userName, login } = await parts.connecting.connectUnattended(org, asked, person);
    return { as: { orgName, userName, login } };
  });

async function giveCertificate(context: Ctx, parts: ConnectDoorParts): Promise<Response> {
  const row = await orgIn(context, parts);
  const key = row && (await parts.orgs.key(row.org));
  if (!key) return refuse(context, 404, 'no_key', 'No key was made for this org yet.');
  return context.body(key.certificate, 200, {
    'content-type': 'application/x-x509-user-cert',
    'content-disposition': 'attachment; filename="cordboard.crt"',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

const testOrg = (context: Ctx, parts: ConnectDoorParts) =>
  onOrg(context, parts, async (org) => {
    try {
      const { orgName, userName, login } = await parts.connecting.test(org);
      await parts.orgs.saveProof(org, undefined);
      return { as: { orgName, userName, login } };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  });

const setActAs = (context: Ctx, parts: ConnectDoorParts) =>
  onOrgWith(context, parts, SetActAs, async (org, person, { actAs }) => {
    await parts.connecting.setActAs(org, actAs, person);
    return {};
  });

async function cameBack(context: Ctx, parts: ConnectDoorParts): Promise<Response> {
  if (!isFromOurPage(context)) return refuseForm(context);
  const came = await parse(context, CameBack);
  if (came instanceof Response) return came;
  const { console, connecting, secureCookies } = parts;
  const admin = await visitorOf(context, console);
  const browsers = [admin ? getCookie(context, sessionCookie) : undefined, getCookie(context, begunCookie)];
  const outcome = await connecting.finish(
    came.state,
    browsers.filter((token) => token !== undefined),
    'code' in came ? { code: came.code } : { error: came.error, description: came.description },
  );
  if (!('org' in outcome)) return context.json({ popup: false, agent: false, problem: outcome.problem });
  const { org, popup, what } = outcome;
  const agent = what !== 'org';
  const said = { popup, agent, ...(agent ? {} : { org }) };
  if ('problem' in outcome) return context.json({ ...said, problem: outcome.problem });
  if ('identity' in outcome) {
    const { orgName, userName, login } = outcome.identity;
    return context.json({ ...said, as: { orgName, userName, login } });
  }
  await console.audit(org, outcome.agent, 'signed in as an agent', { actsAs: outcome.lends });
  setCookie(context, agentCookie, outcome.token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure: secureCookies,
    path: '/',
    maxAge: 12 * 3600,
  });
  return context.json(said);
}

async function beginAsAgent(context: Ctx, parts: ConnectDoorParts): Promise<Response> {
  if (!isFromOurPage(context)) return refuseForm(context);
  const browser = Buffer.from(parts.world.bytes(32)).toString('base64url');
  const { popup } = (await context.req.json().catch(() => ({}))) as { popup?: unknown };
  try {
    const sent = await parts.connecting.beginAsAgent((context.req.param('uid') ?? '').slice(0, 100), {
      browser,
      redirectUri: redirectUri(context, parts.publicUrl),
      popup: popup === true,
    });
    setCookie(context, begunCookie, browser, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: parts.secureCookies,
      path: '/',
      maxAge: begunSeconds,
    });
    return context.json(sent);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refuse(context, 409, error.failure.code, error.failure.message);
  }
}

async function tellAgent(context: Ctx, { orgs }: ConnectDoorParts): Promise<Response> {
  const { org, person, agent } = context.var.visitor;
  const row = await orgs.ofAgent(org);
  const consent = await orgs.lent(org, agent!);
  return context.json({
    name: person,
    org: row?.name ?? '',
    actAs: row?.actAs ?? 'integration-user',
    lent: consent !== undefined && consent.trouble === null,
    ...(consent?.trouble ? { trouble: consent.trouble.message } : {}),
  });
}

async function dropConsent(context: Ctx, { connecting, console }: ConnectDoorParts): Promise<Response> {
  const { org, agent } = context.var.visitor;
  await connecting.dropAgent(org, agent!);
  await console.audit(org, agent!, 'took back that Cordboard may act as them', {});
  return context.body(null, 204);
}

async function endAgentSession(context: Ctx, { console, secureCookies }: ConnectDoorParts): Promise<Response> {
  await console.endSession(hashToken(getCookie(context, agentCookie) ?? ''));
  setCookie(context, agentCookie, '', { httpOnly: true, sameSite: 'Strict', secure: secureCookies, path: '/', maxAge: 0 });
  return context.body(null, 204);
}
