import { z } from 'zod';
import {
  Agent,
  CallList,
  CallStory,
  ConnectedUnattended,
  Disconnected,
  OrgList,
  OrgMade,
  OrgTested,
  Problem,
  Recording,
  SentTo,
  SignedIn,
  SignIn,
  Status,
  TestCallPlaced,
  type CameBack,
  type ConnectUnattended,
  type Mode,
  type SignInToOrg,
  type TestCallKind,
} from '../wire/console.ts';
import { Removal, Setup, type AddField } from '../wire/setup.ts';

// zod's compiled parsers need `new Function`, which our Content-Security-Policy refuses
z.config({ jitless: true });

/** Why the server didn't do what was asked. `unreachable`: no answer of ours came, so asking again may help. */
export class ServerTrouble extends Error {
  readonly is: 'unreachable' | 'signed-out' | 'not-found' | 'refused';
  readonly code: string;
  constructor(is: ServerTrouble['is'], code: string, message: string) {
    super(message);
    this.name = 'ServerTrouble';
    this.is = is;
    this.code = code;
  }
}

export type AskCalls = {
  readonly before?: string;
  readonly find?: string;
  readonly explanation?: string;
  readonly ids?: readonly string[];
  readonly limit?: number;
};
export type Server = ReturnType<typeof serverAt>;

