import type { Agent, AgentId, CallEvent, Endpoint } from '../call/event.ts';
import type { CrmUser } from '../crm.ts';
import type { MappingWay } from '../decide/people.ts';
import { keysOf } from '../match/number-keys.ts';
import type { Region } from '../match/region.ts';
import { type PersonEntry, personKey } from '../store.ts';

/** One who works here, as the admin says: the directory. Texts are checked before they come here (wire/people.ts). */
export type AgentEntry = {
  /** What the company calls them in its own lists (RS-16); best the extension. */
  readonly code: string;
  readonly name: string;
  readonly email?: string | undefined;
  readonly team?: string | undefined;
  readonly extension?: string | undefined;
  /** `user@host`, or the user alone, whatever the host (RS-24). */
  readonly sipAccounts: readonly string[];
  /** E.164: where they take calls besides, such as a mobile (RS-23). */
  readonly numbers: readonly string[];
  /** E.164: the number they are called at from outside, and the one that is shown when they call (FC-09). */
  readonly did?: string | undefined;
  readonly presentation?: string | undefined;
  /** Has a phone of ours at all (FC-06). */
  readonly telephony: boolean;
  readonly dialsOut: boolean;
  /** Their calls are theirs in the CRM (RS-14). */
  readonly included: boolean;
  /** A call nobody took that rang them is theirs (RS-22). */
  readonly missedComeToThem: boolean;
  /** Id of their user in the CRM, by hand. */
  readonly user?: string | undefined;
};

export const lineKinds = ['contact centre', 'group', 'main'] as const;
export const workspaces = ['office', 'sales', 'support'] as const;
/** A line, group or queue of the phone system, by its own id, and what it is (DP-02, DP-53). */
export type LineEntry = {
  readonly line: string;
  readonly name?: string | undefined;
  readonly number?: string | undefined;
  readonly kind: (typeof lineKinds)[number];
  readonly workspace: (typeof workspaces)[number];
};

/** Who takes part: is wanted, and has a phone (FC-06). */
export const isActive = ({ included, telephony }: AgentEntry): boolean => included && telephony;

/** Finds a user of the CRM by one of the ways; what two of them have is nobody's. */
export type UserIndex = (by: MappingWay, key: string) => CrmUser | undefined;

const keyOfUser: Readonly<Record<MappingWay, (user: CrmUser) => string | undefined>> = {
  'by hand': ({ id }) => shortId(id),
  email: ({ email }) => email.toLowerCase(),
  'federation id': ({ federationId }) => federationId?.toLowerCase(),
  'employee number': ({ employeeNumber }) => employeeNumber?.toLowerCase(),
  extension: ({ extension }) => extension?.toLowerCase(),
};

/** An org has thousands of users and is read every few seconds, so only what is asked for is gone through, and once. */
export function indexUsers(users: readonly CrmUser[]): UserIndex {
  const indexes = new Map<MappingWay, ReadonlyMap<string, CrmUser | undefined>>();
  const indexBy = (by: MappingWay) => {
    const index = new Map<string, CrmUser | undefined>();
    for (const user of users) {
      const key = keyOfUser[by](user);
      if (key) index.set(key, index.has(key) ? undefined : user);
    }
    indexes.set(by, index);
    return index;
  };
  return (by, key) => (indexes.get(by) ?? indexBy(by)).get(by === 'by hand' ? shortId(key) : key.toLowerCase());
}

/** Ids are told with 15 characters or with 18, which are the same. */
export const shortId = (id: string): string => id.slice(0, 15);

/** Which user of the CRM an agent is, by the first way that finds one (FC-08, MT-42). By hand is decisive: a wrong id is nobody's. */
export function crmUserOf(
  agent: AgentEntry,
  users: UserIndex,
  ways: readonly MappingWay[],
): { readonly user: CrmUser; readonly by: MappingWay } | undefined {
  for (const by of ways) {
    if (by === 'by hand' && agent.user !== undefined) {
      const user = users(by, agent.user);
      return user && { user, by };
    }
    for (const key of keysFor[by](agent)) {
      const user = key === undefined ? undefined : users(by, key);
      if (user) return { user, by };
    }
  }
  return undefined;
}

