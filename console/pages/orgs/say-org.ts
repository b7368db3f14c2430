import type { Org } from '../../../wire/console.ts';
import { ServerTrouble } from '../../server.ts';
import { own } from '../../words/own.ts';
import type { Words } from '../../words/words.ts';

/** Why something was refused: in the person's language where we know the code, else as the server said it. */
export function refusalOf(problem: { readonly code: string; readonly message: string }, words: Words): string {
  if (problem instanceof ServerTrouble && problem.is === 'unreachable') return words.signIn.unreachable;
  const known = own(words.orgs.refusals, problem.code);
  return known === undefined ? problem.message : known;
}

/** Salesforce's own words within a refusal that we say in ours, for whoever asks its support. */
export function saidBySalesforce(problem: { readonly code: string; readonly message: string }, words: Words): string | undefined {
  return own(words.orgs.refusals, problem.code) === undefined ? undefined : /“[^”]+”/.exec(problem.message)?.[0];
}

export type OrgState = 'well' | 'shut-out' | 'trouble' | 'disconnected' | 'new';
export function stateOf(org: Org): OrgState {
  if (!org.connected) return org.wayIn ? 'disconnected' : 'new';
  if (!org.trouble) return 'well';
  return org.trouble.signIn ? 'shut-out' : 'trouble';
}

/** Where people of an org sign in. */
export type Place = 'production' | 'sandbox' | 'my-domain';
export const placeHosts = { production: 'https://login.salesforce.com', sandbox: 'https://test.salesforce.com' } as const;
export function placeOf(loginUrl: string | undefined): Place {
  if (loginUrl === undefined || loginUrl === placeHosts.production) return 'production';
  return loginUrl === placeHosts.sandbox ? 'sandbox' : 'my-domain';
}
/** A host as people type it, or the whole address from the browser's bar, as an address to sign in at. */
export function myDomainUrl(typed: string): string {
  const text = typed.trim();
  if (text === '') return '';
  const url = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(url)) return text;
  const { protocol, host } = new URL(url);
  // the pages of an org are under another name than its API
  return `${protocol}//${host.replace(/\.lightning\.force\.com$/, '.my.salesforce.com').replace(/\.my\.salesforce-setup\.com$/, '.my.salesforce.com')}`;
}
