import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../../emulators/salesforce/testing/test-org.ts';
import { type Fields, Refused, Unanswered, type WriteAsk } from '../../server/crm.ts';
import type { LentConsents, Vault } from '../../server/vault.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce, type SalesforceCrm } from './salesforce.ts';
import { sayKept } from './sign-in/kept.ts';

// Writing in the name of agents who let us (DP-11), against an org that knows its users and what each of them may.

const { anna } = seeded;
const haruto = '005Sx0000000003IAA';
const olena = '005Sx0000000004IAA';
const james = '005Sx0000000005IAA';
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clientSecret: 'stand-in-secret' });
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await org.control('DELETE', '/faults');
});
afterAll(() => org.stop());

/** As the server's: one at a time, and what was stored counts at once. */
function vaultOf(text: string | undefined): Vault {
  let kept = text;
  let turn = Promise.resolve();
  return {
    read: async () => kept,
    change(enough, work) {
      const mine = turn.then(async () => {
        if (!enough(kept)) await work(kept, async (next) => void (kept = next));
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
type Renewing = { given: string };
async function open(options: { workers?: number; lenders?: readonly string[]; renewing?: Renewing } = {}) {
  const vaults = new Map<string, Vault>();
  const refreshTokens: string[] = [];
  for (const user of options.lenders ?? [anna, haruto, olena, james]) {
    const { refresh_token: refreshToken } = (await org.control('POST', '/refresh-token', { user })).body as { refresh_token: string };
    refreshTokens.push(refreshToken);
    vaults.set(user, vaultOf(sayKept({ refreshToken, atMs: 0 })));
  }
  const said: [string, string | undefined][] = [];
  const about: string[] = [];
  const lent: LentConsents = {
    vault: (user) => vaults.get(user) ?? vaultOf(undefined),
    given: async () => options.renewing?.given ?? 'first',
    say: async (user, trouble, given) => {
      said.push([user, trouble?.code]);
      about.push(given);
    },
  };
  const log: string[] = [];
  const settings = { loginUrl: org.apiUrl, clientId: 'app', clientSecret: 'stand-in-secret' };
  const crms: SalesforceCrm[] = [];
  for (let worker = 0; worker < (options.workers ?? 1); worker++) {
    const crm = await connectSalesforce(settings, realWorld(), (line) => log.push(line), undefined, lent);
    closing.unshift(() => crm.close());
    crms.push(crm);
  }
  return { crm: crms[0]!, crms, said, about, log, refreshTokens, vaults };
}
let names = 0;
const call = (more: Partial<WriteAsk> = {}, fields: Fields = {}): WriteAsk => ({
  name: `cb1${String(++names).padStart(40, '0')}`,
  fields: { Subject: 'Call', Status: 'Completed', ...fields },
  ...more,
});
const write = (crm: SalesforceCrm, as: string, ...writes: WriteAsk[]) => crm.exchange({ reads: [], writes, as });
const authorOf = async (name: string) =>
  (await org.rows('Task')).filter((one) => one['Cordboard_Name__c'] === name).map((one) => one['CreatedById']);
const changeUser = (id: string, fields: object) => org.control('POST', '/as-human', { action: 'update', object: 'User', id, fields });
const paths = async () => ((await org.control('GET', '/log')).body as { entries: { path: string }[] }).entries.map(({ path }) => path);
const tokens = async () => (await paths()).filter((path) => path.endsWith('/oauth2/token')).length;

test('each in their own name, and a session is opened once', async () => {
  const { crm, log, refreshTokens, said } = await open();
  const before = await tokens();
  const asks = [call(), call(), call()];
  expect([await crm.mayActAs(anna), await crm.mayActAs(haruto), await crm.mayActAs(anna)]).toEqual([undefined, undefined, undefined]);
  await write(crm, anna, asks[0]!);
  await write(crm, haruto, asks[1]!);
  await crm.exchange({ reads: [], writes: [asks[2]!] });
  expect(await Promise.all(asks.map(({ name }) => authorOf(name)))).toEqual([[anna], [haruto], [seeded.integration]]);
  expect((await tokens()) - before).toBe(2);
  expect(said).toEqual([]);
  expect(refreshTokens.some((token) => log.join('\n').includes(token))).toBe(false); // S2
  const spent = crm.spent().write;
  await write(crm, anna, call());
  expect(crm.spent().write - spent).toBe(1); // it counts with the org's
});

test('two nodes that meet the end of an agent’s session exchange a token that rotates once, and both go on', async () => {
  const { crms } = await open({ workers: 2 });
  await org.control('POST', '/sessions', { rotateRefreshTokens: true });
  for (const crm of crms) expect(await crm.mayActAs(anna)).toBeUndefined();
  for (let round = 0; round < 3; round++) {
    await org.control('DELETE', `/sessions?user=${anna}`);
    const before = await tokens();
    const asks = [call(), call()];
    const answers = await Promise.all(crms.map((crm, place) => write(crm, anna, asks[place]!)));
    expect(answers.map(({ writes }) => writes[0])).toMatchObject([{ created: true }, { created: true }]);
    expect(await Promise.all(asks.map(({ name }) => authorOf(name)))).toEqual([[anna], [anna]]);
    expect((await tokens()) - before).toBe(1);
  }
});

describe('who can’t be acted for', () => {
  test('never let us: said to whoever asks, and the org isn’t asked', async () => {
    const { crm } = await open({ lenders: [] });
    const before = (await paths()).length;
    expect(await crm.mayActAs(anna)).toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect((await write(crm, anna, call())).writes).toMatchObject([{ refused: 'author' }]);
    expect((await paths()).length).toBe(before);
  });
  test('revoked: said once, kept, and not tried at the next call', async () => {
    const { crm, said } = await open();
    expect(await crm.mayActAs(anna)).toBeUndefined();
    await org.control('DELETE', `/grants?user=${anna}`);
    await org.control('DELETE', `/sessions?user=${anna}`);
    const ask = call();
    const { writes } = await write(crm, anna, ask);
    expect(writes).toMatchObject([
      { refused: 'author', failure: { code: 'invalid_grant', message: expect.stringContaining('Signing in again') } },
    ]);
    expect(await authorOf(ask.name)).toEqual([]);
    const before = (await paths()).length;
    expect(await crm.mayActAs(anna)).toMatchObject({ code: 'invalid_grant' });
    expect((await paths()).length).toBe(before);
    expect(said).toEqual([[anna, 'invalid_grant']]);
    expect(await crm.mayActAs(haruto)).toBeUndefined();
  });
  test('may not use the API', async () => {
    const { crm, said } = await open();
    expect(await crm.mayActAs(olena)).toBeUndefined();
    const least = (await org.rows('Profile')).find((one) => one['Name'] === 'Minimum Access - Salesforce')!;
    await changeUser(olena, { ProfileId: least['Id'] });
    expect((await write(crm, olena, call())).writes).toMatchObject([{ refused: 'author', failure: { code: 'API_DISABLED_FOR_ORG' } }]);
    expect(said).toEqual([[olena, 'API_DISABLED_FOR_ORG']]);
  });
  test('inactive', async () => {
    const { crm, said } = await open();
    expect(await crm.mayActAs(james)).toBeUndefined();
    await changeUser(james, { IsActive: false });
    expect((await write(crm, james, call())).writes).toMatchObject([{ refused: 'author' }]);
    expect(said).toMatchObject([[james, expect.stringMatching(/inactive_user|invalid_grant|INVALID_SESSION_ID/)]]);
  });
  test('no answer at the sign-in host passes: nothing is kept', async () => {
    const { crm, said } = await open();
    await org.control('POST', '/faults', { kind: 'status-503', match: { pathPrefix: '/services/oauth2/token' } });
    expect(await crm.mayActAs(anna)).toMatchObject({ mendedBy: 'time' });
    expect(said).toEqual([]);
  });
  test('a sign-in host that answers nobody is waited for once, and not for each of them; who is in goes on', async () => {
    const { crm, said } = await open();
    expect(await crm.mayActAs(haruto)).toBeUndefined();
    await org.control('POST', '/faults', { kind: 'lost-answer', match: { pathPrefix: '/services/oauth2/token' } });
    expect(await crm.mayActAs(anna)).toMatchObject({ mendedBy: 'time', code: 'SIGN_IN_UNANSWERED' });
    const before = await tokens();
    for (const other of [olena, james]) expect(await crm.mayActAs(other)).toMatchObject({ code: 'SIGN_IN_UNANSWERED' });
    expect(await crm.mayActAs(haruto)).toBeUndefined();
    expect([(await tokens()) - before, said]).toEqual([0, []]);
  });
});

describe('what the org refuses in an agent’s name', () => {
  test.each([
    ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', ['WhoId']],
    ['INSUFFICIENT_ACCESS_OR_READONLY', []],
    ['INVALID_CROSS_REFERENCE_KEY', []],
    ['TRANSFER_REQUIRES_READ', ['OwnerId']],
    ['ENTITY_IS_DELETED', []],
    ['DUPLICATE_VALUE', ['Their_Key__c']],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', ['CallDisposition']],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', []],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', ['CallType']],
  ])(
    '%s: the integration user is to ask again, and no field is lost; the others of the request are written',
    async (statusCode, fields) => {
      const { crm, said } = await open();
      await crm.mayActAs(anna);
      await org.control('POST', '/faults', { kind: 'row-error', times: 1, error: { statusCode, message: 'not yours', fields } });
      const asks = [call({}, { CallDisposition: 'Answered', CallType: 'Inbound' }), call()];
      const { writes } = await write(crm, anna, ...asks);
      expect(writes).toMatchObject([
        { refused: 'author', failure: { message: 'Salesforce refused it in their name: “not yours”' } },
        { created: true },
      ]);
      expect(said).toEqual([]); // it is about this record; the next may pass
    },
  );
  test('a change of a record that they don’t see is no sign that it was deleted', async () => {
    const { crm } = await open();
    await crm.mayActAs(anna);
    await org.control('POST', '/faults', { kind: 'row-error', error: { statusCode: 'NOT_FOUND', message: 'not there', fields: [] } });
    const ask = call({ id: '00TSx0000000001MAA' });
    expect((await write(crm, anna, ask)).writes).toMatchObject([{ refused: 'author', failure: { code: 'UNSEEN' } }]);
  });
  test('what passes, and what is the org’s, stays as it is', async () => {
    const { crm } = await open();
    await crm.mayActAs(anna);
    await org.control('POST', '/faults', {
      kind: 'row-error',
      times: 1,
      error: { statusCode: 'UNABLE_TO_LOCK_ROW', message: 'held', fields: [] },
    });
    expect((await write(crm, anna, call())).writes).toMatchObject([{ refused: 'failed', failure: { mendedBy: 'time' } }]);
    await org.control('POST', '/faults', { kind: 'limit-daily-403', times: 1 });
    const thrown: unknown = await write(crm, anna, call()).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Refused);
    expect((thrown as Refused).failure).toMatchObject({ code: 'REQUEST_LIMIT_EXCEEDED', mendedBy: 'time' });
  });
  test('no answer stays no answer (W4)', async () => {
    const { crm } = await open();
    await crm.mayActAs(anna);
    await org.control('POST', '/faults', { kind: 'lost-answer', times: 1 });
    const ask = call();
    await expect(write(crm, anna, ask)).rejects.toBeInstanceOf(Unanswered);
    expect(await authorOf(ask.name)).toEqual([anna]);
  });
});

test('what ends a consent is said of that one, also where another was given meanwhile', async () => {
  const renewing = { given: 'first' };
  const { crm, said, about, vaults } = await open({ renewing });
  expect(await crm.mayActAs(anna)).toBeUndefined();
  await org.control('DELETE', `/grants?user=${anna}`);
  await org.control('DELETE', `/sessions?user=${anna}`);
  // she signs in again just after the former consent's end was kept
  const former = vaults.get(anna)!;
  const change = former.change.bind(former);
  Object.assign(former, {
    change: async (...asked: Parameters<Vault['change']>) => {
      await change(...asked).finally(() => (renewing.given = 'second'));
    },
  });
  await write(crm, anna, call());
  expect([said, about]).toEqual([[[anna, 'invalid_grant']], ['first']]);
});

test('nothing is read in an agent’s name', async () => {
  const { crm } = await open();
  await crm.mayActAs(anna);
  const { name } = call();
  await expect(crm.exchange({ reads: [{ name, since: 0 }], writes: [], as: anna })).rejects.toBeInstanceOf(Refused);
});

test('a consent is used although its session is good; what comes of it is said', async () => {
  const { crm, said } = await open();
  await crm.mayActAs(anna);
  const before = await tokens();
  await crm.proveAgent(anna);
  expect((await tokens()) - before).toBe(1);
  await org.control('DELETE', `/grants?user=${anna}`);
  await crm.proveAgent(anna);
  expect(said).toEqual([
    [anna, undefined],
    [anna, 'invalid_grant'],
  ]);
});