/** A federation id is what the company's sign-in calls them: an address or a code, as the company likes. */
const keysFor: Readonly<Record<MappingWay, (agent: AgentEntry) => readonly (string | undefined)[]>> = {
  'by hand': () => [],
  email: ({ email }) => [email],
  'federation id': ({ email, code }) => [email, code],
  'employee number': ({ code }) => [code],
  extension: ({ extension }) => [extension],
};

/** Who anybody is: what the admin's list says goes before the directory. */
export type Known = {
  /** By `personKey`, for whatever id an agent is told by. */ readonly people: ReadonlyMap<string, PersonEntry>;
  /** By lower-case e-mail, of the directory. */ readonly byEmail: ReadonlyMap<string, PersonEntry>;
  /** Of the directory: whose phone, account or number this is (RS-23, RS-24). */
  at(asDialled: string): AgentEntry | undefined;
};

export function knowPeople(
  list: readonly PersonEntry[],
  agents: readonly AgentEntry[],
  users: readonly CrmUser[],
  { ways, region }: { readonly ways: readonly MappingWay[]; readonly region: Region | undefined },
): Known {
  const index = indexUsers(users);
  const people = new Map<string, PersonEntry>();
  const byEmail = new Map<string, PersonEntry>();
  const phones = new Map<string, AgentEntry>();
  for (const agent of agents) {
    const entry = entryFor(agent, crmUserOf(agent, index, ways)?.user);
    for (const id of idsOf(agent)) people.set(personKey('', id), entry);
    if (agent.email !== undefined) byEmail.set(agent.email.toLowerCase(), entry);
    if (agent.extension !== undefined) phones.set(agent.extension, agent);
    for (const account of agent.sipAccounts) phones.set(addressOf(account), agent);
    for (const number of agent.numbers) phones.set(number, agent);
  }
  const ofDirectory = list.length === 0 ? people : new Map(people);
  for (const said of list) people.set(personKey(said.connection, said.agent), over(ofDirectory.get(personKey('', said.agent)), said));
  return {
    people,
    byEmail,
    at: (asDialled) =>
      phones.size === 0
        ? undefined
        : formsOf(asDialled, region)
            .map((form) => phones.get(form))
            .find((found) => found !== undefined),
  };
}

/** By what a phone system may name them. */
const idsOf = ({ code, extension, sipAccounts, numbers }: AgentEntry): readonly string[] => [
  ...new Set([code, ...(extension === undefined ? [] : [extension]), ...sipAccounts, ...numbers]),
];

function entryFor(agent: AgentEntry, user: CrmUser | undefined): PersonEntry {
  // What is said and leads nowhere is no reason to ask the phone system's own words, which may say another one.
  const who =
    user !== undefined
      ? { user: user.id }
      : agent.user !== undefined
        ? { user: agent.user }
        : agent.email !== undefined
          ? { email: agent.email }
          : {};
  return {
    connection: '',
    agent: agent.code,
    code: agent.code,
    ...(isActive(agent) ? who : { nobody: true }),
    ...(agent.team !== undefined && { team: agent.team }),
    ...(agent.missedComeToThem && { takesMissed: true }),
  };
}

/** What a row of the list says, over what the directory says of the same agent. */
function over(known: PersonEntry | undefined, said: PersonEntry): PersonEntry {
  if (!known || (said.user ?? said.email) === undefined) return { ...known, ...said };
  const { user: _user, email: _email, nobody: _nobody, ...rest } = known;
  return { ...rest, ...said };
}

/** What is known of an agent of a call: by their id on this phone system, on all, and by their e-mail. */
export function entryOf(
  { people, peopleByEmail }: { readonly people: Known['people']; readonly peopleByEmail: Known['byEmail'] },
  connection: string,
  agent: Agent,
): PersonEntry | undefined {
  return (
    people.get(personKey(connection, agent.id)) ??
    people.get(personKey('', agent.id)) ??
    (agent.email === undefined ? undefined : peopleByEmail.get(agent.email.toLowerCase()))
  );
}

