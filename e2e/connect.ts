import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { languages, loadWords } from '../console/words/words.ts';
import { findBarriers, findOverflow, visit } from './browser.ts';
import { aProduct, type Product } from './product.ts';

type Check = (name: string, work: () => Promise<void>, always?: boolean) => Promise<void>;
const en = await loadWords('en');
const appKey = 'cordboard-e2e-app';
const appSecret = 'planted-secret-of-the-app';
const integration = 'integration.user@acme.example';
/** A test call lasts 6 s, and a connection that is back is noticed within seconds. */
const writtenMs = 60_000;

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
const expectNone = (found: readonly string[], what: string) => expect(found.length === 0, `${what}:\n${found.slice(0, 12).join('\n')}`);
const shows = (page: Page, text: string, timeout = 15_000) => page.getByText(text, { exact: false }).first().waitFor({ timeout });

/** An admin connects an org on the stand-in's own pages, it is taken away from them, and they mend it. */
export async function connectAnOrg(browser: Browser, check: Check, pictures: string): Promise<void> {
  const product: Product = await aProduct();
  try {
    await product.start();
    await story(browser, product, check, pictures);
  } catch (error) {
    console.error(product.output().slice(-4_000));
    throw error;
  } finally {
    await product.end();
  }
}

async function story(browser: Browser, product: Product, check: Check, pictures: string): Promise<void> {
  const home = product.address;
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${product.controls}/__org${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { page, context } = await visit(browser, home, { width: 1400, height: 1000 });
  const picture = (name: string, of: Page = page) => of.screenshot({ path: join(pictures, `connect-${name}.png`), fullPage: true });
  await page.goto(product.link());
  await page.getByRole('heading', { name: en.list.title, level: 1 }).waitFor();
  const standIn = product.org;
  await control('POST', '/sessions', { rotateRefreshTokens: true });
  await control('POST', '/apps', {
    clientId: appKey,
    secret: appSecret,
    name: 'Cordboard',
    callbackUrls: [`${home}/signed-in`],
    scopes: ['id', 'api', 'refresh_token'],
    requirePkce: true,
  });
  const fill = async () => {
    await page.getByRole('radio', { name: new RegExp(en.orgs.means.web.name) }).check();
    await page.getByRole('radio', { name: en.orgs.places['my-domain'] }).check();
    await page.getByLabel(en.orgs.myDomain).fill(standIn);
    await page.getByLabel(en.orgs.clientId).fill(appKey);
    await page.getByLabel(en.orgs.clientSecret).fill(appSecret);
  };
  const beginInWindow = async () => {
    const [window] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button', { name: en.orgs.signIn }).click()]);
    return window;
  };
  /** The stand-in's pages, as a person goes through them. */
  const logIn = async (at: Page, as: string) => {
    await at.locator('#username').fill(as);
    await at.locator('#Login').click();
  };
  const closes = (window: Page) => (window.isClosed() ? Promise.resolve() : window.waitForEvent('close').then(() => undefined));

  await check('connecting: the page of the org tells how it is connected, and each step leads to the guide', async () => {
    await page.locator('.org-link').click();
    await shows(page, en.orgs.explained);
    await picture('orgs-1400');
    await page.locator('.org-card').first().click();
    await shows(page, en.orgs.byStart);
    await page.getByRole('button', { name: en.orgs.test }).click();
    await shows(page, integration);
    await page.getByRole('button', { name: en.orgs.reconnect }).click();
    await fill();
    await picture('form-1400');
    for (const link of await page.getByRole('link', { name: /^Every click/ }).all()) {
      const address = new URL((await link.getAttribute('href'))!, home);
      const guide = await page.request.get(address.href);
      expect(guide.ok() && (await guide.text()).includes(`id="${address.hash.slice(1)}"`), `${address.href} leads nowhere`);
    }
    expectNone(await findBarriers(page), 'barriers on the page of the org');
  });

  await check('connecting: a window that is closed, or cancelled here, is said, and the way is offered again', async () => {
    const closed = await beginInWindow();
    await closed.locator('#username').waitFor();
    await closed.close();
    await shows(page, en.orgs.windowAway);
    await picture('window-closed-1400');
    const cancelled = await beginInWindow();
    await page.getByRole('button', { name: en.mode.cancel }).click();
    await closes(cancelled);
    await shows(page, en.orgs.windowCancelled);
  });

  await check('connecting: refused on the org’s page, it says so and what to do', async () => {
    const window = await beginInWindow();
    await logIn(window, integration);
    await picture('their-consent', window);
    await window.locator('#oadeny').click();
    await closes(window);
    await shows(page, en.orgs.refusals.access_denied);
    await picture('refused-1400');
  });

  await check('connecting: allowed, the window closes and the org is connected as that user (FC-37, FC-38, RS-27)', async () => {
    const window = await beginInWindow();
    await logIn(window, integration);
    await window.locator('#oaapprove').click();
    await closes(window);
    await shows(page, integration);
    await shows(page, en.orgs.means.web.name);
    expect(!page.url().includes('code='), 'the code is in the address');
    await picture('connected-1400');
    await page.getByRole('button', { name: en.orgs.test }).click();
    await shows(page, 'Salesforce lets');
  });

  await check('connecting: where windows are blocked the whole page goes there and comes back', async () => {
    const blocked = await context.newPage();
    await blocked.addInitScript('window.open = () => null');
    await blocked.goto(`${home}/orgs/1`);
    await blocked.getByRole('button', { name: en.orgs.reconnect }).click();
    await blocked.getByRole('button', { name: en.orgs.signIn }).click();
    await logIn(blocked, integration); // what was allowed before isn't asked again
    await blocked.waitForURL(`${home}/orgs/1`);
    await blocked.getByRole('heading', { name: en.orgs.connection }).waitFor();
    await blocked.close();
  });

  const place = async () =>
    page.evaluate<string>(
      `fetch('/api/test-calls', { method: 'POST', headers: { 'content-type': 'application/json', 'x-cordboard': '1' }, body: '{"kind":"missed"}' }).then((answer) => answer.json()).then(({ externalId }) => externalId)`,
    );
  const explained = (externalId: string) =>
    page.evaluate<string | undefined>(
      `fetch('/api/calls?find=${externalId}').then((answer) => answer.json()).then(({ calls }) => calls[0] && calls[0].explanation.is)`,
    );
  const until = async (holds: () => Promise<boolean>, what: string) => {
    for (const end = performance.now() + writtenMs; performance.now() < end; await new Promise((next) => setTimeout(next, 250)))
      if (await holds()) return;
    throw new Error(`never: ${what}`);
  };

  await check('connecting: revoked in the org, the admin reads who mends it, calls wait, and reconnecting writes them all', async () => {
    const before = await place();
    await until(async () => (await explained(before)) === 'written', 'a call is written through the new connection');
    await control('DELETE', '/grants');
    await control('DELETE', '/sessions');
    const calls = [await place(), await place(), await place()];
    await page.goto(`${home}/`);
    await shows(page, en.orgs.shutOut, writtenMs);
    await shows(page, 'expired access/refresh token');
    await picture('shut-out-1400');
    await until(async () => (await Promise.all(calls.map(explained))).every((is) => is === 'waiting'), 'the calls wait');
    await page.locator('.banner-bad').getByRole('link', { name: en.orgs.reconnect }).click();
    await shows(page, en.orgs.mendedHere);
    await picture('mend-1400');
    const window = await beginInWindow();
    await logIn(window, integration);
    await window.locator('#oaapprove').click();
    await closes(window);
    await page.locator('.banner-bad').waitFor({ state: 'detached', timeout: writtenMs });
    await until(async () => (await Promise.all(calls.map(explained))).every((is) => is === 'written'), 'every call that waited is written');
  });

  await check('connecting: an agent signs in with Salesforce, and sees nothing of the console', async () => {
    const { orgs } = (await (await page.request.get(`${home}/api/orgs`)).json()) as { orgs: { agentsPath: string }[] };
    const theirs = await visit(browser, home, { width: 400, height: 800 });
    await theirs.page.goto(home + orgs[0]!.agentsPath);
    await theirs.page.getByRole('button', { name: en.agent.signIn }).waitFor();
    await picture('agent-400', theirs.page);
    expectNone(await findBarriers(theirs.page), 'barriers on the page of an agent');
    const [window] = await Promise.all([
      theirs.page.waitForEvent('popup'),
      theirs.page.getByRole('button', { name: en.agent.signIn }).click(),
    ]);
    await logIn(window, 'anna.nowak@acme.example');
    await window.locator('#oaapprove').click();
    await closes(window);
    await shows(theirs.page, en.agent.signedInAs('Anna Nowak'));
    await picture('agent-signed-in-400', theirs.page);
    expect((await theirs.page.request.get(`${home}/api/calls`)).status() === 401, 'an agent may list all calls');
    await theirs.context.close();
  });

  await check('connecting: in five languages, wide and narrow, nothing sticks out', async () => {
    const session = await context.storageState();
    for (const language of languages)
      for (const width of [400, 1400]) {
        const words = await loadWords(language);
        const look = await visit(browser, home, { width, height: 900, locale: language }, session);
        await look.page.goto(`${home}/orgs/1`);
        await look.page.getByRole('heading', { name: words.orgs.connection }).waitFor();
        await look.page.getByRole('button', { name: words.orgs.reconnect }).click();
        for (const means of ['jwt', 'web'] as const) {
          await look.page.getByRole('radio', { name: words.orgs.means[means].name }).check();
          expectNone(await findOverflow(look.page), `${language} ${width} ${means}`);
        }
        await picture(`${language}-${width}`, look.page);
        if (width === 400) expectNone(await findBarriers(look.page), `barriers in ${language}`);
        await look.page.getByRole('button', { name: words.orgs.disconnect, exact: true }).click();
        await look.page.getByText(words.orgs.disconnectMeans[0]!).waitFor();
        if (language === 'en') await picture(`disconnect-${width}`, look.page);
        expectNone(look.faults, `what the page did in ${language}`);
        await look.context.close();
      }
  });
}
