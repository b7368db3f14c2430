import { type AgentEntry, isActive, type LineEntry } from './directory.ts';

/** What two can't both have. `field`: where the second of them says so. */
export type Clash = { readonly id: string; readonly field: string; readonly message: string };

/** Extensions, accounts and numbers say who it was: each is one agent's (RS-16, RS-21). */
export function clashesOf(agents: readonly AgentEntry[]): readonly Clash[] {
  const owners = new Map<string, AgentEntry>();
  const emails = new Map<string, AgentEntry>();
  const clashes: Clash[] = [];
  const claim = (among: Map<string, AgentEntry>, agent: AgentEntry, field: string, value: string | undefined, what: string) => {
    if (value === undefined) return;
    const owner = among.get(value.toLowerCase());
    if (!owner) among.set(value.toLowerCase(), agent);
    else if (owner !== agent)
      clashes.push({ id: agent.code, field, message: `${what} ${value} is ${owner.name}'s (${owner.code}) already.` });
  };
  for (const agent of agents) {
    claim(owners, agent, 'code', agent.code, 'The code');
    claim(owners, agent, 'extension', agent.extension, 'Extension');
    for (const account of agent.sipAccounts) claim(owners, agent, 'sipAccounts', account, 'The account');
    for (const number of agent.numbers) claim(owners, agent, 'numbers', number, 'The number');
    claim(emails, agent, 'email', agent.email, 'The e-mail');
  }
  return clashes;
}

/** Of lines: a number is one line's. */
export function lineClashesOf(lines: readonly LineEntry[]): readonly Clash[] {
  const numbers = new Map<string, LineEntry>();
  return lines.flatMap((line) => {
    if (line.number === undefined) return [];
    const other = numbers.get(line.number);
    if (!other) numbers.set(line.number, line);
    return other
      ? [{ id: line.line, field: 'number', message: `The number ${line.number} is the one of ${other.name ?? other.line} already.` }]
      : [];
  });
}

export const takenSeats = (agents: readonly AgentEntry[]): number => agents.filter(isActive).length;

/** Only those who are new are refused: who was there works on when seats are taken away (FC-56). */
export function overSeats(
  before: readonly AgentEntry[],
  after: readonly AgentEntry[],
  seats: number | undefined,
): { readonly refused: readonly AgentEntry[]; readonly words: string } | undefined {
  if (seats === undefined || takenSeats(after) <= seats) return undefined;
  const had = new Set(before.filter(isActive).map(({ code }) => code));
  const added = after.filter((agent) => isActive(agent) && !had.has(agent.code));
  const refused = added.slice(Math.max(seats - (takenSeats(after) - added.length), 0));
  if (refused.length === 0) return undefined;
  return {
    refused,
    words: `There ${seats === 1 ? 'is 1 seat' : `are ${seats} seats`}, and ${had.size} ${had.size === 1 ? 'is' : 'are'} taken. Leave somebody out (included: no), or raise people.seats in the policy.`,
  };
}