/** `sip:Anna@pbx.example;transport=tls`, `PJSIP/anna-0000001a`, `<sip:anna@pbx.example>`: the address in them. */
const addressOf = (written: string): string =>
  written
    .trim()
    .replace(/^.*<([^>]*)>.*$/, '$1')
    .replace(/^(?:sips?:|(?:pj)?sip\/|iax2\/)/i, '')
    .replace(/[;?].*$/, '')
    .replace(/-[0-9a-f]{8}$/i, '')
    .toLowerCase();

/** The ways in which what was dialled may stand in the directory, the surest first. */
function formsOf(asDialled: string, region: Region | undefined): readonly string[] {
  const address = addressOf(asDialled);
  const at = address.indexOf('@');
  const { strong } = /^[+\d][\d\s().-]*$/.test(address) ? keysOf(address, region) : { strong: [] };
  return [address, ...(at > 0 && !/^\d+$/.test(address.slice(0, at)) ? [address.slice(0, at)] : []), ...strong.map(({ number }) => number)];
}

/** Whose phones those are that a call names without an agent; null: nobody's. By what was dialled. */
export type Phones = Readonly<Record<string, Agent | null>>;

/**
 * The facts of a call, with the agents whose phones, accounts and numbers were rung (RS-23, RS-24). What was pinned stands (D1): a call that
 * a former release pinned has no `phones`, and is told as that release told it. The customer's own number is never one of ours.
 */
export function atKnownPhones(
  events: readonly CallEvent[],
  pinned: { readonly phones?: Phones } | undefined,
  known: {
    at(asDialled: string): AgentEntry | undefined;
    /** The code in the directory of an agent that the phone system names. */ codeOf(agent: Agent): string | undefined;
  },
): { readonly events: readonly CallEvent[]; readonly phones: Phones } {
  if (pinned && !pinned.phones) return { events, phones: {} };
  const theirs = new Set(
    events.flatMap((fact) =>
      fact.type === 'started' && fact.direction === 'outbound' ? [fact.customer.number, fact.customer.asSent, fact.dialled] : [],
    ),
  );
  const named = agentsIn(events);
  const phones = new Map<string, Agent | null>();
  for (const { asDialled, agent } of events.flatMap((fact) => endpointOf(fact) ?? [])) {
    if (agent || phones.has(asDialled)) continue;
    const before = pinned?.phones && Object.hasOwn(pinned.phones, asDialled) ? pinned.phones[asDialled] : undefined;
    const entry = before === undefined && !theirs.has(asDialled) ? known.at(asDialled) : undefined;
    // the same person may be named elsewhere in the call, by the phone system's own id
    const same = entry && named.find((one) => known.codeOf(one) === entry.code);
    phones.set(asDialled, before ?? same ?? (entry ? agentOf(entry) : null));
  }
  if ([...phones.values()].every((agent) => agent === null)) return { events, phones: Object.fromEntries(phones) };
  const at = (endpoint: Endpoint): Endpoint => {
    const agent = endpoint.agent ?? phones.get(endpoint.asDialled);
    return agent ? { ...endpoint, agent } : endpoint;
  };
  return { events: events.map((fact) => withEndpoint(fact, at)), phones: Object.fromEntries(phones) };
}

const agentOf = ({ code, extension, name, email }: AgentEntry): Agent => ({
  id: (extension ?? code) as AgentId,
  name,
  ...(email !== undefined && { email }),
});

function endpointOf(fact: CallEvent): Endpoint | undefined {
  if ('endpoint' in fact) return fact.endpoint;
  return fact.type === 'transferred' ? fact.to : undefined;
}

function withEndpoint(fact: CallEvent, change: (endpoint: Endpoint) => Endpoint): CallEvent {
  if ('endpoint' in fact) return { ...fact, endpoint: change(fact.endpoint) };
  return fact.type === 'transferred' ? { ...fact, to: change(fact.to) } : fact;
}

/** Every agent that the facts name, in the order of their ids, so that the order of facts says nothing. */
function agentsIn(events: readonly CallEvent[]): readonly Agent[] {
  const named = events.flatMap((fact) => [
    ...('agent' in fact && fact.agent ? [fact.agent] : []),
    ...(fact.type === 'transferred' ? [fact.from] : []),
    ...(endpointOf(fact)?.agent ? [endpointOf(fact)!.agent!] : []),
  ]);
  return [...new Map(named.map((agent) => [agent.id, agent])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
