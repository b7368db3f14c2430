import { expect, test } from 'vitest';
import type { Org } from '../../../wire/console.ts';
import { en } from '../../words/en.ts';
import { myDomainUrl, placeOf, refusalOf, saidBySalesforce, stateOf } from './say-org.ts';

test.each([
  ['acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
  [' https://acme.my.salesforce.com/services ', 'https://acme.my.salesforce.com'],
  ['https://acme.lightning.force.com/lightning/page/home', 'https://acme.my.salesforce.com'],
  ['acme--uat.sandbox.lightning.force.com', 'https://acme--uat.sandbox.my.salesforce.com'],
  ['https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home', 'https://acme.my.salesforce.com'],
  ['http://127.0.0.1:4701', 'http://127.0.0.1:4701'],
  ['', ''],
  ['not an address', 'not an address'],
])('%j is signed in to at %j', (typed, url) => expect(myDomainUrl(typed)).toBe(url));

test.each([
  [undefined, 'production'],
  ['https://login.salesforce.com', 'production'],
  ['https://test.salesforce.com', 'sandbox'],
  ['https://acme.my.salesforce.com', 'my-domain'],
] as const)('%s is %s', (url, place) => expect(placeOf(url)).toBe(place));

test('a refusal is said in the person’s words, with Salesforce’s own beside it', () => {
  const problem = { code: 'access_denied', message: '“end-user denied authorization” The sign-in was refused.' };
  expect(refusalOf(problem, en)).toBe(en.orgs.refusals.access_denied);
  expect(saidBySalesforce(problem, en)).toBe('“end-user denied authorization”');
  const unknown = { code: 'constructor', message: 'Something else.' };
  expect([refusalOf(unknown, en), saidBySalesforce(unknown, en)]).toEqual(['Something else.', undefined]);
});

test('how an org stands', () => {
  const org: Org = {
    id: 1,
    name: 'a',
    mode: 'live',
    current: true,
    connected: true,
    selfIsAgent: false,
    waiting: 0,
    agents: 0,
    agentsInTrouble: [],
    agentsPath: '',
    hasKey: false,
  };
  const trouble = { message: '', mendedBy: 'admin' } as const;
  expect(stateOf(org)).toBe('well');
  expect(stateOf({ ...org, trouble: { ...trouble, signIn: true } })).toBe('shut-out');
  expect(stateOf({ ...org, trouble: { ...trouble, signIn: false } })).toBe('trouble');
  expect(stateOf({ ...org, connected: false })).toBe('new');
});