/** The server's doors. Answers are parsed here and trusted behind it; every refusal is a `ServerTrouble`. */
export function serverAt(fetchFrom: typeof fetch) {
  const ask = async (path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> => {
    let answer: Response;
    try {
      answer = await fetchFrom(path, { ...init, ...(signal ? { signal } : {}), credentials: 'same-origin' });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ServerTrouble('unreachable', 'no-answer', String(cause));
    }
    if (answer.ok) return answer;
    throw await troubleOf(answer);
  };
  const read = async <T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> =>
    parseAnswer(await ask(path, { headers: { accept: 'application/json' } }, signal), schema);
  // the header can't be set by another site's form, so that a forged post is refused without looking at it
  const tell = (path: string, body?: unknown, method: 'POST' | 'PUT' = 'POST') =>
    ask(path, { method, headers: { 'content-type': 'application/json', 'x-cordboard': '1' }, body: JSON.stringify(body ?? {}) });

  return {
    async signIn(token: string) {
      const body = SignIn.safeParse({ token });
      if (!body.success) throw new ServerTrouble('refused', 'unknown', 'A token has 1 to 200 characters.');
      await tell('/api/sign-in', body.data);
    },
    async signOut() {
      await tell('/api/sign-out');
    },
    status: (signal?: AbortSignal) => read('/api/status', Status, signal),
    calls({ ids, ...asked }: AskCalls, signal?: AbortSignal) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(asked)) if (value !== undefined && value !== '') query.set(name, String(value));
      if (ids) query.set('ids', ids.join(','));
      return read(`/api/calls?${query}`, CallList, signal);
    },
    story: (id: string, signal?: AbortSignal) => read(`/api/calls/${encodeURIComponent(id)}`, CallStory, signal),
    recording: (id: string, signal?: AbortSignal) => read(`/api/recordings/${encodeURIComponent(id)}`, Recording, signal),
    async actOnRecording(action: 'hold' | 'release' | 'erase', id: string, because: string) {
      const path = `/api/recordings/${encodeURIComponent(id)}`;
      if (action === 'erase') await tell(`${path}/erase`, { because });
      else await tell(`${path}/hold`, { hold: action === 'hold', because });
    },
    async placeTestCall(kind: TestCallKind) {
      return parseAnswer(await tell('/api/test-calls', { kind }), TestCallPlaced);
    },
    async writeAgain(id: string) {
      await tell(`/api/calls/${encodeURIComponent(id)}/write-again`);
    },
    async applyRules(id: string) {
      await tell(`/api/calls/${encodeURIComponent(id)}/apply-rules`);
    },
    async setMode(mode: Mode, backfill: boolean) {
      await tell('/api/org/mode', { mode, backfill });
    },
    /** Which orgs there are, how they are connected, and who signs in there. */
    connect: {
      orgs: async (signal?: AbortSignal) => (await read('/api/orgs', OrgList, signal)).orgs,
      addOrg: async (name: string) => parseAnswer(await tell('/api/orgs', { name }), OrgMade),
      async nameOrg(id: number, name: string) {
        await tell(`/api/orgs/${id}`, { name }, 'PUT');
      },
      async enterOrg(id: number) {
        await tell(`/api/orgs/${id}/enter`);
      },
      beginSignIn: async (id: number, asked: z.input<typeof SignInToOrg>) =>
        parseAnswer(await tell(`/api/orgs/${id}/sign-in`, asked), SentTo),
      connectUnattended: async (id: number, asked: z.input<typeof ConnectUnattended>) =>
        parseAnswer(await tell(`/api/orgs/${id}/connect`, asked), ConnectedUnattended),
      async makeKey(id: number) {
        await tell(`/api/orgs/${id}/key`);
      },
      testOrg: async (id: number) => parseAnswer(await tell(`/api/orgs/${id}/test`), OrgTested),
      disconnectOrg: async (id: number) => parseAnswer(await tell(`/api/orgs/${id}/disconnect`), Disconnected),
      async setActAs(id: number, actAs: 'integration-user' | 'agent') {
        await tell(`/api/orgs/${id}/act-as`, { actAs }, 'PUT');
      },
      /** What the CRM sent a person back with. */
      cameBack: async (came: z.input<typeof CameBack>) => parseAnswer(await tell('/api/signed-in', came), SignedIn),
      agent: (signal?: AbortSignal) => read('/api/agent', Agent, signal),
      beginAsAgent: async (uid: string, popup: boolean) =>
        parseAnswer(await tell(`/api/agents/${encodeURIComponent(uid)}/sign-in`, { popup }), SentTo),
      async dropConsent() {
        await tell('/api/agent/drop-consent');
      },
      async signOutAgent() {
        await tell('/api/agent/sign-out');
      },
    },
    /** What of ours is in the org, and what puts it there. */
    setup: {
      tell: (signal?: AbortSignal) => read('/api/org/check', Setup, signal),
      checkAgain: async () => parseAnswer(await tell('/api/org/check'), Setup),
      async install() {
        await tell('/api/org/install');
      },
      removal: (signal?: AbortSignal) => read('/api/org/removal', Removal, signal),
      async uninstall(confirm: string) {
        await tell('/api/org/uninstall', { confirm });
      },
      async addField(asked: AddField) {
        await tell('/api/org/fields', asked);
      },
    },
    /** The stream as it stands; the reader (stream.ts) looks at its status itself. */
    stream: (after: number, signal: AbortSignal) =>
      fetchFrom('/api/stream', {
        headers: { accept: 'text/event-stream', 'last-event-id': String(after) },
        credentials: 'same-origin',
        cache: 'no-store',
        signal,
      }),
  };
}

/** A proxy's page in place of our answer is nobody's refusal: it counts as no answer. */
async function parseAnswer<T>(answer: Response, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await answer.json().catch((cause: unknown) => {
    throw new ServerTrouble('unreachable', 'no-json', String(cause));
  });
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ServerTrouble('refused', 'other-version', z.prettifyError(parsed.error));
}

async function troubleOf(answer: Response): Promise<ServerTrouble> {
  const body: unknown = await answer.json().catch(() => undefined);
  const said = Problem.safeParse(body);
  const { code, message } = said.success ? said.data.error : { code: `http-${answer.status}`, message: '' };
  if (answer.status === 401) return new ServerTrouble('signed-out', code, message);
  if (answer.status === 404) return new ServerTrouble('not-found', code, message);
  return new ServerTrouble(said.success ? 'refused' : 'unreachable', code, message);
}
